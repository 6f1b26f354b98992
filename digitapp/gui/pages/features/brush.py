"""The surface on which a unit's weights are painted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QUndoCommand, QUndoStack
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.images import weights_image
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import signed
from digitapp.gui.widgets.weight_text import text_on_weight
from digitapp.inspection.brush import Spot, stroke

_SIDE = 420
_LINED_CELL, _PRINTED_CELL = 10, 44
_INKED = 0.25


class _Painted(QUndoCommand):
    def __init__(self, surface: PaintSurface, before: NDArray[np.float32], after: NDArray[np.float32], text: str):
        super().__init__(text)
        self._surface, self._before, self._after = surface, before, after

    def redo(self) -> None:
        self._surface.show_values(self._after)

    def undo(self) -> None:
        self._surface.show_values(self._before)


class PaintSurface(QWidget):
    """Shows weights, shape (rows, columns), and paints on them with pointer or keys; one stroke is one step of undo.

    The arrow keys move over the pixels, Space paints the one that is ringed.

    Signals: `changed`, at every movement of the brush.
    """

    changed = Signal()

    def __init__(self, values: NDArray[np.float32], limit: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values = values.copy()
        self.limit = limit
        self.value, self.size_in_pixels, self.is_mirrored = limit, 2.0, False
        self.undo_stack = QUndoStack(self)
        self._ink: NDArray[np.floating] | None = None
        self._before: NDArray[np.float32] | None = None
        self._last: Spot = (0.0, 0.0)
        self._hovered: Spot | None = None
        self._cursor = (values.shape[0] // 2, values.shape[1] // 2)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Weights to be painted"))
        self.setAccessibleDescription(self.tr("Arrow keys move over the pixels, Space paints"))
        cell = max(1, theme.scaled(_SIDE) // max(values.shape))
        self._cell = float(cell)
        self.setFixedSize(cell * values.shape[1], cell * values.shape[0])
        FocusRing(self, 4)

    def sizeHint(self) -> QSize:
        return self.size()

    # What is shown

    def show_values(self, values: NDArray[np.float32]) -> None:
        """Show other weights, without a step of undo."""
        self.values = values
        self.update()
        self.changed.emit()

    def set_values(self, values: NDArray[np.floating], text: str) -> None:
        """Put other weights in the place of these, as one step of undo."""
        after = np.asarray(values, np.float32)
        if not np.array_equal(after, self.values):
            self.undo_stack.push(_Painted(self, self.values, after, text))

    def show_ink(self, ink: NDArray[np.floating] | None) -> None:
        """Mark with dots where a drawing has ink, shape (rows, columns); None for no marks."""
        self._ink = ink
        self.update()

    # Painting on it

    def _place(self, point: QPointF) -> Spot:
        return point.y() / self._cell - 0.5, point.x() / self._cell - 0.5

    def _paint_to(self, place: Spot) -> None:
        painted = stroke(
            self.values, self._last, place, size=self.size_in_pixels, value=self.value, mirrored=self.is_mirrored
        )
        self._last = place
        self.show_values(painted)

    def _finish(self) -> None:
        before, self._before = self._before, None
        if before is not None and not np.array_equal(before, self.values):
            self.undo_stack.push(_Painted(self, before, self.values, self.tr("Stroke")))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._before, self._last = self.values, self._place(event.position())
            self._paint_to(self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered = self._place(event.position())
        if self._before is not None:
            self._paint_to(self._hovered)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish()

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._cursor
        move = ARROWS.get(Qt.Key(event.key()))
        if move is not None:
            rows, columns = self.values.shape
            self._cursor = (min(max(row + move.down, 0), rows - 1), min(max(column + move.across, 0), columns - 1))
            self.update()
        elif event.key() == Qt.Key.Key_Space:
            self._before, self._last = self.values, (float(row), float(column))
            self._paint_to(self._last)
            self._finish()
        else:
            event.ignore()

    # How it looks

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        current = theme.current()
        p = current.palette
        painter = QPainter(self)
        painter.drawImage(QRectF(self.rect()), weights_image(self.values, self.limit, current.name))
        rows, columns = self.values.shape
        if self._cell >= _LINED_CELL:
            line = theme.blend(p.surface, p.text, 0.16)
            line.setAlphaF(0.5)
            painter.setPen(line)
            for row in range(1, rows):
                painter.drawLine(QPointF(0, row * self._cell), QPointF(self.width(), row * self._cell))
            for column in range(1, columns):
                painter.drawLine(QPointF(column * self._cell, 0), QPointF(column * self._cell, self.height()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._cell >= _PRINTED_CELL:
            self._paint_numbers(painter)
        if self._ink is not None:
            painter.setPen(QPen(p.surface, 1))
            painter.setBrush(p.text)
            radius = min(self._cell / 5, 4.0)
            aside = 0.36 if self._cell >= _PRINTED_CELL else 0.0  # of the number in the middle
            for row, column in np.argwhere(self._ink >= _INKED):
                painter.drawEllipse(self._middle(row + aside, column + aside), radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        self._paint_brush(painter)

    def _middle(self, row: float, column: float) -> QPointF:
        return QPointF((column + 0.5) * self._cell, (row + 0.5) * self._cell)

    def _paint_numbers(self, painter: QPainter) -> None:
        painter.setFont(theme.tabular(theme.font("caption")))
        for (row, column), value in np.ndenumerate(self.values):
            painter.setPen(text_on_weight(float(value), self.limit))
            box = QRectF(column * self._cell, row * self._cell, self._cell, self._cell)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), signed(float(value)))

    def _paint_brush(self, painter: QPainter) -> None:
        p = theme.current().palette
        places = []
        if self._hovered is not None:
            places.append(self._hovered)
        elif self.hasFocus():
            places.append((float(self._cursor[0]), float(self._cursor[1])))
        if places and self.is_mirrored:
            places.append((places[0][0], self.values.shape[1] - 1 - places[0][1]))
        for row, column in places:
            radius = self.size_in_pixels / 2 * self._cell
            for color, width in ((p.surface, 3.0), (p.text, 1.2)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(self._middle(row, column), radius, radius)
