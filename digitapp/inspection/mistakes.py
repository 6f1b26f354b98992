"""What a network misreads, and how sure it is while it does."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digitapp.calibration import Calibration
from digitapp.datasets.dataset import Split
from digitapp.nn.network import Network

_BATCH = 1000

Cell = tuple[int, int]
"""A true class and the one that was read."""


@dataclass(frozen=True, eq=False)
class Readings:
    """What a network reads every sample of a part of the data as.

    Attributes
    ----------
    split : the samples, none of which is a foil
    predictions : int array (samples,)
    certainties : float array (samples,), the probability of what was read, 0 to 1; not a number where the network's
        numbers have overflowed
    classes : how many the network tells apart
    """

    split: Split
    predictions: NDArray[np.intp]
    certainties: NDArray[np.floating]
    classes: int

    @cached_property
    def confusion(self) -> NDArray[np.int64]:
        """How many of each class were read as each, (classes, classes): true classes are rows."""
        pairs = self.split.labels * self.classes + self.predictions
        return np.bincount(pairs, minlength=self.classes**2).reshape(self.classes, self.classes)

    @cached_property
    def mistakes(self) -> NDArray[np.intp]:
        """The samples that are misread, (mistakes,), the surest mistake first."""
        return self._by_certainty(np.flatnonzero(self.predictions != self.split.labels))

    def of(self, cell: Cell) -> NDArray[np.intp]:
        """Return the samples of a cell: of mistakes the surest first, of what is read right the least sure first."""
        chosen = np.flatnonzero((self.split.labels == cell[0]) & (self.predictions == cell[1]))
        ordered = self._by_certainty(chosen)
        return ordered if cell[0] != cell[1] else ordered[::-1]

    def _by_certainty(self, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
        return chosen[np.argsort(-self.certainties[chosen], kind="stable")]


def read_all(
    network: Network, loss: str, calibration: Calibration, split: Split, cancelled: threading.Event | None = None
) -> Readings | None:
    """Return what a network reads every sample as.

    Parameters
    ----------
    network, loss, calibration : of the model; the probabilities are those that the window shows of a drawing
    split : samples of the network's classes; foils are left out
    cancelled : ends it with None before the next thousand samples

    Raises
    ------
    ValueError : samples that do not fit the network, or of a class that it does not know
    """
    split = split.without_foils()
    if split.labels.max() >= network.sizes[-1]:
        raise ValueError(f"a network of {network.sizes[-1]} classes has no class {int(split.labels.max())}")
    predictions = np.empty(len(split), np.intp)
    certainties = np.empty(len(split), network.dtype)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, len(split), _BATCH):
            if cancelled is not None and cancelled.is_set():
                return None
            batch = slice(start, start + _BATCH)
            outputs = network.forward(split.inputs[batch])
            predictions[batch] = outputs.argmax(axis=1)
            probabilities = calibration.probabilities(loss, outputs)
            certainties[batch] = np.take_along_axis(probabilities, predictions[batch, np.newaxis], axis=1)[:, 0]
    return Readings(split, predictions, certainties, network.sizes[-1])
