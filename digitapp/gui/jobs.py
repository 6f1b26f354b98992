"""Work over ten milliseconds leaves the window's thread: one function, its progress, its result or its error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

Report = Callable[[int, int], None]


class Job(QThread):
    """Runs `work(report, cancelled)` once in a thread.

    `report(done, total)` becomes the signal `progressed`; `cancelled` is an Event that the work looks at.
    Afterwards either `succeeded(result)` or `failed(error)` is emitted, and then QThread's `finished`.
    """

    progressed = Signal(object, object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, work: Callable[[Report, threading.Event], Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cancelled = threading.Event()
        self._work = work

    def run(self) -> None:
        """The thread."""
        try:
            result = self._work(self.progressed.emit, self.cancelled)
        except Exception as error:  # noqa: BLE001 - whatever ends a job is shown in the window, never lost in a thread
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)

    def cancel(self) -> None:
        """Ask the work to end early."""
        self.cancelled.set()

    def end(self) -> None:
        """Cancel and wait; a running QThread must not be destroyed."""
        self.cancel()
        self.wait()
