"""From ink to an answer: a digit, or why there is none.

The network gives every ink ten probabilities. Where none of them reaches the model's threshold, the ink is refused, and
the strokes themselves are asked why: do their parts read as digits on their own, is there far more line than a digit
has, does the network waver between two digits? Two digits that stand clearly apart are refused even where the network
takes them for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.preprocess import Preprocessed, preprocess, preprocess_drawings
from digitapp.modelfile import Model

LONGEST_LINE = 6.0
"""In longer sides of the ink. The longest of 5,460 real pen digits has 5.5."""
CERTAIN = 0.95
"""With this probability a digit is read however much line there is: somebody may have gone over it twice."""
FLATTEST = 0.4
"""Height over width. None of the same digits is flatter."""
WAVERING = 0.8
"""Two classes that share so much of the probability are what the network wavers between."""
SURE, EVEN = 0.8, 0.7
"""Parts of ink that the network takes for one digit are several only if each is read with this probability, and the
lowest has this share of the highest's height. Of 5,460 real pen digits, one in two thousand is divided so."""
EVEN_ENOUGH = 0.4
"""The same share where the ink as a whole is refused, and only the reason is sought."""
MOST_PARTS = 4
MOST_STROKES = 12
"""Of more strokes no parts are sought: each costs a millisecond while somebody draws."""
_POINTS = 48  # of each stroke, to measure the distance of two
_TOUCHING, _FAR_APART = 0.06, 0.3  # in longer sides of the drawing


class Reason(StrEnum):
    """Why there is no answer; the value is what the command line prints."""

    BLANK = "blank"
    NO_PAPER = "paper and ink alike"
    NOT_FINITE = "not finite"
    SEVERAL_DIGITS = "several digits"
    SCRIBBLE = "scribble"
    FLAT = "flat"
    WAVERING = "between two digits"
    UNLIKE = "not like any digit"


@dataclass(frozen=True, eq=False)
class Recognition:
    """What a network makes of some ink.

    Attributes
    ----------
    best : int or None, the most probable class, also where the ink is refused; None for blank or not finite
    probabilities : float array, shape (classes,), calibrated; None for blank
    reason : why there is no answer, or None where there is one
    digits : the classes that the reason speaks of: those found side by side, or the two it wavers between
    """

    best: int | None = None
    probabilities: NDArray | None = None
    reason: Reason | None = None
    digits: tuple[int, ...] = ()

    @property
    def label(self) -> int | None:
        """The answer: a class, or None where the ink is refused."""
        return None if self.reason else self.best


def judge(model: Model, outputs: NDArray, ink: Preprocessed | None) -> Recognition:
    """Return what the outputs of a model's network, shape (classes,), say about ink.

    Parameters
    ----------
    ink : where the outputs come from; None to look at nothing but the numbers, because the inputs were not drawn or the
        pen is still moving

    A model without a threshold refuses nothing.
    """
    probabilities = model.calibration.probabilities(model.loss, outputs[np.newaxis])
    if not np.isfinite(probabilities).all():
        return Recognition(probabilities=probabilities[0], reason=Reason.NOT_FINITE)
    best, row = int(probabilities[0].argmax()), probabilities[0]
    if model.calibration.threshold is None:
        return Recognition(best, row)
    if model.calibration.accepts(probabilities)[0]:
        if ink is not None and row[best] < CERTAIN and _is_scribbled(ink):
            return Recognition(best, row, Reason.SCRIBBLE)
        digits = _clearly_apart(model, best, ink) if ink is not None else ()
        return Recognition(best, row, Reason.SEVERAL_DIGITS if digits else None, digits)
    reason, digits = _why(model, row, ink)
    return Recognition(best, row, reason, digits)


def _why(model: Model, probabilities: NDArray, ink: Preprocessed | None) -> tuple[Reason, tuple[int, ...]]:
    """Return the reason to give for a refusal, and the classes it speaks of."""
    if ink is not None:
        scribbled = _is_scribbled(ink)
        digits = _digits_apart(model, ink) or (() if scribbled else _digits_in_turn(model, ink))
        if digits:
            return Reason.SEVERAL_DIGITS, digits
        if scribbled:
            return Reason.SCRIBBLE, ()
        box = ink.bounding_box
        if box is not None and box.height < FLATTEST * box.width:
            return Reason.FLAT, ()
    first, second = (int(index) for index in probabilities.argsort()[:-3:-1])
    if probabilities[first] + probabilities[second] >= WAVERING:
        return Reason.WAVERING, (first, second)
    return Reason.UNLIKE, ()


def _is_scribbled(ink: Preprocessed) -> bool:
    return isinstance(ink.source, Drawing) and _line_length(ink.source) > LONGEST_LINE


def _line_length(drawing: Drawing) -> float:
    """Return how long the lines are, in longer sides of the drawing."""
    box = drawing.bounding_box()
    if box is None or box.longer_side == 0:
        return 0.0
    length = sum(float(np.hypot(*np.diff(stroke.points[:, :2], axis=0).T).sum()) for stroke in drawing.strokes)
    return length / box.longer_side


# Several digits at once


def _clearly_apart(model: Model, best: int, ink: Preprocessed) -> tuple[int, ...]:
    """Return the digits that ink is although the network takes it for one, or ()."""
    digits = _digits_apart(model, ink, SURE, EVEN)
    # People write an 8 as two circles, and these are zeros when they do not touch.
    return () if model.class_names[best] == "8" and set(digits) <= {0, 6, 9} else digits


def _digits_apart(model: Model, ink: Preprocessed, least: float = 0.0, even: float = EVEN_ENOUGH) -> tuple[int, ...]:
    """Return the digits that the separate parts of the ink are, or () unless each of several parts is one."""
    parts = parts_of(ink.source) if isinstance(ink.source, Drawing) else _cut(ink.crop)
    if not 2 <= len(parts) <= MOST_PARTS:
        return ()
    return _digits(model, parts, _read(model, parts, ink.pen_width), least, even)


