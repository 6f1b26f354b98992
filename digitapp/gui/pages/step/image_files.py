"""The images to learn from as a table (CSV), both ways."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.datasets.toy import GridImage, read_grid_csv, write_grid_csv
from digitapp.gui import settings as remembered
from digitapp.gui.causes import cause_in
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.plain import file_name
from digitapp.progress import Report

_SUFFIX = ".csv"


class ImageFiles(QObject):
    """Reads and writes tables of images in the background.

    Signals: `done(str)`, `failed(str)`: one sentence for the user.
    """

    done = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings, self._window = session, settings, parent
        self._path = Path()

    @Slot()
    def ask_import(self) -> None:
        """Let the user choose a table; its images take the place of those that there are."""
        patterns = [self.tr("Tables ({0})").format(f"*{_SUFFIX}"), self.tr("All files ({0})").format("*")]
        folder = self._settings.get(remembered.LAST_FOLDER)
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Import images"), folder, ";;".join(patterns))
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.import_path(Path(path))

    def import_path(self, path: Path) -> None:
        """Read a table; one that cannot be used changes nothing."""
        self._path = path
        problem = self._session.images.problem

        def work(_report: Report, _cancelled: threading.Event) -> list[GridImage]:
            return read_grid_csv(path, problem)

        self._session.start_job(work, succeeded=self._on_read, failed=self._on_failed)

    @Slot(object)
    def _on_read(self, images: list[GridImage]) -> None:
        self._session.images.commit(images)
        self.done.emit(self.tr("%Ln image(s) were read from {0}.", "", len(images)).format(file_name(self._path)))

    @Slot()
    def ask_export(self) -> None:
        """Let the user choose a name for a table."""
        suggested = str(Path(self._settings.get(remembered.LAST_FOLDER)) / f"images{_SUFFIX}")
        pattern = self.tr("Tables ({0})").format(f"*{_SUFFIX}")
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export images"), suggested, pattern)
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.export_path(Path(path))

    def export_path(self, path: Path) -> None:
        """Write a table; a name without the ending of tables gets it."""
        target = path if path.suffix.lower() == _SUFFIX else path.with_name(path.name + _SUFFIX)
        self._path = target
        problem, images = self._session.images.problem, self._session.images.images

        def work(_report: Report, _cancelled: threading.Event) -> int:
            write_grid_csv(target, problem, images)
            return len(images)

        self._session.start_job(work, succeeded=self._on_written, failed=self._on_failed, saves=True)

    @Slot(object)
    def _on_written(self, count: int) -> None:
        self.done.emit(self.tr("%Ln image(s) were written to {0}.", "", count).format(file_name(self._path)))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(self.tr("{0}: {1}").format(file_name(self._path), cause_in(self._path, error)))
