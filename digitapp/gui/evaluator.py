"""How good a network is on labelled data, measured beside the window: only the newest wish counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Split
from digitapp.nn.network import Network
from digitapp.training.evaluate import Evaluation, evaluate

if TYPE_CHECKING:
    from digitapp.gui.session import Session


class Evaluator(QObject):
    """Runs one evaluation at a time in a job of the session; a wish that is replaced before its turn is dropped.

    Signals: `measured(Evaluation, about)` with what `measure` was told; `failed(error, about)`.
    """

    measured = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._present: object = None
        self._next: tuple[Callable[[], Evaluation], object] | None = None
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """Whether something is being measured or waits for it."""
        return self._is_busy

    def measure(self, network: Callable[[], Network], loss: str, split: Split, about: object) -> None:
        """Measure the network that `network()` returns, which is called in the job, where large copies hurt nobody."""
        self._next = (lambda: evaluate(network(), loss, split)), about
        if not self._is_busy:
            self._start()

    def forget(self) -> None:
        """Drop what waits; what is being measured is told all the same."""
        self._next = None

    def _start(self) -> None:
        assert self._next is not None
        (work, self._present), self._next = self._next, None
        self._is_busy = True
        self._session.start_job(lambda _report, _cancelled: work(), succeeded=self._on_measured, failed=self._on_failed)

    def _go_on(self) -> object:
        about, self._present = self._present, None
        self._is_busy = False
        if self._next is not None:
            self._start()
        return about

    @Slot(object)
    def _on_measured(self, evaluation: Evaluation) -> None:
        self.measured.emit(evaluation, self._go_on())

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error, self._go_on())
