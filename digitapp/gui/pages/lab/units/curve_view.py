"""A unit's curve with its slope below it; the input can be dragged along."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.axes import round_ticks, tick_text
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.keys import ARROWS, step_of
from digitapp.gui.widgets.numbers import figure
from digitapp.lab.units.activation_curve import FLAT, UnitCurve, unit_at, unit_curve

REACH = 4.0
"""The curve is shown for inputs from minus this to this."""

_POINTS = 401
_GAP, _DOT, _KEY = 8, 6.0, 24


class CurveView(QWidget):
    """The plot.

    Signals
    -------
    moved(z) : the input is to go there
    """

    moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key, self._z = "sigmoid", 0.0
        self._curve = unit_curve(self._key, np.linspace(-REACH, REACH, _POINTS))
        offer_picture(self, self.tr("A unit and its slope"), "unit-curve")
        self.setAccessibleName(self.tr("Curve of the unit; the arrow keys move its input"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self, 4)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(520), theme.scaled(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(280), theme.scaled(150))

    def show_unit(self, activation: str, z: float) -> None:
        """Show a unit with an activation at an input."""
        if activation != self._key:
            self._key, self._curve = activation, unit_curve(activation, self._curve.inputs)
        self._z = z
        value, slope = unit_at(activation, z)
        text = self.tr("At the input {0} the unit gives {1}, and its slope is {2}.")
        self.setAccessibleDescription(text.format(figure(z), figure(value), figure(slope)))
        self.update()

    @property
    def curve(self) -> UnitCurve:
        """The curve that is shown."""
        return self._curve

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go_to(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = ARROWS.get(key)
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.moved.emit(-REACH if key == Qt.Key.Key_Home else REACH)
        elif step is not None and step.across:
            self._emit(round(self._z + step.across * step_of(event.modifiers()), 6))
        else:
            super().keyPressEvent(event)

    def _go_to(self, x: float) -> None:
        plot = self._plot()
        self._emit(round(REACH * (2 * (x - plot.left()) / max(1.0, plot.width()) - 1), 2))

    def _emit(self, z: float) -> None:
        self.moved.emit(min(max(z, -REACH), REACH))

    # Layout

    def _range(self) -> tuple[float, float]:
        curve = self._curve
        low = min(float(curve.values.min()), float(curve.slopes.min()), 0.0)
        high = max(float(curve.values.max()), float(curve.slopes.max()), 1.0)
        return low - 0.06 * (high - low), high + 0.1 * (high - low)

    def _plot(self) -> QRectF:
        tick, caption = QFontMetrics(theme.tabular(theme.font("tick"))), QFontMetrics(theme.font("caption"))
        left = tick.horizontalAdvance(tick_text(-1.5)) + _GAP
        return QRectF(self.rect()).adjusted(left, 2 * caption.height() + 2 * _GAP, -_DOT, -tick.height() - _GAP)

    def _in_pixels(self, z: NDArray[np.float64] | float, y: NDArray[np.float64] | float) -> NDArray[np.float64]:
        plot, (low, high) = self._plot(), self._range()
        across = plot.left() + plot.width() * (np.asarray(z) + REACH) / (2 * REACH)
        up = plot.bottom() - plot.height() * (np.asarray(y) - low) / (high - low)
        return np.stack([across, up], axis=-1)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_flat(painter)
        self._paint_axes(painter)
        self._paint_legend(painter)
        painter.setClipRect(self._plot().adjusted(-_DOT, -_DOT, _DOT, _DOT))
        for line in self._curve.pieces:
            self._paint_line(painter, line, QPen(p.text3, 1, Qt.PenStyle.DashLine))
        self._paint_line(painter, self._curve.slopes, QPen(p.gradient, 2, Qt.PenStyle.DashLine))
        self._paint_line(painter, self._curve.values, QPen(p.accent, 2.4))
        self._paint_place(painter)

    def _paint_flat(self, painter: QPainter) -> None:
        """Shade where the slope is so small that little of a gradient passes."""
        plot, is_flat = self._plot(), np.abs(self._curve.slopes) < FLAT
        edges = np.flatnonzero(np.diff(np.concatenate([[False], is_flat, [False]]).astype(int)))
        for start, end in edges.reshape(-1, 2).tolist():
            left, right = self._in_pixels(self._curve.inputs[[start, end - 1]], np.zeros(2))[:, 0].tolist()
            place = QRectF(left, plot.top(), right - left, plot.height())
            painter.fillRect(place, theme.current().palette.sunken)
            painter.setFont(theme.font("tick"))
            painter.setPen(theme.current().palette.text2)
            text = self.tr("flat")
            if painter.fontMetrics().horizontalAdvance(text) + _GAP < place.width():
                flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
                painter.drawText(place.adjusted(0, 4, 0, 0), flags, text)

    def _paint_axes(self, painter: QPainter) -> None:
        p, plot = theme.current().palette, self._plot()
        painter.setFont(theme.tabular(theme.font("tick")))
        height = painter.fontMetrics().height()
        for tick in round_ticks(*self._range(), 5):
            y = round(float(self._in_pixels(0.0, tick)[1])) + 0.5
            painter.setPen(QPen(p.border_strong if tick == 0 else p.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(p.text2)
            place = QRectF(0, y - height / 2, plot.left() - _GAP / 2, height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tick_text(tick))
        middle = self._in_pixels(0.0, 0.0)[0]
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(middle, plot.top()), QPointF(middle, plot.bottom()))
        painter.setPen(p.text2)
        for tick in range(-int(REACH), int(REACH) + 1):
            x = self._in_pixels(float(tick), 0.0)[0]
            place = QRectF(x - 20, plot.bottom() + _GAP / 2, 40, height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), tick_text(tick))

    def _paint_legend(self, painter: QPainter) -> None:
        p = theme.current().palette
        painter.setFont(theme.font("caption"))
        height = painter.fontMetrics().height()
        for row, (pen, text) in enumerate(
            (
                (QPen(p.accent, 2.4), self.tr("f(z): what the unit passes on")),
                (
                    QPen(p.gradient, 2, Qt.PenStyle.DashLine),
                    self.tr("f′(z), its slope: what a gradient is multiplied by on its way back"),
                ),
            )
        ):
            y = row * (height + 2) + height / 2
            painter.setPen(pen)
            painter.drawLine(QPointF(0, y), QPointF(_KEY, y))
            painter.setPen(p.text2)
            place = QRectF(_KEY + _GAP, y - height / 2, self.width() - _KEY - _GAP, height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), text)

    def _paint_line(self, painter: QPainter, ys: NDArray[np.float64], pen: QPen) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A jump is no steep line: the curve is lifted where it is.
        jumps = np.flatnonzero(np.abs(np.diff(ys)) > 0.5) + 1
        for part in np.split(self._in_pixels(self._curve.inputs, ys), jumps):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part.tolist()]))

    def _paint_place(self, painter: QPainter) -> None:
        p, plot = theme.current().palette, self._plot()
        value, slope = unit_at(self._key, self._z)
        x, y = self._in_pixels(self._z, value).tolist()
        painter.setPen(QPen(p.text3, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        around = np.array([self._z - 1, self._z + 1])
        ends = self._in_pixels(around, value + slope * (around - self._z)).tolist()
        painter.setPen(QPen(p.accent, 1))
        painter.drawLine(QPointF(*ends[0]), QPointF(*ends[1]))
        slope_at = QPointF(x, float(self._in_pixels(self._z, slope)[1]))
        dots: tuple[tuple[QPointF, QColor], ...] = ((slope_at, p.gradient), (QPointF(x, y), p.accent))
        for place, color in dots:
            painter.setPen(QPen(p.surface, 2))
            painter.setBrush(color)
            painter.drawEllipse(place, _DOT, _DOT)
