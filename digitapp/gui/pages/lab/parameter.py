"""A number that a slider finds and a field writes: the learning rate, a momentum, and what else a rule can be told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import Label, NumberField, Slider
from digitapp.gui.words.settings import number_refusal
from digitapp.nn.options import Option, Range
from digitapp.training.config import check_number, check_whole, parse_number, parse_whole

_PARTS = 200
_FIELD, _LABEL = 72, 108


class Scale(NamedTuple):
    """How a slider's place, from 0 to 1, and a number belong together."""

    to_share: Callable[[float], float]
    to_value: Callable[[float], float]


def linear(least: float, most: float) -> Scale:
    """Return an even scale."""
    return Scale(lambda value: (value - least) / (most - least), lambda share: least + share * (most - least))


def logarithmic(least: float, most: float) -> Scale:
    """Return a scale on which each step multiplies; both ends are above 0."""
    whole = math.log(most / least)
    return Scale(
        lambda value: math.log(max(value, least) / least) / whole, lambda share: least * math.exp(share * whole)
    )


def near_one(most: float) -> Scale:
    """Return a scale of numbers from 0 to nearly 1, on which each step multiplies what is missing to 1."""
    whole = -math.log(1 - most)
    return Scale(lambda value: -math.log(1 - min(value, most)) / whole, lambda share: 1 - math.exp(-share * whole))


def scale_of(option: Option) -> Scale:
    """Return the scale that suits an optimiser's option."""
    if 0.99 <= option.maximum < 1:
        return near_one(min(option.maximum, 0.9999))
    if option.minimum > 0 and option.maximum / option.minimum > 100:
        return logarithmic(option.minimum, option.maximum)
    return linear(option.minimum, option.maximum)


class ParameterRow(QWidget):
    """A label, a slider and a field; what the field refuses is said below it.

    Signals
    -------
    changed(value) : another number
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._allowed, self._scale = Range(0, 1), linear(0, 1)
        self.label = Label("", "body", "text2")
        self.slider = Slider(0, _PARTS)
        self.field = NumberField(
            self._read, 0.0, step=self._stepped, show=lambda value: f"{value:.6g}", describe=self._refusal
        )
        self.field.setFixedWidth(theme.scaled(_FIELD))
        self.error = Label("", "tick", "danger", wrap=True)
        self.error.hide()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, theme.scaled(_LABEL))
        grid.setColumnStretch(1, 1)
        for column, part in enumerate((self.label, self.slider, self.field)):
            grid.addWidget(part, 0, column)
        grid.addWidget(self.error, 1, 0, 1, 3)
        self.slider.valueChanged.connect(self._on_slid)
        self.field.value_changed.connect(self.changed)
        self.field.value_changed.connect(self._show_place)
        self.field.error_changed.connect(self._on_error)

    def set_range(self, name: str, allowed: Range, scale: Scale) -> None:
        """Say what it is about."""
        self._allowed, self._scale = allowed, scale
        self.label.setText(name)
        self.slider.setAccessibleName(name)
        self.field.setAccessibleName(name)

    def set_value(self, value: float, *, is_fixed: bool = False) -> None:
        """Show a number without telling of it; a fixed one cannot be changed."""
        if value != self.field.value() or self.field.error():
            self.field.set_value(value)
        self._show_place(value)
        for part in (self.slider, self.field):
            part.setEnabled(not is_fixed)

    @Slot(object)
    def _show_place(self, value: float) -> None:
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round(_PARTS * min(1.0, max(0.0, self._scale.to_share(value)))))
        self.slider.blockSignals(blocked)

    @Slot(int)
    def _on_slid(self, place: int) -> None:
        value = self._rounded(self._scale.to_value(place / _PARTS))
        self.field.set_value(value)
        self.changed.emit(value)

    def _rounded(self, value: float) -> float:
        """Return a number within the range with as few digits as tell the slider's places apart."""
        if 0.5 < value < 1:
            value = 1 - float(f"{1 - value:.2g}")
        value = min(
            self._allowed.maximum, max(self._allowed.minimum, float(f"{value:.4g}" if value > 0.5 else f"{value:.2g}"))
        )
        return round(value) if self._allowed.is_whole else value

    def _read(self, text: str) -> float:
        name, allowed = "value", self._allowed
        if allowed.is_whole:
            whole = parse_whole(name, text)
            check_whole(name, whole, int(allowed.minimum), int(allowed.maximum))
            return whole
        number = parse_number(name, text)
        check_number(name, number, allowed.minimum, allowed.maximum, above=allowed.above)
        return number

    def _stepped(self, value: float, direction: int) -> float:
        share = self._scale.to_share(value) + direction / 40
        return self._rounded(self._scale.to_value(min(1.0, max(0.0, share))))

    def _refusal(self, error: ValueError) -> str:
        good = self._rounded(self._scale.to_value(0.5))
        return number_refusal(error, self._allowed, f"{good:g}")

    @Slot(str)
    def _on_error(self, text: str) -> None:
        self.error.setText(text)
        self.error.setVisible(bool(text))
