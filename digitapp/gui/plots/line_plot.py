"""Lines of numbers over a common axis, painted once a change: what the benches of the Lab are plotted with.

For curves that grow while a network learns there is `curve_plot`, which holds a million points. Here a few lines of
some hundred points are drawn, each in the colour and with the mark of its series, and a cursor reads them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
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
from digitapp.gui.plots.axes import loss_ticks, power_text, round_ticks, tick_text
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import figure
from digitapp.gui.widgets.readout import readout_in
from digitapp.gui.widgets.series import paint_mark, series_color, series_symbol

_GAP = 6
_TOP = 10
_MARK = 8
_MARKS_APART = 22
_MANY = 300  # corners of a line
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
    marks : whether its points have the mark, each where they have room and else some of them
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
    whole : whether it counts whole things, so that the cursor goes from one to the next
    show : how a value is written
    empty : what is said while there is nothing to show

    Signals
    -------
    moved(x) : the cursor is to go there
    """

    moved = Signal(float)

    def __init__(
        self,
        name: str,
        *,
        log: bool = False,
        x_title: str = "",
        whole: bool = False,
        show: Callable[[float], str] = figure,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._log, self._x_title, self._whole, self._show, self._empty = log, x_title, whole, show, empty
        self._x_names: tuple[str, ...] = ()
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
        x_names: Sequence[str] = (),
    ) -> None:
        """Show lines; a range that is not given holds all of them. That of a logarithmic axis is of the values.

        `x_names` stand at the places 0, 1, 2 and so on of the axis below, where its steps are no even ones.
        """
        self._lines, self._x_names = tuple(lines), tuple(x_names)
        self._x_range = x_range or _range([line.x for line in lines], room=0.0)
        if y_range is not None:
            low, high = y_range
            self._y_range = (math.log10(low), math.log10(high)) if self._log else (low, high)
        else:
            self._y_range = _range([self._heights(line.y) for line in lines], room=0.06)
        self._describe()
        self.update()

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines that are shown."""
        return self._lines

    def set_empty(self, text: str) -> None:
        """Say something else while there is nothing to show."""
        self._empty = text
        self.update()

    def set_cursor(self, x: float | None) -> None:
        """Show the cursor at a place, so that it can be moved; None for no cursor."""
        self._cursor = x
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if x is None else Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor if x is None else Qt.CursorShape.SizeHorCursor)
        self._describe()
        self.update()

    def _describe(self) -> None:
        """Say for screen readers what the lines are at the cursor; without one, where they begin and end."""
        x, named = self._cursor, [line for line in self._lines if line.name and line.y.size]
        if x is not None:
            values = (self.tr("{0}: {1}").format(self._legend(line), self._show(line.at(x))) for line in named)
            self.setAccessibleDescription("\n".join((self._x_text(x), *values)))
        else:
            ends = (
                self.tr("{0}: from {1} to {2}").format(self._legend(line), *map(self._show, line.y[[0, -1]]))
                for line in named
            )
            self.setAccessibleDescription(itemised(ends) if named else self._empty)

    def _legend(self, line: Line) -> str:
        """Return a line's name behind its mark."""
        return line.name if line.series is None else self.tr("{0} {1}").format(series_symbol(line.series), line.name)

    def _x_text(self, x: float) -> str:
        """Return a place of the axis below with what it counts."""
        named = self._x_names and 0 <= round(x) < len(self._x_names)
        text = self._x_names[round(x)] if named else (tick_text(x) if self._is_whole else figure(x))
        return text if not self._x_title else self.tr("{0} {1}").format(text, self._x_title)

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
        way = 1.0 if self._is_whole else (right - left) / _KEY_STEPS
        self.moved.emit(min(max(self._cursor + (step.across - step.down) * way, left), right))

    @property
    def _is_whole(self) -> bool:
        return self._whole or bool(self._x_names)

    def _x_at(self, across: float) -> float:
        plot, (left, right) = self._plot(), self._x_range
        share = min(1.0, max(0.0, (across - plot.left()) / max(1.0, plot.width())))
        return left + share * (right - left)

    def _go_to(self, across: float) -> None:
        left, right = self._x_range
        pixel = (right - left) / max(1.0, self._plot().width())
        places = 0 if self._is_whole else max(0, math.ceil(-math.log10(pixel)))
        self.moved.emit(round(self._x_at(across), places))  # no more digits than a pixel is worth

    def _show_readout(self, point: QPointF) -> None:
        if not self._plot().contains(point):
            self._hide_readout()
            return
        x = self._x_at(point.x())
        x = float(round(x)) if self._is_whole else x
        found = ((line, line.at(x)) for line in self._lines if line.name)
        rows = [
            ReadoutRow(self._legend(line), self._show(value), line.color())
            for line, value in found
            if math.isfinite(value)
        ]
        if rows:
            self._readout = readout_in(self.window(), self._readout)
            self._readout.show_at(self.mapTo(self.window(), point.toPoint()), self._x_text(x), rows)
        else:
            self._hide_readout()

    def _hide_readout(self) -> None:
        if self._readout is not None:
            self._readout.hide()

    # Painting

    def _y_ticks(self) -> list[float]:
        return loss_ticks(*self._y_range) if self._log else round_ticks(*self._y_range, 5)

    def _tick_label(self, tick: float) -> str:
        if not self._log:
            return tick_text(tick)
        return power_text(round(tick)) if tick == round(tick) else tick_text(float(f"{10.0**tick:.6g}"))

    @property
    def _widest(self) -> int:
        """How wide the widest number left of the plot is."""
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        return max((metrics.horizontalAdvance(self._tick_label(tick)) for tick in self._y_ticks()), default=0)

    def _plot(self) -> QRectF:
        """Return where the lines are."""
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        left = max(self._room, self._widest) + _GAP + _MARK / 2
        return QRectF(self.rect()).adjusted(left, _TOP, -_MARK, -metrics.height() - _GAP)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not any(np.isfinite(self._heights(line.y)).any() for line in self._lines):
            self._paint_empty(painter)
            return
        plot = self._plot()
        self._paint_axes(painter, plot)
        painter.save()
        painter.setClipRect(plot.adjusted(-_MARK, -_MARK, _MARK, _MARK))
        for line in sorted(self._lines, key=lambda line: not line.pale):
            self._paint_line(painter, plot, line)
        painter.restore()
        if self._cursor is not None:
            self._paint_cursor(painter, plot, self._cursor)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setFont(theme.font("body"))
        painter.setPen(theme.current().palette.text2)
        flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(self.rect()).adjusted(24, 0, -24, 0), flags, self._empty)

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
            place = QRectF(0, y - metrics.height() / 2, plot.left() - _GAP - _MARK / 2, metrics.height())
            painter.drawText(
                place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._tick_label(tick)
            )
        self._paint_ticks_below(painter, plot, metrics)

    def _x_ticks(self) -> list[tuple[float, str]]:
        """Return what stands along the axis below, and where."""
        if self._x_names:
            return [(float(place), name) for place, name in enumerate(self._x_names)]
        ticks = round_ticks(*self._x_range, 6)
        return [(tick, tick_text(tick)) for tick in ticks if not self._whole or tick == round(tick)]

    def _paint_ticks_below(self, painter: QPainter, plot: QRectF, metrics: QFontMetrics) -> None:
        left, right = self._x_range
        title = QRectF(plot.right() + _MARK + 2, plot.bottom() + _GAP, 0, metrics.height())
        if self._x_title and not self._x_names:
            title.setLeft(title.right() - 2 - metrics.horizontalAdvance(self._x_title))
            painter.drawText(title, int(Qt.AlignmentFlag.AlignLeft), self._x_title)
        free = -math.inf
        for tick, text in self._x_ticks():
            x, half = plot.left() + plot.width() * (tick - left) / (right - left), metrics.horizontalAdvance(text) / 2
            start = max(0.0, min(x - half, self.width() - 2 * half))
            place = QRectF(start, plot.bottom() + _GAP, 2 * half + 1, metrics.height())
            if place.left() >= free and place.right() < title.left():
                free = place.right() + _GAP
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
            _paint_part(painter, [QPointF(x, y) for x, y in part.tolist() if math.isfinite(y)])
        if line.marks and line.series is not None:
            seen = points[np.isfinite(heights)]
            apart = max(1, math.ceil(theme.scaled(_MARKS_APART) * len(seen) / max(1.0, plot.width())))
            for x, y in seen[::apart].tolist():
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
            value = line.at(x) if line.name else math.nan
            place = self.place(x, value) if math.isfinite(value) else None
            if line.series is not None and place is not None and plot.adjusted(-1, -1, 1, 1).contains(place):
                paint_mark(painter, line.series, place, theme.scaled(_MARK + 2), outline=p.surface)


def _paint_part(painter: QPainter, points: list[QPointF]) -> None:
    """Paint a line without gaps; one of many corners in pieces, for which the painter takes a tenth of the time."""
    if len(points) <= _MANY:
        painter.drawPolyline(QPolygonF(points))
        return
    pen = QPen(painter.pen())
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawLines([QLineF(start, end) for start, end in pairwise(points)])


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
