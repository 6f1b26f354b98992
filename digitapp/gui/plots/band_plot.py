"""Lines with a band around each, as of several runs: what changes with the pointer is painted over a kept picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.series import series_color

_BAND_TINT = 0.14
_MOST_SMOOTH = 30  # pale lines; more of them would be painted for too long


@dataclass(frozen=True, eq=False)
class Band:
    """The area between two lines over the same places, in the colour of a series, paler."""

    series: int
    x: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


class BandPlot(LinePlot):
    """A `LinePlot` with bands below its lines. With many long lines moving the cursor costs no more than with one.

    Parameters
    ----------
    tick : how a round value beside the plot is written
    others : as of `LinePlot`
    """

    def __init__(
        self,
        name: str,
        *,
        show: Callable[[float], str],
        tick: Callable[[float], str],
        x_title: str = "",
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, x_title=x_title, whole=True, show=show, empty=empty, parent=parent)
        self._tick = tick
        self._bands: tuple[Band, ...] = ()
        self._kept: tuple[tuple[object, ...], QPixmap] | None = None
        self._shown = 0

    def show_all(
        self,
        lines: Sequence[Line],
        bands: Sequence[Band],
        *,
        log: bool,
        x_range: tuple[float, float],
    ) -> None:
        """Show other lines and bands, with the values by their logarithm where that is wanted."""
        self._log, self._bands = log, tuple(bands)
        self._shown += 1
        self.show_lines(lines, x_range=x_range, y_range=self._limits(lines, bands))

    @property
    def bands(self) -> tuple[Band, ...]:
        """The bands that are shown."""
        return self._bands

    def _limits(self, lines: Sequence[Line], bands: Sequence[Band]) -> tuple[float, float] | None:
        """Return limits that hold lines and bands, with a little room; None where there is nothing to hold."""
        sides = [side for band in bands for side in (band.low, band.high)]
        heights = self._heights(np.concatenate([np.empty(0), *(line.y for line in lines), *sides]))
        heights = heights[np.isfinite(heights)]
        if not heights.size:
            return None
        low, high = float(heights.min()), float(heights.max())
        room = 0.06 * (high - low) or max(0.01, 0.1 * abs(high))
        low, high = low - room, high + room
        return (10.0**low, 10.0**high) if self._log else (low, high)

    def _tick_label(self, tick: float) -> str:
        return super()._tick_label(tick) if self._log else self._tick(tick)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not any(np.isfinite(self._heights(line.y)).any() for line in self._lines):
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._picture(painter.device().devicePixelRatioF()))
        if self._cursor is not None:
            self._paint_cursor(painter, self._plot(), self._cursor)

    def _picture(self, ratio: float) -> QPixmap:
        """Return all but the cursor, painted anew only where it is other than the last time."""
        key = (self._shown, self.size(), ratio, theme.current().name, theme.current().scale)
        if self._kept is None or self._kept[0] != key:
            self._kept = key, painted(self.size(), ratio, self._paint_all)
        return self._kept[1]

    def _paint_all(self, painter: QPainter) -> None:
        plot = self._plot()
        self._paint_axes(painter, plot)
        for band in self._bands:
            self._paint_band(painter, band)
        pale = [line for line in self._lines if line.pale]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(pale) <= _MOST_SMOOTH)
        for line in pale:
            self._paint_line(painter, plot, line)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines:
            if not line.pale:
                self._paint_line(painter, plot, line)

    def _paint_band(self, painter: QPainter, band: Band) -> None:
        if len(band.x) < 2:
            return
        plot, (left, right), (low, high) = self._plot(), self._x_range, self._y_range
        xs = plot.left() + plot.width() * (band.x - left) / (right - left)
        edges = []
        for side, way in ((band.high, 1), (band.low, -1)):
            heights = np.nan_to_num(self._heights(side), nan=low, posinf=high, neginf=low)
            ys = plot.bottom() - plot.height() * (heights - low) / (high - low)
            edges += np.stack([xs, ys], axis=1)[::way].tolist()
        color = QColor(series_color(band.series))
        color.setAlphaF(_BAND_TINT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in edges]))
