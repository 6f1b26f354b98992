"""From what was drawn to an answer: the one way of the window, the command line and the tests."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.point import Point
from digitapp.drawing.preprocess import Preprocessed, preprocess
from digitapp.drawing.render import CANVAS_PEN_WIDTH
from digitapp.modelfile import Model
from digitapp.nn.network import Trace
from digitapp.recognition import Reason, judge


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a network sees of something drawn.

    Attributes
    ----------
    inputs : float32 array, shape (features,), or None where there is nothing to read, or hardly anything
    preprocessed : the pictures of the road from ink to input; None where pixels or numbers are set by hand
    seconds : float, how long that took
    """

    inputs: NDArray[np.float32] | None
    preprocessed: Preprocessed | None = None
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network says to something drawn.

    Attributes
    ----------
    inputs : float32 array, shape (features,), or None where there is nothing to read
    probabilities : float array, shape (classes,), calibrated, or None
    best : int or None, the most probable class, also where it is refused
    trace : every layer's pre-activations and activations for this one input, or None
    preprocessed : the pictures of the road from ink to input; None where pixels or numbers are set by hand
    seconds : float, the time from the drawing to the probabilities
    reason : why there is no answer, or None where there is one
    digits : the classes that the reason speaks of
    is_settled : False while the pen moves; what is refused then may still become a digit
    """

    inputs: NDArray[np.float32] | None = None
    probabilities: NDArray[np.floating] | None = None
    best: int | None = None
    trace: Trace | None = None
    preprocessed: Preprocessed | None = None
    seconds: float = 0.0
    reason: Reason | None = Reason.BLANK
    digits: tuple[int, ...] = ()
    is_settled: bool = True

    @property
    def label(self) -> int | None:
        """The answer: a class, or None where there is none."""
        return None if self.reason else self.best

    @property
    def is_refused(self) -> bool:
        """Whether there is ink to read, and it is not taken for a digit."""
        return self.best is not None and self.reason is not None


def prepare(ink: Drawing | NDArray | BinaryGrid | Point, pen_width: float = CANVAS_PEN_WIDTH) -> Prepared:
    """Return what a network sees of ink, of pixels set by hand, or of numbers.

    Parameters
    ----------
    ink : Drawing in canvas units, grey picture of shape (rows, columns) with ink = 1 on paper = 0, grid or point
    pen_width : float > 0, of a drawing's pen in canvas units

    Raises
    ------
    ValueError : as `preprocess`
    """
    if isinstance(ink, BinaryGrid | Point):
        return Prepared(None if ink.is_empty else ink.to_vector())
    began = time.perf_counter()
    road = preprocess(ink, pen_width=pen_width)
    inputs = None if road.is_empty else road.input.reshape(-1)
    return Prepared(inputs, road, time.perf_counter() - began)


def read(model: Model, prepared: Prepared, *, is_settled: bool = True) -> Answer:
    """Return what a model says to what was prepared for it.

    Parameters
    ----------
    is_settled : False while the pen moves: then the strokes are not asked whether they are one digit
    """
    if prepared.inputs is None:
        road = prepared.preprocessed
        is_drawn = road is None or isinstance(road.source, Drawing)
        return Answer(preprocessed=road, reason=Reason.BLANK if is_drawn else Reason.NO_PAPER)
    began = time.perf_counter()
    trace = model.network.trace(prepared.inputs[np.newaxis])
    found = judge(model, trace.activations[-1][0], prepared.preprocessed if is_settled else None)
    return Answer(
        prepared.inputs,
        found.probabilities,
        found.best,
        trace,
        prepared.preprocessed,
        prepared.seconds + time.perf_counter() - began,
        found.reason,
        found.digits,
        is_settled,
    )
