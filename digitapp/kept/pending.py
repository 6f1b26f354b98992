"""Experiments of a window: the runs of their seeds, and which seeds are still to be trained when it was cut off.

The run of the first seed is one of the time machine's, and kept as any. Those of the others are rows that no time
machine lists, without moments. What a desk has begun stands in a part of its seat, until all of it is done or nobody
wants the rest: so the next start knows what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digitapp.kept.networks import FOLDER as NETWORKS
from digitapp.kept.networks import Edits, read_marks, write_marks
from digitapp.kept.packing import PacketError, pack, unpack
from digitapp.kept.runs import FOLDER, KeptRun, RunFate, forget_checkpoint
from digitapp.kept.seats import read_part, write_part
from digitapp.kept.summaries import summarise, this_machine
from digitapp.runs.branches import Branch
from digitapp.training.history import History

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store


@dataclass(frozen=True, eq=False)
class KeptExperiment:
    """An experiment whose seeds were not all trained.

    Attributes
    ----------
    first : the key of the run of its first seed
    name : of its runs
    seeds : all of them, in their order
    runs : of its seeds but the first that have begun, by seed
    """

    first: str
    name: str
    seeds: tuple[int, ...]
    runs: Mapping[int, KeptRun]


def open_experiment(store: Store, seat: int, problem: str, first: str, name: str, seeds: tuple[int, ...]) -> None:
    """Write that the seeds of an experiment are to be trained, the first of them as run `first`. Raises KeptError."""
    write_part(store, seat, _part(problem), pack({"first": first, "name": name, "seeds": list(seeds)}))


def close_experiment(store: Store, seat: int, problem: str) -> None:
    """Write that no more seeds are to be trained. Raises KeptError."""
    store.run("DELETE FROM seats WHERE seat = ? AND key = ?", seat, _part(problem))


def begin_seed(
    store: Store, seat: int, problem: str, branch: Branch, facts: Mapping[str, Any], began: float, name: str
) -> None:
    """Write that the run of a seed other than the first has begun. Raises KeptError."""
    packet = write_marks(branch.marks, Edits(), facts)
    store.run(
        "INSERT OR IGNORE INTO runs (run, seat, problem, number, state, began, facts, summary, listed, name) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        *(branch.key, seat, problem, branch.number, RunFate.UNDER_WAY, began, packet),
        *(summarise(facts, History(), machine=this_machine()), name),
    )


def break_off_seed(store: Store, key: str, fate: RunFate, ended: float) -> None:
    """Write that the run of a seed has ended without a result. Raises KeptError."""
    store.run("UPDATE runs SET state = ?, ended = ? WHERE run = ?", fate, ended, key)
    forget_checkpoint(store, key)


def read_pending(store: Store, seat: int, problem: str) -> KeptExperiment | None:
    """Return the experiment of a problem that was not done, None where there is none. Raises KeptError."""
    packet = read_part(store, seat, _part(problem))
    if packet is None:
        return None
    try:
        facts = unpack(packet)[0]
        first, name, seeds = str(facts["first"]), str(facts["name"]), tuple(int(seed) for seed in facts["seeds"])
    except (PacketError, KeyError, TypeError, ValueError):
        return None
    rows = store.rows(
        "SELECT run, number, state, facts, history, step, checkpoint, network FROM runs WHERE seat = ? AND problem = ? "
        "AND name = ? AND NOT listed AND removed IS NULL AND began >= (SELECT began FROM runs WHERE run = ?) "
        "ORDER BY began",
        *(seat, problem, name, first),
    )
    runs: dict[int, KeptRun] = {}
    for key, number, state, packet, history, step, checkpoint, network in rows:
        try:
            told = read_marks(packet)[2]
            seed, fate = int(told["config"]["seed"]), RunFate(state)
        except (PacketError, ValueError, TypeError, KeyError):
            continue  # in a damaged file anything may stand
        files = store.file(FOLDER, checkpoint), store.file(NETWORKS, network)
        runs[seed] = KeptRun(str(key), int(number), fate, told, packet, history, int(step), *files)
    return KeptExperiment(first, name, seeds, runs)


def _part(problem: str) -> str:
    return f"{problem}/experiment"
