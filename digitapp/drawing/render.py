"""From strokes to grey pictures: anti-aliased, round-capped, gapless at any speed, size and pen width.

A stroke is the union of capsules, one per piece of its path: everything within the pen's radius of the piece. A pixel's
grey is the share of it that the ink covers, computed from the distance between the pixel's middle and the path. Each
capsule looks only at the pixels around it, and the capsules of many drawings are computed together, which is what
makes one picture take a millisecond and a batch of them some tenths of one each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.ink import Drawing

Pictures = NDArray[np.float32]

# The default pens. Networks trained on MNIST read real pen strokes best with a pen of a tenth of the digit's longer
# side (benchmarks/road.py): that for drawings of unknown size, and the same on the canvas for a digit over 0.6 of it.
CANVAS_PEN_WIDTH = 0.06
RELATIVE_PEN_WIDTH = 0.1

_ELEMENTS_AT_ONCE = (
    1 << 16
)  # pixels computed per NumPy call: large enough to hide its overhead, small enough for the cache
_STEP = 1.0  # pixels (of the raster) between the points that are kept of a denser path


class Ink(NamedTuple):
    """The points of one or many drawings, laid end to end so that NumPy can treat them at once.

    Attributes
    ----------
    x, y, radius : float64 arrays, shape (n,), in one unit
    stroke : int array, shape (n,), ascending: points with the same number are joined
    picture : int array, shape (n,), ascending: which drawing a point belongs to
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]
    stroke: NDArray[np.intp]
    picture: NDArray[np.intp]


class _Capsules(NamedTuple):
    """Pieces of path, from (x0, y0) with radius r0 to (x1, y1) with radius r1; float64 arrays, shape (n,)."""

    x0: NDArray[np.float64]
    y0: NDArray[np.float64]
    r0: NDArray[np.float64]
    x1: NDArray[np.float64]
    y1: NDArray[np.float64]
    r1: NDArray[np.float64]
    picture: NDArray[np.intp]

    def take(self, chosen: NDArray | slice) -> _Capsules:
        ends = self.x0[chosen], self.y0[chosen], self.r0[chosen], self.x1[chosen], self.y1[chosen], self.r1[chosen]
        return _Capsules(*ends, self.picture[chosen])

    @property
    def length(self) -> NDArray[np.float64]:
        return np.hypot(self.x1 - self.x0, self.y1 - self.y0)

    @property
    def reach(self) -> NDArray[np.float64]:
        """How far from the path a pixel's middle may lie and still be touched."""
        return np.maximum(self.r0, self.r1) + 0.5


def gather(drawings: Sequence[Drawing], pen_widths: Sequence[float] | NDArray) -> Ink:
    """Lay the points of drawings end to end, in canvas units; the pressure scales the pen's radius.

    At least one drawing must have a stroke.
    """
    strokes = [stroke.points for drawing in drawings for stroke in drawing.strokes]
    points = np.concatenate(strokes).astype(np.float64)
    stroke_lengths = np.fromiter(map(len, strokes), np.intp, len(strokes))
    strokes_of = np.fromiter((len(drawing.strokes) for drawing in drawings), np.intp, len(drawings))
    stroke = np.repeat(np.arange(len(strokes)), stroke_lengths)
    picture = np.repeat(np.repeat(np.arange(len(drawings)), strokes_of), stroke_lengths)
    radius = points[:, 2] * (np.asarray(pen_widths, dtype=np.float64)[picture] / 2)
    return Ink(points[:, 0], points[:, 1], radius, stroke, picture)


