"""Finding the lines of ruled and squared paper in a picture of ink, and taking them away."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.components import Mask

_LOOK_SIDE = 256  # pixels, to find the lines
_STEEPEST = 0.2  # rows per column: what a paper held askew, or seen from the side, shows
_SLOPES = 27
_COVERED = 0.5  # of the picture's width, by a line
_WIDEST = 0.012  # of the picture's longer side
_SEVERAL = 3  # lines: then they need not go from edge to edge


def without_rules(mask: Mask, *, is_drawn: bool = False) -> Mask:
    """Return a mask of ink without the straight, thin lines that go through the whole picture, across or down.

    Where a pen's line crosses a rule, or lies on it and is wider, it stays.

    Parameters
    ----------
    is_drawn : True for a picture that is no photograph of paper. There, rules go to the picture's edges, for else they
        are a frame's, and they are several: a picture that is cut close around a 4 has lines from edge to edge too.
    """
    across, lines_across = _without_level_rules(mask, is_drawn)
    down, lines_down = _without_level_rules(mask.T, is_drawn)
    if is_drawn and lines_across + lines_down < _SEVERAL:
        return mask
    return across & down.T


def _without_level_rules(mask: Mask, only_to_edges: bool) -> tuple[Mask, int]:
    """Return a mask without its level lines, and how many these were."""
    rows, columns = mask.shape
    if min(rows, columns) < 64 or not _may_be_ruled(mask):
        return mask, 0
    lines = _level_lines(mask, only_to_edges)
    if not lines:
        return mask, 0
    top, length = _vertical_runs(mask)
    widest = max(2.0, _WIDEST * max(rows, columns) + 1)
    kept = mask.copy()
    for line in lines:
        _remove(mask, kept, line, top, length, widest)
    return kept, len(lines)


def _may_be_ruled(mask: Mask) -> bool:
    """Whether a line may go from edge to edge, or several through most of the picture: a quick look."""
    columns = mask.shape[1]
    tenth = max(1, columns // 10)
    runs = np.count_nonzero(mask[1:] & ~mask[:-1], axis=0) + mask[0]
    inked = runs > 0
    to_edges = min(inked[:tenth].mean(), inked[-tenth:].mean()) > _COVERED
    return bool(inked.mean() > _COVERED and (to_edges or (runs >= _SEVERAL).mean() > _COVERED))


def _level_lines(mask: Mask, only_to_edges: bool) -> list[NDArray[np.float64]]:
    """Return where there may be lines: the row in each of the picture's columns."""
    factor = max(1, -(-max(mask.shape) // _LOOK_SIDE))
    rows, columns = (length // factor for length in mask.shape)
    squares = mask[: rows * factor, : columns * factor].reshape(rows, factor, columns, factor)
    small: Mask = np.asarray(squares.max(axis=(1, 3)))
    thick = small.copy()
    thick[1:] |= small[:-1]
    thick[:-1] |= small[1:]
    middle = (columns - 1) / 2
    x = np.arange(columns)
    slopes = np.linspace(-_STEEPEST, _STEEPEST, _SLOPES)
    seen = np.zeros((_SLOPES, rows, columns), dtype=bool)
    for index, slope in enumerate(slopes):
        row = np.arange(rows)[:, None] + np.rint(slope * (x - middle)).astype(np.intp)
        inside = (row >= 0) & (row < rows)
        seen[index] = thick[np.clip(row, 0, rows - 1), x] & inside
    covered = np.asarray(seen.mean(axis=2))
    tenth = max(1, columns // 10)
    ends = seen[..., :tenth], seen[..., -tenth:]
    to_edges = np.minimum(*(end.mean(axis=2) for end in ends)) > _COVERED
    found = []
    while covered.max() > _COVERED:
        slope, row = np.unravel_index(int(covered.argmax()), covered.shape)
        found.append((float(slopes[slope]), int(row), bool(to_edges[slope, row])))
        covered[:, max(0, row - 4) : row + 5] = 0
    if only_to_edges or len(found) < _SEVERAL:
        found = [line for line in found if line[2]]
    x_full = (np.arange(mask.shape[1]) + 0.5) / factor - 0.5
    return [(row + slope * (x_full - middle) + 0.5) * factor - 0.5 for slope, row, _ in found]


def _vertical_runs(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return for each pixel of the mask where the run of pixels in its column begins, and how long it is."""
    padded = np.zeros((mask.shape[1], mask.shape[0] + 2), dtype=np.int8)
    padded[:, 1:-1] = mask.T
    change = np.diff(padded.reshape(-1), prepend=0)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    width = mask.shape[0] + 2
    top = np.zeros(padded.size, dtype=np.intp)
    length = np.zeros(padded.size, dtype=np.intp)
    lengths = ends - starts
    at = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths - starts, lengths)
    top[at] = np.repeat(starts % width - 1, lengths)
    length[at] = np.repeat(lengths, lengths)
    shape = padded.shape
    return top.reshape(shape)[:, 1:-1].T, length.reshape(shape)[:, 1:-1].T


def _remove(
    mask: Mask,
    kept: Mask,
    line: NDArray[np.float64],
    top: NDArray[np.intp],
    length: NDArray[np.intp],
    widest: float,
) -> None:
    """Follow a line through the picture and take away the runs that are hardly longer than it is wide."""
    columns = mask.shape[1]
    x = np.arange(columns)
    near = _nearest_run(mask, line, length, widest)
    if near is None:
        return
    row, has = near
    middle = top[row, x] + (length[row, x] - 1) / 2
    aside = np.abs(_bend(x, middle, has) - middle)
    has &= aside <= 3 * np.median(aside[has]) + 1
    near = _nearest_run(mask, _bend(x, middle, has), length, widest)  # near the line as it is, no longer as supposed
    if near is None:
        return
    row, has = near
    gone = has & (length[row, x] <= min(widest, 1.6 * float(np.median(length[row[has], x[has]])) + 1.5))
    for column in np.flatnonzero(gone):
        start = top[row[column], column]
        kept[start : start + length[row[column], column], column] = False


def _nearest_run(
    mask: Mask, line: NDArray[np.float64], length: NDArray[np.intp], widest: float
) -> tuple[NDArray[np.intp], NDArray[np.bool_]] | None:
    """Return in each column a row of the thin run nearest to a line, and whether there is one; None for too few."""
    rows, columns = mask.shape
    x = np.arange(columns)
    reach = max(3, round(2.5 * max(1, -(-max(rows, columns) // _LOOK_SIDE))))
    offsets = np.array(sorted(range(-reach, reach + 1), key=abs))
    near = np.rint(line).astype(np.intp) + offsets[:, None]
    row = np.clip(near, 0, rows - 1)
    thin = mask[row, x] & (near == row) & (length[row, x] <= widest)
    has = thin.any(axis=0)
    if np.count_nonzero(has) < columns // 4:
        return None
    return row[thin.argmax(axis=0), x], has


def _bend(x: NDArray, y: NDArray, used: NDArray[np.bool_]) -> NDArray:
    """Return a parabola through the points that are used: a sheet of paper is never quite flat."""
    return np.polyval(np.polyfit(x[used], y[used], 2), x)
