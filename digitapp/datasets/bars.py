"""Zeros with a bar: level, upright or slanting, inside of the outline or through it.

Writers bar their zero to tell it from the letter O, each at an angle and a length of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.ink import Drawing

Range = tuple[float, float]

_STRAIGHT = 0.9  # the distance of a bar's ends, as a share of its length
_MIDDLE = 0.3  # how far a bar's middle may lie from that of the outline, in widths and heights
_SHORTEST, _LONGEST = 0.25, 2.2  # of a bar, in widths and heights of the outline


def is_barred(drawing: Drawing) -> bool:
    """Return whether a 0 has a bar of a stroke of its own: a straight line through the middle of its longest stroke."""
    strokes = [stroke.points[:, :2].astype(np.float64) for stroke in drawing.strokes]
    lengths = [float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes]
    outline = strokes.pop(int(np.argmax(lengths)))
    low, size = outline.min(axis=0), np.ptp(outline, axis=0)
    for stroke in strokes:
        across = stroke[-1] - stroke[0]
        length = float(np.hypot(*np.diff(stroke, axis=0).T).sum())
        middle = (stroke[0] + stroke[-1]) / 2 - low - size / 2
        reach = float(np.hypot(*(across / np.maximum(size, 1e-9))))
        is_straight = length > 0 and np.hypot(*across) > _STRAIGHT * length
        if is_straight and _SHORTEST < reach < _LONGEST and (np.abs(middle) < _MIDDLE * size).all():
            return True
    return False


class BarredZero(NamedTuple):
    """An outline with a bar, by the ranges that the bar's proportions are drawn from, evenly.

    Attributes
    ----------
    outline : path of the outline, see `datasets.pen_paths`
    slope : degrees by which the bar rises above the horizontal
    reach : how far it goes from the middle to either side, 1 as far as the outline
    off : how far its middle may lie from the outline's, in widths and heights
    """

    outline: str
    slope: Range
    reach: Range
    off: float = 0.08

    @property
    def path(self) -> str:
        """The path in the middle of all ranges."""
        bar = self._bars(np.full(1, sum(self.slope) / 2), np.full((1, 2), sum(self.reach) / 2), np.zeros((1, 2)))[0]
        return f"{self.outline} / " + " ".join(f"{100 * x:.2f},{100 * y:.2f}" for x, y in bar)

    def points(self, count: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return what the pen moves through in `count` digits, shape (count, k, 2), in 0..1."""
        slope = rng.uniform(*self.slope, count)
        reach = rng.uniform(*self.reach, (count, 2))
        bars = self._bars(slope, reach, rng.uniform(-self.off, self.off, (count, 2)))
        return np.concatenate([np.broadcast_to(self._outline, (count, *self._outline.shape)), bars], axis=1)

    @property
    def _outline(self) -> NDArray[np.float64]:
        return np.array([[float(number) / 100 for number in word.split(",")] for word in self.outline.split()])

    def _bars(
        self, slope: NDArray[np.float64], reach: NDArray[np.float64], off: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return both ends of bars and their middles, shape (count, 3, 2)."""
        low, high = self._outline.min(axis=0), self._outline.max(axis=0)
        way = np.stack([np.cos(np.radians(slope)), -np.sin(np.radians(slope))], axis=1)
        radius = 1 / np.hypot(*(2 * way / (high - low)).T)  # of an ellipse as wide and high as the outline
        middle = (low + high) / 2 + off * (high - low)
        ends = [middle + side * (radius * reach[:, index])[:, None] * way for index, side in enumerate((1, -1))]
        return np.stack([ends[0], middle, ends[1]], axis=1)
