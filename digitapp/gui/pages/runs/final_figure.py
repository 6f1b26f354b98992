"""The test figure of the chosen experiments: shown when it is asked for, once and last."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import theme
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import HairLine, Label, NoteBar, PlainButton, SectionHeader
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.comparison import final_trouble, final_words
from digitapp.kept.experiments import Experiment
from digitapp.kept.final import final_of, is_finished, keeper_of_data, measure_final, times_asked
from digitapp.kept.store import Store
from digitapp.progress import Report


class FinalFigure(QWidget):
    """A button that says what it costs to press it; then what the test images say."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._experiments: tuple[Experiment, ...] = ()
        self._figures = Label("", "body", "text", wrap=True, tabular=True, parent=self)
        self._text = Label("", "caption", "text2", wrap=True, parent=self)
        self.button = PlainButton(self.tr("Show the test figure"), parent=self)
        self._trouble = NoteBar("error", parent=self)
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(HairLine(parent=self))
        column.addWidget(SectionHeader(self.tr("Test images"), parent=self))
        column.addWidget(self._figures)
        column.addWidget(self._text)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._trouble)
        self._trouble.hide()
        self.button.clicked.connect(self._on_clicked)

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Offer the test figure of experiments, or show it where it was asked for before."""
        if [each.name for each in experiments] != [each.name for each in self._experiments]:
            self._trouble.hide()
        self._experiments = tuple(experiments)
        problems = [PROBLEMS.get(each.problem) for each in experiments]
        self.setVisible(any(problem is not None and problem.has_test for problem in problems))
        self._show()
        if self._is_known:
            self._ask(is_measured=True)  # how often it was asked for

    @property
    def _is_known(self) -> bool:
        return bool(self._experiments) and all(final_of(each) is not None for each in self._experiments)

    def _show(self) -> None:
        experiments, is_known = self._experiments, self._is_known
        self._figures.setVisible(is_known)
        self.button.setVisible(not is_known)
        if is_known:
            self._figures.setText(final_words(experiments))
            self._text.setText("")
            return
        is_ready = bool(experiments) and all(map(is_finished, experiments)) and not self._errand.is_busy
        self.button.setEnabled(is_ready and self._session.run_list.folder is not None)
        text = self.tr(
            "It chooses nothing: choose on validation, and ask once, last. How often it is asked is counted."
        )
        if not all(map(is_finished, experiments)):
            text = self.tr("It can be asked for when all chosen runs have ended; interrupted ones can go on, or go.")
        self._text.setText(text)

    @Slot()
    def _on_clicked(self) -> None:
        self._trouble.hide()
        self._ask(is_measured=False)
        self._text.setText(self.tr("Measuring…"))
        self.button.setEnabled(False)

    def _ask(self, *, is_measured: bool) -> None:
        folder = self._session.run_list.folder
        if folder is not None:
            data_dir = self._session.data.data_dir
            work = partial(_times_asked if is_measured else _measure, folder, data_dir, self._experiments)
            self._errand.ask(work, (self._experiments, is_measured), patient=True)

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self._text.setText(self.tr("Measuring run {0} of {1}").format(thousands(done), thousands(total)))

    @Slot(object, object)
    def _on_found(self, asked: int, key: tuple[tuple[Experiment, ...], bool]) -> None:
        experiments, is_measured = key
        if not is_measured:
            self._session.run_list.look()  # which lists the runs with what they came to, and shows them here again
        if experiments == self._experiments and self._is_known:
            text = self.tr(
                "Looked at for %n experiment(s) of this problem so far: each look makes it worth less.", "", asked
            )
            self._text.setText(text)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _key: object) -> None:
        self._show()
        self._trouble.set_note("error", final_trouble(error))
        self._trouble.show()


def _measure(
    folder: Path,
    data_dir: Path | None,
    experiments: tuple[Experiment, ...],
    report: Report,
    cancelled: threading.Event,
) -> int:
    """Measure experiments on the test images, in a thread."""
    load = keeper_of_data(lambda name, seed: load_dataset(name, data_dir=data_dir, seed=seed, cancelled=cancelled))
    measure_final(folder, experiments, load, report, cancelled)
    return _times_asked(folder, data_dir, experiments, report, cancelled)


def _times_asked(
    folder: Path,
    _data_dir: Path | None,
    experiments: tuple[Experiment, ...],
    _report: Report,
    _cancelled: threading.Event,
) -> int:
    """Return for how many experiments of the problem the test images were looked at, in a thread."""
    store = Store(folder, reading=True)
    try:
        return times_asked(store, experiments[0].problem)
    finally:
        store.close()
