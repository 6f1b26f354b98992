"""Images from files as ink on paper: any polarity, depth and colour model, and nothing that harms.

The pictures people have of a digit are scans, photographs, screenshots and crops from data sets. All of them come back
as grey float32 with ink = 1 on paper = 0, ready for `digitapp.drawing.preprocess.preprocess`.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from digitapp import reasons
from digitapp.drawing.blocks import without_repeated_pixels
from digitapp.drawing.kinds import START, what_else
from digitapp.drawing.photos import ink_in_picture
from digitapp.plain import plain
from digitapp.regular import open_regular

Grey = NDArray[np.float32]

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "GIF", "WEBP")
MAX_FILE_BYTES = 64 * 2**20
MAX_PIXELS = 50_000_000  # what a telephone's camera takes; decoded within a second or two
MAX_SCANS = 100  # of a JPEG: ten or so are usual, each goes over the whole picture
MAX_SIDE = 1024  # more says nothing about a digit
MIN_SIDE = 5

_LARGEST_GREY = 1e12  # of floating point pixels: what any sensor or simulation counts in
_OTHER_COLOUR = 0.2  # of white: ink on transparent ground has one colour, however much of the picture it covers

_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601
_STANDARD_ERROR = threading.Lock()
_LONGEST_DETAIL = 80  # characters of what a decoder says
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
    and light on dark, pens of any colour, uneven light, shadows and ruled paper are seen through; of several things
    the largest is taken. Images over 1024 pixels are reduced. How large one is
    makes no difference otherwise: a drawing keeps its greys.

    Returns
    -------
    grey : float32 array, shape (rows, columns), 0 for paper and 1 for ink; all 0 where nothing stands out

    Raises
    ------
    ImageFileError : the file cannot be read, is no image of these formats, is damaged, smaller than 5 pixels, or has
        more than 50 million
    """
    try:
        with open_regular(path) as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ImageFileError(path, reasons.tr("cannot be read: {0}", error.strerror or error)) from error
    if len(content) > MAX_FILE_BYTES:
        raise ImageFileError(path, reasons.tr("it is larger than {0} MiB, the most that is read", MAX_FILE_BYTES >> 20))
    return ink_on_paper(_decoded(path, content))


def ink_in_pixels(pixels: NDArray[np.uint8]) -> Grey:
    """Return the ink of a picture in memory, as `read_image` does of a file.

    Parameters
    ----------
    pixels : uint8 array, shape (rows, columns, 4): red, green, blue and opacity
    """
    image = Image.fromarray(np.ascontiguousarray(pixels))
    return ink_on_paper(_values(_reduced(image if pixels[..., 3].min() < 255 else image.convert("RGB"))))


def ink_on_paper(picture: Grey) -> Grey:
    """Turn a picture, 0 for black and 1 for white, into ink = 1 on paper = 0.

    Parameters
    ----------
    picture : float32 array, shape (rows, columns) or (rows, columns, 3)

    Returns
    -------
    ink : float32 array, shape (rows, columns), of the picture or of a canvas on it; a whole number of times smaller or
        larger where lines were too thin or too thick, smaller where its pixels were repeated
    """
    colours = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
    return ink_in_picture(without_repeated_pixels(colours))


