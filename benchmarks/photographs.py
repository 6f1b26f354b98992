"""How many digits are read from photographs, kind by kind: light, shadow, paper, pen, blackboard, perspective, blur.

    python benchmarks/photographs.py [--model MODEL] --data-dir FOLDER [--pens FILE] [--count 100] [--kind NAME ...]

The photographs are painted (tests/drawing/painted_photos.py): digits of MNIST's validation part and pen strokes of the
validation writers on a sheet or a board, under a light, through a lens, as JPEG. Taken are only digits that the model
reads as they are; printed is which share of them it reads from the photographs, what it refuses, and what it takes for
another digit. `--keep FOLDER` writes the photographs that were not read.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from digitapp.datasets.load import load_dataset
from digitapp.datasets.pens import find_pens, read_pens
from digitapp.drawing.images import ink_on_paper
from digitapp.drawing.ink import Drawing
from digitapp.modelfile import Model, load_model
from digitapp.reading import prepare, read

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "drawing"))
from painted_photos import SCENES, photograph  # pyright: ignore[reportMissingImports]

PEN = 0.07
"""The width of the pen that the drawings are read with as they are, for a digit of 0.7."""


class Digit(NamedTuple):
    """A digit, as strokes or as an image of 28×28 pixels, and which one it is."""

    source: Drawing | np.ndarray
    label: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="everyday")
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--pens", type=Path, default=None, help="a drawings file that names writers")
    parser.add_argument("--count", type=int, default=100, help="of each kind and each source (default 100)")
    parser.add_argument("--kind", action="append", choices=list(SCENES), help="only this kind; may be repeated")
    parser.add_argument("--keep", type=Path, default=None, help="a folder for the photographs that were not read")
    options = parser.parse_args()
    model = load_model(options.model)
    sources = digits(model, options.data_dir, options.pens, options.count)
    print(f"{model.name}: read of {options.count} digits that it reads as they are (refused, wrong)")
    print(f"{'kind':16s}" + "".join(f"{name:>24s}" for name in sources))
    sums = {name: np.zeros(3, dtype=int) for name in sources}
    for kind in options.kind or SCENES:
        line = f"{kind:16s}"
        for name, own in sources.items():
            counts = measure(model, own, kind, options.keep)
            sums[name] += counts
            line += cell(counts)
        print(line, flush=True)
    print(f"{'all':16s}" + "".join(cell(counts) for counts in sums.values()))


def digits(model: Model, data_dir: Path | None, pens: Path | None, count: int) -> dict[str, list[Digit]]:
    """Return digits of each source that the model reads as they are."""
    mnist = load_dataset("mnist", data_dir=data_dir).validation
    assert mnist is not None
    images = [Digit(image.reshape(28, 28), int(label)) for image, label in zip(mnist.inputs, mnist.labels, strict=True)]
    sources = {"MNIST": images}
    path = pens or find_pens(data_dir)
    if path is not None:
        sources["pen strokes"] = [
            Digit(drawing, drawing.label)
            for drawing in read_pens(path).part("validation").drawings
            if drawing.label is not None
        ]
    rng = np.random.default_rng(0)
    return {name: some_read(model, own, count, rng) for name, own in sources.items()}


def some_read(model: Model, all_digits: list[Digit], count: int, rng: np.random.Generator) -> list[Digit]:
    """Return so many of the digits that the model reads."""
    found = []
    for index in rng.permutation(len(all_digits)):
        source, label = all_digits[index]
        prepared = prepare(source.normalised(0.7), 0.7 * PEN) if isinstance(source, Drawing) else prepare(source)
        if read(model, prepared).label == label:
            found.append(all_digits[index])
        if len(found) == count:
            break
    return found


def measure(model: Model, some: list[Digit], kind: str, keep: Path | None) -> np.ndarray:
    """Return how many are read, refused and taken for another digit from photographs of a kind."""
    counts = np.zeros(3, dtype=int)
    for number, digit in enumerate(some):
        file = paint(digit, kind, number)
        pixels = np.asarray(Image.open(BytesIO(file)), dtype=np.float32)
        answer = read(model, prepare(ink_on_paper(pixels / np.float32(255)))).label
        counts[0 if answer == digit.label else 1 if answer is None else 2] += 1
        if keep is not None and answer != digit.label:
            keep.mkdir(parents=True, exist_ok=True)
            form = "strokes" if isinstance(digit.source, Drawing) else "image"
            said = "none" if answer is None else answer
            (
                keep / f"{kind.replace(', ', '-').replace(' ', '-')}_{form}_{number}_{digit.label}_{said}.jpg"
            ).write_bytes(file)
    return counts


def paint(digit: Digit, kind: str, number: int) -> bytes:
    """Return the same photograph whenever it is asked for."""
    return photograph(digit.source, SCENES[kind], np.random.default_rng([zlib.crc32(kind.encode()), number]))


def cell(counts: np.ndarray) -> str:
    total = max(int(counts.sum()), 1)
    return f"{counts[0] / total:10.1%} ({counts[1] / total:4.1%}, {counts[2] / total:4.1%})"


if __name__ == "__main__":
    main()
