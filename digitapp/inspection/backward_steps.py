"""Every number of one step of learning for one sample: forward, the error, and backward.

The numbers are those of `nn.backpropagation`, read layer by layer, for the parameters that were in use: of a maxout
unit those of the piece that won. Nothing here computes a rule of its own but the local slope f'(z).

Source: Nielsen, "Neural Networks and Deep Learning" (2015), equations 25, BP1 to BP4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.nn import LOSSES, Backpropagation
from digitapp.nn.layer import Layer
from digitapp.nn.losses import one_hot
from digitapp.nn.network import Network

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """One layer's numbers for one sample.

    Attributes
    ----------
    reads : (fan_in,), what it reads: the inputs, or the activations of the layer below
    weights : (fan_in, units)
    biases : (units,)
    sums : z, (units,)
    activations : a = f(z), (units,)
    slopes : ∂C/∂a, (units,); of each unit the sum over all wires that its activation feeds
    locals : f'(z), (units,)
    blame : δ = ∂C/∂z, (units,)
    weight_gradient : ∂C/∂w = δ · what is read, (fan_in, units)
    columns : (units,), the columns of the layer's own weights that these are
    """

    reads: Vector
    weights: Vector
    biases: Vector
    sums: Vector
    activations: Vector
    slopes: Vector
    locals: Vector
    blame: Vector
    weight_gradient: Vector
    columns: NDArray[np.int64]

    @property
    def adds(self) -> Vector:
        """What each wire adds to the sum of its unit, w · a, (fan_in, units)."""
        return self.weights * self.reads[:, np.newaxis]

    @property
    def passed_down(self) -> Vector:
        """What each wire passes back to its source, w · δ, (fan_in, units); they add up to ∂C/∂a of the source."""
        return self.weights * self.blame


@dataclass(frozen=True, eq=False)
class SampleNumbers:
    """All numbers of a network and one sample.

    Attributes
    ----------
    inputs : (features,)
    targets : (classes,)
    layers : from the inputs to the outputs
    probabilities : (classes,), what the loss reads from the outputs
    cost : C
    """

    inputs: Vector
    targets: Vector
    layers: tuple[LayerNumbers, ...]
    probabilities: Vector
    cost: float

    @property
    def answer(self) -> int:
        """The class of the largest output."""
        return int(self.layers[-1].activations.argmax())

    @property
    def label(self) -> int:
        """The class of the largest target."""
        return int(self.targets.argmax())

    @property
    def is_finite(self) -> bool:
        """Whether the error is a number, and with it everything that led to it."""
        return bool(np.isfinite(self.cost))


def sample_numbers(network: Network, loss: str, inputs: ArrayLike, label: int) -> SampleNumbers:
    """Return all numbers of one sample, as the network in use computes them: nothing is silenced or varied.

    Parameters
    ----------
    network : float64, without normalised layers
    loss : key of `LOSSES`
    inputs : (features,)
    label : its class

    Raises
    ------
    ValueError : a network of another type, or with normalised layers; other sizes
    """
    if network.dtype != np.float64 or any(network.normalized):
        raise ValueError("a float64 network without normalised layers is needed")
    batch = Backpropagation(network, LOSSES[loss], 1)
    batch.inputs[0] = inputs
    batch.targets[...] = one_hot(np.array([label]), network.sizes[-1], network.dtype)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        cost = batch()
        trace = network.trace(batch.inputs)
        layers, reads = [], batch.inputs[0].copy()
        for index, layer in enumerate(network.layers):
            slopes = batch.slopes(index)
            layers.append(_layer_numbers(layer, reads, slopes.activations[:, 0], slopes.sums[:, 0], slopes.weights))
            reads = trace.activations[index][0]
        probabilities = LOSSES[loss].probabilities(trace.activations[-1])[0]
    return SampleNumbers(batch.inputs[0].copy(), batch.targets[:, 0].copy(), tuple(layers), probabilities, cost)


def _layer_numbers(layer: Layer, reads: Vector, slopes: Vector, blame: Vector, gradient: Vector) -> LayerNumbers:
    """Return a layer's numbers; of each unit those of the piece that won."""
    sums, activations = (each[:, 0] for each in layer.states(reads[:, np.newaxis]))
    local = np.empty((sums.size, 1))
    layer.activation.derivative(sums[:, np.newaxis], activations[:, np.newaxis], local)
    columns = np.arange(layer.units)
    if layer.activation.pieces > 1:
        columns = columns + layer.units * sums.reshape(layer.activation.pieces, -1).argmax(axis=0)
    return LayerNumbers(
        reads,
        layer.weights[:, columns].copy(),
        layer.biases[columns].copy(),
        sums[columns].copy(),
        activations,
        slopes.copy(),
        local[columns, 0],
        blame[columns].copy(),
        gradient[:, columns].copy(),
        columns,
    )


@dataclass(frozen=True, eq=False)
class Totals:
    """How a network does on many samples.

    Attributes
    ----------
    answers : int array (n,), the class of the largest output
    right : how many answers are the labels
    cost : C_T, the sum of C over the samples
    """

    answers: NDArray[np.int64]
    right: int
    cost: float

    @property
    def mean_cost(self) -> float:
        """The mean of C."""
        return self.cost / len(self.answers)


def totals(network: Network, loss: str, inputs: NDArray[np.floating], labels: NDArray[np.int64]) -> Totals:
    """Return how a network does on samples (n, features), computed in its own precision.

    Raises
    ------
    ValueError : no samples, or of other sizes
    """
    answers, cost = np.empty(len(labels), np.int64), 0.0
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for start in range(0, len(labels), _CHUNK):
            part = slice(start, start + _CHUNK)
            outputs = network.forward(inputs[part])
            mean, _ = LOSSES[loss].value_and_gradient(outputs, labels[part])
            answers[part] = outputs.argmax(axis=1)
            cost += mean * len(outputs)
    return Totals(answers, int(np.count_nonzero(answers == labels)), cost)


_CHUNK = 4096  # samples at a time: memory for their activations
