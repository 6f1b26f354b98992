"""Connected pieces of a black-and-white picture, and the brightest or darkest neighbours of its pixels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Grey = NDArray[np.float32]


class Pieces(NamedTuple):
    """The connected pieces of a mask: pixels that touch, also at a corner.

    Attributes
    ----------
    labels : int array, shape (rows, columns): 0 outside of the mask, else 1 + the piece's place in the other arrays
    area : int array, shape (n,), in pixels
    boxes : int array, shape (n, 4): left, top, right, bottom; the last two are one beyond the last pixel
    """

    labels: NDArray[np.intp]
    area: NDArray[np.intp]
    boxes: NDArray[np.intp]


def pieces(mask: Mask) -> Pieces:
    """Return the connected pieces of a mask, in the order in which they begin, row by row.

    Horizontal runs of pixels are the nodes of a graph, joined where two of neighbouring rows touch. Every run takes
    the lowest number among those that it is joined to, until nothing changes; following the numbers' own numbers in
    between makes that a few rounds whatever the shape (Shiloach and Vishkin, 1982).
    """
    rows, columns = mask.shape
    width = columns + 2  # a blank column on both sides keeps the rows' runs apart
    padded = np.zeros((rows, width), dtype=np.int8)
    padded[:, 1:-1] = mask
    change = np.diff(padded.reshape(-1), prepend=0)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)  # the end is one beyond
    # A run below touches one above when it ends after that one starts and starts before it ends, corners included.
    low = np.searchsorted(ends, starts + width, side="left")
    high = np.searchsorted(starts, ends + width, side="right")
    touching = np.maximum(high - low, 0)
    above = np.repeat(np.arange(len(starts)), touching)
    below = np.arange(len(above)) - np.repeat(np.cumsum(touching) - touching, touching) + np.repeat(low, touching)
    number = _lowest_joined(len(starts), above, below)
    _, piece = np.unique(number, return_inverse=True)
    lengths = ends - starts
    labels = np.zeros(rows * width, dtype=np.intp)
    labels[_spread(starts, lengths)] = np.repeat(piece + 1, lengths)
    count = int(piece.max()) + 1 if len(piece) else 0
    area = np.zeros(count, dtype=np.intp)
    np.add.at(area, piece, lengths)
    boxes = np.tile(np.array([columns, rows, 0, 0], dtype=np.intp), (count, 1))
    row, left, right = starts // width, starts % width - 1, (ends - 1) % width
    for column, value, keep in (
        (0, left, np.minimum),
        (1, row, np.minimum),
        (2, right, np.maximum),
        (3, row + 1, np.maximum),
    ):
        keep.at(boxes[:, column], piece, value)
    return Pieces(labels.reshape(rows, width)[:, 1:-1], area, boxes)


def brightest_near(picture: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the brightest pixel of the square of 2 × reach + 1 pixels around each one; outside there is nothing.

    A window's maximum is that of two overlapping windows of half its width, and so on: the cost hardly depends on the
    reach.
    """
    return _slide(_slide(picture, reach, np.maximum).T, reach, np.maximum).T


def darkest_near(picture: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Return the darkest pixel of the square of 2 × reach + 1 pixels around each one; outside there is nothing."""
    return _slide(_slide(picture, reach, np.minimum).T, reach, np.minimum).T


def _slide(picture: NDArray[np.float32], reach: int, choose: np.ufunc) -> NDArray[np.float32]:
    """Return each column's extreme over 2 × reach + 1 rows."""
    if reach < 1:
        return picture
    rows = picture.shape[0]
    nothing = -np.inf if choose is np.maximum else np.inf
    padded = np.full((rows + 2 * reach, picture.shape[1]), nothing, dtype=np.float32)
    padded[reach : reach + rows] = picture
    window, wanted = 1, 2 * reach + 1
    while window < wanted:
        step = min(window, wanted - window)
        padded = choose(padded[:-step], padded[step:])
        window += step
    return np.ascontiguousarray(padded)


def _lowest_joined(count: int, above: NDArray[np.intp], below: NDArray[np.intp]) -> NDArray[np.intp]:
    number = np.arange(count)
    while True:
        lowest = np.minimum(number[above], number[below])
        joined = number.copy()
        # Also the run that gave a number away learns of the lower one: whole trees move at once.
        for runs in (above, below):
            np.minimum.at(joined, number[runs], lowest)
            np.minimum.at(joined, runs, lowest)
        while not np.array_equal(shorter := joined[joined], joined):
            joined = shorter
        if np.array_equal(joined, number):
            return number
        number = joined


def _spread(starts: NDArray[np.intp], lengths: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return start, start + 1, ... for each start and its length, one after the other."""
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) - np.repeat(before - starts, lengths)
