"""The user's own digits in the window: kept in step with their file, with undo."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from digitapp.datasets.collection import Collection, Sample, TooManyDigitsError, collection_path, pictures
from digitapp.datasets.collection_file import CollectionFile, Loaded, Merged
from digitapp.drawing.files import DrawingFileError
from digitapp.gui.causes import cause
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.translation import said
from digitapp.progress import Report

_LOOK_MS = 100  # after something in the folder has changed
_RETRY_MS = 3000


class _Edit(QUndoCommand):
    """One step of undo: collections never change, so the two of them are all there is to remember."""

    def __init__(self, hand: HandCollection, before: Collection, after: Collection, text: str) -> None:
        super().__init__(text)
        self._hand, self._before, self._after = hand, before, after

    def redo(self) -> None:
        self._hand.adopt(self._after)

    def undo(self) -> None:
        self._hand.adopt(self._before)


class HandCollection(QObject):
    """The collection, read in the background when it is first asked for, and written there after every edit.

    Edits that come before it is read wait for it. What other windows and processes write joins it.

    Signals
    -------
    changed : other digits, or they were read
    troubled(str) : one sentence about the file
    """

    changed = Signal()
    troubled = Signal(str)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.collection = Collection()
        self.is_ready = False
        self.is_behind = False  # because the file could not be written
        self.trouble = ""  # the last sentence, for whoever was not listening
        self.undo_stack = QUndoStack(self)
        self._start_job = start_job
        self._file: CollectionFile | None = None
        self._early: list[tuple[list[Sample], str]] = []
        self._seen: set[bytes] = set()  # the identities of all digits that were ever in the collection
        self._joined: list[Sample] = []  # that others have collected since it was read
        self._left: set[bytes] = set()  # identities of those that others have removed
        self._watcher: QFileSystemWatcher | None = None
        self._look_soon = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._look_soon.timeout.connect(self._look)
        self._retry = QTimer(self, singleShot=True, interval=_RETRY_MS)
        self._retry.timeout.connect(self._try_again)
        # Between the window's thread and the one that writes:
        self._lock = threading.Lock()
        self._to_write: tuple[Collection, frozenset[bytes]] | None = None
        self._is_writing = False
        self._closed = False

    @property
    def path(self) -> Path:
        """Where the digits are kept."""
        return self._file.path if self._file is not None else collection_path()

    def request(self) -> None:
        """Read the collection, unless that has happened; `changed` tells when it is there."""
        if self._file is not None or self._closed:
            return
        file = self._file = CollectionFile(collection_path())

        def load(_report: Report, _cancelled: threading.Event) -> Loaded:
            loaded = file.load()
            pictures(loaded.collection.samples)  # rendered here, they cost the window nothing
            return loaded

        self._start_job(load, succeeded=self._on_loaded, failed=self._on_trouble)

    @Slot(object)
    def _on_loaded(self, loaded: Loaded) -> None:
        if self._closed:
            return
        self.collection = loaded.collection
        self._seen |= {sample.identity for sample in loaded.collection.samples}
        self.is_ready = True
        self._watch()
        if loaded.reason and loaded.aside is not None and loaded.collection.samples:
            kept = self.tr("Some of your digits could not be read: {0}. A copy of the file was set aside as {1}.")
            self._tell(kept.format(said(loaded.reason), loaded.aside.name))
        elif loaded.reason and loaded.aside is not None:
            kept = self.tr("Your digits could not be read: {0}. The file was set aside as {1}; nothing of it is lost.")
            self._tell(kept.format(said(loaded.reason), loaded.aside.name))
        elif loaded.reason:
            stays = self.tr("Your digits could not be read: {0}. The file stays as it is; new digits are not saved.")
            self._tell(stays.format(said(loaded.reason)))
        early, self._early = self._early, []
        self.changed.emit()
        for samples, text in early:
            self.add(samples, text)

    # Edits

    def add(self, samples: Iterable[Sample], text: str) -> int:
        """Collect digits, undoably; return how many were new. Before the collection is read, they wait: 0.

        Raises
        ------
        TooManyDigitsError : there would be more than a collection takes
        """
        if not self.is_ready:
            self._early.append((list(samples), text))
            self.request()
            return 0
        extended = self.collection.extended(samples)
        new = len(extended) - len(self.collection)
        if new:
            self.undo_stack.push(_Edit(self, self.collection, extended, text))
        return new

    def remove(self, samples: Iterable[Sample], text: str) -> None:
        """Remove digits, undoably."""
        if not self.is_ready:
            gone = {id(sample) for sample in samples}
            self._early = [([sample for sample in early if id(sample) not in gone], why) for early, why in self._early]
            return
        rest = self.collection.without(samples)
        if len(rest) < len(self.collection):
            self.undo_stack.push(_Edit(self, self.collection, rest, text))

    def adopt(self, collection: Collection) -> None:
        """Make this the collection, together with what others have done since, and write it."""
        self.collection = self._with_others(collection)
        self._seen |= {sample.identity for sample in collection.samples}
        self.changed.emit()
        self._write()

    def _with_others(self, collection: Collection) -> Collection:
        """Return a collection of an earlier moment, as a step of undo remembers it, with what others did since."""
        if not self._joined and not self._left:
            return collection
        there = {sample.identity for sample in collection.samples}
        stays = [sample for sample in collection.samples if sample.identity not in self._left]
        joined = [sample for sample in self._joined if sample.identity not in there]
        return Collection((*stays, *joined))

    def _take_in(self, merged: Merged) -> None:
        """Take over what others have written."""
        joined = [sample for sample in merged.joined if sample.identity not in self._seen]
        if not joined and not merged.left:
            return
        self._joined = [sample for sample in self._joined if sample.identity not in merged.left] + joined
        self._left = (self._left | merged.left) - {sample.identity for sample in joined}
        self._seen = (self._seen - merged.left) | {sample.identity for sample in joined}
        self.collection = self._with_others(self.collection)
        self.changed.emit()

    # The file

    def _write(self) -> None:
        with self._lock:
            self._to_write = self.collection, frozenset(self._seen)
            if self._is_writing or self._closed:
                return
            self._is_writing = True
        self._start_job(self._write_all, succeeded=self._on_written, failed=self._on_unwritten, saves=True)

    def _write_all(self, _report: Report, _cancelled: threading.Event) -> list[Merged]:
        """The writing thread: write the newest until there is none newer."""
        assert self._file is not None
        found: list[Merged] = []
        while True:
            with self._lock:
                wanted, self._to_write = self._to_write, None
                if wanted is None:
                    self._is_writing = False
                    return found
            try:
                found.append(self._file.save(*wanted))
            except (DrawingFileError, TooManyDigitsError):
                with self._lock:
                    self._is_writing = False
                    self._to_write = self._to_write or wanted
                raise

    @Slot(object)
    def _on_written(self, found: list[Merged]) -> None:
        if self._closed:
            return
        self._watch()
        for merged in found:
            self._take_in(merged)
        if self.is_behind:
            self.is_behind = False
            self._tell("")

    @Slot(object)
    def _on_unwritten(self, error: Exception) -> None:
        self.is_behind = True
        self._on_trouble(error)
        if not self._closed:
            self._retry.start()

    @Slot()
    def _try_again(self) -> None:
        if self.is_behind:
            self._write()

    def flush(self) -> bool:
        """Try at once to write what could not be written; return whether all digits are on the disk."""
        if self.is_behind and self._file is not None and not self._is_writing:
            with suppress(DrawingFileError, TooManyDigitsError):
                self._on_written([self._file.save(self.collection, frozenset(self._seen))])
        return not self.is_behind

    @Slot(object)
    def _on_trouble(self, error: Exception) -> None:
        sentence = self.tr("Your digits are not on the disk yet: {0}. They are kept here, and it is tried again.")
        self._tell(sentence.format(cause(error)))

    # Other windows

    def _watch(self) -> None:
        """Hear of what other windows and processes write: a file that is replaced is seen by its folder."""
        folder = self.path.parent
        if self._watcher is None and folder.is_dir():
            self._watcher = QFileSystemWatcher([str(folder)], self)
            self._watcher.directoryChanged.connect(self._look_soon.start)

    @Slot()
    def _look(self) -> None:
        file, collection, seen = self._file, self.collection, frozenset(self._seen)
        if file is None or self._closed or self._is_writing or not file.has_changed:
            return

        def look(_report: Report, _cancelled: threading.Event) -> Merged:
            return file.look(collection, seen)

        self._start_job(look, succeeded=self._on_looked, failed=self._on_not_looked)

    @Slot(object)
    def _on_looked(self, merged: Merged) -> None:
        if not self._closed:
            self._take_in(merged)

    @Slot(object)
    def _on_not_looked(self, _error: Exception) -> None:
        """Leave it: whoever writes next sets a damaged file aside, and says so."""

    def _tell(self, sentence: str) -> None:
        if sentence == self.trouble:
            return
        self.trouble = sentence
        self.troubled.emit(sentence)

    def close(self) -> None:
        """Let nothing start any more, when all jobs have ended; what waited for the file, or for the disk, is kept."""
        with self._lock:
            self._closed = True
            wanted, self._to_write = self._to_write, None
        self._look_soon.stop()
        self._retry.stop()
        if self._file is None:
            return
        with suppress(DrawingFileError, TooManyDigitsError):  # nobody is there any more to be told
            if self._early:
                early = [sample for samples, _text in self._early for sample in samples]
                self._early.clear()
                self._file.add(lambda collection: collection.extended(early))
            elif wanted is not None:
                self._file.save(*wanted)
