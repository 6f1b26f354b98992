"""The gradient on the wires: beads on the same curve, so that nobody takes it for the sign of a weight.

A filled bead says that more weight would mean more error, a hollow one that it would mean less; its area is the size.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from digitapp.gui import theme
from digitapp.gui.diagram.wires import Floats, curve

SMALLEST, LARGEST = 0.8, 3.8
_SPACING = 2.9  # from one bead to the next, in radii
_LEAST_SPACING = 8.0
_FINE = 65  # points of the curve between which beads are placed


def radius_of(value: float, limit: float) -> float:
    """Return a bead's radius in pixels: its area is the share of the value in the limit."""
    if limit <= 0 or not np.isfinite(value):
        return SMALLEST
    return max(SMALLEST, LARGEST * min(1.0, abs(value) / limit) ** 0.5)


def paint_beads(
    painter: QPainter, ends: Floats, value: float, limit: float, *, opacity: float = 1.0, phase: float = 0.0
) -> None:
    """Paint a gradient on a wire.

    Parameters
    ----------
    ends : (4,), of the wire, as in `wires.Wires`
    value : the gradient
    limit : the largest value that is drawn
    phase : 0 to 1, how far the beads have moved towards the next one, from right to left
    """
    paint_beads_along(painter, lines_of_beads(ends), value, limit, opacity=opacity, phase=phase)


def paint_beads_along(
    painter: QPainter,
    points: Floats,
    value: float,
    limit: float,
    *,
    opacity: float = 1.0,
    phase: float = 0.0,
    sparse: float = 1.0,
    seen: QRectF | None = None,
) -> None:
    """Paint a gradient on a line; else as `paint_beads`.

    Parameters
    ----------
    points : shape (n, 2), in the order in which the beads go
    sparse : how many times as far from each other as usual the beads are
    seen : where beads are to be painted, None for everywhere
    """
    if value == 0:
        return
    p = theme.current().palette
    radius = radius_of(value, limit)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    spacing = sparse * max(_LEAST_SPACING, _SPACING * radius)
    wanted = np.arange(radius + phase * spacing, along[-1] - radius, spacing)
    x, y = np.interp(wanted, along, points[:, 0]), np.interp(wanted, along, points[:, 1])
    if seen is not None:
        inside = (x >= seen.left()) & (x <= seen.right()) & (y >= seen.top()) & (y <= seen.bottom())
        x, y = x[inside], y[inside]
    color = QColor(p.danger if not np.isfinite(value) else p.gradient)
    color.setAlphaF(opacity)
    rim = 0.0 if value > 0 else min(1.4, 0.6 + radius / 5)
    # Points of a round pen: one call for a line, where ellipses would take one for each bead.
    _paint_points(painter, x, y, color, 2 * radius + rim)
    if rim:
        _paint_points(painter, x, y, p.window, 2 * radius - rim)


def lines_of_beads(ends: Floats) -> Floats:
    """Return the lines on which the beads of wires go, from right to left, shape (..., n, 2); `ends` as in `Wires`."""
    return curve(ends, np.linspace(1, 0, _FINE))


def _paint_points(painter: QPainter, x: Floats, y: Floats, color: QColor, width: float) -> None:
    painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPointsNp(x, y)  # pyright: ignore[reportArgumentType] - arrays, whatever its stub says