def _decoded(path: str | os.PathLike[str], content: bytes) -> Grey:
    """Decode a file's content to greys or colours, 0 for black and 1 for white, at most 1024 pixels a side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow warns of is refused or read all the same
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                _check_size(path, image.size)
                if image.format in ("JPEG", "MPO"):
                    # Between its markers, a JPEG's data never holds this pair of bytes.
                    if content.count(b"\xff\xda") > MAX_SCANS:
                        reason = reasons.tr("it is a JPEG of more than {0} scans, made to take long", MAX_SCANS)
                        raise ImageFileError(path, reason)
                    image.draft(None, (MAX_SIDE, MAX_SIDE))  # decode a large photograph small at once
                with _library_silent(image.format == "TIFF"):
                    image.load()
                return _values(ImageOps.exif_transpose(_reduced(image)))
    except Image.UnidentifiedImageError:
        raise ImageFileError(path, what_else(content[:START])) from None
    except Image.DecompressionBombError:
        reason = reasons.tr("it has far more than {0} million pixels", MAX_PIXELS // 10**6)
        raise ImageFileError(path, reason) from None
    except _DECODER_ERRORS as error:
        detail = plain(str(error), _LONGEST_DETAIL)
        reason = reasons.tr("the image is damaged or of an unknown kind ({0})", detail)
        raise ImageFileError(path, reason) from error


@contextmanager
def _library_silent(is_tiff: bool) -> Iterator[None]:
    """Keep the lines of the library that decodes TIFF, written in C, off the standard error: they are said in words."""
    if not is_tiff:
        yield
        return
    with _STANDARD_ERROR:
        try:
            kept = os.dup(2)
        except OSError:  # a window may have no standard error at all
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)


def _check_size(path: str | os.PathLike[str], size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        most = MAX_PIXELS // 10**6
        reason = reasons.tr("it has {0}×{1} pixels; expected at most {2} million of them", width, height, most)
        raise ImageFileError(path, reason)
    if max(width, height) < MIN_SIDE:
        reason = reasons.tr("it has {0}×{1} pixels; a digit needs at least {2} on a side", width, height, MIN_SIDE)
        raise ImageFileError(path, reason)


def _reduced(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // MAX_SIDE)
    if factor == 1:
        return image
    if image.mode in ("P", "1", "PA"):  # indices and bits have no mean
        image = image.convert("RGBA" if image.has_transparency_data else "L" if image.mode == "1" else "RGB")
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    return image.reduce(factor)


def _values(image: Image.Image) -> Grey:
    """Return greys, shape (rows, columns), or colours, shape (rows, columns, 3)."""
    if image.mode[0] in "IF":
        return _deep_values(np.asarray(image, dtype=np.float64))
    if image.has_transparency_data:
        return _laid_on_paper(image.convert("RGBA"))
    if image.mode not in ("L", "RGB"):
        image = image.convert("L" if image.mode == "1" else "RGB")
    return np.divide(np.asarray(image, dtype=np.float32), 255, dtype=np.float32)


def _deep_values(values: NDArray[np.float64]) -> Grey:
    """Return the greys of an image of more than 8 bits, or of floating point numbers of any range."""
    if not np.isfinite(values).all():
        raise ValueError("a pixel is not a finite number")
    if np.abs(values).max() > _LARGEST_GREY:
        raise ValueError("its numbers are far too large for greys")
    low, high = float(values.min()), float(values.max())
    if np.array_equal(values, np.rint(values)) and high > 1:  # bits that are used: 8, 12 or 16, wherever they come in
        low, high = min(low, 0.0), max(high, next((float(top) for top in (255, 4095, 65535) if high <= top), high))
    return np.asarray((values - low) / max(high - low, 1e-30), dtype=np.float32)


def _laid_on_paper(image: Image.Image) -> Grey:
    """Put something transparent on paper: of its own colour where it brings paper along, else of the ink's opposite."""
    pixels = np.asarray(image, dtype=np.float32) / 255
    colours, alpha = pixels[..., :3], pixels[..., 3:]
    visible = alpha[..., 0] > 0.5
    if not visible.any():
        return np.zeros(visible.shape, dtype=np.float32)
    middle = np.median(colours[visible], axis=0)
    brings_paper = visible.mean() > 0.5 and np.ptp(colours[alpha[..., 0] > 0.9], axis=0).max(initial=0) > _OTHER_COLOUR
    paper = middle if brings_paper else np.float32(middle @ _LUMA < 0.5)
    return (alpha * colours + (1 - alpha) * paper).astype(np.float32)
