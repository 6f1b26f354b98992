"""Print µs per training step of the engine, and the share of a step that matrix products alone take.

Run with no OPENBLAS_* variable set, on an otherwise idle machine: python benchmarks/engine.py [--quick]

Every contender runs in turn in each repetition, and medians are printed, so that a change in the machine's speed meets
all alike. `step` is taking a batch, the gradient and the update; `train()` is the whole loop with events, accuracy and
the checks; `products` are the matrix products of the step and nothing else. One thread throughout.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import Problem
from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network, initialize
from digitapp.nn.losses import one_hot
from digitapp.training import BatchDone, TrainConfig, train
from digitapp.training.threads import blas_threads

CASES = [
    ((12, 3, 2), 8),
    ((784, 30, 10), 10),
    ((784, 128, 10), 32),
    ((784, 128, 10), 128),
    ((784, 256, 128, 10), 128),
    ((784, 800, 10), 128),
]
SAMPLES = 4096


def build(sizes: tuple[int, ...]) -> Network:
    """Return an initialised ReLU network for softmax cross-entropy."""
    network = Network(sizes, ["relu"] * (len(sizes) - 2) + ["identity"])
    initialize(network, "he", np.random.default_rng(0))
    return network


def random_data(sizes: tuple[int, ...]) -> Dataset:
    """Return grey noise with labels: speed does not depend on what is learned."""
    rng = np.random.default_rng(0)
    inputs = rng.random((SAMPLES, sizes[0]), np.float32)
    problem = Problem("noise", "Noise", 1, sizes[0], tuple(map(str, range(sizes[-1]))), (), "", "")
    labels = rng.integers(0, sizes[-1], SAMPLES)
    return Dataset("noise", problem, Split(inputs, labels), Split(inputs[:8], labels[:8]))


def make_step(dataset: Dataset, sizes: tuple[int, ...], batch: int, optimizer_key: str) -> Callable[[], object]:
    """Return a function that takes a batch, computes the gradient and updates the parameters."""
    network = build(sizes)
    backpropagation = Backpropagation(network, LOSSES["cross_entropy"], batch)
    optimizer = OPTIMIZERS[optimizer_key](network.parameters)
    inputs = dataset.train.inputs
    targets = one_hot(dataset.train.labels, sizes[-1], network.dtype)
    order = np.random.default_rng(1).permutation(SAMPLES)
    starts = iter(())

    def step() -> None:
        nonlocal starts
        start = next(starts, None)
        if start is None:
            starts = iter(range(0, SAMPLES - batch + 1, batch))
            start = next(starts)
        indices = order[start : start + batch]
        inputs.take(indices, 0, backpropagation.inputs, "clip")
        targets.take(indices, 1, backpropagation.targets, "clip")
        backpropagation()
        optimizer.step(network.parameters, backpropagation.gradient, 1e-4)

    return step


def make_train(dataset: Dataset, batch: int, sizes: tuple[int, ...], optimizer_key: str) -> Callable[[], object]:
    """Return a function that advances `train()` by one batch."""
    config = TrainConfig(optimizer=optimizer_key, learning_rate=1e-4, batch_size=batch, epochs=1_000_000)
    run = train(build(sizes), dataset, config, np.random.default_rng(0))

    def advance() -> None:
        while not isinstance(next(run), BatchDone):
            pass

    return advance


def make_products(sizes: tuple[int, ...], batch: int) -> Callable[[], object]:
    """Return a function that multiplies the matrices of one step."""
    network = build(sizes)
    gradients, _ = network.views(np.zeros_like(network.parameters))
    activations = [np.ones((batch, sizes[0]), np.float32).T]
    activations += [np.ones((units, batch), np.float32) for units in sizes[1:]]
    deltas = [np.ones_like(a) for a in activations]
    layers = list(range(len(sizes) - 1))

    def products() -> None:
        for layer in layers:
            network.weights[layer].T.dot(activations[layer], activations[layer + 1])
        for layer in reversed(layers):
            deltas[layer + 1].dot(activations[layer].T, gradients[layer].T)
            if layer:
                network.weights[layer].dot(deltas[layer + 1], deltas[layer])

    return products


def measure(contenders: dict[str, Callable[[], object]], repetitions: int) -> dict[str, float]:
    """Return the median µs per call of each contender, run in turn."""
    counts, times = {}, {name: [] for name in contenders}
    for name, call in contenders.items():
        start = time.perf_counter()
        for _ in range(50):
            call()
        counts[name] = max(5, int(50 * 0.05 / (time.perf_counter() - start)))  # about 50 ms
    for _ in range(repetitions):
        for name, call in contenders.items():
            start = time.perf_counter()
            for _ in range(counts[name]):
                call()
            times[name].append((time.perf_counter() - start) / counts[name] * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Measure every case and print one line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the first four cases, few repetitions")
    quick = parser.parse_args().quick
    cases, repetitions = (CASES[:4], 5) if quick else (CASES, 21)

    print(f"{'network':<18}{'batch':>6}{'optimiser':>11}{'step':>10}{'train()':>10}{'products':>10}{'share':>8}   µs")
    with blas_threads(1):
        for sizes, batch in cases:
            dataset = random_data(sizes)
            for optimizer in ("sgd", "momentum", "adam"):
                result = measure(
                    {
                        "step": make_step(dataset, sizes, batch, optimizer),
                        "train": make_train(dataset, batch, sizes, optimizer),
                        "products": make_products(sizes, batch),
                    },
                    repetitions,
                )
                name = "-".join(map(str, sizes))
                print(
                    f"{name:<18}{batch:>6}{optimizer:>11}{result['step']:>10.1f}{result['train']:>10.1f}"
                    f"{result['products']:>10.1f}{result['products'] / result['step']:>8.0%}"
                )


if __name__ == "__main__":
    main()
