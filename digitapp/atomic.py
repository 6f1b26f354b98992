"""Write files whole or not at all: to a temporary name in the same folder, then renamed into place."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# File systems allow 255 bytes in a name; what is cut off here only told a person whose temporary file it was.
_STEM_BYTES = 200


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file that takes the place of `path` only when the block ends without an error.

    Until then, and after any error, whatever stood at `path` stays as it was and no temporary file remains. Missing
    parent folders are created. A symbolic link is followed, so that the file it points to is replaced, not the link.
    A device or a pipe cannot be replaced and is written to as it is: ``/dev/null`` must stay what it is.

    Raises
    ------
    OSError : the folder cannot be created or written to, the disk is full, `path` is a folder, ...

    Examples
    --------
    >>> with atomic_file("weights.bin") as file:
    ...     file.write(b"...")
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file() and not target.is_dir():
        with target.open("wb") as file:
            yield file
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    stem = os.fsdecode(os.fsencode(target.name)[:_STEM_BYTES])
    temporary = target.with_name(f".{stem}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a crash soon after the rename could leave an empty file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def atomic_write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` whole or not at all; see `atomic_file`."""
    with atomic_file(path) as file:
        file.write(data)


def atomic_write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 with the line ends it has, whole or not at all; see `atomic_file`."""
    atomic_write_bytes(path, text.encode())