def rasterise(ink: Ink, count: int, size: int) -> Pictures:
    """Draw ink given in pixels: pixel (row i, column j) covers y from i to i + 1 and x from j to j + 1.

    Parameters
    ----------
    ink : Ink, in pixels; what lies outside of the picture is not drawn
    count : int, number of pictures
    size : int, their side in pixels

    Returns
    -------
    pictures : float32 array, shape (count, size, size), 0 for paper and 1 for ink
    """
    pictures = np.zeros((count, size, size), dtype=np.float32)
    capsules = _divided(_inside(_capsules(ink), size))
    if len(capsules.x0) == 0:
        return pictures
    widths = np.ceil(
        np.maximum(np.abs(capsules.x1 - capsules.x0), np.abs(capsules.y1 - capsules.y0)) + 2 * capsules.reach + 1
    ).astype(np.intp)
    if (
        len(widths) * int(widths.max()) ** 2 > _ELEMENTS_AT_ONCE
    ):  # alike windows together, so that few pixels are wasted
        order = np.argsort(widths, kind="stable")
        capsules, widths = capsules.take(order), widths[order]
    start = 0
    while start < len(widths):
        stop = start + max(1, _ELEMENTS_AT_ONCE // int(widths[start]) ** 2)
        window = int(widths[start:stop].max())
        _stamp(pictures, capsules.take(slice(start, stop)), window)
        start = stop
    return pictures


def render(drawing: Drawing, pen_width: float, size: int) -> Pictures:
    """Return the picture of the canvas, the unit square, with the drawing on it.

    Parameters
    ----------
    drawing : Drawing, in canvas units
    pen_width : float > 0, the diameter of the pen at full pressure in canvas units
    size : int > 0, the picture's side in pixels

    Returns
    -------
    picture : float32 array, shape (size, size), 0 for paper and 1 for ink

    Raises
    ------
    ValueError : a pen width or a size that is not positive
    """
    check_pen_width(pen_width)
    if size < 1:
        raise ValueError(f"the picture's side must be at least 1 pixel, got {size}")
    if drawing.is_empty:
        return np.zeros((size, size), dtype=np.float32)
    supersampling = 2 if size <= 64 else 1  # finer pictures have too few pixels with two edges in them to matter
    scale = size * supersampling
    ink = gather([drawing], [pen_width])
    in_pixels = ink._replace(x=ink.x * scale, y=ink.y * scale, radius=ink.radius * scale)
    return shrink_by(rasterise(in_pixels, 1, scale), supersampling)[0]


def shrink_by(pictures: Pictures, factor: int) -> Pictures:
    """Return pictures whose pixels are the means of factor × factor pixels of the given ones."""
    if factor == 1:
        return pictures
    count, rows, columns = pictures.shape
    bands = pictures.reshape(count, rows // factor, factor, columns).sum(axis=2)
    # Slices added up: several times as fast as a sum over a short last axis.
    total = bands[:, :, ::factor].copy()
    for offset in range(1, factor):
        total += bands[:, :, offset::factor]
    total /= factor * factor
    return total


def check_pen_width(pen_width: float) -> None:
    """Raise ValueError for a pen width that is not a positive, finite number."""
    if not (np.isfinite(pen_width) and pen_width > 0):
        raise ValueError(f"the pen width must be a positive number, got {pen_width}")


def _capsules(ink: Ink) -> _Capsules:
    """Join the points of each stroke, leaving out those that are closer together than a pixel can show."""
    first = np.empty(len(ink.x), dtype=bool)
    first[0] = True
    np.not_equal(ink.stroke[1:], ink.stroke[:-1], out=first[1:])
    last = np.append(first[1:], True)
    steps = np.hypot(np.diff(ink.x), np.diff(ink.y)) / _STEP
    way = np.append(0.0, np.cumsum(np.where(first[1:], 0.0, steps)))
    way -= way[first][np.cumsum(first) - 1]  # from the stroke's own start, so that a batch draws what one drawing does
    kept = first | last
    kept[1:] |= np.floor(way[1:]) != np.floor(way[:-1])
    x, y, radius, stroke, picture = ink.x[kept], ink.y[kept], ink.radius[kept], ink.stroke[kept], ink.picture[kept]
    joined = stroke[1:] == stroke[:-1]
    dots = (first & last)[kept]  # a stroke of one point is a capsule of no length
    start = np.append(np.flatnonzero(joined), np.flatnonzero(dots))
    end = np.append(np.flatnonzero(joined) + 1, np.flatnonzero(dots))
    return _Capsules(x[start], y[start], radius[start], x[end], y[end], radius[end], picture[start])


def _inside(capsules: _Capsules, size: int) -> _Capsules:
    """Cut off what lies outside of the picture, by Liang and Barsky's rule (1984); most often that is nothing."""
    reach = capsules.reach
    low = np.minimum(np.minimum(capsules.x0, capsules.x1), np.minimum(capsules.y0, capsules.y1)) - reach
    high = np.maximum(np.maximum(capsules.x0, capsules.x1), np.maximum(capsules.y0, capsules.y1)) + reach
    if low.min() >= 0 and high.max() <= size:
        return capsules
    enter, leave = np.zeros(len(reach)), np.ones(len(reach))
    for start, end in ((capsules.x0, capsules.x1), (capsules.y0, capsules.y1)):
        way = end - start
        with np.errstate(divide="ignore", invalid="ignore"):
            one, other = (-reach - start) / way, (size + reach - start) / way
        still = way == 0
        beside = still & ((start < -reach) | (start > size + reach))
        enter = np.maximum(enter, np.where(still, np.where(beside, 2.0, 0.0), np.minimum(one, other)))
        leave = np.minimum(leave, np.where(still, 1.0, np.maximum(one, other)))
    seen = enter <= leave
    x0, y0, r0, x1, y1, r1, picture = capsules.take(seen)
    enter, leave = enter[seen], leave[seen]
    dx, dy, dr = x1 - x0, y1 - y0, r1 - r0
    return _Capsules(
        x0 + enter * dx, y0 + enter * dy, r0 + enter * dr, x0 + leave * dx, y0 + leave * dy, r0 + leave * dr, picture
    )


def _divided(capsules: _Capsules) -> _Capsules:
    """Divide long capsules, since each one costs its bounding square: pieces as long as they are wide cost least."""
    pieces = np.ceil(capsules.length / (2 * capsules.reach + 1)).astype(np.intp)
    np.maximum(pieces, 1, out=pieces)
    if pieces.size == 0 or pieces.max() == 1:
        return capsules
    x0, y0, r0, x1, y1, r1, picture = capsules.take(np.repeat(np.arange(len(pieces)), pieces))
    piece = np.arange(len(x0)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = np.repeat(pieces, pieces)
    begin, end = piece / share, (piece + 1) / share
    dx, dy, dr = x1 - x0, y1 - y0, r1 - r0
    return _Capsules(
        x0 + begin * dx, y0 + begin * dy, r0 + begin * dr, x0 + end * dx, y0 + end * dy, r0 + end * dr, picture
    )


def _stamp(pictures: Pictures, capsules: _Capsules, window: int) -> None:
    """Darken `pictures` by capsules that each fit into window × window pixels."""
    size = pictures.shape[1]
    column = np.floor(np.minimum(capsules.x0, capsules.x1) - capsules.reach).astype(np.intp)
    row = np.floor(np.minimum(capsules.y0, capsules.y1) - capsules.reach).astype(np.intp)
    steps = np.arange(window)
    columns, rows = column[:, None, None] + steps, row[:, None, None] + steps[:, None]

    def single(values: NDArray) -> NDArray[np.float32]:
        return values.astype(np.float32)[:, None, None]

    # From the capsule's start to each pixel's middle; x along the last axis, y along the one before.
    x = single(column + 0.5 - capsules.x0) + steps.astype(np.float32)
    y = single(row + 0.5 - capsules.y0) + steps.astype(np.float32)[:, None]
    dx, dy = capsules.x1 - capsules.x0, capsules.y1 - capsules.y0
    squared = np.maximum(dx * dx + dy * dy, 1e-12)
    along = x * single(dx / squared) + y * single(dy / squared)
    np.clip(along, 0, 1, out=along)
    across = x - along * single(dx)
    down = y - along * single(dy)
    across *= across
    down *= down
    across += down
    distance = np.sqrt(across, out=across)
    radius = along
    radius *= single(capsules.r1 - capsules.r0)
    radius += single(capsules.r0)
    # The share of a pixel-wide strip at this distance that lies under a line of this radius, exact also for thin lines.
    coverage = np.minimum(radius, distance + 0.5)
    coverage += np.minimum(radius, 0.5 - distance, out=distance)
    touched = coverage > 0
    if column.min() < 0 or row.min() < 0 or column.max() + window > size or row.max() + window > size:
        touched &= (columns >= 0) & (columns < size) & (rows >= 0) & (rows < size)
    pixels = (capsules.picture[:, None, None] * size + rows) * size + columns
    np.maximum.at(pictures.reshape(-1), pixels[touched], np.minimum(coverage[touched], 1))
