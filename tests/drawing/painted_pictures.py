"""One digit as many pictures: enlarged, cut close or with room around it, inverted, in files of several formats."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import product

import numpy as np
from PIL import Image

from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render

METHODS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "Lanczos": Image.Resampling.LANCZOS,
}


@dataclass(frozen=True)
class Form:
    """How a small image of a digit, ink = 1, becomes a picture file.

    Attributes
    ----------
    factor : int, how many times larger it becomes
    method : str, one of `METHODS`
    margin : float or None, the room around the ink, of its longer side; None for the image's own
    is_inverted : bool, dark on light
    format : str, of the file
    """

    factor: int = 1
    method: str = "nearest"
    margin: float | None = None
    is_inverted: bool = False
    format: str = "PNG"

    def __str__(self) -> str:
        method = "" if self.factor == 1 else f" {self.method}"
        room = "as it is" if self.margin is None else "cut close" if self.margin == 0 else f"margin {self.margin:.0%}"
        return f"×{self.factor}{method}, {room}, {'dark' if self.is_inverted else 'light'} ink, {self.format}"


FORMS = tuple(
    Form(factor, method, margin, is_inverted, kind)
    for (factor, method), margin, is_inverted, kind in product(
        [(1, "nearest"), *product((4, 10), METHODS)], (None, 0.0, 0.5), (False, True), ("PNG", "JPEG")
    )
)


def picture_file(image: np.ndarray, form: Form) -> bytes:
    """Return a file with an image of a digit, float array of shape (rows, columns), ink = 1."""
    small = Image.fromarray(np.uint8(np.round(image * 255)))
    large = small.resize((small.width * form.factor, small.height * form.factor), METHODS[form.method])
    ink = np.asarray(large)
    if form.margin is not None:
        ink = with_margin(ink, form.margin)
    return saved(255 - ink if form.is_inverted else ink, form.format)


def drawing_picture(drawing: Drawing, pen: float, side: int) -> np.ndarray:
    """Return the grey picture, dark on white, of a drawing in the middle of a canvas, with a pen of a share of it."""
    ink = render(drawing.normalised(0.7), pen, min(side, 750))
    factor = -(-side // len(ink))
    large = np.kron(ink, np.ones((factor, factor), dtype=np.float32))
    return np.round(255 * (1 - large)).astype(np.uint8)


def with_margin(ink: np.ndarray, margin: float) -> np.ndarray:
    """Cut a picture to its ink and put room around it, a share of the longer side."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.pad(cut, round(margin * max(cut.shape)))


def saved(pixels: np.ndarray, kind: str) -> bytes:
    """Return a file of a format with these pixels."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()
