"""The ink of one digit in a picture of it, whatever the picture is: a drawing, a screenshot, a scan, a photograph.

The steps of this road, each a module or a function:

1. `paper`: what the paper is. A picture with even light has a paper of one colour, and ink is what differs from it.
2. `light`: where the light is uneven, ink is what stands out from its surroundings and is as narrow as a pen's line;
   that it is brighter than the paper, and that it is darker, are both tried.
3. `rules`: the lines of ruled and squared paper are taken away.
4. `sign`: of all pieces of ink the largest sign is taken; what a frame or a canvas holds is a picture of its own, and
   takes this road by itself.
5. `_finished`: grey between paper and ink; a hair-thin line becomes as wide as a thin pen's, as it would vanish on the
   way to 20 pixels.

All of it is measured against the ink itself, its contrast and its size, never in pixels: the same digit drawn larger,
with more paper around it, the other way round in black and white, or written to another kind of file is the same ink.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitapp.drawing.components import Grey, Mask, brightest_near, pieces
from digitapp.drawing.light import ink_axis, raised
from digitapp.drawing.paper import LEAST_CONTRAST, Paper, even_paper, smaller, smaller_by
from digitapp.drawing.rules import without_rules
from digitapp.drawing.sheets import without_frame
from digitapp.drawing.sign import Ink, PixelBox, Sign, largest_sign

_WIDEST_LINE = 0.25  # of the picture's longer side: whatever is wider is no line of a pen
_LOOK_SIDE = 400  # pixels, to find the pen's width
_ROOM, _NARROWEST, _NARROWINGS = 2.5, 0.02, 3  # of a line's width; of the picture's longer side; how often
_NOISE = 5.0  # standard deviations
_FAINT = 0.28  # of the ink's contrast: what belongs to a line
_GRAINS, _MOST_GRAIN = 3.0, 0.15  # standard deviations; of the ink's contrast
_PAPER = 0.5 / 255
_SIDE_FOR_EDGES = 100
_NEAR = 0.1  # of the sign's longer side: what is farther from its pixels is none of its grey
_THINNEST, _THICKEST = 0.06, 0.15  # of the digit's longer side: a pen's line; others become as wide as the nearest
_LEAST = 0.004  # of the same: what is not worth a change
_SIDE_FOR_PENS = 120
_MOST_FOR_PENS = 500_000  # pixels whose lines are made wider or thinner: of more, those around the sign
_MOST_SHEETS = 3  # within each other


def ink_in_picture(colours: Grey) -> Grey:
    """Return the ink of the largest digit in a picture.

    Parameters
    ----------
    colours : float32 array, shape (rows, columns, 3), 0 for black and 1 for white

    Returns
    -------
    ink : float32 array, 0 for paper and 1 for ink, of the picture or of the sheet that the digit stands on; a whole
        number of times smaller where a thin line was widened; all 0 where nothing stands out
    """
    sign = _sign_in(colours, 0)
    if sign is None:
        return np.zeros(colours.shape[:2], dtype=np.float32)
    return _finished(sign)


def _sign_in(colours: Grey, depth: int) -> Sign | None:
    """Return the largest sign in a picture; `depth` is how many sheets it lies in."""
    paper = even_paper(colours)
    ink = None if paper is None else _against(colours, paper)
    drawn = _largest(colours, ink, depth, without_edge=False)
    if drawn is not None and drawn.is_drawn:
        return drawn
    lit = _sign_under_light(colours, depth)
    if lit is not None and lit.is_a_line:
        return lit
    beside = None if drawn is None else _largest(colours, ink, depth, without_edge=True)
    return next((sign for sign in (beside, lit) if sign is not None and sign.is_drawn), None)


def _sign_under_light(colours: Grey, depth: int) -> Sign | None:
    """Return the largest sign that stands out from its surroundings, brighter or darker, in whatever light."""
    axis = ink_axis(colours)
    if axis is None:
        return None
    look = smaller(colours, _LOOK_SIDE)
    found, widest = _narrowed(look, axis)
    other, other_widest = _narrowed(look, -axis)
    if found is None or (other is not None and _is_rather(other, found)):
        found, axis, widest = other, -axis, other_widest
    return None if found is None else _largest(colours, _lifted(colours, axis, widest), depth)


def _is_rather(other: Sign, found: Sign) -> bool:
    """Whether, of what is brighter and what is darker than its surroundings, the other one is the ink."""
    both = found.box.around(other.box)
    if both == found.box:
        return False  # paper between lines reaches no farther than the lines do
    if both == other.box and other.is_a_line:
        return len(pieces(other.mask).area) <= len(pieces(found.mask).area)  # squared paper around them does
    return not found.is_a_line and other.is_a_line and not found.is_narrower_than(other.width)


def _narrowed(look: Grey, axis: NDArray[np.float32]) -> tuple[Sign | None, float]:
    """Return the largest sign along an axis, and how wide a line of it may be, of the picture's longer side.

    What is lifted off is first as wide as a pen's line can be, then little wider than the lines that are found: less
    and less of a shadow's edge is.
    """
    widest, found = _WIDEST_LINE, None
    for _ in range(_NARROWINGS):
        sign = _largest(look, _lifted(look, axis, widest), _MOST_SHEETS)
        if sign is None:
            break
        found = sign
        narrower = max(_ROOM * sign.width / max(look.shape), _NARROWEST)
        if narrower > 0.8 * widest:
            break
        widest = narrower
    return found, widest


def _against(colours: Grey, paper: Paper) -> Ink | None:
    """Return how far each pixel differs from the paper of even light, on the ink's side of it."""
    off = colours - paper.colour
    ink = np.sqrt(np.einsum("ijk,ijk->ij", off, off))
    shade = off @ paper.towards_ink
    ink[shade <= 0] = 0
    darkest = float(ink.max())
    if darkest < LEAST_CONTRAST:
        return None
    strength = min(darkest, 1.1 * float(np.percentile(ink[ink > darkest / 2], 95)))
    ink /= strength
    mask = ink > _FAINT
    rules = mask & ~without_rules(mask, is_drawn=True)
    ink[rules] = 0
    grain = _grain(ink, mask)
    return Ink(
        np.clip((ink - grain) / (1 - grain), 0, 1),
        mask & ~rules,
        max(_PAPER, grain),
        (shade / strength).astype(np.float32),
    )


