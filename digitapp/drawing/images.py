"""Images from files as ink on paper: any polarity, depth and colour model, and nothing that harms.

The pictures people have of a digit are scans, photographs, screenshots and crops from data sets. All of them come back
as grey float32 with ink = 1 on paper = 0, ready for `digitapp.drawing.preprocess.preprocess`.
"""

from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

Grey = NDArray[np.float32]

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")
MAX_FILE_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000  # what a telephone's camera takes; decoded within a second or two
MAX_SIDE = 1024  # more says nothing about a digit
MIN_SIDE = 5

_TINY = 64  # up to this side, an image is one of a data set, and its faint greys are meant
_FAINT = 0.1  # of the contrast between paper and ink: the ringing of JPEG, shadows, the texture of paper
_LEAST_CONTRAST = 0.06  # of the range from black to white
# Whatever a damaged or hostile file makes a decoder stumble over.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


class ImageFileError(Exception):
    """An image file that cannot be read as a picture of a digit.

    Attributes
    ----------
    path : Path
    reason : str, what is wrong and what was expected
    """

    def __init__(self, path: str | os.PathLike[str], reason: str) -> None:
        self.path = Path(path)
        self.reason = reason
        super().__init__(f"{self.path}: {reason}")


def read_image(path: str | os.PathLike[str]) -> Grey:
    """Read a PNG, JPEG, BMP, TIFF, GIF or WebP file as ink on paper.

    The first frame of an animation is taken, a camera's orientation heeded, transparency laid on paper. Dark on light
    and light on dark are told apart by the image's edge. Images over 1024 pixels are reduced.

    Returns
    -------
    grey : float32 array, shape (rows, columns), 0 for paper and 1 for ink; all 0 where nothing stands out

    Raises
    ------
    ImageFileError : the file cannot be read, is no image of these formats, is damaged, smaller than 5 pixels, or has
        more than 50 million
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ImageFileError(path, f"cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_FILE_BYTES:
        raise ImageFileError(path, f"it is larger than {MAX_FILE_BYTES >> 20} MiB, the most that is read")
    return ink_on_paper(_luminance(path, content))


def ink_on_paper(luminance: Grey) -> Grey:
    """Turn a grey picture, 0 for black and 1 for white, into ink = 1 on paper = 0.

    Paper is what most of the picture's edge shows; an uneven paper, as in photographs, is evened out.
    """
    if np.ptp(luminance) < _LEAST_CONTRAST:
        return np.zeros_like(luminance)
    threshold = _otsu(luminance)
    light = luminance > threshold
    if light.all() or not light.any():
        return np.zeros_like(luminance)
    if luminance[light].mean() - luminance[~light].mean() < _LEAST_CONTRAST:
        return np.zeros_like(luminance)
    dark_on_light = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]]).mean() >= 0.5
    ink = np.asarray(1 - luminance if dark_on_light else luminance, dtype=np.float32)
    is_paper = light if dark_on_light else ~light
    spread = float(np.median(np.abs(ink[is_paper] - np.median(ink[is_paper]))))
    contrast = float(np.median(ink[~is_paper]) - np.median(ink[is_paper]))
    uneven = spread > 0.02 * contrast and max(ink.shape) > _TINY
    if uneven:
        ink = _evened(ink)
        is_paper = ink <= _otsu(ink)
    paper = float(np.median(ink[is_paper]))
    darkest = float(np.percentile(ink[~is_paper], 75) if uneven else ink.max())
    if darkest - paper < _LEAST_CONTRAST:
        return np.zeros_like(luminance)
    ink = (ink - paper) / (darkest - paper)
    spread = float(np.median(np.abs(ink[is_paper])))
    faint = 4 * spread + (_FAINT if max(ink.shape) > _TINY else 0.0)
    if faint > 0:
        ink = (ink - faint) / max(1 - faint, 0.1)
    return np.clip(ink, 0, 1).astype(np.float32)


def _luminance(path: str | os.PathLike[str], content: bytes) -> Grey:
    """Decode a file's content to grey, 0 for black and 1 for white, at most 1024 pixels a side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow warns of is refused or read all the same
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_size(path, image.size)
                if image.format in ("JPEG", "MPO"):
                    image.draft(None, (MAX_SIDE, MAX_SIDE))  # decode a large photograph small at once
                image.load()
                return _grey(_reduced(ImageOps.exif_transpose(image)))
    except Image.UnidentifiedImageError:
        raise ImageFileError(path, "it is not an image; expected PNG, JPEG, BMP, TIFF, GIF or WebP") from None
    except Image.DecompressionBombError:
        raise ImageFileError(path, f"it has far more than {MAX_PIXELS // 10**6} million pixels") from None
    except _DECODER_ERRORS as error:
        raise ImageFileError(path, f"the image is damaged or of an unknown kind ({error})") from error


