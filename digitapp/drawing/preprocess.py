"""The road from ink to the network's input, as the images of MNIST were made.

Crop to the ink, scale the longer side to 20 pixels with anti-aliasing and the aspect ratio kept, and place the centre
of mass at the centre of 28×28. The canvas, files, images and the built-in handwriting all take this road.

Strokes know their path as well as their ink, so a drawing has one step more, before the others: a pen that is far
thinner or thicker for the size of the digit than those of MNIST is exchanged for the nearest one that is not, and a
digit drawn small with a thick pen keeps its loops.

Where exactly the centre is was measured: in all 60,000 training images of MNIST the centre of mass, in pixel indices
from 0 to 27, lies within 14 ± 0.5 in both directions, evenly spread over that pixel: MNIST shifted by whole pixels. The
longer side of the ink is 20 pixels (19 in 13 images that the frame cuts off). What has more detail than 20 pixels is
placed here to a quarter of a pixel, at 14: five networks trained on MNIST read 5,460 real pen drawings better so than
after whole-pixel shifts, each at every pen width tried (on average 95.1 against 94.7 % with a pen of a tenth of the
digit), and the input does not jump while a stroke grows. Smaller images, such as MNIST's own, are shifted by whole
pixels.

Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition" (1998), section III.A.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitapp.drawing.ink import Box, Drawing
from digitapp.drawing.render import (
    CANVAS_PEN_WIDTH,
    Ink,
    Pictures,
    check_pen_width,
    gather,
    rasterise,
    render,
    shrink_by,
)

INPUT_SIZE = 28
DIGIT_SIZE = 20
CENTRE = 14  # in pixel indices
SUPERSAMPLING = 4
CROP_SIZE = DIGIT_SIZE * SUPERSAMPLING
INK_SIZE = 112

# The thinnest and the thickest pen that a drawing is read with, as a share of the longer side of its ink: 1.2 and 2.8
# of the 20 pixels.
THINNEST_PEN = 0.06
THICKEST_PEN = 0.14

_NO_PEN = 1e-9  # of the path: thinner, and it is no pen that could be exchanged for another

# Less than this is a slip of the pen and no digit: the longer side of a path in canvas units, ...
SMALLEST_PATH = 0.02
# ... the darkest grey of an image, and the grey below which a pixel is paper and does not count for the crop.
FAINTEST_INK = 0.1
PAPER = 0.5 / 255


@dataclass(frozen=True)
class Steps:
    """Which steps of the road are taken: all, but for those who want to see what one of them is good for.

    Attributes
    ----------
    pen : a drawing's pen is exchanged where it is too thin or too thick; else it is read with its own. Images have none
    crop : the ink is cut out; else the whole canvas, or the whole image, is taken
    shrink : the longer side becomes 20 pixels; else it fills the network's 28
    centre : the centre of mass goes to the centre; else the middle of what was taken does
    grey : a pixel half under ink is grey; else it is black or white, as its middle is
    """

    pen: bool = True
    crop: bool = True
    shrink: bool = True
    centre: bool = True
    grey: bool = True

    @property
    def side(self) -> int:
        """What the longer side becomes, in pixels."""
        return DIGIT_SIZE if self.shrink else INPUT_SIZE


ALL_STEPS = Steps()
_CANVAS = np.array([[0.0], [0.0], [1.0], [1.0]])


@dataclass(frozen=True, eq=False)
class Preprocessed:
    """What a drawing or an image becomes on its way to the network; every picture is float32 from 0 (paper) to 1 (ink).

    Attributes
    ----------
    source : Drawing, or the grey image
    pen_width : float, the pen that a drawing was drawn with
    pen_factor : float, how many times as wide the pen is that it is read with; 1 where the pen was not exchanged
    crop : shape (c, c), the ink's bounding square, its shorter side in the middle; c = 80 for a drawing, and 112 for
        one that is not shrunk
    shrunk : shape (20, 20), the crop with the ink's longer side at 20 pixels; (28, 28) where that step is left out
    centred : shape (28, 28), the same with its centre of mass at the centre
    bounding_box : Box around the ink as it was drawn, in canvas units, None where there is no ink
    centre_of_mass : (x, y) of the ink that is read, in canvas units, None where there is no ink
    is_empty : bool, True for no ink or hardly any: then nothing should be recognised, and `input` is blank

    An image stands in the middle of the canvas, its longer side the canvas's.
    """

    source: Drawing | NDArray[np.float32]
    pen_width: float
    pen_factor: float
    crop: Pictures
    shrunk: Pictures
    centred: Pictures
    bounding_box: Box | None
    centre_of_mass: tuple[float, float] | None
    is_empty: bool

    @property
    def input(self) -> Pictures:
        """The network's input, float32, shape (28, 28)."""
        return self.centred

    @cached_property
    def ink(self) -> Pictures:
        """The canvas with the ink on it, a square; made when it is first asked for, as only people look at it."""
        if isinstance(self.source, Drawing):
            return render(self.source, self.pen_width, INK_SIZE)
        return _squared(self.source)


