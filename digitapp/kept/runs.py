"""Every run: what it learned with, how it went, its moments, and where it can be taken up again.

A run that is under way is written every few seconds. Its checkpoint is a file of its own for each step that it was
written at, and the row names one of them together with the curves up to that step: whenever the process ends, the two
belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitapp.calibration import Calibration
from digitapp.kept.histories import KeptHistory, read_history
from digitapp.kept.networks import FOLDER as NETWORKS
from digitapp.kept.networks import Edits, read_marks, write_marks, write_model
from digitapp.kept.packing import PacketError
from digitapp.kept.summaries import summarise, this_machine
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.runs.branches import Branch
from digitapp.training.checkpoint import Checkpoint, save_checkpoint
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.history import History
from digitapp.training.moments import Moment, Moments

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

FOLDER = "checkpoints"
SUFFIX = ".safetensors"

COMMAND_SEAT = -1
"""The seat of the command line, on which no window sits."""


class RunFate(StrEnum):
    """What has become of a run."""

    UNDER_WAY = "under way"
    """It was learning, or paused, when somebody looked last: it can be taken up again."""
    ENDED = "ended"
    """By itself or stopped."""
    FAILED = "failed"
    GIVEN_UP = "given up"
    """Interrupted, and not to be taken up again."""
    INTERRUPTED = "interrupted"
    """It has not come to its end, and nobody trains it: the file says `UNDER_WAY`, but its process is gone."""


@dataclass(frozen=True, eq=False)
class KeptRun:
    """A run as it is kept.

    Attributes
    ----------
    key : see `Branch`
    number : counted from 1 in the order of the problem's runs
    fate : what has become of it
    facts : what `describe_run` says of it, as JSON values
    packet : its facts, and the units that it left alone
    history : packet of its curves, None where nothing was written since it began
    step : that its checkpoint was written at
    checkpoint, network : files of its state and of its network at its end, None where there are none
    """

    key: str
    number: int
    fate: RunFate
    facts: Mapping[str, Any]
    packet: bytes
    history: bytes | None
    step: int
    checkpoint: Path | None
    network: Path | None


def describe_run(branch: Branch, dataset_name: str, foils: int) -> dict[str, Any]:
    """Return what is to be known about a run to show it and to take it up again, as JSON values."""
    model, (network, config) = branch.model, branch.configs
    return {
        "sizes": list(model.network.sizes),
        "activations": list(model.network.activations),
        "loss": model.loss,
        "problem": model.problem,
        "class_names": list(model.class_names),
        "preprocessing": model.preprocessing,
        "calibration": asdict(model.calibration),
        "training": dict(model.training),
        "network": asdict(network),
        "config": asdict(config),
        "dataset": dataset_name,
        "foils": foils,
        "parent": branch.parent.key if branch.parent is not None else None,
        "start": branch.start,
        "facts": dict(branch.facts),
        "before": dict(branch.before),
    }


# Writing: each is a wish of the writer, and may be repeated


def begin_run(store: Store, seat: int, problem: str, branch: Branch, facts: Mapping[str, Any], began: float) -> None:
    """Write that a run has begun."""
    packet = write_marks(branch.marks, Edits(), facts)
    summary = summarise(facts, History(), machine=this_machine())
    store.run(
        "INSERT OR IGNORE INTO runs (run, seat, problem, number, state, began, facts, summary) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        *(branch.key, seat, problem, branch.number, RunFate.UNDER_WAY, began, packet, summary),
    )
    # Of a run that is taken up again, what came after its checkpoint is about to come anew.
    store.run("DELETE FROM moments WHERE run = ? AND step > (SELECT step FROM runs WHERE run = ?)", *[branch.key] * 2)
    if seat == COMMAND_SEAT:
        return  # whose runs know nothing of each other
    # Only the newest run of a desk can be taken up, or gone on with as if it had been longer.
    for run, name in store.rows(
        "SELECT run, checkpoint FROM runs WHERE seat = ? AND problem = ? AND run != ? AND checkpoint IS NOT NULL",
        *(seat, problem, branch.key),
    ):
        store.run("UPDATE runs SET checkpoint = NULL WHERE run = ?", run)
        store.delete_afterwards(FOLDER, name)


def write_progress(
    store: Store, key: str, checkpoint: Checkpoint, history: Callable[[], bytes], best: Model | None = None
) -> None:
    """Write how far a run is: its checkpoint, its curves up to there, and its best network where that is a new one."""
    step = int(checkpoint.facts["step"])
    path = store.folder / FOLDER / f"{key}.{step}{SUFFIX}"
    path.parent.mkdir(exist_ok=True)  # not the folder above: where that has gone, nothing is made in its place
    save_checkpoint(checkpoint, path)
    for (name,) in store.rows("SELECT checkpoint FROM runs WHERE run = ? AND checkpoint IS NOT NULL", key):
        if name != path.name:
            store.delete_afterwards(FOLDER, name)
    values = path.name, step, history(), key
    store.run("UPDATE runs SET checkpoint = ?, step = ?, history = ? WHERE run = ?", *values)
    if best is not None:
        _write_best(store, key, best)


def _write_best(store: Store, key: str, best: Model) -> None:
    """Write the network of a run's best epoch in the place of the one before."""
    path = write_model(best, store.folder / NETWORKS, f"run-{key}-best")
    for (name,) in store.rows("SELECT best FROM runs WHERE run = ? AND best IS NOT NULL AND best IS NOT network", key):
        if name != path.name:
            store.delete_afterwards(NETWORKS, name)
    store.run("UPDATE runs SET best = ? WHERE run = ?", path.name, key)


