"""Learning by hand: a run in float64 that takes one step when it is asked to, and goes exactly back.

It is the run of `training.loop` taken apart: the same batches in the same order, the same gradient, rule, penalties and
schedule, so that following it shows what a training does. What it leaves out: it varies no pictures, it validates
nothing, and it does not end by itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Dataset
from digitapp.nn import LOSSES, OPTIMIZERS, SCHEDULES, Network
from digitapp.nn.backpropagation import Backpropagation
from digitapp.nn.denormals import flush
from digitapp.nn.losses import one_hot, smooth
from digitapp.training.config import TrainConfig
from digitapp.training.held import Held, Holder
from digitapp.training.loop import SNAPSHOT_STEPS
from digitapp.training.run_state import RunState
from digitapp.training.step import Material, WholeUpdate

Vector = NDArray[np.float64]

MOST_BYTES = 256_000_000
"""Of the states that are kept for going back, at most; what lies between them is learned again."""
MOST_TOGETHER = 5_000
"""Samples of one step, at most: all of a large data set at once would not fit into memory as float64."""


class LearnFrom(StrEnum):
    """What one step learns from."""

    SAMPLE = "sample"
    """One sample."""
    BATCH = "batch"
    """The next batch of the run."""
    ALL = "all"
    """Every sample there is, those for validation too."""


@dataclass(frozen=True, eq=False)
class Request:
    """One step as it was asked for.

    Attributes
    ----------
    learn_from : what it learns from
    sample : which one, where it is one; −1 for one of one's own
    learning_rate : the base rate, which a schedule multiplies
    own : of one's own sample the inputs (features,) and the label
    """

    learn_from: LearnFrom
    sample: int
    learning_rate: float
    own: tuple[NDArray[np.floating], int] | None = None


@dataclass(frozen=True, eq=False)
class Update:
    """What one step did.

    Attributes
    ----------
    number : of the step, counted from 1
    epoch, batch : of the run, counted from 1; where it learned from something else, as they were
    samples : int array, which samples it learned from
    loss : mean C of these, before the step
    right : how many of them were read right, before the step
    learning_rate : used
    optimizer_step : counted from 1
    before, gradient, after : (parameter_count,), the gradient being the mean over the samples, without penalties
    buffers : the optimiser's state before the step, by name
    """

    number: int
    epoch: int
    batch: int
    samples: NDArray[np.int64]
    loss: float
    right: int
    learning_rate: float
    optimizer_step: int
    before: Vector
    gradient: Vector
    after: Vector
    buffers: Mapping[str, Vector]

    @property
    def is_finite(self) -> bool:
        """Whether all numbers that it led to are numbers."""
        return math.isfinite(self.loss) and bool(np.isfinite(self.after).all())


class TooManyTogether(ValueError):
    """A step that would learn from more samples at once than can be followed.

    Attributes
    ----------
    samples, most : how many there are, and how many there may be
    """

    def __init__(self, samples: int, most: int) -> None:
        super().__init__(f"at most {most} samples can be followed in one step, not {samples}")
        self.samples, self.most = samples, most


@dataclass(frozen=True, eq=False)
class _Kept:
    """Everything that the next step depends on."""

    parameters: Vector
    average: Vector | None
    buffers: Mapping[str, Vector]
    optimizer_steps: int
    silencing: Mapping[str, Any]
    shuffling: Mapping[str, Any]
    epoch: int
    batch: int
    step: int

    @property
    def nbytes(self) -> int:
        return self.parameters.nbytes + sum(vector.nbytes for vector in self.buffers.values())


class Stepwise:
    """A run that is walked by hand.

    Parameters
    ----------
    network : to begin with, plain; it is copied
    dataset : its training part is shuffled and learned in batches
    config : as for a run
    held : what is left as it is

    Attributes
    ----------
    network : the run's own, float64
    inputs, labels : all samples, those of the training part first
    config : of the run; the base learning rate of each step is that of its request
    updates : how many steps were taken and not taken back

    Raises
    ------
    ValueError : a network with normalised layers, or one that the data do not fit
    """

    def __init__(self, network: Network, dataset: Dataset, config: TrainConfig, held: Held | None = None) -> None:
        if any(network.normalized):
            raise ValueError("a network without normalised layers is needed")
        if network.sizes[0] != dataset.problem.features:
            raise ValueError(f"{dataset.problem.features} inputs are needed, not {network.sizes[0]}")
        self.network = Network(network.sizes, network.activations, np.float64)
        np.copyto(self.network.parameters, network.parameters)
        self.dataset = dataset
        self.config = config
        every = dataset.all_but_test
        self.inputs, self.labels = every.inputs, every.labels
        self.updates = 0
        self._trained = len(dataset.train)
        whole = OPTIMIZERS[config.optimizer].whole_set
        self.batch_size = self._trained if whole else min(config.batch_size, self._trained)
        self.batches_per_epoch = -(-self._trained // self.batch_size)
        self._state = RunState.at_start(self.network, config, np.random.default_rng(config.seed), parts=1)
        self._gradient = np.zeros_like(self.network.parameters)
        self._held = held
        self._batches: dict[int, Backpropagation] = {}
        self._hold()
        self._order: tuple[int, NDArray[np.int64], Mapping[str, Any]] | None = None
        self._requests: list[Request] = []
        self._past: dict[int, _Kept] = {}
        self._stride = 1

    # Steps

    def coming(self, request: Request) -> NDArray[np.int64]:
        """Return which samples a step would learn from.

        Raises
        ------
        TooManyTogether : more than can be followed
        """
        if request.learn_from is LearnFrom.SAMPLE:
            return np.array([request.sample])
        if request.learn_from is LearnFrom.ALL:
            chosen = np.arange(len(self.labels))
        else:
            start = self._state.batch * self.batch_size
            chosen = self._epoch_order()[start : start + self.batch_size]
        if len(chosen) > MOST_TOGETHER:
            raise TooManyTogether(len(chosen), MOST_TOGETHER)
        return chosen

    def samples(self, request: Request) -> tuple[NDArray[np.floating], NDArray[np.int64]]:
        """Return the inputs (n, features) and the labels (n,) that a step would learn from. Raises TooManyTogether."""
        if request.learn_from is LearnFrom.SAMPLE and request.own is not None:
            inputs, label = request.own
            return inputs[np.newaxis], np.array([label])
        chosen = self.coming(request)
        return self.inputs[chosen], self.labels[chosen]

    def preview(self, request: Request) -> Update:
        """Return what a step would do, and do not take it. Raises TooManyTogether."""
        kept = self._keep()
        update = self._learn(request)
        self._restore(kept)
        return update

    def advance(self, request: Request) -> Update:
        """Take a step, unless its numbers are none: then everything stays. Raises TooManyTogether."""
        kept = self._keep()
        update = self._learn(request)
        if not update.is_finite:
            self._restore(kept)
            return update
        self._remember(kept)
        del self._requests[self.updates :]
        self._requests.append(request)
        self.updates += 1
        return update

    @property
    def can_go_back(self) -> bool:
        """Whether there is a step to be taken back."""
        return self.updates > 0

    def go_back(self) -> Request:
        """Take the last step back, to the last bit, and return how it was asked for. Raises IndexError where none was.

        States are kept at some steps; from the nearest before, the steps are learned again.
        """
        if not self.can_go_back:
            raise IndexError("no step was taken")
        wanted = self.updates - 1
        start = max(number for number in self._past if number <= wanted)
        self._restore(self._past[start])
        for number in range(start, wanted):
            self._learn(self._requests[number])
        self.updates = wanted
        return self._requests[wanted]

    def adopt(self, parameters: NDArray[np.floating]) -> bool:
        """Take over what was changed elsewhere, in (parameter_count,) of less precision; return whether anything was.

        What is the same in that precision keeps all its digits. The steps before can be taken back no more: they would
        lead somewhere else.
        """
        own = self.network.parameters
        changed = own.astype(parameters.dtype) != parameters
        if not changed.any():
            return False
        own[changed] = parameters[changed]
        self._hold()
        self._requests.clear()
        self._past.clear()
        self._stride, self.updates = 1, 0
        return True

    def _hold(self) -> None:
        """Hold what is to be held, with the values that it has now."""
        holder = Holder(self.network, self._held, self._gradient) if self._held else None
        nothing = np.empty((0, 0)), np.empty((0, 0)), np.empty(0, np.int64)
        self._material = Material(self._state, self.config, *nothing, self._gradient, holder)
        self._batches.clear()

    def _learn(self, request: Request) -> Update:
        state, optimizer = self._state, self._state.optimizer
        chosen = self.coming(request)
        rate = self._learning_rate(request)
        if state.step % SNAPSHOT_STEPS == 0:  # as the loop does, so that the numbers are the same
            flush(self.network.state)
        state.step += 1
        batch = self._batch(len(chosen))
        inputs, labels = self.samples(request)
        batch.inputs[...] = inputs
        batch.targets[...] = self._targets(labels)
        before, buffers = state.network.parameters.copy(), _copies(optimizer.state)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            loss = batch() if optimizer.uses_gradient else batch.cost()
            right = int(np.count_nonzero(batch.outputs.argmax(axis=0) == labels))
            gradient = self._gradient.copy()
            if math.isfinite(loss):
                WholeUpdate(self._material, batch)(rate)
        epoch, number = state.epoch + 1, state.batch + 1
        if request.learn_from is LearnFrom.BATCH:
            self._end_batch()
        after = state.network.parameters.copy()
        return Update(
            state.step, epoch, number, chosen, loss, right, rate, optimizer.steps, before, gradient, after, buffers
        )

    def _targets(self, labels: NDArray[np.int64]) -> Vector:
        targets = one_hot(labels, self.network.sizes[-1], self.network.dtype)
        loss = LOSSES[self.config.loss]
        if any(option.name == "label_smoothing" for option in loss.options):
            return smooth(targets, self.config.label_smoothing)
        return targets

    def _batch(self, size: int) -> Backpropagation:
        if size not in self._batches:
            self._batches[size] = self._material.batch(size)
        return self._batches[size]

    def _learning_rate(self, request: Request) -> float:
        config = self.config
        if config.schedule == "constant":
            return request.learning_rate
        progress = min(1.0, self._state.step / (config.epochs * self.batches_per_epoch))
        return request.learning_rate * SCHEDULES[config.schedule].at(progress, config.schedule_options)

    # The order of the samples

    def _epoch_order(self) -> NDArray[np.int64]:
        state = self._state
        if self._order is None or self._order[0] != state.epoch:
            generator = np.random.default_rng()
            generator.bit_generator.state = state.shuffling
            order = generator.permutation(self._trained)
            self._order = state.epoch, order, generator.bit_generator.state
        return self._order[1]

    def _end_batch(self) -> None:
        state = self._state
        state.batch += 1
        if state.batch == self.batches_per_epoch:
            assert self._order is not None
            state.shuffling = self._order[2]
            state.epoch, state.batch = state.epoch + 1, 0

    # Back

    def _keep(self) -> _Kept:
        state = self._state
        return _Kept(
            state.network.parameters.copy(),
            state.kept["average"].copy() if "average" in state.kept else None,
            _copies(state.optimizer.state),
            state.optimizer.steps,
            state.silencing.bit_generator.state,
            state.shuffling,
            state.epoch,
            state.batch,
            state.step,
        )

    def _restore(self, kept: _Kept) -> None:
        state = self._state
        np.copyto(state.network.parameters, kept.parameters)
        if kept.average is not None:
            np.copyto(state.kept["average"], kept.average)
        for name, vector in kept.buffers.items():
            np.copyto(state.optimizer.state[name], vector)
        state.optimizer.steps = kept.optimizer_steps
        state.silencing.bit_generator.state = kept.silencing
        state.shuffling = kept.shuffling
        state.epoch, state.batch, state.step = kept.epoch, kept.batch, kept.step

    def _remember(self, kept: _Kept) -> None:
        """Keep a state where it is its turn; where all take too much memory, every other one goes."""
        for number in [number for number in self._past if number >= self.updates]:
            del self._past[number]
        if self.updates % self._stride == 0:
            self._past[self.updates] = kept
        while len(self._past) > 2 and len(self._past) * kept.nbytes > MOST_BYTES:
            self._stride *= 2
            self._past = {number: each for number, each in self._past.items() if number % self._stride == 0}


def _copies(vectors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: vector.copy() for name, vector in vectors.items()}
