"""What ``digitapp runs export`` writes: tables for spreadsheets, and event files for TensorBoard."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digitapp.cli.errors import BadInput
from digitapp.cli.output import note

if TYPE_CHECKING:
    from digitapp.kept.register import RunLine
    from digitapp.kept.store import Store


def table_of(lines: Sequence[RunLine], titles: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """Return a table with a line for each run: its cells, its steps and its results."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    results = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
    writer.writerow([*titles, "steps", *results])
    for line, row in zip(lines, cells, strict=True):
        writer.writerow([*row, line.steps, *(line.results.get(name, "") for name in results)])
    return text.getvalue()


def curves_of(store: Store, lines: Sequence[RunLine]) -> str:
    """Return a table with a line for each epoch of each run."""
    from digitapp.kept.packing import PacketError
    from digitapp.kept.register import read_curves

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    titles: list[str] = []
    for line in lines:
        try:
            columns = read_curves(store, line.key)
        except PacketError:
            note(f"{line.short}: its curves are damaged and left out")
            continue
        if not titles:
            titles = list(columns)
            writer.writerow(["run", "name", "seed", *titles])
        for row in zip(*columns.values(), strict=True):
            writer.writerow([line.short, line.name, line.seed, *row])
    return text.getvalue()


def write_tensorboard(store: Store, lines: Sequence[RunLine], folder: Path) -> None:
    """Write the event file of each run into a folder. Raises BadInput where that is impossible, ExportError."""
    from digitapp.exports.tensorboard import EventRun, write_events
    from digitapp.kept.packing import PacketError
    from digitapp.kept.register import read_history_of

    runs = []
    for line in lines:
        try:
            history = read_history_of(store, line.key)
        except PacketError:
            note(f"{line.short}: its curves are damaged and left out")
            continue
        settings = {**line.settings(), "seed": line.seed}
        name = f"{line.name}-{line.short}" if line.name != line.short else line.short
        runs.append(EventRun(name, history, line.began, line.seconds, settings, line.results))
    try:
        write_events(folder, runs)
    except OSError as error:
        raise BadInput(f"--tensorboard {folder}: cannot be written: {error.strerror or error}") from error
