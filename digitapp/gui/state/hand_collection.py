"""The user's own digits in the window: kept in step with their file, with undo."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from digitapp.datasets.collection import Collection, Sample, collection_path, pictures
from digitapp.datasets.collection_file import CollectionFile, Loaded
from digitapp.drawing.files import DrawingFileError
from digitapp.gui.causes import cause
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.translation import said
from digitapp.progress import Report


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

    Edits that come before it is read wait for it.

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
        self.trouble = ""  # the last sentence, for whoever was not listening
        self.undo_stack = QUndoStack(self)
        self._start_job = start_job
        self._file: CollectionFile | None = None
        self._early: list[tuple[list[Sample], str]] = []
        # Between the window's thread and the one that writes:
        self._lock = threading.Lock()
        self._to_write: Collection | None = None
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
        self.is_ready = True
        if loaded.reason and loaded.aside is not None:
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
        """Make this the collection, and write it."""
        self.collection = collection
        self.changed.emit()
        self._write(collection)

    # The file

    def _write(self, collection: Collection) -> None:
        with self._lock:
            self._to_write = collection
            if self._is_writing or self._closed:
                return
            self._is_writing = True
        self._start_job(self._write_all, succeeded=self._on_written, failed=self._on_trouble)

    def _write_all(self, _report: Report, _cancelled: threading.Event) -> Path | None:
        """The writing thread: write the newest until there is none newer."""
        aside = None
        while True:
            with self._lock:
                collection, self._to_write = self._to_write, None
                if collection is None:
                    self._is_writing = False
                    return aside
            try:
                aside = self._save(collection) or aside
            except DrawingFileError:
                with self._lock:
                    self._is_writing = False
                raise

    def _save(self, collection: Collection) -> Path | None:
        return self._file.save(collection) if self._file is not None else None

    @Slot(object)
    def _on_written(self, aside: Path | None) -> None:
        if aside is not None:
            sentence = self.tr("Another window had written digits of yours: they were set aside as {0}.")
            self._tell(sentence.format(aside.name))

    @Slot(object)
    def _on_trouble(self, error: Exception) -> None:
        sentence = self.tr("Your digits could not be saved: {0}. They are kept while this window is open.")
        self._tell(sentence.format(cause(error)))

    def _tell(self, sentence: str) -> None:
        self.trouble = sentence
        self.troubled.emit(sentence)

    def close(self) -> None:
        """Let nothing start any more, when all jobs have ended; what waited for the file to be read is still kept."""
        with self._lock:
            self._closed = True
        if self._file is None or not self._early:
            return
        collection = self._file.load().collection
        for samples, _text in self._early:
            collection = collection.extended(samples)
        self._early.clear()
        with suppress(DrawingFileError):  # nobody is there any more to be told
            self._file.save(collection)
