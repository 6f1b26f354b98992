"""A fully connected network: layer sizes, an activation per layer, and all parameters in one vector."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.layer import Layer
from digitapp.nn.normalization import NormalizedLayer


class UnitRef(NamedTuple):
    """One unit of one layer, both counted from 0; layer 0 is the first with weights."""

    layer: int
    unit: int


class WeightRef(NamedTuple):
    """One weight of one layer: from a unit of the layer below, or the input, to a unit; without a source its bias."""

    layer: int
    source: int | None
    unit: int


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything a network computes on the way from its input to its output.

    Attributes
    ----------
    pre_activations : one float array (batch, units) per layer, z = a W + b; of maxout the piece that won
    activations : one float array (batch, units) per layer, f(z)
    """

    pre_activations: tuple[np.ndarray, ...]
    activations: tuple[np.ndarray, ...]


class Network:
    """A fully connected network whose parameters are one contiguous vector.

    The vector holds the weights of all layers, then the biases of all layers, then the gains of normalised layers, so
    that weight decay is an operation on a slice. A layer's weights stand in memory as (fan_out, fan_in): one row for
    each unit, or for each piece of a unit where the activation has several (see `Layer`).

    Parameters
    ----------
    sizes : numbers of units from input to output, such as ``(784, 128, 10)``
    activations : one key of `ACTIVATIONS` per layer of weights, such as ``("relu", "identity")``
    dtype : float32, or float64 for gradient checks
    normalized : for each layer of weights, whether its sums are normalised over the batch; none if not given

    Attributes
    ----------
    parameters : (parameter_count,), zero at the start but for the gains, which are one
    weights : one view (fan_in, fan_out) into `parameters` per layer
    biases : one view (fan_out,) into `parameters` per layer
    gains : per layer a view (fan_out,) into `parameters`, or None where it is not normalised

    Raises
    ------
    ValueError : fewer than two sizes, a size below 1, an unknown activation, too few or too many activations
        or entries of `normalized`
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[str],
        dtype: DTypeLike = np.float32,
        normalized: Sequence[bool] = (),
    ) -> None:
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

        self.normalized = tuple(bool(flag) for flag in normalized) or (False,) * len(self.activations)
        if len(self.normalized) != len(self.activations):
            raise ValueError(f"{len(self.activations)} entries expected in normalized, got {self.normalized}")

        self.shapes = tuple(
            (fan_in, units * ACTIVATIONS[activation].pieces)
            for fan_in, units, activation in zip(self.sizes[:-1], self.sizes[1:], self.activations, strict=True)
        )
        self.weight_count = sum(fan_in * fan_out for fan_in, fan_out in self.shapes)
        self._gain_start = self.weight_count + sum(fan_out for _, fan_out in self.shapes)
        gain_count = sum(fan_out for (_, fan_out), flag in zip(self.shapes, self.normalized, strict=True) if flag)
        self.parameter_count = self._gain_start + gain_count
        self._state = np.zeros(self.parameter_count + 2 * gain_count, dtype)
        self._parameters = self._state[: self.parameter_count]
        self.weights, self.biases = self.views(self._parameters)
        self.gains = self.gain_views(self._parameters)
        self._state[self._gain_start : self.parameter_count] = 1
        self._state[self.parameter_count + gain_count :] = 1  # the variances
        self.layers = self._make_layers(gain_count)

    def _make_layers(self, gain_count: int) -> tuple[Layer, ...]:
        layers: list[Layer] = []
        start = self.parameter_count
        for weights, biases, gains, key in zip(self.weights, self.biases, self.gains, self.activations, strict=True):
            activation = ACTIVATIONS[key]
            if gains is None:
                layers.append(Layer(weights, biases, activation))
                continue
            end = start + gains.size
            statistics = self._state[start:end], self._state[start + gain_count : end + gain_count]
            layers.append(NormalizedLayer(weights, biases, activation, gains, statistics))
            start = end
        return tuple(layers)

    @property
    def state(self) -> np.ndarray:
        """The parameters and after them the running means and variances of normalised layers: all that a copy needs."""
        return self._state

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
        for fan_in, fan_out in self.shapes:
            weight_end, bias_end = weight_start + fan_in * fan_out, bias_start + fan_out
            weights.append(vector[weight_start:weight_end].reshape(fan_out, fan_in).T)
            biases.append(vector[bias_start:bias_end])
            weight_start, bias_start = weight_end, bias_end
        return tuple(weights), tuple(biases)

    def gain_views(self, vector: np.ndarray) -> tuple[np.ndarray | None, ...]:
        """Return the gains in any vector laid out like `parameters`, per layer; None where it is not normalised."""
        gains: list[np.ndarray | None] = []
        start = self._gain_start
        for (_, fan_out), flag in zip(self.shapes, self.normalized, strict=True):
            gains.append(vector[start : start + fan_out] if flag else None)
            start += fan_out if flag else 0
        return tuple(gains)

    @property
    def unit_weights(self) -> tuple[np.ndarray, ...]:
        """What each unit weighs its inputs with, one array (fan_in, units) per layer, for a look inside.

        These are the weights themselves; of a maxout unit those of its longest piece, and of a normalised layer those
        that it has in use.
        """
        return tuple(weights for weights, _ in map(_in_use, self.layers))

    @property
    def unit_biases(self) -> tuple[np.ndarray, ...]:
        """The biases that belong to `unit_weights`, one array (units,) per layer."""
        return tuple(biases for _, biases in map(_in_use, self.layers))

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
        pre_activations, activations = [], []
        inputs = x.T
        for layer in self.layers:
            z, a = layer.states(inputs)
            pre_activations.append(z.T if len(z) == len(a) else a.T)  # the largest piece is the activation itself
            activations.append(a.T)
            inputs = a
        return Trace(tuple(pre_activations), tuple(activations))

    def copy(self) -> "Network":
        """Return an independent network with the same parameters."""
        return _rebuild(self.sizes, self.activations, self.normalized, self._state)

    def folded(self) -> "Network":
        """Return an independent network without normalisation that gives the same outputs, for use.

        W' = W s and b' = b − s mean, with the scale s = γ / √(variance + ε) of each unit.
        """
        plain = Network(self.sizes, self.activations, self.dtype)
        for source, target in zip(self.layers, plain.layers, strict=True):
            target.weights[...], target.biases[...] = _folded(source)
        return plain

    def __reduce__(self) -> tuple[object, ...]:
        """Let copy and pickle rebuild the views instead of copying each apart from the vector."""
        return _rebuild, (self.sizes, self.activations, self.normalized, self._state)

    def __repr__(self) -> str:
        normalized = f", normalized={self.normalized}" if any(self.normalized) else ""
        return f"Network({self.sizes}, {self.activations}, {self.dtype.name}{normalized})"


def _folded(layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights and biases with which a plain layer does what this one does in use."""
    if isinstance(layer, NormalizedLayer):
        return layer.weights * layer.scale, layer.biases - layer.scale * layer.mean
    return layer.weights, layer.biases


def _in_use(layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (fan_in, units) and biases (units,) in use, of each maxout unit those of its longest piece."""
    weights, biases = _folded(layer)
    pieces = layer.activation.pieces
    if pieces == 1:
        return weights, biases
    by_piece = weights.reshape(len(weights), pieces, -1)
    longest = np.square(by_piece).sum(axis=0).argmax(axis=0)
    units = np.arange(layer.units)
    return by_piece[:, longest, units], biases.reshape(pieces, -1)[longest, units]


def _rebuild(
    sizes: tuple[int, ...], activations: tuple[str, ...], normalized: tuple[bool, ...], state: np.ndarray
) -> Network:
    network = Network(sizes, activations, state.dtype, normalized)
    network.state[:] = state
    return network
