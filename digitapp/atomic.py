"""Write files whole or not at all: to a temporary name in the same folder, then renamed into place."""

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

# File systems allow 255 bytes in a name; what is cut off here only told a person whose temporary file it was.
_STEM_BYTES = 200
_OLD_S = 24 * 3600.0  # a temporary file that nobody has written to for so long was left by a process that was killed


@contextmanager
def atomic_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a binary file that takes the place of `path` only when the block ends without an error.

    Until then, and after any error, whatever stood at `path` stays as it was and no temporary file remains. Missing
    parent folders are created. A symbolic link is followed, so that the file it points to is replaced, not the link;
    the file's permissions stay. A device or a pipe cannot be replaced and is written to as it is: ``/dev/null`` must
    stay what it is. When the block has ended, the file is on the disk, and a power cut leaves the one or the other.

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
    temporary = _temporary(target)
    try:
        with temporary.open("xb") as file:  # never a file or a link that somebody has put there
            _take_permissions(temporary, target)
            yield file
            file.flush()
            os.fsync(file.fileno())  # else a crash soon after the rename could leave an empty file
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(target.parent)


@contextmanager
def atomic_files(paths: Sequence[Path]) -> Iterator[list[BinaryIO]]:
    """Open binary files that take their places together when the block ends without an error; see `atomic_file`.

    All of them are on the disk before the first is renamed. Where a rename fails all the same, what had been replaced
    is put back.
    """
    with ExitStack() as stack:
        targets = [path.resolve() for path in paths]
        temporaries = [_temporary(target) for target in targets]
        for temporary in temporaries:
            stack.callback(temporary.unlink, missing_ok=True)
        files = []
        for temporary, target in zip(temporaries, targets, strict=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            files.append(stack.enter_context(temporary.open("xb")))
            _take_permissions(temporary, target)
        yield files
        for file in files:
            file.flush()
            os.fsync(file.fileno())
            file.close()
        _replace_all(temporaries, targets)
    for folder in {target.parent for target in targets}:
        sync_folder(folder)


def _replace_all(temporaries: Sequence[Path], targets: Sequence[Path]) -> None:
    """Rename all into place, or none."""
    before: list[tuple[Path, Path | None]] = []
    try:
        for temporary, target in zip(temporaries, targets, strict=True):
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
            old = _temporary(target) if target.exists() else None
            if old is not None:
                _second_name(target, old)
            before.append((target, old))
            temporary.replace(target)
    except OSError:
        for target, old in before:
            with suppress(OSError):
                target.unlink(missing_ok=True) if old is None else old.replace(target)
        raise
    finally:
        for _, old in before:
            if old is not None:
                old.unlink(missing_ok=True)


def _second_name(path: Path, name: Path) -> None:
    """Let a file be found by another name; where it can have one alone, that is it."""
    try:
        name.hardlink_to(path)
    except OSError:
        path.rename(name)


def atomic_write_bytes(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` whole or not at all; see `atomic_file`."""
    with atomic_file(path) as file:
        file.write(data)


def atomic_write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8 with the line ends it has, whole or not at all; see `atomic_file`."""
    atomic_write_bytes(path, text.encode())


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk: a rename that only memory knows is lost with the power.

    Windows writes them by itself, and what some file systems in networks refuse is not needed there.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sweep(folder: Path, older_than_s: float = _OLD_S) -> int:
    """Delete the temporary files that killed processes have left in a folder; return how many there were."""
    swept, now = 0, time.time()
    with suppress(OSError):
        for path in folder.glob(".*.tmp"):
            with suppress(OSError):
                if now - path.lstat().st_mtime > older_than_s and stat.S_ISREG(path.lstat().st_mode):
                    path.unlink()
                    swept += 1
    return swept


def _temporary(target: Path) -> Path:
    """Return a name beside a file that nobody can guess."""
    stem = os.fsdecode(os.fsencode(target.name)[:_STEM_BYTES])
    return target.with_name(f".{stem}.{secrets.token_hex(8)}.tmp")


def _take_permissions(temporary: Path, target: Path) -> None:
    """Give a new file the permissions of the one that it is to replace."""
    with suppress(OSError):
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))
