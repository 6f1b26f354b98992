"""Undo for the plane: what was done to the points and what was done to the lines, in the order in which it was done."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from digitapp.gui.state.session import Session
from digitapp.gui.state.surgery import Surgery


@dataclass(frozen=True, eq=False)
class _OfLine:
    """A line that was dragged: a step of the network's stack, which other pages may have gone on with since."""

    stack: QUndoStack
    index: int  # of the stack after the step


_Step = _OfLine | None  # None for a change of the points


class PlaneSteps(QObject):
    """Takes the last change back, whichever it was of.

    Signals: `changed`, what can be undone or done again is different.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._points, self._surgery = session.points, Surgery.of(session)
        self._done: list[_Step] = []
        self._undone: list[_Step] = []
        self._points.committed.connect(self._on_points_committed)
        self._points.changed.connect(self.changed)
        self._surgery.changed.connect(self.changed)

    @Slot()
    def _on_points_committed(self) -> None:
        self._add(None)

    @Slot()
    def add_line(self) -> None:
        """A line was dragged."""
        stack = self._surgery.undo_stack
        self._add(_OfLine(stack, stack.index()))

    def _add(self, step: _Step) -> None:
        self._done.append(step)
        self._undone.clear()
        self.changed.emit()

    @property
    def undo_text(self) -> str:
        """What would be taken back, empty where nothing can be."""
        steps = self._taken(self._done, undone=False)
        if steps and steps[-1] is not None:
            return steps[-1].stack.undoText()
        return self._points.undo_text

    @property
    def redo_text(self) -> str:
        """What would be done again, empty where nothing can be."""
        steps = self._taken(self._undone, undone=True)
        if not steps:
            return ""
        return self._points.redo_text if steps[-1] is None else steps[-1].stack.redoText()

    def _taken(self, steps: list[_Step], *, undone: bool) -> list[_Step]:
        """Return steps up to the last that can be taken, without those at their end that others have overtaken."""
        count = len(steps)
        while count and not self._can_be_taken(steps[count - 1], undone):
            count -= 1
        return steps[:count]

    def _can_be_taken(self, step: _Step, undone: bool) -> bool:
        if step is None:
            return bool(self._points.redo_text if undone else self._points.undo_text)
        return self._surgery.undo_stack is step.stack and step.stack.index() == step.index - undone

    def undo(self) -> None:
        """Take the last change back."""
        if not self.undo_text:
            return
        self._done = self._taken(self._done, undone=False)
        step = self._done[-1] if self._done else None
        if step is None:
            self._points.undo()
        elif self._surgery.reason():
            return
        else:
            self._surgery.undo()
        self._done = self._done[:-1]
        self._undone.append(step)
        self.changed.emit()

    def redo(self) -> None:
        """Do the change again that was taken back last."""
        if not self.redo_text:
            return
        self._undone = self._taken(self._undone, undone=True)
        step = self._undone[-1]
        if step is None:
            self._points.redo()
        elif self._surgery.reason():
            return
        else:
            self._surgery.redo()
        self._undone = self._undone[:-1]
        self._done.append(step)
        self.changed.emit()
