"""The file in which a person's digits are kept: nothing in it is ever lost, whatever state it is found in.

Several windows and processes work with it at once. Whoever writes holds a lock, reads what the others have written
since, and writes both: digits are told apart by what they are, not by who has written last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from collections.abc import Collection as Identities
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digitapp import reasons
from digitapp.atomic import atomic_write_bytes
from digitapp.datasets.collection import (
    MAX_SAMPLES,
    Collection,
    Sample,
    TooManyDigitsError,
    read_collection,
    sample_from_json,
    set_aside,
    write_collection,
)
from digitapp.drawing.files import DrawingFileError, DrawingFlaw
from digitapp.locks import FileLock, LockBusyError

BACKUPS = "backups"
KEPT_BACKUPS = 5
_PATIENCE_S = 10.0
_BRACKETS = ('{"drawings":[', '],"images":[', "]}", "")
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, eq=False)
class Loaded:
    """What was found.

    Attributes
    ----------
    collection : empty where there is no file, or one that cannot be used
    reason : str, why it, or a part of it, cannot be used; empty where all is well
    aside : Path or None, where the file is now, or a copy of it; None where it could not be put aside
    """

    collection: Collection
    reason: str = ""
    aside: Path | None = None


@dataclass(frozen=True, eq=False)
class Merged:
    """What has come of a collection and what others have written.

    Attributes
    ----------
    collection : both
    joined : digits of others that were not in the collection
    left : identities of digits that others have removed
    """

    collection: Collection
    joined: tuple[Sample, ...] = ()
    left: frozenset[bytes] = frozenset()


class CollectionFile:
    """Reads a collection and keeps the file in step with it.

    A file that cannot be used is set aside under another name before a new one takes its place. Until it could be,
    nothing is written. Of one that was damaged in places a copy is put aside, and the digits that are whole go on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path.parent / "locks" / f"{path.name}.lock")
        self._last = Collection()  # what was in the file when this object left it
        self._known: frozenset[bytes] = frozenset()  # its identities, as far as nothing was damaged since
        self._state: tuple[int, int, int] | None = None
        self._samples: dict[str, Sample] = {}  # by their lines: what is known is not read again

    @property
    def has_changed(self) -> bool:
        """Whether somebody else has written since."""
        return self._state_now() != self._state

    def load(self) -> Loaded:
        """Read the file; never raises."""
        try:
            with self._lock.held(_PATIENCE_S):
                return self._load()
        except OSError:
            return self._load()  # in a folder that can only be read, nobody writes

    def examine(self) -> tuple[Collection, str]:
        """Return the digits that can be read, and what is wrong with the file, empty where nothing is."""
        try:
            collection, lost = self._read()
        except (DrawingFileError, TooManyDigitsError) as error:
            return Collection(), error.reason
        return collection, _said_of(lost, collection) if lost else ""

    def save(self, collection: Collection, seen: Identities[bytes] = ()) -> Merged:
        """Write the collection together with what others have written since.

        Parameters
        ----------
        seen : identities of all digits that were ever in the collection: those that are in it no more were removed

        Raises
        ------
        DrawingFileError : it could not be written, or what stands in its place could not be set aside
        TooManyDigitsError : together they are more than a collection takes
        """
        return self._change(lambda theirs: self._merge(collection, theirs, seen))

    def add(self, change: Callable[[Collection], Collection]) -> Collection:
        """Change what is in the file, whatever that is by now, and return what it is then; raises as `save`."""
        return self._change(lambda theirs: Merged(change(theirs))).collection

    def look(self, collection: Collection, seen: Identities[bytes]) -> Merged:
        """Return a collection together with what others have written since, and write nothing.

        Raises
        ------
        DrawingFileError : the file cannot be read
        """
        if self._state_now() is None:
            return Merged(collection)
        theirs, lost = self._read()
        if lost:
            return Merged(collection)
        merged = self._merge(collection, theirs, seen)
        self._known |= {sample.identity for sample in theirs.samples}  # so that it is noticed when they go again
        return merged

    def _change(self, change: Callable[[Collection], Merged]) -> Merged:
        try:
            with self._lock.held(_PATIENCE_S):
                theirs = self._readable()
                merged = change(theirs)
                if len(merged.collection) > MAX_SAMPLES:
                    raise TooManyDigitsError(len(merged.collection))
                write_collection(self.path, merged.collection)
                self._remember(merged.collection)
        except LockBusyError as error:
            raise DrawingFileError(self.path, reasons.tr("another program keeps it locked")) from error
        except OSError as error:
            reason = reasons.tr("cannot be written: {0}", error.strerror or error)
            raise DrawingFileError(self.path, reason) from error
        with suppress(OSError):
            back_up(self.path)
        return merged

    def _merge(self, mine: Collection, theirs: Collection, seen: Identities[bytes]) -> Merged:
        own = {sample.identity for sample in mine.samples}
        there = {sample.identity for sample in theirs.samples}
        left = frozenset((self._known - there) & own)
        joined = tuple(
            sample for sample in theirs.samples if sample.identity not in own and sample.identity not in seen
        )
        if not left and not joined:
            return Merged(mine)
        stays = tuple(sample for sample in mine.samples if sample.identity not in left)
        return Merged(Collection((*stays, *joined)), joined, left)

    # Reading

    def _load(self) -> Loaded:
        if self._state_now() is None:
            self._remember(Collection())
            return Loaded(Collection())
        try:
            collection, lost = self._read()
        except (DrawingFileError, TooManyDigitsError) as error:
            try:
                return Loaded(Collection(), error.reason, set_aside(self.path, "damaged"))
            except OSError:
                return Loaded(Collection(), error.reason)  # whoever writes tries again to set it aside
        if not lost:
            self._remember(collection)
            return Loaded(collection)
        reason = _said_of(lost, collection)
        try:
            return Loaded(collection, reason, _copy_aside(self.path))
        except OSError:
            return Loaded(collection, reason)

    def _readable(self) -> Collection:
        """Return what is in the file; what cannot be used is set aside first. Raises DrawingFileError where it stays.

        What is missing because a file has vanished or was damaged, nobody has removed.
        """
        if not self.has_changed:
            return self._last
        before, self._known = self._known, frozenset()
        if self._state_now() is None:
            return Collection()
        try:
            collection, lost = self._read()
            if lost:
                _copy_aside(self.path)
            else:
                self._known = before
            return collection
        except (DrawingFileError, TooManyDigitsError):
            try:
                set_aside(self.path, "damaged")
            except OSError as error:
                reason = reasons.tr("another file is in its place and stays: {0}", error.strerror or error)
                raise DrawingFileError(self.path, reason) from error
            return Collection()

    def _read(self) -> tuple[Collection, int]:
        """Return the digits in the file and how many of its lines were damaged.

        A file that this program has written has a digit in each line; any other one is read as a whole.
        """
        try:
            if self.path.stat().st_size > _MOST_BYTES:
                return read_collection(self.path), 0
            lines = self.path.read_bytes().decode("utf-8", "replace").split("\n")
        except FileNotFoundError:
            return Collection(), 0
        except OSError as error:
            raise DrawingFileError(self.path, error.strerror or str(error)) from error
        if lines[0] != _BRACKETS[0] or len(lines) < 3:
            return read_collection(self.path), 0
        samples, lost = [], 0
        for line in lines:
            if line in _BRACKETS:
                continue
            item = line.removesuffix(",")
            sample = self._samples.get(item) or _parsed(item)
            if sample is None:
                lost += 1
            else:
                samples.append(sample)
        return Collection().extended(samples), lost

    def _remember(self, collection: Collection) -> None:
        self._last = collection
        self._known = frozenset(sample.identity for sample in collection.samples)
        self._samples = {sample.text: sample for sample in collection.samples}
        self._state = self._state_now()

    def _state_now(self) -> tuple[int, int, int] | None:
        """Return what tells one version of the file from another, None where there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size


def _said_of(lost: int, collection: Collection) -> str:
    return reasons.tr("{0} of {1} digits in it are damaged", lost, lost + len(collection))


def _parsed(item: str) -> Sample | None:
    """Return the digit in a line, None where it was damaged."""
    try:
        return sample_from_json(json.loads(item))
    except (ValueError, RecursionError, DrawingFlaw):
        return None


def _copy_aside(path: Path) -> Path:
    """Copy a file to "my-hand.damaged-1.json", unless the same bytes stand there already; return the copy."""
    data, number = path.read_bytes(), 1
    while (copy := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        if copy.read_bytes() == data:
            return copy
        number += 1
    atomic_write_bytes(copy, data)
    return copy


# Backups


def back_up(path: Path) -> None:
    """Copy a file to the backups beside it, once a day; the copy's name ends with its checksum. Raises OSError."""
    folder = path.parent / BACKUPS
    day = f"{path.stem}.{_day(path)}"
    if any(folder.glob(f"{day}.*")):
        return
    data = path.read_bytes()
    atomic_write_bytes(folder / f"{day}.{_digest(data)}{path.suffix}", data)
    for old in backups(path)[KEPT_BACKUPS:]:
        old.unlink(missing_ok=True)


def backups(path: Path) -> list[Path]:
    """Return the backups of a file, the newest first."""
    return sorted((path.parent / BACKUPS).glob(f"{path.stem}.*{path.suffix}"), reverse=True)


def is_sound(backup: Path) -> bool:
    """Whether a backup is what was copied. Raises OSError."""
    return backup.stem.rpartition(".")[2] == _digest(backup.read_bytes())


def _day(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
