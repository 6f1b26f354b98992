"""The points that the user sets in a plane, or reads from a table: a data set of their own, with undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.plane import MOST_POINTS, VALIDATION_SHARE, LabelledPoint, points_dataset, points_of
from digitapp.datasets.problems import MY_POINTS, PLANE, Problem
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.desks import Desks

Points = tuple[LabelledPoint, ...]
_MOST_STEPS = 1000
_State = tuple[str, Points | None]


class OwnPoints(QObject):
    """The user's points with undo and redo.

    Whoever sets a point among those of another data set begins with a copy of them: from then on they are the user's.
    Undo gives back that data set, and the points that were the user's before.

    Signals: `changed`; `committed` after a change that is a step of undo.

    Attributes
    ----------
    problem : whose points they are
    own : all of them, in the order in which they were set; None as long as the user has never set any
    """

    changed = Signal()
    committed = Signal()

    def __init__(self, session: Desks) -> None:
        super().__init__(session)
        self.problem: Problem = PLANE
        self.own: Points | None = None
        self._session = session
        self._others: tuple[Dataset, Points] | None = None  # those of the data set that was shown last
        self._before: list[tuple[str, _State]] = []
        self._after: list[tuple[str, _State]] = []

    @property
    def points(self) -> Points:
        """The points of the chosen data set, none while it is on its way."""
        name = self._session.dataset_name
        if name == MY_POINTS:
            return self.own or ()
        dataset = self._session.data.get(name)
        if dataset is None:
            return ()
        if self._others is None or self._others[0] is not dataset:
            self._others = dataset, tuple(points_of(dataset))
        return self._others[1]

    @property
    def undo_text(self) -> str:
        """What would be taken back, empty where nothing can be."""
        return self._before[-1][0] if self._before else ""

    @property
    def redo_text(self) -> str:
        """What would be made again, empty where nothing can be."""
        return self._after[-1][0] if self._after else ""

    def commit(self, points: Sequence[LabelledPoint], text: str) -> None:
        """Have these points and learn from them, as one step of undo that is called `text`; `MOST_POINTS` at most.

        Where none would be left to learn from, all of them are learned from.
        """
        new = tuple(points)
        if len(new) > MOST_POINTS:
            raise ValueError(f"at most {MOST_POINTS} points are possible, not {len(new)}")
        if all(point.validates for point in new):
            new = tuple(replace(point, validates=False) for point in new)
        if (MY_POINTS, new) == self._state:
            return
        self._before = [*self._before[-_MOST_STEPS + 1 :], (text, self._state)]
        self._after = []
        self._have((MY_POINTS, new))
        self.committed.emit()

    @Slot()
    def undo(self) -> None:
        """Take the last change back."""
        if self._before:
            text, state = self._before.pop()
            self._after.append((text, self._state))
            self._have(state)

    @Slot()
    def redo(self) -> None:
        """Make the change again that was taken back."""
        if self._after:
            text, state = self._after.pop()
            self._before.append((text, self._state))
            self._have(state)

    def take_up(self, points: Points | None) -> None:
        """Have the points of an earlier start."""
        self._put(points)

    @property
    def _desk(self) -> Desk:
        return next(desk for desk in self._session.desks if desk.problem is self.problem)

    @property
    def _state(self) -> _State:
        return self._desk.dataset_name, self.own

    def _have(self, state: _State) -> None:
        name, points = state
        self._put(points)
        if self._session.problem is self.problem:
            self._session.choose_dataset(name)
        else:  # a file that was read while another problem was looked at
            self._desk.dataset_name = name

    def _put(self, points: Points | None) -> None:
        if points != self.own:
            self.own = points
            if points:
                self._session.data.put(MY_POINTS, points_dataset(MY_POINTS, points))
            else:
                self._session.data.empty(MY_POINTS)
        self.changed.emit()


def added(points: Points, places: Iterable[tuple[float, float]], label: int) -> Points:
    """Return points with more of a class; every fourth of it validates, as far as there is room for them."""
    others = [point.validates for point in points if point.label == label]
    count, validate = len(others), sum(others)
    found = list(points)
    for x, y in places:
        if len(found) == MOST_POINTS:
            break
        count += 1
        validates = validate < int(VALIDATION_SHARE * count)
        validate += validates
        found.append(LabelledPoint(x, y, label, validates))
    return tuple(found)