def _digits_in_turn(model: Model, ink: Preprocessed) -> tuple[int, ...]:
    """Return the two digits that the strokes are if the pen began a second one at some point, or ()."""
    if not isinstance(ink.source, Drawing) or not 2 <= len(ink.source.strokes) <= MOST_STROKES // 2:
        return ()
    strokes = ink.source.strokes
    splits = [
        (Drawing(strokes[:index]), Drawing(strokes[index:]))
        for index in range(1, len(strokes))
        if not _close_a_loop(strokes[:index], strokes[index:])
    ]
    if not splits:
        return ()
    # All at once: a large network takes hardly longer for ten inputs than for one.
    probabilities = _read(model, [part for split in splits for part in split], ink.pen_width)
    readings = (_digits(model, split, probabilities[2 * index : 2 * index + 2]) for index, split in enumerate(splits))
    return next((digits for digits in readings if digits), ())


def parts_of(drawing: Drawing) -> list[Drawing]:
    """Divide a drawing into its parts that do not come near each other, from left to right, or downwards.

    Strokes belong together where their paths come nearer than a tenth of the longer side of the drawing's largest
    stroke. Of more than `MOST_STROKES` strokes, the drawing is returned whole.
    """
    strokes = drawing.strokes
    if not 2 <= len(strokes) <= MOST_STROKES:
        return [drawing]
    paths = [_thinned(stroke) for stroke in strokes]
    near = 0.1 * max(float(np.ptp(path, axis=0).max()) for path in paths)
    part = list(range(len(strokes)))
    for i in range(len(strokes)):
        for j in range(i):
            if part[i] != part[j] and _distance(paths[i], paths[j]) < near:
                old, new = part[i], part[j]
                part = [new if number == old else number for number in part]
    groups = [Drawing(tuple(s for s, own in zip(strokes, part, strict=True) if own == number)) for number in set(part)]
    centres = np.array([box.centre for box in (group.bounding_box() for group in groups) if box is not None])
    axis = int(np.ptp(centres[:, 1]) > np.ptp(centres[:, 0]))
    return [groups[index] for index in centres[:, axis].argsort()]


def _close_a_loop(first: Sequence[Stroke], second: Sequence[Stroke]) -> bool:
    """Return whether two groups of strokes meet at two places far apart: together they go around something.

    So do the sides of a 0 that is drawn with corners, each of which could be a 1.
    """
    one, other = (np.concatenate([_even_points(stroke) for stroke in group]) for group in (first, second))
    size = float(np.ptp(np.concatenate([one, other]), axis=0).max())
    near = _TOUCHING * size
    meeting = one[(np.sqrt(((one[:, np.newaxis] - other) ** 2).sum(axis=2)) < near).any(axis=1)]
    return len(meeting) > 0 and float(np.ptp(meeting, axis=0).max()) > _FAR_APART * size


def _even_points(stroke: Stroke) -> NDArray[np.float64]:
    """Return points at even distances along a stroke, whose own may stand at its corners alone."""
    points = stroke.points[:, :2].astype(np.float64)
    along = np.concatenate([[0.0], np.hypot(*np.diff(points, axis=0).T).cumsum()])
    wanted = np.linspace(0.0, along[-1], _POINTS)
    return np.stack([np.interp(wanted, along, axis) for axis in points.T], axis=1)


def _thinned(stroke: Stroke) -> NDArray[np.float32]:
    return stroke.points[:: -(-len(stroke) // _POINTS), :2]


def _distance(one: NDArray, other: NDArray) -> float:
    between = one[:, np.newaxis] - other
    return float(np.sqrt((between**2).sum(axis=2).min()))


def _cut(picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Cut a picture at columns, or else at rows, without ink; a picture without such is returned whole."""
    for axis in (0, 1):
        spans = list(_spans(picture.max(axis=axis) > 0.2))
        if len(spans) > 1:
            return [picture[:, a:b] if axis == 0 else picture[a:b] for a, b in spans]
    return [picture]


def _spans(inked: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]).astype(np.int8)))
    return ((int(a), int(b)) for a, b in pairwise(edges) if inked[a])


def _read(model: Model, parts: Sequence[Drawing | NDArray[np.float32]], pen_width: float) -> NDArray:
    """Return the probabilities of each part on its own, shape (parts, classes)."""
    drawings = [part for part in parts if isinstance(part, Drawing)]
    pictures = (
        preprocess_drawings(drawings, [pen_width] * len(drawings))
        if len(drawings) == len(parts)
        else np.stack([preprocess(part).input for part in parts])
    )
    return model.probabilities(pictures.reshape(len(parts), -1))


def _digits(
    model: Model,
    parts: Sequence[Drawing | NDArray[np.float32]],
    probabilities: NDArray,
    least: float = 0.0,
    even: float = EVEN_ENOUGH,
) -> tuple[int, ...]:
    """Return the digit that each part is read as, or () unless all are, with a probability of at least `least`.

    Parts of less than `even` times the height of the highest are no digits.
    """
    sizes = [_height(part) for part in parts]
    accepted = model.calibration.accepts(probabilities)  # nothing that is not finite is
    if min(sizes) < even * max(sizes) or not accepted.all() or probabilities.max(axis=1).min() < least:
        return ()
    return tuple(int(label) for label in probabilities.argmax(axis=1))


def _height(part: Drawing | NDArray[np.float32]) -> float:
    if isinstance(part, Drawing):
        box = part.bounding_box()
        return 0.0 if box is None else box.height
    return float(part.shape[0])
