"""Large model files are read beside the window."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.state.models import ModelEntry
from digitapp.modelfile import Model
from digitapp.progress import Report


class Opener(QObject):
    """Reads the model files that would keep the window waiting; only the newest wish counts.

    Signals
    -------
    opened(model, key) : was read
    failed(error, key) : cannot be used
    """

    opened = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self.opened)
        self._errand.failed.connect(self._on_failed)

    def takes(self, entry: ModelEntry, key: object) -> bool:
        """Begin to read a model if that takes time, and return whether; what was wished before is forgotten."""
        self._errand.cancel()
        if not entry.takes_time:
            return False

        def work(_report: Report, _cancelled: threading.Event) -> Model:
            return entry.load()

        self._errand.ask(work, key)
        return True

    def forget(self) -> None:
        """Let what is being read come to nothing."""
        self._errand.cancel()

    @Slot(object, object)
    def _on_failed(self, error: Exception, key: object) -> None:
        self.failed.emit(error, key)
