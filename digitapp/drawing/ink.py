"""Ink as vectors: strokes of points, drawings of strokes.

Coordinates are canvas units: the canvas is the unit square, x grows to the right and y downwards. A drawing may lie
anywhere; ``Drawing.normalised`` brings one from a file with its own units into the unit square.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float32]

_THINNING = 2.0**-12  # canvas units: a quarter of a pixel on a screen of a thousand
_PRESSURE_AS_WAY = 0.03  # a pressure from 0 to 1 is half a pen's width at the line's edge


class Box(NamedTuple):
    """An axis-parallel rectangle in canvas units."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def longer_side(self) -> float:
        return max(self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(init=False, frozen=True, eq=False, slots=True)
class Stroke:
    """What the pen wrote from touching down to lifting off.

    Parameters
    ----------
    points : array-like, shape (n, 2) or (n, 3), n >= 1
        x, y and pressure (0..1, 1 where it is left out). One point is a dot.

    Attributes
    ----------
    points : float32 array, shape (n, 3), read-only

    Raises
    ------
    ValueError : no points, another shape, a number that is not finite, a pressure outside 0..1
    """

    points: FloatArray

    def __init__(self, points: ArrayLike) -> None:
        given = np.asarray(points, dtype=np.float32)
        if given.ndim != 2 or given.shape[0] == 0 or given.shape[1] not in (2, 3):
            raise ValueError(f"a stroke needs points of shape (n, 2) or (n, 3) with n >= 1, got {given.shape}")
        own = np.ones((len(given), 3), dtype=np.float32)
        own[:, : given.shape[1]] = given
        if not np.isfinite(own).all():
            raise ValueError("a stroke's coordinates must be finite numbers")
        if own[:, 2].min() < 0 or own[:, 2].max() > 1:
            raise ValueError("a stroke's pressures must lie in 0..1")
        self._adopt(own)

    @classmethod
    def _trusted(cls, points: FloatArray) -> Stroke:
        """Wrap points that are known to be valid and that nobody will change, without a copy."""
        stroke = cls.__new__(cls)
        stroke._adopt(points)
        return stroke

    def _adopt(self, points: FloatArray) -> None:
        points.flags.writeable = False
        object.__setattr__(self, "points", points)

    def __len__(self) -> int:
        return len(self.points)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stroke) and np.array_equal(self.points, other.points)

    def __hash__(self) -> int:
        return hash(self.points.tobytes())

    def transformed(self, matrix: ArrayLike) -> Stroke:
        """Return this stroke mapped by an affine (2, 3) matrix; the pressures stay."""
        affine = np.asarray(matrix, dtype=np.float64)
        points = self.points.copy()
        points[:, :2] = self.points[:, :2] @ affine[:, :2].T + affine[:, 2]
        return Stroke(points)


class StrokeBuilder:
    """A stroke while it is being written: appending costs the same however long it has become.

    The points stand in a buffer that doubles when it is full. ``stroke()`` hands out a view of what is there so far;
    written points are never changed, so the view stays what it was.
    """

    def __init__(self) -> None:
        self._buffer = np.empty((256, 3), dtype=np.float32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, x: float, y: float, pressure: float = 1.0) -> None:
        """Add a point. Raises ValueError for a number that is not finite; the pressure is limited to 0..1."""
        if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(pressure)):
            raise ValueError(f"a point must be finite numbers, got ({x}, {y}, {pressure})")
        if self._count == len(self._buffer):
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)])
        self._buffer[self._count] = x, y, min(max(pressure, 0.0), 1.0)
        self._count += 1

    def stroke(self) -> Stroke:
        """Return the stroke so far, without copying its points. Raises ValueError before the first point."""
        if self._count == 0:
            raise ValueError("a stroke needs at least one point")
        return Stroke._trusted(self._buffer[: self._count])

    def thin(self, limit: int) -> None:
        """Leave out points until at most `limit` >= 2 are left, as `Drawing.thinned` does."""
        kept = _thinned(self._buffer[: self._count], limit)
        self._count = len(kept)
        self._buffer = np.concatenate([kept, np.empty((max(256, self._count), 3), dtype=np.float32)])


