"""Drawings varied as one hand varies: bowed, stretched, slanted and turned a little, every stroke a little elsewhere.

What varies is the path of the pen, so the ink stays sharp and can be rendered with any pen afterwards.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.ink import Drawing, Stroke
from digitapp.drawing.render import Ink, gather

# Standard deviations at strength 1; lengths in longer sides of the drawing.
SLANT = 0.16
TURN = 0.1  # radians
STRETCH = 0.13  # of the logarithm of width : height
BOW = 0.03
STROKE_SHIFT = 0.02
STROKE_SCALE = 0.05  # of the logarithm


def vary(drawings: Sequence[Drawing], rng: np.random.Generator, strength: float = 1.0) -> list[Drawing]:
    """Return a varied copy of each drawing, about the origin and with a longer side of about 1.

    Parameters
    ----------
    drawings : sequence of Drawing, each with a stroke, in any units
    rng : the same state varies the same drawings in the same way
    strength : float >= 0, how far hands stray; 0 only moves and scales

    Returns
    -------
    varied : list of Drawing with the labels and pressures of the given ones
    """
    if not drawings:
        return []
    ink = gather(drawings, np.full(len(drawings), 2.0))  # a radius of 1 times the pressure
    points = _bent(_framed(ink), ink.picture, strength, rng)
    points = _loosened(points, ink.stroke, strength, rng)
    whole = np.column_stack([points, ink.radius]).astype(np.float32)
    strokes = [Stroke(part) for part in np.split(whole, np.flatnonzero(np.diff(ink.stroke)) + 1)]
    varied, start = [], 0
    for drawing in drawings:
        end = start + len(drawing.strokes)
        varied.append(Drawing(tuple(strokes[start:end]), drawing.label))
        start = end
    return varied


def _framed(ink: Ink) -> NDArray[np.float64]:
    """Return the points, shape (n, 2), each drawing's box about the origin with a longer side of 1."""
    points = np.column_stack([ink.x, ink.y])
    starts = np.flatnonzero(np.diff(ink.picture, prepend=-1))
    low, high = np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)
    size = (high - low).max(axis=1)
    size[size == 0] = 1
    return (points - ((low + high) / 2)[ink.picture]) / size[ink.picture, None]


def _bent(
    points: NDArray[np.float64], picture: NDArray[np.intp], strength: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Bow each drawing by waves about as long as it is, stretch, slant and turn it."""
    count = int(picture[-1]) + 1

    def spread(deviation: float) -> NDArray[np.float64]:
        limit = 2 * deviation * strength  # beyond two standard deviations nobody would read the digit
        return np.clip(rng.normal(0, deviation * strength, count), -limit, limit)[picture]

    def wave(along: NDArray[np.float64]) -> NDArray[np.float64]:
        length, phase = rng.uniform(0.9, 2.2, count)[picture], rng.uniform(0, 2 * np.pi, count)[picture]
        return spread(BOW) * np.sin(2 * np.pi * along / length + phase)

    x, y = points.T
    x, y = x + wave(y) + wave(x), y + wave(x) + wave(y)
    x = x * np.exp(spread(STRETCH)) - spread(SLANT) * y
    angle = spread(TURN)
    return np.column_stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])


def _loosened(
    points: NDArray[np.float64], stroke: NDArray[np.intp], strength: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Move and scale each stroke a little on its own."""
    starts = np.flatnonzero(np.diff(stroke, prepend=-1))
    lengths = np.diff(np.append(starts, len(stroke)))
    middle = np.add.reduceat(points, starts) / lengths[:, None]
    shift = rng.normal(0, STROKE_SHIFT * strength, middle.shape)
    scale = np.exp(rng.normal(0, STROKE_SCALE * strength, len(middle)))
    return (points - middle[stroke]) * scale[stroke, None] + (middle + shift)[stroke]
