"""An error surface from above: its colours, its lines with their heights, its minima, and where it is no number."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QFontMetrics, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.gui.plots.axes import tick_text
from digitapp.gui.plots.relief import Relief
from digitapp.gui.plots.relief import Surface as Grid
from digitapp.gui.translation import translate
from digitapp.lab.surfaces import Floats, Surface

_LEVELS = 9
_SHADE = 0.55  # of the darkest or lightest colour: the paths must be seen everywhere
_MUCH = 0.08  # of the map, where there is room for words
_CROSS = 7


class Ground:
    """A part of a surface, ready to be painted.

    Parameters
    ----------
    us, vs : where its columns and rows stand, rising
    """

    def __init__(self, surface: Surface, us: Floats, vs: Floats) -> None:
        self._surface = surface
        with np.errstate(all="ignore"):
            heights = surface.height(np.stack(np.meshgrid(us, vs), axis=-1))
        self._relief = _relief(Grid(us, vs, heights))

    def paint(self, painter: QPainter, plot: QRectF) -> None:
        """Paint it into a rectangle."""
        self._relief.paint(painter, plot)
        self._paint_nowhere(painter, plot)
        self._paint_numbers(painter, plot)
        p = theme.current().palette
        for x, y in self._relief.in_place(self._surface.minima, plot).tolist():
            place = QPointF(x, y)
            for color, width in ((p.surface, 4.0), (p.text, 1.6)):
                painter.setPen(QPen(color, width))
                painter.drawLine(place - QPointF(_CROSS, 0), place + QPointF(_CROSS, 0))
                painter.drawLine(place - QPointF(0, _CROSS), place + QPointF(0, _CROSS))

    def _paint_nowhere(self, painter: QPainter, plot: QRectF) -> None:
        """Hatch where C is no number, and say so where there is room for it."""
        grid, p = self._relief.surface, theme.current().palette
        is_nowhere = ~np.isfinite(grid.costs)
        if not is_nowhere.any():
            return
        half = plot.width() / (len(grid.us) - 1) / 2, plot.height() / (len(grid.vs) - 1) / 2
        hatched = QPainterPath()
        for row, first, last in _runs(is_nowhere):
            ends = np.array([[grid.us[first], grid.vs[row]], [grid.us[last], grid.vs[row]]])
            (left, y), (right, _) = self._relief.in_place(ends, plot).tolist()
            hatched.addRect(QRectF(left - half[0], y - half[1], right - left + 2 * half[0], 2 * half[1]))
        hatched = hatched.simplified()
        for brush in (QBrush(p.sunken), QBrush(p.border_strong, Qt.BrushStyle.BDiagPattern)):
            painter.fillPath(hatched, brush)
        rows, columns = np.nonzero(is_nowhere)
        row, column = round(float(rows.mean())), round(float(columns.mean()))
        if is_nowhere[row, column] and is_nowhere.mean() > _MUCH:
            x, y = self._relief.in_place(np.array([grid.us[column], grid.vs[row]]), plot).tolist()
            text = translate("Descent", "C is no number here")
            paint_label(painter, _label_at(QPointF(x, y), text), text)

    def _paint_numbers(self, painter: QPainter, plot: QRectF) -> None:
        """Write on lines their heights, up along a ray from the minimum as far as they do not lie on each other."""
        relief = self._relief
        taken: list[QRectF] = []
        start = relief.in_place(self._surface.minima[0], plot)
        ray = np.array([0.25 * plot.width(), -plot.height()])
        ray /= np.hypot(*ray)
        room = plot.adjusted(8, 8, -8, -8)
        # Every other line has a number: so the lowest and, as there are nine, the highest.
        for level, lines in list(zip(relief.levels.tolist(), relief.lines, strict=True))[::2]:
            if not len(lines):
                continue
            middles = relief.in_place(lines, plot).mean(axis=1)
            along, aside = (middles - start) @ ray, np.abs((middles - start) @ np.array([-ray[1], ray[0]]))
            best = int(np.where(along > 0, aside, np.inf).argmin())
            text = tick_text(float(f"{level:.3g}"))
            place = _label_at(QPointF(*middles[best].tolist()), text)
            if room.contains(place) and not any(place.adjusted(-4, -4, 4, 4).intersects(other) for other in taken):
                taken.append(place)
                paint_label(painter, place, text)


def _label_at(middle: QPointF, text: str) -> QRectF:
    metrics = QFontMetrics(theme.tabular(theme.font("tick")))
    place = QRectF(0, 0, metrics.horizontalAdvance(text) + 12, metrics.height() + 4)
    place.moveCenter(middle)
    return place


def paint_label(painter: QPainter, place: QRectF, text: str) -> None:
    """Paint small words into a rectangle of the map, on a ground of their own."""
    p = theme.current().palette
    ground = theme.blend(p.surface, p.text, 0.04)
    ground.setAlphaF(0.82)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(place, 4, 4)
    painter.setFont(theme.tabular(theme.font("tick")))
    painter.setPen(p.text)
    painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), text)


def _runs(is_so: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Yield row, first and last column of what is so without a break."""
    edges = np.diff(np.pad(is_so.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    for row in np.flatnonzero(is_so.any(axis=1)).tolist():
        starts, ends = np.flatnonzero(edges[row] == 1), np.flatnonzero(edges[row] == -1)
        yield from ((row, start, end - 1) for start, end in zip(starts.tolist(), ends.tolist(), strict=True))


def _relief(grid: Grid) -> Relief:
    """Return a surface in colours that tell low heights apart too: by a root of the height above the lowest."""
    finite = grid.costs[np.isfinite(grid.costs)]
    low = float(finite.min()) if finite.size else 0.0
    high = float(np.quantile(finite, 0.99)) if finite.size else 0.0
    if finite.size and not high > low:
        high = float(finite.max())
    with np.errstate(over="ignore"):
        reach = high - low
    if not 0 < reach < math.inf:
        return Relief(grid, lambda heights: np.zeros(heights.shape))
    # The root that puts the middle of all heights near the middle of the colours.
    half = min(0.9, max(1e-9, (float(np.median(finite)) - low) / reach))
    root = min(6.0, max(2.0, math.log(half) / math.log(0.45)))

    def shares(heights: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore", over="ignore"):
            found = _SHADE * np.power(np.maximum(heights - low, 0) / reach, 1 / root)
        return np.where(np.isfinite(found), np.minimum(found, 1.0), _SHADE)

    evenly = low + reach * (np.arange(1, _LEVELS + 1) / (_LEVELS + 1)) ** root
    return Relief(grid, shares, np.unique([float(f"{level:.2g}") for level in evenly]))
