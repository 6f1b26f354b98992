"""The one sign that is meant among everything that stands on a picture.

The pieces of ink that hang together are weighed by their mass and size. A piece that fills its box like a sheet of
paper (`sheets`) is no sign: what it holds is looked at by itself. The largest sign is taken, with the pieces that
belong to it: close ones on the same paper, and digits of the same size beside it, for a number of several digits is no
digit, and whoever sees the whole of it can say so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from digitapp.drawing.components import Grey, Mask, Pieces, darkest_near
from digitapp.drawing.sheets import fills_its_box, is_sheet

_CERTAIN = 0.5  # of the ink's contrast: what a line needs somewhere
_MOST_LOOKED_AT = 8  # of the largest pieces
_BLOCK = 0.1  # of the weight of a piece that may be a bar of a chart as well as a 1
_LEAST_HELD = 0.12  # of a sheet's shorter side, for what it holds to be more than dust
_LEAST_BESIDE_EDGE = 0.08  # of the picture's longer side, for a sign to be meant rather than what lies at the edge
_CUT_CLOSE, _MOST_EDGE = 0.9, 0.35  # of the picture's sides, and of its edge: a sign that fills it
_SAME_PAPER = 0.03  # of the ink's contrast
_DARK = 0.2  # of a sign, where it is half as dark as in the middle of its lines; 0.3 of a line as thin as half a pixel
_BODY = 0.18  # of the longer side: ink so far from all paper is no line
_FULL, _BODY_OF_A_FULL_BOX = 0.7, 0.14  # of its box: what a sheet on a table takes, and hardly any digit
_THINNEST_PEN, _WIDEST_PEN = 0.012, 0.22  # of the sign's longer side


class PixelBox(NamedTuple):
    """A rectangle of pixels; right and bottom are one beyond the last."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def longer_side(self) -> int:
        return max(self.width, self.height)

    @property
    def shorter_side(self) -> int:
        return min(self.width, self.height)

    @property
    def window(self) -> tuple[slice, slice]:
        """The part of a picture that it takes."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def gaps(self, other: PixelBox) -> tuple[int, int]:
        """Return how far apart two rectangles are, across and down; 0 where they share columns, or rows."""
        across = max(0, other.left - self.right, self.left - other.right)
        return across, max(0, other.top - self.bottom, self.top - other.bottom)

    def around(self, other: PixelBox) -> PixelBox:
        """Return the smallest rectangle that holds both."""
        return PixelBox(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def edges(self, shape: tuple[int, ...]) -> tuple[bool, bool, bool, bool]:
        """Return whether it reaches the left, upper, right and lower edge of a picture of this shape."""
        rows, columns = shape
        return self.left <= 1, self.top <= 1, self.right >= columns - 1, self.bottom >= rows - 1


class Ink(NamedTuple):
    """What may be ink on a picture, float32 arrays of shape (rows, columns).

    Attributes
    ----------
    grey : 0 for paper and 1 for the middle of a line
    mask : bool, the pixels of lines
    faintest : float, fainter greys count for nothing
    shade : how far a pixel differs from the picture's paper in the direction of ink, of the ink's contrast; below 0 on
        the other side
    """

    grey: Grey
    mask: Mask
    faintest: float
    shade: Grey


class Sign(NamedTuple):
    """A sign on a picture.

    Attributes
    ----------
    ink : float32 array, shape (rows, columns), of the picture or of the sheet that it stands on: 0 for paper, 1 for ink
    mask : bool array, of the same shape: the sign's pixels
    box : PixelBox around them
    mass : float, how much ink it has
    faintest : float, fainter greys of the ink count for nothing
    """

    ink: Grey
    mask: Mask
    box: PixelBox
    mass: float
    faintest: float

    @property
    def weight(self) -> float:
        """How much it speaks for being what is meant."""
        return float(np.sqrt(self.mass)) * self.box.longer_side

    @property
    def width(self) -> float:
        """How wide its lines are, in pixels, between where they are half as dark as in the middle."""
        lines = self.mask[self.box.window] & (self.ink[self.box.window] > 0.5)
        edges = np.pad(lines, 1)
        outline = (edges[1:] != edges[:-1]).sum() + (edges[:, 1:] != edges[:, :-1]).sum()
        # A long line's outline is twice its length; that of a slanted one, in steps, is 4/π times as long on average.
        return float(2 * lines.sum() / max(outline * np.pi / 4, 1))

    @property
    def is_whole(self) -> bool:
        """Whether it stands in its picture without touching an edge."""
        return not any(self.box.edges(self.mask.shape))

    @property
    def is_a_line(self) -> bool:
        """Whether it looks like something written, whole in the picture, and not like a patch or a hole."""
        return self.is_whole and self.is_narrower_than(_WIDEST_PEN * self.box.longer_side)

    def is_narrower_than(self, widest: float) -> bool:
        """Whether its lines are wider than a mere edge, and narrower than this."""
        return _THINNEST_PEN * self.box.longer_side < self.width < widest

    @property
    def is_drawn(self) -> bool:
        """Whether it may be of a pen, however wide, cut off by the edge or not; a table or a shadow is not."""
        if (self.ink[self.mask] > 0.5).mean() < _DARK:  # a shadow, and the ink on it
            return False
        touched = self.box.edges(self.mask.shape)
        outer = self.mask[[0, -1]].sum() + self.mask[:, [0, -1]].sum()
        in_a_corner = self.mask[[0, 0, -1, -1], [0, -1, 0, -1]].any()
        if in_a_corner and not all(touched) and outer > 0.5 * (self.box.width + self.box.height):
            return False
        inside = self.mask[self.box.window].astype(np.float32)
        body = _BODY if inside.mean() < _FULL else _BODY_OF_A_FULL_BOX
        reach = max(1, round(body * self.box.longer_side))
        return bool(darkest_near(np.pad(inside, reach), reach).sum() <= 0.05 * inside.sum())


def largest_sign(
    ink: Ink,
    found: Pieces,
    look_inside: Callable[[Mask, PixelBox], Sign | None],
    *,
    without_edge: bool,
) -> Sign | None:
    """Return the largest sign among pieces of ink, or None.

    Parameters
    ----------
    ink : Ink
    found : Pieces of its mask
    look_inside : returns the sign on a sheet, given the mask of the sheet within its box, and the box; or None
    without_edge : whether what lies at the picture's edge is left out where there is something else: a table or a
        finger beside the paper
    """
    parts = _Parts(ink, found)
    held: list[Sign] = []
    sheets: list[int] = []
    for index in parts.heaviest[:_MOST_LOOKED_AT]:
        if is_sheet(mask := parts.mask(index)):
            sheets.append(index)
            if (sign := look_inside(mask, parts.boxes[index])) is not None and _is_held(sign):
                held.append(sign)
    plain = [index for index in parts.heaviest if not any(parts.is_inside(index, sheet) for sheet in sheets)]
    best = max(held, key=lambda sign: sign.weight, default=None)
    main, others = _main_part(parts, plain, without_edge)
    if best is not None and (main is None or best.weight >= parts.weight(main)):
        return best
    if main is None and sheets:
        main, others = sheets[0], sheets[1:]
    return None if main is None else parts.sign(_belonging(main, others, parts))


class _Parts:
    """The pieces of ink that are dark enough somewhere; known by their index among all pieces.

    Attributes
    ----------
    boxes : list of PixelBox, of all pieces
    mass : float array, shape (pieces,), how much ink each has
    heaviest : list of int, the dark enough ones, those first that speak most for being meant
    """

    def __init__(self, ink: Ink, found: Pieces) -> None:
        self.ink, self.shape = ink, ink.grey.shape
        self._labels = found.labels
        self.boxes = [PixelBox(*map(int, box)) for box in found.boxes]
        inked = np.flatnonzero(found.labels)
        numbers, values = found.labels.reshape(-1)[inked] - 1, ink.grey.reshape(-1)[inked]
        self.mass = np.bincount(numbers, weights=values, minlength=len(self.boxes))
        peak = np.zeros(len(self.boxes), dtype=np.float32)
        np.maximum.at(peak, numbers, values)
        self.heaviest = sorted(np.flatnonzero(peak > _CERTAIN).tolist(), key=self.weight, reverse=True)

    def weight(self, index: int) -> float:
        return float(np.sqrt(self.mass[index])) * self.boxes[index].longer_side

    def mask(self, index: int) -> Mask:
        """Return where the piece is within its box."""
        return self._labels[self.boxes[index].window] == index + 1

    def is_inside(self, index: int, other: int) -> bool:
        """Whether a piece lies within another's box."""
        return self.boxes[index].around(self.boxes[other]) == self.boxes[other]

    def is_beside(self, index: int) -> bool:
        """Whether a piece lies at the picture's edge, and does not fill the picture as one does that is cut close."""
        box, (rows, columns) = self.boxes[index], self.shape
        if not any(box.edges(self.shape)):
            return False
        edge = np.concatenate([self._labels[0], self._labels[-1], self._labels[:, 0], self._labels[:, -1]])
        fills = box.height > _CUT_CLOSE * rows and box.width > _CUT_CLOSE * columns
        return not (fills and (edge == index + 1).mean() < _MOST_EDGE)

    def paper(self, index: int) -> float:
        """Return what the paper around a piece differs by from the paper of the picture."""
        left, top, right, bottom = self.boxes[index]
        around = slice(max(0, top - 3), bottom + 3), slice(max(0, left - 3), right + 3)
        bare = self.ink.shade[around][self._labels[around] == 0]
        return float(np.median(bare)) if len(bare) else 0.0

    def sign(self, chosen: list[int]) -> Sign:
        """Return the sign that pieces make together."""
        box = self.boxes[chosen[0]]
        for index in chosen:
            box = box.around(self.boxes[index])
        is_chosen = np.zeros(len(self.boxes) + 1, dtype=bool)
        is_chosen[np.array(chosen) + 1] = True
        mass = float(self.mass[chosen].sum())
        return Sign(self.ink.grey, is_chosen[self._labels], box, mass, self.ink.faintest)


