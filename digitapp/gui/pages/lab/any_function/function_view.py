"""A wanted curve, a network's curve, and the units that it is the sum of, in one plot."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
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
        self._room: QRectF | None = None  # where the curves are, None where that has to be measured
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
        if self._room is None:
            self._room = self._measured()
        return self._room

    def _measured(self) -> QRectF:
        tick, caption = QFontMetrics(theme.tabular(theme.font("tick"))), QFontMetrics(theme.font("caption"))
        left = tick.horizontalAdvance(tick_text(-0.5)) + _GAP
        rows = self._legend_rows()
        return QRectF(self.rect()).adjusted(
            left, rows * (caption.height() + 2) + _GAP, -2 * _MARK, -tick.height() - 4 * _MARK
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._room = None

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
        self._room = None  # the legend may have changed, and the font
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
        self._paint_curves(painter, values[np.newaxis], pen)

    def _paint_curves(self, painter: QPainter, values: NDArray[np.float64], pen: QPen) -> None:
        """Paint curves (n, POINTS) as one path: a hundred calls would take longer than a frame lasts."""
        places = self.to_pixels(GRID, values)
        goes_on: Any = np.ones(values.shape, dtype=np.int32)
        goes_on[:, -1] = 0  # from the end of one curve no line leads to the next
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = (np.ascontiguousarray(places[..., axis]).ravel() for axis in (0, 1))
        painter.drawPath(pg.arrayToQPath(x, y, connect=goes_on.ravel()))

    def _sign_pen(self, is_positive: bool, *, strong: bool = False) -> QPen:
        """Return how units are drawn: the colour of their sign, and dashes below zero."""
        p = theme.current().palette
        color = p.positive if is_positive else p.negative
        style = Qt.PenStyle.SolidLine if is_positive else Qt.PenStyle.DashLine
        return QPen(color if strong else theme.blend(p.surface, color, 0.6), 2.2 if strong else 1.0, style)

    def _paint_parts(self, painter: QPainter, parts: Parts) -> None:
        others = np.ones(len(parts.units), dtype=bool)
        if self._unit is not None:
            others[self._unit] = False
        for is_positive in (False, True):
            chosen = parts.units[others & (self._signs == is_positive)]
            if len(chosen):
                self._paint_curves(painter, chosen, self._sign_pen(is_positive))
        if self._unit is not None:
            pen = self._sign_pen(bool(self._signs[self._unit]), strong=True)
            self._paint_curve(painter, parts.units[self._unit], pen)

    def _paint_stack(self, painter: QPainter, parts: Parts) -> None:
        """Paint what each unit, or group of units, adds to those before it."""
        p, curves = theme.current().palette, np.array(stacked(parts, self._places, self._groups))
        self._paint_curve(painter, curves[0], QPen(p.text3, 1, Qt.PenStyle.DotLine))
        rises = np.diff(curves, axis=0).mean(axis=1) > 0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # their borders are painted afterwards
        for (below, above), is_up in zip(pairwise(self.to_pixels(GRID, curves)), rises.tolist(), strict=True):
            fill = QColor(p.positive if is_up else p.negative)
            fill.setAlphaF(0.16)
            painter.setBrush(fill)
            outline = np.concatenate([below, above[::-1]])
            painter.drawPath(pg.arrayToQPath(outline[:, 0].copy(), outline[:, 1].copy()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for is_up in (False, True):
            if (rises == is_up).any():
                pen = self._sign_pen(is_up, strong=True)
                pen.setWidthF(1.0)
                self._paint_curves(painter, curves[1:][rises == is_up], pen)

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
        p, bottom = theme.current().palette, self._plot().bottom() + 2
        across = self.to_pixels(self._places, 0.0)[:, 0].tolist()
        for unit, (place, x) in enumerate(zip(self._places.tolist(), across, strict=True)):
            if not LEFT <= place <= RIGHT:
                continue
            size, color = _MARK * (1.5 if unit == self._unit else 1.0), p.positive if self._signs[unit] else p.negative
            painter.setPen(QPen(color, 1))
            painter.setBrush(color if self._signs[unit] else p.surface)
            low = bottom + 1.6 * size
            painter.drawPolygon(QPolygonF([QPointF(x, bottom), QPointF(x - size, low), QPointF(x + size, low)]))

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
