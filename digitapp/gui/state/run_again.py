"""A run of the list is opened, or trained once more: its network and its data are fetched beside the window."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.errors import DataMissingError
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.kept.belongings import Belongings, load_network, read_belongings
from digitapp.kept.register import RunLine
from digitapp.modelfile import Model
from digitapp.progress import Report
from digitapp.runs.plan import Plan
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig


class OtherDataError(Exception):
    """The data of this name are not those that a run learned from."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the data set {name} is another one than then")
        self.name = name


class BusyError(Exception):
    """Another run is under way, which is in the way of this one."""


class UnknownSettingsError(Exception):
    """A run has settings that this program does not know: a newer one has trained it."""


@dataclass(frozen=True)
class Settings:
    """What a run was begun with."""

    network: NetworkConfig
    config: TrainConfig


def settings_of(line: RunLine) -> Settings:
    """Return what a run was begun with. Raises UnknownSettingsError."""
    if line.problem not in PROBLEMS:
        raise UnknownSettingsError(f"the problem {line.problem} is not known")
    try:
        network = {**line.network, "hidden": tuple(line.network["hidden"])}
        return Settings(NetworkConfig(**network), TrainConfig(**line.config))
    except (ConfigError, TypeError, KeyError) as error:
        raise UnknownSettingsError(str(error)) from error


class RunAgain(QObject):
    """Looks at runs, opens their networks, trains them again.

    Signals
    -------
    looked(Belongings, key) : what is kept of the run that was asked about last
    opened(key) : its network is shown
    failed(error, key) : it cannot be opened or trained
    begun(key) : it is trained again
    """

    looked = Signal(object, object)
    opened = Signal(str)
    failed = Signal(object, object)
    begun = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._waiting: RunLine | None = None
        self._looker = Errand(session.start_job, self)
        self._looker.found.connect(self.looked)
        self._opener = Errand(session.start_job, self)
        self._opener.found.connect(self._on_loaded)
        self._opener.failed.connect(self._on_not_loaded)
        self._checker = Errand(session.start_job, self)
        self._checker.found.connect(self._on_checked)
        session.data.changed.connect(self._go_on)

    def look(self, line: RunLine) -> None:
        """Find out what is kept of a run."""
        folder = self._session.run_list.folder
        if folder is not None:
            self._looker.ask(partial(_look, folder, line.key), line.key)

    # Opening

    def open(self, line: RunLine, path: Path, title: str) -> None:
        """Show a network that a run has left, and its problem with it; people see the title as its name."""
        self._opener.ask(partial(_load, path), (line, path, title))

    @Slot(object, object)
    def _on_loaded(self, model: Model, what: tuple[RunLine, Path, str]) -> None:
        line, path, title = what
        if model.problem not in PROBLEMS:
            self.failed.emit(UnknownSettingsError(f"the problem {model.problem} is not known"), line.key)
            return
        self._session.choose_problem(model.problem)
        self._session.add_network(f"run:{path.name}", replace(model, name=title))
        self.opened.emit(line.key)

    @Slot(object, object)
    def _on_not_loaded(self, error: Exception, what: tuple[RunLine, Path, str]) -> None:
        self.failed.emit(error, what[0].key)

    # Training again

    @property
    def is_waiting(self) -> bool:
        """Whether a run is about to be trained again, as soon as its data are there and known to be the same."""
        return self._waiting is not None

    def train_exactly(self, line: RunLine) -> None:
        """Train a run again with the same settings and seed, on the same data, which are compared with those of then.

        `begun` or `failed` tells how that went.
        """
        try:
            settings_of(line)
        except UnknownSettingsError as error:
            self.failed.emit(error, line.key)
            return
        if self._is_busy(line):
            self.failed.emit(BusyError(), line.key)
            return
        self._session.choose_problem(line.problem)
        self._session.choose_dataset(line.dataset)
        self._waiting = line
        self._session.data.request(line.dataset)
        self._go_on()

    def _is_busy(self, line: RunLine) -> bool:
        return any(desk.run.is_active for desk in self._session.desks if desk.problem.key == line.problem)

    @Slot()
    def _go_on(self) -> None:
        """Compare the data once they are there."""
        line = self._waiting
        if line is None:
            return
        data = self._session.data
        dataset, state = data.get(line.dataset), data.state(line.dataset)
        if dataset is not None:
            self._checker.ask(partial(_fingerprint, dataset), (line, dataset))
        elif state in (DataState.MISSING, DataState.FAILED, DataState.EMPTY):
            self._waiting = None
            self.failed.emit(data.error(line.dataset) or DataMissingError((), (line.dataset,)), line.key)

    @Slot(object, object)
    def _on_checked(self, fingerprint: str, what: tuple[RunLine, Dataset]) -> None:
        line, dataset = what
        if self._waiting is not line:
            return
        self._waiting = None
        if line.fingerprint and fingerprint != line.fingerprint:
            self.failed.emit(OtherDataError(line.dataset), line.key)
            return
        session, settings = self._session, settings_of(line)
        if self._is_busy(line):
            self.failed.emit(BusyError(), line.key)
            return
        problem = PROBLEMS[line.problem].of_classes(dataset.problem.classes)
        plan = Plan(problem, settings.network, settings.config, None, dataset)
        session.choose_problem(line.problem)
        session.begin_experiment(plan, [settings.config.seed], line.name)
        self.begun.emit(line.key)


def _look(folder: Path, key: str, _report: Report, _cancelled: threading.Event) -> Belongings:
    from digitapp.kept.store import Store

    store = Store(folder, reading=True)
    try:
        return read_belongings(store, key)
    finally:
        store.close()


def _load(path: Path, _report: Report, _cancelled: threading.Event) -> Model:
    return load_network(path)


def _fingerprint(dataset: Dataset, _report: Report, _cancelled: threading.Event) -> str:
    return dataset.train.fingerprint
