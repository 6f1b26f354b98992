"""The training loop: a plain generator that trains a network and tells what happens."""

import contextvars
import math
from collections.abc import Generator
from contextlib import closing, nullcontext
from dataclasses import replace
from time import perf_counter
from typing import Any, NoReturn

import numpy as np

from digitapp.cores import available_cores, one_blas_thread
from digitapp.datasets.dataset import FOIL, Dataset
from digitapp.nn import LOSSES, OPTIMIZERS, SCHEDULES, Network
from digitapp.nn.denormals import flush
from digitapp.nn.losses import one_hot, smooth
from digitapp.training.augmentation import Augmenter
from digitapp.training.config import ConfigError, TrainConfig
from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged
from digitapp.training.evaluate import evaluate
from digitapp.training.events import (
    CHANGEABLE,
    BatchDone,
    Change,
    Changed,
    Command,
    EpochDone,
    Event,
    RunFinished,
    RunStarted,
    SetLearningRate,
)
from digitapp.training.feed import varied_batches
from digitapp.training.held import Held, Holder
from digitapp.training.parallel import Crew, ParallelStep, parts_for
from digitapp.training.pretraining import pretrain
from digitapp.training.run_state import RunState
from digitapp.training.step import Material, Step

Events = Generator[Event, Command | None, None]

SNAPSHOT_STEPS = 100
"""How many steps apart the parameters are checked and the good ones kept."""


def train(
    network: Network, dataset: Dataset, config: TrainConfig, rng: np.random.Generator
) -> Generator[Event, Command | None, None]:
    """Train `network` in place and yield an event after every batch and epoch.

    The same network, data, config and state of `rng` give the same parameters, to the byte, on the same machine, and on
    one with more or fewer cores where `config.threads` is set. A generator of its own, spawned from `rng`, shuffles the
    samples before every epoch; the last batch of an epoch holds what is left.

    However the run ends, by itself or closed by its listener, `network` then holds its result: the best parameters
    where `patience` was asked for and an epoch measured, else the average where that was asked for, else the newest.

    Yields
    ------
    RunStarted, PretrainingStep where asked for, then BatchDone and EpochDone, at the end RunFinished; a command may be
    sent in return

    Raises
    ------
    DataNotFinite : NaN or infinity in the training or validation part
    DataMismatch : the data set does not fit the network
    ConfigError : variations of what is no picture
    TrainingDiverged : the loss or a parameter is not finite any more; `network` then holds the last good parameters
    """
    return begin(network, dataset, config, rng).events()


def begin(
    network: Network,
    dataset: Dataset,
    config: TrainConfig,
    rng: np.random.Generator,
    held: Held | None = None,
    after: RunState | None = None,
) -> "Run":
    """Return the run whose events `train` yields, for listeners that look at it on the way. Raises as `train`.

    The units in `held` are left as they are in `network`. Raises ValueError where it has no such units.
    With `after`, the state of a run that has ended with these weights, it goes on as that one would have.
    """
    check_data(network, dataset)
    if config.augmentation and not dataset.problem.has_picture:
        raise ConfigError("augmentation", dict(config.augmentation), "none, for the inputs are no pictures")
    run = Run(network, dataset, config, rng, held)
    if after is not None:
        run.state.go_on_from(after)
    return run


def check_data(network: Network, dataset: Dataset) -> None:
    """Raise DataMismatch or DataNotFinite if `network` cannot learn from `dataset`."""
    for name, split in (("train", dataset.train), ("validation", dataset.validation)):
        if split is None:
            continue
        if split.inputs.shape[1] != network.sizes[0]:
            raise DataMismatch("features", network.sizes[0], split.inputs.shape[1])
        if split.labels.max() >= network.sizes[-1]:
            raise DataMismatch("classes", network.sizes[-1], int(split.labels.max()) + 1)
        values = split.inputs.ravel()
        if not math.isfinite(np.dot(values, values)):  # one pass over the data, without a temporary array
            wrong = np.argwhere(~np.isfinite(split.inputs))
            if len(wrong):
                sample, feature = (int(index) for index in wrong[0])
                raise DataNotFinite(name, sample, feature, float(split.inputs[sample, feature]))


