"""Painting weights: a round brush that is drawn over a picture of numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Spot = tuple[float, float]
"""Row and column; the middle of the first pixel is (0, 0)."""


def stroke(
    picture: NDArray[np.floating], start: Spot, end: Spot, *, size: float, value: float, mirrored: bool = False
) -> NDArray[np.floating]:
    """Return the picture after a round brush was drawn from `start` to `end` in a straight line.

    A pixel under the brush gets `value`; one that the edge passes through a mixture, by how far it is inside:
    w = clip(r + ½ − d, 0, 1) with d the distance of its middle from the line and r half the size.

    Parameters
    ----------
    picture : float array, shape (rows, columns)
    size : the brush's diameter in pixels; 1 paints the pixel that the pointer is in
    value : what is painted: positive, negative, or 0 to erase
    mirrored : whether the same is painted with left and right exchanged
    """
    cover = _cover(picture.shape, start, end, size)
    if mirrored:
        cover = np.maximum(cover, cover[:, ::-1])
    return (picture + cover * (value - picture)).astype(picture.dtype)


def _cover(shape: tuple[int, ...], start: Spot, end: Spot, size: float) -> NDArray[np.float64]:
    """Return how far each pixel lies under the brush, 0 to 1."""
    rows, columns = np.arange(shape[0], dtype=np.float64)[:, np.newaxis], np.arange(shape[1], dtype=np.float64)
    if size <= 1:
        start, end = (round(start[0]), round(start[1])), (round(end[0]), round(end[1]))
    down, right = end[0] - start[0], end[1] - start[1]
    length = down * down + right * right
    share = 0.0 if length == 0 else ((rows - start[0]) * down + (columns - start[1]) * right) / length
    share = np.clip(share, 0, 1)
    distance = np.hypot(rows - start[0] - share * down, columns - start[1] - share * right)
    return np.clip(size / 2 + 0.5 - distance, 0, 1)


def template(ink: NDArray[np.floating], strength: float) -> NDArray[np.floating]:
    """Return the weights that answer to a picture: positive where its ink is, negative around it, summing to zero.

    The ink less its mean, scaled to `strength` at its largest: of all weights of a given length without a bias towards
    ink as such, those that give this picture the largest sum (the Cauchy-Schwarz inequality). Blank ink gives zeros.
    """
    centred = ink - ink.mean()
    largest = float(np.abs(centred).max())
    return (centred * (strength / largest) if largest > 0 else np.zeros_like(centred)).astype(np.float32)
