"""Fields that are checked while typing and report on leaving, and the rows they stand in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QHideEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets.keys import step_of
from digitapp.gui.widgets.labels import Label

_NOTCH = 120  # of the wheel; touchpads send many smaller turns

Parse = Callable[[str], Any]
Step = Callable[[Any, int], Any]


class Field(QLineEdit):
    """A line of text that means a value.

    Parameters
    ----------
    parse : turns the text into the value or raises ValueError
    show : turns a value into the text of the field
    describe : words an error of ``parse`` for the user, who else reads only that it is not possible
    """

    value_changed = Signal(object)
    """A valid value other than the last one, on leaving the field, Enter, arrow key or wheel."""
    text_committed = Signal(str)
    """The text on leaving the field or Enter, valid or not."""
    error_changed = Signal(str)
    """The error that is to be shown, "" when there is none any more."""

    def __init__(
        self,
        parse: Parse,
        value: Any = None,
        *,
        show: Callable[[Any], str] = str,
        describe: Callable[[ValueError], str] | None = None,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._parse = parse
        self._show_value = show
        self._describe = describe
        self._value = value
        self._error = ""
        self.setProperty("kit", "field")
        self.setFrame(False)
        self.setFont(theme.tabular(theme.font("body")))
        self.setTextMargins(10, 0, 10, 0)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if value is not None:
            self.setText(show(value))
        self.textEdited.connect(self._forgive)
        self.returnPressed.connect(self.commit)

    def value(self) -> Any:
        """Return the last valid value that was committed or set."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a value without ``value_changed``."""
        self._value = value
        self.setText(self._show_value(value))
        self._set_error("")

    def error(self) -> str:
        """Return the error shown, or ""."""
        return self._error

    def is_valid(self) -> bool:
        """Return whether the present text, committed or not, has a value."""
        return self._problem() is None

    def show_error(self, text: str) -> None:
        """Show an error that was found elsewhere, such as two fields that do not fit each other; "" takes it away."""
        self._set_error(text)

    def commit(self) -> bool:
        """Check the text, report it and return whether it is valid."""
        text = self.text()
        problem = self._problem()
        self._set_error("" if problem is None else self._words(problem))
        if problem is None:
            value = self._parse(text)
            if value != self._value or type(value) is not type(self._value):
                self._value = value
                self.value_changed.emit(value)
        self.text_committed.emit(text)
        return problem is None

    def _problem(self) -> ValueError | None:
        try:
            self._parse(self.text())
        except ValueError as error:
            return error
        return None

    def _words(self, problem: ValueError) -> str:
        return self._describe(problem) if self._describe is not None else self.tr("Not possible.")

    def _forgive(self) -> None:
        # While typing an error may go, but none appears: half a number is not a mistake.
        if self._error and self.is_valid():
            self._set_error("")

    def _set_error(self, text: str) -> None:
        if text != self._error:
            self._error = text
            self.setAccessibleDescription(text)
            self.error_changed.emit(text)
            self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.commit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.deselect()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(160), theme.scaled(theme.CONTROL_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(64), theme.scaled(theme.CONTROL_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        if self._error and enabled:
            pen = QPen(p.danger, 1.5)
        elif self.hasFocus() and enabled:
            pen = QPen(p.accent, 1.5)
        else:
            pen = QPen(p.border_strong if enabled else p.border, 1)
        painter.setPen(pen)
        painter.setBrush(p.surface if enabled else p.window)
        half = pen.widthF() / 2
        outline = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(outline, theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)
        painter.end()
        super().paintEvent(event)


class TextField(Field):
    """A field for words or lists, such as the sizes of hidden layers."""


class NumberField(Field):
    """A field for a number: arrow keys and, when focused, the wheel step it; a step the parser refuses is not taken.

    Parameters
    ----------
    parse : as for ``Field``
    step : ``step(value, direction)`` returns the next value, direction 1 or −1
    """

    def __init__(self, parse: Parse, value: Any = None, *, step: Step, **options: Any) -> None:
        super().__init__(parse, value, **options)
        self._step = step
        self._wheel = 0

    def step_by(self, direction: int) -> None:
        """Take one step up (1) or down (−1)."""
        if not self.is_valid() or self.isReadOnly():
            return
        text = self._show_value(self._step(self._parse(self.text()), direction))
        before = self.text()
        self.setText(text)
        if self.is_valid():
            self.commit()
        else:
            self.setText(before)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is None:
            super().keyPressEvent(event)
        else:
            self.step_by(direction)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        self._wheel += event.angleDelta().y()
        while abs(self._wheel) >= _NOTCH:
            direction = 1 if self._wheel > 0 else -1
            self._wheel -= _NOTCH * direction
            self.step_by(direction)
        event.accept()


class SteppedField(Field):
    """A field for a number that somebody else holds: arrow keys and the wheel ask for a step, Esc shows it again.

    Signals: `stepped(change)`, an arrow key or the wheel is to change the number by so much.
    """

    stepped = Signal(float)

    def __init__(self, parse: Parse, value: Any = None, **options: Any) -> None:
        super().__init__(parse, value, **options)
        self._turned = 0

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is not None:
            self.stepped.emit(direction * step_of(event.modifiers()))
        elif (
            event.key() == Qt.Key.Key_Escape
            and self._value is not None
            and self.text() != self._show_value(self._value)
        ):
            self.set_value(self._value)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.hasFocus():
            event.ignore()
            return
        turn = event.angleDelta()
        self._turned += turn.y() or turn.x()  # with Alt the wheel goes sideways
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        if notches:
            self.stepped.emit(notches * step_of(event.modifiers()))
        event.accept()


class FieldRow(QWidget):
    """A label on the left, a control on the right, and under the control what helps or what is wrong.

    A ``Field`` reports its errors here by itself; for other controls use ``set_error``. ``label_column`` is the least
    width of the label, so that rows line up; it grows when a translation needs more.
    """

    def __init__(
        self, label: str, control: QWidget, *, helper: str = "", label_column: int = 96, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.control = control
        self.label = Label(label, "body", "text2")
        self.label.setBuddy(control)
        self._helper_text = helper
        self._note: Label | None = None  # made when there is something to say: most rows never have
        if not control.accessibleName():
            control.setAccessibleName(label)
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.SPACE)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, theme.scaled(label_column))
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.label, 0, 0)
        grid.addWidget(control, 0, 1)
        if isinstance(control, Field):
            control.error_changed.connect(self.set_error)
        self.set_error("")

    def set_error(self, text: str) -> None:
        """Show what is wrong and a value that would do; "" brings the helper text back."""
        shown = text or self._helper_text
        if self._note is None:
            if not shown:
                return
            self._note = Label(role="tick", tone="text2", wrap=True, parent=self)
            self._grid.addWidget(self._note, 1, 1)
        self._note.setText(shown)
        self._note.set_tone("danger" if text else "text2")
        self._note.setFont(theme.font("tick", QFont.Weight.Medium if text else None))
        self._note.setVisible(bool(shown))

    def set_helper(self, text: str) -> None:
        """Set the line under the control, such as "784 → 128 → 10"."""
        self._helper_text = text
        if self._note is None or self._note.tone != "danger":
            self.set_error("")

    def note(self) -> str:
        """Return the line under the control."""
        return "" if self._note is None else self._note.text()

    def set_locked(self, locked: bool) -> None:
        """Make the control readable but not changeable, or free it."""
        self.control.setEnabled(not locked)
