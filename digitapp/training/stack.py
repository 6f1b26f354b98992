"""Many small networks of one shape trained together: arrays with a leading axis, one entry for each network.

A step of a small network takes its time in the calls, not in the numbers: a hundred networks in one array learn in the
time of a few. Each learns what a run of its own with the same seed would: the same first weights, the same batches, the
same rule.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import DTypeLike

from digitapp.datasets.dataset import Dataset
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
    stack = _Stack(states, inputs, dataset.train.labels, config)
    between = max(1, min(config.epochs // _REPORTS, _LONGEST_SILENCE))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for epoch in range(config.epochs):
            if cancelled is not None and cancelled.is_set():
                break
            stack.learn_epoch(epoch)
            if report is not None and (epoch + 1) % between == 0:
                report(epoch + 1, config.epochs)
    return stack.networks()


def check(shape: NetworkConfig, config: TrainConfig) -> None:
    """Raise ConfigError for a setting that a stack does not know."""
    usual = TrainConfig()
    for field in fields(TrainConfig):
        value, plain = getattr(config, field.name), getattr(usual, field.name)
        if field.name not in _DONE_HERE and value != plain:
            raise ConfigError(field.name, value, f"{plain} where networks are trained together")
    if not OPTIMIZERS[config.optimizer].uses_gradient:
        raise ConfigError("optimizer", config.optimizer, "one that uses the gradient")
    if any(shape.hidden_normalized):
        raise ConfigError("normalization", shape.normalization, "none where networks are trained together")
    network = empty_network(1, 1, shape, config.loss)
    if any(layer.activation.pieces > 1 for layer in network.layers):
        raise ConfigError("activation", shape.activation, "one with a single piece for each unit")


class _Stack:
    """The networks and what their steps work in.

    Parameters
    ----------
    states : of the runs at their beginning
    inputs : array (networks, samples, features), or (1, samples, features) where all see the same
    labels : int array (samples,)
    """

    def __init__(self, states: Sequence[RunState], inputs: np.ndarray, labels: np.ndarray, config: TrainConfig) -> None:
        self._states, self._config = states, config
        first = states[0].network
        self._layers = first.layers
        self._parameters = np.stack([state.network.parameters for state in states])  # (count, parameters)
        self._gradient = np.zeros_like(self._parameters)
        options = config.optimizer_arguments()
        self._optimizer = OPTIMIZERS[config.optimizer](self._parameters.reshape(-1), **options)
        self._regularizers = [
            (REGULARIZERS[key], getattr(config, key)) for key in _ELEMENTWISE if getattr(config, key) > 0
        ]
        self._weights, self._biases = _views(first, self._parameters)
        self._weight_gradients, self._bias_gradients = _views(first, self._gradient)
        self._inputs = inputs.reshape(-1, inputs.shape[-1]).astype(first.dtype)
        own = np.minimum(np.arange(len(states)), len(inputs) - 1)
        self._first = own[:, np.newaxis] * inputs.shape[1]  # where those begin that a network sees
        self._labels = labels
        self._shufflers = []
        for state in states:
            generator = np.random.default_rng(0)
            generator.bit_generator.state = state.shuffling
            self._shufflers.append(generator)
        samples = len(self._labels)
        whole_set = OPTIMIZERS[config.optimizer].whole_set
        self._batch_size = samples if whole_set else min(config.batch_size, samples)
        self._batches = -(-samples // self._batch_size)
        self._one_hot = np.eye(first.sizes[-1], dtype=first.dtype)

    def learn_epoch(self, epoch: int) -> None:
        """Learn all samples once, in an order of each network's own."""
        config, samples, size = self._config, len(self._labels), self._batch_size
        orders = np.stack([generator.permutation(samples) for generator in self._shufflers])
        for batch in range(self._batches):
            rate = config.learning_rate
            if config.schedule != "constant":
                progress = (epoch * self._batches + batch) / (config.epochs * self._batches)
                rate *= SCHEDULES[config.schedule].at(progress, config.schedule_options)
            self._compute(orders[:, batch * size : (batch + 1) * size])
            for regularizer, strength in self._regularizers:
                weights = slice(self._states[0].network.weight_count)
                every, slopes = self._parameters[:, weights], self._gradient[:, weights]
                regularizer.add_gradient(every, strength, slopes)
                regularizer.shrink(every, strength, rate)
            self._optimizer.step(self._parameters.reshape(-1), self._gradient.reshape(-1), rate)

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
        targets = np.ascontiguousarray(self._one_hot[self._labels[indices]].reshape(-1, classes).T)
        gradient = np.empty_like(flat)
        LOSSES[self._config.loss].prepare(flat, targets, gradient)()
        gradient *= count
        return np.ascontiguousarray(gradient.reshape(classes, count, batch).swapaxes(0, 1))

    def networks(self) -> list[Network]:
        """Return the networks as they are now."""
        for state, parameters in zip(self._states, self._parameters, strict=True):
            np.copyto(state.network.parameters, parameters)
        return [state.network for state in self._states]


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
