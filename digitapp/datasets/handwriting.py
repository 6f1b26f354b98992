"""Handwritten digits without a download: the ways of writing of many people, bent as hands bend them.

Each digit is a style (`datasets.styles`), written by a hand that misses the points a little, slants, stretches, turns
and bows the whole, cuts corners when it is fast and trembles when it is slow, with a pen of some width. The drawings
take the same road to the network's input as the canvas's own (`digitapp.drawing.preprocess`). How far hands stray was
chosen on MNIST's training images: more variation reads MNIST better and makes more digits that nobody reads.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.errors import GenerationCancelled
from digitapp.datasets.flags import is_clear
from digitapp.datasets.pen_paths import Style, strokes_of
from digitapp.datasets.problems import MNIST
from digitapp.datasets.styles import STYLES
from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.preprocess import preprocess_drawings

Paths = NDArray[np.float64]

DEFAULT_COUNT = 60_000

_CHUNK = 2560  # pictures between two looks at whether to go on


class Handwritten(NamedTuple):
    """A digit as the generator wrote it: a labelled drawing on the canvas, the pen's width there, and the style."""

    drawing: Drawing
    pen_width: float
    style: Style


@dataclass(frozen=True)
class Hand:
    """How far hands stray from the styles: standard deviations unless said otherwise, lengths in heights of a digit."""

    miss: float = 0.043  # of every point; for one digit times a factor of its own
    miss_at_ends: float = 0.04  # of the points where the pen touches down or lifts off, in addition
    slant: float = 0.22  # horizontal shear
    mean_slant: float = 0.08  # to the right
    turn: float = 0.09  # radians
    stretch: float = 0.22  # of the logarithm of width : height
    bow: float = 0.065  # of a smooth bending of the whole
    balance: float = 0.3  # of the slope of a quadratic that makes one half larger than the other
    tremor: float = 0.006
    wobble: float = 0.008  # slow, as of a mouse
    apart: float = 0.02  # of where a stroke lies against the others
    overshoot: float = 0.025  # of how much further, or less far, a stroke goes at its ends
    pen_width: float = 0.165  # median, as a share of the longer side
    pen_spread: float = 0.3  # of the logarithm of the pen's width
    pressure: float = 0.28


USUAL_HAND = Hand()


def generate_drawings(count: int, rng: np.random.Generator, hand: Hand = Hand()) -> list[Handwritten]:
    """Write `count` digits, as many of each as of every other (to one), in random order.

    Parameters
    ----------
    count : int >= 0
    rng : random generator; the same state gives the same drawings
    hand : Hand, how much the digits vary

    Returns
    -------
    digits : list of Handwritten; the drawings have labels and lie anywhere on the canvas, a quarter to nearly all of it
        large
    """
    labels = rng.permutation(np.arange(count) % 10)
    style_indices = np.zeros(count, dtype=np.intp)
    for label in range(10):
        own = [index for index, style in enumerate(STYLES) if style.label == label]
        weights = np.array([STYLES[index].weight for index in own])
        chosen = labels == label
        style_indices[chosen] = rng.choice(own, size=int(chosen.sum()), p=weights / weights.sum())
    digits: list[Handwritten | None] = [None] * count
    for index in np.unique(style_indices):
        places = np.flatnonzero(style_indices == index)
        for place, digit in zip(places, write(STYLES[index], len(places), hand, rng), strict=True):
            digits[place] = digit
    return [digit for digit in digits if digit is not None]


