"""How many digits are read on the real canvas: strokes replayed with the mouse, anywhere, of any size, with any pen.

    python benchmarks/canvas_accuracy.py --pens FILE [--model MODEL] [--part test] [--count 500] [--size 1280x800]

The writers of the part "test" are set aside by their names (`digitapp.datasets.pens`): no shipped model was trained or
chosen on them. Sizes are drawn evenly from a quarter of the canvas to all of it, pens from the thinnest to the thickest
of the tools, places anywhere. Printed are the share that is read right, what is refused, and both by size and by pen.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
from pointer_latency import Stand

from digitapp.datasets.pens import read_pens
from digitapp.drawing.ink import Drawing

SIZES = (0.25, 0.4, 0.6, 0.8, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pens", type=Path, required=True, help="a drawings file that names writers")
    parser.add_argument("--model", type=Path, help="a model file instead of the shipped one")
    parser.add_argument("--part", default="test", choices=("train", "validation", "test"), help="whose strokes")
    parser.add_argument("--count", type=int, default=500, help="how many drawings are replayed (default 500)")
    parser.add_argument("--size", default="1280x800", help="the window's size (default 1280x800)")
    options = parser.parse_args()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    hands = read_pens(options.pens).part(options.part)
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(hands.drawings))[: options.count]
    width, height = map(int, options.size.split("x"))
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder), options.model, width, height)
        replays = [replay(stand, hands.drawings[index], rng) for index in chosen]
        stand.close()
    report(hands.labels[chosen], replays)


def replay(stand: Stand, drawing: Drawing, rng: np.random.Generator) -> tuple[float, float, int, str]:
    """Draw somewhere on the canvas; return size, pen width, the most probable digit and the answer's text."""
    from PySide6.QtWidgets import QLabel

    from digitapp.gui.pages.draw.tools import NARROWEST, WIDEST

    size, pen = rng.uniform(SIZES[0], SIZES[-1]), rng.uniform(NARROWEST, WIDEST) / 1000
    small = drawing.normalised(size)
    box = small.bounding_box()
    assert box is not None
    room = np.array([1 - box.width, 1 - box.height])
    x, y = rng.uniform(0, 1, 2) * room - (box.left, box.top)
    stand.session.set_pen_width(pen)
    stand.replay(small.transformed([[1, 0, x], [0, 1, y]]))
    probabilities = stand.session.answer.probabilities
    shown = stand.page.findChild(QLabel, "predictionLabel")
    assert isinstance(shown, QLabel)
    return size, pen, -1 if probabilities is None else int(probabilities.argmax()), shown.text()


def report(labels: np.ndarray, replays: list[tuple[float, float, int, str]]) -> None:
    sizes, pens, read, texts = (np.array(column) for column in zip(*replays, strict=True))
    right, refused = read == labels, texts == "?"
    print(f"{len(labels)} drawings: {right.mean():.2%} read, {refused.mean():.2%} refused, {(~right).sum()} wrong")
    for title, values, edges in (("size", sizes, SIZES), ("pen", pens, np.quantile(pens, (0, 0.25, 0.5, 0.75, 1)))):
        for low, high in pairwise(edges):
            part = (values >= low) & (values <= high)
            print(f"  {title} {low:.3f}-{high:.3f}: {right[part].mean():.2%} of {part.sum()}")
    mistakes = Counter(zip(labels[~right].tolist(), read[~right].tolist(), strict=True))
    print("  mistakes:", ", ".join(f"{true}→{said} ×{count}" for (true, said), count in mistakes.most_common(12)))


if __name__ == "__main__":
    main()
