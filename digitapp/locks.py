"""Locks between processes: whoever holds one may write, the others wait or go elsewhere.

The system gives a lock back when the process that holds it ends, however it ends, so nobody has to clean up after a
crash. A lock stands beside what it guards, as an empty file that stays.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PAUSE_S = 0.01


class LockBusyError(OSError):
    """Somebody else holds the lock, and did not give it back in time."""


class FileLock:
    """A lock that one holder has at a time, among all processes and within one.

    A file system that knows no locks, as some in networks do, is written to without.

    Parameters
    ----------
    path : the lock's file; it is made, with its folder, when the lock is taken first
    passing : whether the file goes with the lock
    """

    def __init__(self, path: Path, *, passing: bool = False) -> None:
        self.path = path
        self._passing = passing
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this holder has it."""
        return self._file is not None

    def take(self) -> bool:
        """Take the lock if nobody has it, and return whether it is held now. Raises OSError where it cannot be made."""
        if self._file is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        if not _lock(file) or not self._is_of(file):
            os.close(file)
            return False
        self._file = file
        return True

    def is_free(self) -> bool:
        """Return whether nobody has it at this moment; nothing is made or changed by looking."""
        if self._file is not None:
            return False
        for mode in (os.O_RDWR, os.O_RDONLY):  # some file systems lock only what may be written
            try:
                file = os.open(self.path, mode | getattr(os, "O_CLOEXEC", 0))
            except (FileNotFoundError, NotADirectoryError):
                return True
            except OSError:
                continue
            try:
                return _lock(file)
            finally:
                os.close(file)
        return True

    def _is_of(self, file: int) -> bool:
        """Whether the lock's file is still this one: whoever had it may have taken it away."""
        try:
            return not self._passing or self.path.stat().st_ino == os.fstat(file).st_ino
        except OSError:
            return False

    def release(self) -> None:
        """Give the lock back; without it nothing happens."""
        file, self._file = self._file, None
        if file is not None:
            if self._passing:
                with suppress(OSError):
                    self.path.unlink()
            os.close(file)  # which gives it back

    @contextmanager
    def held(self, patience: float, gives_up: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Hold the lock for a block of code, after waiting for it for so many seconds at most, or until one gives up.

        Raises
        ------
        LockBusyError : somebody else kept it
        OSError : its file cannot be made
        """
        until = time.monotonic() + patience
        while not self.take():
            if time.monotonic() >= until or gives_up():
                raise LockBusyError(f"{self.path}: another program keeps it locked")
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import errno
    import fcntl

    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
        return True
