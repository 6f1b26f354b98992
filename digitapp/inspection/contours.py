"""Lines of equal height on a grid of values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

# For each pattern of corners that are above the level (bit 0 bottom left, 1 bottom right, 2 top right, 3 top left):
# which edges a line joins; 0 is the bottom, 1 the right, 2 the top, 3 the left. Two patterns are saddles.
_JOINS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((3, 0),),
    2: ((0, 1),),
    3: ((3, 1),),
    4: ((1, 2),),
    6: ((0, 2),),
    7: ((3, 2),),
    8: ((2, 3),),
    9: ((2, 0),),
    11: ((2, 1),),
    12: ((1, 3),),
    13: ((1, 0),),
    14: ((0, 3),),
}
_SADDLES = {5: (((3, 2), (0, 1)), ((3, 0), (1, 2))), 10: (((0, 3), (2, 1)), ((0, 1), (2, 3)))}


def contour(
    values: NDArray[np.floating], xs: NDArray[np.floating], ys: NDArray[np.floating], level: float
) -> NDArray[np.float64]:
    """Return where values pass a level, as lines across the cells: shape (lines, 2, 2), their ends, of each x and y.

    Parameters
    ----------
    values : (len(ys), len(xs)); cells with a corner that is not finite have no lines
    xs, ys : where the columns and rows stand, rising
    level : the value

    Source: Lorensen, Cline, "Marching Cubes" (SIGGRAPH 1987), in the plane; saddles are told apart by their middle.
    """
    above, is_finite = (values > level).astype(np.uint8), np.isfinite(values)
    kinds = above[:-1, :-1] | above[:-1, 1:] << 1 | above[1:, 1:] << 2 | above[1:, :-1] << 3
    is_whole = is_finite[:-1, :-1] & is_finite[:-1, 1:] & is_finite[1:, 1:] & is_finite[1:, :-1]
    # Few cells of a fine grid are passed: only those are looked at again.
    all_rows, all_columns = np.nonzero(is_whole & (kinds != 0) & (kinds != 15))
    passed = kinds[all_rows, all_columns]
    lines = []
    for kind in np.unique(passed).tolist():
        rows, columns = all_rows[passed == kind], all_columns[passed == kind]
        if kind in _JOINS:
            lines += [_joined(values, xs, ys, level, rows, columns, join) for join in _JOINS[kind]]
            continue
        corners = [values[rows + up, columns + across] for up, across in ((0, 0), (0, 1), (1, 1), (1, 0))]
        is_high = np.mean(corners, axis=0) > level
        for chosen, joins in zip((is_high, ~is_high), _SADDLES[kind], strict=True):
            lines += [_joined(values, xs, ys, level, rows[chosen], columns[chosen], join) for join in joins]
    return np.concatenate(lines) if lines else np.empty((0, 2, 2))


def _joined(
    values: NDArray[np.floating],
    xs: NDArray[np.floating],
    ys: NDArray[np.floating],
    level: float,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    edges: tuple[int, int],
) -> NDArray[np.float64]:
    """Return the lines between two edges of some cells, (cells, 2, 2)."""
    ends = []
    for edge in edges:
        # The two corners of the edge, by row and column from the cell's bottom left.
        (r0, c0), (r1, c1) = [((0, 0), (0, 1)), ((0, 1), (1, 1)), ((1, 0), (1, 1)), ((0, 0), (1, 0))][edge]
        first, second = values[rows + r0, columns + c0], values[rows + r1, columns + c1]
        share = (level - first) / (second - first)
        x = xs[columns + c0] + share * (xs[columns + c1] - xs[columns + c0])
        y = ys[rows + r0] + share * (ys[rows + r1] - ys[rows + r0])
        ends.append(np.stack([x, y], axis=-1))
    return np.stack(ends, axis=1)


def levels(values: NDArray[np.floating], count: int = 9) -> NDArray[np.float64]:
    """Return round heights at which lines tell most: half part the cells evenly, half the range; none for a plain.

    Rounded to two digits, of the height or of the whole range where that is finer, so that they can be named.
    """
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() == finite.max():
        return np.empty(0)
    low, high = float(finite.min()), float(finite.max())
    places = 1 - math.floor(math.log10(high - low))
    even = count // 2
    heights = [*np.quantile(finite, np.linspace(0, 1, count - even + 2)[1:-1]), *np.linspace(low, high, even + 2)[1:-1]]
    rounded = {round(float(height), max(places, _places(float(height)))) for height in heights}
    found: list[float] = []
    for height in sorted(rounded):
        # Two lines close together would look like one that means something.
        is_close = bool(found) and height - found[-1] < min(0.04 * (high - low), 0.2 * abs(found[-1]))
        if low < height < high and not is_close:
            found.append(height)
    return np.array(found)


def _places(height: float) -> int:
    """Return after how many places a height has two digits."""
    return 1 - math.floor(math.log10(abs(height))) if height else 0
