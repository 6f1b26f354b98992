"""The third question: how many units does a curve need?"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.any_function.target import Target, target_title
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import whole_field
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.widgets import Card, ComboBox, FieldRow, Label, PlainButton, PrimaryButton, ProgressBar
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.widgets.series import SeriesMark
from digitapp.gui.words.choices import activation_words
from digitapp.lab.any_function.function_fit import FIT_ACTIVATIONS, FitConfig
from digitapp.lab.any_function.target_curves import straight_line_error
from digitapp.lab.any_function.units_needed import (
    COUNTS,
    MOST_SEEDS,
    MOST_STEPS,
    Comparison,
    Series,
    SeriesResult,
    compare,
)
from digitapp.progress import Report

_FIRST = ("tanh", "relu", "identity")
_FIRST_STEPS, _FIRST_SEEDS = 2000, 3
_NONE = ""
_KEPT = 6


class NeededFace(Face):
    """Trains networks of many sizes on the curve, and shows how far off each stays.

    Signals
    -------
    wanted(units, activation) : a network with so many units is to be watched
    """

    wanted = Signal(int, str)

    def __init__(self, target: Target, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target = target
        self.result: list[SeriesResult] | None = None
        self.place = COUNTS.index(8)
        self._kept: dict[Comparison, list[SeriesResult]] = {}
        self._is_quiet = False
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        self._build_stage()
        self._build_details()
        target.changed.connect(self._show)
        self._show()

    # Building

    def _build_stage(self) -> None:
        self.plot = LinePlot(self.tr("Error by number of hidden units"), log=True, x_title=self.tr("hidden units"))
        self.train, self.cancel = PrimaryButton(self.tr("Train"), "play"), PlainButton(self.tr("Cancel"), "stop")
        self.progress = ProgressBar()
        self.progress.setAccessibleName(self.tr("Progress of the training"))
        self._card = Card(self.tr("Error by number of hidden units"))
        for part in (self.train, self.cancel):
            self._card.slot.addWidget(part)
        note = self.tr("root of the mean squared error of the middle network of each size; pale: the others")
        self._card.body.addWidget(self.progress)
        self._card.body.addWidget(Label(note, "caption", "text2", wrap=True))
        self._card.body.addWidget(self.plot, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._card, 1)
        self.train.clicked.connect(self._on_train)
        self.cancel.clicked.connect(self._on_cancel)
        self.plot.moved.connect(self._on_place)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        column.addWidget(Label(self.tr("How many units does it need?"), "title", wrap=True))
        lead = self.tr(
            "Networks with 1 to 32 units learn the same curve, several of each size from other weights, while the rate "
            "falls to zero. The theorem says that some network comes near; whether training finds it is measured here."
        )
        column.addWidget(Label(lead, "body", "text2", wrap=True))
        self.curve = FactRows()
        column.addWidget(self.curve)
        self.steps = whole_field(_FIRST_STEPS, 1, MOST_STEPS, 500)
        self.seeds = whole_field(_FIRST_SEEDS, 1, MOST_SEEDS)
        column.addWidget(FieldRow(self.tr("Steps"), self.steps))
        column.addWidget(FieldRow(self.tr("Networks of each size"), self.seeds))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self.boxes: list[ComboBox] = []
        for index in range(len(_FIRST)):
            box = ComboBox()
            box.addItem(self.tr("none"), _NONE)
            for key in FIT_ACTIVATIONS:
                box.addItem(activation_words(key).title, key)
            box.setAccessibleName(self.tr("Activation of series {0}").format(index + 1))
            box.setCurrentIndex(box.findData(_FIRST[index]))
            box.currentIndexChanged.connect(self._on_changed)
            grid.addWidget(SeriesMark(index, line=True), index, 0)
            grid.addWidget(box, index, 1)
            self.boxes.append(box)
        column.addLayout(grid)
        self._at = add_section(column, " ")
        self.here = FactRows()
        column.addWidget(self.here)
        self.watch = PlainButton(self.tr("Watch such a network learn"), "play")
        self.watch.clicked.connect(self._on_watch)
        column.addWidget(self.watch)
        self.meaning = Label("", "body", "text2", wrap=True)
        column.addWidget(self.meaning)
        column.addStretch(1)
        for field in (self.steps, self.seeds):
            field.value_changed.connect(self._on_changed)

    # Training

    def comparison(self) -> Comparison:
        """Return what would be trained."""
        targets, steps, seeds = tuple(self.target.values.tolist()), self.steps.value(), self.seeds.value()
        keys = dict.fromkeys(box.currentData() for box in self.boxes if box.currentData() != _NONE)
        return tuple(Series(replace(FitConfig(), activation=key), targets, steps, seeds) for key in keys)

    @Slot()
    def _on_train(self) -> None:
        if not all([self.steps.commit(), self.seeds.commit()]):
            return
        comparison = self.comparison()

        def work(report: Report, cancelled: threading.Event) -> list[SeriesResult] | None:
            return compare(comparison, report, cancelled)

        self._errand.ask(work, comparison)
        self._on_progressed(0, sum(len(COUNTS) * series.seeds for series in comparison))
        self._show()

    @Slot()
    def _on_cancel(self) -> None:
        self._errand.cancel()
        self._show()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, max(1, total))
        self.progress.setValue(done)
        self.said.emit(self.tr("Trained {0} of {1} networks").format(done, total))

    @Slot(object, object)
    def _on_found(self, results: list[SeriesResult], comparison: Comparison) -> None:
        self._kept[comparison] = results
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        self._show()
        self.changed.emit()

    @Slot(object, object)
    def _on_failed(self, error: Exception, _comparison: object) -> None:
        self._show()
        self.failed.emit(error)

    # What is shown

    @Slot()
    def _show(self) -> None:
        """Show what is known of the chosen comparison; before it was made, what was trained last."""
        comparison, is_training = self.comparison(), self._errand.is_busy
        self.result = self._kept.get(comparison, self.result)
        had_focus = self.train.hasFocus() or self.cancel.hasFocus()
        for part, seen in ((self.train, not is_training), (self.cancel, is_training), (self.progress, is_training)):
            part.setVisible(seen)
        if had_focus:
            (self.cancel if is_training else self.train).setFocus()
        is_known = comparison in self._kept
        self.train.setEnabled(bool(comparison) and not is_known)
        self.train.set_tip(
            self.tr("These were trained already: change the curve or a setting to train others")
            if is_known
            else self.tr("Train {0} networks").format(sum(len(COUNTS) * series.seeds for series in comparison))
        )
        self.plot.set_empty(
            self.tr("The errors appear when all of them are trained")
            if is_training
            else self.tr("Train to see how the error falls with the number of units")
        )
        self.curve.set_rows([(self.tr("Curve"), target_title(self.target.key))])
        self._show_result(self.result)
        if self.result is not None and not is_training:
            self.said.emit(self.tr("%n network(s) trained", "", sum(each.errors.size for each in self.result)))

    def _show_result(self, results: list[SeriesResult] | None) -> None:
        self.watch.setVisible(results is not None)
        self._at.title.setText(self.tr("%n hidden unit(s)", "", COUNTS[self.place]))
        self.meaning.setText(self._meaning(results))
        if results is None:
            self.here.set_rows([])
            return
        places = np.arange(len(COUNTS), dtype=float)
        lines, marks, rows = [], [], []
        for result in results:
            key = result.series.config.activation
            mark = next((index for index, box in enumerate(self.boxes) if box.currentData() == key), len(marks))
            name = activation_words(key).title
            lines += [Line("", places, errors, mark, pale=True) for errors in result.errors.T]
            lines.append(Line(name, places, result.medians, mark, marks=True))
            marks.append(mark)
            rows.append((name, figure(float(result.medians[self.place]), 3)))
        line = straight_line_error(results[0].series.targets)
        lines.append(Line(self.tr("Best straight line"), places, np.full(len(places), line), dashed=True))
        self.plot.show_lines(lines, x_range=(0.0, float(places[-1])), x_names=[str(count) for count in COUNTS])
        self.plot.set_cursor(float(self.place))
        self.here.set_rows(rows, marks)

    def _meaning(self, results: list[SeriesResult] | None) -> str:
        if results is None:
            return ""
        if results[0].series.targets != tuple(self.target.values.tolist()):
            return self.tr("This was measured on another curve: train again for the present one.")
        return self.tr(
            "The dashed line is the best straight line. Units without a bend never go below it, however many they are. "
            "The others do, and more of them mostly come nearer. Where they do not, training is stuck: better weights "
            "exist."
        )

    # What is chosen

    @Slot()
    def _on_watch(self) -> None:
        keys = [box.currentData() for box in self.boxes if box.currentData() != _NONE]
        self.wanted.emit(COUNTS[self.place], keys[0] if keys else FitConfig().activation)

    @Slot(float)
    def _on_place(self, place: float) -> None:
        self.place = round(place)
        self._show()
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_quiet:
            self._show()
            self.changed.emit()

    # State

    def state(self) -> dict[str, Any]:
        return {
            "steps": self.steps.value(),
            "seeds": self.seeds.value(),
            "activations": [box.currentData() for box in self.boxes],
            "units": COUNTS[self.place],
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        self._errand.cancel()
        stored = state.get("activations")
        keys = stored if isinstance(stored, list) and len(stored) == len(self.boxes) else list(_FIRST)
        self._is_quiet = True
        self.steps.set_value(round(remembered.number(state, "steps", _FIRST_STEPS, 1, MOST_STEPS)))
        self.seeds.set_value(round(remembered.number(state, "seeds", _FIRST_SEEDS, 1, MOST_SEEDS)))
        for box, key, usual in zip(self.boxes, keys, _FIRST, strict=True):
            found = box.findData(key) if isinstance(key, str) else -1
            box.setCurrentIndex(found if found >= 0 else box.findData(usual))
        self._is_quiet = False
        units = state.get("units")
        self.place = COUNTS.index(units) if isinstance(units, int) and units in COUNTS else COUNTS.index(8)
        self._on_changed()

    def numbers(self) -> str:
        if self.result is None:
            return ""
        lines = ["activation\thidden units\tseed\terror"]
        for result in self.result:
            for count, errors in zip(COUNTS, result.errors, strict=True):
                for seed, error in enumerate(errors.tolist()):
                    lines.append(f"{result.series.config.activation}\t{count}\t{seed}\t{error:.6g}")
        return "\n".join(lines)
