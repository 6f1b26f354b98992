"""What a pointer that is down does in the plane: set points, take them away, move one, or drag a unit's line."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Protocol

import numpy as np

from digitapp.gui.state.own_points import OwnPoints, Points, added
from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.state.weight_surgery import WeightSurgery
from digitapp.inspection.half_planes import HalfPlane, Place, half_plane
from digitapp.nn.network import WeightRef


class Gesture(Protocol):
    """Begins where it is made, goes on with `move`, and ends with `finish` or `abandon`."""

    def move(self, place: Place) -> None:
        """The pointer is at another place of the plane."""
        ...

    def finish(self) -> None:
        """The pointer was lifted."""
        ...

    def abandon(self) -> None:
        """Be as if it had never begun."""
        ...


class PointGesture:
    """One that changes points: they are shown while the pointer is down, and become the user's when it is lifted.

    Attributes
    ----------
    points : as they are at the moment
    """

    def __init__(self, own: OwnPoints, text: str) -> None:
        self._own, self._text = own, text
        self._before: Points = own.points
        self.points = self._before

    def finish(self) -> None:
        if self.points is not self._before:
            self._own.commit(self.points, self._text)

    def abandon(self) -> None:
        self.points = self._before


class SetPoints(PointGesture):
    """A click sets a point of a class, a drag many, each so far from the one before."""

    def __init__(self, own: OwnPoints, label: int, place: Place, spacing: float, text: str) -> None:
        super().__init__(own, text)
        self._label, self._spacing = label, spacing
        self._last = place
        self.points = added(self.points, [place], label)

    @property
    def is_full(self) -> bool:
        """Whether there was no room for the last point."""
        return self.points == self._before

    def move(self, place: Place) -> None:
        steps = int(math.dist(place, self._last) / self._spacing)
        if steps:
            step = np.subtract(place, self._last) * self._spacing / math.dist(place, self._last)
            way = self._last + step * np.arange(1, 1 + steps)[:, np.newaxis]
            places = [(x, y) for x, y in way.tolist()]
            self.points = added(self.points, places, self._label)
            self._last = places[-1]


class Erase(PointGesture):
    """Takes the points away that the pointer comes near."""

    def __init__(self, own: OwnPoints, place: Place, radius: float, text: str) -> None:
        super().__init__(own, text)
        self._radius, self._last = radius, place
        self.move(place)

    def move(self, place: Place) -> None:
        kept = tuple(point for point in self.points if _distance((point.x, point.y), self._last, place) > self._radius)
        if len(kept) < len(self.points):
            self.points = kept
        self._last = place


class MovePoint(PointGesture):
    """Takes one point along."""

    def __init__(self, own: OwnPoints, index: int, place: Place, text: str) -> None:
        super().__init__(own, text)
        self._index, self._start = index, place

    def move(self, place: Place) -> None:
        point = self._before[self._index]
        moved = replace(point, x=point.x + place[0] - self._start[0], y=point.y + place[1] - self._start[1])
        self.points = (*self._before[: self._index], moved, *self._before[self._index + 1 :])


class DragLine:
    """Shifts the line at which a unit of the first layer switches, or turns it around a place; its weights follow.

    Parameters
    ----------
    unit : of the first layer
    pivot : what the line is turned around; None to shift it
    text : what the step of undo is called
    """

    def __init__(self, session: Session, unit: int, place: Place, pivot: Place | None, text: str) -> None:
        self._surgery, self._weights = Surgery.of(session), WeightSurgery.of(session)
        self._unit, self._start, self._pivot, self._text = unit, place, pivot, text
        self._plane = half_plane(session.network, unit)
        self._gesture = self._surgery.begin_gesture()
        self.has_changed = False

    @staticmethod
    def reason(session: Session, unit: int) -> str:
        """Return why a unit's line cannot be dragged, empty where it can."""
        weights = WeightSurgery.of(session)
        reasons = (weights.reason(weight) for weight in _weights(unit))
        return next(filter(None, reasons), "")

    def move(self, place: Place) -> None:
        values = zip(_weights(self._unit), self._at(place), strict=True)
        if self._weights.set_all(dict(values), self._text, self._gesture):
            self.has_changed = True

    def _at(self, place: Place) -> HalfPlane:
        if self._pivot is None:
            return self._plane.shifted(place[0] - self._start[0], place[1] - self._start[1])
        before, now = (math.atan2(at[1] - self._pivot[1], at[0] - self._pivot[0]) for at in (self._start, place))
        return self._plane.turned(self._pivot, now - before)

    def finish(self) -> None:
        self._surgery.end_gesture()

    def abandon(self) -> None:
        self._surgery.end_gesture()
        if self.has_changed:
            self._surgery.undo()


def _weights(unit: int) -> tuple[WeightRef, WeightRef, WeightRef]:
    return WeightRef(0, 0, unit), WeightRef(0, 1, unit), WeightRef(0, None, unit)


def nearest_point(points: Points, place: Place, within: float) -> int | None:
    """Return which point lies nearest to a place, None where none is so near; of several the one set last."""
    if not points:
        return None
    distances = np.array([math.hypot(point.x - place[0], point.y - place[1]) for point in points])
    index = len(points) - 1 - int(distances[::-1].argmin())
    return index if distances[index] <= within else None


def _distance(place: Place, start: Place, end: Place) -> float:
    """Return how far a place is from the way between two others."""
    way = end[0] - start[0], end[1] - start[1]
    length = way[0] ** 2 + way[1] ** 2
    share = 0.0 if not length else ((place[0] - start[0]) * way[0] + (place[1] - start[1]) * way[1]) / length
    share = min(max(share, 0.0), 1.0)
    return math.hypot(place[0] - start[0] - share * way[0], place[1] - start[1] - share * way[1])
