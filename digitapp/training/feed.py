"""Batches of varied pictures, made ahead of the training step by a thread of their own."""

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from digitapp.training.augmentation import Augmenter

AHEAD = 3
"""How many helpings are prepared while one is learned."""

HELPING = 256
"""Pictures that are varied at a time, at least: many small arrays would cost more than they hold."""


def varied_batches(
    inputs: np.ndarray, batches: Sequence[np.ndarray], augmenter: Augmenter, seed: int, epoch: int, first: int = 0
) -> Generator[np.ndarray]:
    """Yield the pictures of each batch of an epoch, varied anew, from batch `first` on.

    Small batches are varied several at a time. Each helping has random numbers of its own, so a run that is taken up
    again in the middle of an epoch varies the rest as if it had not been interrupted. Close the generator to stop the
    thread before its end.

    Parameters
    ----------
    inputs : shape (n, features)
    batches : indices into `inputs`, an array per batch of the whole epoch
    augmenter : varies them
    seed, epoch : the run's seed and the number of the epoch
    first : number of the batch to begin with
    """
    together = max(1, HELPING // len(batches[0]))  # batches in a helping

    def vary(helping: int) -> list[np.ndarray]:
        own = batches[helping * together : (helping + 1) * together]
        varied = augmenter(inputs[np.concatenate(own)], np.random.default_rng((seed, epoch, helping)))
        return np.split(varied, np.cumsum([len(batch) for batch in own])[:-1])

    skipped = first % together
    with ThreadPoolExecutor(1, "augmentation") as thread:
        pending: deque[Future[list[np.ndarray]]] = deque()
        try:
            for helping in range(first // together, -(-len(batches) // together)):
                pending.append(thread.submit(vary, helping))
                if len(pending) > AHEAD:
                    yield from pending.popleft().result()[skipped:]
                    skipped = 0
            while pending:
                yield from pending.popleft().result()[skipped:]
                skipped = 0
        finally:
            for future in pending:
                future.cancel()
