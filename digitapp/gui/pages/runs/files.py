"""Runs leave the program as tables and event files, and come from other computers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from digitapp.atomic import atomic_write_text
from digitapp.exports.errors import ExportError
from digitapp.exports.tensorboard import EventRun, is_available, write_events
from digitapp.gui import settings as remembered
from digitapp.gui.causes import cause
from digitapp.gui.icons import icon
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.translation import in_a_row, said
from digitapp.gui.words.messages import Message
from digitapp.kept.errors import KeptError
from digitapp.kept.interchange import Imported, RunsFileError, import_runs, read_runs_file, runs_as_json
from digitapp.kept.packing import PacketError
from digitapp.kept.register import RunLine, read_history_of
from digitapp.kept.tables import curves_of, table_of
from digitapp.plain import file_name
from digitapp.progress import Report

if TYPE_CHECKING:
    from digitapp.kept.store import Store

Lines = Callable[[], Sequence[RunLine]]
Write = Callable[["Store", Sequence[RunLine], Path], object]


class RunFiles(QObject):
    """Asks for files, and writes and reads them beside the window.

    Signals
    -------
    said(text) : what was done, for the status line
    told(Message) : what could not be done

    Parameters
    ----------
    lines : returns the runs that are exported
    """

    said = Signal(str)
    told = Signal(object)

    def __init__(self, session: Session, settings: Settings, lines: Lines, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings, self._lines, self._page = session, settings, lines, parent
        self._path = Path()

    # Out

    def menu(self) -> QMenu:
        """Return a menu of what can be exported."""
        menu = QMenu(self._page)
        for text, picture, work, is_possible in (
            (self.tr("Table, a line for each run…"), "table", self.ask_table, True),
            (self.tr("Curves, a line for each epoch…"), "train", self.ask_curves, True),
            (self.tr("Runs for another computer…"), "download", self.ask_runs, True),
            (self.tr("Event files for TensorBoard…"), "folder", self.ask_events, is_available()),
        ):
            action = menu.addAction(icon(picture), text)
            action.triggered.connect(work)
            action.setEnabled(is_possible)
        if not is_available():
            menu.addAction(self.tr("TensorBoard needs: pip install digitapp[tensorboard]")).setEnabled(False)
        return menu

    @Slot()
    def ask_table(self) -> None:
        """Let the user choose where a table is written."""
        self._ask(self.tr("Export table"), self.tr("runs.csv"), self.tr("Tables (*.csv)"), _write_table)

    @Slot()
    def ask_curves(self) -> None:
        """Let the user choose where curves are written."""
        self._ask(self.tr("Export curves"), self.tr("curves.csv"), self.tr("Tables (*.csv)"), _write_curves)

    @Slot()
    def ask_runs(self) -> None:
        """Let the user choose where runs are written that another computer imports."""
        self._ask(self.tr("Export runs"), self.tr("runs.json"), self.tr("Runs (*.json)"), _write_runs)

    @Slot()
    def ask_events(self) -> None:
        """Let the user choose a folder for event files."""
        start = self._settings.get(remembered.LAST_FOLDER)
        folder = QFileDialog.getExistingDirectory(self._page, self.tr("Folder for TensorBoard"), start)
        if folder:
            self.write(Path(folder), _write_events)

    def _ask(self, title: str, name: str, pattern: str, write: Write) -> None:
        suggestion = str(Path(self._settings.get(remembered.LAST_FOLDER)) / name)
        path, _ = QFileDialog.getSaveFileName(self._page, title, suggestion, pattern)
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.write(Path(path), write)

    def write(self, path: Path, write: Write) -> None:
        """Write the runs into a file or a folder."""
        folder, lines = self._session.run_list.folder, tuple(self._lines())
        if folder is not None:
            self._path = path
            work = partial(_written, folder, path, lines, write)
            self._session.start_job(work, succeeded=self._on_written, failed=self._on_not_written, saves=True)

    @Slot(object)
    def _on_written(self, count: int) -> None:
        self.said.emit(self.tr("Exported %n run(s)", "", count))

    @Slot(object)
    def _on_not_written(self, error: Exception) -> None:
        text = self.tr("{0}: {1}").format(file_name(self._path), _why(error))
        self.told.emit(Message(self.tr("The runs were not exported"), text))

    # In

    @Slot()
    def ask_import(self) -> None:
        """Let the user choose a file of runs, and list what is in it."""
        start = self._settings.get(remembered.LAST_FOLDER)
        pattern = self.tr("Runs (*.json);;All files (*)")
        path, _ = QFileDialog.getOpenFileName(self._page, self.tr("Import runs"), start, pattern)
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.read(Path(path))

    def read(self, path: Path) -> None:
        """List the runs in a file that another computer has exported."""
        folder = self._session.run_list.folder
        if folder is not None:
            self._path = path
            work = partial(_imported, folder, path)
            self._session.start_job(work, succeeded=self._on_imported, failed=self._on_not_imported, saves=True)

    @Slot(object)
    def _on_imported(self, found: Imported) -> None:
        self._session.run_list.try_again()
        new = self.tr("%n run(s) imported.", "", found.new)
        known = self.tr("%n run(s) were here already.", "", found.known) if found.known else ""
        damaged = self.tr("%n run(s) were damaged and are left out.", "", found.damaged) if found.damaged else ""
        self.said.emit(in_a_row(new, known, damaged))

    @Slot(object)
    def _on_not_imported(self, error: Exception) -> None:
        text = self.tr("{0}: {1}").format(file_name(self._path), _why(error))
        remedy = self.tr("Export them there by Export, Runs for another computer.")
        self.told.emit(Message(self.tr("No runs were imported"), text, remedy))


def _why(error: Exception) -> str:
    if isinstance(error, RunsFileError | KeptError | ExportError):
        return said(error.reason)
    return cause(error)


def _written(
    folder: Path,
    path: Path,
    lines: tuple[RunLine, ...],
    write: Write,
    _report: Report,
    _cancelled: threading.Event,
) -> int:
    from digitapp.kept.store import Store

    store = Store(folder, reading=True)
    try:
        write(store, lines, path)
    finally:
        store.close()
    return len(lines)


def _imported(folder: Path, path: Path, _report: Report, _cancelled: threading.Event) -> Imported:
    from digitapp.kept.store import Store

    runs = read_runs_file(path)
    store = Store(folder)
    try:
        return import_runs(store, runs)
    finally:
        store.close()


def _write_table(_store: Store, lines: Sequence[RunLine], path: Path) -> None:
    atomic_write_text(path, table_of(lines))


def _write_curves(store: Store, lines: Sequence[RunLine], path: Path) -> None:
    atomic_write_text(path, curves_of(store, lines)[0])


def _write_runs(store: Store, lines: Sequence[RunLine], path: Path) -> None:
    atomic_write_text(path, runs_as_json(store, [line.key for line in lines]))


def _write_events(store: Store, lines: Sequence[RunLine], path: Path) -> None:
    runs = []
    for line in lines:
        with suppress(PacketError):  # damaged curves are left out
            name = f"{line.name}-{line.short}" if line.name != line.short else line.short
            history = read_history_of(store, line.key)
            settings = {**line.settings(), "seed": line.seed}
            runs.append(EventRun(name, history, line.began, line.seconds, settings, line.results))
    write_events(path, runs)
