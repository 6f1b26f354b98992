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

from digitapp.kept.histories import KeptHistory, read_history
from digitapp.kept.networks import read_marks
from digitapp.kept.packing import PacketError
from digitapp.kept.presence import is_under_way
from digitapp.kept.runs import COMMAND_SEAT, RunFate
from digitapp.kept.summaries import SHORT, summarise
from digitapp.nn import LOSSES, OPTIMIZERS
from digitapp.training.history import EpochTable, History

if TYPE_CHECKING:
    from digitapp.kept.store import Store
_OF_THE_WAY = ("epochs", "steps", "results", "validation_samples", "seconds")
"""What a line says of a run that changes while it learns; it is written beside it at its end alone."""


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
    network : how its network was built, as of `NetworkConfig`
    begun_from : the model, or the epoch of a run, whose weights it began with; "" where they were drawn
    epochs, steps : how much it has learned
    results : train_loss, train_accuracy, validation_loss, validation_accuracy at its end, and the last two at the
        epochs that are best in them: best_validation_loss, best_validation_accuracy; as far as they are known
    validation_samples : how many images validated it; 0 where that is not known, or none did
    fingerprint : of the data that it learned from; "" where it was not taken
    test : the share of the test images that it reads right; None where nobody has asked for it
    note, is_marked : what its owner has written about it, and whether it is one of those that are to stay
    version : of the program that has trained it; "" where that is not known, as for the two that follow
    machine, processor : that it was trained on
    seconds : how long it has trained, pauses left out; 0 where that is not known
    has_checkpoint : whether its whole state is kept, from which it can go on
    has_readings : whether it is kept what it reads its validation images as
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
    network: Mapping[str, Any]
    begun_from: str
    epochs: int
    steps: int
    results: Mapping[str, float]
    validation_samples: int = 0
    fingerprint: str = ""
    test: float | None = None
    note: str = ""
    is_marked: bool = False
    version: str = ""
    machine: str = ""
    processor: str = ""
    seconds: float = 0.0
    has_checkpoint: bool = False
    has_readings: bool = False

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
        """Return all that it was begun with, but the seed: runs that agree in it are of one experiment.

        What its optimiser or its loss does not use is left out.
        """
        unused = {"seed", *_unused(self.config)}
        rest = {name: value for name, value in self.config.items() if name not in unused}
        built = {name: value for name, value in self.network.items() if name != "hidden"}
        begun = {"begun_from": self.begun_from} if self.begun_from else {}
        return {"dataset": self.dataset, "layers": "-".join(map(str, self.sizes)), **built, **begun, **rest}


def _unused(config: Mapping[str, Any]) -> Iterable[str]:
    """Return the settings that are options of other optimisers and losses."""
    for key, name, entries in (("optimizer", "momentum", OPTIMIZERS), ("loss", "label_smoothing", LOSSES)):
        entry = entries.get(config.get(key, ""))
        if entry is not None and name not in {option.name for option in entry.options}:
            yield name


def read_lines(store: Store, *, deleted: bool = False, newest: int | None = None) -> list[RunLine]:
    """Return all runs that were not deleted, or those that were, the newest first; or so many of them.

    What is damaged is left out. Raises KeptError.
    """
    columns = "run, name, problem, state, seat, began, ended, step, summary, test, note, marked, checkpoint"
    columns += ", readings IS NOT NULL"
    which, limit = "NOT NULL" if deleted else "NULL", -1 if newest is None else newest
    rows = store.rows(
        f"SELECT {columns} FROM runs WHERE removed IS {which} ORDER BY began DESC, number DESC LIMIT ?", limit
    )
    lines = (_read_line(store, row) for row in rows)
    return [line for line in lines if line is not None]


def _read_line(store: Store, row: tuple) -> RunLine | None:
    key, name, problem, state, seat, began, ended, step, summary, test, note, marked, checkpoint, has_readings = row
    try:
        told = json.loads(summary) if summary is not None else {}
        fate = RunFate(state)
        if "validation_samples" not in told:
            told = _told_of(store, key)
        elif fate is RunFate.UNDER_WAY and checkpoint is not None:
            told |= {name: value for name, value in _told_of(store, key).items() if name in _OF_THE_WAY}
        if fate is RunFate.UNDER_WAY and not is_under_way(store.folder, key):
            fate = RunFate.INTERRUPTED
        return RunLine(
            str(key),
            str(name),
            str(problem),
            fate,
            seat == COMMAND_SEAT,
            float(began),
            None if ended is None else float(ended),
            str(told["dataset"]),
            tuple(int(size) for size in told["sizes"]),
            dict(told["config"]),
            dict(told["network"]),
            str(told["begun_from"]),
            int(told["epochs"]),
            max(int(told["steps"]), int(step)),
            {str(name): float(value) for name, value in told["results"].items()},
            int(told["validation_samples"]),
            str(told["fingerprint"]),
            None if test is None else float(test),
            str(note),
            bool(marked),
            str(told.get("version", "")),
            str(told.get("machine", "")),
            str(told.get("processor", "")),
            float(told.get("seconds", 0.0)),
            checkpoint is not None,
            bool(has_readings),
        )
    except (PacketError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _told_of(store: Store, key: str) -> dict[str, Any]:
    """Return what a line says of a run that is not at its end, or that an earlier version has written.

    Raises PacketError.
    """
    packet, history = store.rows("SELECT facts, history FROM runs WHERE run = ?", key)[0]
    kept = read_history(history) if history is not None else KeptHistory(History())
    return json.loads(summarise(read_marks(packet)[2], kept.history, kept.seconds))


def read_curves(store: Store, key: str) -> dict[str, list[float]]:
    """Return the epochs of a run as columns: epoch, step, losses and accuracies. Raises KeptError, PacketError."""
    table = read_history_of(store, key).epochs
    return {name: table.column(name).tolist() for name in EpochTable.columns}


def read_history_of(store: Store, key: str) -> History:
    """Return how a run went, as far as it was written. Raises KeptError, PacketError."""
    rows = store.rows("SELECT history FROM runs WHERE run = ?", key)
    return History() if not rows or rows[0][0] is None else read_history(rows[0][0]).history


def name_runs(store: Store, keys: Iterable[str], name: str) -> None:
    """Give runs a name. Raises KeptError."""
    for key in keys:
        store.run("UPDATE runs SET name = ? WHERE run = ?", name, key)


def note_runs(store: Store, keys: Iterable[str], note: str) -> None:
    """Write a note beside runs, in the place of the one before. Raises KeptError."""
    for key in keys:
        store.run("UPDATE runs SET note = ? WHERE run = ?", note, key)


def mark_runs(store: Store, keys: Iterable[str], *, marked: bool) -> None:
    """Mark runs as such that are to stay, or take that back. Raises KeptError."""
    for key in keys:
        store.run("UPDATE runs SET marked = ? WHERE run = ?", int(marked), key)


def delete_runs(store: Store, keys: Iterable[str]) -> None:
    """Mark runs as deleted: they are listed no more, and what belongs to them goes a month later. Raises KeptError."""
    moment = time.time()
    for key in keys:
        store.run("UPDATE runs SET removed = ?, listed = 0 WHERE run = ? AND removed IS NULL", moment, key)


def restore_runs(store: Store, keys: Iterable[str]) -> None:
    """Take back that runs were deleted; a window's time machine does not list them again. Raises KeptError."""
    for key in keys:
        store.run("UPDATE runs SET removed = NULL WHERE run = ?", key)
