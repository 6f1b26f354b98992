"""Large model files are read beside the window."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.modelfile import Model, ModelFileError, load_model, path_of_model
from digitapp.progress import Report

MOST_AT_ONCE = 2 << 20  # bytes, which take some ten milliseconds


class Opener(QObject):
    """Reads the model files that would keep the window waiting; only the newest wish counts.

    Signals
    -------
    opened(model, entry) : was read for an entry of a desk's models, or for a path
    failed(error, entry) : cannot be used
    """

    opened = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self.opened)
        self._errand.failed.connect(self._on_failed)

    def takes(self, path_or_name: str | Path, key: object) -> bool:
        """Begin to read a file for `key` if it is large, and return whether; what was wished before is forgotten."""
        self._errand.cancel()
        try:
            is_large = path_of_model(path_or_name).stat().st_size > MOST_AT_ONCE
        except (ModelFileError, OSError):
            return False  # who reads it will say so

        def work(_report: Report, _cancelled: threading.Event) -> Model:
            return load_model(path_or_name)

        if is_large:
            self._errand.ask(work, key)
        return is_large

    def forget(self) -> None:
        """Let what is being read come to nothing."""
        self._errand.cancel()

    @Slot(object, object)
    def _on_failed(self, error: Exception, key: object) -> None:
        self.failed.emit(error, key)
