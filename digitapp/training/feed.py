"""Batches of varied pictures, made ahead of the training step by a thread of their own."""

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from digitapp.training.augmentation import Augmenter

AHEAD = 3
"""How many batches are prepared while one is learned."""


def varied_batches(
    inputs: np.ndarray, batches: Sequence[np.ndarray], augmenter: Augmenter, seed: int, epoch: int, first: int = 0
) -> Generator[np.ndarray]:
    """Yield the pictures of each batch, varied anew.

    A batch has random numbers of its own, so a run that is taken up again in the middle of an epoch varies the rest as
    if it had not been interrupted. Close the generator to stop the thread before its end.

    Parameters
    ----------
    inputs : shape (n, features)
    batches : indices into `inputs`, an array per batch
    augmenter : varies them
    seed, epoch, first : the run's seed, the number of the epoch, and that of the first batch in it
    """

    def vary(batch: int, indices: np.ndarray) -> np.ndarray:
        return augmenter(inputs[indices], np.random.default_rng((seed, epoch, batch)))

    numbered = enumerate(batches, first)
    with ThreadPoolExecutor(1, "augmentation") as thread:
        pending: deque[Future[np.ndarray]] = deque()
        try:
            for number, indices in numbered:
                pending.append(thread.submit(vary, number, indices))
                if len(pending) > AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()
