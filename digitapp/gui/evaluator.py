"""Work on labelled data beside the window of which only the newest wish counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session


class Evaluator(QObject):
    """Does one piece of work at a time in a job of the session; a wish that is replaced before its turn is dropped.

    Signals: `measured(result, about)` with what `measure` was told; `failed(error, about)`.
    """

    measured = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._present: object = None
        self._next: tuple[Callable[[], Any], object] | None = None
        self.is_busy = False

    def measure(self, work: Callable[[], Any], about: object) -> None:
        """Do this work next; `about` comes back with its result."""
        self._next = work, about
        if not self.is_busy:
            self._start()

    def _start(self) -> None:
        assert self._next is not None
        (work, self._present), self._next = self._next, None
        self.is_busy = True
        self._session.start_job(lambda _report, _cancelled: work(), succeeded=self._on_measured, failed=self._on_failed)

    def _go_on(self) -> object:
        about, self._present = self._present, None
        self.is_busy = False
        if self._next is not None:
            self._start()
        return about

    @Slot(object)
    def _on_measured(self, result: Any) -> None:
        self.measured.emit(result, self._go_on())

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error, self._go_on())
