"""What is drawn for one problem, with undo and redo."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.problems import Inputs, Problem
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.inks import Ink, Picture
from digitapp.drawing.point import Point
from digitapp.gui.state.undo import UndoStack
from digitapp.kept.sheets import Sheet, Step


def ink_of(problem: Problem, inputs: NDArray[np.floating], name: str) -> Picture | BinaryGrid | Point:
    """Return a sample of a data set, float array (features,), as something that can be laid on the problem's canvas."""
    if problem.inputs is Inputs.GRID:
        return BinaryGrid.from_vector(inputs, problem.rows, problem.columns)
    if not problem.has_picture:
        return Point(tuple(inputs.tolist()))
    return Picture(np.asarray(inputs, np.float32).reshape(problem.shape), name)


class Artwork(QObject):
    """A drawing, a picture, a grid or a point that is being worked on.

    `show_live` follows the pen; `commit` ends the movement and makes one step of undo of it.
    """

    changed = Signal()

    def __init__(self, blank: Ink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.value: Ink = blank
        self.undo_stack = UndoStack(self)
        self.undo_stack.went.connect(self.adopt)
        self._blank = blank
        self._committed: Ink = blank

    @property
    def is_settled(self) -> bool:
        """Whether the present value is a committed one: no pen is moving."""
        return self.value is self._committed

    def show_live(self, value: Ink) -> None:
        """Show a value without a step of undo; the next `commit` counts from the value before."""
        self.value = value
        self.changed.emit()

    def commit(self, value: Ink, text: str, goes_on: bool = False) -> None:
        """Make `value` the present one, as one step of undo named `text`; no step where nothing changed.

        Steps of the same name that `go on` with each other, one for each press of a key, are undone together.
        """
        if value != self._committed:
            self.undo_stack.push(Step(self._committed, value, text, goes_on))
        elif self.value != value:
            self.show_live(value)

    @Slot(object)
    def adopt(self, value: Ink) -> None:
        """Make `value` the present one and the one that the next `commit` counts from."""
        self._committed = value
        self.show_live(value)

    def abandon(self) -> None:
        """Drop what `show_live` showed since the last commit."""
        self.show_live(self._committed)

    def clear(self, text: str) -> None:
        """Empty the surface, undoably."""
        self.commit(self._blank, text)

    @property
    def sheet(self) -> Sheet:
        """The committed value with its undo stack, to be kept."""
        return Sheet(self._committed, self.undo_stack.steps, self.undo_stack.index())

    def take_up(self, sheet: Sheet) -> None:
        """Go on with a canvas and its undo stack as they were kept."""
        self.undo_stack.fill(sheet.steps, sheet.done)
        self.adopt(sheet.ink)

    def start_again(self) -> None:
        """Take a new sheet; what was on the old one cannot be brought back."""
        self.adopt(self._blank)
        self.undo_stack.clear()
