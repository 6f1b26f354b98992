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
_BLOCK = 16  # groups of `SHARING` that are bent together: few enough for the processor's cache
_FRACTION = 256  # places are read to this part of a pixel
_PATCH = (4, 9)  # sides of an erased patch in pixels, the end left out


class Augmenter:
    """Varies batches of pictures. It keeps its working memory, so only one thread at a time may call it.

    Parameters
    ----------
    rows, columns : the pictures' size in pixels
    options : strengths by the names in `AUGMENTATIONS`; what is left out has its default
    """

    def __init__(self, rows: int, columns: int, options: Mapping[str, float]) -> None:
        self._shape = rows, columns
        self._strength = {option.name: option.default for option in AUGMENTATIONS} | dict(options)
        self._down, self._across = (_modes(size, self._strength["smoothness"]) for size in self._shape)
        self._work: tuple[Pictures, ...] = ()

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
        count, pixels = pictures.shape
        groups = -(-count // SHARING)
        places = self._places(groups, rng)
        varied = np.empty((groups, SHARING, pixels), pictures.dtype)
        varied.reshape(-1, pixels)[:count] = pictures
        varied.reshape(-1, pixels)[count:] = 0
        columns, *work = self._memory(pixels, pictures.dtype)
        for start in range(0, groups, _BLOCK):
            block = varied[start : start + _BLOCK]
            here = columns[: len(block)]
            here[:] = block.transpose(0, 2, 1)
            bent = self._bent(here, places[start : start + _BLOCK], *work)
            if self._strength["thickness"]:
                self._thicken(bent, rng)
            if self._strength["erase"]:
                self._erase(bent, rng)
            block[:] = bent.transpose(0, 2, 1)
        return varied.reshape(-1, pixels)[:count]

    def _memory(self, pixels: int, dtype: np.dtype) -> tuple[Pictures, ...]:
        """Return working memory: fresh memory would cost as much as what is done in it."""
        if not self._work or self._work[0].dtype != dtype:
            self._work = tuple(np.empty((_BLOCK, pixels, SHARING), dtype) for _ in range(5))
            self._fractions = np.repeat(np.arange(_FRACTION + 1, dtype=dtype)[:, None] / _FRACTION, SHARING, axis=1)
        return self._work

    def _places(self, groups: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return where each pixel of a distorted picture comes from, shape (groups, 2, rows * columns)."""

        def spread(name: str) -> NDArray[np.float64]:
            return rng.uniform(-self._strength[name], self._strength[name], groups)

        turn, slant = np.deg2rad(spread("turn")), spread("shear")
        height, width = np.exp(spread("scale")), np.exp(spread("scale"))
        cosine, sine = np.cos(turn), np.sin(turn)
        waves = np.zeros((groups, 2, len(self._down), len(self._across)), np.float32)
        waves[:, 0, 1, 0], waves[:, 0, 0, 1] = cosine * height, -sine * height
        waves[:, 1, 1, 0], waves[:, 1, 0, 1] = (sine + slant * cosine) * width, (cosine - slant * sine) * width
        for axis, size in enumerate(self._shape):
            waves[:, axis, 0, 0] = (size - 1) / 2 + spread("shift")
        if self._strength["elastic"]:
            bending = waves[:, :, 2:, 2:]
            bending[:] = rng.standard_normal(bending.shape, np.float32)
            bending *= self._strength["elastic"]
        places: NDArray[np.float32] = np.matmul(self._down.T, waves @ self._across)
        return places.reshape(groups, 2, -1)

    def _bent(
        self,
        columns: Pictures,
        places: NDArray[np.float32],
        upper: Pictures,
        lower: Pictures,
        beside: Pictures,
        part: Pictures,
    ) -> Pictures:
        """Read pictures, shape (groups, pixels, SHARING), at places between the pixels: bilinear interpolation.

        Places outside read the border, which is paper in every picture of a digit.
        """
        rows, width = self._shape
        groups, pixels, _ = columns.shape
        upper, lower, beside, part = (memory[:groups] for memory in (upper, lower, beside, part))
        top, down = _split(places[:, 0], rows)
        left, right = _split(places[:, 1], width)
        corner = top
        corner *= width
        corner += left
        corner += np.arange(0, groups * pixels, pixels)[:, None]
        flat = columns.reshape(groups * pixels, SHARING)
        self._fractions.take(right, 0, part, "clip")

        def between(start: NDArray[np.intp], out: Pictures) -> None:
            flat.take(start, 0, out, "clip")
            start += width > 1
            flat.take(start, 0, beside, "clip")
            np.subtract(beside, out, out=beside)
            np.multiply(beside, part, out=beside)
            np.add(out, beside, out=out)

        between(corner, upper)
        corner += width * (rows > 1) - (width > 1)
        between(corner, lower)
        self._fractions.take(down, 0, part, "clip")
        lower -= upper
        lower *= part
        upper += lower
        return upper

    def _thicken(self, columns: Pictures, rng: np.random.Generator) -> None:
        """Move pictures towards the maximum (thicker) or the minimum (thinner) of each pixel's neighbours.

        Source: Serra, "Image Analysis and Mathematical Morphology" (1982): dilation and erosion with a cross.
        """
        rows, width = self._shape
        limit = self._strength["thickness"]
        amount = rng.uniform(-limit, limit, (len(columns), 1, 1, 1)).astype(columns.dtype)
        pictures = columns.reshape(len(columns), rows, width, SHARING)
        signed = pictures * np.sign(amount)  # the minimum is the maximum of what is turned round
        most = signed.copy()
        np.maximum(most[:, 1:], signed[:, :-1], out=most[:, 1:])
        np.maximum(most[:, :-1], signed[:, 1:], out=most[:, :-1])
        np.maximum(most[:, :, 1:], signed[:, :, :-1], out=most[:, :, 1:])
        np.maximum(most[:, :, :-1], signed[:, :, 1:], out=most[:, :, :-1])
        most -= signed
        most *= amount
        pictures += most

    def _erase(self, columns: Pictures, rng: np.random.Generator) -> None:
        """Rub a rectangle out of some of the groups' pictures."""
        rows, width = self._shape
        pictures = columns.reshape(len(columns), rows, width, SHARING)
        for group in np.flatnonzero(rng.random(len(columns)) < self._strength["erase"]):
            height, across = rng.integers(*_PATCH, 2)
            top, left = rng.integers(0, rows), rng.integers(0, width)
            pictures[group, top : top + height, left : left + across] = 0


def _split(place: NDArray[np.float32], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pixel before each place in a picture of this size, and how far behind it in parts of `_FRACTION`."""
    fine = place * np.float32(_FRACTION)
    fine += np.float32(0.5)
    np.clip(fine, 0, (size - 1) * _FRACTION, out=fine)
    behind = fine.astype(np.intp)
    before = behind // _FRACTION
    np.minimum(before, max(size - 2, 0), out=before)
    behind -= before * _FRACTION
    return before, behind


def _modes(size: int, deviation: float) -> NDArray[np.float32]:
    """Return what places along one side are composed of, shape (2 + modes, size).

    The first row is constant, the second counts pixels from the centre. The others turn independent normal numbers z
    into smooth noise z @ modes. White noise smoothed with a bell S has the singular value decomposition S = U s V' and,
    as U' turns white noise into white noise, has the same distribution as z @ s V', of which a few rows hold nearly all
    (the Karhunen-Loève expansion): 8 for 28 pixels and a deviation of 5.
    """
    place = np.arange(size)
    bell = np.exp(-((place[:, None] - place) ** 2) / (2 * deviation**2))
    _, singular, waves = np.linalg.svd(bell / np.linalg.norm(bell, axis=0))
    smooth = (singular[:, None] * waves)[singular > 1e-3 * singular[0]]
    smooth /= np.linalg.norm(smooth, axis=0)  # what was left out would be missing from the variance
    return np.vstack([np.ones(size), place - (size - 1) / 2, smooth]).astype(np.float32)
