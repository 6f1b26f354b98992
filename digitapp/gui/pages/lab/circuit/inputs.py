"""The inputs of a circuit with their values, to be moved, and what that does to the result."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.circuit.machine import GROWTH, Scene
from digitapp.gui.pages.lab.circuit.numbers import brief, entry_text, exact, short, signed, unknown
from digitapp.gui.translation import translate
from digitapp.gui.widgets import Card, ElidedLabel, Label, ScrollPanel, Slider, SteppedField
from digitapp.gui.widgets.labels import Tone
from digitapp.gui.widgets.numbers import MINUS, thousands
from digitapp.inspection.typed_numbers import NumberFault, TypedNumberError, read_number

_NARROW, _ROOMY = 480, 540  # widths of the card
_STEPS = 50  # of a slider, from its middle to one of its ends
_LEAST_END = 5.0
_ROW, _ROW_GAP = 26, 2
_FEWEST_ROWS, _MOST_ROWS = 3, 40

Entry = tuple[str, tuple[int, ...]]
"""An input by its name, and which entry of it where it is a vector or a matrix."""


class InputsCard(Card):
    """A row for each number that goes in: slider, field, its gradient, and what f would become.

    Signals
    -------
    moved(name, entry, value) : a number is to be another
    looked_at(name) : an input has the keyboard's focus
    """

    moved = Signal(str, object, float)
    looked_at = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(translate("Circuit", "Inputs"), parent)
        self.setObjectName("circuitInputs")
        column = self.layout()
        assert column is not None
        column.setContentsMargins(theme.CARD_MARGIN, 8, 12, 10)
        column.setSpacing(2)
        self.error = Label("", "tick", "danger")
        self.slot.addWidget(self.error)
        self._hint = Label(translate("Circuit", "f if it grows by {0}").format(short(GROWTH)), "caption", "text2")
        self.slot.addWidget(self._hint)
        self._panel = ScrollPanel("surface")
        self._rows: list[InputRow] = []
        self._more = Label("", "caption", "text2", parent=self._panel.content)
        self._grid = QVBoxLayout(self._panel.content)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setSpacing(_ROW_GAP)
        self._grid.addWidget(self._more)
        self._grid.addStretch(1)
        self.body.addWidget(self._panel)
        self._most_rows, self._shown = 4, 0
        self._parts = True, True  # whether there is room for a word before each gradient, and for f

    # What is shown

    def set_most_rows(self, rows: int) -> None:
        """Say how many rows there is room for; further ones are scrolled."""
        if rows != self._most_rows:
            self._most_rows = rows
            self._fit()

    def show_scene(self, scene: Scene) -> None:
        """Show the inputs of a scene."""
        inputs = scene.circuit.inputs
        entries: list[Entry] = [(name, entry) for name, value in inputs.items() for entry in np.ndindex(value.shape)]
        left = max(0, len(entries) - _MOST_ROWS)
        entries = entries[:_MOST_ROWS]
        self._more.setVisible(left > 0)
        self._more.setText(translate("Circuit", "Inputs left out here: {0}. Drag them in the picture.").format(left))
        if len(entries) != self._shown:
            while len(self._rows) < len(entries):
                self._add_row()
            for index, row in enumerate(self._rows):
                row.setVisible(index < len(entries))
            self._shown = len(entries)
            self._fit()
        for row, entry in zip(self._rows, entries, strict=False):
            row.show_entry(scene, entry)
        self._show_error()

    @property
    def rows(self) -> list[InputRow]:
        """The rows that are shown."""
        return self._rows[: self._shown]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width() / theme.current().scale
        parts = width >= _ROOMY, width >= _NARROW
        if parts != self._parts:
            self._parts = parts
            for row in self._rows:
                row.show_parts(*parts)
            self._show_error()

    def _add_row(self) -> None:
        row = InputRow(self._panel.content)
        row.show_parts(*self._parts)
        row.moved.connect(self.moved)
        row.looked_at.connect(self._on_looked_at)
        row.field.error_changed.connect(self._show_error)
        self._grid.insertWidget(len(self._rows), row)
        self._rows.append(row)

    def _fit(self) -> None:
        # Of few inputs one more or less moves nothing.
        count = min(self._most_rows, max(_FEWEST_ROWS, self._shown))
        row = theme.scaled(_ROW)
        half = 0 if self._shown <= self._most_rows else row // 2  # half a row says that there are more
        self._panel.setFixedHeight(count * (row + _ROW_GAP) + half)

    @Slot()
    def _show_error(self) -> None:
        """Say at the top of the card what is wrong with a number that was typed."""
        errors = [row.field.error() for row in self.rows if row.field.error()]
        self.error.setText(errors[0] if errors else "")
        self._hint.setVisible(not errors and self._parts[1])

    @Slot(str)
    def _on_looked_at(self, name: str) -> None:
        row = self.sender()
        if isinstance(row, QWidget):
            self._panel.bring_into_sight(row)
        self.looked_at.emit(name)

    def type_into(self, name: str) -> None:
        """Let the value of an input be typed."""
        for row in self.rows:
            if row.entry[0] == name:
                row.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
                row.field.selectAll()
                return


class InputRow(QWidget):
    """A number that goes in.

    Signals: as those of `InputsCard`.
    """

    moved = Signal(str, object, float)
    looked_at = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entry: Entry = ("", ())
        self._end, self._value = _LEAST_END, 0.0
        self.name = ElidedLabel("", "section")
        self.slider = Slider(-_STEPS, _STEPS, parent=self)
        self.field = ValueField(self)
        self.gradient = Figure("caption-strong", "gradient", 64, self)
        self.grown = Figure("caption", "text", 132, self)
        self.setFixedHeight(theme.scaled(_ROW))
        self.name.setFixedWidth(theme.scaled(44))
        self.slider.setMinimumWidth(theme.scaled(56))
        self.field.setFixedSize(theme.scaled(84), theme.scaled(_ROW))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.field)
        self._word = Label(translate("Circuit", "gradient"), "caption", "text2")
        row.addWidget(self._word)
        row.addWidget(self.gradient)
        row.addWidget(self.grown)
        self.slider.valueChanged.connect(self._on_slid)
        self.field.value_changed.connect(self._on_typed)
        self.field.stepped.connect(self._on_stepped)
        self.field.entered.connect(self._on_entered)

    def show_parts(self, has_word: bool, has_grown: bool) -> None:
        """Show the word before the gradient and what f would become, or leave them out."""
        self._word.setVisible(has_word)
        self.grown.setVisible(has_grown)

    def show_entry(self, scene: Scene, entry: Entry) -> None:
        """Show an entry of an input of a scene."""
        name, place = entry
        if entry != self.entry:
            self.entry, self._end = entry, _LEAST_END
            text = entry_text(name, place)
            self.name.setText(text)
            self.slider.setAccessibleName(text)
            self.field.setAccessibleName(translate("Circuit", "Value of {0}").format(text))
            self.field.set_value(float(scene.circuit.inputs[name][place]))
        self._show_value(float(scene.circuit.inputs[name][place]))
        gradient = scene.gradient(scene.graph.inputs[name])
        self.gradient.set_text(_gradient_text(None if gradient is None else float(gradient[place])))
        knows_result = scene.value(scene.graph.result) is not None
        text = ""
        if knows_result:
            grown = float(scene.circuit.nudges.grown[name][place])
            text = translate("Circuit", "{0} → {1}").format(brief(float(scene.result)), brief(grown))
        self.grown.set_text(text)

    def _show_value(self, value: float) -> None:
        self._value = value
        while abs(value) > self._end and self._end < 1e30:
            self._end *= 10
        if self.field.value() != value:  # else what is being typed there stays
            self.field.set_value(value)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(max(-1.0, min(1.0, value / self._end)) * _STEPS))

    @Slot(int)
    def _on_slid(self, step: int) -> None:
        self._move(round(step * self._end / _STEPS, 10))

    @Slot(object)
    def _on_typed(self, value: float) -> None:
        self._move(value)

    @Slot(float)
    def _on_stepped(self, change: float) -> None:
        self._move(round(self._value + change, 10))

    @Slot()
    def _on_entered(self) -> None:
        self.looked_at.emit(self.entry[0])

    def _move(self, value: float) -> None:
        if value != self._value and math.isfinite(value):
            self.moved.emit(*self.entry, value)


class Figure(QWidget):
    """A number that changes with every step of a slider: unlike a label's, its change lays nothing out anew."""

    def __init__(self, role: theme.FontRole, tone: Tone, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._role: theme.FontRole = role
        self._tone, self._text = tone, ""
        self.setFixedSize(theme.scaled(width), theme.scaled(_ROW))

    def text(self) -> str:
        """Return what is shown."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another number."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setFont(theme.tabular(theme.font(self._role)))
        painter.setPen(getattr(theme.current().palette, self._tone))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._text)


class ValueField(SteppedField):
    """A number as people type it; arrow keys and wheel step it.

    Signals: `entered`, it has the keyboard's focus.
    """

    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(read_number, 0.0, show=exact, describe=_number_error, parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setTextMargins(6, 0, 6, 0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()


def _gradient_text(gradient: float | None) -> str:
    if gradient is None:
        return unknown()
    return signed(gradient) if math.isfinite(gradient) else brief(gradient)


def _number_error(error: ValueError) -> str:
    """Return what is wrong with a number that was typed, and what would do."""
    fault = error.fault if isinstance(error, TypedNumberError) else NumberFault.NO_NUMBER
    if fault is NumberFault.ZERO_DIVISOR:
        return translate("Circuit", "Nothing can be divided by zero. Type a number such as 1/3.")
    if fault is NumberFault.TOO_LARGE:
        return translate("Circuit", "That is too large. Type a number such as {0}.").format(thousands(100))
    return translate("Circuit", "This is not a number. Type one such as {0} or 1/3.").format(f"{MINUS}1.5")
