"""The third question: what do inputs do that are not about zero?"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import rate_field, real_field, whole_field
from digitapp.gui.pages.lab.units.walk_map import WalkMap
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.widgets import Card, FieldRow, GhostButton, Label, SegmentedControl, Slider
from digitapp.gui.widgets.numbers import figure, percent
from digitapp.gui.widgets.series import series_symbol
from digitapp.lab.units.zigzag import MOST_MEAN, MOST_RATE, SAMPLES, Fastest, Path, Walk, fastest, walk
from digitapp.progress import Report
from digitapp.training.config import ConfigError

_FIRST = Walk(mean=MOST_MEAN, learning_rate=0.4, steps=40)
_BATCHES = (1, 8, SAMPLES)
_MOST_STEPS = 300
_HUNDREDTHS = 100

Paths = tuple[Path, Path]
Rates = tuple[Fastest | None, Fastest | None]


class CentringFace(Face):
    """Two walks side by side: with inputs about zero, and with inputs about another mean."""

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seed = _FIRST.seed
        self.paths: Paths | None = None
        self._is_quiet = False
        self._walks, self._rates = Errand(start_job, self), Errand(start_job, self)
        self._walks.found.connect(self._on_walked)
        self._rates.found.connect(self._on_rates)
        for errand in (self._walks, self._rates):
            errand.failed.connect(self._on_failed)
        self._build_stage()
        self._build_details()
        self.take_up({})

    def _build_stage(self) -> None:
        names = self.tr("Way of the weights with inputs about zero"), self.tr("Way of the weights with the other mean")
        self.maps = WalkMap(0, names[0], "walk-centred"), WalkMap(1, names[1], "walk-shifted")
        self.losses = LinePlot(self.tr("Error by update"), log=True, whole=True, x_title=self.tr("updates"))
        self._cards = Card(self.tr("{0} Inputs about zero").format(series_symbol(0))), Card(" ")
        row = QHBoxLayout()
        row.setSpacing(12)
        for card, each in zip(self._cards, self.maps, strict=True):
            card.body.addWidget(each, 1)
            row.addWidget(card, 1)
        below = Card(self.tr("Error by update"))
        below.body.addWidget(self.losses, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(row, 3)
        column.addWidget(below, 2)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        column.addWidget(Label(self.tr("Must inputs be about zero?"), "title", wrap=True))
        lead = self.tr(
            "One unit has to find two weights, at the cross, from the same samples twice: the second time a number is "
            "added to every input."
        )
        column.addWidget(Label(lead, "body", "text2", wrap=True))
        self.mean = real_field(_FIRST.mean, 0, MOST_MEAN, 0.05)
        self.slider = Slider(0, _HUNDREDTHS, name=self.tr("Mean of the inputs"))
        self.rate = rate_field(_FIRST.learning_rate, MOST_RATE)
        self.steps = whole_field(_FIRST.steps, 1, _MOST_STEPS, 10)
        self.batch = SegmentedControl([str(size) for size in _BATCHES], name=self.tr("Samples in a batch"))
        self.dice = GhostButton(icon="dice", tip=self.tr("Draw other inputs"))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.slider, 1)
        row.addWidget(self.mean)
        mean = FieldRow(self.tr("Mean of {0}").format(series_symbol(1)), both)
        self.mean.setAccessibleName(self.tr("Mean of the inputs"))
        self.mean.error_changed.connect(mean.set_error)
        column.addWidget(mean)
        column.addWidget(FieldRow(self.tr("Learning rate"), self.rate))
        column.addWidget(FieldRow(self.tr("Updates"), self.steps))
        batches = QWidget()
        row = QHBoxLayout(batches)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.batch)
        row.addStretch(1)
        row.addWidget(self.dice)
        column.addWidget(FieldRow(self.tr("Batch"), batches))
        add_section(column, self.tr("Both weights moved the same way"))
        self.together = FactRows()
        column.addWidget(self.together)
        add_section(column, self.tr("Updates to 1 % of the first error"))
        self.reached = FactRows()
        column.addWidget(self.reached)
        add_section(column, self.tr("Each at its own best rate"))
        self.best = FactRows()
        column.addWidget(self.best)
        self.meaning = Label("", "body", "text2", wrap=True)
        column.addWidget(self.meaning)
        column.addStretch(1)
        self._connect()

    def _connect(self) -> None:
        self.mean.value_changed.connect(self._on_mean)
        self.slider.valueChanged.connect(self._on_slider)
        for field in (self.rate, self.steps):
            field.value_changed.connect(self._on_changed)
        self.batch.currentChanged.connect(self._on_changed)
        self.dice.clicked.connect(self._on_dice)

    # What is computed

    def plan(self) -> Walk:
        """Return the walk with the chosen mean."""
        return Walk(
            float(self.mean.value()),
            float(self.rate.value()),
            _BATCHES[self.batch.currentIndex()],
            self.steps.value(),
            self.seed,
        )

    def _ask(self) -> None:
        plan = self.plan()
        plans = replace(plan, mean=0.0), plan

        def walk_both(_report: Report, _cancelled: threading.Event) -> Paths:
            return walk(plans[0]), walk(plans[1])

        def search_both(_report: Report, cancelled: threading.Event) -> Rates:
            return fastest(plans[0], cancelled=cancelled), fastest(plans[1], cancelled=cancelled)

        self._walks.ask(walk_both, plan)
        self._rates.ask(search_both, replace(plan, learning_rate=_FIRST.learning_rate, steps=_FIRST.steps))
        self._show_rates(None)

    @Slot(object, object)
    def _on_walked(self, paths: Paths, _plan: object) -> None:
        self.paths = paths
        self._show(paths)
        self.changed.emit()

    @Slot(object, object)
    def _on_rates(self, rates: Rates, _plan: object) -> None:
        self._show_rates(rates)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _plan: object) -> None:
        self.failed.emit(error)

    # What is shown

    def _names(self, mean: float) -> tuple[str, str]:
        return self.tr("about zero"), self.tr("mean {0}").format(figure(mean, 2))

    def _show(self, paths: Paths) -> None:
        mean = paths[1].walk.mean
        names = self._names(mean)
        title = self.tr("{0} Inputs about {1}").format(series_symbol(1), figure(mean, 2))
        if mean >= MOST_MEAN:
            title = self.tr("{0} All inputs positive").format(series_symbol(1))
        self._cards[1].set_title(title)
        for each, path in zip(self.maps, paths, strict=True):
            each.show_path(path)
        lines = [
            Line(name, np.arange(len(path.losses), dtype=float), path.losses, mark, marks=True)
            for mark, (name, path) in enumerate(zip(names, paths, strict=True))
        ]
        self.losses.show_lines(lines, x_range=(0.0, float(paths[0].walk.steps)))
        self.together.set_rows(
            [(name, percent(path.together, 0)) for name, path in zip(names, paths, strict=True)], (0, 1)
        )
        self.reached.set_rows(
            [(name, self._reached_text(path)) for name, path in zip(names, paths, strict=True)], (0, 1)
        )
        self.meaning.setText(
            self.tr(
                "The best place asks one weight to grow and the other to shrink. Where all inputs are positive, a "
                "sample can only push both the same way, so the path must zigzag, and a rate that suits the long way "
                "is too high across it. That is why inputs are centred, and why tanh was preferred to the sigmoid."
            )
        )
        self.said.emit(self.tr("%n update(s)", "", paths[0].walk.steps))

    def _reached_text(self, path: Path) -> str:
        if path.reached is not None:
            return str(path.reached)
        return self.tr("diverged") if len(path.weights) <= path.walk.steps else self.tr("not yet")

    def _show_rates(self, rates: Rates | None) -> None:
        names, texts = self._names(self.mean.value()), [self.tr("searching…")] * 2
        if rates is not None:
            texts = [
                self.tr("none arrives")
                if found is None
                else self.tr("{0} updates at {1}").format(found.steps, figure(found.rate, 2))
                for found in rates
            ]
        self.best.set_rows(list(zip(names, texts, strict=True)), (0, 1))

    # What is done

    @Slot(int)
    def _on_slider(self, hundredths: int) -> None:
        if not self._is_quiet:
            self.mean.set_value(hundredths / _HUNDREDTHS)
            self._on_changed()

    @Slot(object)
    def _on_mean(self, mean: float) -> None:
        self._is_quiet = True
        self.slider.setValue(round(mean * _HUNDREDTHS))
        self._is_quiet = False
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        if not self._is_quiet:
            self._ask()
            self.changed.emit()

    @Slot()
    def _on_dice(self) -> None:
        self.seed += 1
        self._on_changed()

    # State

    def state(self) -> dict[str, Any]:
        plan = self.plan()
        return {
            "mean": plan.mean,
            "learning_rate": plan.learning_rate,
            "batch_size": plan.batch_size,
            "steps": plan.steps,
            "seed": plan.seed,
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        plan = _FIRST
        for name in self.state():
            try:
                plan = replace(plan, **{name: state[name]})
            except (KeyError, ConfigError):
                continue
        self._is_quiet = True
        self.mean.set_value(plan.mean)
        self.slider.setValue(round(plan.mean * _HUNDREDTHS))
        self.rate.set_value(plan.learning_rate)
        self.steps.set_value(min(plan.steps, _MOST_STEPS))
        self.batch.setCurrentIndex(_BATCHES.index(plan.batch_size) if plan.batch_size in _BATCHES else 0)
        self.seed = plan.seed
        self._is_quiet = False
        self._on_changed()

    def numbers(self) -> str:
        if self.paths is None:
            return ""
        lines = ["mean of the inputs\tupdate\tweight 1\tweight 2\terror"]
        for path in self.paths:
            for step, ((first, second), loss) in enumerate(zip(path.weights, path.losses, strict=True)):
                lines.append(f"{path.walk.mean:g}\t{step}\t{first:.6g}\t{second:.6g}\t{loss:.6g}")
        return "\n".join(lines)
