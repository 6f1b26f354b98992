"""Back-propagation to the input: how any unit's weighted sum changes with each pixel.

`nn.backpropagation` asks how the loss changes with the weights. Here the weights stay as they are and the question is
about the input, for the sums of any layer, so that losses and output activations play no part: the sums of the output
layer are the logits.

Source: Nielsen, "Neural Networks and Deep Learning" (2015), equations BP1 and BP2, carried one layer further, to the
input; Simonyan, Vedaldi, Zisserman, "Deep Inside Convolutional Networks" (2013), section 3, for what it is good for.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.nn.layer import Layer
from digitapp.nn.network import Network


class Gradients(NamedTuple):
    """Values, shape (n,), and their gradients with respect to the input, shape (n, features)."""

    values: NDArray[np.floating]
    gradients: NDArray[np.floating]


def input_gradients(network: Network, x: ArrayLike, coefficients: ArrayLike, layer: int = -1) -> Gradients:
    """Return weighted sums of a layer's pre-activations, and how they change with the input.

    The value is Σ_u c_u z_u(x), with z the weighted sums of the layer, before its activation: a single unit for a
    coefficient of one, the lead of one logit over another for +1 and −1. Of a maxout unit z is the piece that won.

    Parameters
    ----------
    network : read only; running means of normalised layers are used as they are
    x : float array, shape (batch, features)
    coefficients : float array, shape (units,) for the same question to every input, or (batch, units); with one input,
        (n, units) asks n questions about it
    layer : 0 for the first layer of weights, −1 for the output layer

    Returns
    -------
    Gradients of n = batch rows, or of as many as there are coefficients for one input

    Raises
    ------
    ValueError : `x` or `coefficients` of another shape than the network's
    IndexError : no such layer
    """
    x = np.asarray(x, dtype=network.dtype)
    if any(network.normalized):
        network = network.folded()
    layers = network.layers[: range(len(network.layers))[layer] + 1]
    if x.ndim != 2 or x.shape[1] != network.sizes[0]:
        raise ValueError(f"inputs of shape (batch, {network.sizes[0]}) expected, got {x.shape}")
    asked = np.atleast_2d(np.asarray(coefficients, dtype=network.dtype))
    rows = max(len(x), len(asked))
    if asked.shape[1] != layers[-1].units or len(asked) not in (1, rows) or len(x) not in (1, rows):
        raise ValueError(f"coefficients for {layers[-1].units} units and {len(x)} inputs expected, got {asked.shape}")

    states, inputs = [], x.T
    for part in layers:
        states.append(part.states(inputs))
        inputs = states[-1][1]
    delta = np.repeat(asked.T, rows // len(asked), axis=1)
    z, a = states[-1]
    sums = a if layers[-1].activation.pieces > 1 else z  # the winning piece is what a maxout unit passes on
    values = np.einsum("ub,ub->b", np.broadcast_to(sums, delta.shape), delta)
    for depth in reversed(range(len(layers))):
        z, a = (np.repeat(state, rows // state.shape[1], axis=1) for state in states[depth])
        part = layers[depth]
        if depth < len(layers) - 1 or part.activation.pieces > 1:
            delta = chained(part, delta, z, a)  # BP1
        delta = part.weights @ delta  # BP2
    return Gradients(values, np.ascontiguousarray(delta.T))


def chained(layer: Layer, delta: np.ndarray, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Return the gradient for a layer's weighted sums, given that for its activations; `delta` and `z` are used up."""
    layer.activation.chain(delta, z, a)
    return delta if layer.activation.pieces == 1 else z


def is_piecewise_linear(network: Network, layer: int = -1) -> bool:
    """Return whether the sums of a layer are exactly linear in the input around every input but the corners.

    Then z(x) = gradient · x + constant holds as far as the same units stay awake, and the gradient is the template
    that the unit has at this input. The activation of the layer itself plays no part.
    """
    end = range(len(network.layers))[layer]
    return all(part.activation.is_piecewise_linear for part in network.layers[:end])
