"""The cost along one weight, with a dot where the network is; the dot can be dragged."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.axes import round_ticks, tick_text
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.keys import ARROWS, step_of
from digitapp.gui.widgets.numbers import figure

_HEIGHT = 132
_DOT = 5.0
_TOP, _GAP = 8, 6  # above the curve, and between it and the numbers


class WeightCurve(QWidget):
    """C_T for the values of one weight.

    Signals
    -------
    grabbed, released : a drag begins, and has ended
    moved(value) : the dot is to go there, by the pointer
    stepped(change) : the weight is to change by so much, by a key
    left : the keyboard's focus has gone elsewhere
    """

    grabbed = Signal()
    released = Signal()
    moved = Signal(float)
    stepped = Signal(float)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float64] = np.empty(0)
        self._costs: NDArray[np.float64] = np.empty(0)
        self._range = (0.0, 1.0)
        self._value, self._cost = math.nan, math.nan
        self._is_locked = False
        self._is_dragged = False
        self._place: tuple[object, QRectF] = (None, QRectF())
        offer_picture(self, self.tr("Cost along the weight"), "weight-curve")
        self.setObjectName("weightCurve")
        self.setAccessibleName(self.tr("Total cost along the weight in hand"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        FocusRing(self)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(240), theme.scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(160), theme.scaled(_HEIGHT))

    # What is shown

    def show_curve(self, values: NDArray[np.float64], costs: NDArray[np.float64]) -> None:
        """Show costs for values, which rise; where a cost is not finite the curve has a gap."""
        self._values, self._costs = values, costs
        finite = costs[np.isfinite(costs)]
        if finite.size:
            low, high = float(finite.min()), float(finite.max())
            room = 0.08 * (high - low) or max(abs(high), 1.0) * 0.1
            self._range = low - room, high + room
        self.update()

    def clear(self) -> None:
        """Show no curve, as while there is nothing to count costs on."""
        self._values = self._costs = np.empty(0)
        self.update()

    def set_place(self, value: float, cost: float | None, *, is_locked: bool = False) -> None:
        """Put the dot at a value with its cost; None for a cost that is not known. A locked one cannot be dragged."""
        self._value, self._cost = value, math.nan if cost is None else cost
        self._is_locked = is_locked
        self.setCursor(Qt.CursorShape.ArrowCursor if is_locked else Qt.CursorShape.SizeHorCursor)
        self.setAccessibleDescription(
            self.tr("At {0} the total cost is {1}.").format(figure(value), figure(self._cost))
            if math.isfinite(self._cost)
            else self.tr("The total cost is not a number here.")
        )
        self.update()

    @property
    def values(self) -> tuple[float, float]:
        """The smallest and the largest value that is shown; 0 and 0 without a curve."""
        return (float(self._values[0]), float(self._values[-1])) if self._values.size else (0.0, 0.0)

    def dot(self) -> QPointF | None:
        """Return where the dot is, None where it is not in sight."""
        low, high = self.values
        if not (low <= self._value <= high) or low == high or not math.isfinite(self._cost):
            return None
        return self._at(self._value, self._cost)

    # Pointer and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._is_locked or not self._values.size:
            return
        self._is_dragged = True
        self.grabbed.emit()
        self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragged:
            self._go_to(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        if self._is_dragged:
            self._is_dragged = False
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._is_locked:
            super().keyPressEvent(event)
        else:
            self.stepped.emit((step.across - step.down) * step_of(event.modifiers()))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def _go_to(self, x: float) -> None:
        low, high = self.values
        plot = self._plot()
        share = min(1.0, max(0.0, (x - plot.left()) / max(1.0, plot.width())))
        pixel = (high - low) / max(1.0, plot.width())
        places = max(0, math.ceil(-math.log10(pixel))) if pixel > 0 else 0
        self.moved.emit(round(low + share * (high - low), places))  # no more digits than a pixel is worth

    # Painting

    def _plot(self) -> QRectF:
        """Return where the curve is; it is asked for many times while one paints."""
        key = self.size(), self._range, theme.current().scale
        if self._place[0] != key:
            self._place = key, self._find_plot()
        return self._place[1]

    def _find_plot(self) -> QRectF:
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        widest = max((metrics.horizontalAdvance(tick_text(tick)) for tick in self._ticks()), default=0)
        left, below = widest + _GAP, metrics.height() + _GAP
        return QRectF(self.rect()).adjusted(left, _TOP, -_DOT - 3, -below)

    def _ticks(self) -> list[float]:
        return round_ticks(*self._range, 4)

    def _at(self, value: float, cost: float) -> QPointF:
        plot, (left, right), (low, high) = self._plot(), self.values, self._range
        x = plot.left() + plot.width() * (value - left) / (right - left)
        return QPointF(x, plot.bottom() - plot.height() * (cost - low) / (high - low))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._values.size or not np.isfinite(self._costs).any():
            return
        self._paint_axes(painter)
        self._paint_line(painter)
        self._paint_dot(painter)

    def _paint_axes(self, painter: QPainter) -> None:
        p, plot = theme.current().palette, self._plot()
        font = theme.tabular(theme.font("tick"))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        low, high = self.values
        for tick in self._ticks():
            y = round(self._at(low, tick).y()) + 0.5
            painter.setPen(QPen(p.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(p.text3)
            place = QRectF(0, y - metrics.height() / 2, plot.left() - _GAP, metrics.height())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tick_text(tick))
        painter.setPen(p.text3)
        for tick in round_ticks(low, high, 5):
            x, half = self._at(tick, self._range[0]).x(), 40
            left = min(max(x - half, 0), self.width() - 2 * half)
            place = QRectF(left, plot.bottom() + _GAP, 2 * half, metrics.height())
            align = Qt.AlignmentFlag.AlignRight if left < x - half - 1 else Qt.AlignmentFlag.AlignHCenter
            painter.drawText(place, int(align), tick_text(tick))

    def _paint_line(self, painter: QPainter) -> None:
        p, plot = theme.current().palette, self._plot()
        painter.setPen(QPen(p.text2, 1.8))
        painter.save()
        painter.setClipRect(plot.adjusted(-1, -_TOP, 1, 1))
        (left, right), (low, high) = self.values, self._range
        xs = plot.left() + plot.width() * (self._values - left) / (right - left)
        ys = plot.bottom() - plot.height() * (self._costs - low) / (high - low)
        breaks = np.flatnonzero(~np.isfinite(ys))
        for part in np.split(np.stack([xs, ys], axis=1), breaks):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part.tolist() if math.isfinite(y)]))
        painter.restore()

    def _paint_dot(self, painter: QPainter) -> None:
        p, dot, plot = theme.current().palette, self.dot(), self._plot()
        if dot is None:
            return
        color = p.text3 if self._is_locked else p.accent
        painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
        painter.drawLine(dot, QPointF(dot.x(), plot.bottom()))
        painter.drawLine(QPointF(plot.left(), dot.y()), dot)
        painter.setPen(QPen(p.surface, 2))
        painter.setBrush(color)
        painter.drawEllipse(dot, _DOT + 1, _DOT + 1)