def preprocess(
    source: Drawing | NDArray, pen_width: float = CANVAS_PEN_WIDTH, *, steps: Steps = ALL_STEPS
) -> Preprocessed:
    """Take a drawing or a grey image to the network's input.

    A drawing is rendered from its strokes straight at the resolution that is needed, so its size and position on the
    canvas do not change the result. An image of MNIST comes back as it is.

    Parameters
    ----------
    source : Drawing in canvas units, or grey image of shape (rows, columns) with ink = 1 on paper = 0
    pen_width : float > 0, the diameter of the pen in canvas units; not used for an image
    steps : Steps, the ones to take

    Returns
    -------
    Preprocessed

    Raises
    ------
    ValueError : a pen width that is not positive, an image that is not two-dimensional or holds other than finite
        numbers
    """
    if isinstance(source, Drawing):
        return _preprocess_drawing(source, pen_width, steps)
    return _preprocess_image(np.asarray(source, dtype=np.float32), steps)


def finished_otherwise(road: Preprocessed, steps: Steps) -> Preprocessed:
    """Return a road whose last two steps, `centre` and `grey`, are those of `steps`; the steps before stay.

    It is what `preprocess` makes of them, without rendering the ink once more.
    """
    if road.is_empty:
        return road
    fine = len(road.crop) == SUPERSAMPLING * len(road.shrunk)
    picture, factor = (road.crop, SUPERSAMPLING) if fine else (road.shrunk, 1)
    return replace(road, centred=_sampled(_placed(picture, factor, steps), factor, steps))


def preprocess_drawings(
    drawings: Sequence[Drawing], pen_widths: Sequence[float] | NDArray, *, fit_pen: bool = True
) -> Pictures:
    """Take many drawings to the network's inputs at once, several times as fast as one by one.

    Parameters
    ----------
    drawings : sequence of Drawing, in canvas units; one of which `preprocess` says that it is empty gives a blank input
    pen_widths : sequence of float, one per drawing
    fit_pen : bool, False to read every drawing with its own pen however thin or thick that is

    Returns
    -------
    inputs : float32 array, shape (n, 28, 28)

    Raises
    ------
    ValueError : a pen width that is not positive, or not one for each drawing
    """
    if len(pen_widths) != len(drawings):
        raise ValueError(f"{len(drawings)} drawings need as many pen widths, got {len(pen_widths)}")
    widths = np.asarray(pen_widths, dtype=np.float64)
    for pen_width in widths:
        check_pen_width(pen_width)
    inputs = np.zeros((len(drawings), INPUT_SIZE, INPUT_SIZE), dtype=np.float32)
    drawn = np.array([index for index, drawing in enumerate(drawings) if not drawing.is_empty], dtype=np.intp)
    batch = 256  # pictures of 80×80 that stay in the cache while they are shrunk
    for start in range(0, len(drawn), batch):
        chosen = drawn[start : start + batch]
        cut = _cut_out(gather([drawings[index] for index in chosen], widths[chosen]), replace(ALL_STEPS, pen=fit_pen))
        inked = chosen[cut.is_inked]
        if len(inked):
            centred = np.stack([_centred(crop, SUPERSAMPLING) for crop in cut.crops[cut.is_inked]])
            inputs[inked] = shrink_by(centred, SUPERSAMPLING)
    return inputs


class _CutOut(NamedTuple):
    """The first half of the road for one or many drawings: pens exchanged, and the ink cut out.

    Attributes
    ----------
    factors : float64 array, shape (n,), how many times as wide the pens are that the ink is read with
    boxes : float64 array, shape (4, n): left, top, right and bottom of what was cut out
    crops : float32 array, shape (n, c, c)
    is_inked : bool array, shape (n,), False for a slip of the pen, and where a pen without pressure leaves no ink
    """

    factors: NDArray[np.float64]
    boxes: NDArray[np.float64]
    crops: Pictures
    is_inked: NDArray[np.bool_]


