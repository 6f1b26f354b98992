"""How many digits are read from pictures as they are from data: enlarged, cut close, inverted, drawn, on screenshots.

    python benchmarks/pictures.py --data-dir FOLDER [--pens FILE] [--model MODEL] [--count 100] [--part validation]

Printed is, for each kind of picture, the share of the answers that the same digit gets as 28×28 pixels of MNIST or as
strokes, refusals among the answers. `--part test` takes MNIST's test images and the test writers; they choose nothing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from digitapp.datasets.load import load_dataset
from digitapp.datasets.pens import find_pens, read_pens
from digitapp.drawing.images import read_image
from digitapp.drawing.ink import Drawing
from digitapp.modelfile import Model, load_model
from digitapp.reading import Prepared, prepare, read

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "drawing"))
from painted_pictures import FORMS, drawing_picture, picture_file, saved  # pyright: ignore[reportMissingImports]
from painted_screens import SCREENS  # pyright: ignore[reportMissingImports]

Digit = TypeVar("Digit", np.ndarray, Drawing)

SIDES = (20, 28, 64, 65, 280, 560, 3000)
PENS = (0.01, 0.03, 0.06, 0.1, 0.14, 0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="everyday")
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--pens", type=Path, default=None, help="a drawings file that names writers")
    parser.add_argument("--count", type=int, default=100, help="digits of each kind (default 100)")
    parser.add_argument("--part", choices=("validation", "test"), default="validation")
    options = parser.parse_args()
    model = load_model(options.model)
    rng = np.random.default_rng(0)
    data = load_dataset("mnist", data_dir=options.data_dir)
    split = data.test if options.part == "test" else data.validation
    assert split is not None
    images = some(list(split.inputs.reshape(-1, 28, 28)), options.count, rng)
    shares = [
        report(str(form), model, images, prepare, lambda image, form=form: picture_file(image, form)) for form in FORMS
    ]
    print(f"{'all of MNIST':60s}{np.mean(shares):8.2%}   least {min(shares):.1%}")
    pens = options.pens or find_pens(options.data_dir)
    if pens is None:
        return
    drawings = some(list(read_pens(pens).part(options.part).drawings), options.count, rng)
    for pen in PENS:
        for side in SIDES:
            report(
                f"pen of {pen:.0%} on {side} pixels",
                model,
                drawings,
                lambda drawing, pen=pen: prepare(drawing.normalised(0.7), pen),
                lambda drawing, pen=pen, side=side: saved(drawing_picture(drawing, pen, side), "PNG"),
            )
    for name, screen in SCREENS.items():
        report(
            name,
            model,
            drawings,
            lambda drawing: prepare(drawing.normalised(0.7), 0.05),
            lambda drawing, screen=screen: saved(screen(drawing, np.random.default_rng(len(drawing.strokes))), "PNG"),
        )


def some(digits: list[Digit], count: int, rng: np.random.Generator) -> list[Digit]:
    """Return so many of the digits at random."""
    return [digits[index] for index in rng.permutation(len(digits))[:count]]


def report(
    name: str,
    model: Model,
    digits: Sequence[Digit],
    as_data: Callable[[Digit], Prepared],
    as_file: Callable[[Digit], bytes],
) -> float:
    """Print and return the share of digits with the same answer from a file as from data."""
    same = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        for digit in digits:
            path.write_bytes(as_file(digit))
            same += read(model, prepare(read_image(path))).label == read(model, as_data(digit)).label
    print(f"{name:60s}{same / len(digits):8.2%}", flush=True)
    return same / len(digits)


if __name__ == "__main__":
    main()