def generate(count: int = DEFAULT_COUNT, seed: int = 0, cancelled: threading.Event | None = None) -> Dataset:
    """Write a data set of `count` digits: five sixths to train on, a twelfth each to validate and to test.

    Parameters
    ----------
    count : int >= 12
    seed : int, the same seed gives the same images
    cancelled : set from another thread to end early

    Raises
    ------
    GenerationCancelled : `cancelled` said so
    ValueError : fewer than 12 digits, which would leave a part empty
    """
    if count < 12:
        raise ValueError(f"a data set needs at least 12 digits, got {count}")
    digits = generate_drawings(count, np.random.default_rng(seed))
    inputs = np.empty((count, MNIST.features), dtype=np.float32)
    for start in range(0, count, _CHUNK):
        if cancelled is not None and cancelled.is_set():
            raise GenerationCancelled
        chunk = digits[start : start + _CHUNK]
        drawings, widths = [digit.drawing for digit in chunk], [digit.pen_width for digit in chunk]
        pictures = preprocess_drawings(drawings, widths, fit_pen=False)  # pictures of all widths, as MNIST's are
        inputs[start : start + _CHUNK] = pictures.reshape(len(chunk), -1)
    labels = np.array([digit.style.label for digit in digits], dtype=np.int64)
    held_out = count // 12
    parts = [
        Split(inputs[part], labels[part])
        for part in (slice(2 * held_out, None), slice(held_out), slice(held_out, 2 * held_out))
    ]
    return Dataset(MNIST.dataset_at_hand, MNIST, *parts)


def write(style: Style, count: int, hand: Hand, rng: np.random.Generator) -> list[Handwritten]:
    """Write one style `count` times; the drawings bear the style's label, or none where that is no digit's.

    A 1 that the hand has made a 7 of, a 7 that it has made a 1 of, and what people disagree on is written anew.
    """
    written: list[Handwritten] = []
    while len(written) < count:
        written += [one for one in _written_once(style, count - len(written), hand, rng) if is_clear(one.drawing)]
    return written


def _written_once(style: Style, count: int, hand: Hand, rng: np.random.Generator) -> list[Handwritten]:
    strokes = strokes_of(style)
    points = strokes.points if style.shape is None else style.shape.points(count, rng)
    label = style.label if style.label >= 0 else None
    sloppiness = style.freedom * np.exp(_normal(rng, 0.3, (count, 1, 1)))
    misses = strokes.kinship @ _normal(rng, hand.miss, (count, *strokes.points.shape))
    misses += _normal(rng, hand.miss_at_ends, misses.shape) * strokes.ends[:, None]
    paths = strokes.spline @ (points + misses * sloppiness)
    starts = np.cumsum((0, *strokes.lengths))
    _place_strokes(paths, starts, hand, sloppiness, rng)
    _cut_corners(paths, starts, style.freedom, rng)
    _tremble(paths, hand, rng)
    _bend(paths, hand, style.freedom, rng)
    pressures = _pressures(count, strokes.spline.shape[0], hand, rng)
    paths, pen_widths = _on_canvas(paths, hand, rng)
    inked = np.concatenate([paths, pressures[:, :, None]], axis=2).astype(np.float32)
    return [
        Handwritten(
            Drawing(tuple(Stroke(own[a:b]) for a, b in pairwise(starts)), label),
            float(pen_width),
            style,
        )
        for own, pen_width in zip(inked, pen_widths, strict=True)
    ]