def _cut_out(drawn: Ink, steps: Steps) -> _CutOut:
    paths = _paths(drawn)
    factors = _pen_factors(drawn, paths) if steps.pen else np.ones(len(paths))
    ink = _read_with(drawn, factors)
    boxes = _boxes(ink) if steps.crop else np.repeat(_CANVAS, len(paths), axis=1)
    crops = _crops(ink, boxes, steps.side * SUPERSAMPLING)
    return _CutOut(factors, boxes, crops, crops.any(axis=(1, 2)) & (paths >= SMALLEST_PATH))


def _preprocess_drawing(drawing: Drawing, pen_width: float, steps: Steps) -> Preprocessed:
    check_pen_width(pen_width)
    if drawing.is_empty:
        return _blank(drawing, pen_width, None, None)
    drawn = gather([drawing], [pen_width])
    box = Box(*map(float, _boxes(drawn)[:, 0]))
    cut = _cut_out(drawn, steps)
    if not cut.is_inked[0]:
        return _blank(drawing, pen_width, box, box.centre)
    crop, read = cut.crops[0], Box(*map(float, cut.boxes[:, 0]))
    x, y = read.centre
    size = len(crop)
    scale = read.longer_side / size
    mass_x, mass_y = _centre_of_mass(crop)
    centre = (x + (mass_x + 0.5 - size / 2) * scale, y + (mass_y + 0.5 - size / 2) * scale)
    pictures = (crop, *_shrunk_and_centred(crop, steps))
    return Preprocessed(drawing, pen_width, float(cut.factors[0]), *pictures, box, centre, is_empty=False)


def _preprocess_image(image: NDArray[np.float32], steps: Steps) -> Preprocessed:
    if image.ndim != 2 or image.size == 0:
        raise ValueError(f"a grey image of shape (rows, columns) is needed, got {image.shape}")
    if not np.isfinite(image).all():
        raise ValueError("a grey image must hold finite numbers")
    image = np.clip(image, 0, 1)
    inked = image > PAPER
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if len(rows) == 0 or image.max() < FAINTEST_INK:
        return _blank(image, CANVAS_PEN_WIDTH, None, None)
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    cut = image[top:bottom, left:right]
    longer = max(image.shape)
    offset_x, offset_y = (longer - image.shape[1]) // 2, (longer - image.shape[0]) // 2
    box = Box(*(edge / longer for edge in (left + offset_x, top + offset_y, right + offset_x, bottom + offset_y)))
    mass_x, mass_y = _centre_of_mass(cut)
    centre = ((mass_x + 0.5 + left + offset_x) / longer, (mass_y + 0.5 + top + offset_y) / longer)
    taken, side = cut if steps.crop else image, steps.side
    if max(taken.shape) >= 2 * DIGIT_SIZE:
        crop = _framed(_resized(taken, side * SUPERSAMPLING), side * SUPERSAMPLING)
        shrunk, centred = _shrunk_and_centred(crop, steps)
    else:
        crop = _squared(taken)
        shrunk = _framed(_resized(taken, side), side)
        centred = _sampled(_placed(shrunk, 1, steps), 1, steps)
    return Preprocessed(image, CANVAS_PEN_WIDTH, 1.0, crop, shrunk, centred, box, centre, is_empty=False)


def _blank(
    source: Drawing | NDArray[np.float32], pen_width: float, box: Box | None, centre: tuple[float, float] | None
) -> Preprocessed:
    def picture(size: int) -> Pictures:
        return np.zeros((size, size), dtype=np.float32)

    pictures = (picture(CROP_SIZE), picture(DIGIT_SIZE), picture(INPUT_SIZE))
    return Preprocessed(source, pen_width, 1.0, *pictures, box, centre, is_empty=True)


def _paths(ink: Ink) -> NDArray[np.float64]:
    """Return the longer side of the path of each picture."""
    starts = np.flatnonzero(np.diff(ink.picture, prepend=-1))
    low, high = np.minimum.reduceat, np.maximum.reduceat
    return np.maximum(high(ink.x, starts) - low(ink.x, starts), high(ink.y, starts) - low(ink.y, starts))


