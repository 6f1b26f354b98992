"""What went wrong and nobody had foreseen: told once, with all that helps to find its cause, and the window goes on."""

from __future__ import annotations

import sys
import threading
import traceback
from dataclasses import dataclass, replace
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from digitapp.gui.causes import cause

_TOLD_AFTER_MS = 300  # what fails at every repaint is told a few times a second at most


@dataclass(frozen=True)
class Fault:
    """An error that reached the top.

    Attributes
    ----------
    reason : a few words for people
    trace : Python's traceback as text
    place : what tells it from others: its type and where it was raised
    count : how often it has happened
    """

    reason: str
    trace: str
    place: tuple[str, str, int]
    count: int = 1

    @classmethod
    def of(cls, error: BaseException) -> Fault:
        """Return what there is to know about an error; nothing of what its frames have in hand."""
        frames = traceback.extract_tb(error.__traceback__)
        file, line = (frames[-1].filename, frames[-1].lineno or 0) if frames else ("", 0)
        return cls(cause(error), "".join(traceback.format_exception(error)), (type(error).__name__, file, line))


def is_foreseen(error: Exception) -> bool:
    """Return whether work that ends with an error says something by it about a file, a network or the machine.

    A ValueError is how the core says that something cannot be computed, as of weights that are not finite.
    """
    return isinstance(error, OSError | MemoryError | ValueError) or type(error).__module__.startswith("digitapp.")


class Faults(QObject):
    """Hears of every error that nobody has caught, from any thread.

    Signals
    -------
    save_wanted : something went wrong for the first time; what is not on the disk should get there now
    changed : there is a `newest` fault, or it has happened again
    """

    save_wanted = Signal()
    changed = Signal()
    _heard = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.newest: Fault | None = None
        self._known: dict[tuple[str, str, int], Fault] = {}
        self._timer = QTimer(self, singleShot=True, interval=_TOLD_AFTER_MS)
        self._timer.timeout.connect(self.changed)
        # Whatever the window was doing comes to its end first, be it painting.
        self._heard.connect(self.take_in, Qt.ConnectionType.QueuedConnection)

    def catch_all(self) -> None:
        """Hear of what reaches the top of this process from now on."""
        sys.excepthook = self._on_uncaught
        threading.excepthook = self._on_uncaught_in_thread

    def report(self, error: Exception) -> None:
        """Tell of an error; may be called in any thread."""
        self._heard.emit(Fault.of(error))

    @Slot(object)
    def report_unforeseen(self, error: Exception) -> None:
        """Tell of an error that ended a run, unless it is one that runs may end with, or was told where it happened."""
        if error.__traceback__ is not None and not is_foreseen(error):
            self.report(error)

    def _on_uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, Exception):  # Ctrl-C in the terminal
            sys.__excepthook__(kind, error, trace)
            return
        try:
            self.report(error)
        except RuntimeError:  # the window is gone
            sys.__excepthook__(kind, error, trace)
        traceback.clear_frames(trace)

    def _on_uncaught_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    @Slot(object)
    def take_in(self, fault: Fault) -> None:
        """Count a fault, and let the window tell of it."""
        known = self._known.get(fault.place)
        self.newest = fault if known is None else replace(fault, count=known.count + 1)
        self._known[fault.place] = self.newest
        if known is None:
            if sys.stderr is not None:  # a window may have none
                sys.stderr.write(fault.trace)
            self.save_wanted.emit()
        if not self._timer.isActive():
            self._timer.start()
