"""What is laid over a drawing: the outline of its ink, and ink that came or went."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.inspection.colors import DIVERGING_STOPS, Theme, ink_map

INKED = 0.5
"""From this grey on a pixel lies inside the outline."""
_ADDED, _REMOVED = 5, 1  # of the diverging map's stops: orange for ink that comes, blue for ink that goes
_REMOVED_SHARE = 0.75  # paler, as it is no longer there


class Edge(NamedTuple):
    """A side of a pixel, from corner to corner, in pixels from the top left of the picture."""

    x0: int
    y0: int
    x1: int
    y1: int


def outline(ink: ArrayLike, threshold: float = INKED) -> list[Edge]:
    """Return the pixel sides between ink and paper, for a picture of shape (rows, columns), ink = 1."""
    inside = np.pad(np.asarray(ink) >= threshold, 1)
    down = np.argwhere(inside[1:, 1:-1] != inside[:-1, 1:-1])
    across = np.argwhere(inside[1:-1, 1:] != inside[1:-1, :-1])
    level = [Edge(int(x), int(y), int(x) + 1, int(y)) for y, x in down]
    upright = [Edge(int(x), int(y), int(x), int(y) + 1) for y, x in across]
    return level + upright


def change_map(before: ArrayLike, after: ArrayLike, theme: Theme) -> NDArray[np.uint8]:
    """Return the colours of ink that stayed, in grey, of ink that came, in orange, and of ink that went, in blue.

    Parameters
    ----------
    before, after : float arrays of one shape (rows, columns), ink = 1 on paper = 0

    Returns
    -------
    uint8 array, shape (rows, columns, 3)
    """
    first, second = (np.asarray(picture, dtype=np.float32)[..., np.newaxis] for picture in (before, after))
    colors = ink_map(np.minimum(first, second)[..., 0], theme).astype(np.float32)
    for stop, amount in ((_ADDED, second - first), (_REMOVED, (first - second) * _REMOVED_SHARE)):
        color = np.array([int(DIVERGING_STOPS[theme][stop][place : place + 2], 16) for place in (1, 3, 5)])
        colors += np.clip(amount, 0, 1) * (color - colors)
    return np.rint(colors).astype(np.uint8)
