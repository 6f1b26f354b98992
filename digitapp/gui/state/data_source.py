"""Data sets for the window: loaded in the background, fetched or imported where they are missing."""

from __future__ import annotations

import threading
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.errors import DownloadCancelled
from digitapp.datasets.load import load_dataset
from digitapp.datasets.mnist import import_mnist, mnist_status, mnist_target
from digitapp.gui.state.jobs import Job, finish_unless
from digitapp.progress import Report

DOWNLOAD_BYTES = 11_594_722  # the four gzipped files as the mirrors hold them


class DataState(Enum):
    """Where a data set is on its way into memory."""

    UNASKED = "unasked"
    MISSING = "missing"
    FETCHING = "fetching"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class DataSource(QObject):
    """Holds every data set that was asked for, and brings MNIST onto this computer.

    Signals: `changed(name)` whenever the state of a data set changes, `progressed(done, total)` in bytes while a
    download runs.
    """

    changed = Signal(str)
    progressed = Signal(object, object)

    def __init__(self, data_dir: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data_dir = data_dir
        self._datasets: dict[str, Dataset] = {}
        self._states: dict[str, DataState] = {}
        self._errors: dict[str, Exception] = {}
        self._jobs: dict[str, Job] = {}
        self._closed = False

    def state(self, name: str) -> DataState:
        """Return where a data set is."""
        return self._states.get(name, DataState.UNASKED)

    def error(self, name: str) -> Exception | None:
        """Return why a data set could not be loaded or fetched, if so."""
        return self._errors.get(name)

    def get(self, name: str) -> Dataset | None:
        """Return a data set if it is in memory."""
        return self._datasets.get(name)

    def request(self, name: str) -> None:
        """Bring a data set into memory, unless it is there or on its way; `changed` tells how it went."""
        if self.state(name) in (DataState.READY, DataState.LOADING, DataState.FETCHING):
            return
        if name == "mnist" and not mnist_status(self.data_dir).available:
            self._set(name, DataState.MISSING)
            return

        def load(_report: Report, cancelled: threading.Event) -> Dataset:
            return load_dataset(name, data_dir=self.data_dir, cancelled=cancelled)

        self._run(name, DataState.LOADING, Job(load, self))

    def download(self) -> None:
        """Fetch MNIST from its mirrors, then load it."""

        def fetch(report: Report, cancelled: threading.Event) -> None:
            arrived: dict[str, int] = {}

            def add_up(done: int, _total: int | None, file: str) -> None:
                arrived[file] = done
                report(min(sum(arrived.values()), DOWNLOAD_BYTES), DOWNLOAD_BYTES)

            def download() -> None:
                # Deferred: what speaks HTTP takes its share of a start, and few starts need it.
                from digitapp.datasets import download as mnist

                mnist.download_mnist(
                    mnist_target(self.data_dir),
                    progress=add_up,
                    cancelled=cancelled,
                    mirrors=mnist.MIRRORS,
                    timeout=mnist.TIMEOUT,
                )

            # A silent server can hold a connection for its `TIMEOUT`: nobody who has cancelled waits for it.
            if not finish_unless(cancelled, download):
                raise DownloadCancelled("MNIST")

        self._run("mnist", DataState.FETCHING, Job(fetch, self))

    def import_from(self, folder: Path) -> None:
        """Check and copy MNIST's four files from a folder, then load them."""

        def copy(_report: Report, _cancelled: threading.Event) -> None:
            import_mnist(folder, mnist_target(self.data_dir))

        self._run("mnist", DataState.FETCHING, Job(copy, self))

    def cancel(self) -> None:
        """Ask a running download to end; what has arrived is kept for the next attempt."""
        for job in self._jobs.values():
            job.cancel()

    def close(self) -> None:
        """End every job and wait for it; none starts any more, for what has ended may be told only now."""
        self._closed = True
        for job in list(self._jobs.values()):
            job.end()

    def _run(self, name: str, state: DataState, job: Job) -> None:
        if self._closed or name in self._jobs:
            job.deleteLater()
            return
        self._jobs[name] = job
        job.setObjectName(name)
        job.progressed.connect(self.progressed)
        job.succeeded.connect(self._on_succeeded)
        job.failed.connect(self._on_failed)
        self._set(name, state)
        job.start()

    def _retire(self) -> str:
        job = self.sender()
        assert isinstance(job, Job)
        name = job.objectName()
        del self._jobs[name]
        job.wait()
        job.deleteLater()
        return name

    @Slot(object)
    def _on_succeeded(self, result: Any) -> None:
        name = self._retire()
        self._errors.pop(name, None)
        if isinstance(result, Dataset):
            self._datasets[name] = result
            self._set(name, DataState.READY)
        else:
            self._set(name, DataState.UNASKED)
            self.request(name)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        name = self._retire()
        self._errors[name] = error
        fetched = self._states[name] is DataState.FETCHING
        self._set(name, DataState.MISSING if fetched else DataState.FAILED)

    def _set(self, name: str, state: DataState) -> None:
        if self._states.get(name) is not state:
            self._states[name] = state
            self.changed.emit(name)
