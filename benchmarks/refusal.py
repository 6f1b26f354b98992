"""What a model refuses: digits it should read, and drawings that are no digits, kind by kind.

    python benchmarks/refusal.py everyday --data-dir FOLDER [--count 200] [--part validation]

Prints how many of each were refused, why, and how honest the probabilities are. The pens are those of the validation
writers (or of the test writers), the images those of MNIST's validation part (or test part): with `--part test` the
figures are for a model card, and nothing is to be chosen by them.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from digitapp.calibration import UNCALIBRATED, expected_calibration_error
from digitapp.datasets.handwriting import generate_drawings
from digitapp.datasets.load import load_dataset
from digitapp.datasets.nondigits import AMBIGUOUS_KINDS, HELD_OUT_KINDS, KINDS, generate_nondigits
from digitapp.datasets.pens import find_pens, read_pens
from digitapp.modelfile import Model, load_model
from digitapp.reading import Answer, Prepared, prepare, read

SEED = 20_260
"""Of the generated drawings; no recipe trains with it."""
PENS = 0.06, 0.1, 0.16

BLANK = np.zeros(784, dtype=np.float32)
Labelled = tuple[list[Prepared], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description="What a model refuses, by kind.")
    parser.add_argument("model")
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--count", type=int, default=200, help="drawings of each kind")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    print(f"{model.name}: temperature {model.calibration.temperature:.3f}, threshold {model.calibration.threshold}")
    print(f"\n{'digits':22s} {'n':>6s} {'wrong':>7s} {'refused':>8s} {'ECE, T = 1':>11s} {'ECE':>7s}  why refused")
    for name, (inks, labels) in digits(arguments.data_dir, arguments.part, arguments.count):
        print_digits(name, model, inks, labels)
    print(f"\n{'no digits':22s} {'n':>6s} {'refused':>8s}  why refused")
    shares: dict[str, list[float]] = {"trained": [], "held out": [], "ambiguous": []}
    for kind in KINDS:
        drawings = generate_nondigits(arguments.count, SEED, [kind])
        results = [read(model, prepare(one.drawing, one.pen_width)) for one in drawings]
        share = refused_share(results)
        group = "held out" if kind in HELD_OUT_KINDS else "ambiguous" if kind in AMBIGUOUS_KINDS else "trained"
        shares[group].append(share)
        mark = {"trained": "", "held out": "*", "ambiguous": "?"}[group]
        print(f"{kind + mark:22s} {len(results):6d} {share:8.1%}  {reasons(results)}")
    for group, own in shares.items():
        print(f"mean over the {len(own):2d} {group:9s} kinds {np.mean(own):6.1%}")
    print("*: of a kind, or of letters and signs, that no training uses; ?: people too may read a digit")


def digits(data_dir: Path | None, part: str, count: int) -> Iterator[tuple[str, Labelled]]:
    """Yield name, prepared ink and labels of each set of digits."""
    mnist = load_dataset("mnist", data_dir=data_dir)
    split = mnist.validation if part == "validation" else mnist.test
    assert split is not None
    yield f"MNIST, {part}", ([prepare(image.reshape(28, 28)) for image in split.inputs], split.labels)
    path = find_pens(data_dir)
    if path is not None:
        hands = read_pens(path).part(part)
        for pen in PENS:
            inks = [prepare(drawing.normalised(0.7), 0.7 * pen) for drawing in hands.drawings]
            yield f"pens, {part}, {pen:g}", (inks, hands.labels)
    written = generate_drawings(10 * count, np.random.default_rng(SEED))
    inks = [prepare(one.drawing, one.pen_width) for one in written]
    yield "handwriting", (inks, np.array([one.style.label for one in written]))


def print_digits(name: str, model: Model, inks: list[Prepared], labels: np.ndarray) -> None:
    results = [read(model, ink) for ink in inks]
    outputs = model.network.forward(np.stack([BLANK if ink.inputs is None else ink.inputs for ink in inks]))
    wrong = float(np.mean(outputs.argmax(axis=1) != labels))
    before, after = (
        expected_calibration_error(calibration.probabilities(model.loss, outputs), labels)
        for calibration in (UNCALIBRATED, model.calibration)
    )
    share = refused_share(results)
    print(f"{name:22s} {len(labels):6d} {wrong:7.2%} {share:8.2%} {before:11.4f} {after:7.4f}  {reasons(results)}")


def refused_share(results: Iterable[Answer]) -> float:
    return float(np.mean([result.label is None for result in results]))


def reasons(results: Iterable[Answer]) -> str:
    counts = Counter(str(result.reason) for result in results if result.reason is not None)
    return ", ".join(f"{reason} {count}" for reason, count in counts.most_common())


if __name__ == "__main__":
    main()
