"""Pictures varied at random, so that a network meets every digit in a new shape in every epoch.

A picture is bent by an affine map and an elastic distortion together, which blurs it once instead of twice; then its
strokes grow thicker or thinner, and a patch may be rubbed out. Eight pictures of a batch share one distortion: with one
column per picture, what is moved from pixel to pixel then lies together in memory, and bending costs some
microseconds a picture.

Source: Simard, Steinkraus, Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
Analysis" (ICDAR 2003), section 2; Zhong et al., "Random Erasing Data Augmentation" (AAAI 2020).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from digitapp.nn.options import Option

Pictures = NDArray[np.floating]

AUGMENTATIONS: tuple[Option, ...] = (
    Option("turn", "Turn", 0.0, 0.0, 180.0, "Turned by up to so many degrees to either side."),
    Option("scale", "Scale", 0.0, 0.0, 0.5, "Width and height changed by up to this share, each on its own."),
    Option("shear", "Slant", 0.0, 0.0, 1.0, "Slanted by up to so many widths per height to either side."),
    Option("shift", "Shift", 0.0, 0.0, 8.0, "Moved by up to so many pixels in each direction."),
    Option("elastic", "Elastic", 0.0, 0.0, 5.0, "Bent smoothly; the standard deviation in pixels."),
    Option("smoothness", "Smoothness", 5.0, 1.0, 20.0, "Pixels over which the elastic bending changes."),
    Option("thickness", "Thickness", 0.0, 0.0, 1.0, "Strokes up to this much of a pixel thicker or thinner."),
    Option("erase", "Erase", 0.0, 0.0, 1.0, "Share of the pictures that lose a patch."),
)
"""What pictures can be varied by. All that are 0 leave them alone."""

STANDARD: Mapping[str, float] = {"turn": 12.0, "scale": 0.12, "shear": 0.15, "shift": 1.0, "elastic": 1.2}
"""Variations that help on handwritten digits and leave them readable."""

SHARING = 8  # pictures with the same distortion
_PATCH = (4, 9)  # sides of an erased patch in pixels, the end left out


class Augmenter:
    """Varies batches of pictures.

    Parameters
    ----------
    rows, columns : the pictures' size in pixels
    options : strengths by the names in `AUGMENTATIONS`; what is left out has its default
    """

    def __init__(self, rows: int, columns: int, options: Mapping[str, float]) -> None:
        self._shape = rows, columns
        self._strength = {option.name: option.default for option in AUGMENTATIONS} | dict(options)
        centre = np.array([(rows - 1) / 2, (columns - 1) / 2], np.float32)[:, None]
        self._centre = centre
        self._pixels = (np.indices((rows, columns)).reshape(2, -1) - centre).astype(np.float32)
        self._smoothing = tuple(_smoothing(size, self._strength["smoothness"]) for size in self._shape)

    @property
    def changes_nothing(self) -> bool:
        """Whether every strength is 0."""
        return not any(value for name, value in self._strength.items() if name != "smoothness")

    def __call__(self, pictures: Pictures, rng: np.random.Generator) -> Pictures:
        """Return varied copies of pictures.

        Parameters
        ----------
        pictures : float array, shape (n, rows * columns), ink = 1 on paper = 0
        rng : the same state varies the same pictures in the same way

        Returns
        -------
        varied : array of the same shape and type
        """
        count = len(pictures)
        groups = -(-count // SHARING)
        stacked = np.zeros((groups * SHARING, pictures.shape[1]), pictures.dtype)
        stacked[:count] = pictures
        columns = np.ascontiguousarray(stacked.reshape(groups, SHARING, -1).transpose(0, 2, 1))
        varied = self._bent(columns, self._places(groups, rng))
        if self._strength["thickness"]:
            self._thicken(varied, rng)
        if self._strength["erase"]:
            self._erase(varied, rng)
        return varied.transpose(0, 2, 1).reshape(stacked.shape)[:count]

    def _places(self, groups: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return where each pixel of a distorted picture comes from, shape (groups, 2, rows * columns)."""

        def spread(name: str) -> NDArray[np.float64]:
            return rng.uniform(-self._strength[name], self._strength[name], groups)

        turn, slant = np.deg2rad(spread("turn")), spread("shear")
        height, width = np.exp(spread("scale")), np.exp(spread("scale"))
        cosine, sine = np.cos(turn), np.sin(turn)
        matrix = np.empty((groups, 2, 2), np.float32)
        matrix[:, 0, 0], matrix[:, 0, 1] = cosine * height, -sine * height
        matrix[:, 1, 0], matrix[:, 1, 1] = (sine + slant * cosine) * width, (cosine - slant * sine) * width
        shift = np.stack([spread("shift"), spread("shift")], axis=1)[:, :, None]
        places = matrix @ self._pixels
        places += self._centre + shift.astype(np.float32)
        if self._strength["elastic"]:
            noise = rng.standard_normal((groups, 2, *self._shape), np.float32)
            down, across = self._smoothing
            bending = (down.T @ noise @ across) * np.float32(self._strength["elastic"])
            places += bending.reshape(places.shape)
        return places

    def _bent(self, columns: Pictures, places: NDArray[np.float32]) -> Pictures:
        """Read pictures, shape (groups, pixels, SHARING), at places between the pixels: bilinear interpolation.

        Places outside read the border, which is paper in every picture of a digit.
        """
        rows, width = self._shape
        groups, pixels, _ = columns.shape
        y = np.clip(places[:, 0], 0, rows - 1)
        x = np.clip(places[:, 1], 0, width - 1)
        top, left = np.minimum(y.astype(np.intp), max(rows - 2, 0)), np.minimum(x.astype(np.intp), max(width - 2, 0))
        down = (y - top)[:, :, None].astype(columns.dtype)
        right = (x - left)[:, :, None].astype(columns.dtype)
        corner = top * width + left + np.arange(groups)[:, None] * pixels
        flat = columns.reshape(groups * pixels, SHARING)

        def between(start: NDArray[np.intp]) -> Pictures:
            here, beside = flat.take(start, 0, mode="clip"), flat.take(start + (width > 1), 0, mode="clip")
            beside -= here
            beside *= right
            here += beside
            return here

        upper, lower = between(corner), between(corner + width * (rows > 1))
        lower -= upper
        lower *= down
        upper += lower
        return upper

    def _thicken(self, columns: Pictures, rng: np.random.Generator) -> None:
        """Move pictures towards the maximum (thicker) or the minimum (thinner) of each pixel's neighbours.

        Source: Serra, "Image Analysis and Mathematical Morphology" (1982): dilation and erosion with a cross.
        """
        rows, width = self._shape
        limit = self._strength["thickness"]
        amount = rng.uniform(-limit, limit, (len(columns), 1, 1, 1)).astype(columns.dtype)
        sign = np.sign(amount)
        pictures = columns.reshape(len(columns), rows, width, SHARING)
        signed = pictures * sign  # the minimum is the maximum of what is turned round
        most = signed.copy()
        np.maximum(most[:, 1:], signed[:, :-1], out=most[:, 1:])
        np.maximum(most[:, :-1], signed[:, 1:], out=most[:, :-1])
        np.maximum(most[:, :, 1:], signed[:, :, :-1], out=most[:, :, 1:])
        np.maximum(most[:, :, :-1], signed[:, :, 1:], out=most[:, :, :-1])
        most -= signed
        most *= amount
        most *= sign
        pictures += most * sign

    def _erase(self, columns: Pictures, rng: np.random.Generator) -> None:
        """Rub a rectangle out of some of the groups' pictures."""
        rows, width = self._shape
        pictures = columns.reshape(len(columns), rows, width, SHARING)
        for group in np.flatnonzero(rng.random(len(columns)) < self._strength["erase"]):
            height, across = rng.integers(*_PATCH, 2)
            top, left = rng.integers(0, rows), rng.integers(0, width)
            pictures[group, top : top + height, left : left + across] = 0


def _smoothing(size: int, deviation: float) -> NDArray[np.float32]:
    """Return the matrix S for which noise @ S is smooth noise of the same variance everywhere, shape (size, size)."""
    place = np.arange(size)
    bell = np.exp(-((place[:, None] - place) ** 2) / (2 * deviation**2))
    return (bell / np.linalg.norm(bell, axis=0)).astype(np.float32)
