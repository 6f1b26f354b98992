"""The ink of one digit in a picture of it: a photograph of paper or of a blackboard, a scan, a screenshot.

The steps, each a function below:

1. `_ink_axis`: which way ink differs from paper. Paper is the colour that most of the pixels around have; ink differs
   most, towards black, white or a colour of its own. Along that axis every picture is bright ink on dark paper.
2. `_raised`: the light. What is narrower than a pen can be wide is lifted off its surroundings by a morphological
   opening (a white top-hat, Serra 1982): neither a gradient of light nor the edge of a shadow is. Seen relative to the
   paper's brightness, ink in the shadow is as dark as ink in the light.
3. `without_rules`: the lines of ruled and squared paper.
4. `_digit`: connected pieces; the largest one and those that belong to it.
5. `_as_drawn_with_a_pen`: grey between paper and ink; a hair-thin line becomes as wide as a thin pen's, as it
   would vanish on the way to 20 pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from digitapp.drawing.components import Mask, Pieces, brightest_near, darkest_near, pieces
from digitapp.drawing.rules import without_rules

Grey = NDArray[np.float32]

_LEAST_CONTRAST = 0.06  # between ink and paper, of the range from black to white
_WIDEST_LINE = 0.25  # of the picture's longer side: whatever is wider is no line of a pen
_NOISE = 5.0  # standard deviations
_FAINT, _CERTAIN = 0.28, 0.5  # of the ink's contrast: what belongs to a line, and what a line needs somewhere
_THIN_LINE = 0.08  # of the digit's longer side: the width that thinner lines are given
_SIDE_FOR_WIDENING = 160
_LOOK_SIDE = 80  # pixels, for what needs no detail
_THINNEST_PEN, _WIDEST_PEN = 0.012, 0.22  # of the digit's longer side


class Box(NamedTuple):
    """A rectangle of pixels; right and bottom are one beyond the last."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def longer_side(self) -> int:
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def gaps(self, other: Box) -> tuple[int, int]:
        """Return how far apart two rectangles are, across and down; 0 where they share columns, or rows."""
        across = max(0, other.left - self.right, self.left - other.right)
        return across, max(0, other.top - self.bottom, self.top - other.bottom)

    def around(self, other: Box) -> Box:
        """Return the smallest rectangle that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def ink_in_photo(colours: Grey) -> Grey:
    """Return the ink of the largest digit in a picture.

    Parameters
    ----------
    colours : float32 array, shape (rows, columns, 3), 0 for black and 1 for white

    Returns
    -------
    ink : float32 array, 0 for paper and 1 for ink, all 0 where nothing stands out; of the same shape (rows, columns),
        or a whole number of times smaller where a thin line was widened
    """
    axis, is_even = _ink_axis(colours)
    if axis is None:
        return np.zeros(colours.shape[:2], dtype=np.float32)
    found = _find(colours, axis, is_even)
    if found is None or not found.is_a_line:
        other = _find(colours, -axis, is_even)  # the ink may be the brighter side after all
        if found is None or (other is not None and other.is_a_line and not found.is_narrower_than(other.width)):
            found = other
    if found is None:
        return np.zeros(colours.shape[:2], dtype=np.float32)
    return _as_drawn_with_a_pen(found)


class _Find(NamedTuple):
    """A digit in a picture: its ink, 0 to 1; the mask of its pixels, the box around them, and its lines' width."""

    ink: Grey
    mask: Mask
    box: Box
    width: float

    @property
    def is_a_line(self) -> bool:
        """Whether it looks like something written, whole in the picture, and not like a patch or a hole."""
        rows, columns = self.mask.shape
        box = self.box
        whole = box.left > 1 and box.top > 1 and box.right < columns - 1 and box.bottom < rows - 1
        return whole and self.is_narrower_than(_WIDEST_PEN * box.longer_side)

    def is_narrower_than(self, widest: float) -> bool:
        """Whether its lines are wider than a mere edge, and narrower than this."""
        return _THINNEST_PEN * self.box.longer_side < self.width < widest


