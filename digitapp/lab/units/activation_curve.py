"""A unit's curve: what it gives for each input, and by how much that changes with the input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.nn import ACTIVATIONS

FLAT = 0.1
"""Below this slope a unit is called flat: nine tenths of a gradient that comes back through it are lost."""

_FAR = 8.0  # beyond it nothing new happens on any curve


@dataclass(frozen=True, eq=False)
class UnitCurve:
    """What a unit gives for inputs z.

    Attributes
    ----------
    inputs : (n,), z
    values : (n,), f(z)
    slopes : (n,), f'(z), as back-propagation takes them
    pieces : (k, n), the straight lines of which a maxout unit passes the largest on; (0, n) for every other
    """

    inputs: NDArray[np.float64]
    values: NDArray[np.float64]
    slopes: NDArray[np.float64]
    pieces: NDArray[np.float64]


def unit_curve(activation: str, inputs: ArrayLike) -> UnitCurve:
    """Return the curve of a unit with an activation, in float64.

    A maxout unit has no curve of its own: it learns its pieces. Here they touch the parabola z² / 2 at evenly spaced
    places from −1.5 to 1.5, as one of the shapes in Goodfellow et al., "Maxout Networks" (ICML 2013), figure 1.

    Raises
    ------
    KeyError : no such activation
    """
    entry = ACTIVATIONS[activation]
    x = np.asarray(inputs, dtype=np.float64).reshape(-1)
    if entry.pieces == 1:
        z, lines, rises = x[np.newaxis], np.empty((0, len(x))), np.ones((1, 1))
    else:
        touched = np.linspace(-1.5, 1.5, entry.pieces)[:, np.newaxis]
        z = lines = touched * x - touched**2 / 2
        rises = touched
    values, slopes = np.empty((1, len(x))), np.empty_like(z)
    entry.value(z.copy(), values)
    entry.derivative(z.copy(), values, slopes)
    return UnitCurve(x, values[0], (slopes * rises).sum(axis=0), lines)


def unit_at(activation: str, z: float) -> tuple[float, float]:
    """Return f(z) and f'(z). Raises KeyError for no such activation."""
    curve = unit_curve(activation, [z])
    return float(curve.values[0]), float(curve.slopes[0])


@dataclass(frozen=True)
class CurveFacts:
    """What a whole curve is like, for inputs from −8 to 8.

    Attributes
    ----------
    steepest : its largest slope
    low, high : between which values it stays for all inputs; infinite where it has no end on that side
    is_centred : whether it takes both signs alike, f(−z) = −f(z), so that its outputs can be about zero on average
    flat_below, flat_above : the inputs below and above which its slope stays under `FLAT`; None where it never does
    """

    steepest: float
    low: float
    high: float
    is_centred: bool
    flat_below: float | None
    flat_above: float | None


@cache
def curve_facts(activation: str) -> CurveFacts:
    """Return what an activation's curve is like. Raises KeyError for no such activation."""
    curve = unit_curve(activation, np.linspace(-_FAR, _FAR, 3201))
    far = unit_curve(activation, [-1e4, -1e3, 1e3, 1e4]).values
    ends_left, ends_right = abs(far[0] - far[1]) < 1, abs(far[3] - far[2]) < 1
    lowest = min(float(curve.values.min()), float(far.min()))
    highest = max(float(curve.values.max()), float(far.max()))
    is_flat = np.abs(curve.slopes) < FLAT
    return CurveFacts(
        steepest=float(np.abs(curve.slopes).max()),
        low=lowest if ends_left or far[0] > 0 else -math.inf,
        high=highest if ends_right else math.inf,
        is_centred=bool(np.allclose(curve.values, -curve.values[::-1], atol=1e-9)),
        flat_below=_end_of_run(curve.inputs, is_flat),
        flat_above=_end_of_run(curve.inputs[::-1], is_flat[::-1]),
    )


def _end_of_run(inputs: NDArray[np.float64], is_flat: NDArray[np.bool_]) -> float | None:
    """Return the last input of the flat run that begins at the first one, None where that is not flat."""
    steep = np.flatnonzero(~is_flat)
    if not is_flat[0]:
        return None
    return float(inputs[steep[0] - 1]) if len(steep) else float(inputs[-1])


FORMULAS: dict[str, str] = {
    "sigmoid": "f(z) = 1 / (1 + e⁻ᶻ),   f′ = f (1 − f)",
    "tanh": "f(z) = tanh z,   f′ = 1 − f²",
    "relu": "f(z) = max(0, z),   f′ = 1 or 0",
    "leaky_relu": "f(z) = max(0.01 z, z),   f′ = 1 or 0.01",
    "elu": "f(z) = z, below 0: eᶻ − 1,   f′ = 1 or f + 1",
    "softplus": "f(z) = ln(1 + eᶻ),   f′ = 1 / (1 + e⁻ᶻ)",
    "gelu": "f(z) = ½ z (1 + tanh(0.798 (z + 0.0447 z³)))",
    "scaled_tanh": "f(z) = 1.7159 tanh(⅔ z)",
    "maxout2": "f = max(z₁, z₂),   f′ = 1 for the larger",
    "maxout3": "f = max(z₁, z₂, z₃),   f′ = 1 for the largest",
    "maxout5": "f = max(z₁, …, z₅),   f′ = 1 for the largest",
    "step": "f(z) = 1 above 0, else 0,   f′ = 0",
    "identity": "f(z) = z,   f′ = 1",
}
"""The formula of each activation, as its class has it."""
