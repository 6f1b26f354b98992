"""Lines of numbers over a common axis, painted once a change: what the benches of the Lab are plotted with.

For curves that grow while a network learns there is `curve_plot`, which holds a million points. Here a few lines of
some hundred points are drawn, each in the colour and with the mark of its series, and a cursor reads them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.axes import loss_ticks, round_ticks, tick_text
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.widgets.readout import readout_in
from digitapp.gui.widgets.series import paint_mark, series_color

_GAP = 6
_TOP = 10
_MARK = 8
_KEY_STEPS = 50  # from one end of the axis to the other


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a plot.

    Attributes
    ----------
    name : for people
    x, y : arrays of one length, x rising; where y is not finite the line has a gap
    series : whose colour and mark it has; None for one in grey, without a mark
    dashed : whether it is a line of dashes, as of what is expected
    pale : whether it stands behind the others
    marks : whether each of its points has the mark, as where there are few
    bars : whether each of its points is a bar from zero instead
    """

    name: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    series: int | None = None
    dashed: bool = False
    pale: bool = False
    marks: bool = False
    bars: bool = False

    def color(self) -> QColor:
        """Return the colour of the present theme."""
        p = theme.current().palette
        color = p.text2 if self.series is None else series_color(self.series)
        return theme.blend(p.surface, color, 0.35) if self.pale else color

    def at(self, x: float) -> float:
        """Return the value over a place of the axis, not a number beside the line."""
        if not self.x.size or not self.x[0] <= x <= self.x[-1]:
            return math.nan
        return float(np.interp(x, self.x, self.y))


