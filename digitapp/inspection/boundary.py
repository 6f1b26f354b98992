"""Where in a plane a network answers what: the class at every place, how strongly, and the lines in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.contours import contour
from digitapp.nn.network import Network

UNKNOWN = 255
"""Stands for the class of a place where the network's numbers are not finite."""
_CHUNK = 1024  # places at a time: what a small network computes of so many stays in a processor's nearest cache
_COARSEST, _FINEST = 24, 128
_COARSE_WORK = 12_000_000  # products, about: some 5 ms

Probabilities = Callable[[NDArray[np.floating]], NDArray[np.floating]]
"""From the outputs of a network, (n, classes), to probabilities of that shape, as `Calibration.probabilities`."""


class Bounds(NamedTuple):
    """A rectangle of the plane; y grows upwards."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """From the left to the right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From the bottom to the top."""
        return self.top - self.bottom

    def contains(self, x: float, y: float) -> bool:
        """Return whether a place lies in it, or on its edge."""
        return self.left <= x <= self.right and self.bottom <= y <= self.top

    def axes(self, columns: int, rows: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the x of so many columns and the y of so many rows, rising, the first and last on the edges."""
        xs = np.linspace(self.left, self.right, columns, dtype=np.float32)
        return xs, np.linspace(self.bottom, self.top, rows, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class DecisionMap:
    """What a network answers on a grid of places, whose outermost lie on the edges of the bounds.

    Attributes
    ----------
    bounds : of the plane
    labels : uint8 array (rows, columns), the likeliest class; `UNKNOWN` where probabilities are not finite. The first
        row is the lowest
    strengths : float32 array (rows, columns) from 0 to 1: by how much the likeliest class leads before the second
    lines : where two classes are equally likely and none is more so, (n, 2, 2), the ends of short lines as `contour`
        returns them; with two classes the line of 50 %
    """

    bounds: Bounds
    labels: NDArray[np.uint8]
    strengths: NDArray[np.float32]
    lines: NDArray[np.float64]


def decision_map(
    network: Network,
    probabilities: Probabilities,
    bounds: Bounds,
    resolution: int,
    cancelled: threading.Event | None = None,
) -> DecisionMap:
    """Return what a network of two inputs answers at resolution × resolution places.

    Parameters
    ----------
    network : not changed
    probabilities : how its outputs become probabilities
    bounds : of the plane
    resolution : at least 2; `coarse_resolution` says how fine a map can be that follows a training
    cancelled : ends the work soon; the map is then unknown in part

    Raises
    ------
    ValueError : a network that has not two inputs
    """
    xs, ys = bounds.axes(resolution, resolution)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        places = np.stack([axis.ravel() for axis in np.meshgrid(xs, ys)])
        found = probabilities(outputs_at(network, places, cancelled))
    return map_of(found, bounds, xs, ys)


def outputs_at(
    network: Network, places: NDArray[np.floating], cancelled: threading.Event | None = None
) -> NDArray[np.floating]:
    """Return the outputs of a network at many places, (n, classes), for places (2, n); not a number once cancelled.

    Raises ValueError for a network that has not two inputs.
    """
    if network.sizes[0] != 2:
        raise ValueError(f"a network of two inputs is needed, not of {network.sizes[0]}")
    inputs = np.asarray(places, network.dtype)
    outputs = np.full((network.sizes[-1], inputs.shape[1]), np.nan, network.dtype)
    for start in range(0, inputs.shape[1], _CHUNK):
        if cancelled is not None and cancelled.is_set():
            break
        states = inputs[:, start : start + _CHUNK]
        for layer in network.layers:
            _, states = layer.states(states)
        outputs[:, start : start + _CHUNK] = states
    return outputs.T


def map_of(
    probabilities: NDArray[np.floating], bounds: Bounds, xs: NDArray[np.floating], ys: NDArray[np.floating]
) -> DecisionMap:
    """Return probabilities (len(ys) × len(xs), classes), row by row from the lowest, as a map."""
    columns = np.array(probabilities.T, np.float32)  # one row for each class: what follows runs along them
    shape = len(ys), len(xs)
    labels = columns.argmax(axis=0).astype(np.uint8)
    best = columns.max(axis=0)
    others = columns.copy()
    np.put_along_axis(others, labels[np.newaxis].astype(np.intp), -1.0, axis=0)
    strengths = best - np.maximum(others.max(axis=0), 0.0)
    known = np.isfinite(columns).all(axis=0)
    labels[~known], strengths[~known] = UNKNOWN, 0.0
    lines = [np.empty((0, 2, 2))]
    # The last class has no edge that is not one of another class too.
    for label in np.unique(labels[labels < len(columns) - 1]):
        lead = np.where(labels == label, strengths, columns[label] - best)
        lines.append(contour(np.where(known, lead, np.nan).reshape(shape), xs, ys, 0.0))
    return DecisionMap(bounds, labels.reshape(shape), strengths.reshape(shape), np.concatenate(lines))


def coarse_resolution(network: Network) -> int:
    """Return how many places a side a map may have that is made anew at every picture of a training."""
    # An activation costs about as much as twenty products.
    work = network.weight_count + 20 * sum(network.sizes[1:])
    return max(_COARSEST, min(_FINEST, int((_COARSE_WORK / max(1, work)) ** 0.5)))


def disagreement(maps: Sequence[DecisionMap]) -> NDArray[np.float32]:
    """Return which share of several networks does not answer what most of them do, (rows, columns).

    0 where all agree, at most 1 − 1/classes. What is not finite agrees with nothing.

    Raises ValueError for no maps, or maps of different shapes.
    """
    if not maps or len({found.labels.shape for found in maps}) != 1:
        raise ValueError("maps of one shape are needed, one at least")
    labels = np.stack([found.labels for found in maps])
    classes = np.unique(labels[labels != UNKNOWN])
    votes = [(labels == label).mean(axis=0, dtype=np.float32) for label in classes]
    return 1 - np.max(votes, axis=0) if votes else np.ones(labels.shape[1:], np.float32)
