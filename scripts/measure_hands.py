"""What fine-tuning on a person's digits gains, and what it costs on MNIST: people simulated from real pen strokes.

Each person "draws" up to ten of each digit, of which every third is held out as on the page My hand; whatever else
they wrote is measured as well, for thirty digits say little. A writer's digits are those of nobody else, and the
people below are set aside by `digitapp.datasets.pens`: no shipped model was trained on them.

    python scripts/measure_hands.py --pens FILE [--model NAME] [--data-dir FOLDER] [--writers NAME,NAME] [--repeats N]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from digitapp.datasets.collection import EACH, Collection, Sample, split_of
from digitapp.datasets.handwriting import generate
from digitapp.datasets.load import load_dataset
from digitapp.datasets.pens import part_of, read_pens
from digitapp.drawing.ink import Drawing
from digitapp.modelfile import load_model
from digitapp.training.evaluate import evaluate
from digitapp.training.fine_tuning import fine_tune

PEOPLE = 5
SIZE, PEN_WIDTH = 0.6, 0.06  # of the canvas


def collected(drawings: list[Drawing], seed: int) -> tuple[Collection, list[Sample]]:
    """Return what a person with these drawings would have collected, and what is left over."""
    rng = np.random.default_rng(seed)
    counts, taken, left = [0] * 10, [], []
    for index in rng.permutation(len(drawings)):
        drawing = drawings[index].normalised(SIZE)
        assert drawing.label is not None
        counts[drawing.label] += 1
        pile = taken if counts[drawing.label] <= EACH else left
        pile.append(Sample(drawing, drawing.label, PEN_WIDTH))
    return Collection().extended(taken), left


def main() -> None:
    """Print a line for each person, and the mean."""
    parser = argparse.ArgumentParser(
        description="What fine-tuning on a person's digits gains, and what it costs on MNIST."
    )
    parser.add_argument("--pens", type=Path, required=True, help="drawings file whose drawings name their writer")
    parser.add_argument("--model", default="mnist")
    parser.add_argument("--data-dir", type=Path, default=None)
    parser.add_argument("--writers", default="", help="by default those set aside with the most digits")
    parser.add_argument("--repeats", type=int, default=3, help="how many times each person draws, in another order")
    options = parser.parse_args()

    hands = read_pens(options.pens)
    by_writer: dict[str, list[Drawing]] = {}
    for drawing, writer in zip(hands.drawings, hands.writers, strict=True):
        by_writer.setdefault(writer, []).append(drawing)
    aside = sorted((name for name in by_writer if part_of(name) == "test"), key=lambda name: -len(by_writer[name]))
    people = options.writers.split(",") if options.writers else aside[:PEOPLE]
    model = load_model(options.model)
    mnist = load_dataset("mnist", data_dir=options.data_dir)
    others = [mnist.train, generate(6000, 1).train]
    assert mnist.test is not None

    print(f"{'person':>8} {'digits':>6} {'held out':>17} {'all not trained on':>22} {'MNIST':>15} seconds")
    rows = []
    for name in people:
        for repeat in range(options.repeats):
            collection, left = collected(by_writer[name], repeat)
            parts = (split_of(collection.held_out), split_of([*collection.held_out, *left]), mnist.test)
            before = [evaluate(model.network, model.loss, part).accuracy for part in parts]
            began = time.perf_counter()
            tuned = fine_tune(model.network, model.loss, collection.training, others)
            seconds = time.perf_counter() - began
            after = [evaluate(tuned, model.loss, part).accuracy for part in parts]
            rows.append([*before, *after, seconds])
            shown = "  ".join(f"{100 * b:6.2f} > {100 * a:6.2f}" for b, a in zip(before, after, strict=True))
            print(f"{name:>8} {len(collection):>6} {shown} {seconds:6.1f}", flush=True)
    mean = np.mean(rows, axis=0)
    shown = "  ".join(f"{100 * b:6.2f} > {100 * a:6.2f}" for b, a in zip(mean[:3], mean[3:6], strict=True))
    print(f"{'mean':>8} {'':>6} {shown} {mean[6]:6.1f}")


if __name__ == "__main__":
    main()
