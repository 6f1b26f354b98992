"""The network as a spreadsheet, and weights that were changed in one back into the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from digitapp.datasets.dataset import Split
from digitapp.exports.unrolled import Rule, can_unroll, one_image
from digitapp.gui import settings as remembered
from digitapp.gui.causes import cause, cause_in
from digitapp.gui.icons import icon
from digitapp.gui.pages.step.export_dialog import ExportDialog
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.translation import in_a_row
from digitapp.gui.words.problems import model_title
from digitapp.modelfile import Model
from digitapp.plain import file_name
from digitapp.progress import Report

_SUFFIX = ".xlsx"
_KEY = "workbook "


@dataclass(frozen=True, eq=False)
class Followed:
    """The image that a page follows.

    Attributes
    ----------
    inputs : (features,), as the network sees it
    label : what it should be read as; None for a drawing, whose target is the network's own answer
    title : what it is called, "Image 33"
    """

    inputs: np.ndarray
    label: int | None
    title: str


class StepExport(QObject):
    """Writes the shown network as a workbook, and reads workbooks, in the background.

    Parameters
    ----------
    followed : returns the image that the page follows, None where there is none

    Signals: `done(str)`, `failed(str)`: one sentence for the user.

    Attributes
    ----------
    export_action, read_action : for a menu or a button
    """

    done = Signal(str)
    failed = Signal(str)

    def __init__(
        self, session: Session, settings: Settings, followed: Callable[[], Followed | None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._session, self._settings, self._window = session, settings, parent
        self._followed = followed
        self._path = Path()
        self.dialog: ExportDialog | None = None
        self.export_action = QAction(icon("table"), self.tr("Export as spreadsheet…"), self)
        self.export_action.setObjectName("exportSpreadsheet")
        self.export_action.setToolTip(self.tr("Write every number of the network with its formula"))
        self.export_action.triggered.connect(self.ask_export)
        self.read_action = QAction(icon("folder"), self.tr("Read weights from a spreadsheet…"), self)
        self.read_action.setObjectName("readSpreadsheet")
        self.read_action.triggered.connect(self.ask_read)

    # Out

    @Slot()
    def ask_export(self) -> None:
        """Ask which images and how many steps, where there is a choice, then for a file."""
        model = self._copied()
        followed, dataset = self._followed(), self._session.dataset
        if not can_unroll(model):
            if followed is None:
                self.failed.emit(self.tr("Draw something first: the spreadsheet of such a network shows one image."))
            else:
                self._ask_file(model, one_image(model, followed.inputs, followed.label), Rule(1.0), 0)
            return
        images = dataset.all_but_test.without_foils() if dataset is not None else None
        if images is None and followed is None:
            self.failed.emit(self.tr("There is no image yet that the spreadsheet could show."))
            return
        self.dialog = ExportDialog(model, images, followed.title if followed is not None else "", self._window)
        self.dialog.accepted.connect(lambda: self._on_chosen(model, images, followed))
        self.dialog.open()

    def _copied(self) -> Model:
        """Return the shown network as it is now: it may be in training."""
        model, entry = self._session.model, self._session.current_entry
        name = model_title(model.name) if entry.origin == "shipped" else model.name
        return replace(model, network=model.network.copy(), name=name)

    def _on_chosen(self, model: Model, images: Split | None, followed: Followed | None) -> None:
        assert self.dialog is not None
        if self.dialog.takes_all and images is not None:
            chosen = images
        else:
            assert followed is not None  # else there was nothing to choose
            chosen = one_image(model, followed.inputs, followed.label)
        self._ask_file(model, chosen, self.dialog.rule, self.dialog.steps)

    def _ask_file(self, model: Model, images: Split, rule: Rule, steps: int) -> None:
        name = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in model.name) or "network"
        suggested = str(Path(self._settings.get(remembered.LAST_FOLDER)) / f"{name}{_SUFFIX}")
        pattern = self.tr("Spreadsheets ({0})").format(f"*{_SUFFIX}")
        path, _ = QFileDialog.getSaveFileName(self._window, self.tr("Export as spreadsheet"), suggested, pattern)
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.export(Path(path), model, images, rule, steps)

    def export(self, path: Path, model: Model, images: Split, rule: Rule, steps: int) -> None:
        """Write a workbook; a name without the ending of spreadsheets gets it."""
        target = path if path.suffix.lower() == _SUFFIX else path.with_name(path.name + _SUFFIX)
        self._path = target

        def work(_report: Report, _cancelled: threading.Event) -> tuple[int, int]:
            from digitapp.exports.spreadsheet import write_spreadsheet  # what writes is loaded when it is wanted

            write_spreadsheet(target, model, images, rule, steps)
            return steps, len(images)

        self._session.start_job(work, succeeded=self._on_written, failed=self._on_unwritten, saves=True)

    @Slot(object)
    def _on_written(self, written: tuple[int, int]) -> None:
        steps, images = written
        self.done.emit(
            in_a_row(
                self.tr("The spreadsheet {0} was written.").format(file_name(self._path)),
                self.tr("It takes %Ln step(s).", "", steps) if steps else "",
                self.tr("It shows %Ln image(s).", "", images),
            )
        )

    @Slot(object)
    def _on_unwritten(self, error: Exception) -> None:
        self.failed.emit(self.tr("{0} was not written: {1}").format(file_name(self._path), cause(error)))

    # In

    @Slot()
    def ask_read(self) -> None:
        """Let the user choose a workbook, and show its network."""
        folder = self._settings.get(remembered.LAST_FOLDER)
        patterns = [self.tr("Spreadsheets ({0})").format(f"*{_SUFFIX}"), self.tr("All files ({0})").format("*")]
        title = self.tr("Read weights from a spreadsheet")
        path, _ = QFileDialog.getOpenFileName(self._window, title, folder, ";;".join(patterns))
        if path:
            self._settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
            self.read(Path(path))

    def read(self, path: Path) -> None:
        """Read a workbook; its network is offered beside the others and shown, and those that were there stay."""
        self._path = path

        def work(_report: Report, _cancelled: threading.Event) -> Model:
            from digitapp.exports.spreadsheet_reader import read_spreadsheet

            return read_spreadsheet(path)

        self._session.start_job(work, succeeded=self._on_read, failed=self._on_unread)

    @Slot(object)
    def _on_read(self, model: Model) -> None:
        self._session.choose_problem(model.problem)
        known = {entry.key for entry in self._session.model_entries}
        number = next(number for number in range(1, len(known) + 2) if f"{_KEY}{number}" not in known)
        self._session.add_network(f"{_KEY}{number}", model)
        self.done.emit(self.tr("The weights were read from {0}.").format(file_name(self._path)))

    @Slot(object)
    def _on_unread(self, error: Exception) -> None:
        self.failed.emit(self.tr("{0} cannot be read: {1}").format(file_name(self._path), cause_in(self._path, error)))
