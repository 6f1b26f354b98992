"""The training loop: a plain generator that trains a network and tells what happens."""

import contextvars
import math
from collections.abc import Generator
from time import perf_counter
from typing import NoReturn

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.nn import LOSSES, OPTIMIZERS, REGULARIZERS, SCHEDULES, Backpropagation, Network
from digitapp.nn.losses import one_hot
from digitapp.training.config import TrainConfig
from digitapp.training.errors import DataMismatch, DataNotFinite, TrainingDiverged
from digitapp.training.evaluate import evaluate
from digitapp.training.events import BatchDone, Command, EpochDone, Event, RunFinished, RunStarted
from digitapp.training.threads import blas_threads

SNAPSHOT_STEPS = 100
"""How many steps apart the parameters are checked and the good ones kept."""


def train(
    network: Network, dataset: Dataset, config: TrainConfig, rng: np.random.Generator
) -> Generator[Event, Command | None, None]:
    """Train `network` in place and yield an event after every batch and epoch.

    The same network, data, config and state of `rng` give the same parameters, to the byte, on the same machine. A
    generator of its own, spawned from `rng`, shuffles the samples before every epoch; the last batch of an epoch
    holds what is left.

    Yields
    ------
    RunStarted, then BatchDone and EpochDone, at the end RunFinished; a command may be sent in return

    Raises
    ------
    DataNotFinite : NaN or infinity in the training or validation part
    DataMismatch : the data set does not fit the network
    TrainingDiverged : the loss or a parameter is not finite any more; `network` then holds the last good parameters
    """
    for name, split in (("train", dataset.train), ("validation", dataset.validation)):
        if split is not None:
            check_split(network, name, split)
    return Run(network, dataset, config, rng).events()


def check_split(network: Network, name: str, split: Split) -> None:
    """Raise DataMismatch or DataNotFinite if `network` cannot learn from `split`."""
    if split.inputs.shape[1] != network.sizes[0]:
        raise DataMismatch("features", network.sizes[0], split.inputs.shape[1])
    if split.labels.max() >= network.sizes[-1]:
        raise DataMismatch("classes", network.sizes[-1], int(split.labels.max()) + 1)
    if not np.isfinite(np.dot(split.inputs.ravel(), split.inputs.ravel())):
        wrong = np.argwhere(~np.isfinite(split.inputs))
        if len(wrong):
            sample, feature = (int(index) for index in wrong[0])
            raise DataNotFinite(name, sample, feature, float(split.inputs[sample, feature]))


