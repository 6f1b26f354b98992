"""Back-propagation compared with central differences, parameter by parameter."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitapp.nn.activations import Activation
from digitapp.nn.backpropagation import Backpropagation
from digitapp.nn.losses import Loss, one_hot
from digitapp.nn.network import Network, WeightRef
from digitapp.nn.regularizers import REGULARIZERS

TOLERANCE = 1e-6
"""Relative errors below this are rounding."""


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """Two gradients of the same cost, for the parameters that were checked.

    Attributes
    ----------
    indices : int array, shape (checked,): which parameters of the network's vector these are
    back_propagated, central_difference : float64 arrays, shape (checked,)
    relative_error : |a − b| / max(|a|, |b|), where of |a − b| only what exceeds `noise` counts
    noise : how far the rounding of the cost can move a central difference
    """

    indices: np.ndarray
    back_propagated: np.ndarray
    central_difference: np.ndarray
    relative_error: np.ndarray
    noise: float

    @property
    def worst(self) -> int:
        """Index, in the network's vector, of the parameter with the largest relative error."""
        return int(self.indices[self.relative_error.argmax()])

    @property
    def largest_error(self) -> float:
        """The largest relative error; below `TOLERANCE` the gradient is right."""
        return float(self.relative_error.max())


@dataclass(frozen=True, slots=True)
class ParameterPlace:
    """Where a parameter stands.

    Attributes
    ----------
    layer : of weights, from 0
    unit : column of the layer's weights; a layer of maxout with k pieces has k columns for each unit
    input : row of the layer's weights; None for a bias or a gain
    is_gain : whether it is the gain of a normalised layer
    """

    layer: int
    unit: int
    input: int | None
    is_gain: bool = False


def locate(network: Network, index: int) -> ParameterPlace:
    """Return where the parameter `index` of the network's vector stands.

    Raises
    ------
    IndexError : no such parameter
    """
    if not 0 <= index < network.parameter_count:
        raise IndexError(f"parameter 0 to {network.parameter_count - 1} expected, got {index}")
    start = 0
    for layer, weights in enumerate(network.weights):
        if index < start + weights.size:
            unit, source = divmod(index - start, weights.shape[0])
            return ParameterPlace(layer, unit, source)
        start += weights.size
    for layer, biases in enumerate(network.biases):
        if index < start + biases.size:
            return ParameterPlace(layer, index - start, None)
        start += biases.size
    for layer, gains in enumerate(network.gains):
        if gains is not None:
            if index < start + gains.size:
                return ParameterPlace(layer, index - start, None, is_gain=True)
            start += gains.size
    raise AssertionError("unreachable: the views cover the vector")


def index_of(network: Network, place: WeightRef) -> int:
    """Return which parameter of the network's vector a weight or a bias is; of a maxout unit that of the first piece.

    Raises
    ------
    IndexError : the network has no such weight
    """
    layer, source, unit = place
    if not 0 <= layer < len(network.shapes) or not 0 <= unit < network.sizes[layer + 1]:
        raise IndexError(f"the network has no unit {unit} in layer {layer}")
    if source is None:
        return network.weight_count + sum(fan_out for _, fan_out in network.shapes[:layer]) + unit
    fan_in = network.sizes[layer]
    if not 0 <= source < fan_in:
        raise IndexError(f"layer {layer} reads nothing from {source}")
    return sum(rows * columns for rows, columns in network.shapes[:layer]) + unit * fan_in + source


def sample_parameters(network: Network, per_layer: int, rng: np.random.Generator) -> np.ndarray:
    """Return the indices of up to `per_layer` weights and `per_layer` biases and gains of each layer, in order.

    A draw from all parameters alike would hardly meet the small layers.
    """
    numbers = np.arange(network.parameter_count)
    groups = (*network.views(numbers), network.gain_views(numbers))
    parts = [part.ravel() for group in groups for part in group if part is not None]
    chosen = [part if part.size <= per_layer else rng.choice(part, per_layer, replace=False) for part in parts]
    return np.sort(np.concatenate(chosen))


