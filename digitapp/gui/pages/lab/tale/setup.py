"""What is tried: the settings of a trial, in as many lines as the stage has room for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import ComboBox, Label, LinkButton, NumberField, SegmentedControl
from digitapp.gui.widgets.flow import Flow
from digitapp.gui.widgets.numbers import per_cent
from digitapp.gui.words.choices import choice_words
from digitapp.gui.words.settings import number_refusal
from digitapp.inspection.tale_trial import MOST_HIDDEN, MOST_NOISE, Trial, possible_activations
from digitapp.nn import ACTIVATIONS, INITIALIZERS
from digitapp.nn.options import Range
from digitapp.training.config import (
    MAX_EPOCHS,
    MAX_LEARNING_RATE,
    check_number,
    check_whole,
    parse_number,
    parse_whole,
)

MOST_NETWORKS = 1000
"""More would be no wall any more; the command line trains ten times as many."""

_GAP = 8


class TaleSetup(QWidget):
    """The settings of a trial; a field that refuses its value says why below, and the last good one counts.

    `reset` brings the usual ones back; it stands where the bench lays it out.

    Signals: `changed`, another trial is chosen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        usual = Trial()
        self.hidden = SegmentedControl([str(size) for size in range(1, MOST_HIDDEN + 1)], name=self.tr("Hidden units"))
        self.activation = _choice("activation", ACTIVATIONS, possible_activations())
        self.initializer = _choice("initializer", INITIALIZERS, tuple(INITIALIZERS))
        self.epochs = _whole("epochs", usual.epochs, MAX_EPOCHS, 50)
        self.learning_rate = _rate(usual.learning_rate)
        self.noise = _percent(usual.noise)
        self.seeds = _whole("seeds", usual.seeds, MOST_NETWORKS, 10)
        self.reset = LinkButton(self.tr("Usual settings"))
        self.error = Label("", "tick", "danger", wrap=True)
        self.error.hide()
        self._build()
        self._connect()
        self.show_trial(usual)

    def _build(self) -> None:
        self.epochs.setToolTip(self.tr("How often each network goes through its 48 images, in 6 updates each time."))
        self.learning_rate.setToolTip(self.tr("How large a step downhill is."))
        self.noise.setToolTip(
            self.tr(
                "How likely a pixel is wrong. Each network learns from images of its own, in which such pixels were "
                "flipped; it is judged on the 64 clean ones."
            )
        )
        self.seeds.setToolTip(self.tr("How many networks are trained; their seeds are 0, 1, 2 and so on."))
        flow = Flow(across=16)
        for label, control in (
            (self.tr("Hidden units"), self.hidden),
            (self.tr("Activation"), self.activation),
            (self.tr("Epochs"), self.epochs),
            (self.tr("Learning rate"), self.learning_rate),
            (self.tr("Flipped pixels"), self.noise),
            (self.tr("Start"), self.initializer),
            (self.tr("Networks"), self.seeds),
        ):
            flow.add(_pair(label, control))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(flow)
        column.addWidget(self.error)

    def _connect(self) -> None:
        self.hidden.currentChanged.connect(self._on_changed)
        for box in (self.activation, self.initializer):
            box.currentIndexChanged.connect(self._on_changed)
        for field in self._fields:
            field.value_changed.connect(self._on_changed)
            field.error_changed.connect(self._show_error)
        self.reset.clicked.connect(self._on_reset)

    @property
    def _fields(self) -> tuple[NumberField, ...]:
        return self.epochs, self.learning_rate, self.noise, self.seeds

    def trial(self) -> Trial:
        """Return the chosen trial."""
        return Trial(
            seeds=self.seeds.value(),
            hidden=self.hidden.currentIndex() + 1,
            activation=self.activation.currentData(),
            initializer=self.initializer.currentData(),
            learning_rate=self.learning_rate.value(),
            epochs=self.epochs.value(),
            noise=self.noise.value(),
        )

    def commit(self) -> bool:
        """Check what is being typed, and return whether every field has a value."""
        committed = [field.commit() for field in self._fields]  # each says what is wrong
        return all(committed)

    def show_trial(self, trial: Trial) -> None:
        """Choose a trial; `changed` is emitted once, where it is another one."""
        before = self.trial()
        blocked = self.blockSignals(True)
        self.hidden.setCurrentIndex(trial.hidden - 1)
        for box, key in ((self.activation, trial.activation), (self.initializer, trial.initializer)):
            box.setCurrentIndex(box.findData(key))
        for field, value in zip(
            self._fields, (trial.epochs, trial.learning_rate, trial.noise, trial.seeds), strict=True
        ):
            field.set_value(value)
        self.blockSignals(blocked)
        self._show_error()
        if trial != before:
            self._on_changed()
        self.reset.setVisible(trial != Trial())

    @Slot()
    def _on_changed(self) -> None:
        if self.signalsBlocked():
            return
        trial = self.trial()
        self.reset.setVisible(trial != Trial())
        self.changed.emit()

    @Slot()
    def _on_reset(self) -> None:
        self.show_trial(Trial())
        self.hidden.setFocus()

    @Slot()
    def _show_error(self) -> None:
        """Say below what is wrong in the first field that refuses its value."""
        errors = (
            self.tr("{0}: {1}").format(field.accessibleName(), field.error()) for field in self._fields if field.error()
        )
        text = next(errors, "")
        self.error.setText(text)
        self.error.setVisible(bool(text))


