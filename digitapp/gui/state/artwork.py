"""What is drawn for one problem, with undo and redo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from digitapp.datasets.problems import Inputs, Problem
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.inks import Ink, Picture
from digitapp.kept.sheets import Sheet, Step


def ink_of(problem: Problem, inputs: NDArray[np.floating], name: str) -> Picture | BinaryGrid:
    """Return a sample of a data set, float array (features,), as something that can be laid on the problem's canvas.

    Raises ValueError for a problem whose inputs are no picture.
    """
    if problem.inputs is Inputs.GRID:
        return BinaryGrid.from_vector(inputs, problem.rows, problem.columns)
    if not problem.has_picture:
        raise ValueError(f"the inputs of {problem.key} are no picture")
    return Picture(np.asarray(inputs, np.float32).reshape(problem.shape), name)


_STEPS_BACK = 1000  # each remembers all strokes there were: without end, memory would grow with the square of them


class _Edit(QUndoCommand):
    """One step of undo: drawings never change, so the two of them are all there is to remember."""

    def __init__(self, artwork: Artwork, step: Step) -> None:
        super().__init__(step.text)
        self._artwork = artwork
        self.step = step

    def id(self) -> int:
        """Return the same number for all steps that may become one."""
        return 1 if self.step.goes_on else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in a step that goes on with this one."""
        if not isinstance(other, _Edit) or other.text() != self.text():
            return False
        self.step = replace(self.step, after=other.step.after)
        return True

    def redo(self) -> None:
        self._artwork.adopt(self.step.after)

    def undo(self) -> None:
        self._artwork.adopt(self.step.before)


class Artwork(QObject):
    """A drawing, a picture, a grid or a point that is being worked on.

    `show_live` follows the pen; `commit` ends the movement and makes one step of undo of it.
    """

    changed = Signal()

    def __init__(self, blank: Ink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.value: Ink = blank
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(_STEPS_BACK)
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
            self.undo_stack.push(_Edit(self, Step(self._committed, value, text, goes_on)))
        elif self.value != value:
            self.show_live(value)

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
        commands = (self.undo_stack.command(index) for index in range(self.undo_stack.count()))
        steps = tuple(command.step for command in commands if isinstance(command, _Edit))
        return Sheet(self._committed, steps, self.undo_stack.index())

    def take_up(self, sheet: Sheet) -> None:
        """Go on with a canvas and its undo stack as they were kept."""
        self.undo_stack.clear()
        with QSignalBlocker(self):
            for step in sheet.steps[-_STEPS_BACK:]:
                self.undo_stack.push(_Edit(self, step))
            for _ in range(len(sheet.steps) - sheet.done):
                self.undo_stack.undo()
        self.adopt(sheet.ink)

    def start_again(self) -> None:
        """Take a new sheet; what was on the old one cannot be brought back."""
        self.adopt(self._blank)
        self.undo_stack.clear()
