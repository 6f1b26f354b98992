"""A wanted curve, a network's curve, and the units that it is the sum of, in one plot."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.axes import tick_text
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.numbers import figure
from digitapp.lab.any_function.function_fit import Parts, stacked
from digitapp.lab.any_function.target_curves import GRID, POINTS, rms

LEFT, RIGHT = -1.0, 1.0
LOWEST, HIGHEST = -1.5, 1.5
"""Between which values the plot shows curves; the wanted one stays within −1 and 1."""

_GAP, _KEY, _MARK = 8, 22, 5.0
_FAR = 50.0  # a part that is farther off is drawn as if it were there


class Shown(IntEnum):
    """How the units are shown."""

    SUM = 0
    PARTS = 1
    STACKED = 2


class FunctionView(QWidget):
    """The plot; subclasses take pointer and keys."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._target: NDArray[np.float64] = np.zeros(POINTS)
        self._parts: Parts | None = None
        self._places: NDArray[np.float64] = np.empty(0)
        self._signs: NDArray[np.bool_] = np.empty(0, dtype=bool)
        self._shown = Shown.PARTS
        self._unit: int | None = None
        self._groups: Sequence[int] = ()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self, 4)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(520), theme.scaled(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(260), theme.scaled(150))

    # What is shown

    def show_target(self, values: NDArray[np.float64]) -> None:
        """Show the wanted curve."""
        self._target = values
        self.update()

    def show_parts(
        self,
        parts: Parts,
        places: NDArray[np.float64],
        signs: NDArray[np.bool_],
        *,
        unit: int | None = None,
        groups: Sequence[int] = (),
    ) -> None:
        """Show a network by its parts.

        Parameters
        ----------
        places : (n,), where each unit has its middle, not a number for nowhere
        signs : (n,), whether its weight to the output is above zero
        unit : the chosen one, None for none
        groups : how many units, in their order, are stacked at a time; () for one
        """
        self._parts, self._places, self._signs = parts, places, signs
        self._unit, self._groups = unit, groups
        distance = figure(rms(parts.sum, self._target), 3)
        count = self.tr("Hidden units: {0}.").format(len(parts.units))
        error = self.tr("Its curve is {0} away from the wanted one on average.").format(distance)
        self.setAccessibleDescription(in_a_row(count, error))
        self.update()

    def set_shown(self, shown: Shown) -> None:
        """Show the units in another way."""
        self._shown = shown
        self.update()

    # Layout

    def _plot(self) -> QRectF:
        tick, caption = QFontMetrics(theme.tabular(theme.font("tick"))), QFontMetrics(theme.font("caption"))
        left = tick.horizontalAdvance(tick_text(-0.5)) + _GAP
        rows = self._legend_rows()
        return QRectF(self.rect()).adjusted(
            left, rows * (caption.height() + 2) + _GAP, -2 * _MARK, -tick.height() - 4 * _MARK
        )

    def to_pixels(self, x: NDArray[np.float64] | float, y: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return where points of the plane are in the widget, (..., 2)."""
        plot = self._plot()
        across = plot.left() + plot.width() * (np.asarray(x) - LEFT) / (RIGHT - LEFT)
        up = plot.bottom() - plot.height() * (np.clip(y, -_FAR, _FAR) - LOWEST) / (HIGHEST - LOWEST)
        return np.stack(np.broadcast_arrays(across, up), axis=-1)

    def point(self, x: float, y: float) -> QPointF:
        """Return where a point of the plane is in the widget."""
        return QPointF(*self.to_pixels(x, y).tolist())

    def to_plane(self, point: QPointF) -> tuple[float, float]:
        """Return the point of the plane below a place of the widget."""
        plot = self._plot()
        return (
            LEFT + (RIGHT - LEFT) * (point.x() - plot.left()) / max(1.0, plot.width()),
            LOWEST + (HIGHEST - LOWEST) * (plot.bottom() - point.y()) / max(1.0, plot.height()),
        )

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_legend(painter)
        self._paint_axes(painter)
        painter.save()
        painter.setClipRect(self._plot().adjusted(-1, -1, 1, 1))
        if self._parts is not None and self._shown is Shown.STACKED:
            self._paint_stack(painter, self._parts)
        self._paint_curve(painter, self._target, QPen(p.text3, 3))
        if self._parts is not None:
            if self._shown is Shown.PARTS:
                self._paint_parts(painter, self._parts)
            self._paint_curve(painter, self._parts.sum, QPen(p.accent, 2.4))
        painter.restore()
        self._paint_places(painter)

    def _paint_curve(self, painter: QPainter, values: NDArray[np.float64], pen: QPen) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in self.to_pixels(GRID, values).tolist()]))

    def unit_pen(self, unit: int, *, strong: bool = False) -> QPen:
        """Return how a unit is drawn: the colour of its sign, and dashes below zero."""
        p, is_positive = theme.current().palette, bool(self._signs[unit])
        color = p.positive if is_positive else p.negative
        style = Qt.PenStyle.SolidLine if is_positive else Qt.PenStyle.DashLine
        return QPen(color if strong else theme.blend(p.surface, color, 0.6), 2.2 if strong else 1.1, style)

    def _paint_parts(self, painter: QPainter, parts: Parts) -> None:
        for unit, values in enumerate(parts.units):
            if unit != self._unit:
                self._paint_curve(painter, values, self.unit_pen(unit))
        if self._unit is not None:
            self._paint_curve(painter, parts.units[self._unit], self.unit_pen(self._unit, strong=True))

    def _paint_stack(self, painter: QPainter, parts: Parts) -> None:
        """Paint what each unit, or group of units, adds to those before it."""
        p, curves = theme.current().palette, stacked(parts, self._places, self._groups)
        self._paint_curve(painter, curves[0], QPen(p.text3, 1, Qt.PenStyle.DotLine))
        for below, above in pairwise(curves):
            change = float((above - below).mean())
            color = QColor(p.positive if change > 0 else p.negative)
            pen = QPen(color, 1, Qt.PenStyle.SolidLine if change > 0 else Qt.PenStyle.DashLine)
            fill = QColor(color)
            fill.setAlphaF(0.16)
            edges = np.concatenate([self.to_pixels(GRID, below), self.to_pixels(GRID, above)[::-1]])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in edges.tolist()]))
            self._paint_curve(painter, above, pen)

    def _paint_axes(self, painter: QPainter) -> None:
        p, plot = theme.current().palette, self._plot()
        painter.setFont(theme.tabular(theme.font("tick")))
        height = painter.fontMetrics().height()
        for tick in (-1.0, -0.5, 0.0, 0.5, 1.0):
            x, y = self.to_pixels(tick, tick).tolist()
            y = round(y) + 0.5
            painter.setPen(QPen(p.border_strong if tick == 0 else p.border, 1))
            painter.drawLine(QLineF(plot.left(), y, plot.right(), y))
            painter.setPen(p.text2)
            place = QRectF(0, y - height / 2, plot.left() - _GAP / 2, height)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tick_text(tick))
            below = QRectF(x - 24, plot.bottom() + 3 * _MARK, 48, height)
            painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), tick_text(tick))

    def _paint_places(self, painter: QPainter) -> None:
        """Mark below the plot where each unit has its middle."""
        if self._parts is None:
            return
        bottom = self._plot().bottom() + 2
        for unit, place in enumerate(self._places.tolist()):
            if not LEFT <= place <= RIGHT:
                continue
            size = _MARK * (1.5 if unit == self._unit else 1.0)
            x = self.point(place, 0.0).x()
            pen = self.unit_pen(unit, strong=True)
            painter.setPen(QPen(pen.color(), 1))
            painter.setBrush(pen.color() if self._signs[unit] else theme.current().palette.surface)
            corners = (
                QPointF(x, bottom),
                QPointF(x - size, bottom + 1.6 * size),
                QPointF(x + size, bottom + 1.6 * size),
            )
            painter.drawPolygon(QPolygonF(corners))

    # Legend

    def _legend(self) -> list[tuple[QPen, str]]:
        p = theme.current().palette
        entries = [(QPen(p.text3, 3), self.tr("the wanted curve"))]
        if self._parts is not None:
            entries.append((QPen(p.accent, 2.4), self.tr("the network: all units added up")))
            texts = {
                Shown.PARTS: (self.tr("a unit that is added"), self.tr("a unit that is subtracted")),
                Shown.STACKED: (self.tr("raised by the next"), self.tr("lowered by the next")),
            }
            if self._shown in texts:
                up, down = texts[self._shown]
                entries += [(QPen(p.positive, 1.4), up), (QPen(p.negative, 1.4, Qt.PenStyle.DashLine), down)]
        return entries

    def _legend_places(self) -> list[tuple[QPen, str, float, int]]:
        metrics = QFontMetrics(theme.font("caption"))
        x, row, found = 0.0, 0, []
        for pen, text in self._legend():
            width = _KEY + _GAP + metrics.horizontalAdvance(text)
            if x > 0 and x + width > self.width():
                x, row = 0.0, row + 1
            found.append((pen, text, x, row))
            x += width + 2 * _GAP
        return found

    def _legend_rows(self) -> int:
        return self._legend_places()[-1][3] + 1

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(theme.font("caption"))
        height = painter.fontMetrics().height()
        for pen, text, x, row in self._legend_places():
            middle = row * (height + 2) + height / 2
            painter.setPen(pen)
            painter.drawLine(QLineF(x, middle, x + _KEY, middle))
            painter.setPen(theme.current().palette.text2)
            painter.drawText(
                QRectF(x + _KEY + _GAP, middle - height / 2, self.width(), height),
                int(Qt.AlignmentFlag.AlignVCenter),
                text,
            )