class Run:
    """One training run: what it works on and how far it is.

    Attributes
    ----------
    network : changed in place
    learning_rate : the base rate, which the schedule multiplies
    epoch, step, samples : epochs begun, batches learned and samples seen so far
    seconds : time spent in training so far, without the time a listener took
    """

    def __init__(self, network: Network, dataset: Dataset, config: TrainConfig, rng: np.random.Generator) -> None:
        self.network = network
        self.config = config
        self.learning_rate = config.learning_rate
        self.epoch = 0
        self.step = 0
        self.samples = 0
        self.seconds = 0.0

        count = len(dataset.train.labels)
        self._validation = dataset.validation
        self._train = dataset.train
        self._inputs = np.ascontiguousarray(dataset.train.inputs, network.dtype)
        self._labels = dataset.train.labels
        self._targets = one_hot(self._labels, network.sizes[-1], network.dtype)
        self._shuffling = rng.spawn(1)[0]

        loss = LOSSES[config.loss]
        self._batch_size = min(config.batch_size, count)
        self._full_batch = Backpropagation(network, loss, self._batch_size)
        self._gradient = self._full_batch.gradient
        rest = count % self._batch_size
        self._last_batch = Backpropagation(network, loss, rest, self._gradient) if rest else self._full_batch
        self._optimizer = OPTIMIZERS[config.optimizer](network.parameters, **config.optimizer_arguments())
        self._schedule = SCHEDULES[config.schedule]
        strengths = {"l1": config.l1, "l2": config.l2, "weight_decay": config.weight_decay}
        self._regularizers = [(REGULARIZERS[key], strength) for key, strength in strengths.items() if strength > 0]

        self._good_parameters = network.parameters.copy()
        self._candidate = network.parameters.copy()
        self._last_loss: float | None = None
        # A run that diverges overflows; TrainingDiverged reports that, so no warning is needed on the way. A context
        # of our own keeps the setting from leaking to the listener between two events.
        self._quietly = contextvars.copy_context()
        self._quietly.run(np.seterr, over="ignore", invalid="ignore", divide="ignore")

    @property
    def batches_per_epoch(self) -> int:
        """Number of batches in an epoch, the partial last one included."""
        return -(-len(self._labels) // self._batch_size)

    @property
    def total_steps(self) -> int:
        """Number of steps of the whole run."""
        return self.batches_per_epoch * self.config.epochs

    def events(self) -> Generator[Event, Command | None, None]:
        """Train to the end, yielding events and taking commands."""
        validation_samples = len(self._validation.labels) if self._validation else 0
        self._obey(
            (yield RunStarted(self.config.epochs, self.batches_per_epoch, len(self._labels), validation_samples))
        )
        with blas_threads(1):
            while self.epoch < self.config.epochs:
                self.epoch += 1
                yield from self._train_epoch()
        yield RunFinished(self.epoch, self.step, self.seconds)

    def _train_epoch(self) -> Generator[Event, Command | None, None]:
        order = self._shuffling.permutation(len(self._labels))
        total_loss, total_right = 0.0, 0
        total_steps = self.total_steps
        learn, run_quietly = self._learn, self._quietly.run
        for batch in range(self.batches_per_epoch):
            started = perf_counter()
            indices = order[batch * self._batch_size : (batch + 1) * self._batch_size]
            learning_rate = self.learning_rate * self._schedule.factor(self.step / total_steps)
            loss, right = run_quietly(learn, indices, learning_rate)
            size = len(indices)
            total_loss += loss * size
            total_right += right
            self.samples += size
            event = BatchDone(self.epoch, batch + 1, self.step, self.samples, loss, right / size, learning_rate)
            self.seconds += perf_counter() - started
            self._obey((yield event))

        started = perf_counter()
        self._quietly.run(self._check_parameters)
        result = self._quietly.run(evaluate, self.network, self.config.loss, self._validation or self._train)
        self.seconds += perf_counter() - started
        self._obey(
            (
                yield EpochDone(
                    self.epoch,
                    self.step,
                    total_loss / len(order),
                    total_right / len(order),
                    result.loss if self._validation else None,
                    result.accuracy if self._validation else None,
                    result.confusion,
                    result.predictions,
                    self.seconds,
                )
            )
        )

    def _learn(self, indices: np.ndarray, learning_rate: float) -> tuple[float, int]:
        """Learn one batch; return its loss and the number of samples classified right, both before the step."""
        keep = self.step % SNAPSHOT_STEPS == 0
        self.step += 1
        if keep:
            self._check_parameters()
            np.copyto(self._candidate, self.network.parameters)

        compute_gradient = self._full_batch if len(indices) == self._batch_size else self._last_batch
        self._inputs.take(indices, 0, compute_gradient.inputs, "clip")
        self._targets.take(indices, 1, compute_gradient.targets, "clip")
        loss = compute_gradient()
        if not math.isfinite(loss):
            self._give_up()
        self._last_loss = loss
        if keep:  # these parameters gave a finite loss
            self._good_parameters, self._candidate = self._candidate, self._good_parameters

        weights = self.network.weight_vector
        for regularizer, strength in self._regularizers:
            regularizer.add_gradient(weights, strength, self._gradient[: len(weights)])
            regularizer.shrink(weights, strength, learning_rate)
        self._optimizer.step(self.network.parameters, self._gradient, learning_rate)
        predictions = compute_gradient.outputs.argmax(0)
        return loss, int(np.count_nonzero(predictions == self._labels.take(indices)))

    def _check_parameters(self) -> None:
        if not np.isfinite(self.network.parameters).all():
            self._give_up()

    def _give_up(self) -> NoReturn:
        np.copyto(self.network.parameters, self._good_parameters)
        raise TrainingDiverged(self.epoch, self.step, self._last_loss)

    def _obey(self, command: Command | None) -> None:
        if command is not None:
            self.learning_rate = command.learning_rate
