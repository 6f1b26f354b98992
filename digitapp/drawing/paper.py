"""Paper and ink of a picture: which colour is the paper's, and whether the light on it is the same everywhere.

A drawing, a screenshot or an image of a data set has few colours, and its paper is one of them. Two colours are told
apart by the threshold that parts them best, in the direction in which the picture's colours differ most. Paper is what
lies along most of the picture's edge: of 20,000 training images of MNIST, cut out as close as their ink allows, 17 have
more ink than paper there, nearly all of them a 1 that fills its box. Those are known by their shape: in a picture far
higher than wide whose ink goes from edge to edge, the paper is what is left in the corners.

A photograph has as many colours as there are shades of light. There, no one colour is the paper's, and
`digitapp.drawing.light` looks for lines instead.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.components import Grey, Mask, brightest_near, darkest_near, pieces

LEAST_CONTRAST = 0.06
"""Between ink and paper, of the way from black to white: less is taken for none."""

_LOOK_SIDE = 128  # pixels, to find the paper: the same for every picture, whatever its size
_LEVEL = 0.02  # of the contrast: pixels that differ by less have the same colour
_LEVELS, _IN_LEVELS = 4, 0.85  # so many colours hold so much of an evenly lit paper
_FLAT = 0.06  # of the contrast: neighbours that differ by less belong to no edge
_MARGIN = 0.12  # of the contrast
_FEW = 0.05  # of the paper: with fewer pixels off the edges nothing can be said about the light
_SLENDER = 0.45  # shorter by longer side of a picture that is cut close around a 1


class Paper(NamedTuple):
    """The paper of an evenly lit picture.

    Attributes
    ----------
    colour : float32 array, shape (3,)
    towards_ink : float32 array, shape (3,), a unit vector: which way ink differs
    """

    colour: NDArray[np.float32]
    towards_ink: NDArray[np.float32]


def even_paper(colours: Grey) -> Paper | None:
    """Return the paper of a picture, or None where it has no colour of its own: the light is uneven, or nothing stands
    out.

    Parameters
    ----------
    colours : float32 array, shape (rows, columns, 3), 0 for black and 1 for white
    """
    small = smaller(colours, _LOOK_SIDE)
    axis = main_axis(small)
    bright = small @ axis
    if np.ptp(bright) < LEAST_CONTRAST:
        return None
    light = bright > best_threshold(bright)
    if light.all() or not light.any():
        return None
    contrast = float(np.median(bright[light]) - np.median(bright[~light]))
    if contrast < LEAST_CONTRAST:
        return None
    is_light = _is_paper_light(light)
    paper = light if is_light else ~light
    flat = paper & (brightest_near(bright, 1) - darkest_near(bright, 1) < _FLAT * contrast)
    if flat.sum() > max(_FEW * paper.sum(), 12):
        known, is_even = flat, _has_few_levels(bright[flat], contrast)
    else:
        known, is_even = paper, _ends_at_once(bright[paper] if is_light else -bright[paper], contrast)
    if not is_even:
        return None
    return Paper(_usual(small[known], bright[known], contrast), -axis if is_light else axis)


def smaller(picture: Grey, side: int) -> Grey:
    """Return a picture, shape (rows, columns) or (rows, columns, n), of at most `side` pixels: means over squares."""
    return smaller_by(picture, -(-max(picture.shape[:2]) // side))


def smaller_by(picture: Grey, factor: int) -> Grey:
    """Return a picture so many times smaller, rounded up: means over squares."""
    if factor == 1:
        return picture
    rows, columns = picture.shape[:2]
    fill = ((0, -rows % factor), (0, -columns % factor), *((0, 0),) * (picture.ndim - 2))
    whole = np.pad(picture, fill, mode="edge")
    squares = whole.reshape(whole.shape[0] // factor, factor, whole.shape[1] // factor, factor, *picture.shape[2:])
    # One axis after the other: several times faster than both at once.
    return squares.sum(axis=1, dtype=np.float32).sum(axis=2) / np.float32(factor**2)


def main_axis(colours: Grey) -> NDArray[np.float32]:
    """Return the direction in which colours differ most, a unit vector towards the brighter ones."""
    off = colours.reshape(-1, 3).astype(np.float64)
    off -= off.mean(axis=0)
    axis = np.linalg.eigh(off.T @ off)[1][:, -1]
    return np.asarray(axis if axis.sum() >= 0 else -axis, dtype=np.float32)


def best_threshold(values: Grey) -> float:
    """Return the value that parts low from high ones best. Source: Otsu (1979), equation 18."""
    counts, edges = np.histogram(values, bins=256, range=(float(values.min()), float(values.max()) + 1e-6))
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][np.argmax(np.nan_to_num(between))])


def _is_paper_light(light: Mask) -> bool:
    rows, columns = light.shape
    if min(rows, columns) < _SLENDER * max(rows, columns):
        for is_ink, mask in ((True, light), (False, ~light)):
            if _goes_to_all_edges(mask) and all(edge.any() for edge in _edges(~mask)):
                return not is_ink
    return bool(np.concatenate(_edges(light)).mean() >= 0.5)


def _edges(mask: Mask) -> tuple[Mask, Mask, Mask, Mask]:
    return mask[0], mask[-1], mask[:, 0], mask[:, -1]


def _goes_to_all_edges(mask: Mask) -> bool:
    rows, columns = mask.shape
    return bool((pieces(mask).boxes == (0, 0, columns, rows)).all(axis=1).any())


def _has_few_levels(bright: Grey, contrast: float) -> bool:
    """Whether a few shades make nearly all of the paper."""
    shades = np.sort(np.bincount(((bright - bright.min()) / (_LEVEL * contrast)).astype(np.intp)))
    return bool(shades[-_LEVELS:].sum() >= _IN_LEVELS * shades.sum())


def _ends_at_once(shades: Grey, contrast: float) -> bool:
    """Whether hardly any paper is farther from the ink, which is on the lower side, than most of it."""
    middle, end = np.percentile(shades, [50, 95])
    return bool(end - middle < _MARGIN * contrast)


def _usual(colours: Grey, bright: Grey, contrast: float) -> NDArray[np.float32]:
    """Return the colour that most of the paper has."""
    shade = ((bright - bright.min()) / (_LEVEL * contrast)).astype(np.intp)
    return np.median(colours[shade == np.bincount(shade).argmax()], axis=0).astype(np.float32)
