"""A seat is what one window shows: two windows at once have two, and nobody's drawing is written over.

A window takes the seat that was left last and that nobody sits on, so the next start is where the last window was.
"""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from digitapp.kept.packing import PacketError, pack, unpack
from digitapp.locks import FileLock

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

FOLDER = "locks"
_LAST = "last used"
MOST_SEATS = 100


class Seat:
    """A seat that is taken.

    Attributes
    ----------
    number : from 0
    """

    def __init__(self, number: int, lock: FileLock) -> None:
        self.number = number
        self._lock = lock

    def leave(self) -> None:
        """Give the seat to whoever comes next."""
        self._lock.release()


def take_seat(folder: Path, wanted: list[int]) -> Seat:
    """Return the first free one of some seats, or else a new one.

    Where no lock can be made, as on a full disk or in a folder that can only be read, it is the first, without a lock.
    """
    for number in chain(wanted, (number for number in count() if number not in wanted)):
        lock = FileLock(folder / FOLDER / f"seat-{number}.lock")
        try:
            if number >= MOST_SEATS or lock.take():
                return Seat(number, lock)
        except OSError:
            return Seat(number, lock)
    raise AssertionError("there are always more numbers")


def seats_by_use(store: Store) -> list[int]:
    """Return the seats there are, the one that was used last first. Raises KeptError."""
    used = []
    for seat, packet in store.rows("SELECT seat, packet FROM seats WHERE key = ?", _LAST):
        if not isinstance(seat, int):
            continue  # in a damaged file anything may stand
        try:
            used.append((float(unpack(packet)[0]["time"]), seat))
        except (PacketError, KeyError, TypeError, ValueError):
            used.append((0.0, seat))
    return [seat for _, seat in sorted(used, reverse=True)]


def mark_used(store: Store, seat: int, moment: float) -> None:
    """Write when a seat was used."""
    write_part(store, seat, _LAST, pack({"time": moment}))


def write_part(store: Store, seat: int, key: str, packet: bytes) -> None:
    """Write one part of what a seat shows."""
    store.run("INSERT OR REPLACE INTO seats VALUES (?, ?, ?)", seat, key, packet)


def read_part(store: Store, seat: int, key: str) -> bytes | None:
    """Return one part of what a seat shows, None where it was never written. Raises KeptError."""
    rows = store.rows("SELECT packet FROM seats WHERE seat = ? AND key = ?", seat, key)
    return rows[0][0] if rows else None
