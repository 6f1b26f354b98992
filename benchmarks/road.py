"""Print how fast the road from ink to input is, and how well it is read at different pen widths.

Run with no OPENBLAS_* variable set: python benchmarks/road.py --mnist DIR --pens FILE.json.gz

The pens file is a drawings file of real, labelled strokes. Networks are trained on MNIST's training images here and now
to read them, and networks trained on the built-in handwriting alone read both. MNIST's test images are not looked at.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.handwriting import generate, generate_drawings
from digitapp.datasets.load import load_dataset
from digitapp.drawing.files import read_drawings
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess, preprocess_drawings
from digitapp.nn import Network
from digitapp.training import NetworkConfig, TrainConfig, evaluate, train
from digitapp.training.presets import build_network

PEN_WIDTHS = (0.02, 0.04, 0.06, 0.08, 0.09, 0.10, 0.11, 0.12, 0.14, 0.17, 0.20, 0.25)


def long_drawings(pens: list[Drawing], points: int, strokes: int, count: int) -> list[Drawing]:
    """Put real strokes, written as densely as a modern pen reports them, onto one canvas."""
    rng = np.random.default_rng(0)
    share = points // strokes
    drawings = []
    for _ in range(count):
        chosen = [pens[index].normalised(0.4).strokes[0].points for index in rng.integers(0, len(pens), strokes)]
        dense = []
        for own in chosen:
            place = np.linspace(0, len(own) - 1, share)
            path = np.stack([np.interp(place, np.arange(len(own)), own[:, axis]) for axis in (0, 1)], axis=1)
            dense.append(path + rng.uniform(-0.25, 0.25, 2))
        drawings.append(Drawing.from_points(dense))
    return drawings


def print_speed(pens: list[Drawing]) -> None:
    """Print milliseconds per call of `preprocess`, and images per second in batches."""
    drawings = long_drawings(pens, points=600, strokes=5, count=200)
    preprocess(drawings[0])
    print("preprocess, 5 strokes, 600 points (ms)      p50    p95    max")
    for pen_width in (0.03, 0.06, 0.12):
        for name, with_ink in (("", False), (" and ink picture", True)):
            times = []
            for drawing in drawings:
                began = time.perf_counter()
                road = preprocess(drawing, pen_width)
                if with_ink:
                    _ = road.ink
                times.append((time.perf_counter() - began) * 1e3)
            figures = " ".join(f"{value:6.2f}" for value in np.percentile(times, [50, 95, 100]))
            print(f"  {f'pen {pen_width}{name}':38} {figures}")
    began = time.perf_counter()
    preprocess_drawings([pen.normalised(1.0) for pen in pens], [0.1] * len(pens))
    print(f"preprocess_drawings, real pens: {len(pens) / (time.perf_counter() - began):,.0f} images/s")
    began = time.perf_counter()
    generate_drawings(12_000, np.random.default_rng(0))
    print(f"generate_drawings: {12_000 / (time.perf_counter() - began):,.0f} drawings/s")
    began = time.perf_counter()
    generate(12_000, 0)
    print(f"generate, rendered: {12_000 / (time.perf_counter() - began):,.0f} images/s")


def trained(dataset: Dataset, hidden: int, epochs: int, seed: int) -> Network:
    """Return a network with one hidden layer, trained on the data set."""
    rng = np.random.default_rng(seed)
    network = build_network(784, 10, NetworkConfig((hidden,), "relu", "he"), "cross_entropy", rng)
    config = TrainConfig(
        loss="cross_entropy", optimizer="adam", learning_rate=0.001, batch_size=128, epochs=epochs, seed=seed
    )
    for _ in train(network, dataset, config, rng):
        pass
    return network


def accuracy(network: Network, split: Split) -> float:
    return 100 * evaluate(network, "cross_entropy", split).accuracy


def print_pen_widths(pens: list[Drawing], mnist: Dataset) -> None:
    """Print how well networks trained on MNIST read real pens, by the pen's width over the digit's longer side."""
    networks = [trained(mnist, 128, epochs=8, seed=seed) for seed in range(3)]
    labels = np.array([pen.label for pen in pens], dtype=np.int64)
    drawings = [pen.normalised(1.0) for pen in pens]
    print(f"784-128-10 trained on MNIST, three seeds, reading {len(pens)} real pen drawings:")
    for pen_width in PEN_WIDTHS:
        inputs = preprocess_drawings(drawings, [pen_width] * len(drawings)).reshape(len(drawings), -1)
        accuracies = [accuracy(network, Split(inputs, labels)) for network in networks]
        pixels = 20 * pen_width / (1 + pen_width)
        print(
            f"  pen {pen_width:.2f} ({pixels:.1f} of 20 px): {np.mean(accuracies):.2f} %  "
            f"({', '.join(f'{value:.2f}' for value in accuracies)})"
        )


def print_handwriting(pens: list[Drawing], mnist: Dataset) -> None:
    """Print how well networks that saw nothing but the generator's digits read others' hands."""
    inputs = preprocess_drawings([pen.normalised(1.0) for pen in pens], [0.1] * len(pens)).reshape(len(pens), -1)
    real_pens = Split(inputs, np.array([pen.label for pen in pens], dtype=np.int64))
    for count, hidden, epochs in ((20_000, 128, 10), (60_000, 128, 10), (60_000, 256, 10)):
        dataset = generate(count, 0)
        network = trained(dataset, hidden, epochs, seed=0)
        assert dataset.validation is not None
        print(
            f"784-{hidden}-10 on {count:,} generated digits, {epochs} epochs: own validation "
            f"{accuracy(network, dataset.validation):.2f} %, MNIST's training images "
            f"{accuracy(network, mnist.train):.2f} %, real pens {accuracy(network, real_pens):.2f} %"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True, help="folder with MNIST's four IDX files")
    parser.add_argument("--pens", type=Path, required=True, help="drawings file with labels")
    parser.add_argument("--speed-only", action="store_true")
    arguments = parser.parse_args()
    pens = read_drawings(arguments.pens)
    print_speed(pens)
    if not arguments.speed_only:
        mnist = load_dataset("mnist", data_dir=arguments.mnist)
        print_pen_widths(pens, mnist)
        print_handwriting(pens, mnist)


if __name__ == "__main__":
    main()
