"""The file in which a person's digits are kept: nothing in it is ever lost, whatever state it is found in."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from digitapp import reasons
from digitapp.datasets.collection import Collection, TooManyDigitsError, read_collection, set_aside, write_collection
from digitapp.drawing.files import DrawingFileError


@dataclass(frozen=True, eq=False)
class Loaded:
    """What was found.

    Attributes
    ----------
    collection : empty where there is no file, or one that cannot be used
    reason : str, why it cannot be used; empty where all is well
    aside : Path or None, where that file is now; None where it could not be moved
    """

    collection: Collection
    reason: str = ""
    aside: Path | None = None


class CollectionFile:
    """Reads a collection and keeps the file in step with it.

    A file that cannot be used is set aside under another name before a new one takes its place, and so is one that
    somebody else has written since, such as a second window. Until a file that cannot be used could be set aside,
    nothing is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[int, int] | None = None  # the file as this program left it
        self._lock = threading.Lock()

    def load(self) -> Loaded:
        """Read the file; never raises."""
        with self._lock:
            self._known = self._state()
            if self._known is None:
                return Loaded(Collection())
            try:
                return Loaded(read_collection(self.path))
            except (DrawingFileError, TooManyDigitsError) as error:
                reason = error.reason
            self._known = None  # it is not ours to write over
            try:
                return Loaded(Collection(), reason, set_aside(self.path, "damaged"))
            except OSError:
                return Loaded(Collection(), reason)

    def save(self, collection: Collection) -> Path | None:
        """Write the collection; return where a file that somebody else had written was set aside, if so.

        Raises
        ------
        DrawingFileError : it could not be written, or what stands in its place could not be set aside
        """
        with self._lock:
            aside = None
            if self._state() not in (None, self._known):
                try:
                    aside = set_aside(self.path, "other")
                except OSError as error:
                    reason = reasons.tr("another file is in its place and stays: {0}", error.strerror or error)
                    raise DrawingFileError(self.path, reason) from error
            write_collection(self.path, collection)
            self._known = self._state()
            return aside

    def _state(self) -> tuple[int, int] | None:
        """Return what tells one version of the file from another, None where there is none."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
