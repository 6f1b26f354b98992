"""Points in a plane that are made to order: the shapes that small networks are tried on, with noise.

Every shape fills about the square from −1 to 1. Noise is the standard deviation of a normal shift of each coordinate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.errors import DatasetSettingError
from digitapp.nn.options import Range
from digitapp.plain import plain

LIMITS: Mapping[str, Range] = {
    "count": Range(8, 5000, is_whole=True),
    "noise": Range(0, 1),
    "seed": Range(0, 2**32 - 1, is_whole=True),
}
"""What can be said of made points besides their shape, and how much of it."""
USUAL_COUNT = 200

Places = NDArray[np.float64]
"""Places in the plane, shape (n, 2): x and y."""


def _moons(labels: NDArray[np.int64], rng: np.random.Generator) -> Places:
    # Two half circles, each around the end of the other.
    angles = rng.uniform(0, math.pi, len(labels))
    x, y = np.cos(angles), np.sin(angles)
    return 0.6 * np.column_stack([np.where(labels == 0, x - 0.5, 0.5 - x), np.where(labels == 0, y - 0.25, 0.25 - y)])


def _circles(labels: NDArray[np.int64], rng: np.random.Generator) -> Places:
    return _at(rng.uniform(0, 2 * math.pi, len(labels)), np.where(labels == 0, 0.4, 0.85))


def _spirals(arms: int) -> Callable[[NDArray[np.int64], np.random.Generator], Places]:
    # Archimedes' spiral. Two arms of one turn and a half; of three, one turn, so that as much room is between them.
    turns = 3 / arms

    def places(labels: NDArray[np.int64], rng: np.random.Generator) -> Places:
        along = np.sqrt(rng.uniform(0.01, 1, len(labels)))  # as many points on each stretch of an arm
        return _at(2 * math.pi * (turns * along + labels / arms), 0.95 * along)

    return places


def _xor(labels: NDArray[np.int64], rng: np.random.Generator) -> Places:
    # Class 0 where the signs of x and y agree, with a gap along the axes.
    right = np.where(rng.random(len(labels)) < 0.5, 1, -1)
    above = np.where(labels == 0, right, -right)
    return np.column_stack([right, above]) * rng.uniform(0.1, 0.9, (len(labels), 2))


def _blobs(classes: int) -> Callable[[NDArray[np.int64], np.random.Generator], Places]:
    # Around the corners of a regular polygon; what spreads them is the noise alone.
    def places(labels: NDArray[np.int64], _rng: np.random.Generator) -> Places:
        return _at(2 * math.pi * labels / classes + math.pi * (0.75 if classes % 2 == 0 else 0.5), 0.6)

    return places


def _line(labels: NDArray[np.int64], rng: np.random.Generator) -> Places:
    # On both sides of a slanting line: y = x / 2 + 0.1 parts them.
    x = rng.uniform(-0.9, 0.9, len(labels))
    border = 0.5 * x + 0.1
    share = rng.uniform(0.05, 1, len(labels))
    return np.column_stack([x, border + share * (np.where(labels == 0, 0.95, -0.95) - border)])


def _at(angles: NDArray[np.float64], radii: NDArray[np.float64] | float) -> Places:
    return np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])


@dataclass(frozen=True)
class Shape:
    """How points of a kind lie: their classes, the noise they have unless another is wanted, and where they are.

    `places` takes a label for each point, shape (n,), and random numbers, and returns places without noise.
    """

    classes: int
    noise: float
    places: Callable[[NDArray[np.int64], np.random.Generator], Places]


SHAPES: Mapping[str, Shape] = {
    "moons": Shape(2, 0.1, _moons),
    "circles": Shape(2, 0.08, _circles),
    "spirals-2": Shape(2, 0.03, _spirals(2)),
    "spirals-3": Shape(3, 0.03, _spirals(3)),
    "xor": Shape(2, 0.05, _xor),
    "blobs-2": Shape(2, 0.2, _blobs(2)),
    "blobs-3": Shape(3, 0.2, _blobs(3)),
    "blobs-4": Shape(4, 0.2, _blobs(4)),
    "line": Shape(2, 0.1, _line),
}
"""The shapes by their names; a data set is called by the problem's name and the shape's, parted by a colon."""


@dataclass(frozen=True)
class MadePoints:
    """An order for points: a key of `SHAPES`, and what differs from the usual."""

    shape: str
    count: int = USUAL_COUNT
    noise: float = 0.0
    seed: int = 0

    def make(self) -> tuple[Places, NDArray[np.int64]]:
        """Return places, shape (count, 2), and labels, shape (count,), in random order; as many of each class.

        The same order makes the same points. Seed and count alone decide where they would be without noise, and which
        way each is shifted: with more noise each goes further the same way.
        """
        shape = SHAPES[self.shape]
        rng = np.random.default_rng(self.seed)
        labels = rng.permutation(np.arange(self.count) % shape.classes).astype(np.int64)
        places = shape.places(labels, rng)
        return places + self.noise * rng.standard_normal((self.count, 2)), labels


def ordered(name: str) -> MadePoints:
    """Return the order that a name stands for, such as "plane:moons,noise=0.2,count=400,seed=3".

    Raises
    ------
    KeyError : no shape is called so
    DatasetSettingError : a setting that there is not, or with a value that cannot be used
    """
    base, _, settings = name.partition(",")
    shape = base.rpartition(":")[2]
    order = MadePoints(shape, noise=SHAPES[shape].noise)
    for part in filter(None, settings.split(",")):
        key, _, text = part.partition("=")
        order = _with(order, name, key.strip(), text.strip())
    return order


def with_settings(name: str, **settings: float | None) -> str:
    """Return the name of the data set that has other settings, `count`, `noise` or `seed`, than those in its name.

    None leaves a setting as it is. What is usual for the shape is left out: one data set has one name. Raises as
    `ordered` does.
    """
    order = ordered(name)
    for key, value in settings.items():
        if value is not None:
            order = _with(order, name, key, _shown(value))
    usual = MadePoints(order.shape, noise=SHAPES[order.shape].noise)
    values = {item.name: getattr(order, item.name) for item in fields(order)}
    changed = [f"{key}={_shown(value)}" for key, value in values.items() if value != getattr(usual, key)]
    return ",".join((name.partition(",")[0], *changed))


def _shown(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _with(order: MadePoints, name: str, key: str, text: str) -> MadePoints:
    if key not in LIMITS:
        raise DatasetSettingError(name, plain(key, 20), None, ", ".join(LIMITS))
    allowed = LIMITS[key]
    try:
        value = int(text) if allowed.is_whole else float(text)
    except ValueError:
        value = math.nan
    if not allowed.minimum <= value <= allowed.maximum:  # not a number is neither
        raise DatasetSettingError(name, key, plain(text, 20), str(allowed))
    return replace(order, **{key: value})
