"""What varying the pictures costs: training steps with and without it, side by side.

    python benchmarks/augmentation.py [--steps 200]

Networks of several sizes learn random pictures of MNIST's size with Adam; slices of plain and of varied training take
turns in one process, and the ratio is the median over the turns. The pictures are varied by a thread that runs ahead of
the training step, so a second core takes most of the work. Run with no OPENBLAS_* variable set.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Generator, Mapping

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import MNIST
from digitapp.training import BatchDone, NetworkConfig, TrainConfig, build_network, train
from digitapp.training.augmentation import STANDARD, Augmenter

NETWORKS = (((128,), 64), ((256, 128), 128), ((1000, 500), 256), ((1500, 1000, 500), 256))
TURNS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100, help="steps in a turn (default 100)")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    dataset = Dataset("noise", MNIST, Split(rng.random((60_000, 784), np.float32), rng.integers(0, 10, 60_000)))
    augmenter, pictures = Augmenter(28, 28, STANDARD), dataset.train.inputs[:256]
    alone = np.median([seconds_of(lambda: augmenter(pictures, rng)) for _ in range(50)])
    print(f"varying alone: {alone / len(pictures) * 1e6:.1f} µs of CPU time a picture")
    print("network, batch                 plain ms   varied ms   ratio (quartiles)")
    for hidden, batch_size in NETWORKS:
        plain, varied = (steps(dataset, hidden, batch_size, kind) for kind in ({}, STANDARD))
        turns = np.array([[slice_of(run, options.steps) for run in (plain, varied)] for _ in range(TURNS)])
        plain.close()
        varied.close()
        low, middle, high = np.percentile(turns[:, 1] / turns[:, 0], (25, 50, 75))
        name = "-".join(map(str, (784, *hidden, 10))) + f", {batch_size}"
        plain_ms, varied_ms = np.median(turns, axis=0) * 1e3
        print(f"{name:28} {plain_ms:10.3f} {varied_ms:11.3f}   {middle:.2f} ({low:.2f}-{high:.2f})")


def steps(dataset: Dataset, hidden: tuple[int, ...], batch_size: int, augmentation: Mapping[str, float]) -> Generator:
    """Return a training run that goes on for ever, warmed up."""
    rng = np.random.default_rng(0)
    config = TrainConfig(batch_size=batch_size, epochs=1000, augmentation=dict(augmentation))
    network = build_network(784, 10, NetworkConfig(hidden), config.loss, rng)
    run = train(network, dataset, config, rng)
    slice_of(run, 20)
    return run


def slice_of(run: Generator, count: int) -> float:
    """Return the seconds of a step, as the mean of `count`."""
    done, began = 0, time.perf_counter()
    for event in run:
        done += isinstance(event, BatchDone)
        if done == count:
            break
    return (time.perf_counter() - began) / count


def seconds_of(work: Callable[[], object]) -> float:
    """Return the seconds of CPU time that this thread works."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


if __name__ == "__main__":
    main()
