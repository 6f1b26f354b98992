"""A fully connected network: layer sizes, an activation per layer, and all parameters in one vector."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from digitapp.nn.activations import ACTIVATIONS, Activation


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything a network computes on the way from its input to its output.

    Attributes
    ----------
    pre_activations : one float array (batch, fan_out) per layer, z = a W + b
    activations : one float array (batch, fan_out) per layer, f(z)
    """

    pre_activations: tuple[np.ndarray, ...]
    activations: tuple[np.ndarray, ...]


class Layer:
    """One layer of weights: z = Wᵀ a + b, f(z), with the batch in columns.

    Attributes
    ----------
    weights : (fan_in, fan_out), a view into the network's vector
    biases : (fan_out,), a view into the network's vector
    activation : the function f

    Source: Nielsen, "Neural Networks and Deep Learning" (2015), equation 25.
    """

    __slots__ = ("_bias_column", "_matrix", "activation", "biases", "weights")

    def __init__(self, weights: np.ndarray, biases: np.ndarray, activation: Activation) -> None:
        self.weights = weights
        self.biases = biases
        self.activation = activation
        self._matrix = weights.T
        self._bias_column = biases[:, np.newaxis]

    def forward(self, inputs: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
        """Write the weighted sums for `inputs` (fan_in, batch) into `z` and f(z) into `a`, both (fan_out, batch)."""
        self._matrix.dot(inputs, z)
        z += self._bias_column
        self.activation.value(z, a)


class Network:
    """A fully connected network whose parameters are one contiguous vector.

    The vector holds the weights of all layers, then the biases of all layers, so that weight decay is an operation on
    a slice. A layer's weights stand in memory as (fan_out, fan_in): one row for each unit.

    Parameters
    ----------
    sizes : numbers of units from input to output, such as ``(784, 128, 10)``
    activations : one key of `ACTIVATIONS` per layer of weights, such as ``("relu", "identity")``
    dtype : float32, or float64 for gradient checks

    Attributes
    ----------
    parameters : (parameter_count,), zero at the start
    weights : one view (fan_in, fan_out) into `parameters` per layer
    biases : one view (fan_out,) into `parameters` per layer

    Raises
    ------
    ValueError : fewer than two sizes, a size below 1, an unknown activation, too few or too many activations
    """

    def __init__(self, sizes: Sequence[int], activations: Sequence[str], dtype: DTypeLike = np.float32) -> None:
        self.sizes = tuple(int(size) for size in sizes)
        self.activations = tuple(activations)
        if len(self.sizes) < 2 or min(self.sizes) < 1:
            raise ValueError(f"sizes must be two or more numbers of at least 1, got {self.sizes}")
        if len(self.activations) != len(self.sizes) - 1:
            raise ValueError(
                f"{len(self.sizes) - 1} activations expected for sizes {self.sizes}, got {self.activations}"
            )
        if unknown := set(self.activations) - set(ACTIVATIONS):
            raise ValueError(f"unknown activation {min(unknown)!r}; known are {', '.join(ACTIVATIONS)}")

        shapes = list(zip(self.sizes[:-1], self.sizes[1:], strict=True))
        self.weight_count = sum(fan_in * fan_out for fan_in, fan_out in shapes)
        self.parameter_count = self.weight_count + sum(self.sizes[1:])
        self._parameters = np.zeros(self.parameter_count, dtype)
        self.weights, self.biases = self.views(self._parameters)
        self.layers = tuple(
            Layer(weights, biases, ACTIVATIONS[activation])
            for weights, biases, activation in zip(self.weights, self.biases, self.activations, strict=True)
        )

    @property
    def parameters(self) -> np.ndarray:
        """All weights and biases: one vector, to be changed in place only."""
        return self._parameters

    @property
    def weight_vector(self) -> np.ndarray:
        """The part of `parameters` that holds all weights, without the biases."""
        return self._parameters[: self.weight_count]

    @property
    def dtype(self) -> np.dtype:
        """The floating point type of the parameters and of everything computed."""
        return self._parameters.dtype

    def views(self, vector: np.ndarray) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """Return any vector laid out like `parameters` (a gradient, say) as weights and biases per layer."""
        weights, biases = [], []
        weight_start, bias_start = 0, self.weight_count
        for fan_in, fan_out in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            weight_end, bias_end = weight_start + fan_in * fan_out, bias_start + fan_out
            weights.append(vector[weight_start:weight_end].reshape(fan_out, fan_in).T)
            biases.append(vector[bias_start:bias_end])
            weight_start, bias_start = weight_end, bias_end
        return tuple(weights), tuple(biases)

    def forward(self, x: ArrayLike) -> np.ndarray:
        """Return the output layer's activations, (batch, n_out), for inputs x, (batch, n_in).

        Raises
        ------
        ValueError : `x` is not of shape (batch, n_in)
        """
        return self.trace(x).activations[-1]

    def trace(self, x: ArrayLike) -> Trace:
        """Return every layer's pre-activations and activations for inputs x, (batch, n_in).

        Raises
        ------
        ValueError : `x` is not of shape (batch, n_in)
        """
        x = np.asarray(x, dtype=self.dtype)
        if x.ndim != 2 or x.shape[1] != self.sizes[0]:
            raise ValueError(f"inputs of shape (batch, {self.sizes[0]}) expected, got {x.shape}")
        pre_activations = [np.empty((units, len(x)), self.dtype) for units in self.sizes[1:]]
        activations = [np.empty_like(z) for z in pre_activations]
        inputs = x.T
        for layer, z, a in zip(self.layers, pre_activations, activations, strict=True):
            layer.forward(inputs, z, a)
            inputs = a
        return Trace(tuple(z.T for z in pre_activations), tuple(a.T for a in activations))

    def copy(self) -> "Network":
        """Return an independent network with the same parameters."""
        return _rebuild(self.sizes, self.activations, self._parameters)

    def __reduce__(self) -> tuple[object, ...]:
        """Let copy and pickle rebuild the views instead of copying each apart from the vector."""
        return _rebuild, (self.sizes, self.activations, self._parameters)

    def __repr__(self) -> str:
        return f"Network({self.sizes}, {self.activations}, {self.dtype.name})"


def _rebuild(sizes: tuple[int, ...], activations: tuple[str, ...], parameters: np.ndarray) -> Network:
    network = Network(sizes, activations, parameters.dtype)
    network.parameters[:] = parameters
    return network
