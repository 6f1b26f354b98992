"""The points of the plane as a table (CSV), in files and on the clipboard, both ways."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.datasets.plane import LabelledPoint, fitted, read_points_csv, write_points_csv
from digitapp.drawing.contents import ModelInsteadError, refuse_model
from digitapp.gui import clipboard
from digitapp.gui import settings as remembered
from digitapp.gui.causes import cause_in
from digitapp.gui.settings import Settings
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import finish_unless
from digitapp.gui.state.session import Session
from digitapp.plain import file_name
from digitapp.progress import Report

_SUFFIX = ".csv"


class PointFiles(QObject):
    """Reads and writes points in the background. Whatever cannot be read changes nothing.

    Signals
    -------
    done(str), failed(str) : one sentence for the user
    model_found(Path) : the file is a model
    """

    done = Signal(str)
    failed = Signal(str)
    model_found = Signal(object)

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings, self._window = session, settings, parent
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_read)
        self._errand.failed.connect(self._on_unreadable)

    # Reading

    def ask_open(self) -> None:
        """Let the user choose a table; its points take the place of those that there are."""
        patterns = [self.tr("Points as a table ({0})").format("*.csv *.txt"), self.tr("All files ({0})").format("*")]
        folder = self._settings.get(remembered.LAST_FOLDER)
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open points"), folder, ";;".join(patterns))
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Read a table; who opens something else does not wait for a file that cannot be reached."""

        def read() -> list[LabelledPoint]:
            refuse_model(path)
            return fitted(read_points_csv(path))

        def work(_report: Report, cancelled: threading.Event) -> list[LabelledPoint] | None:
            found: list[list[LabelledPoint]] = []
            return found[0] if finish_unless(cancelled, lambda: found.append(read()), grace=0.0) else None

        self._errand.ask(work, path)

    def paste(self) -> None:
        """Take points from the clipboard: lines of x, y and label, or a file."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None when whoever copied it has gone
        if data is not None:
            self.take(data)

    def take(self, data: QMimeData) -> None:
        """Take points that were pasted or dropped."""
        urls = data.urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            self.open_path(Path(urls[0].toLocalFile()))
        elif data.text().strip():
            text = data.text()

            def work(_report: Report, _cancelled: threading.Event) -> list[LabelledPoint]:
                with tempfile.TemporaryDirectory() as folder:
                    path = Path(folder) / f"points{_SUFFIX}"
                    path.write_text(text, encoding="utf-8", errors="replace")
                    return fitted(read_points_csv(path))

            self._errand.ask(work, None)
        else:
            self.failed.emit(self.tr("The clipboard holds no points: lines with x, y and a label are expected."))

    @Slot(object, object)
    def _on_read(self, points: list[LabelledPoint] | None, path: Path | None) -> None:
        if points is None:
            return
        self._session.points.commit(points, self.tr("Open points") if path else self.tr("Paste points"))
        if path is None:
            self.done.emit(self.tr("%Ln point(s) pasted", "", len(points)))
        else:
            self.done.emit(self.tr("%Ln point(s) read from {0}", "", len(points)).format(file_name(path)))

    @Slot(object, object)
    def _on_unreadable(self, error: Exception, path: Path | None) -> None:
        if isinstance(error, ModelInsteadError):
            self.model_found.emit(error.path)
        elif path is None:
            within = getattr(error, "path", Path())
            self.failed.emit(self.tr("The clipboard holds no points: {0}").format(cause_in(within, error)))
        else:
            self.failed.emit(self.tr("{0} cannot be opened: {1}").format(file_name(path), cause_in(path, error)))

    # Writing

    def ask_save(self) -> None:
        """Let the user choose a name for a table of the points."""
        suggested = str(Path(self._settings.get(remembered.LAST_FOLDER)) / f"points{_SUFFIX}")
        pattern = self.tr("Points as a table ({0})").format(f"*{_SUFFIX}")
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Save points"), suggested, pattern)
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.save_path(Path(path))

    def save_path(self, path: Path) -> None:
        """Write a table; a name without an ending gets that of tables."""
        target = path if path.suffix else path.with_name(path.name + _SUFFIX)
        points = self._session.points.points
        try:
            write_points_csv(target, points)
        except OSError as error:
            self.failed.emit(self.tr("{0} cannot be saved: {1}").format(file_name(target), cause_in(target, error)))
        else:
            self.done.emit(self.tr("%Ln point(s) written to {0}", "", len(points)).format(file_name(target)))

    def copy(self) -> None:
        """Put the points on the clipboard, as lines of a table."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"points{_SUFFIX}"
            write_points_csv(path, self._session.points.points)
            text = path.read_text(encoding="utf-8")
        data = QMimeData()
        data.setText(text)
        clipboard.put(data)
