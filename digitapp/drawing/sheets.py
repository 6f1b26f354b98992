"""Pieces of ink that are no signs but hold some: frames, the canvas in another program's window, buttons, bars."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.components import Mask

_FILLED = 0.93  # of its box, for a sheet
_SMALLEST = 16  # pixels, shorter side
_FRAME = 0.1  # of the side: what is wider is no frame but a canvas
_OPEN = 0.35  # of a line through a sheet: with less ink on it, it goes through what a frame holds


def fills_its_box(mask: Mask) -> bool:
    """Whether a piece of ink, given within its box, fills that, seen from its outside along rows and along columns."""
    reached = np.logical_or.accumulate
    rows = reached(mask, axis=1) & reached(mask[:, ::-1], axis=1)[:, ::-1]
    columns = reached(mask, axis=0) & reached(mask[::-1], axis=0)[::-1]
    return bool((rows & columns).mean() >= _FILLED)


def is_sheet(mask: Mask) -> bool:
    """Whether a piece of ink, given within its box, may hold a sign."""
    return min(mask.shape) >= _SMALLEST and fills_its_box(mask)


def without_frame(mask: Mask) -> tuple[slice, slice]:
    """Return the part of a sheet's box that lies within its frame; all of it where it has none."""
    rows, columns = mask.mean(axis=1), mask.mean(axis=0)
    top, bottom, left, right = (_frame_width(line) for line in (rows, rows[::-1], columns, columns[::-1]))
    if not (top and bottom and left and right):
        return slice(0, len(rows)), slice(0, len(columns))
    return slice(top, len(rows) - bottom), slice(left, len(columns) - right)


def _frame_width(covered: NDArray[np.floating]) -> int:
    """Return how many lines from the outside are a frame's, with the one that is half of it; 0 for no frame."""
    most = max(1, round(_FRAME * len(covered)))
    inside = np.flatnonzero(covered[: most + 2] < _OPEN)
    return int(inside[0]) + 1 if len(inside) else 0
