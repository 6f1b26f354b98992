"""The plot on which the wanted curve is drawn: by the mouse, and by the arrow keys."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.any_function.function_view import LEFT, RIGHT, FunctionView
from digitapp.gui.widgets.keys import ARROWS, step_of
from digitapp.lab.any_function.target_curves import GRID

_STEP = 0.04  # of the keyboard's pen
_NEAR = 10.0  # pixels from the mark of a unit that still mean it


class PenView(FunctionView):
    """The plot.

    Signals
    -------
    pen_down : a stroke begins
    drawn(start, end) : the pen went from one point of the plane to another
    pushed(x, change) : the curve is to be raised at a place
    unit_chosen(unit) : a unit was chosen, −1 for none
    unit_unwanted : the chosen unit is to go
    """

    pen_down = Signal()
    drawn = Signal(object, object)
    pushed = Signal(float, float)
    unit_chosen = Signal(int)
    unit_unwanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName(
            self.tr(
                "Curve and network; left and right arrow keys move the pen, up and down draw, Page Up and Page Down "
                "choose a unit"
            )
        )
        self._pen: tuple[float, float] | None = None
        self._x = 0.0
        self.setCursor(Qt.CursorShape.CrossCursor)

    # Pointer

    def _unit_at(self, point: QPointF) -> int | None:
        """Return the unit whose mark below the plot is meant."""
        if point.y() <= self._plot().bottom() or not len(self._places):
            return None
        distances = np.abs(self.to_pixels(self._places, np.zeros(len(self._places)))[:, 0] - point.x())
        unit = int(np.nan_to_num(distances, nan=np.inf).argmin())
        return unit if distances[unit] <= _NEAR else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position()
        if point.y() > self._plot().bottom():
            unit = self._unit_at(point)
            self.unit_chosen.emit(-1 if unit is None else unit)
            return
        self.pen_down.emit()
        self._pen = self.to_plane(point)
        self.drawn.emit(self._pen, self._pen)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pen is not None and event.buttons() & Qt.MouseButton.LeftButton:
            before, self._pen = self._pen, self.to_plane(event.position())
            self.drawn.emit(before, self._pen)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pen = None

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, step = Qt.Key(event.key()), ARROWS.get(Qt.Key(event.key()))
        if step is not None and step.across:
            self._x = min(max(round(self._x + step.across * _STEP, 6), LEFT), RIGHT)
            self.update()
        elif step is not None:
            if not event.isAutoRepeat():
                self.pen_down.emit()
            self.pushed.emit(self._x, -step.down * step_of(event.modifiers()))
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and len(self._places):
            self._choose_next(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._unit is not None:
            self.unit_unwanted.emit()
        else:
            super().keyPressEvent(event)

    def _choose_next(self, direction: int) -> None:
        """Choose the next unit from the left to the right."""
        order = np.argsort(np.nan_to_num(self._places, nan=np.inf), kind="stable").tolist()
        here = order.index(self._unit) if self._unit in order else (-1 if direction > 0 else 0)
        self.unit_chosen.emit(order[(here + direction) % len(order)])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.current().palette.text, 1.5))
            painter.drawEllipse(self.point(self._x, float(np.interp(self._x, GRID, self._target))), 6, 6)
