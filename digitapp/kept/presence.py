"""Whether the process that trains a run is still there: it holds a lock, which the system gives back when it dies.

So a run that is not at its end is either under way or was interrupted, and nobody goes on with one that another trains.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from digitapp.kept.seats import FOLDER
from digitapp.locks import FileLock

_PATIENCE_S = 0.5
_PAUSE_S = 0.01


def run_lock(folder: Path, key: str) -> FileLock:
    """Return the lock that whoever trains a run holds; `folder` is that of the file of runs."""
    return FileLock(folder / FOLDER / f"run-{key}.lock", passing=True)


def take_run(lock: FileLock) -> bool:
    """Take the lock of a run; return False where another process trains it.

    Whoever looks whether a run is under way has its lock for a moment, so it is asked for more than once. Where no lock
    can be made, as in a folder that can only be read, the run is trained without.
    """
    until = time.monotonic() + _PATIENCE_S
    with suppress(OSError):
        while not lock.take():
            if time.monotonic() >= until:
                return False
            time.sleep(_PAUSE_S)
    return True


def is_under_way(folder: Path, key: object) -> bool:
    """Return whether a process trains a run at this moment."""
    return isinstance(key, str) and not {"/", "\\", "\0"} & set(key) and not run_lock(folder, key).is_free()


class Presence:
    """The runs that this process trains, told to all others as long as it lives.

    Any thread may let go of a run.

    Parameters
    ----------
    folder : of the file of runs
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[str, FileLock] = {}

    def come(self, key: str) -> None:
        """Tell that a run is under way."""
        lock = run_lock(self._folder, key)
        if key not in self._locks and take_run(lock):
            self._locks[key] = lock

    def leave(self, key: str) -> None:
        """Tell that a run is not under way any more."""
        lock = self._locks.pop(key, None)
        if lock is not None:
            lock.release()

    def leave_all(self) -> None:
        """Tell that nothing is under way."""
        for key in tuple(self._locks):
            self.leave(key)
