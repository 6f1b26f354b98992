"""What the strongest paths show: the one thing that the page makes, the surface holds and the painter paints."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.gui.diagram.paths_words import PathWords
from digitapp.inspection.paths import StrongestPaths


@dataclass(frozen=True, eq=False)
class PathPicture:
    """All that is painted.

    Attributes
    ----------
    paths : the chosen units and what connects them
    images : float array, shape (chosen of the first layer, rows, columns), their weights
    limit : of the colours of `images`
    ink : float array, shape (rows, columns), the network's input
    probabilities : of the shown outputs
    answer : which output the network chooses, None where it knows none
    words : names and sentences for all of it
    """

    paths: StrongestPaths
    images: NDArray[np.floating]
    limit: float
    ink: NDArray[np.floating]
    probabilities: NDArray[np.floating]
    answer: int | None
    words: PathWords