class PlantedBug(Activation):
    """An activation whose derivative is wrong by a factor, for a learner to watch the check find it."""

    def __init__(self, activation: Activation, factor: float = 0.9) -> None:
        self.pieces = activation.pieces
        self._activation = activation
        self._factor = factor

    def value(self, z: np.ndarray, out: np.ndarray) -> None:
        self._activation.value(z, out)

    def chain(self, delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> None:
        delta *= self._factor
        self._activation.chain(delta, z, a)


def _prepared(network: Network, loss: Loss, inputs: np.ndarray, targets: np.ndarray) -> Backpropagation:
    backpropagation = Backpropagation(network, loss, len(inputs))
    backpropagation.inputs[:] = inputs
    backpropagation.targets[:] = targets
    return backpropagation


def check_gradient(
    network: Network,
    loss: Loss,
    inputs: np.ndarray,
    labels: np.ndarray,
    *,
    l1: float = 0.0,
    l2: float = 0.0,
    step: float = 1e-5,
    bug_in_layer: int | None = None,
    indices: np.ndarray | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> GradientCheck:
    """Compare the gradient of the cost for a labelled batch with differences of the cost, as `check_gradient_for`.

    Parameters
    ----------
    inputs, labels : the batch, shapes (batch, n_in) and (batch,)
    l1, l2, step, bug_in_layer, indices, watch : as there

    Raises
    ------
    ValueError : labels that are none of the network's classes
    IndexError : `bug_in_layer` is none of the layers
    """
    targets = one_hot(np.asarray(labels), network.sizes[-1], np.dtype(np.float64))
    return check_gradient_for(
        network,
        loss,
        inputs,
        targets,
        l1=l1,
        l2=l2,
        step=step,
        bug_in_layer=bug_in_layer,
        indices=indices,
        watch=watch,
    )


def check_gradient_for(
    network: Network,
    loss: Loss,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    l1: float = 0.0,
    l2: float = 0.0,
    step: float = 1e-5,
    bug_in_layer: int | None = None,
    indices: np.ndarray | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> GradientCheck:
    """Compare the gradient of the cost with (C(θ + h) − C(θ − h)) / 2h for each parameter θ, in float64.

    The cost is the mean loss over the batch and the penalties on the weights. A normalised layer is checked as it is
    trained: with the mean and variance of the batch. `network` is not changed.

    Parameters
    ----------
    inputs, targets : the batch, shapes (batch, n_in) and (classes, batch)
    l1, l2 : strengths of the penalties
    step : h
    bug_in_layer : plant a known bug: the derivative of this layer's activation comes out a tenth too small
    indices : which parameters to check, shape (checked,); all of them if not given
    watch : called with how many are checked and of how many; what it raises ends the check

    Raises
    ------
    IndexError : `bug_in_layer` is none of the layers

    Source: "Deep Learning" (2016), section 11.5; the relative error as in the notes of Stanford's CS231n.
    """
    checked = Network(network.sizes, network.activations, np.float64, network.normalized)
    checked.state[:] = network.state
    backpropagation = _prepared(checked, loss, inputs, targets)
    penalties = [(REGULARIZERS[key], strength) for key, strength in (("l1", l1), ("l2", l2)) if strength > 0]

    def cost() -> float:
        penalty = sum(regularizer.penalty(checked.weight_vector, strength) for regularizer, strength in penalties)
        return backpropagation.cost() + penalty

    if indices is None:
        indices = np.arange(checked.parameter_count)
    central = np.empty(len(indices))
    for place, index in enumerate(indices):
        value = checked.parameters[index]
        checked.parameters[index] = value + step
        above = cost()
        checked.parameters[index] = value - step
        central[place] = (above - cost()) / (2 * step)
        checked.parameters[index] = value
        if watch is not None:
            watch(place + 1, len(indices))

    if bug_in_layer is not None:
        layer = checked.layers[bug_in_layer]
        layer.activation = PlantedBug(layer.activation)
        backpropagation = _prepared(checked, loss, inputs, targets)
    backpropagation()
    size = abs(cost())
    gradient = backpropagation.gradient
    for regularizer, strength in penalties:
        regularizer.add_gradient(checked.weight_vector, strength, gradient[: checked.weight_count])
    back_propagated = gradient[indices]

    noise = 16 * np.finfo(np.float64).eps * max(size, 1.0) / step
    difference = np.maximum(np.abs(back_propagated - central) - noise, 0.0)
    larger = np.maximum(np.abs(back_propagated), np.abs(central))
    return GradientCheck(indices, back_propagated, central, difference / np.maximum(larger, noise), noise)
