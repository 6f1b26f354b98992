"""Digits to look at for those who have not drawn one yet."""

from __future__ import annotations

import numpy as np

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing

# A 3 as one stroke: the corner points of cubic Bézier curves, each curve beginning where the last one ended.
_THREE = (
    ((0.33, 0.27), (0.42, 0.17), (0.67, 0.15), (0.67, 0.32)),
    ((0.67, 0.32), (0.67, 0.43), (0.55, 0.47), (0.45, 0.48)),
    ((0.45, 0.48), (0.60, 0.47), (0.72, 0.53), (0.71, 0.66)),
    ((0.71, 0.66), (0.70, 0.84), (0.42, 0.87), (0.30, 0.74)),
)
_POINTS_A_CURVE = 16
_ZERO = (1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1)


def sample_zero() -> BinaryGrid:
    """Return a 0 of the 4×3 toy."""
    return BinaryGrid.from_vector(_ZERO)


def sample_three() -> Drawing:
    """Return a handwritten 3 in canvas units."""
    t = np.linspace(0, 1, _POINTS_A_CURVE, endpoint=False)[:, None]
    curves = [
        (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
        for a, b, c, d in (np.array(curve) for curve in _THREE)
    ]
    return Drawing.from_points([np.vstack([*curves, _THREE[-1][-1]])])
