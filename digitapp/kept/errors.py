"""What goes wrong with what is kept."""

from __future__ import annotations

from pathlib import Path


class KeptError(Exception):
    """What is kept cannot be read or written.

    Attributes
    ----------
    path : the file it is about
    reason : what is wrong
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class KeptFullError(KeptError):
    """There is no room on the disk."""


class KeptReadOnlyError(KeptError):
    """The file, or its folder, can only be read."""


class KeptDamagedError(KeptError):
    """The file is not what was written; `aside` is where it was put, None while it lies where it was."""

    aside: Path | None = None


class KeptBusyError(KeptError):
    """Another program keeps the file locked."""
