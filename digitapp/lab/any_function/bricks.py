"""Steps and bumps made by hand from a few hidden units, and a network that is the sum of them.

Source: Nielsen, "Neural Networks and Deep Learning" (2015), chapter 4, for units that flatten; two units with a corner,
such as ReLU, do what one of those does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from digitapp.lab.any_function.function_fit import FIT_ACTIVATIONS
from digitapp.lab.any_function.target_curves import GRID
from digitapp.lab.units.activation_curve import unit_at
from digitapp.nn import Network
from digitapp.training.config import check_number, check_whole

LEAST_STEEPNESS, MOST_STEEPNESS = 0.5, 200.0
LEAST_WIDTH, MOST_WIDTH = 0.02, 2.0
MOST_HEIGHT = 2.0
MOST_BRICKS = 12

_FAR = 1e4


class Shape(Enum):
    """What a brick is: up and on, or up and down again."""

    STEP = "step"
    BUMP = "bump"


@dataclass(frozen=True)
class Brick:
    """One step or bump.

    Attributes
    ----------
    shape : what it is
    place : x of the middle of the step, or of the bump
    height : by how much it rises; negative for a fall
    steepness : how fast a rise of 1 goes in its middle, per unit of x: at 5 it takes a fifth of a unit
    width : of a bump, between the middles of its two sides; a step has none

    Raises
    ------
    ConfigError : a number that cannot be used
    """

    shape: Shape = Shape.STEP
    place: float = 0.0
    height: float = 1.0
    steepness: float = 10.0
    width: float = 0.5

    def __post_init__(self) -> None:
        check_number("place", self.place, -1, 1)
        check_number("height", self.height, -MOST_HEIGHT, MOST_HEIGHT)
        check_number("steepness", self.steepness, LEAST_STEEPNESS, MOST_STEEPNESS)
        check_number("width", self.width, LEAST_WIDTH, MOST_WIDTH)

    @property
    def rises(self) -> tuple[tuple[float, float], ...]:
        """Where it rises and by how much, one pair for a step and two for a bump."""
        if self.shape is Shape.STEP:
            return ((self.place, self.height),)
        half = self.width / 2
        return ((self.place - half, self.height), (self.place + half, -self.height))


@dataclass(frozen=True)
class _Rise:
    """How an activation rises by 1 once.

    Attributes
    ----------
    shifts : for each unit what is added to its weighted sum
    signs : for each unit with which sign it counts
    low, span : what their sum is far to the left, and by how much more it is far to the right
    slope : of the sum in its middle
    """

    shifts: tuple[float, ...]
    signs: tuple[float, ...]
    low: float
    span: float
    slope: float


@cache
def _rise_of(activation: str) -> _Rise | None:
    """Return how one unit rises once, or two where one does not flatten on both sides; None where neither does."""
    for shifts, signs in (((0.0,), (1.0,)), ((0.5, -0.5), (1.0, -1.0))):
        low, high, near_low = (
            sum(sign * unit_at(activation, z + shift)[0] for shift, sign in zip(shifts, signs, strict=True))
            for z in (-_FAR, _FAR, -_FAR / 2)
        )
        slope = sum(sign * unit_at(activation, shift)[1] for shift, sign in zip(shifts, signs, strict=True))
        if abs(low - near_low) < 1e-3 and 0 < high - low < 10:
            return _Rise(shifts, signs, low, high - low, slope)
    return None


def can_build(activation: str) -> bool:
    """Return whether steps can be made of units with an activation: not of straight lines."""
    return activation in FIT_ACTIVATIONS and _rise_of(activation) is not None


def units_for(shape: Shape, activation: str) -> int:
    """Return how many units a brick takes, 0 where it cannot be built."""
    rise = _rise_of(activation)
    return 0 if rise is None else len(rise.shifts) * (1 if shape is Shape.STEP else 2)


def bumps_along(targets: ArrayLike, count: int) -> tuple[Brick, ...]:
    """Return bumps side by side, each as high as the curve is on average where it stands.

    Where one ends the next begins, so that together they make a staircase; the first and the last reach half a bump
    beyond the ends of the range. This is how a curve is put together in Nielsen's book.

    Parameters
    ----------
    targets : (POINTS,), the curve at `GRID`
    count : from 2 to `MOST_BRICKS`

    Raises
    ------
    ConfigError : no such count
    """
    check_whole("count", count, 2, MOST_BRICKS)
    values = np.asarray(targets, dtype=np.float64)
    width = 2.0 / (count - 1)
    bricks = []
    for place in np.linspace(-1.0, 1.0, count).tolist():
        height = float(values[np.abs(GRID - place) <= width / 2 + 1e-9].mean())
        steepness = min(4.0 / width, MOST_STEEPNESS)
        bricks.append(
            Brick(Shape.BUMP, round(place, 3), round(height, 3), round(steepness, 1), min(round(width, 3), MOST_WIDTH))
        )
    return tuple(bricks)


def build(bricks: Sequence[Brick], activation: str, base: float = 0.0) -> Network:
    """Return a network 1-n-1 in float64 whose curve is `base` and all bricks added up.

    Its units stand in the order of the bricks. Without any brick it has one unit that nobody listens to.

    Raises
    ------
    ValueError : units with this activation make no steps
    """
    rise = _rise_of(activation)
    if rise is None:
        raise ValueError(f"units with the activation {activation} make no steps")
    rows: list[tuple[float, float, float]] = []  # weight, bias, weight to the output
    for brick in bricks:
        # A jump has no slope in its middle; it is as steep as it can be whatever its weight is.
        weight = brick.steepness * rise.span / rise.slope if rise.slope > 0 else brick.steepness
        for place, height in brick.rises:
            share = height / rise.span
            base -= share * rise.low
            rows += [
                (weight, shift - weight * place, sign * share)
                for shift, sign in zip(rise.shifts, rise.signs, strict=True)
            ]
    rows = rows or [(1.0, 0.0, 0.0)]
    network = Network((1, len(rows), 1), (activation, "identity"), np.float64)
    numbers = np.array(rows)
    network.weights[0][0], network.biases[0][...], network.weights[1][:, 0] = numbers.T
    network.biases[1][0] = base
    return network
