"""Many small networks of one shape trained together: arrays with a leading axis, one entry for each network.

A step of a small network takes its time in the calls, not in the numbers: a hundred networks in one array learn in the
time of a few. Each learns what a run of its own with the same seed would: the same first weights, the same batches, the
same rule.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from digitapp.datasets.dataset import Dataset, Split
from digitapp.nn import LOSSES, OPTIMIZERS, SCHEDULES, Network, initialize
from digitapp.nn.regularizers import REGULARIZERS
from digitapp.progress import Report
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig
from digitapp.training.presets import empty_network
from digitapp.training.run_state import RunState

_ELEMENTWISE = ("l1", "l2", "weight_decay")  # regularizers that treat each weight by itself, whosever it is
_DONE_HERE = {
    *("loss", "optimizer", "learning_rate", "momentum", "batch_size", "epochs", "seed", "threads", "schedule"),
    *("optimizer_options", "schedule_options", *_ELEMENTWISE),
}
"""Settings that a stack knows; all others must be as they are when nothing is set."""

_AT_ONCE = 1000  # samples that are evaluated
_REPORTS = 100
_LONGEST_SILENCE = 20  # epochs: some ten milliseconds


def train_together(
    dataset: Dataset,
    shape: NetworkConfig,
    config: TrainConfig,
    seeds: Sequence[int],
    dtype: DTypeLike = np.float32,
    cancelled: threading.Event | None = None,
    *,
    own_inputs: np.ndarray | None = None,
    report: Report | None = None,
) -> list[Network]:
    """Return the networks that runs with these seeds end with.

    One whose numbers overflow is returned as it is, with numbers that are not finite.

    Parameters
    ----------
    dataset : its training part is learned; nothing is validated
    shape, config : as for single runs; `config.seed` and `config.threads` are not used
    seeds : one for each network
    dtype : of all numbers
    cancelled : ends the training before its next epoch, with the networks as they are then
    own_inputs : array (networks, samples, features), what each network sees in the place of the training part's inputs;
        the labels are those of the data
    report : is told every few epochs how many are done, and of how many

    Raises
    ------
    ConfigError : a setting of single runs that a stack does not know
    ValueError : inputs of their own that are not as many as the networks and the samples
    """
    check(shape, config)
    inputs = dataset.train.inputs[np.newaxis] if own_inputs is None else own_inputs
    if own_inputs is not None and own_inputs.shape != (len(seeds), *dataset.train.inputs.shape):
        raise ValueError(f"the inputs of {len(seeds)} networks cannot be of shape {own_inputs.shape}")
    problem = dataset.problem
    states = []
    for seed in seeds:
        plain = empty_network(problem.features, problem.classes, shape, config.loss)
        network = Network(plain.sizes, plain.activations, dtype)
        initialize(network, shape.initializer, np.random.default_rng(seed))
        states.append(RunState.at_start(network, replace(config, seed=seed), np.random.default_rng(seed), parts=1))
    stack = Stack(states, inputs, dataset.train.labels, config)
    between = max(1, min(config.epochs // _REPORTS, _LONGEST_SILENCE))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for epoch in range(config.epochs):
            if cancelled is not None and cancelled.is_set():
                break
            _learn_epoch(stack, epoch, len(dataset.train), config)
            if report is not None and (epoch + 1) % between == 0:
                report(epoch + 1, config.epochs)
    stack.write_back()
    return [state.network for state in states]


def _learn_epoch(stack: Stack, epoch: int, samples: int, config: TrainConfig) -> None:
    """Learn all samples once, in an order of each network's own."""
    size = samples if OPTIMIZERS[config.optimizer].whole_set else min(config.batch_size, samples)
    batches, orders = -(-samples // size), stack.orders()
    for batch in range(batches):
        rate = config.learning_rate
        if config.schedule != "constant":
            progress = (epoch * batches + batch) / (config.epochs * batches)
            rate *= SCHEDULES[config.schedule].at(progress, config.schedule_options)
        stack.learn(orders[:, batch * size : (batch + 1) * size], rate)


def check(shape: NetworkConfig, config: TrainConfig) -> None:
    """Raise ConfigError for a setting that a stack does not know."""
    check_settings(config)
    if any(shape.hidden_normalized):
        raise ConfigError("normalization", shape.normalization, "none where networks are trained together")
    network = empty_network(1, 1, shape, config.loss)
    if any(layer.activation.pieces > 1 for layer in network.layers):
        raise ConfigError("activation", shape.activation, "one with a single piece for each unit")


def check_settings(config: TrainConfig) -> None:
    """Raise ConfigError for a way to train that a stack does not know."""
    usual = TrainConfig()
    for field in fields(TrainConfig):
        value, plain = getattr(config, field.name), getattr(usual, field.name)
        if field.name not in _DONE_HERE and value != plain:
            raise ConfigError(field.name, value, f"{plain} where networks are trained together")
    if not OPTIMIZERS[config.optimizer].uses_gradient:
        raise ConfigError("optimizer", config.optimizer, "one that uses the gradient")


class Stack:
    """The networks and what their steps work in.

    Parameters
    ----------
    states : of the runs, all after the same number of steps; they change when `write_back` is called
    inputs : array (networks, samples, features), or (1, samples, features) where all see the same
    labels : int array (samples,)
    config : their settings, of which the seed does not count
    """

    def __init__(self, states: Sequence[RunState], inputs: np.ndarray, labels: np.ndarray, config: TrainConfig) -> None:
        self._states = states
        first = states[0].network
        self._layers, self._loss = first.layers, LOSSES[config.loss]
        self._parameters = np.stack([state.network.parameters for state in states])  # (count, parameters)
        self._gradient = np.zeros_like(self._parameters)
        options = config.optimizer_arguments()
        self._optimizer = OPTIMIZERS[config.optimizer](self._parameters.reshape(-1), **options)
        self._optimizer.steps = states[0].optimizer.steps
        for name, rows in self._optimizer_rows().items():
            if rows.flags.writeable:
                np.copyto(rows, [state.optimizer.state[name] for state in states])
            else:  # one for all, and the same in each
                np.copyto(self._optimizer.state[name], states[0].optimizer.state[name])
        self.take(config)
        self._weights, self._biases = _views(first, self._parameters)
        self._weight_gradients, self._bias_gradients = _views(first, self._gradient)
        self._inputs = inputs.reshape(-1, inputs.shape[-1]).astype(first.dtype)
        own = np.minimum(np.arange(len(states)), len(inputs) - 1)
        self._first = own[:, np.newaxis] * inputs.shape[1]  # where those begin that a network sees
        self._labels = labels
        self._one_hot = np.eye(first.sizes[-1], dtype=first.dtype)
        self._shufflers = [np.random.default_rng(0) for _ in states]
        for state, shuffler in zip(states, self._shufflers, strict=True):
            shuffler.bit_generator.state = state.shuffling
        self._outputs = self._targets = np.empty((0, 0))  # of the last batch: (classes, count · batch)
        self._batch_labels = np.empty((0, 0), np.int64)  # (count, batch)

    def take(self, config: TrainConfig) -> None:
        """Go on with other strengths of what acts on each weight by itself."""
        strengths = ((key, getattr(config, key)) for key in _ELEMENTWISE)
        self._regularizers = [(REGULARIZERS[key], strength) for key, strength in strengths if strength > 0]

    @property
    def parameters(self) -> np.ndarray:
        """All parameters, (networks, parameters), to be changed in place."""
        return self._parameters

    @property
    def shuffling(self) -> list[Mapping[str, Any]]:
        """The states of the generators that shuffle the samples of each network."""
        return [shuffler.bit_generator.state for shuffler in self._shufflers]

    def orders(self) -> np.ndarray:
        """Return the orders in which the next epoch goes through the samples, (networks, samples): each has its own."""
        return np.stack([shuffler.permutation(len(self._labels)) for shuffler in self._shufflers])

    def learn(self, indices: np.ndarray, learning_rate: float) -> None:
        """Take a step with a batch for each network; `indices` of its samples, (networks, batch)."""
        self._compute(indices)
        for regularizer, strength in self._regularizers:
            weights = slice(self._states[0].network.weight_count)
            every, slopes = self._parameters[:, weights], self._gradient[:, weights]
            regularizer.add_gradient(every, strength, slopes)
            regularizer.shrink(every, strength, learning_rate)
        self._optimizer.step(self._parameters.reshape(-1), self._gradient.reshape(-1), learning_rate)

    def judge(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean loss of each network's last batch, and how many of it were right, both before the step."""
        count = len(self._states)
        losses = self._loss.of_each(self._outputs, self._targets).reshape(count, -1).mean(axis=1)
        right = self._outputs.argmax(axis=0).reshape(count, -1) == self._batch_labels
        return losses, np.count_nonzero(right, axis=1)

    def evaluate(self, split: Split) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean loss of each network, (networks,), and what it takes each sample for, (networks, samples)."""
        count = len(self._states)
        losses, predictions = np.zeros(count), np.empty((count, len(split)), np.int64)
        for start in range(0, len(split), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            outputs = split.inputs[part].astype(self._parameters.dtype).T[np.newaxis]
            for layer, weights, biases in zip(self._layers, self._weights, self._biases, strict=True):
                z = weights @ outputs
                z += biases
                layer.activation.value(z, outputs := np.empty_like(z))
            predictions[:, part] = outputs.argmax(axis=1)
            flat = outputs.swapaxes(0, 1).reshape(outputs.shape[1], -1)
            targets = np.tile(self._one_hot[split.labels[part]].T, count)
            losses += self._loss.of_each(flat, targets).reshape(count, -1).sum(axis=1)
        return losses / len(split), predictions

    def write_back(self) -> None:
        """Let the states have the parameters, and what belongs to the optimiser."""
        vectors = self._optimizer_rows()
        for number, state in enumerate(self._states):
            np.copyto(state.network.parameters, self._parameters[number])
            state.optimizer.steps = self._optimizer.steps
            for name, vector in vectors.items():
                np.copyto(state.optimizer.state[name], vector[number])

    def _optimizer_rows(self) -> dict[str, np.ndarray]:
        """Return the optimiser's state by name, a row for each network; what it holds once is the same in each."""
        count, size = self._parameters.shape
        return {
            name: vector.reshape(count, size) if vector.size == count * size else np.broadcast_to(vector, (count, 1))
            for name, vector in self._optimizer.state.items()
        }

    def _compute(self, indices: np.ndarray) -> None:
        """Write the gradients of a batch for each network; `indices` of its samples, (count, batch)."""
        reads, sums, activations = [self._inputs.take(self._first + indices, axis=0).swapaxes(1, 2)], [], []
        for layer, weights, biases in zip(self._layers, self._weights, self._biases, strict=True):
            z = weights @ reads[-1]  # (count, units, batch)
            z += biases
            a = np.empty_like(z)
            layer.activation.value(z, a)
            sums.append(z)
            activations.append(a)
            reads.append(a)
        slope = self._slope(activations[-1], indices)
        for index in range(len(self._layers) - 1, -1, -1):
            self._layers[index].activation.chain(slope, sums[index], activations[index])
            np.matmul(slope, reads[index].swapaxes(1, 2), out=self._weight_gradients[index])
            np.sum(slope, axis=2, keepdims=True, out=self._bias_gradients[index])
            if index:
                slope = self._weights[index].swapaxes(1, 2) @ slope

    def _slope(self, outputs: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """Return how the mean loss of each network's batch changes with its outputs, (count, classes, batch).

        To the loss, all samples of all networks are one batch, whose mean has as many times smaller slopes.
        """
        count, classes, batch = outputs.shape
        flat = np.ascontiguousarray(outputs.swapaxes(0, 1)).reshape(classes, -1)
        self._batch_labels = self._labels[indices]
        targets = np.ascontiguousarray(self._one_hot[self._batch_labels].reshape(-1, classes).T)
        gradient = np.empty_like(flat)
        self._loss.prepare(flat, targets, gradient)()
        self._outputs, self._targets = flat, targets
        gradient *= count
        return np.ascontiguousarray(gradient.reshape(classes, count, batch).swapaxes(0, 1))


def _views(network: Network, vectors: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return vectors laid out like the parameters, (count, parameters), as weights (count, fan_out, fan_in) and biases
    (count, fan_out, 1) per layer.
    """
    weights, biases = [], []
    start, bias_start = 0, network.weight_count
    for fan_in, fan_out in network.shapes:
        end = start + fan_in * fan_out
        weights.append(vectors[:, start:end].reshape(len(vectors), fan_out, fan_in))
        biases.append(vectors[:, bias_start : bias_start + fan_out].reshape(len(vectors), fan_out, 1))
        start, bias_start = end, bias_start + fan_out
    return weights, biases
