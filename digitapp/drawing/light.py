"""Ink under uneven light: a photograph of paper or of a blackboard, with shades, shadows and the grain of a camera.

Which way ink differs from paper is seen where something narrow differs from all around it, most of all towards the
middle of the picture. Along that axis every picture is bright ink on dark paper, and whatever is narrower than a pen's
line can be is lifted off by a morphological opening (a white top-hat, Serra 1982): neither a gradient of light nor the
edge of a shadow is. Seen relative to the brightness of the paper around, ink in the shadow is as dark as in the light.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from digitapp.drawing.components import Grey, brightest_near, darkest_near
from digitapp.drawing.paper import LEAST_CONTRAST, smaller

_LOOK_SIDE = 80  # pixels, for what needs no detail
_LEAST_LIGHT = 0.15  # of white: darker paper is counted as so bright, or its grain would look like ink


def ink_axis(colours: Grey) -> NDArray[np.float32] | None:
    """Return the direction in colour space from paper to ink, a unit vector; None where nothing stands out.

    Parameters
    ----------
    colours : float32 array, shape (rows, columns, 3), 0 for black and 1 for white
    """
    small = smaller(colours, _LOOK_SIDE)
    reach = min(_LOOK_SIDE // 10, (min(small.shape[:2]) - 1) // 2)
    paper = np.stack([_medians(small[..., channel], reach) for channel in range(3)], axis=2)
    off = (small - paper).reshape(-1, 3)
    rows, columns = small.shape[:2]
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    central = (1.3 - np.maximum(np.abs(y), np.abs(x))).reshape(-1)  # tables and fingers are at the edge
    weight = np.linalg.norm(off, axis=1) * central
    few = min(len(weight) // 300 + 4, len(weight))
    strongest = off[np.argpartition(weight, -few)[-few:]]
    axis = np.linalg.svd(strongest, full_matrices=False)[2][0]
    if np.median(np.abs(strongest @ axis)) < LEAST_CONTRAST / 2:
        return None
    return np.asarray(axis if ((off @ axis) ** 3 * central).sum() > 0 else -axis, dtype=np.float32)


def raised(colours: Grey, axis: NDArray[np.float32], widest: float) -> Grey:
    """Return how far narrow things stand out along an axis, relative to the brightness of the paper there.

    Parameters
    ----------
    colours : float32 array, shape (rows, columns, 3)
    axis : shape (3,), from paper to ink
    widest : float, of the picture's longer side: what is wider is no line of a pen
    """
    bright = (colours @ axis).astype(np.float32)
    reach = max(2, round(widest * max(bright.shape) / 2))
    edge = np.pad(bright, reach, mode="edge")
    opened = brightest_near(darkest_near(edge, reach), reach)[reach:-reach, reach:-reach]
    lifted = bright - opened
    if axis.sum() > 0:  # light on a board: how bright the board is says nothing about the chalk
        return (lifted - np.median(lifted)).astype(np.float32)
    look = smaller(colours, _LOOK_SIDE).mean(axis=2)
    steps = max(1, round(max(look.shape) * widest / 2))
    paper = np.maximum(_resized(darkest_near(brightest_near(look, steps), steps), bright.shape), _LEAST_LIGHT)
    relative = lifted / paper
    return (relative - np.median(relative)).astype(np.float32)


def _medians(picture: Grey, reach: int) -> Grey:
    """Return the median of the square around each pixel, to 1/255 of the range."""
    if reach < 1:
        return picture
    low, span = float(picture.min()), max(float(np.ptp(picture)), 1e-6)
    image = Image.fromarray(np.uint8(np.round((picture - low) / span * 255)))  # Pillow's rank filters take bytes
    medians = np.asarray(image.filter(ImageFilter.MedianFilter(2 * reach + 1)), dtype=np.float32)
    return (medians * np.float32(span / 255) + np.float32(low)).astype(np.float32)


def _resized(picture: Grey, shape: tuple[int, int]) -> Grey:
    image = Image.fromarray(np.ascontiguousarray(picture)).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(image, dtype=np.float32)