def _check_size(path: str | os.PathLike[str], size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise ImageFileError(
            path, f"it has {width}×{height} pixels; expected at most {MAX_PIXELS // 10**6} million of them"
        )
    if max(width, height) < MIN_SIDE:
        raise ImageFileError(path, f"it has {width}×{height} pixels; a digit needs at least {MIN_SIDE} on a side")


def _reduced(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // MAX_SIDE)
    if factor == 1:
        return image
    if image.mode in ("P", "1", "PA"):  # indices and bits have no mean
        image = image.convert("RGBA" if image.has_transparency_data else "L" if image.mode == "1" else "RGB")
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    return image.reduce(factor)


def _grey(image: Image.Image) -> Grey:
    if image.mode[0] in "IF":
        values = np.asarray(image, dtype=np.float32)
        if not np.isfinite(values).all():
            raise ValueError("a pixel is not a finite number")
        low, high = float(values.min()), float(values.max())
        if image.mode[0] == "I":  # 16 bits, also where they come in 32
            low, high = min(low, 0.0), max(high, 65535.0)
        return np.asarray((values - low) / max(high - low, 1e-30), dtype=np.float32)
    if image.has_transparency_data:
        return _laid_on_paper(image.convert("RGBA"))
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    return np.divide(np.asarray(image.convert("L"), dtype=np.float32), 255, dtype=np.float32)


def _laid_on_paper(image: Image.Image) -> Grey:
    """Put something transparent on paper: of its own colour where it brings paper along, else of the ink's opposite."""
    luminance = np.asarray(image.convert("RGB").convert("L"), dtype=np.float32) / 255
    alpha = np.asarray(image.getchannel("A"), dtype=np.float32) / 255
    visible = alpha > 0.5
    if not visible.any():
        return np.zeros(luminance.shape, dtype=np.float32)
    middle = float(np.median(luminance[visible]))
    paper = middle if visible.mean() > 0.5 else float(middle < 0.5)
    return (alpha * luminance + (1 - alpha) * paper).astype(np.float32)


def _otsu(values: Grey) -> float:
    """Return the grey that parts dark from light best. Source: Otsu (1979), equation 18."""
    counts, edges = np.histogram(values, bins=256, range=(float(values.min()), float(values.max()) + 1e-6))
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][np.argmax(np.nan_to_num(between))])


def _evened(ink: Grey) -> Grey:
    """Subtract the paper's own shade, the picture with the strokes removed by a morphological opening."""
    small_side = 96
    picture = Image.fromarray(ink)
    scale = small_side / max(picture.size)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    shade = np.asarray(picture.resize(size, Image.Resampling.BOX))
    low = float(shade.min())
    span = max(float(shade.max()) - low, 1e-6)
    paper = Image.fromarray(np.uint8((shade - low) / span * 255))  # Pillow's rank filters take bytes
    paper = paper.filter(ImageFilter.MinFilter(19)).filter(ImageFilter.MaxFilter(19))
    paper = paper.filter(ImageFilter.GaussianBlur(6)).resize(picture.size, Image.Resampling.BILINEAR)
    return (ink - (np.asarray(paper, dtype=np.float32) / 255 * span + low)).astype(np.float32)