def _main_part(parts: _Parts, plain: list[int], without_edge: bool) -> tuple[int | None, list[int]]:
    """Return the piece that is most likely meant, and those that may belong to it."""
    if not plain:
        return None, []
    blocks = {index for index in plain[:_MOST_LOOKED_AT] if fills_its_box(parts.mask(index))}
    ranked = sorted(plain, key=lambda index: parts.weight(index) * (_BLOCK if index in blocks else 1), reverse=True)
    main = ranked[0]
    if without_edge and parts.is_beside(main):
        inner = [index for index in ranked if not parts.is_beside(index)]
        if inner and parts.boxes[inner[0]].longer_side > _LEAST_BESIDE_EDGE * max(parts.shape):
            main, ranked = inner[0], inner
    return main, [index for index in ranked if index != main]


def _is_held(sign: Sign) -> bool:
    """Whether what a sheet holds is a sign of its own, and not dust or a bar from side to side."""
    left, top, right, bottom = sign.box.edges(sign.mask.shape)
    is_large = sign.box.longer_side >= _LEAST_HELD * min(sign.mask.shape)
    return is_large and not (left and right) and not (top and bottom)


def _belonging(main: int, others: list[int], parts: _Parts) -> list[int]:
    """Return the pieces that make one sign with the main one, which comes first."""
    chosen = [main]
    box, paper = parts.boxes[main], parts.paper(main)
    others = sorted(others, key=lambda index: -parts.mass[index])
    grown = True
    while grown:
        grown = False
        for index in list(others):
            if not _belongs(parts.boxes[index], box, parts.mass[index] / parts.mass[main]):
                continue
            others.remove(index)
            if abs(parts.paper(index) - paper) < _SAME_PAPER:
                chosen.append(index)
                box = box.around(parts.boxes[index])
                grown = True
    return chosen


def _belongs(piece: PixelBox, sign: PixelBox, share: float) -> bool:
    across, down = piece.gaps(sign)
    size = sign.longer_side
    if piece.longer_side < 0.03 * size and share < 0.02:
        return False  # dust
    if across == 0 and down == 0:
        return True
    if across == 0:
        return down <= (0.25 if piece.height < 0.4 * sign.height else 0.08) * size
    if down == 0 and piece.height > 0.75 * sign.height and sign.height > 0.75 * piece.height:
        return across <= 0.6 * size
    return np.hypot(across, down) <= (0.15 if share < 0.5 else 0.1) * size
