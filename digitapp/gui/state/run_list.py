"""Every run that is kept, as the window lists it: read beside the window, and again whenever the file is another one.

Other windows and the command line write to the same file. While somebody looks, its times and sizes are looked at twice
a second, which costs less than a connection that stays open; what has not changed is not read again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.kept import FILE_NAME
from digitapp.kept.experiments import Experiment, experiments_of
from digitapp.kept.limits import USUAL_LIMIT, disk_use, leaving, make_room, write_limit
from digitapp.kept.packing import PacketError
from digitapp.kept.register import (
    RunLine,
    delete_runs,
    mark_runs,
    name_runs,
    note_runs,
    read_curves,
    read_lines,
    restore_runs,
)
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.kept.store import Store

LOOK_MS = 500
_MOST_CURVES = 2000
_FIRST = 250  # of the newest runs are listed before all the others are read
_POINTS = 64  # of a curve that is as wide as a word

Wish = Callable[["Store"], object]
Put = Callable[[Hashable, Wish], object]
Stamp = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Listed:
    """What was read: all runs, the newest first, the same as experiments, and those that were deleted.

    `only_read` is why nothing can be written, "" where it can.
    """

    lines: tuple[RunLine, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    deleted_lines: tuple[RunLine, ...] = ()
    deleted: tuple[Experiment, ...] = ()
    only_read: str = ""


@dataclass(frozen=True)
class Room:
    """What the runs take of the disk, and their limit, in bytes.

    Attributes
    ----------
    asked : another limit that was asked about, None for the present one
    leaving : how many runs would lose their weights with it
    """

    taken: int
    limit: int
    asked: int | None = None
    leaving: int = 0


class RunList(QObject):
    """The runs of a folder.

    Signals
    -------
    changed : other runs are listed, or something else is said of one
    curves_arrived : curves that were asked for are there
    measured : what the runs take of the disk is known, see `room`
    troubled : the file cannot be read, see `trouble`, or can be again

    Attributes
    ----------
    folder : where they are kept; None while nothing is kept
    listed : as read last
    is_read : whether they have been read at all
    room : what they take of the disk, None before it was measured
    trouble : why they could not be read at the last attempt
    """

    changed = Signal()
    curves_arrived = Signal()
    measured = Signal()
    troubled = Signal()
    _written = Signal()

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.listed = Listed()
        self.is_read = False
        self.room: Room | None = None
        self.trouble: Exception | None = None
        self._put: Put | None = None
        self._stamp: Stamp | None = None
        self._curves: OrderedDict[tuple[str, int], np.ndarray] = OrderedDict()
        self._wanted: dict[tuple[str, int], None] = {}
        self._number = 0
        self._reader = Errand(start_job, self)
        self._reader.found.connect(self._on_read)
        self._reader.failed.connect(self._on_failed)
        self._drawer = Errand(start_job, self)
        self._drawer.found.connect(self._on_curves)
        self._drawer.failed.connect(self._on_no_curves)
        self._measurer = Errand(start_job, self)
        self._measurer.found.connect(self._on_measured)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._written.connect(self._on_written, Qt.ConnectionType.QueuedConnection)

    def open(self, folder: Path, put: Put) -> None:
        """List the runs of a folder; `put(key, wish)` has something written there."""
        self.folder, self._put = folder, put

    @property
    def can_change(self) -> bool:
        """Whether names, marks and notes can be written at all."""
        return self._put is not None and not self.listed.only_read

    # Reading

    def watch(self, is_wanted: bool) -> None:
        """Look for news while somebody looks at the list."""
        if is_wanted:
            self._timer.start()
            self.look()
        else:
            self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Read the runs if their file is another one than when it was read last."""
        folder = self.folder
        if folder is None:
            return
        stamp = _stamp_of(folder)
        if not self.is_read:  # a table is there at once, however many there are
            self._reader.ask(partial(_read, folder, _FIRST, None), None)
        elif stamp != self._stamp:
            self._reader.ask(partial(_read, folder, None, self.listed), stamp, patient=True)

    @Slot(object, object)
    def _on_read(self, listed: Listed, stamp: Stamp | None) -> None:
        self._stamp, self.is_read = stamp, True
        self._set_trouble(None)
        if listed is not self.listed:
            self.listed = listed
            self.changed.emit()
        if stamp is None:
            self.look()
        else:
            self.measure()

    @Slot(object, object)
    def _on_failed(self, error: Exception, stamp: Stamp | None) -> None:
        self._stamp, self.is_read = stamp, True
        self._set_trouble(error)

    def _set_trouble(self, error: Exception | None) -> None:
        if str(error) != str(self.trouble):
            self.trouble = error
            self.troubled.emit()

    @Slot()
    def try_again(self) -> None:
        """Read the runs, whatever their file looks like."""
        self._stamp = None
        self.look()

    # Curves

    def curve(self, line: RunLine) -> np.ndarray | None:
        """Return a run's accuracy by epoch, on validation where it was measured, at most 64 values.

        Asks for it where it is not there yet; `curves_arrived` tells, once for many.
        """
        key = line.key, line.epochs
        found = self._curves.get(key)
        if found is None and self.folder is not None and key not in self._wanted:
            if not self._wanted:
                QTimer.singleShot(0, self, self._draw)
            self._wanted[key] = None
        return found

    @Slot()
    def _draw(self) -> None:
        folder, wanted = self.folder, tuple(self._wanted)
        if folder is not None and wanted and not self._drawer.is_busy:
            self._drawer.ask(partial(_read_curves, folder, wanted), wanted)

    @Slot(object, object)
    def _on_curves(self, found: dict[tuple[str, int], np.ndarray], wanted: Sequence[tuple[str, int]]) -> None:
        self._curves |= found
        while len(self._curves) > _MOST_CURVES:
            self._curves.popitem(last=False)
        for key in wanted:
            self._wanted.pop(key, None)
        self._draw()
        self.curves_arrived.emit()

    @Slot(object, object)
    def _on_no_curves(self, _error: Exception, wanted: Sequence[tuple[str, int]]) -> None:
        self._on_curves({key: np.empty(0) for key in wanted}, wanted)

    # Writing

    def rename(self, keys: Iterable[str], name: str) -> None:
        """Give runs a name; "" takes it away."""
        chosen = tuple(keys)
        self._write(lambda store: name_runs(store, chosen, name))

    def mark(self, keys: Iterable[str], *, is_marked: bool) -> None:
        """Mark runs as such that are to stay, or take that back."""
        chosen = tuple(keys)
        self._write(lambda store: mark_runs(store, chosen, marked=is_marked))

    def note(self, keys: Iterable[str], text: str) -> None:
        """Write a note beside runs."""
        chosen = tuple(keys)
        self._write(lambda store: note_runs(store, chosen, text))

    def delete(self, keys: Iterable[str]) -> None:
        """Delete runs; what belongs to them goes a month later."""
        chosen = tuple(keys)
        self._write(lambda store: delete_runs(store, chosen))

    def restore(self, keys: Iterable[str]) -> None:
        """Bring deleted runs back."""
        chosen = tuple(keys)
        self._write(lambda store: restore_runs(store, chosen))

    def set_limit(self, limit: int) -> None:
        """Let runs take so many bytes at most; what is above goes at once, see `kept.limits`."""

        def work(store: Store) -> None:
            write_limit(store, limit)
            make_room(store)

        self._write(work)

    def _write(self, work: Wish) -> None:
        """Have something written; the list is read again when it is on the disk."""
        if self._put is None:
            return
        self._number += 1

        def wish(store: Store) -> None:
            work(store)
            store.afterwards(self._written.emit)

        self._put(("run list", self._number), wish)

    @Slot()
    def _on_written(self) -> None:
        self.try_again()

    # The disk

    def measure(self, limit: int | None = None) -> None:
        """Find out what the runs take, and what would go with another limit; `measured` tells."""
        if self.folder is not None:
            self._measurer.ask(partial(_measure, self.folder, limit), limit)

    @Slot(object, object)
    def _on_measured(self, room: Room, _limit: int | None) -> None:
        self.room = room
        self.measured.emit()