class LinePlot(QWidget):
    """A few lines over one axis. Where it has a cursor, pointer and arrow keys ask for another place of it.

    Parameters
    ----------
    name : for screen readers
    log : whether the values are drawn by their logarithm; those of zero and below are then left out
    x_title : what the axis below counts, behind its last number

    Signals
    -------
    moved(x) : the cursor is to go there
    """

    moved = Signal(float)

    def __init__(self, name: str, *, log: bool = False, x_title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log, self._x_title = log, x_title
        self._lines: tuple[Line, ...] = ()
        self._x_range, self._y_range = (0.0, 1.0), (0.0, 1.0)
        self._cursor: float | None = None
        self._room = 0  # left of the plot, at least
        self._readout: HoverReadout | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(320), theme.scaled(180))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(160), theme.scaled(96))

    # What is shown

    def show_lines(
        self,
        lines: Sequence[Line],
        *,
        x_range: tuple[float, float] | None = None,
        y_range: tuple[float, float] | None = None,
    ) -> None:
        """Show lines; a range that is not given holds all of them. That of a logarithmic axis is of the values."""
        self._lines = tuple(lines)
        self._x_range = x_range or _range([line.x for line in lines], room=0.0)
        if y_range is not None:
            low, high = y_range
            self._y_range = (math.log10(low), math.log10(high)) if self._log else (low, high)
        else:
            self._y_range = _range([self._heights(line.y) for line in lines], room=0.06)
        self.update()

    def set_cursor(self, x: float | None) -> None:
        """Show the cursor at a place, so that it can be moved; None for no cursor."""
        self._cursor = x
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if x is None else Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor if x is None else Qt.CursorShape.SizeHorCursor)
        if x is not None:
            values = (self.tr("{0}: {1}").format(line.name, figure(line.at(x))) for line in self._lines if line.name)
            self.setAccessibleDescription("\n".join((figure(x), *values)))
        self.update()

    def _heights(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where values stand on the axis."""
        if not self._log:
            return y
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(y > 0, np.log10(y), np.nan)

    def place(self, x: float, y: float) -> QPointF:
        """Return where a point of the plot is in the widget."""
        height = float(self._heights(np.array([y]))[0])
        plot, (left, right), (low, high) = self._plot(), self._x_range, self._y_range
        return QPointF(
            plot.left() + plot.width() * (x - left) / (right - left),
            plot.bottom() - plot.height() * (height - low) / (high - low),
        )

    # Pointer and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._cursor is not None:
            self._go_to(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self._cursor is not None:
            self._go_to(event.position().x())
        self._show_readout(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hide_readout()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hide_readout()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self._cursor is None:
            super().keyPressEvent(event)
            return
        left, right = self._x_range
        share = (step.across - step.down) / _KEY_STEPS
        self.moved.emit(min(max(self._cursor + share * (right - left), left), right))

    def _x_at(self, across: float) -> float:
        plot, (left, right) = self._plot(), self._x_range
        share = min(1.0, max(0.0, (across - plot.left()) / max(1.0, plot.width())))
        return left + share * (right - left)

    def _go_to(self, across: float) -> None:
        left, right = self._x_range
        pixel = (right - left) / max(1.0, self._plot().width())
        places = max(0, math.ceil(-math.log10(pixel)))
        self.moved.emit(round(self._x_at(across), places))  # no more digits than a pixel is worth

    def _show_readout(self, point: QPointF) -> None:
        if not self._plot().contains(point):
            self._hide_readout()
            return
        x = self._x_at(point.x())
        found = ((line, line.at(x)) for line in self._lines if line.name)
        rows = [ReadoutRow(line.name, figure(value), line.color()) for line, value in found if math.isfinite(value)]
        if rows:
            self._readout = readout_in(self.window(), self._readout)
            title = figure(x) if not self._x_title else self.tr("{0} {1}").format(figure(x), self._x_title)
            self._readout.show_at(self.mapTo(self.window(), point.toPoint()), title, rows)
        else:
            self._hide_readout()

    def _hide_readout(self) -> None:
        if self._readout is not None:
            self._readout.hide()

    # Painting

    def _y_ticks(self) -> list[float]:
        return loss_ticks(*self._y_range) if self._log else round_ticks(*self._y_range, 5)

    def _tick_label(self, tick: float) -> str:
        return tick_text(10.0**tick) if self._log else tick_text(tick)

    @property
    def _widest(self) -> int:
        """How wide the widest number left of the plot is."""
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        return max((metrics.horizontalAdvance(self._tick_label(tick)) for tick in self._y_ticks()), default=0)

    def _plot(self) -> QRectF:
        """Return where the lines are."""
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        left = max(self._room, self._widest) + _GAP
        return QRectF(self.rect()).adjusted(left, _TOP, -_MARK, -metrics.height() - _GAP)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if not any(np.isfinite(self._heights(line.y)).any() for line in self._lines):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self._plot()
        self._paint_axes(painter, plot)
        painter.save()
        painter.setClipRect(plot.adjusted(-1, -2, 1, 2))
        for line in sorted(self._lines, key=lambda line: not line.pale):
            self._paint_line(painter, plot, line)
        painter.restore()
        if self._cursor is not None:
            self._paint_cursor(painter, plot, self._cursor)

    def _paint_axes(self, painter: QPainter, plot: QRectF) -> None:
        p, font = theme.current().palette, theme.tabular(theme.font("tick"))
        metrics = QFontMetrics(font)
        painter.setFont(font)
        low, high = self._y_range
        for tick in self._y_ticks():
            y = round(plot.bottom() - plot.height() * (tick - low) / (high - low)) + 0.5
            painter.setPen(QPen(p.border_strong if tick == 0 and not self._log else p.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(p.text3)
            place = QRectF(0, y - metrics.height() / 2, plot.left() - _GAP, metrics.height())
            painter.drawText(
                place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._tick_label(tick)
            )
        self._paint_ticks_below(painter, plot, metrics)

    def _paint_ticks_below(self, painter: QPainter, plot: QRectF, metrics: QFontMetrics) -> None:
        left, right = self._x_range
        title = QRectF(plot.right() + _MARK, plot.bottom() + _GAP, 0, metrics.height())
        if self._x_title:
            title.setLeft(title.right() - metrics.horizontalAdvance(self._x_title))
            painter.drawText(title, int(Qt.AlignmentFlag.AlignRight), self._x_title)
        for tick in round_ticks(left, right, 6):
            text = tick_text(tick)
            x, half = plot.left() + plot.width() * (tick - left) / (right - left), metrics.horizontalAdvance(text) / 2
            start = max(0.0, min(x - half, self.width() - 2 * half))
            place = QRectF(start, plot.bottom() + _GAP, 2 * half + 1, metrics.height())
            if not self._x_title or place.right() + _GAP < title.left():
                painter.drawText(place, int(Qt.AlignmentFlag.AlignHCenter), text)

    def _paint_line(self, painter: QPainter, plot: QRectF, line: Line) -> None:
        (left, right), (low, high) = self._x_range, self._y_range
        heights = self._heights(line.y)
        xs = plot.left() + plot.width() * (line.x - left) / (right - left)
        # Far beside the plot nothing is seen, and the painter's numbers have an end.
        ys = np.clip(plot.bottom() - plot.height() * (heights - low) / (high - low), -1e5, 1e5)
        style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(line.color(), 1.2 if line.pale else 2, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = np.stack([xs, ys], axis=1)
        if line.bars:
            self._paint_bars(painter, plot, line, points)
            return
        for part in np.split(points, np.flatnonzero(~np.isfinite(heights))):
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part.tolist() if math.isfinite(y)]))
        if line.marks and line.series is not None:
            for x, y in points[np.isfinite(heights)].tolist():
                paint_mark(painter, line.series, QPointF(x, y), theme.scaled(_MARK))

    def _paint_bars(self, painter: QPainter, plot: QRectF, line: Line, points: NDArray[np.float64]) -> None:
        low, high = self._y_range
        zero = plot.bottom() if self._log else plot.bottom() - plot.height() * (0 - low) / (high - low)
        apart = float(np.diff(points[:, 0]).min(initial=plot.width()))
        half = max(0.5, min(6.0, 0.36 * apart))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line.color())
        for x, y in points[np.isfinite(points[:, 1])].tolist():
            painter.drawRect(QRectF(QPointF(x - half, y), QPointF(x + half, zero)))

    def _paint_cursor(self, painter: QPainter, plot: QRectF, x: float) -> None:
        p = theme.current().palette
        across = self.place(x, 1.0).x()
        painter.setPen(QPen(p.text3, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(across, plot.top()), QPointF(across, plot.bottom()))
        for line in self._lines:
            value = line.at(x)
            place = self.place(x, value) if math.isfinite(value) else None
            if line.series is not None and place is not None and plot.adjusted(-1, -1, 1, 1).contains(place):
                paint_mark(painter, line.series, place, theme.scaled(_MARK + 2), outline=p.surface)


def line_up(*plots: LinePlot) -> None:
    """Let plots that stand below each other begin at the same place, whatever the width of their numbers."""
    room = max(plot._widest for plot in plots)
    for plot in plots:
        if plot._room != room:
            plot._room = room
            plot.update()


def _range(arrays: Sequence[NDArray[np.float64]], *, room: float) -> tuple[float, float]:
    """Return limits that hold all finite numbers, with a share of room beyond; 0 to 1 where there is none."""
    finite = np.concatenate([array[np.isfinite(array)] for array in arrays]) if arrays else np.empty(0)
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    extra = room * (high - low) or (0.0 if high > low else max(abs(high), 1.0) * 0.1)
    return low - extra, high + extra
