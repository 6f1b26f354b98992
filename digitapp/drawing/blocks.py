"""Pictures whose pixels were repeated to make them larger, as for a look at single pixels.

What stands there is a small picture, and is read as one: the greys at a line's edge are its softness there, and would
be shades of the paper in a large picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, inf

import numpy as np

from digitapp.drawing.components import Grey
from digitapp.drawing.paper import smaller_by

_LARGEST = 64  # pixels a side, before they were repeated
_MOST_WITHIN = 0.45  # of what changes between blocks: in a JPEG up to 0.33; in pictures that have no blocks 0.6 or more


def without_repeated_pixels(picture: Grey) -> Grey:
    """Return a picture, shape (rows, columns, 3), with every pixel once where all stand there as blocks of one size."""
    rows, columns = picture.shape[:2]
    common = gcd(rows, columns)
    sizes = [size for size in range(2, common + 1) if common % size == 0 and max(rows, columns) <= _LARGEST * size]
    if not sizes:
        return picture
    steps = [np.abs(np.diff(picture, axis=axis)).mean(axis=(1 - axis, 2)) for axis in (0, 1)]
    if not any(each.any() for each in steps):
        return picture
    even = [size for size in sizes if _unevenness(steps, size) < _MOST_WITHIN]
    return smaller_by(picture, max(even)) if even else picture


def _unevenness(steps: Sequence[Grey], size: int) -> float:
    """Return how much changes within blocks of a size, beside what changes from one block to the next.

    Half of it is within blocks of twice the size that they have.

    Parameters
    ----------
    steps : for rows and for columns, what each differs by from the next on average
    """
    is_border = [np.arange(1, len(each) + 1) % size == 0 for each in steps]
    within = sum(float(each[~borders].sum()) for each, borders in zip(steps, is_border, strict=True))
    between = sum(float(each[borders].sum()) for each, borders in zip(steps, is_border, strict=True))
    return within / between if between > 0 else inf
