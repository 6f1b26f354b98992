"""What was done to a drawing, step by step, back and forth: like Qt's stack of undo, but bounded in memory too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Ink, Picture
from digitapp.kept.sheets import Step

MOST_STEPS = 1000  # each remembers all strokes there were: without end, memory would grow with the square of them
MOST_BYTES = 64 << 20  # a thousand steps of large pictures would be gigabytes


class UndoStack(QObject):
    """The steps of one artwork. The oldest are forgotten where they are too many, or take too much memory.

    Names are those of QUndoStack, whose place it takes: that one forgets by the number of steps alone.

    Signals
    -------
    went(ink) : a step was done, taken back or done again, which leads to this
    """

    went = Signal(object)
    canUndoChanged = Signal(bool)  # noqa: N815
    canRedoChanged = Signal(bool)  # noqa: N815
    undoTextChanged = Signal(str)  # noqa: N815
    redoTextChanged = Signal(str)  # noqa: N815
    indexChanged = Signal(int)  # noqa: N815

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: list[Step] = []
        self._sizes: list[int] = []
        self._done = 0
        self._told = self._state()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of them, those that were taken back too."""
        return tuple(self._steps)

    def count(self) -> int:
        """Return how many steps there are, those that were taken back too."""
        return len(self._steps)

    def index(self) -> int:
        """Return how many steps are done and not taken back."""
        return self._done

    def canUndo(self) -> bool:
        """Return whether there is a step to take back."""
        return self._done > 0

    def canRedo(self) -> bool:
        """Return whether there is a step to do again."""
        return self._done < len(self._steps)

    def undoText(self) -> str:
        """Return the name of the step that would be taken back, "" for none."""
        return self._steps[self._done - 1].text if self.canUndo() else ""

    def redoText(self) -> str:
        """Return the name of the step that would be done again, "" for none."""
        return self._steps[self._done].text if self.canRedo() else ""

    def push(self, step: Step) -> None:
        """Do a step; what was taken back is forgotten. One that goes on with the last one becomes one with it."""
        last = self._steps[self._done - 1] if self.canUndo() else None
        merges = last is not None and last.goes_on and step.goes_on and last.text == step.text
        kept = self._done - 1 if merges else self._done
        del self._steps[kept:], self._sizes[kept:]
        self._append(replace(step, before=last.before) if merges and last is not None else step)
        self._done = len(self._steps)
        self.went.emit(step.after)
        self._tell()

    def undo(self) -> None:
        """Take back the last step, if there is one."""
        if self.canUndo():
            self._done -= 1
            self.went.emit(self._steps[self._done].before)
            self._tell()

    def redo(self) -> None:
        """Do the step that was taken back again, if there is one."""
        if self.canRedo():
            self._done += 1
            self.went.emit(self._steps[self._done - 1].after)
            self._tell()

    def clear(self) -> None:
        """Forget all steps."""
        self.fill((), 0)

    def fill(self, steps: Sequence[Step], done: int) -> None:
        """Have these steps, of which so many are done, in the place of all there were; nobody goes anywhere."""
        self._steps, self._sizes = [], []
        for step in steps:
            self._append(step)
        self._done = max(0, done - (len(steps) - len(self._steps)))
        self._tell()

    def _append(self, step: Step) -> None:
        self._steps.append(step)
        self._sizes.append(_bytes_of(step))
        while len(self._steps) > 1 and (len(self._steps) > MOST_STEPS or sum(self._sizes) > MOST_BYTES):
            del self._steps[0], self._sizes[0]

    def _state(self) -> tuple[bool, bool, str, str, int]:
        return self.canUndo(), self.canRedo(), self.undoText(), self.redoText(), self._done

    def _tell(self) -> None:
        before, self._told = self._told, self._state()
        signals = self.canUndoChanged, self.canRedoChanged, self.undoTextChanged, self.redoTextChanged
        for signal, was, now in zip(signals, before, self._told, strict=False):
            if was != now:
                signal.emit(now)
        self.indexChanged.emit(self._done)


def _bytes_of(step: Step) -> int:
    """Return how much memory a step takes, about: drawings share the strokes that stay."""
    pictures = sum(ink.grey.nbytes for ink in (step.before, step.after) if isinstance(ink, Picture))
    if not isinstance(step.after, Drawing):
        return pictures
    old = {id(stroke) for stroke in _strokes(step.before)}
    new = sum(stroke.points.nbytes for stroke in step.after.strokes if id(stroke) not in old)
    return pictures + new + 8 * len(step.after.strokes)


def _strokes(ink: Ink) -> tuple[object, ...]:
    return ink.strokes if isinstance(ink, Drawing) else ()
