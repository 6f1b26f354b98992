"""The lines at which the units of a first layer switch, in a plane of two inputs, and what moving one does to weights.

A unit's sum is w·x + b. Where it is zero is a straight line; w stands at right angles to it and points to the side
where the sum is positive, and the longer w is, the steeper the sum rises there.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from digitapp.inspection.boundary import Bounds
from digitapp.nn.network import Network

Place = tuple[float, float]


class UnitLine(NamedTuple):
    """Where a unit of the first layer switches, as far as it is seen.

    Attributes
    ----------
    unit : its number
    start, end : on the edges of the bounds; the positive side is on the left of who walks from one to the other
    normal : of length one, at right angles, to the side where the unit's sum is positive
    """

    unit: int
    start: Place
    end: Place
    normal: Place


class HalfPlane(NamedTuple):
    """The weights of one unit with two inputs."""

    x: float
    y: float
    bias: float

    def sum_at(self, place: Place) -> float:
        """Return the unit's sum at a place."""
        return self.x * place[0] + self.y * place[1] + self.bias

    def shifted(self, across: float, up: float) -> HalfPlane:
        """Return the unit whose line, and every sum with it, lies so much further; weights stay, the bias follows."""
        return self._replace(bias=self.bias - self.x * across - self.y * up)

    def turned(self, pivot: Place, angle: float) -> HalfPlane:
        """Return the unit turned around a place by an angle in radians, counter-clockwise; it stays as steep."""
        cosine, sine = math.cos(angle), math.sin(angle)
        x, y = cosine * self.x - sine * self.y, sine * self.x + cosine * self.y
        return HalfPlane(x, y, self.sum_at(pivot) - x * pivot[0] - y * pivot[1])


def half_plane(network: Network, unit: int) -> HalfPlane:
    """Return the weights of a unit of the first layer.

    Raises
    ------
    ValueError : a network that has not two inputs, see `has_lines`
    IndexError : no such unit
    """
    if network.sizes[0] != 2:
        raise ValueError(f"a network of two inputs is needed, not of {network.sizes[0]}")
    weights, biases = network.unit_weights[0], network.unit_biases[0]
    return HalfPlane(float(weights[0, unit]), float(weights[1, unit]), float(biases[unit]))


def has_lines(network: Network) -> bool:
    """Return whether the units of the first layer switch at lines: two inputs, and one sum for each unit.

    A maxout unit has several sums and bends where they cross.
    """
    return network.sizes[0] == 2 and network.layers[0].activation.pieces == 1


def unit_lines(network: Network, bounds: Bounds) -> list[UnitLine]:
    """Return the lines of a first hidden layer's units that are seen within the bounds; none where it is the output."""
    if not has_lines(network) or len(network.layers) == 1:
        return []
    found = (unit_line(half_plane(network, unit), unit, bounds) for unit in range(network.sizes[1]))
    return [line for line in found if line is not None]


def unit_line(plane: HalfPlane, unit: int, bounds: Bounds) -> UnitLine | None:
    """Return where a unit switches; None where that is outside of the bounds, or nowhere because both weights are zero.

    Source: Liang and Barsky, "A New Concept and Method for Line Clipping" (ACM Transactions on Graphics, 1984).
    """
    steepness = math.hypot(plane.x, plane.y)
    if not math.isfinite(steepness) or not math.isfinite(plane.bias) or steepness < np.finfo(np.float32).tiny:
        return None
    normal = plane.x / steepness, plane.y / steepness
    along = normal[1], -normal[0]
    distance = -plane.bias / steepness
    foot = normal[0] * distance, normal[1] * distance
    low, high = -math.inf, math.inf
    for at, step, least, most in (
        (foot[0], along[0], bounds.left, bounds.right),
        (foot[1], along[1], bounds.bottom, bounds.top),
    ):
        if abs(step) < 1e-12:
            if not least <= at <= most:
                return None
            continue
        ends = sorted(((least - at) / step, (most - at) / step))
        low, high = max(low, ends[0]), min(high, ends[1])
    if not low < high:
        return None
    start, end = ((foot[0] + t * along[0], foot[1] + t * along[1]) for t in (low, high))
    return UnitLine(unit, start, end, normal)
