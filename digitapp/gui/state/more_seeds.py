"""More seeds of experiments that are there already: one after the other, each with the data that its others had."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.kept.experiments import Experiment, seeds_to_add
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate
from digitapp.progress import Report
from digitapp.runs.plan import Plan
from digitapp.training.config import NetworkConfig, TrainConfig


@dataclass(frozen=True)
class Task:
    """Seeds to be trained.

    Attributes
    ----------
    line : the run whose settings they have
    name : of the experiment
    seeds : of the runs
    data_seed : that its data are parted by: the command line parts them by the seed of each run, the window once
    """

    line: RunLine
    name: str
    seeds: tuple[int, ...]
    data_seed: int


def tasks_for(experiments: Sequence[Experiment], count: int) -> list[Task]:
    """Return what is to be trained so that each experiment has more seeds, see `seeds_to_add`."""
    tasks: list[Task] = []
    for each, seeds in zip(experiments, seeds_to_add(experiments, count), strict=True):
        line = each.lines[0]
        name = line.name if each.has_own_name else each.name
        if line.is_command:
            tasks += [Task(line, name, (seed,), seed) for seed in seeds]
        elif seeds:
            tasks.append(Task(line, name, seeds, 0))
    return tasks


def can_repeat(experiment: Experiment) -> bool:
    """Return whether an experiment can be trained with other seeds: its weights were drawn, and it is of one kind."""
    line = experiment.lines[0]
    return experiment.is_of_one_kind and not line.begun_from and line.problem in PROBLEMS and bool(experiment.seeds)


class MoreSeeds(QObject):
    """Works off tasks: loads the data of one, has it trained, and goes on with the next.

    Signals: `changed`, more or less is to be done; `failed(error)`, the rest was given up.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._tasks: deque[Task] = deque()
        self._current: Task | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_loaded)
        self._errand.failed.connect(self._on_failed)
        for desk in session.desks:
            desk.run.experiment_ended.connect(self._on_ended, Qt.ConnectionType.QueuedConnection)

    @property
    def left(self) -> int:
        """How many seeds are still to be trained, with those under way."""
        under_way = len(self._current.seeds) if self._current is not None else 0
        return under_way + sum(len(task.seeds) for task in self._tasks)

    def begin(self, experiments: Sequence[Experiment], count: int) -> None:
        """Train experiments with more seeds. A run without a name gets one, so that the others belong to it."""
        for each in experiments:
            if not each.has_own_name:
                self._session.run_list.rename([line.key for line in each.lines], each.name)
        self._tasks = deque(tasks_for(experiments, count))
        self._go_on()

    @Slot()
    def cancel(self) -> None:
        """Begin no more; what is under way goes on, and is stopped where runs are."""
        self._tasks.clear()
        if self._errand.is_busy or not any(desk.run.is_active for desk in self._session.desks):
            self._errand.cancel()
            self._current = None
        self.changed.emit()

    def _go_on(self) -> None:
        self._current = self._tasks.popleft() if self._tasks else None
        if self._current is not None:
            line, seed, data_dir = self._current.line, self._current.data_seed, self._session.data.data_dir

            def work(_report: Report, cancelled: threading.Event) -> Dataset:
                return load_dataset(line.dataset, data_dir=data_dir, seed=seed, cancelled=cancelled)

            self._errand.ask(work, self._current)
        self.changed.emit()

    @Slot(object, object)
    def _on_loaded(self, data: Dataset, task: Task) -> None:
        if task is not self._current:
            return
        session, line = self._session, task.line
        try:
            network = NetworkConfig(**line.network)
            config = TrainConfig(**{**line.config, "seed": task.seeds[0]})
            session.choose_problem(line.problem)
            session.choose_dataset(line.dataset)
            session.begin_experiment(Plan(data.problem, network, config, None, data), task.seeds, task.name)
        except (ValueError, TypeError, RuntimeError) as error:
            self._on_failed(error, task)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _task: object) -> None:
        self._tasks.clear()
        self._current = None
        self.changed.emit()
        self.failed.emit(error)

    @Slot()
    def _on_ended(self) -> None:
        """Go on when a task has come to its end; whoever has stopped it wants no more."""
        task, session = self._current, self._session
        if task is None or self._errand.is_busy:
            return
        run = next((desk.run for desk in session.desks if desk.problem.key == task.line.problem), None)
        if run is None or run.is_active or run.experiment is None:
            return
        # What has failed by itself is no reason to stop.
        if any(each.history.finished is None and each.fate is not RunFate.FAILED for each in run.experiment.runs):
            self._tasks.clear()
        self._go_on()
