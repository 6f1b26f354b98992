"""What tells a 1 with a flag from a 7: the angle of the flag, and its length beside the stem.

Both are a line that meets the top of a stem from the left. A 1's rises steeply to it, and is clearly shorter than the
stem: up to about two thirds. A 7's is a bar, level or falling towards the stem; a long one may rise a little. Between
the two people disagree, and nothing is written. Digits of both sides are made in many slants and proportions, and are
measured once a hand has bent them: what has left its side is written anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.ink import Drawing

Points = NDArray[np.float64]
Range = tuple[float, float]

STEEPEST_BAR, STEEPEST_LONG_BAR, LEAST_RISE = 12.0, 24.0, 24.0
"""Degrees above the horizontal: no bar of a 7 is steeper, no flag of a 1 less steep, ..."""
LONG_BAR, LONG_FLAG, FOR_LONG = 0.6, 0.4, 40.0
"""... but from these shares of the stem on they are by so many degrees more for each stem that they are longer."""
SHORTEST_BAR, LONGEST_FLAG = 0.28, 0.72
"""Shares of the stem."""
SHORT_FLAG, LEAST_RISE_OF_SHORT = 0.2, 8.0
"""A tick so short makes no 7, whatever it rises by."""
AS_A_STEM = 78.0
"""A line that rises so steeply is the stem itself, written upwards before it is written down."""

_SHARPEST = 0.06  # how far a corner stands out from the line between the ends, in lengths of that line
_BEND_AT_TOP = 0.4  # the corner lies in this upper part of the digit
_MEETS = 0.12  # how near a stroke's end is to another's that it leads to, in lengths of the longest
_NEAR_THE_STEM = 0.6  # the part of a flag whose angle counts: before it there may be a serif


class Flag(NamedTuple):
    """A line that leads to the top of a stem.

    Attributes
    ----------
    angle : float, degrees by which it rises above the horizontal on its way to the stem; negative where it falls
    share : float, its length beside the stem's
    """

    angle: float
    share: float

    @property
    def digit(self) -> int | None:
        """The digit that it makes of the stem: 1, 7, or None where people disagree."""
        bar, flag = (FOR_LONG * max(0.0, self.share - long) for long in (LONG_BAR, LONG_FLAG))
        if self.angle >= AS_A_STEM or (self.share <= SHORT_FLAG and self.angle >= LEAST_RISE_OF_SHORT):
            return 1
        if self.share <= LONGEST_FLAG and self.angle >= LEAST_RISE + flag:
            return 1
        if self.share >= SHORTEST_BAR and self.angle <= min(STEEPEST_BAR + bar, STEEPEST_LONG_BAR):
            return 7
        return None


def measure(drawing: Drawing) -> Flag | None:
    """Return the flag, or bar, of the longest line in a drawing, or None where it has no corner at its top.

    The pen may be lifted between flag and stem. The corner is the point furthest from the line between both ends.
    """
    line = _main_line(drawing)
    start, foot = line[0], line[-1]
    across = foot - start
    length = float(np.hypot(*across))
    if length == 0:
        return None
    aside = (across[1] * (line[:, 0] - start[0]) - across[0] * (line[:, 1] - start[1])) / length
    corner = int(aside.argmax())  # on the right hand only: there the stem is
    top = line[corner]
    height = float(np.ptp(line[:, 1]))
    if aside[corner] < _SHARPEST * length or top[1] - line[:, 1].min() > _BEND_AT_TOP * height:
        return None
    stem = float(np.hypot(*(foot - top)))
    near = top - _along(line[: corner + 1], 1 - _NEAR_THE_STEM)
    if stem == 0 or not near.any():
        return None
    return Flag(float(np.degrees(np.arctan2(-near[1], near[0]))), float(np.hypot(*(top - start))) / stem)


def is_clear(drawing: Drawing) -> bool:
    """Return whether a drawing that is labelled 1 or 7 is one for everybody; one of another digit always is."""
    if drawing.label not in (1, 7):
        return True
    flag = measure(drawing)
    return drawing.label == 1 if flag is None else flag.digit == drawing.label


def _main_line(drawing: Drawing) -> Points:
    """Return the longest stroke from its upper end to its lower one, with the one that leads to it before it."""
    strokes = [stroke.points[:, :2].astype(np.float64) for stroke in drawing.strokes]
    lengths = [float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in strokes]
    longest = int(np.argmax(lengths))
    line = strokes.pop(longest)
    if line[0, 1] > line[-1, 1]:
        line = line[::-1]
    for stroke in strokes:
        for led in (stroke, stroke[::-1]):
            is_near = np.hypot(*(led[-1] - line[0])) < _MEETS * lengths[longest]
            if is_near and np.hypot(*(led[0] - line[0])) > _MEETS * lengths[longest]:
                return np.concatenate([led, line])
    return line


def _along(path: Points, share: float) -> Points:
    """Return the point of a path where this share of it is behind."""
    behind = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    return np.array([np.interp(share * behind[-1], behind, path[:, axis]) for axis in (0, 1)])


class FlagAndStem(NamedTuple):
    """A 1 with a flag or a 7, by the ranges that its proportions are drawn from, evenly.

    Attributes
    ----------
    angle, share : of the flag, as in `Flag`
    lean : how much further to the right the stem's top is than its foot, in heights
    flag_bend, stem_bend : how far the middle stands out, to the upper left and to the right, in lengths of the line
    base : how far a line at the foot reaches to either side, in heights
    crossing : how far a bar through the middle of the stem does
    serif : how long a line is that leads down to the beginning of the bar
    is_apart : whether the pen is lifted between flag and stem
    """

    angle: Range
    share: Range
    lean: Range
    flag_bend: Range = (-0.06, 0.06)
    stem_bend: Range = (-0.02, 0.03)
    base: Range | None = None
    crossing: Range | None = None
    serif: Range | None = None
    is_apart: bool = False

    def points(self, count: int, rng: np.random.Generator) -> Points:
        """Return what the pen moves through in `count` digits, shape (count, k, 2)."""
        return self._points(count, rng)

    @property
    def path(self) -> str:
        """The path in the middle of all ranges, see `datasets.pen_paths`."""
        words = [f"{100 * x:.2f},{100 * y:.2f}" for x, y in self._points(1, None)[0]]
        flag = 2 if self.serif is None else 3
        if self.serif is not None:
            words[1] += "!"
        words[flag] += " /" if self.is_apart else "!"
        foot = flag + (4 if self.is_apart else 3)
        words[foot + 1 :: 2] = [f"/ {word}" for word in words[foot + 1 :: 2]]
        return " ".join(words)

    def _points(self, count: int, rng: np.random.Generator | None) -> Points:
        def draw(given: Range) -> Points:
            middle = np.full(count, sum(given) / 2)
            return middle if rng is None else rng.uniform(*given, count)

        angle, lean = np.radians(draw(self.angle)), draw(self.lean)
        top, foot = np.stack([lean, 0 * lean], axis=1), np.stack([0 * lean, 0 * lean + 1], axis=1)
        stem = np.hypot(lean, 1)
        length = draw(self.share) * stem
        start = top + length[:, None] * np.stack([-np.cos(angle), np.sin(angle)], axis=1)
        middle = (start + top) / 2 + _square(top - start) * draw(self.flag_bend)[:, None]
        out = _square(foot - top) * draw(self.stem_bend)[:, None]
        line = [start, middle, top, *([top] if self.is_apart else []), (2 * top + foot) / 3 + out]
        line += [(top + 2 * foot) / 3 + out, foot]
        if self.serif is not None:
            line.insert(0, start + draw(self.serif)[:, None] * (0.1, 1.0))
        for reach, place in ((self.base, foot), (self.crossing, (top + foot) / 2 + out)):
            if reach is not None:
                line += [place - draw(reach)[:, None] * (1.0, 0.0), place + draw(reach)[:, None] * (1.0, 0.0)]
        points = np.stack(line, axis=1)
        low, high = points.min(axis=1, keepdims=True), points.max(axis=1, keepdims=True)
        return (points - (low + high) / 2) / (high - low)[:, :, 1:] + 0.5  # one unit high


def _square(line: Points) -> Points:
    """Return vectors of the same length, turned to the left, where y grows downwards."""
    return np.stack([line[:, 1], -line[:, 0]], axis=1)
