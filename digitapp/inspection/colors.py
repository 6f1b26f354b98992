"""Colour maps for weights and ink, as lookup tables.

A map is a table of at most 256 colours and a rule from value to table index. Values become one byte each, so that
1,000 images of 28×28 weights are coloured in a few milliseconds; an image type with a palette of its own can take
`diverging_indices` and `diverging_table` as they are and save even the look-up.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from math import floor, log10
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Theme: TypeAlias = Literal["light", "dark"]

DIVERGING_STOPS: dict[Theme, tuple[str, ...]] = {
    "light": ("#123A80", "#2F72C8", "#94BDE8", "#F7F7F7", "#F3BE88", "#D5731B", "#8E3B06"),
    "dark": ("#B4D8FF", "#4E98EA", "#234F85", "#17191D", "#7A4314", "#E58A35", "#FFD09A"),
}
"""Colours at −1, −2/3, −1/3, 0, 1/3, 2/3 and 1 times the limit; linear in sRGB between them."""

INK_STOPS: dict[Theme, tuple[str, str]] = {"light": ("#FFFFFF", "#15181E"), "dark": ("#121418", "#F3F5F7")}
"""Colours of the empty page and of full ink."""

HEIGHT_STOPS: dict[Theme, tuple[str, ...]] = {
    "light": ("#FFFFFF", "#E3E5E9", "#B9BEC8", "#868D9A", "#545B68", "#2B303A"),
    "dark": ("#15171B", "#2B2F37", "#474D58", "#6D7584", "#9BA3B0", "#D5DAE2"),
}
"""Colours from the lowest to the highest of what has no sign, such as a cost: grey, as the curves of the loss are."""

NOT_A_NUMBER_COLOR: dict[Theme, str] = {"light": "#BE2F49", "dark": "#FF8094"}
"""A weight that is not a number is an error, and shown as one."""

ZERO_INDEX = 126
NOT_A_NUMBER_INDEX = 2 * ZERO_INDEX + 1
NOTHING_INDEX = 255
"""A cell of a picture that stands for no value at all. `diverging_table` has no colour for it: the ground shows."""
_HEIGHTS = 250
_NICE_STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_QUANTILE_SAMPLE = 65_536


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _gradient(stops: tuple[str, ...], steps: int) -> NDArray[np.float64]:
    """Return ``steps`` colours a segment, and the last stop, shape (steps × segments + 1, 3)."""
    segments = [np.linspace(_rgb(a), _rgb(b), steps, endpoint=False) for a, b in pairwise(stops)]
    return np.vstack([*segments, _rgb(stops[-1])])


@cache
def diverging_table(theme: Theme) -> NDArray[np.uint8]:
    """Return the colours that `diverging_indices` points to.

    Returns
    -------
    uint8 array, shape (254, 3), read-only: 253 colours from −limit to +limit with zero at `ZERO_INDEX`, so that
    each stop is met exactly, and the colour for "not a number" at `NOT_A_NUMBER_INDEX`
    """
    stops = DIVERGING_STOPS[theme]
    ramp = np.rint(_gradient(stops, 2 * ZERO_INDEX // (len(stops) - 1)))
    table = np.vstack([ramp, _rgb(NOT_A_NUMBER_COLOR[theme])]).astype(np.uint8)
    table.flags.writeable = False
    return table


@cache
def ink_table(theme: Theme) -> NDArray[np.uint8]:
    """Return the 256 colours from the empty page to full ink, uint8 array of shape (256, 3), read-only."""
    table = np.rint(_gradient(INK_STOPS[theme], 255)).astype(np.uint8)
    table.flags.writeable = False
    return table


@cache
def height_table(theme: Theme) -> NDArray[np.uint8]:
    """Return the colours that `height_indices` points to, uint8 array of shape (252, 3), read-only.

    251 from the lowest to the highest, and the one for "not a number".
    """
    ramp = np.rint(_gradient(HEIGHT_STOPS[theme], _HEIGHTS // (len(HEIGHT_STOPS[theme]) - 1)))
    table = np.vstack([ramp, _rgb(NOT_A_NUMBER_COLOR[theme])]).astype(np.uint8)
    table.flags.writeable = False
    return table


def height_indices(shares: ArrayLike) -> NDArray[np.uint8]:
    """Return for each share, from 0 to 1, the index of its colour in `height_table`; what is not finite has its own."""
    array = np.asarray(shares, np.float64)
    indices = np.rint(np.clip(np.nan_to_num(array), 0, 1) * _HEIGHTS).astype(np.uint8)
    indices[~np.isfinite(array)] = _HEIGHTS + 1
    return indices


def diverging_indices(values: ArrayLike, limit: float, cells: int | None = None) -> NDArray[np.uint8]:
    """Return for each value the index of its colour in `diverging_table`.

    Parameters
    ----------
    values : float array of any shape; what lies outside −limit to +limit gets the colour of the nearer end
    limit : the value of the two ends, > 0
    cells : how many cells of each picture (the last two axes) stand for a value, from the top left; those after them
        get `NOTHING_INDEX`. None is all of them

    Raises
    ------
    ValueError : a limit that is not a positive number
    """
    if not 0 < limit < np.inf:
        raise ValueError(f"the limit of a symmetric colour map is a positive number, not {limit}")
    array = np.asarray(values)
    if not np.issubdtype(array.dtype, np.floating):
        array = array.astype(np.float32)
    scaled = array * array.dtype.type(ZERO_INDEX / limit)
    # Rounding by truncation: the half is added while everything is still shifted to positive numbers.
    scaled += array.dtype.type(ZERO_INDEX + 0.5)
    np.clip(scaled, 0, 2 * ZERO_INDEX, out=scaled)
    if not np.isfinite(scaled.sum()):
        scaled[np.isnan(scaled)] = NOT_A_NUMBER_INDEX
    indices = scaled.astype(np.uint8)
    if cells is not None:
        indices.reshape(*indices.shape[:-2], -1)[..., cells:] = NOTHING_INDEX
    return indices


def diverging_map(
    values: ArrayLike, limit: float, theme: Theme, cells: int | None = None, ground: Sequence[int] = (0, 0, 0)
) -> NDArray[np.uint8]:
    """Return the colours of signed values: blue below zero, neutral at zero, orange above.

    Parameters
    ----------
    values : float array of any shape (...)
    limit : the value that gets the last colour; −limit gets the first
    theme : "light" or "dark"
    cells : as for `diverging_indices`
    ground : the colour of cells that stand for nothing

    Returns
    -------
    uint8 array, shape (..., 3), red, green, blue

    Raises
    ------
    ValueError : a limit that is not a positive number
    """
    return table_on(ground, theme).take(diverging_indices(values, limit, cells), axis=0)


def table_on(ground: Sequence[int], theme: Theme) -> NDArray[np.uint8]:
    """Return `diverging_table` with the colour of the ground at `NOTHING_INDEX`, shape (256, 3)."""
    table = np.zeros((NOTHING_INDEX + 1, 3), dtype=np.uint8)
    table[: NOT_A_NUMBER_INDEX + 1] = diverging_table(theme)
    table[NOTHING_INDEX] = ground
    return table


def ink_map(grey: ArrayLike, theme: Theme) -> NDArray[np.uint8]:
    """Return the colours of ink: the page at 0, full ink at 1.

    Parameters
    ----------
    grey : float array of any shape (...); beyond 0 and 1 the colour stays, "not a number" is the empty page
    theme : "light" or "dark"

    Returns
    -------
    uint8 array, shape (..., 3), red, green, blue
    """
    levels = np.clip(np.nan_to_num(np.asarray(grey, dtype=np.float32)), 0, 1) * 255
    return ink_table(theme).take(np.rint(levels).astype(np.uint8), axis=0)


def nice_limit(value: float) -> float:
    """Return the smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 times a power of ten that is at least ``value``; 1 for zero."""
    if not 0 < value < np.inf:
        return 1.0
    exponent = floor(log10(value))
    # Powers of ten as a quotient of integers for small numbers: 3 * 10.0**-1 is not 0.3.
    for step in _NICE_STEPS:
        limit = step * 10**exponent if exponent >= 0 else step / 10**-exponent
        if limit >= value * (1 - 1e-6):
            return limit
    return 10.0 ** (exponent + 1)


def symmetric_limit(values: ArrayLike, quantile: float = 0.995, previous: float | None = None) -> float:
    """Return a round limit for a symmetric colour scale over ``values``.

    Parameters
    ----------
    values : float array of any shape; what is not finite is left out
    quantile : the share of values that the scale covers. Below 1 a few extreme weights do not bleach all others;
        above 65,536 values it is taken from an evenly spread sample
    previous : the limit in use; it is kept while the values need between half and all of it, so that a picture
        which follows training does not flicker between two scales

    Returns
    -------
    the limit, > 0; 1 when there is nothing but zeros
    """
    flat = np.ravel(np.asarray(values), order="K")
    if quantile < 1 and flat.size > _QUANTILE_SAMPLE:
        # Not every so-manieth: in a row of pixels that would be the same few again and again.
        flat = flat[np.linspace(0, flat.size - 1, _QUANTILE_SAMPLE, dtype=np.int64)]
    magnitudes = np.abs(flat)
    magnitudes = magnitudes[np.isfinite(magnitudes)]
    needed = float(np.quantile(magnitudes, quantile)) if quantile < 1 and magnitudes.size else 0.0
    if needed == 0:
        needed = float(magnitudes.max(initial=0.0))
    if previous is not None and previous / 2 <= needed <= previous:
        return previous
    return nice_limit(needed)


def scale_bar(width: int, height: int, theme: Theme) -> NDArray[np.uint8]:
    """Return a picture of the diverging map from −limit to +limit, uint8 array of shape (height, width, 3)."""
    row = diverging_map(np.linspace(-1, 1, width), 1.0, theme)
    return np.broadcast_to(row, (height, width, 3)).copy()


def signed_label(value: float) -> str:
    """Return a number for a scale bar with its sign, "−0.3", "0", "+0.3" (minus is U+2212)."""
    if value == 0:
        return "0"
    return f"{'+' if value > 0 else '−'}{abs(value):.4g}"


CLASS_COLORS: dict[Theme, tuple[str, ...]] = {
    "light": (
        *("#381FF5", "#EB5F1E", "#336963", "#9B0301", "#3586FF"),
        *("#D463BE", "#32315E", "#978D67", "#7A23A8", "#6D0720"),
    ),
    "dark": (
        *("#2EFEE2", "#E1A27D", "#6C33FE", "#F4F131", "#3CAB08"),
        *("#CA099F", "#B5BCFF", "#466E22", "#B870FD", "#9C4B63"),
    ),
}
"""Ten colours for ten classes. Ten are too many to be named by colour alone: a class is always written beside it too.

Found by a search for the largest smallest distance (CIE76, at least 25) between any two of them as normal, protan,
deutan and tritan eyes see them (Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color
Vision Deficiency", 2009), with a contrast of about 3 or more to the window.
"""


def class_color(label: int, theme: Theme) -> str:
    """Return a class's colour; beyond ten classes the colours begin again."""
    colors = CLASS_COLORS[theme]
    return colors[label % len(colors)]
