"""The fourth question: when do units die?"""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import whole_field
from digitapp.gui.plots.axes import tick_text
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.widgets import (
    Card,
    ComboBox,
    FieldRow,
    Label,
    PlainButton,
    PrimaryButton,
    ProgressBar,
    SegmentedControl,
)
from digitapp.gui.widgets.numbers import figure, percent
from digitapp.gui.widgets.series import SeriesMark
from digitapp.gui.words.choices import activation_words
from digitapp.lab.units.dying_units import MOST_EPOCHS, MOST_UNITS, RATES, Course, Trial, TrialResult, run_trial
from digitapp.nn import ACTIVATIONS
from digitapp.progress import Report
from digitapp.training.config import ConfigError

_FIRST = Trial()
_FIRST_RATE = 1.0
_KEPT = 8  # results


class DyingFace(Face):
    """Trains the same network with higher and higher rates, and shows how many of its units are left."""

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.result: TrialResult | None = None
        self.rate = _FIRST_RATE
        self._kept: dict[Trial, TrialResult] = {}
        self._is_quiet = False
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        self._build_stage()
        self._build_details()
        self.take_up({})

    def _build_stage(self) -> None:
        self.ends = LinePlot(
            self.tr("What is left after training, by learning rate"), x_title=self.tr("learning rate"), show=_count_text
        )
        self.what = SegmentedControl(
            [self.tr("dead units"), self.tr("read right, %")], name=self.tr("What is shown by learning rate")
        )
        self.course = LinePlot(
            self.tr("Dead units on the way"),
            x_title=self.tr("batches learned"),
            whole=True,
            show=_count_text,
            empty=self.tr("When they died, at the rate that is chosen above, appears here"),
        )
        self.train, self.cancel = PrimaryButton(self.tr("Train"), "play"), PlainButton(self.tr("Cancel"), "stop")
        self.progress = ProgressBar()
        self.progress.setAccessibleName(self.tr("Progress of the training"))
        self._course_card = Card(" ")
        card = Card(self.tr("By learning rate"))
        card.slot.addWidget(self.what)
        card.slot.addWidget(self.train)
        card.slot.addWidget(self.cancel)
        card.body.addWidget(self.progress)
        card.body.addWidget(self.ends, 1)
        self._course_card.body.addWidget(self.course, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card, 3)
        column.addWidget(self._course_card, 2)
        self.train.clicked.connect(self._on_train)
        self.cancel.clicked.connect(self._on_cancel)
        self.ends.moved.connect(self._on_rate)
        self.what.currentChanged.connect(self._on_changed)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        column.addWidget(Label(self.tr("When do units die?"), "title", wrap=True))
        lead = self.tr(
            "The same network learns 1,000 drawn digits again and again, each time with a higher learning rate. How "
            "many of its hidden units are lost?"
        )
        column.addWidget(Label(lead, "body", "text2", wrap=True))
        self.units = whole_field(_FIRST.units, 1, MOST_UNITS, 10)
        self.epochs = whole_field(_FIRST.epochs, 1, MOST_EPOCHS)
        column.addWidget(FieldRow(self.tr("Hidden units"), self.units))
        column.addWidget(FieldRow(self.tr("Epochs"), self.epochs))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self.boxes: list[ComboBox] = []
        for index in range(len(_FIRST.activations)):
            box = ComboBox()
            for key in ACTIVATIONS:
                box.addItem(activation_words(key).title, key)
            box.setAccessibleName(self.tr("Activation of series {0}").format(index + 1))
            box.currentIndexChanged.connect(self._on_changed)
            grid.addWidget(SeriesMark(index, line=True), index, 0)
            grid.addWidget(box, index, 1)
            self.boxes.append(box)
        column.addLayout(grid)
        self._at_rate = add_section(column, " ")
        self.here = FactRows()
        column.addWidget(self.here)
        add_section(column, self.tr("Highest rate without death or overflow"))
        self.safe = FactRows()
        column.addWidget(self.safe)
        self.meaning = Label("", "body", "text2", wrap=True)
        column.addWidget(self.meaning)
        column.addStretch(1)
        for field in (self.units, self.epochs):
            field.value_changed.connect(self._on_changed)

    def trial(self) -> Trial:
        """Return what would be trained."""
        keys = tuple(box.currentData() for box in self.boxes)
        return replace(_FIRST, activations=keys, units=self.units.value(), epochs=self.epochs.value())

    # Training

    @Slot()
    def _on_train(self) -> None:
        if not all([self.units.commit(), self.epochs.commit()]):
            return
        trial = self.trial()

        def work(report: Report, cancelled: threading.Event) -> TrialResult | None:
            return run_trial(trial, report, cancelled)

        self._errand.ask(work, trial)
        self._on_progressed(0, len(trial.runs))
        self._show()

    @Slot()
    def _on_cancel(self) -> None:
        self._errand.cancel()
        self._show()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.said.emit(self.tr("Trained {0} of {1} networks").format(done, total))

    @Slot(object, object)
    def _on_found(self, result: TrialResult, trial: Trial) -> None:
        self._kept[trial] = result
        while len(self._kept) > _KEPT:
            del self._kept[next(iter(self._kept))]
        self._show()
        self.changed.emit()

    @Slot(object, object)
    def _on_failed(self, error: Exception, _trial: object) -> None:
        self._show()
        self.failed.emit(error)

    # What is shown

    def _show(self) -> None:
        """Show what is known of the chosen trial; before it was made, what was trained last."""
        trial, is_training = self.trial(), self._errand.is_busy
        self.result = self._kept.get(trial, self.result)
        result = self.result
        had_focus = self.train.hasFocus() or self.cancel.hasFocus()
        for part, seen in ((self.train, not is_training), (self.cancel, is_training), (self.progress, is_training)):
            part.setVisible(seen)
        if had_focus:
            (self.cancel if is_training else self.train).setFocus()
        self.ends.set_empty(
            self.tr("The counts appear when all of them are trained")
            if is_training
            else self.tr("Train to see how many units are dead after training with each rate")
        )
        self.train.setEnabled(trial not in self._kept)
        self.train.set_tip(
            self.tr("Train {0} networks on 1,000 drawn digits").format(len(trial.runs))
            if trial not in self._kept
            else self.tr("These were trained already: change something above to train others")
        )
        self._show_result(result)
        if result is not None and not is_training:
            self.said.emit(self.tr("%n network(s) trained", "", len(result.courses)))

    def _show_result(self, result: TrialResult | None) -> None:
        activations = (self.trial() if result is None else result.trial).activations
        keys = list(dict.fromkeys(activations))
        names, marks = [_title(key) for key in keys], [activations.index(key) for key in keys]
        self._at_rate.title.setText(self.tr("At the rate {0}").format(figure(self.rate, 1)))
        self._course_card.set_title(self.tr("When they die, at the rate {0}").format(figure(self.rate, 1)))
        if result is None:
            self.here.set_rows([(name, "–") for name in names], marks)
            self.safe.set_rows([(name, "–") for name in names], marks)
            self.meaning.setText(
                self.tr(
                    "A ReLU unit is dead when its sum is below 0 for every image: its slope is 0 everywhere, no "
                    "gradient reaches its weights any more, and it stays dead. One step that is too large can do that."
                )
            )
            return
        kinds = list(zip(keys, names, marks, strict=True))
        self._show_ends(result, kinds)
        self._show_courses(result, kinds)
        safe = (result.safe_rate(key) for key in keys)
        self.safe.set_rows(
            [
                (name, self.tr("none") if rate is None else figure(rate, 1))
                for name, rate in zip(names, safe, strict=True)
            ],
            marks,
        )
        self.meaning.setText(
            self.tr(
                "The same first weights and the same batches for all. The figures are dead units, and how many of 100 "
                "other digits are read right at the end. A unit counts as dead where its slope stays below 0.001 for "
                "every image, as that of a sigmoid far out does. Leaky ReLU keeps a hundredth of the slope and maxout "
                "always has a piece with slope 1, so neither can die; too high a rate harms them all the same: where "
                "the numbers overflow, the line ends."
            )
        )

    def _show_ends(self, result: TrialResult, kinds: Sequence[tuple[str, str, int]]) -> None:
        """Show how the networks ended, by their learning rate."""
        shows_dead = self.what.currentIndex() == 0
        places = np.arange(len(RATES), dtype=float)
        self.ends.show_lines(
            [
                Line(
                    name,
                    places,
                    np.array([_end(course, dead=shows_dead) for course in result.of(key)]),
                    mark,
                    marks=True,
                )
                for key, name, mark in kinds
            ],
            x_range=(0.0, float(places[-1])),
            y_range=(0.0, 1.05 * (result.trial.units if shows_dead else 100)),
            x_names=[tick_text(rate) for rate in RATES],
        )
        self.ends.set_cursor(float(RATES.index(self.rate)))

    def _show_courses(self, result: TrialResult, kinds: Sequence[tuple[str, str, int]]) -> None:
        """Show how the networks fared that learned at the chosen rate."""
        courses = [result.courses[key, self.rate] for key, _, _ in kinds]
        self.course.show_lines(
            [
                Line(name, course.steps.astype(float), course.dead.astype(float), mark, marks=True)
                for (_, name, mark), course in zip(kinds, courses, strict=True)
            ],
            x_range=(0.0, float(max(int(course.steps[-1]) for course in courses))),
            y_range=(0.0, 1.05 * result.trial.units),
        )
        self.here.set_rows(
            [(name, self._course_text(course)) for (_, name, _), course in zip(kinds, courses, strict=True)],
            [mark for _, _, mark in kinds],
        )

    def _course_text(self, course: Course) -> str:
        if course.diverged_at is not None:
            return self.tr("overflowed in batch {0}").format(course.diverged_at)
        return self.tr("{0} dead, {1} right").format(int(course.dead[-1]), percent(course.accuracy, 0))

    # What is chosen

    @Slot(float)
    def _on_rate(self, place: float) -> None:
        self.rate = RATES[round(place)]
        self._show()
        self.changed.emit()

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_quiet:
            self._show()
            self.changed.emit()

    # State

    def state(self) -> dict[str, Any]:
        trial = self.trial()
        return {
            "activations": list(trial.activations),
            "units": trial.units,
            "epochs": trial.epochs,
            "rate": self.rate,
            "shows": self.what.currentIndex(),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        self._errand.cancel()
        trial = _FIRST
        for name in ("units", "epochs", "activations"):
            try:
                trial = replace(trial, **{name: state[name]})
            except (KeyError, ConfigError, TypeError):
                continue
        self._is_quiet = True
        self.units.set_value(trial.units)
        self.epochs.set_value(trial.epochs)
        keys = trial.activations if len(trial.activations) == len(self.boxes) else _FIRST.activations
        for box, key in zip(self.boxes, keys, strict=True):
            box.setCurrentIndex(box.findData(key))
        self.what.setCurrentIndex(remembered.place(state, "shows", self.what.count()))
        self.rate = state["rate"] if state.get("rate") in RATES else _FIRST_RATE
        self._is_quiet = False
        self._on_changed()

    def numbers(self) -> str:
        if self.result is None:
            return ""
        lines = ["activation\tlearning rate\tbatch\tdead units\taccuracy at the end\toverflowed in batch"]
        for course in self.result.courses.values():
            end = f"{course.accuracy:.4f}\t{'' if course.diverged_at is None else course.diverged_at}"
            for step, dead in zip(course.steps, course.dead, strict=True):
                lines.append(f"{course.activation}\t{course.rate:g}\t{step}\t{dead}\t{end}")
        return "\n".join(lines)


def _title(key: str) -> str:
    return activation_words(key).title


def _end(course: Course, *, dead: bool) -> float:
    """Return how many units were dead at the end, or what percentage was read right; nothing after an overflow."""
    if course.diverged_at is not None:
        return math.nan
    return float(course.dead[-1]) if dead else 100 * course.accuracy


def _count_text(count: float) -> str:
    return f"{count:.0f}"