def _grain(ink: Grey, mask: Mask) -> float:
    """Return what the paper around the ink differs by from pixel to pixel: nothing in a drawing, something in a JPEG.

    Source: Immerkaer, "Fast noise variance estimation" (1996); a percentile makes it blind to the edges of lines.
    """
    inked = mask.astype(np.float32)
    around = (brightest_near(inked, 5) > brightest_near(inked, 2))[1:-1, 1:-1]
    if np.count_nonzero(around) < 16:
        return 0.0
    across = ink[:, :-2] - 2 * ink[:, 1:-1] + ink[:, 2:]
    both = across[:-2] - 2 * across[1:-1] + across[2:]
    deviation = float(np.percentile(np.abs(both[around]), 68)) / 6
    return min(_GRAINS * deviation, _MOST_GRAIN)


def _lifted(colours: Grey, axis: NDArray[np.float32], widest: float) -> Ink | None:
    """Return what stands out along an axis and is narrower than `widest`, of the picture's longer side."""
    ink = raised(colours, axis, widest)
    noise = 1.4826 * float(np.median(np.abs(ink)))
    floor = max(_NOISE * noise, LEAST_CONTRAST)
    ink[~without_rules(ink > max(floor, _FAINT * _strength(ink, floor)))] = 0
    strength = _strength(ink, floor)
    if strength < floor:
        return None
    grey = np.clip((ink / strength - _FAINT / 2) / (0.85 - _FAINT / 2), 0, 1)
    return Ink(grey, ink > max(floor, _FAINT * strength), 0.0, grey)


