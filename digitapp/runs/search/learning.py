"""One trial's trainings: the same settings with each of its seeds, epoch by epoch side by side.

So what is known after an epoch is the mean of all seeds, and a trial is given up by that.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Protocol

import numpy as np

from digitapp.calibration import calibrate
from digitapp.datasets.dataset import Dataset, Split, stratified_choice
from digitapp.datasets.load import DataDir, load_dataset
from digitapp.modelfile import Model
from digitapp.runs.plan import Plan
from digitapp.runs.search.errors import SearchError
from digitapp.runs.search.space import Configs
from digitapp.training.config import NetworkConfig
from digitapp.training.errors import TrainingDiverged
from digitapp.training.events import EpochDone
from digitapp.training.history import History
from digitapp.training.loop import Run
from digitapp.training.record import training_record


class Stopped(Exception):
    """The search is to stop, and the trial under way is another's."""


class KeptTrial(Protocol):
    """A run that is being kept."""

    @property
    def short(self) -> str: ...
    def end(self, history: History, model: Model, seconds: float) -> None: ...
    def break_off(self, error: BaseException) -> None: ...


Keep = Callable[[Run, NetworkConfig, str, str], KeptTrial]
"""Begins to keep a run: how its network was built, its data set as it was asked for, and what the run is called."""


class Control:
    """What another thread asks of a search: to pause, to go on, to stop."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()

    @property
    def is_paused(self) -> bool:
        """Whether it is to pause."""
        return not self._go.is_set()

    def pause(self) -> None:
        """Rest after the batch that is being learned; signs of life go on."""
        self._go.clear()

    def go(self) -> None:
        """Go on."""
        self._go.set()

    def stop(self) -> None:
        """Stop after the batch that is being learned."""
        self._stop.set()
        self._go.set()

    def check(self) -> None:
        """Wait while there is a pause. Raises Stopped."""
        if not self._go.is_set():
            self._go.wait()
        if self._stop.is_set():
            raise Stopped

    def rest(self, seconds: float) -> None:
        """Wait. Raises Stopped as soon as it is to stop."""
        self._stop.wait(seconds)
        self.check()


class StudyData:
    """The images of a study, by seed: a run's seed decides which of them validate, as everywhere.

    Parameters
    ----------
    dataset, images, data_dir : as in `StudySpec` and `load_dataset`
    most : how many seeds' data are kept in memory
    """

    def __init__(self, dataset: str, images: int, data_dir: DataDir = None, most: int = 1) -> None:
        self._dataset, self._images, self._data_dir, self._most = dataset, images, data_dir, most
        self._loaded: dict[int, Dataset] = {}

    def of(self, seed: int) -> Dataset:
        """Return what a run of a seed learns from and validates with; there are no test images in it.

        Raises
        ------
        DataError, DrawingFileError : it cannot be loaded
        SearchError : it has no validation images, by which alone anything is chosen
        """
        if seed not in self._loaded:
            whole = load_dataset(self._dataset, data_dir=self._data_dir, seed=seed)
            if whole.validation is None:
                raise SearchError(f"{self._dataset} has no validation part, by which a search chooses")
            while len(self._loaded) >= self._most:
                del self._loaded[next(iter(self._loaded))]
            self._loaded[seed] = replace(whole, train=_some(whole.train, self._images, seed), test=None)
        return self._loaded[seed]


def _some(part: Split, count: int, seed: int) -> Split:
    if not 0 < count < len(part):
        return part
    chosen = stratified_choice(part.labels, count, np.random.default_rng(seed))
    return Split(np.ascontiguousarray(part.inputs[chosen]), part.labels[chosen])


@dataclass(frozen=True)
class Learned:
    """What a trial came to.

    Attributes
    ----------
    values : share of the validation images read right at the end, one for each seed
    runs : ids of its kept runs
    """

    values: tuple[float, ...]
    runs: tuple[str, ...]


class _Training:
    """One seed of a trial."""

    def __init__(self, configs: Configs, data: Dataset, dataset: str, name: str, keep: Keep | None) -> None:
        network, training = configs
        self._run = Plan(data.problem, network, training, dataset=data).make().begin()
        self._network = network
        self._events = self._run.events()
        self._history = History()
        self.kept = None if keep is None else keep(self._run, network, dataset, name)

    def epoch(self, control: Control) -> float:
        """Learn an epoch, and return the share of the validation images that are then read right."""
        for event in self._events:
            self._history.add(event)
            if isinstance(event, EpochDone):
                return event.validation_accuracy or 0.0
            control.check()
        return self._history.last_epoch.validation_accuracy or 0.0 if self._history.last_epoch else 0.0

    def leave(self, error: BaseException | None) -> None:
        """Keep it as it is: to its end, given up, or broken off by an error."""
        is_whole = error is None
        if is_whole:
            for event in self._events:
                self._history.add(event)
        self._events.close()
        if self.kept is None:
            return
        if isinstance(error, (Stopped, KeyboardInterrupt)):
            self.kept.break_off(KeyboardInterrupt())
        elif isinstance(error, TrainingDiverged):
            self.kept.break_off(error)
        else:  # a trial that is given up is a run that was stopped
            self.kept.end(self._history, self._model(), self._run.state.seconds)

    def _model(self) -> Model:
        run = self._run
        network, problem, loss = run.result(), run.dataset.problem, run.config.loss
        record = training_record(self._network, run.config, run.dataset, self._history)
        calibration = calibrate(network, loss, (run.dataset.validation,))
        return Model(
            network, loss, problem.key, problem.class_names, problem.preprocessing, record, calibration=calibration
        )


def learn(
    configs: Configs,
    seeds: Sequence[int],
    data: StudyData,
    dataset: str,
    name: str,
    control: Control,
    after_epoch: Callable[[int, float], None],
    keep: Keep | None = None,
) -> Learned:
    """Train with each seed to the end, and return what came out.

    Parameters
    ----------
    configs : all settings; their seed is replaced by each of `seeds`
    dataset, name : the data set as it was asked for, and what the kept runs are called
    after_epoch : is told each epoch and the mean of the seeds then; what it raises ends the trial, and passes on

    Raises
    ------
    Stopped : `control` said so
    TrainingDiverged : a seed's numbers overflowed
    """
    network, training = configs
    trainings: list[_Training] = []
    values: list[float] = []
    try:
        for seed in seeds:
            seeded = network, replace(training, seed=seed)
            trainings.append(_Training(seeded, data.of(seed), dataset, name, keep))
        for epoch in range(1, training.epochs + 1):
            values = [each.epoch(control) for each in trainings]
            after_epoch(epoch, mean(values))
    except BaseException as error:
        for each in trainings:
            each.leave(error)
        raise
    for each in trainings:
        each.leave(None)
    runs = tuple(each.kept.short for each in trainings if each.kept is not None)
    assert all(map(math.isfinite, values))
    return Learned(tuple(values), runs)