def forget_checkpoint(store: Store, key: str) -> None:
    """Delete the checkpoint of a run that nobody goes on with."""
    for (name,) in store.rows("SELECT checkpoint FROM runs WHERE run = ? AND checkpoint IS NOT NULL", key):
        store.run("UPDATE runs SET checkpoint = NULL WHERE run = ?", key)
        store.delete_afterwards(FOLDER, name)


def end_run(
    store: Store,
    key: str,
    fate: RunFate,
    ended: float,
    history: Callable[[], bytes],
    model: Model,
    fingerprint: str = "",
    best: Model | None = None,
) -> None:
    """Write that a run has ended, how it went, and the network that it has left.

    Parameters
    ----------
    fingerprint : of the data that it learned from, where it is known
    best : the network of its best epoch, where that is not on the disk yet; `model` itself where it is the same
    """
    path = write_model(model, store.folder / NETWORKS, f"run-{key}")
    packet = history()
    values = fate, ended, packet, path.name, _summary(store, key, packet, fingerprint), key
    store.run("UPDATE runs SET state = ?, ended = ?, history = ?, network = ?, summary = ? WHERE run = ?", *values)
    if best is model:
        for (name,) in store.rows("SELECT best FROM runs WHERE run = ? AND best IS NOT NULL", key):
            if name != path.name:
                store.delete_afterwards(NETWORKS, name)
        store.run("UPDATE runs SET best = network WHERE run = ?", key)
    elif best is not None:
        _write_best(store, key, best)


def go_on_with(store: Store, key: str) -> None:
    """Write that a run, if it is there, is under way again; one that was deleted comes back by it."""
    store.run("UPDATE runs SET state = ?, ended = NULL, removed = NULL WHERE run = ?", RunFate.UNDER_WAY, key)


def fail_run(store: Store, key: str, fate: RunFate, ended: float, history: Callable[[], bytes]) -> None:
    """Write that a run has not come to its end, and how it went until then."""
    packet = history()
    values = fate, ended, packet, _summary(store, key, packet), key
    store.run("UPDATE runs SET state = ?, ended = ?, history = ?, summary = ? WHERE run = ?", *values)


def write_steps(store: Store, key: str, history: Callable[[], bytes]) -> None:
    """Write how a run of steps by hand stands; there is nothing in it to be taken up."""
    packet = history()
    values = RunFate.ENDED, packet, _summary(store, key, packet), key
    store.run("UPDATE runs SET state = ?, history = ?, summary = ? WHERE run = ?", *values)


def _summary(store: Store, key: str, history: bytes, fingerprint: str = "") -> str | None:
    """Return what a list says of a run that went so; None where its row is damaged."""
    rows = store.rows("SELECT facts FROM runs WHERE run = ?", key)
    try:
        if not rows:
            return None
        kept = read_history(history)
        return summarise(read_marks(rows[0][0])[2], kept.history, kept.seconds, fingerprint, this_machine())
    except (PacketError, KeyError, TypeError):
        return None


def give_up_run(store: Store, key: str) -> None:
    """Write that a run that was interrupted is not taken up again."""
    store.run("UPDATE runs SET state = ? WHERE run = ?", RunFate.GIVEN_UP, key)


