"""Open files for reading, and nothing that only has the name of one."""

import errno
import os
import stat
from typing import BinaryIO


class NoFileError(OSError):
    """A pipe, a device or a socket where a file is expected."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(errno.EINVAL, "It is a pipe or a device, and no file", os.fspath(path))


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading.

    Whoever reads from a pipe waits for somebody to write, perhaps for ever, and a device such as /dev/zero has no end.

    Raises
    ------
    NoFileError : it is a pipe, a device or a socket
    OSError : it cannot be opened, or is a folder
    """
    return open(path, "rb", opener=_opened)


def _opened(path: str, flags: int) -> int:
    # Without waiting for who writes into a pipe; for a file it makes no difference.
    opened = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
    mode = os.fstat(opened).st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        os.close(opened)
        raise NoFileError(path)
    return opened
