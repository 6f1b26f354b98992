"""What there is to see in the plane at one moment: the points, which of them are misread, and the units' lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.gui.plots.plane_picture import NO_POINTS, PlanePoints, bounds_around
from digitapp.gui.state.own_points import Points
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.boundary import Bounds
from digitapp.inspection.half_planes import UnitLine, unit_lines
from digitapp.nn.network import Network


@dataclass(frozen=True, eq=False)
class PlaneScene:
    """The plane at one moment.

    Attributes
    ----------
    shown : what the window shows
    points : as they were set
    drawn : the same, to be painted
    misread : bool array (points,), those that the network reads as another class
    bounds : of the plane, as far as it is seen
    lines : where the units of the first hidden layer switch, those that are seen
    """

    shown: Snapshot
    points: Points
    drawn: PlanePoints
    misread: NDArray[np.bool_]
    bounds: Bounds
    lines: list[UnitLine]

    @property
    def right(self) -> int:
        """How many points are read as what they are."""
        return len(self.points) - int(self.misread.sum())

    @property
    def classes(self) -> set[int]:
        """The classes that have points."""
        return set(self.drawn.labels.tolist())


class SceneMaker:
    """Makes scenes; what stays the same from one to the next is kept."""

    def __init__(self) -> None:
        self._drawn: tuple[Points, PlanePoints] = ((), NO_POINTS)

    def make(self, shown: Snapshot, points: Points) -> PlaneScene:
        """Return the plane of a snapshot with points."""
        if points is not self._drawn[0]:
            self._drawn = points, as_arrays(points)
        drawn, network = self._drawn[1], shown.network
        bounds = bounds_around(drawn)
        return PlaneScene(shown, points, drawn, misread(network, drawn), bounds, unit_lines(network, bounds))


def as_arrays(points: Points) -> PlanePoints:
    """Return points to be painted."""
    if not points:
        return NO_POINTS
    places = np.array([(point.x, point.y) for point in points], np.float32)
    labels = np.array([point.label for point in points], np.int64)
    return PlanePoints(places, labels, np.array([point.validates for point in points], np.bool_))


def misread(network: Network, points: PlanePoints) -> NDArray[np.bool_]:
    """Return which points a network takes for another class, (points,)."""
    if not len(points):
        return np.empty(0, np.bool_)
    with np.errstate(over="ignore", invalid="ignore"):
        return network.forward(points.places).argmax(axis=1) != points.labels