@dataclass(frozen=True, slots=True)
class Drawing:
    """Strokes in the order in which they were written, and what they mean where that is known.

    Every method returns a new drawing that shares the unchanged strokes, so a step of undo costs a tuple.
    """

    strokes: tuple[Stroke, ...] = ()
    label: int | None = field(default=None)

    @classmethod
    def from_points(cls, strokes: Iterable[ArrayLike], label: int | None = None) -> Drawing:
        """Build a drawing from one array-like of points per stroke."""
        return cls(tuple(Stroke(points) for points in strokes), label)

    @property
    def is_empty(self) -> bool:
        return not self.strokes

    @property
    def point_count(self) -> int:
        return sum(map(len, self.strokes))

    def with_stroke(self, stroke: Stroke) -> Drawing:
        """Return the drawing with one more stroke on top."""
        return replace(self, strokes=(*self.strokes, stroke))

    def without_stroke(self, index: int = -1) -> Drawing:
        """Return the drawing without the stroke at `index`, by default the last. Raises IndexError."""
        kept = list(self.strokes)
        del kept[index]
        return replace(self, strokes=tuple(kept))

    def with_label(self, label: int | None) -> Drawing:
        """Return the drawing as one of the digit `label`, or of none that is known."""
        return replace(self, label=label)

    def bounding_box(self, pen_width: float = 0.0) -> Box | None:
        """Return the box around the ink of a round pen, or None for an empty drawing.

        Without a pen width it is the box around the points.
        """
        if not self.strokes:
            return None
        points = np.concatenate([stroke.points for stroke in self.strokes]).astype(np.float64)
        radii = points[:, 2:] * (pen_width / 2)
        left, top = (points[:, :2] - radii).min(axis=0)
        right, bottom = (points[:, :2] + radii).max(axis=0)
        return Box(float(left), float(top), float(right), float(bottom))

    def transformed(self, matrix: ArrayLike) -> Drawing:
        """Return the drawing mapped by an affine (2, 3) matrix in canvas units; the pen's width is not its business."""
        return replace(self, strokes=tuple(stroke.transformed(matrix) for stroke in self.strokes))

    def thinned(self, limit: int) -> Drawing:
        """Return the drawing with at most `limit` points, if its strokes can do with that: two for each line.

        Every stroke gives up the same share of its points, those first that lie almost on a line between their
        neighbours. A drawing within the limit stays as it is.
        """
        if self.point_count <= limit:
            return self
        share = limit / self.point_count
        strokes = (Stroke(_thinned(stroke.points, int(len(stroke) * share))) for stroke in self.strokes)
        return replace(self, strokes=tuple(strokes))

    def normalised(self, size: float = 0.7) -> Drawing:
        """Return the drawing moved to the middle of the unit square, its longer side `size`.

        Points on one spot (a dot) are moved but not scaled; an empty drawing stays as it is.
        """
        box = self.bounding_box()
        if box is None:
            return self
        scale = size / box.longer_side if box.longer_side > 0 else 1.0
        x, y = box.centre
        strokes = []
        for stroke in self.strokes:
            points = stroke.points.copy()
            points[:, :2] = (stroke.points[:, :2].astype(np.float64) - (x, y)) * scale + 0.5
            strokes.append(Stroke(points))
        return replace(self, strokes=tuple(strokes))


def _thinned(points: FloatArray, limit: int) -> FloatArray:
    """Return at most `limit`, but not less than two, of a line's points, and always its ends.

    Of every two neighbours the one goes that lies within a tolerance of the line between the points around it; the
    tolerance doubles where that is not enough.
    """
    tolerance = _THINNING
    while len(points) > max(limit, 2):
        inner = np.arange(1, len(points) - 1, 2)
        start, way = points[inner - 1], points[inner + 1] - points[inner - 1]
        off = points[inner] - start
        squared = np.maximum((way[:, :2] ** 2).sum(axis=1), np.finfo(np.float32).tiny)
        share = np.clip((off[:, :2] * way[:, :2]).sum(axis=1) / squared, 0, 1)[:, None]
        aside = np.abs(off - share * way) * (1, 1, _PRESSURE_AS_WAY)
        kept = np.ones(len(points), dtype=bool)
        kept[inner[aside.max(axis=1) <= tolerance]] = False
        if kept.all():
            tolerance *= 2
        points = points[kept]
    return points
