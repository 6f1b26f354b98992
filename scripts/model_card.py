"""Print the figures of a model's card: errors by digit, hand and style, calibration, what drawing size and pen do.

    python scripts/model_card.py MODEL --data-dir FOLDER [--pens FILE]

MNIST's test images and the strokes of the writers that are set aside (`digitapp.datasets.pens`) are only measured here;
they choose nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np

from digitapp.calibration import UNCALIBRATED, expected_calibration_error
from digitapp.datasets.bars import BarredZero, is_barred
from digitapp.datasets.flags import FlagAndStem, measure
from digitapp.datasets.handwriting import Hand, write
from digitapp.datasets.load import load_dataset
from digitapp.datasets.pens import find_pens, read_pens
from digitapp.datasets.styles import STYLES
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess_drawings
from digitapp.modelfile import Model, load_model

STYLE_SEED, STYLE_COUNT = 1_000_003, 200
"""Of the generated digits, and how many there are of each style."""
PENS = 0.03, 0.06, 0.1, 0.16, 0.3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a file, or the name of a shipped model")
    parser.add_argument("--data-dir", type=Path, help="where MNIST lies, and pen strokes beside it")
    parser.add_argument("--pens", type=Path, help="the file of pen strokes")
    options = parser.parse_args()
    model = load_model(options.model)
    mnist = load_dataset("mnist", data_dir=options.data_dir)
    for part in (mnist.validation, mnist.test):
        if part is not None:
            report(model, f"MNIST, {'test' if part is mnist.test else 'validation'}", part.inputs, part.labels)
    pens = options.pens or find_pens(options.data_dir)
    if pens is not None:
        report_pens(model, pens)
    report_styles(model)


def report(model: Model, title: str, inputs: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Print accuracy, calibration and errors by digit; return which are right."""
    outputs = model.network.forward(inputs)
    probabilities = model.calibration.probabilities(model.loss, outputs)
    plain = UNCALIBRATED.probabilities(model.loss, outputs)
    read = probabilities.argmax(axis=1)
    right = read == labels
    refused = ~model.calibration.accepts(probabilities)
    print(f"{title}: {right.mean():.2%} of {len(labels):,}, {np.sum(~right)} wrong, {refused.mean():.2%} unsure")
    errors = expected_calibration_error(plain, labels), expected_calibration_error(probabilities, labels)
    print(f"  calibration error {errors[0]:.2%} before, {errors[1]:.2%} after the temperature")
    by_digit = [f"{digit}: {np.sum(~right[labels == digit])}" for digit in range(10)]
    print(f"  wrong by digit: {', '.join(by_digit)}")
    pairs, counts = np.unique(labels[~right] * 10 + read[~right], return_counts=True)
    worst = np.argsort(-counts, kind="stable")[:6]
    print("  most often: " + ", ".join(f"{pairs[i] // 10}→{pairs[i] % 10} ×{counts[i]}" for i in worst))
    return right


def report_pens(model: Model, path: Path) -> None:
    """Print how writers are read that no training has seen, with one pen in detail and with others in short."""
    for part in ("validation", "test"):
        hands = read_pens(path).part(part)
        writers = np.array(hands.writers)
        right = report(model, f"pens, {part} writers ({len(set(hands.writers))})", hands.inputs(0.1), hands.labels)
        means = {writer: right[writers == writer].mean() for writer in sorted(set(hands.writers))}
        print("  by writer: " + ", ".join(f"{writer} {mean:.1%}" for writer, mean in means.items()))
        for width in PENS:
            read = model.network.forward(hands.inputs(width)).argmax(axis=1)
            print(f"  pen {width:.2f} of the digit: {np.mean(read == hands.labels):.2%}")
        for name, those in GROUPS.items():
            chosen = np.array([those(drawing) for drawing in hands.drawings])
            print(f"  {name}: {right[chosen].sum()} of {chosen.sum()} right")


def is_flagged_one(drawing: Drawing) -> bool:
    """Return whether this is a 1 with a flag, as its label and `datasets.flags` say."""
    return drawing.label == 1 and measure(drawing) is not None


GROUPS: dict[str, Callable[[Drawing], bool]] = {
    "1 with a flag": is_flagged_one,
    "0 with a bar": lambda drawing: drawing.label == 0 and is_barred(drawing),
    "7": lambda drawing: drawing.label == 7,
}


def report_styles(model: Model) -> None:
    """Print how each style of the built-in handwriting is read, the same number of digits of each, as a table."""
    rng = np.random.default_rng(STYLE_SEED)
    shares: list[float] = []
    for style in STYLES:
        digits = write(style, STYLE_COUNT, Hand(), rng)
        inputs = preprocess_drawings([one.drawing for one in digits], [one.pen_width for one in digits])
        read = model.network.forward(inputs.reshape(len(digits), -1)).argmax(axis=1)
        shares.append(float(np.mean(read == style.label)))
    print(f"built-in handwriting, {STYLE_COUNT} digits of each of {len(STYLES)} styles: {np.mean(shares):.2%}")
    groups = {"1s with a flag": (1, FlagAndStem), "7s beside them": (7, FlagAndStem), "barred 0s": (0, BarredZero)}
    for name, (label, shape) in groups.items():
        own = [share for style, share in zip(STYLES, shares, strict=True) if style.label == label]
        shaped = [isinstance(style.shape, shape) for style in STYLES if style.label == label]
        print(f"  {name}: {np.mean(np.array(own)[shaped]):.1%}")
    print("| digit | all | styles, the worst first |\n|---|---|---|")
    for label in range(10):
        own = sorted((share, style.name) for style, share in zip(STYLES, shares, strict=True) if style.label == label)
        named = "; ".join(f"{name} {share:.1%}" for share, name in own)
        print(f"| {label} | {np.mean([share for share, _ in own]):.1%} | {named} |")


if __name__ == "__main__":
    main()
