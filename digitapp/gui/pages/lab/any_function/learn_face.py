"""The first question: a network learns the curve, and is seen as the sum of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.any_function.function_view import Shown
from digitapp.gui.pages.lab.any_function.learner import Learner
from digitapp.gui.pages.lab.any_function.pen_view import PenView
from digitapp.gui.pages.lab.any_function.target import OWN, Target, target_title
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.pages.lab.facts import FactRows, add_section, inspector_column
from digitapp.gui.pages.lab.number_fields import rate_field, whole_field
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.widgets import (
    Card,
    ComboBox,
    FieldRow,
    GhostButton,
    Label,
    PlainButton,
    PrimaryButton,
    SegmentedControl,
)
from digitapp.gui.widgets.numbers import figure, thousands
from digitapp.gui.words.choices import activation_words, choice_words
from digitapp.lab.any_function.function_fit import (
    FIT_ACTIVATIONS,
    FIT_OPTIMIZERS,
    MOST_UNITS,
    FitConfig,
    parts,
    unit_places,
)
from digitapp.lab.any_function.target_curves import GRID, TARGETS, rms, straight_line_error
from digitapp.nn import OPTIMIZERS, Network
from digitapp.training.config import MAX_LEARNING_RATE, ConfigError

_FIRST = FitConfig()
_ROOMY = 500  # below this height all of it belongs to the curve: the error is in the inspector, too


class LearnFace(Face):
    """Plot, error and settings."""

    def __init__(self, target: Target, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.target, self.learner = target, Learner(target, self)
        self.unit: int | None = None
        self._is_quiet = False
        self._build_stage()
        self._build_details()
        self._connect()
        self._show_all()

    # Building

    def _build_stage(self) -> None:
        self.view = PenView()
        self.shown = SegmentedControl(
            [self.tr("Sum"), self.tr("Units"), self.tr("Stacked")], name=self.tr("How the units are shown")
        )
        self.start, self.pause = PrimaryButton(self.tr("Learn"), "play"), PlainButton(self.tr("Pause"), "pause")
        self.undo = GhostButton(
            icon="undo", tip=self.tr("Undo the last change of the curve"), key=QKeySequence.StandardKey.Undo
        )
        self.step = GhostButton(icon="step", tip=self.tr("Learn one step"))
        self.again = GhostButton(icon="dice", tip=self.tr("Draw other weights and begin again"))
        self.errors = LinePlot(
            self.tr("Error by step"),
            log=True,
            x_title=self.tr("steps"),
            empty=self.tr("The error appears here while the network learns"),
        )
        card, self._below = Card(" "), Card(self.tr("Error by step"))
        card.header.title.hide()
        card.header.slot.addWidget(self.shown)
        card.header.slot.addStretch(1)
        for button in (self.undo, self.step, self.again, self.start, self.pause):
            card.slot.addWidget(button)
        card.body.addWidget(self.view, 1)
        self._below.body.addWidget(self.errors, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(card, 5)
        column.addWidget(self._below, 2)

    def _build_details(self) -> None:
        column = inspector_column(self.details)
        column.addWidget(Label(self.tr("Any curve is a sum of units"), "title", wrap=True))
        lead = self.tr(
            "One input, one hidden layer, one output. With enough units it comes as near to any continuous curve as "
            "you like (Cybenko 1989, Hornik 1991). Draw a curve with the mouse, and let it learn."
        )
        column.addWidget(Label(lead, "body", "text2", wrap=True))
        self.curve = ComboBox()
        for key in (*TARGETS, OWN):
            self.curve.addItem(target_title(key), key)
        column.addWidget(FieldRow(self.tr("Curve"), self.curve))
        self.units = whole_field(_FIRST.units, 1, MOST_UNITS)
        self.more = GhostButton(icon="plus", tip=self.tr("Add a unit and keep what was learned"))
        self.less = GhostButton(icon="minus", tip=self.tr("Remove the chosen unit, or the last one"))
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in (self.units, self.more, self.less):
            row.addWidget(part)
        row.addStretch(1)
        units = FieldRow(self.tr("Hidden units"), both)
        self.units.setAccessibleName(self.tr("Hidden units"))
        self.units.error_changed.connect(units.set_error)
        column.addWidget(units)
        self.activation, self.optimizer = ComboBox(), ComboBox()
        for key in FIT_ACTIVATIONS:
            self.activation.addItem(activation_words(key).title, key)
        for key in FIT_OPTIMIZERS:
            self.optimizer.addItem(choice_words("optimizer", key, OPTIMIZERS[key]).title, key)
        self.rate = rate_field(_FIRST.learning_rate, MAX_LEARNING_RATE)
        self._rate_row = FieldRow(self.tr("Learning rate"), self.rate)
        column.addWidget(FieldRow(self.tr("Activation"), self.activation))
        column.addWidget(FieldRow(self.tr("Optimiser"), self.optimizer))
        column.addWidget(self._rate_row)
        add_section(column, self.tr("How near it is"))
        self.facts = FactRows()
        column.addWidget(self.facts)
        meaning = self.tr(
            "Units without a bend add up to a straight line, however many there are: that is why networks need "
            "activations."
        )
        self.meaning = Label(meaning, "body", "text2", wrap=True)
        column.addWidget(self.meaning)
        self._unit_title = add_section(column, " ")
        self.unit_facts = FactRows()
        column.addWidget(self.unit_facts)
        column.addStretch(1)

    def _connect(self) -> None:
        view, target = self.view, self.target
        view.pen_down.connect(target.begin)
        view.drawn.connect(target.draw)
        view.pushed.connect(target.push)
        view.unit_chosen.connect(self._on_unit)
        view.unit_unwanted.connect(self._on_less)
        target.changed.connect(self._on_target)
        learner = self.learner
        learner.moved.connect(self._show_network)
        learner.state_changed.connect(self._show_buttons)
        learner.overflowed.connect(self._on_overflowed)
        self.curve.currentIndexChanged.connect(self._on_curve)
        self.shown.currentChanged.connect(self._on_shown)
        self.units.value_changed.connect(self._on_network)
        self.activation.currentIndexChanged.connect(self._on_network)
        self.optimizer.currentIndexChanged.connect(self._on_learning)
        self.rate.value_changed.connect(self._on_learning)
        self.more.clicked.connect(self._on_more)
        self.less.clicked.connect(self._on_less)
        self.start.clicked.connect(self._on_start)
        self.pause.clicked.connect(self._on_pause)
        self.step.clicked.connect(self._on_step)
        self.undo.clicked.connect(target.undo)
        self.again.clicked.connect(self._on_again)

    # Learning

    def take(self, network: Network, activation: str) -> None:
        """Go on with a network that was built."""
        self.learner.set_learning(False)
        self._begin(replace(self.learner.config, activation=activation, units=network.sizes[1]), network)

    def begin(self, units: int, activation: str) -> None:
        """Learn with so many units of a kind, from the beginning."""
        self._begin(replace(self.learner.config, units=units, activation=activation))
        self.learner.set_learning(True)

    def _begin(self, config: FitConfig, network: Network | None = None) -> None:
        self.unit = None
        self._rate_row.set_error("")
        self.learner.begin(config, network)
        self._show_settings()
        self._show_all()
        self.changed.emit()

    @Slot()
    def _on_start(self) -> None:
        if all([self.units.commit(), self.rate.commit()]):
            self.learner.set_learning(True)

    @Slot()
    def _on_pause(self) -> None:
        self.learner.set_learning(False)

    @Slot()
    def _on_step(self) -> None:
        if all([self.units.commit(), self.rate.commit()]):
            self.learner.step()

    @Slot()
    def _on_overflowed(self) -> None:
        self._rate_row.set_error(self.tr("The numbers overflowed at this rate: try a smaller one"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._below.setVisible(self.height() >= theme.scaled(_ROOMY))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.learner.set_seen(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.learner.set_seen(False)

    # What is shown

    def _show_all(self) -> None:
        self.view.show_target(self.target.values)
        self._is_quiet = True
        self.curve.setCurrentIndex(self.curve.findData(self.target.key))
        self._is_quiet = False
        self._show_buttons()
        self._show_network()

    def _show_settings(self) -> None:
        config = self.learner.config
        self._is_quiet = True
        self.units.set_value(config.units)
        self.activation.setCurrentIndex(self.activation.findData(config.activation))
        self.optimizer.setCurrentIndex(self.optimizer.findData(config.optimizer))
        self.rate.set_value(config.learning_rate)
        self._is_quiet = False

    @Slot()
    def _show_buttons(self) -> None:
        is_learning, had_focus = self.learner.is_learning, self.start.hasFocus() or self.pause.hasFocus()
        self.start.setVisible(not is_learning)
        self.pause.setVisible(is_learning)
        if had_focus:
            (self.pause if is_learning else self.start).setFocus()
        self.more.setEnabled(self.learner.count < MOST_UNITS)
        self.less.setEnabled(self.learner.count > 1)
        self.undo.setEnabled(self.target.can_undo)

    @Slot()
    def _show_network(self) -> None:
        network = self.learner.network
        made_of = parts(network)
        self.view.show_parts(made_of, unit_places(network), network.weights[1][:, 0] > 0, unit=self.unit)
        distance = rms(made_of.sum, self.target.values)
        line = straight_line_error(self.target.values)
        self._show_errors(line)
        self.facts.set_rows(
            [
                (self.tr("Error, root of the mean square"), figure(distance, 3)),
                (self.tr("Best straight line"), figure(line, 3)),
                (self.tr("Steps learned"), thousands(self.learner.fit.steps)),
            ]
        )
        self.meaning.setVisible(self.learner.config.activation == "identity")
        self._show_unit(network)
        self.said.emit(self.tr("%n step(s) learned", "", self.learner.fit.steps))

    def _show_errors(self, line: float) -> None:
        history = np.array(self.learner.history, dtype=float).reshape(-1, 2)
        if len(history) < 2:
            self.errors.show_lines([])
            return
        last = max(float(history[-1, 0]), 10.0)
        self.errors.show_lines(
            [
                Line(self.tr("Network"), history[:, 0], history[:, 1], 0),
                Line(self.tr("Best straight line"), np.array([0.0, last]), np.array([line, line]), dashed=True),
            ],
            x_range=(0.0, last),
        )

    def _show_unit(self, network: Network) -> None:
        unit = self.unit
        if unit is None:
            self._unit_title.title.setText(self.tr("One unit"))
            self.unit_facts.set_rows([(self.tr("Click a triangle below the plot to choose a unit"), "")])
            return
        self._unit_title.title.setText(self.tr("Unit {0} of {1}").format(unit + 1, network.sizes[1]))
        self.unit_facts.set_rows(
            [
                (self.tr("Weight from the input"), figure(float(network.weights[0][0, unit]))),
                (self.tr("Bias"), figure(float(network.biases[0][unit]))),
                (self.tr("Weight to the output"), figure(float(network.weights[1][unit, 0]))),
                (self.tr("Where its sum is 0"), figure(float(unit_places(network)[unit]))),
            ]
        )

    # What is chosen

    @Slot()
    def _on_target(self) -> None:
        self._show_all()
        self.changed.emit()

    @Slot()
    def _on_curve(self) -> None:
        if not self._is_quiet and self.curve.currentData() != self.target.key:
            self.target.choose(self.curve.currentData())

    @Slot()
    def _on_shown(self) -> None:
        self.view.set_shown(Shown(self.shown.currentIndex()))
        self.changed.emit()

    @Slot(int)
    def _on_unit(self, unit: int) -> None:
        self.unit = unit if unit >= 0 else None
        self._show_network()

    @Slot()
    def _on_network(self) -> None:
        """Begin with another number of units, or with others."""
        if not self._is_quiet:
            self._begin(
                replace(self.learner.config, units=int(self.units.value()), activation=self.activation.currentData())
            )

    @Slot()
    def _on_again(self) -> None:
        self._begin(replace(self.learner.config, seed=self.learner.config.seed + 1))

    @Slot()
    def _on_learning(self) -> None:
        """Go on with another optimiser or rate."""
        if not self._is_quiet:
            self._rate_row.set_error("")
            self.learner.change(
                replace(
                    self.learner.config,
                    optimizer=self.optimizer.currentData(),
                    learning_rate=float(self.rate.value()),
                )
            )
            self.changed.emit()

    @Slot()
    def _on_more(self) -> None:
        self.learner.add_unit()
        self.unit = self.learner.count - 1
        self._on_resized()

    @Slot()
    def _on_less(self) -> None:
        unit = self.learner.count - 1 if self.unit is None else self.unit
        self.unit = None
        self.learner.remove_unit(unit)
        self._on_resized()

    def _on_resized(self) -> None:
        self._show_settings()
        self._show_all()
        self.changed.emit()

    # State

    def state(self) -> dict[str, Any]:
        config = self.learner.config
        return {
            **self.target.state(),
            "units": config.units,
            "activation": config.activation,
            "optimizer": config.optimizer,
            "learning_rate": config.learning_rate,
            "seed": config.seed,
            "shown": self.shown.currentIndex(),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        self.learner.set_learning(False)
        config = _FIRST
        for name in ("units", "activation", "optimizer", "learning_rate", "seed"):
            try:
                config = replace(config, **{name: state[name]})
            except (KeyError, TypeError, ConfigError):
                continue
        self.shown.setCurrentIndex(int(remembered.number(state, "shown", Shown.PARTS, 0, len(Shown) - 1)))
        self.target.take_up(state)
        self._begin(config)

    def numbers(self) -> str:
        made_of = parts(self.learner.network)
        names = [f"unit {unit + 1}" for unit in range(len(made_of.units))]
        lines = ["\t".join(["x", "wanted", "network", "bias", *names])]
        for place, x in enumerate(GRID.tolist()):
            values = (self.target.values[place], made_of.sum[place], made_of.base, *made_of.units[:, place])
            lines.append("\t".join([f"{x:.2f}", *(f"{value:.6g}" for value in values)]))
        return "\n".join(lines)
