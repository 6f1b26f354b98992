"""What can lie on a canvas: strokes, pixels set one by one, a point, or a picture instead of strokes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.point import Point


@dataclass(frozen=True, eq=False)
class Picture:
    """A grey picture that lies on the canvas instead of strokes.

    Attributes
    ----------
    grey : float32 array, shape (rows, columns), ink = 1 on paper = 0
    name : str, where it came from, for people
    """

    grey: NDArray[np.float32]
    name: str


Ink = Drawing | BinaryGrid | Point | Picture
