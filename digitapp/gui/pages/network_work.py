"""Work of the Network page's views in the background: the newest question is answered, older ones are cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.jobs import Job
from digitapp.gui.state.session import Session
from digitapp.progress import Report


class Background(QObject):
    """Runs one piece of work at a time; what was started before is cancelled and its result dropped.

    Signals
    -------
    done(result), failed(error) : of the newest work
    progressed(done, total) : of the newest work
    """

    done = Signal(object)
    failed = Signal(object)
    progressed = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is on its way."""
        return self._job is not None

    def start(self, work: Callable[[Report, threading.Event], Any]) -> None:
        """Start `work(report, cancelled)`."""
        self.cancel()
        self._job = self._session.start_job(
            work, succeeded=self._on_done, failed=self._on_failed, progressed=self._on_progressed
        )

    def cancel(self) -> None:
        """Ask the present work to end, and forget it."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    @Slot(object)
    def _on_done(self, result: Any) -> None:
        if self.sender() is self._job:
            self._job = None
            self.done.emit(result)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if self.sender() is self._job:
            self._job = None
            self.failed.emit(error)

    @Slot(object, object)
    def _on_progressed(self, done: Any, total: Any) -> None:
        if self.sender() is self._job:
            self.progressed.emit(done, total)
