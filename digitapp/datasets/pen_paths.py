"""A way of writing as the path of a pen: read from text, made smooth, and ready for many hands.

A path is written as points ``x,y`` in a box of 100 by 100, x to the right and y downwards; the pen moves smoothly
through them, "!" marks a corner, where it changes direction at once, and "/" lifts it.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Shape(Protocol):
    """A way of writing whose proportions differ from digit to digit."""

    @property
    def path(self) -> str:
        """The path in the middle of all of them."""
        ...

    def points(self, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return what the pen moves through in `count` digits, shape (count, k, 2), in 0..1, in the path's order."""
        ...


class Style(NamedTuple):
    """One way to write a digit.

    Attributes
    ----------
    label : the digit, negative for what is none
    name : what it is called among the digit's
    weight : how often it is met among those who write the digit
    path : of the pen
    freedom : the share of a hand's usual variation that it bears
    shape : what the path is the middle of, where proportions differ from digit to digit
    """

    label: int
    name: str
    weight: float
    path: str
    freedom: float = 1.0
    shape: Shape | None = None


def shaped(label: int, name: str, weight: float, shape: Shape, freedom: float) -> Style:
    """Return the style of a shape."""
    return Style(label, name, weight, shape.path, freedom, shape)


class Strokes(NamedTuple):
    """A style made ready for many hands: the pen's paths as a linear map of the points it moves through.

    Attributes
    ----------
    points : float64 array, shape (k, 2), in 0..1
    ends : bool array, shape (k,), the points where the pen touches down or lifts off
    spline : float64 array, shape (m, k): spline @ points are the m points of the smooth paths
    lengths : how many of the m points each stroke has
    kinship : float64 array, shape (k, k): kinship @ independent misses of size 1 are misses of size 1 that neighbours
        on a stroke share, the more the nearer they are
    """

    points: NDArray[np.float64]
    ends: NDArray[np.bool_]
    spline: NDArray[np.float64]
    lengths: tuple[int, ...]
    kinship: NDArray[np.float64]


@cache
def strokes_of(style: Style) -> Strokes:
    """Read a style's path."""
    points: list[tuple[float, float]] = []
    ends: list[int] = []
    blocks: list[NDArray[np.float64]] = []
    for stroke in style.path.split("/"):
        words = stroke.split()
        own = np.array([[float(number) / 100 for number in word.rstrip("!").split(",")] for word in words])
        corners = [index for index, word in enumerate(words) if word.endswith("!")]
        blocks.append(_spline_through(own, [0, *corners, len(own) - 1]))
        ends += [len(points), len(points) + len(own) - 1]
        points += [(x, y) for x, y in own]
    spline = np.zeros((sum(map(len, blocks)), len(points)))
    row = column = 0
    for block in blocks:
        spline[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    is_end = np.zeros(len(points), dtype=bool)
    is_end[ends] = True
    kinship = _kinship(np.array(points), ends[::2])
    return Strokes(np.array(points), is_end, spline, tuple(map(len, blocks)), kinship)


def _kinship(points: NDArray[np.float64], starts: list[int], reach: float = 0.22) -> NDArray[np.float64]:
    """Return how points stray together along their strokes; a tight turn drawn with many points keeps its shape."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    stroke = np.searchsorted(starts, np.arange(len(points)), side="right")
    kinship = np.exp(-(((along[:, None] - along) / reach) ** 2)) * (stroke[:, None] == stroke)
    return kinship / np.sqrt((kinship**2).sum(axis=1, keepdims=True))


def _spline_through(points: NDArray[np.float64], corners: list[int], density: int = 6) -> NDArray[np.float64]:
    """Return the linear map from points to a path through them that is smooth between the corners."""
    rows = []
    for start, end in pairwise(corners):
        part = _natural_spline(points[start : end + 1], density)
        padded = np.zeros((len(part), len(points)))
        padded[:, start : end + 1] = part
        rows.append(padded if end == corners[-1] else padded[:-1])
    return np.concatenate(rows)


def _natural_spline(points: NDArray[np.float64], density: int) -> NDArray[np.float64]:
    """Return the map from points to the natural cubic spline through them, with `density` samples from one to the next.

    The knots follow the square root of the distances (centripetal), which keeps tight turns free of bulges.

    Source: de Boor, "A Practical Guide to Splines" (2001), chapter IV; Lee (1989) for the knots.
    """
    count = len(points)
    step = np.sqrt(np.maximum(np.hypot(*np.diff(points, axis=0).T), 1e-3))
    # Second derivatives at the knots, as a linear map of the values: zero at both ends, continuous in between.
    system, values = np.eye(count), np.zeros((count, count))
    for i in range(1, count - 1):
        before, after = step[i - 1], step[i]
        system[i, i - 1 : i + 2] = before / 6, (before + after) / 3, after / 6
        values[i, i - 1 : i + 2] = 1 / before, -1 / before - 1 / after, 1 / after
    bends = np.linalg.solve(system, values)
    identity = np.eye(count)
    rows = [identity[:1]]
    for i in range(count - 1):
        t = (np.arange(1, density + 1) / density)[:, None]
        s = 1 - t
        bend = ((s**3 - s) * bends[i] + (t**3 - t) * bends[i + 1]) * step[i] ** 2 / 6
        rows.append(s * identity[i] + t * identity[i + 1] + bend)
    return np.concatenate(rows)
