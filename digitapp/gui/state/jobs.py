"""Work over ten milliseconds leaves the window's thread: one function, its progress, its result or its error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from digitapp.gui.state.faults import Fault, is_foreseen
from digitapp.progress import Report

_POLL_SECONDS = 0.05
CLOSING_MS = 1000  # whoever closes the window waits no longer

_left: set[QThread] = set()


def leave(thread: QThread) -> None:
    """Leave a thread that does not end to itself; see `are_left`."""
    thread.blockSignals(True)
    thread.setParent(None)
    _left.add(thread)


def are_left() -> bool:
    """Return whether threads still run that were left to themselves: the process must not wait for them."""
    return any(thread.isRunning() for thread in _left)


# Called in a thread as `work(report, cancelled)`; it looks at the Event `cancelled` and ends early once it is set.
Work = Callable[[Report, threading.Event], Any]


class Job(QThread):
    """Runs `work(report, cancelled)` once in a thread.

    `report(done, total)` becomes the signal `progressed`; `cancelled` is an Event that the work looks at.
    Afterwards either `succeeded(result)` or `failed(error)` is emitted, and then QThread's `finished`. Before an error
    that nobody has foreseen, `broke(fault)` says where it was raised.
    """

    progressed = Signal(object, object)
    broke = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, work: Work, parent: QObject | None = None, *, saves: bool = False) -> None:
        super().__init__(parent)
        self.saves = saves  # what somebody made: it is waited for
        self.cancelled = threading.Event()
        self._work = work

    def run(self) -> None:
        """The thread."""
        try:
            result = self._work(self.progressed.emit, self.cancelled)
        except Exception as error:  # noqa: BLE001 - whatever ends a job is shown in the window, never lost in a thread
            if not is_foreseen(error):
                self.broke.emit(Fault.of(error))
            # Its frames hold what the work had in hand, perhaps 60,000 drawings, while the error is remembered.
            self.failed.emit(error.with_traceback(None))
        else:
            self.succeeded.emit(result)

    def cancel(self) -> None:
        """Ask the work to end early."""
        self.cancelled.set()


class StartJob(Protocol):
    """What `JobPool.start` is like, for those who get it handed on."""

    def __call__(
        self,
        work: Work,
        *,
        succeeded: Callable[[Any], object],
        failed: Callable[[Any], object],
        progressed: Callable[[int, int], object] | None = None,
        saves: bool = False,
    ) -> Job: ...


class JobPool(QObject):
    """Keeps jobs until they are finished.

    Signals: `broke(fault)`, the work of one has ended with an error that nobody has foreseen.
    """

    broke = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: set[Job] = set()
        self._is_closed = False

    def __len__(self) -> int:
        """Return how many jobs are not finished."""
        return len(self._jobs)

    def start(
        self,
        work: Work,
        *,
        succeeded: Callable[[Any], object],
        failed: Callable[[Any], object],
        progressed: Callable[[int, int], object] | None = None,
        saves: bool = False,
    ) -> Job:
        """Start work in a thread that `close` ends; afterwards none starts, for what has ended may be told later.

        What `saves` what somebody made is waited for, however long it takes.

        `succeeded(result)`, `failed(error)` and `progressed(done, total)` must be methods of QObjects: then they are
        called in the window's thread. They are connected before the work starts: a signal that nobody hears is lost.
        """
        job = Job(work, self, saves=saves)
        if self._is_closed:
            job.cancel()
            return job
        job.succeeded.connect(succeeded)
        job.failed.connect(failed)
        job.broke.connect(self.broke)
        if progressed is not None:
            job.progressed.connect(progressed)
        job.finished.connect(self._on_job_finished)
        self._jobs.add(job)
        job.start()
        return job

    @Slot()
    def _on_job_finished(self) -> None:
        job = self.sender()
        if isinstance(job, Job):
            self._jobs.discard(job)
            job.wait()
            job.deleteLater()

    def close(self) -> None:
        """End every job, and wait a second for those that are slow to notice; then they are left to themselves.

        A thread cannot be ended from outside, and a QThread that runs must not be destroyed: so nobody owns it then.
        """
        self._is_closed = True
        for job in self._jobs:
            job.cancel()
        deadline = QDeadlineTimer(CLOSING_MS)
        for job in list(self._jobs):
            if not job.wait(QDeadlineTimer(QDeadlineTimer.ForeverConstant.Forever) if job.saves else deadline):
                leave(job)


def finish_unless(cancelled: threading.Event, work: Callable[[], None], grace: float = 1.0) -> bool:
    """Run work that may hang in the network, and return whether it has finished.

    Once cancelled it gets `grace` seconds more. What has not finished by then is left to itself in a thread that does
    not hold up the end of the process; the work must look at `cancelled` before it touches anything. Whatever the work
    raises is raised here.
    """
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that waits
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive() and not cancelled.is_set():
        thread.join(_POLL_SECONDS)
    thread.join(grace)
    if errors:
        raise errors[0]
    return not thread.is_alive()
