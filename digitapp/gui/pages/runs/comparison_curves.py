"""Validation of the chosen experiments by epoch: the mean of the seeds, their band, and single runs where wanted."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.band_plot import Band, BandPlot
from digitapp.gui.plots.line_plot import Line
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import CheckBox, Label, SegmentedControl
from digitapp.gui.widgets.legend import Entry, Legend
from digitapp.gui.widgets.numbers import per_cent
from digitapp.gui.words.comparison import name_words, result_words
from digitapp.kept.curves import SeedCurves, seed_curves
from digitapp.kept.experiments import Experiment, Measure, same_runs
from digitapp.kept.reading_back import reader_of
from digitapp.progress import Report

_MEASURES = (Measure.ACCURACY, Measure.LOSS)


class ComparisonCurves(QWidget):
    """The curves of experiments, each in the colour and with the mark of its place among the chosen ones.

    Signals: `measure_changed(Measure)`, accuracy or loss was chosen.
    """

    measure_changed = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._experiments: tuple[Experiment, ...] = ()
        self._curves: tuple[SeedCurves, ...] = ()
        self._title = Label("", "card-title", parent=self)
        self.switch = SegmentedControl((self.tr("Accuracy"), self.tr("Loss")), name=self.tr("Curves of"), parent=self)
        self.single = CheckBox(self.tr("Single runs"), self)
        self.legend = Legend(self)
        self._note = Label("", "tick", "text2", parent=self)
        self.plot = BandPlot(
            self.tr("Validation by epoch"),
            show=self._value_words,
            tick=lambda share: per_cent(f"{100 * share:.5g}"),
            x_title=self.tr("epochs"),
            empty=self.tr("Choose runs to see their curves."),
            parent=self,
        )
        offer_picture(self, self.tr("Curves of the chosen runs"), "runs-curves")
        self._errand = Errand(session.start_job, self)
        self._build()
        self.switch.currentChanged.connect(self._on_measure)
        self.single.toggled.connect(self._show)
        self.plot.moved.connect(self._on_moved)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._show_title()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._title)
        head.addWidget(self.switch)
        head.addWidget(self.legend, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self._note, 1)
        foot.addWidget(self.single)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        column.addLayout(foot)

    # What is shown

    @property
    def measure(self) -> Measure:
        """What the curves are of."""
        return _MEASURES[self.switch.currentIndex()]

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Show the curves of experiments; they are read beside the window."""
        if same_runs(experiments, self._experiments):
            return
        self._experiments = tuple(experiments)
        if not experiments:
            self._errand.cancel()
            self._curves = ()
            self._show()
            return
        self._ask()

    def _ask(self) -> None:
        folder = self._session.run_list.folder
        key = self._experiments, self.measure
        if folder is not None and self._experiments:
            self._errand.ask(partial(_read, folder, *key), key)

    @Slot(object, object)
    def _on_found(self, curves: tuple[SeedCurves, ...], key: tuple[tuple[Experiment, ...], Measure]) -> None:
        if key == (self._experiments, self.measure):
            self._curves = curves
            self.plot.set_cursor(None)
            self._show()

    @Slot(object, object)
    def _on_failed(self, _error: Exception, _key: object) -> None:
        self._curves = ()
        self._show()

    @Slot(int)
    def _on_measure(self, _index: int) -> None:
        self._show_title()
        self._ask()
        self.measure_changed.emit(self.measure)

    def _show_title(self) -> None:
        is_accuracy = self.measure is Measure.ACCURACY
        self._title.setText(self.tr("Validation accuracy") if is_accuracy else self.tr("Validation loss"))

    @Slot()
    def _show(self) -> None:
        """Show what has been read."""
        epochs = max((curves.epochs for curves in self._curves), default=0)
        lines, bands = [], []
        many = any(len(curves.seeds) > 1 for curves in self._curves)
        for series, (experiment, curves) in enumerate(zip(self._experiments, self._curves, strict=False)):
            name = name_words(experiment)
            if len(curves.seeds) > 1:
                bands.append(Band(series, curves.band_x, curves.low, curves.high))
                if self.single.isChecked():
                    lines += [Line("", curve.x, curve.y, series, pale=True) for curve in curves.seeds.values()]
            lines.append(Line(name, curves.mean.x, curves.mean.y, series, marks=True))
        self.single.setVisible(many)
        self.plot.set_empty(self._empty_text())
        # A single epoch is a point in the middle.
        ends = (1.0, float(epochs)) if epochs > 1 else (0.0, 2.0)
        self.plot.show_all(lines, bands, log=self.measure is Measure.LOSS, x_range=ends)
        if epochs:
            self.plot.set_cursor(float(epochs))
        self._show_legend(float(epochs))

    def _empty_text(self) -> str:
        if not self._experiments:
            return self.tr("Choose runs to see their curves.")
        return self.tr("These runs have no validation by epoch.")

    def _show_legend(self, epoch: float) -> None:
        """Show what each mean was at an epoch; that of the last one at its own end."""
        entries = []
        for series, (experiment, curves) in enumerate(zip(self._experiments, self._curves, strict=False)):
            value = Line("", curves.mean.x, curves.mean.y).at(epoch)
            if not math.isfinite(value) and curves.last is not None and epoch >= curves.epochs:
                value = curves.last
            text = self._value_words(value) if math.isfinite(value) else "–"
            entries.append(Entry(series, name_words(experiment), text))
        self.legend.show_entries(entries)
        self._note.setText(self._note_text(epoch))

    def _note_text(self, epoch: float) -> str:
        if not self._curves:
            return ""
        place = self.tr("Epoch {0}").format(f"{epoch:,.0f}")
        if not any(len(curves.seeds) > 1 for curves in self._curves):
            return place
        return self.tr("{0}. Lines: mean of the seeds. Bands: from the lowest seed to the highest.").format(place)

    def _value_words(self, value: float) -> str:
        return result_words(value, self.measure)

    @Slot(float)
    def _on_moved(self, epoch: float) -> None:
        self.plot.set_cursor(epoch)
        self._show_legend(epoch)


def _read(
    folder: Path, experiments: tuple[Experiment, ...], measure: Measure, report: Report, cancelled: threading.Event
) -> tuple[SeedCurves, ...]:
    """Read the curves of experiments, in a thread."""
    found: list[SeedCurves] = []
    with reader_of(folder) as reader:
        for done, experiment in enumerate(experiments):
            if cancelled.is_set():
                break
            found.append(seed_curves(experiment, measure, reader.column))
            report(done + 1, len(experiments))
    return tuple(found)
