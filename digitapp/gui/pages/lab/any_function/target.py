"""The curve that all faces of the bench are about: one to choose, or one drawn by hand, with undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from digitapp.gui.pages.lab import remembered
from digitapp.gui.translation import translate
from digitapp.lab.any_function.target_curves import HIGHEST, LOWEST, POINTS, TARGETS, drawn, pushed, target

OWN = "own"
_FIRST = "sine"
_KEPT = 100  # steps of undo
_PLACES = 3  # digits of a drawn curve that are remembered


class Target(QObject):
    """The curve.

    Signals
    -------
    changed : it is another

    Attributes
    ----------
    key : of `TARGETS`, `OWN` once it was drawn
    values : (POINTS,), at the places of `GRID`; never changed in place
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: list[tuple[str, NDArray[np.float64]]] = []
        self.key, self.values = _FIRST, target(_FIRST)

    def choose(self, key: str) -> None:
        """Take one of the curves; `OWN` makes the present one the user's own."""
        self.begin()
        self._set(key, self.values if key == OWN else target(key))

    def begin(self) -> None:
        """Begin something that one step of undo takes back, such as a stroke of the pen."""
        self._before = [*self._before[-_KEPT:], (self.key, self.values)]

    def draw(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Let the pen go from one point to another."""
        self._set(OWN, drawn(self.values, start, end))

    def push(self, x: float, change: float) -> None:
        """Raise the curve at a place, and less around it."""
        self._set(OWN, pushed(self.values, x, change))

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._before)

    def undo(self) -> None:
        """Take back what was begun last."""
        if self._before:
            self._set(*self._before.pop())

    def _set(self, key: str, values: NDArray[np.float64]) -> None:
        self.key, self.values = key, values
        self.changed.emit()

    def state(self) -> dict[str, Any]:
        """Return the curve as JSON knows it."""
        own = {"values": np.round(self.values, _PLACES).tolist()} if self.key == OWN else {}
        return {"curve": self.key, **own}

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Show a curve; what is none is as at first."""
        key, first = remembered.text(state, "curve", _FIRST), target(_FIRST)
        self._before = []
        if key == OWN:
            values = np.array(remembered.numbers(state, "values", first.tolist(), LOWEST, HIGHEST))
            self._set(OWN if len(values) == POINTS and not np.array_equal(values, first) else _FIRST, values)
        else:
            key = key if key in TARGETS else _FIRST
            self._set(key, target(key))


def target_title(key: str) -> str:
    """Return what a curve is called."""
    titles = {
        "sine": translate("AnyFunction", "Sine"),
        "absolute": translate("AnyFunction", "Absolute value |x|"),
        "stairs": translate("AnyFunction", "Stairs"),
        "bump": translate("AnyFunction", "Bump"),
        "wavy": translate("AnyFunction", "Nielsen’s wavy one"),
        OWN: translate("AnyFunction", "Drawn by hand"),
    }
    return titles.get(key, key)
