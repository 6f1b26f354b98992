"""Every run as one line: those of all windows and those of the command line, to be listed, compared and deleted.

What a line says is written beside the run when it begins and when it ends, so that thousands of them are listed without
opening one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digitapp.kept.histories import read_history
from digitapp.kept.networks import read_marks
from digitapp.kept.packing import PacketError
from digitapp.kept.runs import RunFate
from digitapp.kept.summaries import summarise
from digitapp.training.history import EpochTable, History

if TYPE_CHECKING:
    from digitapp.kept.store import Store

COMMAND_SEAT = -1
"""The seat of the command line, on which no window sits."""
SHORT = 8
"""So many digits of a run's key tell it from the others."""


@dataclass(frozen=True)
class RunLine:
    """What is known of a run without opening it.

    Attributes
    ----------
    key : the same at every start
    name : of the experiment that it belongs to, or what people call it; "" for none
    problem, fate : whose it is, and what has become of it
    is_command : whether the command line has made it
    began, ended : in seconds since 1970; None where it has not ended
    dataset, sizes : what it learned from, and the layers
    config : its settings, as of `TrainConfig`
    epochs, steps : how much it has learned
    results : train_loss, train_accuracy, validation_loss, validation_accuracy, where they are known
    """

    key: str
    name: str
    problem: str
    fate: RunFate
    is_command: bool
    began: float
    ended: float | None
    dataset: str
    sizes: tuple[int, ...]
    config: Mapping[str, Any]
    epochs: int
    steps: int
    results: Mapping[str, float]

    @property
    def short(self) -> str:
        """The beginning of its key, by which people call it."""
        return self.key[:SHORT]

    @property
    def seed(self) -> int:
        """That its first weights and its batches were drawn with; −1 where that is not known."""
        seed = self.config.get("seed")
        return seed if isinstance(seed, int) else -1

    def settings(self) -> dict[str, Any]:
        """Return all that it was begun with, but the seed: runs that agree in it are of one experiment."""
        rest = {name: value for name, value in self.config.items() if name != "seed"}
        return {"dataset": self.dataset, "layers": "-".join(map(str, self.sizes)), **rest}


def read_lines(store: Store, *, deleted: bool = False) -> list[RunLine]:
    """Return all runs that were not deleted, or those that were, the newest first. Raises KeptError.

    What is damaged is left out.
    """
    columns = "run, name, problem, state, seat, began, ended, step, summary"
    which = "NOT NULL" if deleted else "NULL"
    rows = store.rows(f"SELECT {columns} FROM runs WHERE removed IS {which} ORDER BY began DESC, number DESC")
    lines = (_read_line(store, row) for row in rows)
    return [line for line in lines if line is not None]


def _read_line(store: Store, row: tuple) -> RunLine | None:
    key, name, problem, state, seat, began, ended, step, summary = row
    try:
        told = json.loads(summary if summary is not None else _summary_of_old(store, key))
        return RunLine(
            str(key),
            str(name),
            str(problem),
            RunFate(state),
            seat == COMMAND_SEAT,
            float(began),
            None if ended is None else float(ended),
            str(told["dataset"]),
            tuple(int(size) for size in told["sizes"]),
            dict(told["config"]),
            int(told["epochs"]),
            max(int(told["steps"]), int(step)),
            {str(name): float(value) for name, value in told["results"].items()},
        )
    except (PacketError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _summary_of_old(store: Store, key: str) -> str:
    """Return what a line says of a run that an earlier version has written. Raises PacketError."""
    packet, history = store.rows("SELECT facts, history FROM runs WHERE run = ?", key)[0]
    return summarise(read_marks(packet)[2], read_history(history).history if history is not None else History())


def read_curves(store: Store, key: str) -> dict[str, list[float]]:
    """Return the epochs of a run as columns: epoch, step, losses and accuracies. Raises KeptError, PacketError."""
    rows = store.rows("SELECT history FROM runs WHERE run = ?", key)
    if not rows or rows[0][0] is None:
        return {name: [] for name in EpochTable.columns}
    table = read_history(rows[0][0]).history.epochs
    return {name: table.column(name).tolist() for name in EpochTable.columns}


def name_runs(store: Store, keys: Iterable[str], name: str) -> None:
    """Give runs a name. Raises KeptError."""
    for key in keys:
        store.run("UPDATE runs SET name = ? WHERE run = ?", name, key)


def delete_runs(store: Store, keys: Iterable[str]) -> None:
    """Mark runs as deleted: they are listed no more, and what belongs to them goes a month later. Raises KeptError."""
    moment = time.time()
    for key in keys:
        store.run("UPDATE runs SET removed = ?, listed = 0 WHERE run = ? AND removed IS NULL", moment, key)


def restore_runs(store: Store, keys: Iterable[str]) -> None:
    """Take back that runs were deleted; a window's time machine does not list them again. Raises KeptError."""
    for key in keys:
        store.run("UPDATE runs SET removed = NULL WHERE run = ?", key)
