"""The wires of a drawn network: what they join, where they run, which is nearest, and how they are painted.

A diagram is columns of nodes, the inputs first, with wires between neighbouring columns. A wire is a cubic Bézier curve
that leaves and arrives horizontally, its control points at half the way; what is painted along it, numbers or beads,
stands at points of `curve`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from digitapp.gui import theme

THINNEST, WIDEST = 0.6, 6.0
_CURVE_POINTS = 33
_FILLED = 0.7  # of a node's height is taken by the ends of its wires

Floats = NDArray[np.floating]


class Node(NamedTuple):
    """A drawn unit: its column, 0 for the inputs, and its row from the top."""

    column: int
    row: int


class Wire(NamedTuple):
    """A drawn connection: its layer of weights, which joins the columns `layer` and `layer + 1`, and both ends."""

    layer: int
    source: int
    target: int

    @property
    def start(self) -> Node:
        return Node(self.layer, self.source)

    @property
    def end(self) -> Node:
        return Node(self.layer + 1, self.target)


Thing = Node | Wire


@dataclass(frozen=True, eq=False)
class Wires:
    """Wires in the order in which they are painted.

    Attributes
    ----------
    ends : float array, shape (n, 4), x and y of the beginning, x and y of the end
    where : int array, shape (n, 3), layer, source and target of each, as in `Wire`
    values : float array, shape (n,), whose sign is the colour; what is no number is red
    widths : float array, shape (n,), in pixels
    opacities : float array, shape (n,), from 0 to 1
    """

    ends: Floats
    where: NDArray[np.int64]
    values: Floats
    widths: Floats
    opacities: Floats

    def __len__(self) -> int:
        return len(self.ends)

    @cached_property
    def _curves(self) -> Floats:
        return curve(self.ends, np.linspace(0, 1, _CURVE_POINTS))

    def wire(self, index: int) -> Wire:
        """Return what the wire at an index joins."""
        return Wire(*(int(part) for part in self.where[index]))

    def index(self, wire: Wire) -> int | None:
        """Return the index of a wire, or None where it is not drawn."""
        found = np.flatnonzero((self.where == wire).all(axis=1))
        return int(found[0]) if found.size else None

    def touching(self, thing: Thing) -> NDArray[np.int64]:
        """Return the indices of a wire itself, or of all wires that come to a node or leave it."""
        if isinstance(thing, Wire):
            return np.flatnonzero((self.where == thing).all(axis=1))
        layer, source, target = self.where.T
        arrives = (layer == thing.column - 1) & (target == thing.row)
        return np.flatnonzero(arrives | ((layer == thing.column) & (source == thing.row)))

    def nearest(self, point: QPointF, reach: float) -> Wire | None:
        """Return the wire nearest to a point, None where none comes as near as `reach`."""
        if not len(self):
            return None
        index, distance = nearest_line(self._curves, point)
        return self.wire(index) if distance <= reach else None

    def paint(
        self,
        painter: QPainter,
        chosen: NDArray[np.int64] | None = None,
        *,
        wider: float = 0.0,
        opacity: float | None = None,
    ) -> None:
        """Paint all wires, or the chosen ones, `wider` by some pixels or at another opacity."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in range(len(self)) if chosen is None else chosen.tolist():
            shown = float(self.opacities[index]) if opacity is None else opacity
            painter.setPen(wire_pen(float(self.values[index]), float(self.widths[index]) + wider, shown))
            painter.drawPath(wire_path(self.ends[index]))


NO_WIRES = Wires(np.empty((0, 4)), np.empty((0, 3), dtype=np.int64), np.empty(0), np.empty(0), np.empty(0))


def ends_between(
    sources: Sequence[QRectF], targets: Sequence[QRectF], *, steps: tuple[float, float], round_targets: bool = False
) -> Floats:
    """Return where the wires from every source to every target begin and end.

    Parameters
    ----------
    sources, targets : rectangles of two neighbouring columns
    steps : the largest distance between two ends at a source and at a target: they meet it side by side, in order;
        0 where all leave from one point
    round_targets : the targets are circles in their rectangles

    Returns
    -------
    float array, shape (sources, targets, 4), as in `Wires`
    """
    ends = np.empty((len(sources), len(targets), 4))
    for index, place in enumerate(sources):
        ends[index, :, 0] = place.right()
        ends[index, :, 1] = place.center().y() + _ports(place, len(targets), steps[0])
    for index, place in enumerate(targets):
        ports = _ports(place, len(sources), steps[1])
        radius = place.width() / 2
        inset = radius - np.sqrt(np.maximum(0.0, radius**2 - ports**2)) if round_targets else 0.0
        ends[:, index, 2] = place.left() + inset
        ends[:, index, 3] = place.center().y() + ports
    return ends


def _ports(place: QRectF, count: int, widest: float) -> Floats:
    step = min(widest, _FILLED * place.height() / count)
    return (np.arange(count) - (count - 1) / 2) * step


def curve(ends: Floats, t: ArrayLike) -> Floats:
    """Return points of the wires between `ends` (..., 4) at the positions t (points,), shape (..., points, 2)."""
    t = np.asarray(t, dtype=np.float64)
    x0, y0, x1, y1 = (ends[..., k, np.newaxis] for k in range(4))
    middle = (x0 + x1) / 2
    outer, inner = (1 - t) ** 3, t**3
    first, second = 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t)
    x = outer * x0 + (first + second) * middle + inner * x1
    y = (outer + first) * y0 + (second + inner) * y1
    return np.stack([x, y], axis=-1)


def nearest_line(lines: Floats, point: QPointF) -> tuple[int, float]:
    """Return the index of the line nearest to a point, and its distance.

    Parameters
    ----------
    lines : float array, shape (lines, points, 2), at least one line of at least two points
    """
    starts, steps = lines[:, :-1], np.diff(lines, axis=1)
    offsets = np.array([point.x(), point.y()]) - starts
    lengths = np.maximum(np.sum(steps**2, axis=-1), 1e-12)
    along = np.clip(np.sum(offsets * steps, axis=-1) / lengths, 0, 1)
    distances = np.linalg.norm(offsets - along[..., np.newaxis] * steps, axis=-1).min(axis=1)
    line = int(np.argmin(distances))
    return line, float(distances[line])


def wire_path(ends: Floats) -> QPainterPath:
    """Return a wire between `ends`, shape (4,), to be painted."""
    x0, y0, x1, y1 = ends.tolist()
    middle = (x0 + x1) / 2
    path = QPainterPath(QPointF(x0, y0))
    path.cubicTo(middle, y0, middle, y1, x1, y1)
    return path


def wire_pen(value: float, width: float, opacity: float) -> QPen:
    """Return the pen for a signed value: orange, blue, or red for what is no number."""
    p = theme.current().palette
    color = QColor(p.danger if not np.isfinite(value) else p.positive if value > 0 else p.negative)
    color.setAlphaF(opacity)
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)


def paint_ring(painter: QPainter, place: QRectF, radius: float, width: float = 2.0, gap: float = 3.0) -> None:
    """Paint the mark around a node."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.current().palette.accent, width))
    painter.drawRoundedRect(place.adjusted(-gap, -gap, gap, gap), radius + gap, radius + gap)