def _strength(ink: Grey, floor: float) -> float:
    """Return how dark a line's middle is: that of the darkest lines, but not of single pixels."""
    lines = ink[ink > floor]
    return float(np.percentile(lines, 95)) if len(lines) >= 12 else 0.0


def _largest(colours: Grey, ink: Ink | None, depth: int, *, without_edge: bool = True) -> Sign | None:
    """Return the largest sign of some ink."""
    if ink is None:
        return None

    def look_inside(sheet: Mask, box: PixelBox) -> Sign | None:
        inside = colours[box.window][without_frame(sheet)]
        if depth == _MOST_SHEETS or inside.shape == colours.shape:
            return None
        return _sign_in(inside, depth + 1)

    return largest_sign(ink, pieces(ink.mask), look_inside, without_edge=without_edge)


def _finished(sign: Sign) -> Grey:
    """Return the ink of a sign alone, its lines neither thinner nor thicker than a digit's of this size can be."""
    ink = _with_own_edges(sign)
    longer, width = sign.box.longer_side, sign.width
    fitting = np.clip(width, _THINNEST * longer, _THICKEST * longer)
    by = (fitting - width) / 2
    if abs(by) < _LEAST * longer:
        return ink
    if ink.size * (_SIDE_FOR_PENS / longer) ** 2 > _MOST_FOR_PENS:
        ink = _around(ink, sign.box)
    ink, scale = _at_side(ink, longer, _SIDE_FOR_PENS)
    return _widened(ink / max(float(ink.max()), 1e-6), by * scale) if by > 0 else 1 - _widened(1 - ink, -by * scale)


def _around(ink: Grey, box: PixelBox) -> Grey:
    """Return the part of a picture in which a small sign lies, with as much paper on each side as the sign is long."""
    margin = box.longer_side
    return ink[max(0, box.top - margin) : box.bottom + margin, max(0, box.left - margin) : box.right + margin]


def _at_side(ink: Grey, longer: int, side: int) -> tuple[Grey, float]:
    """Return ink so many whole times smaller or larger that a sign is about `side` long, and the scale."""
    if longer >= side:
        factor = longer // side
        return smaller_by(ink, factor), 1 / factor
    factor = side // longer
    rows, columns = ink.shape
    larger = Image.fromarray(ink).resize((columns * factor, rows * factor), Image.Resampling.BILINEAR)
    return np.asarray(larger, dtype=np.float32), float(factor)


def _with_own_edges(sign: Sign) -> Grey:
    """Return the ink of a sign with the greys at its edges and no others.

    From its lines the greys fall off. What rises again on the way is the halo of a sharpened or compressed picture, and
    would make the digit look larger than it is.
    """
    factor = max(1, sign.box.longer_side // _SIDE_FOR_EDGES)
    ink, mask = smaller_by(sign.ink, factor), smaller_by(sign.mask.astype(np.float32), factor)
    reached = np.where(mask > 0, ink, 0).astype(np.float32)
    for _ in range(max(2, round(_NEAR * sign.box.longer_side / factor))):
        reached = np.minimum(ink, brightest_near(reached, 1))
    kept = (reached > sign.faintest).repeat(factor, axis=0).repeat(factor, axis=1)
    rows, columns = sign.ink.shape
    return (sign.ink * kept[:rows, :columns]).astype(np.float32)


def _widened(ink: Grey, reach: float) -> Grey:
    """Return the picture with every pixel as dark as the darkest within a disc of this radius, its edge soft."""
    whole = int(np.ceil(reach))
    padded = np.pad(ink, whole)
    rows, columns = ink.shape
    widened = ink.copy()
    for down in range(-whole, whole + 1):
        for across in range(-whole, whole + 1):
            share = np.clip(reach + 0.5 - np.hypot(down, across), 0, 1)
            if share > 0 and (down or across):
                moved = padded[whole + down : whole + down + rows, whole + across : whole + across + columns]
                np.maximum(widened, moved * np.float32(share), out=widened)
    return widened
