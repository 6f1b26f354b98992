"""Data sets for the window: loaded in the background, fetched or imported where they are missing."""

from __future__ import annotations

import threading
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.errors import DataError, DownloadCancelled
from digitapp.datasets.load import is_missing, load_dataset
from digitapp.datasets.mnist import import_mnist, mnist_target
from digitapp.datasets.problems import MNIST, base_name, problem_of
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob, Work, finish_unless
from digitapp.progress import Report

DOWNLOAD_BYTES = 11_594_722  # the four gzipped files as the mirrors hold them
_MOST_MADE = 30  # data sets with settings of their own; whoever shows or learns one keeps it


class DataState(Enum):
    """Where a data set is on its way into memory."""

    UNASKED = "unasked"
    MISSING = "missing"
    FETCHING = "fetching"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    EMPTY = "empty"
    """It is the user's own, and has nothing in it yet."""


class DataSource(QObject):
    """Holds every data set that was asked for, and brings MNIST onto this computer.

    Signals: `changed(name)` whenever the state of a data set changes, `progressed(done, total)` in bytes while a
    download runs.
    """

    changed = Signal(str)
    progressed = Signal(object, object)

    def __init__(self, start_job: StartJob, data_dir: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data_dir = data_dir
        self._start_job = start_job
        self._datasets: dict[str, Dataset] = {}
        self._states: dict[str, DataState] = {}
        self._errors: dict[str, Exception] = {}
        self._errands: dict[str, Errand] = {}
        self._part: tuple[Dataset, int, Dataset | None] | None = None  # the last that `of_classes` was asked for

    def state(self, name: str) -> DataState:
        """Return where a data set is."""
        return self._states.get(name, DataState.UNASKED)

    def error(self, name: str) -> Exception | None:
        """Return why a data set could not be loaded or fetched, if so."""
        return self._errors.get(name)

    def get(self, name: str) -> Dataset | None:
        """Return a data set if it is in memory."""
        return self._datasets.get(name)

    def of_classes(self, name: str, classes: int) -> Dataset | None:
        """Return what a network with so many classes knows of a data set in memory; None where that is nothing."""
        whole = self.get(name)
        if whole is None or classes >= whole.problem.classes:
            return whole
        if self._part is None or self._part[0] is not whole or self._part[1] != classes:
            self._part = whole, classes, whole.of_classes(classes)
        return self._part[2]

    def request(self, name: str) -> None:
        """Bring a data set into memory, unless it is there or on its way; `changed` tells how it went."""
        if self.state(name) in (DataState.READY, DataState.LOADING, DataState.FETCHING, DataState.EMPTY):
            return
        if is_missing(name, self.data_dir):
            self._set(name, DataState.MISSING)
            return

        problem = problem_of(name)
        if problem is not None and problem.is_made:  # in a millisecond
            self._make(name)
            return

        def load(_report: Report, cancelled: threading.Event) -> Dataset:
            return load_dataset(name, data_dir=self.data_dir, cancelled=cancelled)

        self._run(name, DataState.LOADING, load)

    def _make(self, name: str) -> None:
        """Make a data set to order; of many, the newest stay."""
        made = [each for each in self._datasets if base_name(each) != each]
        for old in made[: len(made) - _MOST_MADE + 1]:
            del self._datasets[old], self._states[old]
        try:
            self.put(name, load_dataset(name))
        except DataError as error:
            self._errors[name] = error
            self._set(name, DataState.FAILED)

    def put(self, name: str, dataset: Dataset) -> None:
        """Take in a data set that was made here, in the place of an earlier one of this name."""
        self._datasets[name] = dataset
        self._errors.pop(name, None)
        self._states[name] = DataState.READY
        self.changed.emit(name)

    def empty(self, name: str) -> None:
        """Have nothing to learn from in a data set that is made here."""
        self._datasets.pop(name, None)
        self._errors.pop(name, None)
        self._set(name, DataState.EMPTY)

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

        self._run(MNIST.usual_dataset, DataState.FETCHING, fetch)

    def import_from(self, folder: Path) -> None:
        """Check and copy MNIST's four files from a folder, then load them."""

        def copy(_report: Report, _cancelled: threading.Event) -> None:
            import_mnist(folder, mnist_target(self.data_dir))

        self._run(MNIST.usual_dataset, DataState.FETCHING, copy)

    def cancel(self) -> None:
        """End a running download; what has arrived is kept for the next attempt."""
        for name, errand in self._errands.items():
            if errand.is_busy and self._states[name] is DataState.FETCHING:
                errand.cancel()
                self._on_failed(DownloadCancelled("MNIST"), name)

    def _run(self, name: str, state: DataState, work: Work) -> None:
        errand = self._errands.get(name)
        if errand is None:
            errand = self._errands[name] = Errand(self._start_job, self)
            errand.progressed.connect(self.progressed)
            errand.found.connect(self._on_found)
            errand.failed.connect(self._on_failed)
        if not errand.is_busy:
            self._set(name, state)
            errand.ask(work, name)

    @Slot(object, object)
    def _on_found(self, result: Any, name: str) -> None:
        self._errors.pop(name, None)
        if isinstance(result, Dataset):
            self._datasets[name] = result
            self._set(name, DataState.READY)
        else:
            self._set(name, DataState.UNASKED)
            self.request(name)

    @Slot(object, object)
    def _on_failed(self, error: Exception, name: str) -> None:
        self._errors[name] = error
        fetched = self._states[name] is DataState.FETCHING
        self._set(name, DataState.MISSING if fetched else DataState.FAILED)

    def _set(self, name: str, state: DataState) -> None:
        if self._states.get(name) is not state:
            self._states[name] = state
            self.changed.emit(name)