def write_moments(
    store: Store,
    key: str,
    moments: Sequence[Moment],
    most_bytes: int | None = None,
    replaced: frozenset[int] = frozenset(),
) -> None:
    """Write which moments of a run are kept: new ones come, those that made room go.

    Where the new ones are more than `most_bytes`, some of them are left out, evenly, but not the last. `replaced` are
    steps whose moments may be there and are others now.
    """
    there = {step for (step,) in store.rows("SELECT step FROM moments WHERE run = ?", key)}
    wanted = {moment.step: moment for moment in moments}
    gone = (there - wanted.keys()) | (there & replaced)
    there -= gone
    for step in gone:
        store.run("DELETE FROM moments WHERE run = ? AND step = ?", key, step)
    new = sorted(wanted.keys() - there)
    if most_bytes is not None and new:
        room = max(1, most_bytes // wanted[new[0]].parameters.nbytes)
        new = new[::-1][:: -(-len(new) // room)]
    for step in new:
        store.run("INSERT INTO moments VALUES (?, ?, ?)", key, step, wanted[step].parameters.tobytes())


def leave_list(store: Store, seat: int, problem: str, keys: Sequence[str]) -> None:
    """Write which runs of a problem the time machine still lists; the others keep their rows, not their moments."""
    for (run,) in store.rows("SELECT run FROM runs WHERE seat = ? AND problem = ? AND listed", seat, problem):
        if run not in keys:
            store.run("UPDATE runs SET listed = 0 WHERE run = ?", run)
            store.run("DELETE FROM moments WHERE run = ?", run)


# Reading


def newest_number(store: Store, seat: int, problem: str) -> int:
    """Return the number of the newest run of a problem, 0 before the first."""
    newest = store.rows("SELECT max(number) FROM runs WHERE seat = ? AND problem = ?", seat, problem)[0][0]
    return newest if isinstance(newest, int) else 0


def checkpoint_of(store: Store, key: str) -> Path | None:
    """Return the file of a run's whole state, None where there is none. Raises KeptError."""
    rows = store.rows("SELECT checkpoint FROM runs WHERE run = ?", key)
    return store.file(FOLDER, rows[0][0]) if rows else None


def read_runs(store: Store, seat: int, problem: str, newest: int | None = None) -> list[KeptRun]:
    """Return the listed runs of a problem, the oldest first, or the newest so many; damaged rows are left out."""
    columns = "run, number, state, facts, history, step, checkpoint, network"
    found = []
    for key, number, state, packet, history, step, checkpoint, network in store.rows(
        f"SELECT {columns} FROM runs WHERE seat = ? AND problem = ? AND listed ORDER BY number DESC LIMIT ?",
        *(seat, problem, -1 if newest is None else newest),
    ):
        try:
            facts = read_marks(packet)[2]
            fate = RunFate(state)
        except (PacketError, ValueError):
            continue
        if not (isinstance(key, str) and isinstance(number, int) and isinstance(step, int)):
            continue  # in a damaged file anything may stand
        paths = store.file(FOLDER, checkpoint), store.file(NETWORKS, network)
        found.append(KeptRun(key, number, fate, facts, packet, history, step, *paths))
    return found[::-1]


def read_moments(store: Store, run: KeptRun, kept: KeptHistory, size: int) -> Moments:
    """Return the moments of a run; of one still under way, those that are not later than its checkpoint.

    `size` is that of the parameters of each in bytes: others are damaged and left out.
    """
    last = run.step if run.fate is RunFate.UNDER_WAY else np.iinfo(np.int64).max
    rows = store.rows(
        "SELECT step, parameters FROM moments WHERE run = ? AND step <= ? ORDER BY step", run.key, int(last)
    )
    moments = Moments(kept.capacity)
    moments.take_up(
        tuple(
            Moment(step, np.frombuffer(data, np.float32))
            for step, data in rows
            if isinstance(step, int) and isinstance(data, bytes) and len(data) == size
        ),
        kept.stride,
    )
    moments.is_open = moments.is_open and run.fate is RunFate.UNDER_WAY
    return moments


def history_of(run: KeptRun) -> KeptHistory:
    """Return how a run went, as far as it was written. Raises PacketError."""
    return read_history(run.history) if run.history is not None else KeptHistory(History())


def branch_of(run: KeptRun, kept: KeptHistory, parents: Mapping[str, Branch]) -> Branch:
    """Return a kept run as a branch of the time machine, without its moments; its network has no weights yet.

    Raises
    ------
    PacketError : its parts do not fit together
    """
    facts = run.facts
    try:
        network = Network(facts["sizes"], facts["activations"])
        model = Model(
            network,
            facts["loss"],
            facts["problem"],
            tuple(facts["class_names"]),
            facts["preprocessing"],
            facts["training"],
            calibration=Calibration(**facts["calibration"]),
        )
        return Branch(
            run.number,
            Moments(0),
            kept.history,
            model,
            (NetworkConfig(**facts["network"]), TrainConfig(**facts["config"])),
            None,
            read_marks(run.packet)[0],
            parents.get(facts["parent"] or ""),
            float(facts["start"]),
            facts["facts"],
            run.key,
            facts["before"],
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise PacketError(f"this is no run ({error})") from error
