"""How much room the runs take, and what goes where that is more than their owner wants: weights, never a line.

What takes room are networks, checkpoints and the moments of the time machine. Where they are more than the limit, those
of the oldest runs go; a run stays in the list with its settings, its curves and its result. First go those of deleted
runs, then those of ended ones, then those of interrupted ones, which cannot be taken up afterwards. What is marked
stays, and so does what is under way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitapp.kept.networks import FOLDER as NETWORKS
from digitapp.kept.packing import PacketError, pack, unpack
from digitapp.kept.presence import is_under_way
from digitapp.kept.runs import COMMAND_SEAT, RunFate
from digitapp.kept.runs import FOLDER as CHECKPOINTS
from digitapp.kept.seats import read_part, write_part

if TYPE_CHECKING:
    from digitapp.kept.store import Store

USUAL_LIMIT = 5_000_000_000
LEAST_LIMIT, MOST_LIMIT = 10_000_000, 10**15
"""Bytes, as all numbers here."""
_KEY = "limit of runs"


@dataclass(frozen=True)
class DiskUse:
    """What all runs take of the disk, and how much they may.

    Attributes
    ----------
    taken : by networks, checkpoints, moments and curves, in bytes
    limit : from where on weights of old runs go, in bytes
    """

    taken: int
    limit: int


def read_limit(store: Store) -> int:
    """Return how much the runs may take. Raises KeptError."""
    packet = read_part(store, COMMAND_SEAT, _KEY)
    with suppress(PacketError, KeyError, TypeError, ValueError):
        if packet is not None:
            return min(max(int(unpack(packet)[0]["bytes"]), LEAST_LIMIT), MOST_LIMIT)
    return USUAL_LIMIT


def write_limit(store: Store, limit: int) -> None:
    """Write how much the runs may take; `make_room` obeys. Raises KeptError, ValueError for what is no such number."""
    if not LEAST_LIMIT <= limit <= MOST_LIMIT:
        raise ValueError(f"a limit of {LEAST_LIMIT} to {MOST_LIMIT} bytes expected, got {limit}")
    write_part(store, COMMAND_SEAT, _KEY, pack({"bytes": limit}))


def disk_use(store: Store) -> DiskUse:
    """Return what the runs take. Raises KeptError."""
    weights = sum(size for _, size, _ in _weights(store))
    ((curves,),) = store.rows("SELECT sum(length(facts) + ifnull(length(history), 0)) FROM runs")
    return DiskUse(weights + int(curves or 0), read_limit(store))


def leaving(store: Store, limit: int | None = None) -> list[str]:
    """Return the keys of the runs whose weights would go with such a limit, or with the present one.

    Raises KeptError.
    """
    use = disk_use(store)
    over = use.taken - (use.limit if limit is None else limit)
    found = []
    for key, size, (stays, *_) in sorted(_weights(store), key=lambda each: each[2]):
        if over <= 0 or stays:
            break
        if size > 0 and not is_under_way(store.folder, key):
            found.append(key)
            over -= size
    return found


def make_room(store: Store) -> list[str]:
    """Let weights go until the runs take no more than they may, and return the keys of the runs that have lost theirs.

    To be called in a transaction. Raises KeptError.
    """
    keys = leaving(store)
    for key in keys:
        _drop_weights(store, key)
    return keys


def _drop_weights(store: Store, key: str) -> None:
    for checkpoint, *networks in store.rows("SELECT checkpoint, network, best FROM runs WHERE run = ?", key):
        store.delete_afterwards(CHECKPOINTS, checkpoint)
        for name in networks:
            store.delete_afterwards(NETWORKS, name)
    store.run("DELETE FROM moments WHERE run = ?", key)
    store.run("UPDATE runs SET checkpoint = NULL, network = NULL, best = NULL WHERE run = ?", key)


def _weights(store: Store) -> Iterator[tuple[str, int, tuple[bool, int, float]]]:
    """Yield of each run its key, the bytes of its weights, and its place in the order in which they go.

    The place begins with whether it stays.
    """
    sizes = {folder: dict(_sizes(store, folder)) for folder in (CHECKPOINTS, NETWORKS)}
    moments = dict(store.rows("SELECT run, sum(length(parameters)) FROM moments GROUP BY run"))
    columns = "run, state, began, removed, marked, checkpoint, network, best"
    for key, state, began, removed, marked, checkpoint, network, best in store.rows(f"SELECT {columns} FROM runs"):
        files = sizes[CHECKPOINTS].get(checkpoint, 0)
        files += sum(sizes[NETWORKS].get(name, 0) for name in {network, best})
        turn = 0 if removed is not None else 2 if state == RunFate.UNDER_WAY else 1
        yield str(key), files + int(moments.get(key) or 0), (bool(marked), turn, float(began))


def _sizes(store: Store, folder: str) -> Iterator[tuple[str, int]]:
    with suppress(OSError):
        for path in (store.folder / folder).iterdir():
            with suppress(OSError):
                yield path.name, path.stat().st_size
