"""Heights over a rectangle as colours with lines of equal height: what a map is painted on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from digitapp.gui import theme
from digitapp.gui.images import heights_image
from digitapp.inspection.contours import contour, levels

_STEEP = 30.0  # from this ratio of the highest to the lowest cost on, colours follow the logarithm

Shares = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Surface:
    """Costs on a grid.

    Attributes
    ----------
    us, vs : where the columns and rows stand, rising
    costs : (len(vs), len(us))
    """

    us: NDArray[np.float64]
    vs: NDArray[np.float64]
    costs: NDArray[np.float64]


class Relief:
    """A surface ready to be painted.

    Parameters
    ----------
    surface : the costs
    shares : costs as heights from 0 to 1, by which they are coloured; by default evenly, or by the logarithm where the
        surface is steep
    heights : where the lines are; those that tell most by default
    """

    def __init__(
        self, surface: Surface, shares: Shares | None = None, heights: NDArray[np.float64] | None = None
    ) -> None:
        self.surface = surface
        self.shares = shares or _usual_shares(surface.costs)
        self.levels = levels(surface.costs) if heights is None else heights
        self.lines = [contour(surface.costs, surface.us, surface.vs, level) for level in self.levels]

    def in_place(self, places: NDArray[np.float64], plot: QRectF) -> NDArray[np.float64]:
        """Return where places (..., 2) of the surface are in a rectangle that shows it, in the rectangle's pixels."""
        surface = self.surface
        low = np.array([surface.us[0], surface.vs[0]])
        reach = np.array([surface.us[-1] - surface.us[0], surface.vs[-1] - surface.vs[0]])
        size = np.array([plot.width(), -plot.height()])
        return np.array([plot.left(), plot.bottom()]) + (places - low) / reach * size

    def paint(self, painter: QPainter, plot: QRectF) -> None:
        """Paint colours and lines into a rectangle."""
        p, surface = theme.current().palette, self.surface
        image = heights_image(self.shares(surface.costs)[::-1], theme.current().name)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # The costs belong to the middles of the picture's cells: those at the border reach half a cell beyond the plot.
        half_u, half_v = plot.width() / (len(surface.us) - 1) / 2, plot.height() / (len(surface.vs) - 1) / 2
        painter.save()
        painter.setClipRect(plot, Qt.ClipOperation.IntersectClip)
        painter.drawImage(plot.adjusted(-half_u, -half_v, half_u, half_v), image)
        for share, lines in zip(self.shares(self.levels).tolist(), self.lines, strict=True):
            # High costs are painted near the colour of text, low ones near that of the surface, in both themes.
            painter.setPen(QPen(theme.blend(p.text, p.surface, 0.8 if share > 0.5 else 0.45), 1))
            ends = self.in_place(lines, plot)
            painter.drawLines([QLineF(*a, *b) for a, b in ends.tolist()])
        painter.restore()


def _usual_shares(costs: NDArray[np.float64]) -> Shares:
    finite = costs[np.isfinite(costs)]
    if not finite.size:
        return lambda values: np.full(values.shape, np.nan)
    low, high = float(finite.min()), float(finite.max())
    if low > 0 and high > _STEEP * low:
        return lambda values: (np.log(values) - math.log(low)) / math.log(high / low)
    if high > low:
        return lambda values: (values - low) / (high - low)
    return lambda values: np.where(np.isfinite(values), 0.0, values)
