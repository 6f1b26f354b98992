"""Curves for a network to learn: y from −1 to 1 over x from −1 to 1, given at evenly spaced places."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

POINTS = 101
LOWEST, HIGHEST = -1.0, 1.0

GRID = np.linspace(-1.0, 1.0, POINTS)
"""The places x, (POINTS,)."""
GRID.setflags(write=False)

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def _wavy(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nielsen's example, 0.2 + 0.4 u² + 0.3 u sin 15u + 0.05 cos 50u for u from 0 to 1, stretched to −1 to 1."""
    u = (x + 1) / 2
    return 2 * (0.2 + 0.4 * u**2 + 0.3 * u * np.sin(15 * u) + 0.05 * np.cos(50 * u)) - 1


def _stairs(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.clip(np.floor((x + 1) * 2) / 1.5 - 1, -1, 1) * 0.75


TARGETS: dict[str, Curve] = {
    "sine": lambda x: 0.8 * np.sin(math.pi * 1.5 * x),
    "absolute": lambda x: 1.5 * np.abs(x) - 0.75,
    "stairs": _stairs,
    "bump": lambda x: 1.4 * np.exp(-((x / 0.3) ** 2)) - 0.7,
    "wavy": _wavy,
}
"""Curves to choose from. "wavy" is that of Nielsen, "Neural Networks and Deep Learning" (2015), chapter 4."""


def target(key: str) -> NDArray[np.float64]:
    """Return a curve's values at `GRID`. Raises KeyError for no such curve."""
    return np.clip(TARGETS[key](GRID), LOWEST, HIGHEST)


def drawn(values: ArrayLike, start: tuple[float, float], end: tuple[float, float]) -> NDArray[np.float64]:
    """Return a curve after a pen went straight from one point to another: it runs through both.

    Parameters
    ----------
    values : (POINTS,), the curve before; it is not changed
    start, end : (x, y) of the pen; what lies outside the square is taken to its border
    """
    (x0, y0), (x1, y1) = sorted(tuple(np.clip(point, LOWEST, HIGHEST).tolist()) for point in (start, end))
    new = np.array(values, dtype=np.float64)
    first, last = (round((x + 1) / 2 * (POINTS - 1)) for x in (x0, x1))
    if first == last:
        new[first] = np.clip(end[1], LOWEST, HIGHEST)
    else:
        new[first : last + 1] = np.linspace(y0, y1, last - first + 1)
    return new


def pushed(values: ArrayLike, x: float, change: float, width: float = 0.1) -> NDArray[np.float64]:
    """Return a curve that is raised by `change` at x, and less and less around it, as far as the square goes."""
    values = np.asarray(values, dtype=np.float64)
    return np.clip(values + change * np.exp(-(((GRID - x) / width) ** 2)), LOWEST, HIGHEST)


def rms(values: ArrayLike, targets: ArrayLike) -> float:
    """Return the root of the mean squared distance between two curves; infinite where it overflows."""
    with np.errstate(over="ignore", invalid="ignore"):
        difference = np.asarray(values, dtype=np.float64) - np.asarray(targets, dtype=np.float64)
        return float(np.sqrt(np.mean(difference**2)))


def straight_line_error(values: ArrayLike) -> float:
    """Return the root of the mean squared error of the best straight line: what a linear network cannot go below."""
    values = np.asarray(values, dtype=np.float64)
    columns = np.stack([np.ones(POINTS), GRID], axis=1)
    return rms(columns @ np.linalg.lstsq(columns, values, rcond=None)[0], values)
