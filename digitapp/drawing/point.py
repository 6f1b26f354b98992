"""What is asked about in a problem whose inputs are numbers and no picture: a point, such as a place in a plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Point:
    """One number for each input, or none at all: then nothing is asked yet."""

    numbers: tuple[float, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.numbers

    def to_vector(self) -> NDArray[np.float32]:
        """Return the network's input, shape (len(numbers),)."""
        return np.array(self.numbers, dtype=np.float32)
