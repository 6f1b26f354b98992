"""Where the answer would flip: the same digit turned, and shifted away from where the network expects it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.preprocess import ALL_STEPS, INPUT_SIZE, Preprocessed, Steps, preprocess
from digitapp.inspection.doctor import Classify, Picture, Source, transformed

Direction = Literal["across", "down"]

SHIFTS = tuple(range(-6, 7))  # pixels of the input; what leaves it is cut off
TURNS = tuple(range(-40, 41, 5))  # degrees, clockwise
COARSE_SHIFTS, COARSE_TURNS = SHIFTS[::3], TURNS[::4]


@dataclass(frozen=True, eq=False)
class FlipMap:
    """What the network says to a digit in many positions.

    Attributes
    ----------
    shifts : tuple of int, in pixels of the input, to the right or down
    turns : tuple of int, in degrees, clockwise
    direction : "across" or "down", where the shifts lead
    labels : int array, shape (turns, shifts), the most probable class; −1 where the numbers are not finite
    probabilities : float array, shape (turns, shifts), that class's
    own : float array, shape (turns, shifts), the probability of the answer to the digit as it is
    """

    shifts: tuple[int, ...]
    turns: tuple[int, ...]
    direction: Direction
    labels: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    own: NDArray[np.float64]

    @property
    def origin(self) -> tuple[int, int]:
        """Row and column of the digit as it is."""
        return self.turns.index(0), self.shifts.index(0)

    @property
    def answer(self) -> int:
        """The answer to the digit as it is."""
        return int(self.labels[self.origin])

    def holding_shifts(self) -> tuple[int, int]:
        """Return the first and the last shift up to which the answer holds all the way, without a turn."""
        row, column = self.origin
        first, last = _run(np.equal(self.labels[row], self.answer), column)
        return self.shifts[first], self.shifts[last]

    def holding_turns(self) -> tuple[int, int]:
        """Return the first and the last turn up to which the answer holds all the way, without a shift."""
        row, column = self.origin
        first, last = _run(np.equal(self.labels[:, column], self.answer), row)
        return self.turns[first], self.turns[last]


def flip_map(
    source: Source,
    pen_width: float,
    road: Preprocessed,
    classify: Classify,
    *,
    steps: Steps = ALL_STEPS,
    direction: Direction = "across",
    shifts: tuple[int, ...] = SHIFTS,
    turns: tuple[int, ...] = TURNS,
    cancelled: threading.Event | None = None,
) -> FlipMap | None:
    """Ask the network for its answer to a digit in many positions.

    A digit is turned as it was drawn, around the middle of its ink, and takes the road anew. It is shifted at the end
    of the road, since the road would undo a shift before it.

    Parameters
    ----------
    source : Drawing or grey image that is not empty
    pen_width : float, the pen of a drawing
    road : what `preprocess` makes of the two with these steps
    classify : from inputs (n, features) to probabilities (n, classes)
    steps : Steps of the road
    direction : "across" to shift to the right, "down" to shift downwards
    shifts, turns : ascending, with 0 among them
    cancelled : the work ends early once it is set

    Returns
    -------
    FlipMap, None where it was cancelled
    """
    inputs = np.zeros((len(turns), len(shifts), INPUT_SIZE, INPUT_SIZE), dtype=np.float32)
    for row, turn in enumerate(turns):
        if cancelled is not None and cancelled.is_set():
            return None
        turned = road.input if turn == 0 else _turned(source, pen_width, road, turn, steps)
        for column, shift in enumerate(shifts):
            inputs[row, column] = shifted(turned, shift, direction)
    probabilities = classify(inputs.reshape(len(turns) * len(shifts), -1)).astype(np.float64)
    finite = np.isfinite(probabilities.sum(axis=1))
    labels = np.where(finite, np.nan_to_num(probabilities).argmax(axis=1), -1)
    shape = len(turns), len(shifts)
    best = np.where(finite, np.take_along_axis(probabilities, np.maximum(labels, 0)[:, None], axis=1)[:, 0], np.nan)
    answer = max(0, int(labels.reshape(shape)[turns.index(0), shifts.index(0)]))
    own = probabilities[:, answer]
    return FlipMap(shifts, turns, direction, labels.reshape(shape), best.reshape(shape), own.reshape(shape))


def shifted(picture: Picture, pixels: int, direction: Direction) -> Picture:
    """Return a picture shifted by whole pixels to the right or down; what leaves it is lost, paper follows."""
    moved = np.zeros_like(picture)
    axis = 1 if direction == "across" else 0
    side = picture.shape[axis]
    pixels = max(-side, min(side, pixels))
    target = slice(max(0, pixels), side + min(0, pixels))
    origin = slice(max(0, -pixels), side - max(0, pixels))
    if axis:
        moved[:, target] = picture[:, origin]
    else:
        moved[target] = picture[origin]
    return moved


def _turned(source: Source, pen_width: float, road: Preprocessed, degrees: float, steps: Steps) -> Picture:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    matrix = [[cosine, -sine], [sine, cosine]]  # y downwards: a positive angle turns clockwise
    return preprocess(transformed(source, road, matrix), pen_width, steps=steps).input


def _run(holds: NDArray[np.bool_], start: int) -> tuple[int, int]:
    """Return the ends of the run of True around `start`."""
    first = last = start
    while first > 0 and holds[first - 1]:
        first -= 1
    while last < len(holds) - 1 and holds[last + 1]:
        last += 1
    return first, last
