"""Runs as tables for spreadsheets: a line for each run, or for each epoch of each run."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from digitapp.kept.packing import PacketError
from digitapp.kept.register import RunLine, read_curves

if TYPE_CHECKING:
    from digitapp.kept.store import Store

COLUMNS = ("run", "name", "problem", "state", "began", "dataset", "layers", "optimizer", "rate", "seed", "epochs")
_RESULTS = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
_BEST = ("best_validation_loss", "best_validation_accuracy")


def cells_of(line: RunLine) -> tuple[str, ...]:
    """Return what stands of a run in `COLUMNS`."""
    began = datetime.fromtimestamp(line.began).isoformat(" ", "seconds")
    layers = "-".join(map(str, line.sizes))
    rate = line.config.get("learning_rate")
    shown = f"{rate:.4g}" if isinstance(rate, int | float) else ""
    optimizer = str(line.config.get("optimizer", ""))
    known = line.short, line.name, line.problem, line.fate.value, began, line.dataset, layers, optimizer
    return (*known, shown, str(line.seed), str(line.epochs))


def table_of(lines: Sequence[RunLine]) -> str:
    """Return a table (CSV) with a line for each run."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    results = (*_RESULTS, *_BEST)
    writer.writerow([*COLUMNS, "steps", *results, "seconds", "note"])
    for line in lines:
        values = (line.results.get(name, "") for name in results)
        writer.writerow([*cells_of(line), line.steps, *values, line.seconds, line.note])
    return text.getvalue()


def curves_of(store: Store, lines: Sequence[RunLine]) -> tuple[str, list[RunLine]]:
    """Return a table (CSV) with a line for each epoch of each run, and the runs whose curves are damaged.

    Raises KeptError.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    titles: list[str] = []
    damaged: list[RunLine] = []
    for line in lines:
        try:
            columns = read_curves(store, line.key)
        except PacketError:
            damaged.append(line)
            continue
        if not titles:
            titles = list(columns)
            writer.writerow(["run", "name", "seed", *titles])
        for row in zip(*columns.values(), strict=True):
            writer.writerow([line.short, line.name, line.seed, *row])
    return text.getvalue(), damaged