class Run:
    """One training run: what it works on, and how far it is.

    Parameters
    ----------
    network, dataset, config, rng, held : as for `begin`
    parts : into how many parts each step is divided, where the settings are not to decide it anew

    Attributes
    ----------
    state : how far it is
    dataset, config : what it learns from, and how
    held : the units that are left as they are
    batches_per_epoch : int
    learned : int array, the indices of the samples that were learned last, in the training part
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset,
        config: TrainConfig,
        rng: np.random.Generator,
        held: Held | None = None,
        parts: int | None = None,
    ) -> None:
        self.dataset = dataset
        self.config = config
        self.held = held or Held()
        labels = dataset.train.labels
        self._set_batch_size(config.batch_size)
        self._crew: Crew | None = None
        self._known = int(np.count_nonzero(labels != FOIL))  # samples that belong to a class
        self._all_are_known = self._known == len(labels)
        problem = dataset.problem
        augmenter = Augmenter(problem.rows, problem.columns, config.augmentation)
        self._augmenter = None if augmenter.changes_nothing else augmenter

        gradient = np.zeros_like(network.parameters)
        self._holder = Holder(network, self.held, gradient) if held else None
        parts = parts or parts_for(network, config, self._batch_size)
        self.state = RunState.at_start(network, config, rng, parts)  # as what is held has left the network
        self._shuffling, self._pretraining = (np.random.Generator(type(rng.bit_generator)()) for _ in range(2))
        self._is_settled = False
        self.learned = np.empty(0, dtype=np.int64)
        targets = one_hot(labels, network.sizes[-1], network.dtype)
        if any(option.name == "label_smoothing" for option in LOSSES[config.loss].options):
            targets = smooth(targets, config.label_smoothing)
        inputs = np.ascontiguousarray(dataset.train.inputs, network.dtype)
        self._material = Material(self.state, config, inputs, targets, labels, gradient, self._holder)
        self._steps: dict[int, Step | ParallelStep] = {}  # by the size of the batch

        # A run that diverges overflows; TrainingDiverged reports that, so no warning is needed on the way. A context
        # of our own keeps the setting from leaking to the listener between two events.
        self._quietly = contextvars.copy_context()
        self._quietly.run(np.seterr, over="ignore", invalid="ignore", divide="ignore")

    @property
    def network(self) -> Network:
        """The network that learns, changed in place."""
        return self.state.network

    @property
    def is_finished(self) -> bool:
        """Whether all epochs are done or `patience` is at its end."""
        state, config = self.state, self.config
        return state.epoch >= config.epochs or 0 < config.patience <= state.epochs_since_best

    def events(self) -> Generator[Event, Command | None, None]:
        """Train to the end, yielding events and taking commands."""
        try:
            yield from self._train()
        except GeneratorExit:
            self._settle()
            raise
        self._settle()
        yield RunFinished(self.state.epoch, self.state.step, self.state.seconds)

    def result(self) -> Network:
        """Return an independent, plain network as it is used: the averaged one where asked for, nothing normalised."""
        return self._measured().folded()

    def _train(self) -> Generator[Event, Command | None, None]:
        validation = self.dataset.validation
        validation_samples = len(validation.labels) if validation else 0
        samples, parts = len(self._material.labels), self.state.parts
        started = RunStarted(self.config.epochs, self.batches_per_epoch, samples, validation_samples, parts)
        yield from self._obey((yield started))
        with one_blas_thread(always=parts > 1), Crew(min(parts, available_cores())) as crew:
            if not self.state.is_pretrained:
                yield from self._pretrain()
            self._crew = crew
            self._make_steps()
            while not self.is_finished:
                self._take_batch_size()
                yield from self._train_epoch()
                yield from self._obey((yield self._end_epoch()))

    def _make_steps(self) -> None:
        """Make what learns a batch with the settings there are, for whole batches and for the rest of an epoch."""
        crew = self._crew
        if crew is None:
            return
        sizes = (self._batch_size, len(self._material.labels) % self._batch_size)
        make = (lambda size: ParallelStep(self._material, size, crew)) if self.state.parts > 1 else self._make_step
        self._steps = {size: make(size) for size in sizes if size > 0}

    def _make_step(self, batch_size: int) -> Step:
        return Step(self._material, batch_size)

    def _set_batch_size(self, batch_size: int) -> None:
        samples = len(self.dataset.train)
        whole_set = OPTIMIZERS[self.config.optimizer].whole_set
        self._batch_size = samples if whole_set else min(batch_size, samples)
        self.batches_per_epoch = -(-samples // self._batch_size)

    def _take_batch_size(self) -> None:
        """Take over another batch size where an epoch begins."""
        before = self._batch_size
        if self.state.batch == 0:
            self._set_batch_size(self.config.batch_size)
        if self._batch_size != before:
            self._make_steps()

    @property
    def batch_size(self) -> int:
        """The samples of a batch in the present epoch; of another size that the settings name are those of the next."""
        return self._batch_size

    def resume_batch_size(self, batch_size: int) -> None:
        """Go on with an epoch whose batches have another size than those that come after it."""
        self._set_batch_size(batch_size)

    def _settle(self) -> None:
        """Put what the run is for into the network; the best parameters are averaged ones where both are asked for."""
        network, kept = self.state.network, self.state.kept
        if "average" in kept:
            np.copyto(network.state, kept["average"])
        if "best" in kept and math.isfinite(self.state.best_loss):
            np.copyto(network.state, kept["best"])
        self._is_settled = True

    @property
    def measured_state(self) -> np.ndarray:
        """The state of the network that counts at the moment, averaged where asked for: to be copied, not kept."""
        return self.network.state if self._is_settled else self.state.kept.get("average", self.network.state)

    def _measured(self) -> Network:
        """Return the network that counts at the moment: the averaged one where asked for."""
        if self._is_settled or "average" not in self.state.kept:
            return self.network
        averaged = self.network.copy()
        np.copyto(averaged.state, self.state.kept["average"])
        return averaged

    def _pretrain(self) -> Generator[Event, Command | None, None]:
        config, state = self.config, self.state
        self._pretraining.bit_generator.state = state.pretraining
        steps = pretrain(
            state.network, self._material.inputs, config.pretrain_epochs, config.batch_size, self._pretraining
        )
        started = perf_counter()
        for event in steps:
            state.seconds += perf_counter() - started
            yield from self._obey((yield event))
            started = perf_counter()
        if self._holder is not None:
            self._holder.restore()
        for kept in state.kept.values():
            np.copyto(kept, state.network.state)
        state.is_pretrained = True
        state.seconds += perf_counter() - started

    def _train_epoch(self) -> Generator[Event, Command | None, None]:
        state = self.state
        self._shuffling.bit_generator.state = state.shuffling  # the same order again where a run is taken up midway
        order = self._shuffling.permutation(len(self._material.labels))
        size, batches = self._batch_size, self.batches_per_epoch
        learn, run_quietly = self._learn, self._quietly.run
        varied = self._varied(order)
        with closing(varied) if varied else nullcontext():
            for batch in range(state.batch, batches):
                started = perf_counter()
                indices = order[batch * size : (batch + 1) * size]
                learning_rate = self._scheduled_learning_rate()
                loss, accuracy, right = run_quietly(learn, indices, learning_rate, varied)
                state.batch = batch + 1
                state.samples += len(indices)
                state.epoch_loss += loss * len(indices)
                state.epoch_right += right
                event = BatchDone(state.epoch + 1, batch + 1, state.step, state.samples, loss, accuracy, learning_rate)
                state.seconds += perf_counter() - started
                command = yield event
                if command is not None:
                    yield from self._obey(command)

    def _varied(self, order: np.ndarray) -> Generator[np.ndarray] | None:
        """Return the batches that are left of an epoch, varied; None where pictures are learned as they are."""
        if self._augmenter is None:
            return None
        state = self.state
        batches = [order[start : start + self._batch_size] for start in range(0, len(order), self._batch_size)]
        return varied_batches(
            self._material.inputs, batches, self._augmenter, state.augmentation_seed, state.epoch, state.batch
        )

    def _scheduled_learning_rate(self) -> float:
        state, config = self.state, self.config
        if config.schedule == "constant":
            return state.learning_rate
        progress = state.step / (config.epochs * self.batches_per_epoch)
        if state.step != state.epoch * self.batches_per_epoch + state.batch:  # batches had another size before
            progress = (state.epoch + state.batch / self.batches_per_epoch) / config.epochs
        return state.learning_rate * SCHEDULES[config.schedule].at(progress, config.schedule_options)

    def _learn(
        self, indices: np.ndarray, learning_rate: float, varied: Generator[np.ndarray] | None
    ) -> tuple[float, float, int]:
        """Learn one batch; return its loss, accuracy and number of samples classified right, all before the step."""
        state, network, kept = self.state, self.network, self.state.kept
        keep = state.step % SNAPSHOT_STEPS == 0
        state.step += 1
        if keep:
            self._check_parameters()
            self._flush()
            np.copyto(kept["candidate"], network.state)

        varied_inputs = None if varied is None else next(varied)
        loss, right = self._steps[len(indices)](indices, learning_rate, varied_inputs)
        if not math.isfinite(loss):
            self._give_up()
        state.last_loss = loss
        self.learned = indices
        if keep:  # the candidate gave a finite loss
            kept["good"], kept["candidate"] = kept["candidate"], kept["good"]
        known = len(indices) if self._all_are_known else np.count_nonzero(self._material.labels[indices] != FOIL)
        return loss, right / max(1, int(known)), right

    def _flush(self) -> None:
        """Keep what decays away from denormal numbers: weights that nothing feeds, running means, the average."""
        flush(self.network.state)
        if "average" in self.state.kept:
            flush(self.state.kept["average"])

    def _end_epoch(self) -> EpochDone:
        """Measure, look whether this epoch is the best so far, and turn to the next."""
        started = perf_counter()
        state, validation, samples = self.state, self.dataset.validation, len(self._material.labels)
        self._quietly.run(self._check_parameters)
        measured = self._measured()
        result = self._quietly.run(evaluate, measured, self.config.loss, validation or self.dataset.train)
        train_loss, train_accuracy = state.epoch_loss / samples, state.epoch_right / self._known

        if self.config.patience > 0:
            loss = result.loss if validation else train_loss
            state.epochs_since_best += 1
            if loss < state.best_loss:
                state.best_loss, state.epochs_since_best = loss, 0
                np.copyto(state.kept["best"], measured.state)
        state.epoch += 1
        state.batch = 0
        state.epoch_loss, state.epoch_right = 0.0, 0
        state.shuffling = self._shuffling.bit_generator.state
        state.seconds += perf_counter() - started
        return EpochDone(
            state.epoch,
            state.step,
            train_loss,
            train_accuracy,
            result.loss if validation else None,
            result.accuracy if validation else None,
            result.confusion,
            result.predictions,
            state.seconds,
        )

    def _check_parameters(self) -> None:
        if not np.isfinite(self.network.state).all():
            self._give_up()

    def _give_up(self) -> NoReturn:
        state = self.state
        np.copyto(state.network.state, state.kept["good"])
        self._is_settled = True
        raise TrainingDiverged(state.epoch + 1, state.step, state.last_loss)

    def _obey(self, command: Command | None) -> Generator[Event, Command | None, None]:
        while command is not None:
            if isinstance(command, SetLearningRate):
                self.state.learning_rate = command.learning_rate
                return
            changed = self._change(command)
            command = None if changed is None else (yield changed)

    def _change(self, command: Change) -> Changed | None:
        """Take over other settings; return what has changed, None where that is nothing."""
        state = self.state
        present = {name: getattr(self.config, name) for name in CHANGEABLE} | {"learning_rate": state.learning_rate}
        new = {name: value for name, value in command.settings.items() if value != present[name]}
        if not new:
            return None
        state.learning_rate = new.get("learning_rate", state.learning_rate)
        values: dict[str, Any] = {name: value for name, value in new.items() if name != "learning_rate"}
        self.config = replace(self.config, **values)
        if values.keys() - {"batch_size"}:
            self._material = replace(self._material, config=self.config)
            self._make_steps()
        batches = self.batches_per_epoch
        if "batch_size" in values and not OPTIMIZERS[self.config.optimizer].whole_set:
            samples = len(self.dataset.train)
            batches = -(-samples // min(self.config.batch_size, samples))
        return Changed(state.step, state.epoch, state.batch, new, {name: present[name] for name in new}, batches)
