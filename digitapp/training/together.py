"""Runs that differ in nothing but their seeds, learned in one array: each goes the way that it would go by itself.

In float64 what they report and what they end with agrees to about twelve digits with single runs. In float32 the last
digits differ, as sums are rounded in another order, and after many steps of a restless run more than those.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import NamedTuple

import numpy as np

from digitapp.cores import one_blas_thread
from digitapp.datasets.dataset import FOIL, Dataset, Split
from digitapp.nn import OPTIMIZERS, SCHEDULES, Network
from digitapp.nn.denormals import flush
from digitapp.training.config import ConfigError
from digitapp.training.errors import TrainingDiverged
from digitapp.training.events import BatchDone, Command, EpochDone, Event, RunFinished, RunStarted, SetLearningRate
from digitapp.training.loop import SNAPSHOT_STEPS, Run
from digitapp.training.stack import Stack, check_settings

MOST_WORK = 150_000
"""Weights times samples of a batch up to which runs are learned together: beyond it the products take most of the time,
and these take as long together as one after the other."""
MOST_NUMBERS = 4_000_000
"""Inputs of the training part up to which runs are learned together: all of them are gone through at once."""


class SeedFailed(NamedTuple):
    """A run has failed; the others go on."""

    error: Exception


class SeedEvent(NamedTuple):
    """What has happened in one of several runs.

    Attributes
    ----------
    run : its index, counted from 0
    event : of a single run, or that it failed
    """

    run: int
    event: Event | SeedFailed


SeedEvents = Generator[SeedEvent, Command | None, None]


def is_for_stack(run: Run) -> bool:
    """Return whether runs like this one are learned together: small enough, and with settings that a stack knows.

    Nothing is measured, so it is the same on every machine.
    """
    network, train = run.network, run.dataset.train
    work = network.weight_count * min(run.config.batch_size, len(train))
    if work > MOST_WORK or train.inputs.size > MOST_NUMBERS or run.state.parts > 1 or run.held:
        return False
    if any(network.normalized) or any(layer.activation.pieces > 1 for layer in network.layers):
        return False
    if OPTIMIZERS[run.config.optimizer].whole_set and network.weight_count * len(train) > MOST_WORK:
        return False
    try:
        check_settings(run.config)
    except ConfigError:
        return False
    return not (train.labels == FOIL).any()


def can_be_together(runs: Sequence[Run]) -> bool:
    """Return whether runs can be learned in one array: alike, all as far, and on the same samples."""
    first = runs[0]
    return all(
        is_for_stack(run)
        and run.network.sizes == first.network.sizes
        and run.network.activations == first.network.activations
        and replace(run.config, seed=0) == replace(first.config, seed=0)
        and run.state.step == first.state.step == 0
        and _is_same(run.dataset, first.dataset)
        for run in runs
    )


def _is_same(dataset: Dataset, other: Dataset) -> bool:
    """Return whether two data sets have the same samples in what is learned and in what validates."""
    if dataset is other:
        return True
    for part, its in ((dataset.train, other.train), (dataset.validation, other.validation)):
        if part is its:
            continue
        if part is None or its is None:
            return False
        if not (np.array_equal(part.labels, its.labels) and np.array_equal(part.inputs, its.inputs)):
            return False
    return True


class Together:
    """Several runs at once.

    Parameters
    ----------
    runs : as `can_be_together` asks for, none of them begun
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        first = runs[0]
        self._config, self._dataset = first.config, first.dataset
        samples = len(self._dataset.train)
        whole_set = OPTIMIZERS[self._config.optimizer].whole_set
        self._batch_size = samples if whole_set else min(self._config.batch_size, samples)
        train = self._dataset.train
        self._stack = Stack([run.state for run in runs], train.inputs[np.newaxis], train.labels, self._config)
        self._rate = self._config.learning_rate
        self._good = self._stack.parameters.copy()
        self._epoch = self._batch = self._step = self._samples = 0
        self._seconds = 0.0
        self._losses, self._right = np.zeros(len(runs)), np.zeros(len(runs), np.int64)  # of the present epoch
        self._last_losses: np.ndarray | None = None
        self._alive = [True] * len(runs)
        self._shuffling = self._stack.shuffling  # as the present epoch began

    def events(self) -> SeedEvents:
        """Train to the end; at each step every run that has not failed yields its event, in their order."""
        run = self._runs[0]
        validation = len(self._dataset.validation) if self._dataset.validation is not None else 0
        started = RunStarted(self._config.epochs, run.batches_per_epoch, len(self._dataset.train), validation, 1)
        with one_blas_thread():
            yield from self._tell([started] * len(self._runs))
            try:
                while self._epoch < self._config.epochs and any(self._alive):
                    yield from self._train_epoch()
                    if any(self._alive):
                        yield from self._end_epoch()
            finally:
                self.write_back()
        yield from self._tell([RunFinished(self._epoch, self._step, self._seconds)] * len(self._runs))

    @property
    def last_alive(self) -> int:
        """The last of the runs that have not failed; the first where all have."""
        return max((index for index, alive in enumerate(self._alive) if alive), default=0)

    def result(self, index: int) -> Network:
        """Return an independent, plain network as it is now."""
        network = self._runs[index].network.copy()
        if self._alive[index]:
            np.copyto(network.parameters, self._stack.parameters[index])
        return network.folded()

    def parameters(self, index: int) -> np.ndarray:
        """Return the parameters of a network as they are now: to be copied, not kept."""
        return self._stack.parameters[index]

    def write_back(self) -> None:
        """Let all runs be where they are here, so that each can be looked at, and goes on by itself."""
        self._stack.write_back()
        for index, run in enumerate(self._runs):
            state = run.state
            state.epoch, state.batch, state.step, state.samples = self._epoch, self._batch, self._step, self._samples
            state.seconds, state.learning_rate, state.shuffling = self._seconds, self._rate, self._shuffling[index]
            state.epoch_loss, state.epoch_right = float(self._losses[index]), int(self._right[index])
            state.last_loss = None if self._last_losses is None else float(self._last_losses[index])
            np.copyto(state.kept["good"], self._good[index])
            np.copyto(state.kept["candidate"], self._good[index])
            if not self._alive[index]:
                np.copyto(state.network.parameters, self._good[index])

    def _tell(self, events: Sequence[Event | SeedFailed]) -> SeedEvents:
        for index, event in enumerate(events):
            if self._alive[index]:
                self._obey((yield SeedEvent(index, event)))

    def _obey(self, command: Command | None) -> None:
        if isinstance(command, SetLearningRate):
            self._rate = command.learning_rate

    def _train_epoch(self) -> SeedEvents:
        size, samples = self._batch_size, len(self._dataset.train)
        orders = self._stack.orders()
        batches = -(-samples // size)
        for batch in range(batches):
            started = perf_counter()
            indices = orders[:, batch * size : (batch + 1) * size]
            rate = self._scheduled_rate(batches)
            losses, right = self._learn(indices, rate)
            self._batch = batch + 1
            self._samples += indices.shape[1]
            self._losses += losses * indices.shape[1]
            self._right += right
            where = self._epoch + 1, self._batch, self._step, self._samples
            shares = right / indices.shape[1]
            self._seconds += perf_counter() - started
            for index, alive in enumerate(self._alive):
                if not alive:
                    continue
                loss = float(losses[index])
                if np.isfinite(loss):
                    event = BatchDone(*where, loss, float(shares[index]), rate)
                    self._obey((yield SeedEvent(index, event)))
                else:
                    yield self._give_up(index)

    def _scheduled_rate(self, batches: int) -> float:
        config = self._config
        if config.schedule == "constant":
            return self._rate
        progress = self._step / (config.epochs * batches)
        return self._rate * SCHEDULES[config.schedule].at(progress, config.schedule_options)

    def _learn(self, indices: np.ndarray, rate: float) -> tuple[np.ndarray, np.ndarray]:
        """Take a step; return each network's loss and number of samples classified right, both before it."""
        keep = self._step % SNAPSHOT_STEPS == 0
        self._step += 1
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if keep:
                flush(self._stack.parameters)
            before = self._stack.parameters.copy() if keep else None
            self._stack.learn(indices, rate)
            losses, right = self._stack.judge()
        if before is not None:
            losses = np.where(np.isfinite(before).all(axis=1), losses, np.nan)
            self._good = np.where(np.isfinite(losses)[:, np.newaxis], before, self._good)
        known = losses if self._last_losses is None else self._last_losses
        self._last_losses = np.where(np.isfinite(losses), losses, known)
        return losses, right

    def _give_up(self, index: int) -> SeedEvent:
        last = None if self._last_losses is None else float(self._last_losses[index])
        self._alive[index] = False
        return SeedEvent(index, SeedFailed(TrainingDiverged(self._epoch + 1, self._step, last)))

    def _end_epoch(self) -> SeedEvents:
        started = perf_counter()
        dataset, samples = self._dataset, len(self._dataset.train)
        for index in np.flatnonzero(~np.isfinite(self._stack.parameters).all(axis=1)):
            if self._alive[index]:
                yield self._give_up(int(index))
        split = dataset.validation if dataset.validation is not None else dataset.train
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            losses, predictions = self._stack.evaluate(split)
        train_losses, train_shares = self._losses / samples, self._right / samples
        self._losses, self._right = np.zeros_like(self._losses), np.zeros_like(self._right)
        self._epoch += 1
        self._batch = 0
        self._shuffling = self._stack.shuffling
        self._seconds += perf_counter() - started
        for index, alive in enumerate(self._alive):
            if alive:
                numbers = float(train_losses[index]), float(train_shares[index]), float(losses[index])
                self._obey((yield SeedEvent(index, self._epoch_done(split, predictions[index], *numbers))))

    def _epoch_done(
        self, split: Split, predictions: np.ndarray, train_loss: float, train_accuracy: float, loss: float
    ) -> EpochDone:
        classes = self._runs[0].network.sizes[-1]
        pairs = np.bincount(split.labels * classes + predictions, minlength=classes * classes)
        confusion = pairs.reshape(classes, classes)
        validation = (None, None)
        if self._dataset.validation is not None:
            validation = (loss, float(np.trace(confusion)) / len(split))
        where = self._epoch, self._step
        return EpochDone(*where, train_loss, train_accuracy, *validation, confusion, predictions, self._seconds)