def _place_strokes(
    paths: Paths, starts: NDArray, hand: Hand, sloppiness: NDArray[np.float64], rng: np.random.Generator
) -> None:
    """Let strokes not quite meet: move each against the others and let its ends run on or fall short."""
    for a, b in pairwise(starts):
        if len(starts) > 2:
            paths[:, a:b] += _normal(rng, hand.apart, (len(paths), 1, 2)) * sloppiness
        for end, inner in ((a, a + 2), (b - 1, b - 3)):
            direction = paths[:, end] - paths[:, inner]
            direction /= np.maximum(np.hypot(*direction.T)[:, None], 1e-6)
            further = (_normal(rng, hand.overshoot, (len(paths), 1)) * sloppiness[:, 0]) * direction
            paths[:, end] += further
            paths[:, (end + inner) // 2] += further / 2


def _cut_corners(paths: Paths, starts: NDArray, freedom: float, rng: np.random.Generator) -> None:
    """Smooth each stroke by a share of its own: a fast pen turns before it has reached the corner."""
    share = freedom * rng.beta(1, 1.5, (len(paths), 1, 1))
    for a, b in pairwise(starts):
        smooth = paths[:, a:b].copy()
        for _ in range(8):
            smooth[:, 1:-1] = (smooth[:, :-2] + 2 * smooth[:, 1:-1] + smooth[:, 2:]) / 4
        paths[:, a:b] += share * (smooth - paths[:, a:b])


def _tremble(paths: Paths, hand: Hand, rng: np.random.Generator) -> None:
    """Shake the pen quickly, as a hand does that is slow, and slowly, as one does that pushes a mouse."""
    noise = _normal(rng, hand.tremor, paths.shape) * np.exp(_normal(rng, 0.5, (len(paths), 1, 1)))
    noise[:, 1:-1] = (noise[:, :-2] + noise[:, 1:-1] + noise[:, 2:]) / 1.7
    paths += noise
    length = paths.shape[1]
    knots = np.arange(length // 4 + 2)
    wobble = _normal(rng, hand.wobble, (len(paths), len(knots), 2)) * np.exp(_normal(rng, 0.6, (len(paths), 1, 1)))
    nearness = np.maximum(0, 1 - np.abs(np.arange(length)[:, None] / 4 - knots))  # linear between the knots
    paths += nearness @ wobble


def _bend(paths: Paths, hand: Hand, freedom: float, rng: np.random.Generator) -> None:
    """Bow the whole by waves as long as the digit, move its waist up or down, stretch, slant and turn it."""
    count = len(paths)
    x, y = paths[:, :, 0] - 0.5, paths[:, :, 1] - 0.5
    y = y + freedom * _normal(rng, hand.balance, (count, 1)) * (0.25 - y * y)
    waves = freedom * _normal(rng, hand.bow, (4, count, 1))
    phases = rng.uniform(0, 2 * np.pi, (4, count, 1))
    lengths = rng.uniform(1.2, 2.5, (4, count, 1))
    turns = 2 * np.pi / lengths
    bowed_x = x + waves[0] * np.sin(turns[0] * y + phases[0]) + 0.5 * waves[1] * np.sin(turns[1] * x + phases[1])
    bowed_y = y + waves[2] * np.sin(turns[2] * x + phases[2]) + 0.5 * waves[3] * np.sin(turns[3] * y + phases[3])
    stretch = np.exp(freedom * _normal(rng, hand.stretch, (count, 1)))
    slant = hand.mean_slant + freedom * _normal(rng, hand.slant, (count, 1))
    angle = freedom * _normal(rng, hand.turn, (count, 1))
    slanted = bowed_x * stretch - slant * bowed_y
    paths[:, :, 0] = slanted * np.cos(angle) - bowed_y * np.sin(angle)
    paths[:, :, 1] = slanted * np.sin(angle) + bowed_y * np.cos(angle)


def _pressures(count: int, length: int, hand: Hand, rng: np.random.Generator) -> Paths:
    """Return a pressure for every point that swings slowly around the middle of its range."""
    position = np.linspace(0, 1, length)
    swing = np.zeros((count, length))
    for waves in (1, 2, 3):
        strength, phase = _normal(rng, hand.pressure, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
        swing += strength / waves * np.sin(2 * np.pi * waves * position + phase)
    return np.clip(0.8 * (1 + swing), 0.3, 1)


def _on_canvas(paths: Paths, hand: Hand, rng: np.random.Generator) -> tuple[Paths, NDArray[np.float64]]:
    """Place each path somewhere on the canvas and choose its pen's width there."""
    count = len(paths)
    low, high = paths.min(axis=1, keepdims=True), paths.max(axis=1, keepdims=True)
    size = rng.uniform(0.25, 0.85, count)
    share = np.clip(hand.pen_width * np.exp(_normal(rng, hand.pen_spread, count)), 0.04, 0.28)
    pen_width = share * size / (1 + share)  # so that path and pen together are `size`
    scale = ((size - pen_width) / (high - low).max(axis=2)[:, 0])[:, None, None]
    room = 1 - (high - low) * scale - pen_width[:, None, None]
    corner = pen_width[:, None, None] / 2 + room * rng.uniform(0, 1, room.shape)
    return (paths - low) * scale + corner, pen_width


def _normal(rng: np.random.Generator, deviation: float, shape: int | tuple[int, ...]) -> NDArray[np.float64]:
    """Draw from a normal distribution cut off at two standard deviations: beyond, nobody would read the digit."""
    return np.clip(rng.normal(0, deviation, shape), -2 * deviation, 2 * deviation)
