"""Work beside the window of which only the newest wish counts."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitapp.gui.state.jobs import Job, StartJob, Work

PAUSE_S = 0.5  # the shortest rest between two pieces of work


@dataclass(frozen=True, eq=False)
class _Wish:
    """Work that was asked for."""

    work: Work
    key: object
    rest: float


class Errand(QObject):
    """Has one thing at a time found out in a job; a wish that was replaced before its turn is never begun.

    A wish comes with a key that says what the result is for, such as (network, layer). It comes back with the result,
    so that whoever asked can tell whether this is still about what is shown. Keys are compared by `==`.

    Signals
    -------
    found(result, key), failed(error, key) : of a wish, unless it was cancelled
    progressed(done, total) : of the work under way, unless it was cancelled
    """

    found = Signal(object, object)
    failed = Signal(object, object)
    progressed = Signal(object, object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start_job = start_job
        self._job: Job | None = None
        self._present: _Wish | None = None  # what the job is for
        self._next: _Wish | None = None
        self._began = self._took = 0.0
        self._ended = -math.inf
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._begin)

    @property
    def is_busy(self) -> bool:
        """Whether something is being found out, or will be; what was cancelled no longer counts."""
        return self._next is not None or self._counts

    @property
    def _counts(self) -> bool:
        """Whether what is under way is still wanted."""
        return self._job is not None and not self._job.cancelled.is_set()

    def ask(self, work: Work, key: object, *, patient: bool = False, rest: float = 0.0) -> None:
        """Find out something next; asking again for what is under way changes nothing.

        Parameters
        ----------
        work : called as `work(report, cancelled)` in a thread
        key : what the result will be for
        patient : what is under way is finished and told first; otherwise it is cancelled
        rest : be patient, and let so many times the last work's duration pass before this begins, half a second at
            least: as beside a run, which needs the processor
        """
        if self._counts and self._present is not None and self._present.key == key:
            self._forget_next()
            return
        if self._next is not None:
            rest = min(rest, self._next.rest)  # what was urgent stays so
        self._next = _Wish(work, key, rest)
        if self._job is None:
            self._begin_rested()
        elif not (patient or rest):
            self._job.cancel()

    def cancel(self) -> None:
        """Forget all wishes; what is under way is asked to end, and not told."""
        self._forget_next()
        if self._job is not None:
            self._job.cancel()

    def _forget_next(self) -> None:
        self._next = None
        self._timer.stop()

    def _begin_rested(self) -> None:
        """Begin with what is waiting, at once or when it has rested."""
        assert self._next is not None
        rest = self._next.rest
        left = self._ended + max(PAUSE_S, rest * self._took) - time.perf_counter() if rest else 0.0
        if left > 0:
            self._timer.start(math.ceil(1000 * left))
        else:
            self._begin()

    @Slot()
    def _begin(self) -> None:
        wish = self._next
        assert wish is not None
        self._forget_next()
        self._present = wish
        self._began = time.perf_counter()
        self._job = self._start_job(
            wish.work, succeeded=self._on_succeeded, failed=self._on_failed, progressed=self._on_progressed
        )

    def _end(self, signal: Any, outcome: object) -> None:
        """Tell what the work has come to, if it is wanted, and go on with what is waiting."""
        wish, counts = self._present, self._counts
        self._job = self._present = None
        self._ended = time.perf_counter()
        self._took = self._ended - self._began
        if counts and wish is not None:
            signal.emit(outcome, wish.key)
        if self._next is not None and self._job is None:  # whoever was told may have asked for more
            self._begin_rested()

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._end(self.found, result)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._end(self.failed, error)

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        if self._counts:
            self.progressed.emit(done, total)