def _find(colours: Grey, axis: NDArray[np.float32], is_even: bool) -> _Find | None:
    """Return the largest digit of ink that differs from paper along this axis."""
    ink = _above_paper(colours @ axis) if is_even else _raised(colours, axis)
    noise = 1.4826 * float(np.median(np.abs(ink)))
    floor = max(_NOISE * noise, _LEAST_CONTRAST)
    ink[~without_rules(ink > max(floor, _FAINT * _strength(ink, floor)))] = 0
    strength = _strength(ink, floor)
    if strength < floor:
        return None
    box, mask = _digit(pieces(ink > max(floor, _FAINT * strength)), ink, strength)
    if box is None:
        return None
    near = brightest_near(mask.astype(np.float32), 2) > 0
    darkness = np.clip((ink / strength - _FAINT / 2) / (0.85 - _FAINT / 2), 0, 1) * near
    edges = np.pad(mask, 1)
    outline = (edges[1:] != edges[:-1]).sum() + (edges[:, 1:] != edges[:, :-1]).sum()
    # A long line's outline is twice its length; that of a slanted one, in steps, is 4/π times as long on average.
    return _Find(darkness.astype(np.float32), mask, box, float(2 * mask.sum() / max(outline * np.pi / 4, 1)))


def _ink_axis(colours: Grey) -> tuple[NDArray[np.float32] | None, bool]:
    """Return the direction in colour space from paper to ink, a unit vector, and whether the light is even.

    None where nothing stands out.
    """
    small = _smaller(colours, _LOOK_SIDE)
    reach = min(_LOOK_SIDE // 10, (min(small.shape[:2]) - 1) // 2)
    paper = np.stack([_medians(small[..., channel], reach) for channel in range(3)], axis=2)
    off = (small - paper).reshape(-1, 3)
    rows, columns = small.shape[:2]
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    central = (1.3 - np.maximum(np.abs(y), np.abs(x))).reshape(-1, 1)  # tables and fingers are at the edge
    weight = np.linalg.norm(off, axis=1) * central[:, 0]
    few = len(weight) // 300 + 4
    strongest = off[np.argpartition(weight, -few)[-few:]]
    axis = np.linalg.svd(strongest, full_matrices=False)[2][0]
    axis = axis if ((off @ axis) ** 3 * central[:, 0]).sum() > 0 else -axis
    spread = np.median(np.abs(off @ axis))
    contrast = np.median(np.abs(strongest @ axis))
    if contrast < _LEAST_CONTRAST / 2:
        return None, False
    shades = (paper @ axis).reshape(-1)
    is_even = bool(spread < 0.01 * contrast and np.ptp(shades) < 0.02 * contrast)
    return axis.astype(np.float32), is_even


def _above_paper(bright: Grey) -> Grey:
    """Return how much brighter than the paper each pixel is, in a picture with the same light everywhere."""
    return (bright - np.median(bright)).astype(np.float32)


def _raised(colours: Grey, axis: NDArray[np.float32]) -> Grey:
    """Return how far narrow things stand out along the axis, relative to the brightness of the paper there."""
    bright = (colours @ axis).astype(np.float32)
    reach = max(3, round(_WIDEST_LINE * max(bright.shape) / 2))
    edge = np.pad(bright, reach, mode="edge")
    opened = brightest_near(darkest_near(edge, reach), reach)[reach:-reach, reach:-reach]
    brightness = _smaller(colours.mean(axis=2, keepdims=True), _LOOK_SIDE)[..., 0]
    steps = max(1, round(_LOOK_SIDE * _WIDEST_LINE / 2))
    light_ink = axis.sum() > 0
    # Of dark ink's paper the brightest nearby is seen, of light ink's the darkest, but never the dark of nothing.
    paper = darkest_near(brightness, steps) if light_ink else darkest_near(brightest_near(brightness, steps), steps)
    paper = np.maximum(_resized(paper, bright.shape), 0.15)
    raised = bright - opened
    relative = raised / paper if not light_ink else raised
    return (relative - np.median(relative)).astype(np.float32)


def _strength(ink: Grey, floor: float) -> float:
    """Return how dark a line's middle is: that of the darkest lines, but not of single pixels."""
    lines = ink[ink > floor]
    if len(lines) < 12:
        return 0.0
    return float(np.percentile(lines, 95))


def _digit(found: Pieces, ink: Grey, strength: float) -> tuple[Box | None, Mask]:
    """Return the box and the mask of the largest piece of ink and of those that belong to it."""
    count = len(found.area)
    labels = found.labels.reshape(-1)
    mass = np.bincount(labels, weights=ink.reshape(-1), minlength=count + 1)[1:]
    peak = np.zeros(count + 1)
    inked = labels > 0
    np.maximum.at(peak, labels[inked], ink.reshape(-1)[inked])
    boxes = [Box(*map(int, box)) for box in found.boxes]
    rows, columns = ink.shape
    at_edge = [box.left <= 1 or box.top <= 1 or box.right >= columns - 1 or box.bottom >= rows - 1 for box in boxes]
    usable = [index for index in range(count) if peak[index + 1] > _CERTAIN * strength]
    if not usable:
        return None, np.zeros(ink.shape, dtype=bool)

    def weight(index: int) -> float:
        return float(np.sqrt(mass[index]) * boxes[index].longer_side)

    inner = [index for index in usable if not at_edge[index]]
    largest = max(usable, key=weight)
    if at_edge[largest] and inner:  # a table or a finger beside the paper, unless the digit itself is cut off
        best = max(inner, key=weight)
        if boxes[best].longer_side > 0.08 * max(rows, columns):
            largest = best
            usable = inner
    chosen = _belonging(largest, usable, boxes, mass)
    box = boxes[largest]
    for index in chosen:
        box = box.around(boxes[index])
    is_digit = np.zeros(count + 1, dtype=bool)
    is_digit[np.array(chosen) + 1] = True
    return box, is_digit[found.labels]


def _belonging(largest: int, usable: list[int], boxes: list[Box], mass: NDArray) -> list[int]:
    """Return the pieces that make one sign with the largest: close ones, and digits of the same size beside it.

    A number of several digits is no digit, and whoever sees the whole of it can say so.
    """
    chosen = [largest]
    box = boxes[largest]
    others = sorted((index for index in usable if index != largest), key=lambda index: -mass[index])
    grown = True
    while grown:
        grown = False
        for index in list(others):
            if _belongs(boxes[index], box, mass[index] / mass[largest]):
                chosen.append(index)
                others.remove(index)
                box = box.around(boxes[index])
                grown = True
    return chosen


def _belongs(piece: Box, digit: Box, share: float) -> bool:
    across, down = piece.gaps(digit)
    size = digit.longer_side
    if piece.longer_side < 0.03 * size and share < 0.02:
        return False  # dust
    if across == 0 and down == 0:
        return True
    if across == 0:
        return down <= (0.25 if piece.height < 0.4 * digit.height else 0.08) * size
    if down == 0 and piece.height > 0.75 * digit.height and digit.height > 0.75 * piece.height:
        return across <= 0.6 * size
    return np.hypot(across, down) <= (0.15 if share < 0.5 else 0.1) * size


def _as_drawn_with_a_pen(found: _Find) -> Grey:
    """Widen lines that are thinner than those of the thinnest pen for a digit of this size."""
    missing = _THIN_LINE * found.box.longer_side - found.width
    if missing < 0.5:
        return found.ink
    factor = max(1, found.box.longer_side // _SIDE_FOR_WIDENING)
    small = np.asarray(Image.fromarray(found.ink).reduce(factor), dtype=np.float32)
    return _widened(small / max(float(small.max()), 1e-6), missing / factor / 2)


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


def _smaller(pictures: Grey, side: int) -> Grey:
    """Return pictures, shape (rows, columns, n), with a longer side of about `side`: means over squares."""
    factor = max(1, max(pictures.shape[:2]) // side)
    rows, columns = (max(1, length // factor) for length in pictures.shape[:2])
    across, down = min(factor, pictures.shape[1]), min(factor, pictures.shape[0])
    cut = pictures[: rows * down, : columns * across]
    return cut.reshape(rows, down, columns, across, -1).mean(axis=(1, 3), dtype=np.float32)


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
