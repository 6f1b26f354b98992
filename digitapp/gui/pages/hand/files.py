"""The user's digits in files of their own, both ways: as a drawings file, and as IDX."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from digitapp.datasets.collection import (
    Collection,
    Sample,
    TooManyDigitsError,
    pictures,
    write_collection,
)
from digitapp.datasets.collection_idx import export_idx
from digitapp.datasets.collection_import import import_digits
from digitapp.gui import icons
from digitapp.gui import settings as remembered
from digitapp.gui.causes import cause
from digitapp.gui.settings import Settings
from digitapp.gui.state.hand_collection import HandCollection
from digitapp.gui.state.session import Session
from digitapp.gui.translation import in_a_row
from digitapp.plain import file_name
from digitapp.progress import Report


class HandFiles(QObject):
    """Imports and exports in the background.

    Signals: `done(str)`, `failed(str)`: one sentence for the user.
    """

    done = Signal(str)
    failed = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._settings, self._window = session, settings, parent
        self._name = ""

    @property
    def _hand(self) -> HandCollection:
        return self._session.hand

    def offer_import(self, button: QWidget) -> None:
        """Offer the ways in, below a button."""
        menu = self._menu()
        menu.addAction(icons.icon("folder"), self.tr("Drawings, IDX file or table…"), self.ask_import_file)
        menu.addAction(icons.icon("folder"), self.tr("Folder with four IDX files…"), self.ask_import_folder)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def offer_export(self, button: QWidget) -> None:
        """Offer the ways out, below a button."""
        menu = self._menu()
        menu.addAction(icons.icon("download"), self.tr("Drawings file, with all strokes…"), self.ask_export_file)
        menu.addAction(icons.icon("download"), self.tr("Four IDX files, as MNIST has…"), self.ask_export_folder)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _menu(self) -> QMenu:
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    # Choosing

    @Slot()
    def ask_import_file(self) -> None:
        """Let the user choose a drawings file, one of a pair of IDX files, or a table."""
        patterns = [
            self.tr("Drawings, IDX and tables ({0})").format("*.json *.json.gz *idx?-ubyte *idx?-ubyte.gz *.csv"),
            self.tr("All files ({0})").format("*"),
        ]
        path, _ = QFileDialog.getOpenFileName(self._window, self.tr("Import digits"), self._folder, ";;".join(patterns))
        if path:
            self._remember(Path(path).parent)
            self.import_path(Path(path))

    @Slot()
    def ask_import_folder(self) -> None:
        """Let the user choose a folder with the four files."""
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Import digits"), self._folder)
        if path:
            self._remember(Path(path))
            self.import_path(Path(path))

    @Slot()
    def ask_export_file(self) -> None:
        """Let the user choose a name for a drawings file."""
        pattern = self.tr("Drawings ({0})").format("*.json *.json.gz")
        name = str(Path(self._folder) / "my-hand.json")
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export digits"), name, pattern)
        if path:
            self._remember(Path(path).parent)
            self.export_drawings(Path(path))

    @Slot()
    def ask_export_folder(self) -> None:
        """Let the user choose a folder for the four files."""
        path = QFileDialog.getExistingDirectory(self._window, self.tr("Export four IDX files into"), self._folder)
        if path:
            self._remember(Path(path))
            self.export_idx(Path(path))

    @property
    def _folder(self) -> str:
        return self._settings.get(remembered.LAST_FOLDER)

    def _remember(self, folder: Path) -> None:
        self._settings.set(remembered.LAST_FOLDER, str(folder))

    # Doing

    def import_path(self, path: Path) -> None:
        """Read a file or a folder that holds digits, see `import_digits`, and add what is new."""
        self._name = file_name(path)

        def work(_report: Report, _cancelled: threading.Event) -> tuple[list[Sample], int]:
            samples, unlabelled = import_digits(path)
            pictures(samples)
            return samples, unlabelled

        self._session.start_job(work, succeeded=self._on_read, failed=self._on_failed)

    @Slot(object)
    def _on_read(self, found: tuple[list[Sample], int]) -> None:
        samples, unlabelled = found
        try:
            new = self._hand.add(samples, self.tr("Import"))
        except TooManyDigitsError as error:
            self._on_failed(error)
            return
        known = len(samples) - new
        self.done.emit(
            in_a_row(
                self.tr("%Ln digits were imported from {0}.", "", new).format(self._name),
                self.tr("%Ln were there already.", "", known) if known else "",
                self.tr("%Ln without a label were left out.", "", unlabelled) if unlabelled else "",
            )
        )

    def export_drawings(self, path: Path) -> None:
        """Write a drawings file."""
        chosen = path if path.suffix else path.with_suffix(".json")
        self._export(chosen, lambda collection: write_collection(chosen, collection))

    def export_idx(self, folder: Path) -> None:
        """Write four IDX files into a folder."""
        self._export(folder, lambda collection: export_idx(collection, folder))

    def _export(self, path: Path, write: Callable[[Collection], object]) -> None:
        self._name = file_name(path)
        collection = self._hand.collection

        def work(_report: Report, _cancelled: threading.Event) -> int:
            write(collection)
            return len(collection)

        self._session.start_job(work, succeeded=self._on_written, failed=self._on_failed, saves=True)

    @Slot(object)
    def _on_written(self, count: int) -> None:
        self.done.emit(self.tr("%Ln digits were written to {0}.", "", count).format(self._name))

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(self.tr("{0}: {1}").format(self._name, cause(error)))