def _pen_factors(ink: Ink, path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many times as wide the pen of each picture must be to lie between the thinnest and the thickest.

    The pen's width is its mean along the points, so pressure counts. Ink on one spot keeps its pen.
    """
    starts = np.flatnonzero(np.diff(ink.picture, prepend=-1))
    points = np.diff(np.append(starts, len(ink.picture)))
    width = 2 * np.add.reduceat(ink.radius, starts) / points
    inked = (path > 0) & (width > _NO_PEN * path)
    share = np.divide(width, path + width, out=np.full(len(starts), THINNEST_PEN), where=inked)
    fitting = np.clip(share, THINNEST_PEN, THICKEST_PEN)
    return np.where(inked & (fitting != share), fitting * (1 - share) / (share * (1 - fitting)), 1.0)


def _read_with(ink: Ink, factors: NDArray[np.float64]) -> Ink:
    """Return the ink of pens that are `factors` times as wide, one factor per picture."""
    if (factors == 1).all():
        return ink
    return ink._replace(radius=ink.radius * factors[ink.picture])


def _boxes(ink: Ink) -> NDArray[np.float64]:
    """Return left, top, right and bottom of the ink of each picture, shape (4, pictures)."""
    starts = np.flatnonzero(np.diff(ink.picture, prepend=-1))
    low, high = np.minimum.reduceat, np.maximum.reduceat
    return np.stack(
        [
            low(ink.x - ink.radius, starts),
            low(ink.y - ink.radius, starts),
            high(ink.x + ink.radius, starts),
            high(ink.y + ink.radius, starts),
        ]
    )


def _crops(ink: Ink, boxes: NDArray[np.float64], size: int) -> Pictures:
    """Render each drawing so that its box's longer side fills the picture, shape (pictures, size, size)."""
    left, top, right, bottom = boxes
    longer = np.maximum(right - left, bottom - top)
    scale = size / np.maximum(longer, np.finfo(np.float64).tiny)
    x = (ink.x - ((left + right) / 2)[ink.picture]) * scale[ink.picture] + size / 2
    y = (ink.y - ((top + bottom) / 2)[ink.picture]) * scale[ink.picture] + size / 2
    in_pixels = ink._replace(x=x, y=y, radius=ink.radius * scale[ink.picture])
    return rasterise(in_pixels, len(longer), size)


def _centre_of_mass(picture: Pictures) -> tuple[float, float]:
    """Return the (x, y) of the centre of mass of a picture with ink on it, in pixel indices."""
    columns, rows = picture.sum(axis=0, dtype=np.float64), picture.sum(axis=1, dtype=np.float64)
    mass = columns.sum()
    return float(columns @ np.arange(len(columns)) / mass), float(rows @ np.arange(len(rows)) / mass)


def _shrunk_and_centred(crop: Pictures, steps: Steps) -> tuple[Pictures, Pictures]:
    """Shrink a crop of 80×80 to 20×20 as it stands, and to 28×28 with the centre of mass at the centre."""
    shrunk = shrink_by(crop[None], SUPERSAMPLING)[0]
    return shrunk, _sampled(_placed(crop, SUPERSAMPLING, steps), SUPERSAMPLING, steps)


def _placed(picture: Pictures, factor: int, steps: Steps) -> Pictures:
    return _centred(picture, factor) if steps.centre else _framed(picture, INPUT_SIZE * factor)


def _sampled(picture: Pictures, factor: int, steps: Steps) -> Pictures:
    """Return one pixel for each factor × factor of the given ones: their mean, or black or white as the middle is."""
    if steps.grey:
        return shrink_by(picture[None], factor)[0]
    middle = factor // 2
    return (picture[middle::factor, middle::factor] >= 0.5).astype(np.float32)


def _centred(picture: Pictures, factor: int) -> Pictures:
    """Place a picture with ink on it so that its centre of mass falls on the centre of 28×28 pixels.

    Both have `factor` pixels for each of those. Where the shift would push ink over the edge, the ink stays inside.
    """
    size = INPUT_SIZE * factor
    columns, rows = np.flatnonzero(picture.any(axis=0)), np.flatnonzero(picture.any(axis=1))
    inked = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = inked.shape
    mass_x, mass_y = _centre_of_mass(inked)
    centre = (CENTRE + 0.5) * factor - 0.5
    left = min(max(round(centre - mass_x), 0), size - width)
    top = min(max(round(centre - mass_y), 0), size - height)
    centred = np.zeros((size, size), dtype=np.float32)
    centred[top : top + height, left : left + width] = inked
    return centred


def _resized(picture: Pictures, longer: int) -> Pictures:
    """Scale a picture so that its longer side has `longer` pixels: means over areas, smooth where it grows."""
    height, width = picture.shape
    if max(height, width) == longer:
        return picture
    scale = longer / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(np.ascontiguousarray(picture)).resize(size, method), dtype=np.float32)


def _framed(picture: Pictures, size: int) -> Pictures:
    """Put a picture in the middle of a blank square of `size` pixels."""
    framed = np.zeros((size, size), dtype=np.float32)
    top, left = (size - picture.shape[0]) // 2, (size - picture.shape[1]) // 2
    framed[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return framed


def _squared(picture: Pictures) -> Pictures:
    return _framed(picture, max(picture.shape))