def trial_of(state: Mapping[str, Any]) -> Trial:
    """Return the trial with these settings, the usual one where they are none."""
    try:
        trial = Trial(**state)
    except (ValueError, TypeError):  # a ConfigError is a ValueError
        return Trial()
    fits = trial.seeds <= MOST_NETWORKS and trial.activation in possible_activations()
    return trial if fits else Trial()


def _pair(text: str, control: QWidget) -> QWidget:
    """Return a label with its control."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(_GAP)
    label = Label(text, "body", "text2")
    label.setBuddy(control)
    row.addWidget(label)
    row.addWidget(control)
    if not control.accessibleName():
        control.setAccessibleName(text)
    return pair


def _choice(kind: str, registry: Any, keys: tuple[str, ...]) -> ComboBox:
    box = ComboBox()
    for key in keys:
        box.addItem(choice_words(kind, key, registry[key]).title, key)
    return box


def _narrow(field: NumberField, width: int) -> NumberField:
    field.setFixedWidth(theme.scaled(width))
    return field


def _whole(name: str, value: int, most: int, step: int) -> NumberField:
    """Return a field for a whole number from 1; the arrow keys go to the next multiple of a step."""

    def read(text: str) -> int:
        number = parse_whole(name, text)
        check_whole(name, number, 1, most)
        return number

    def next_value(number: int, direction: int) -> int:
        beyond = number // step + 1 if direction > 0 else -(-number // step) - 1
        return max(1, beyond * step)

    allowed = Range(1, most, is_whole=True)
    return _narrow(_number(read, value, next_value, allowed, str(value)), 64)


def _rate(value: float) -> NumberField:
    def read(text: str) -> float:
        number = parse_number("learning_rate", text)
        check_number("learning_rate", number, 0, MAX_LEARNING_RATE, above=True)
        return number

    def next_value(number: float, direction: int) -> float:
        return float(f"{number * 1.25 if direction > 0 else number / 1.25:.2g}")

    allowed = Range(0, MAX_LEARNING_RATE, above=True)
    return _narrow(_number(read, value, next_value, allowed, f"{value:g}"), 64)


def _percent(value: float) -> NumberField:
    def read(text: str) -> float:
        number = parse_number("noise", text.replace("%", "")) / 100
        check_number("noise", number, 0, MOST_NOISE)
        return round(number, 6)

    def next_value(number: float, direction: int) -> float:
        return round(number + 0.01 * direction, 6)

    allowed = Range(0, 100 * MOST_NOISE)
    return _narrow(_number(read, value, next_value, allowed, "10", lambda share: per_cent(f"{100 * share:g}")), 64)


def _number(
    read: Callable[[str], Any],
    value: Any,
    step: Callable[[Any, int], Any],
    allowed: Range,
    good: str,
    show: Callable[[Any], str] = "{:g}".format,
) -> NumberField:
    def describe(error: ValueError) -> str:
        return number_refusal(error, allowed, good)

    return NumberField(read, value, step=step, show=show, describe=describe)