def _measure(folder: Path, limit: int | None, _report: Report, _cancelled: threading.Event) -> Room:
    from digitapp.kept.store import Store

    if not (folder / FILE_NAME).exists():
        return Room(0, USUAL_LIMIT)
    store = Store(folder, reading=True)
    try:
        use = disk_use(store)
        return Room(use.taken, use.limit, limit, len(leaving(store, limit)))
    finally:
        store.close()


def _stamp_of(folder: Path) -> Stamp:
    """Return what tells one state of the file from another: SQLite writes beside it first."""
    found = []
    for end in ("", "-wal"):
        try:
            status = (folder / f"{FILE_NAME}{end}").stat()
        except OSError:
            continue
        found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


def _read(
    folder: Path, newest: int | None, before: Listed | None, _report: Report, _cancelled: threading.Event
) -> Listed:
    """Read all runs, or the newest so many; none where there is no file yet. Raises KeptError.

    What is said of them is `before` itself where that is still so.
    """
    from digitapp.kept.store import Store

    if not (folder / FILE_NAME).exists():
        return Listed()
    store = Store(folder, reading=True)
    try:
        lines = tuple(read_lines(store, newest=newest))
        deleted = tuple(read_lines(store, deleted=True, newest=newest))
        only_read = store.reason if store.is_read_only else ""
    finally:
        store.close()
    if before is not None and (lines, deleted, only_read) == (before.lines, before.deleted_lines, before.only_read):
        return before
    return Listed(lines, tuple(experiments_of(lines)), deleted, tuple(experiments_of(deleted)), only_read)


def _read_curves(
    folder: Path, wanted: Sequence[tuple[str, int]], _report: Report, cancelled: threading.Event
) -> dict[tuple[str, int], np.ndarray]:
    from digitapp.kept.store import Store

    store = Store(folder, reading=True)
    found: dict[tuple[str, int], np.ndarray] = {}
    try:
        for key in wanted:
            if cancelled.is_set():
                break
            found[key] = _thin(_accuracy(store, key[0]))
    finally:
        store.close()
    return found


def _accuracy(store: Store, run: str) -> np.ndarray:
    try:
        columns = read_curves(store, run)
    except PacketError:
        return np.empty(0)
    for name in ("validation_accuracy", "train_accuracy"):
        values = np.asarray(columns.get(name, ()), float)
        if np.isfinite(values).any():
            return values[np.isfinite(values)]
    return np.empty(0)


def _thin(values: np.ndarray) -> np.ndarray:
    """Return at most 64 of some values, evenly, with the first and the last."""
    if len(values) <= _POINTS:
        return values
    return values[np.linspace(0, len(values) - 1, _POINTS).round().astype(int)]
