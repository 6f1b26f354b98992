"""Templates: the network as one picture for each class, once for all drawings and once exactly for this one.

A network whose units are never bent, z = W₁ᵀ…W_kᵀ x + c, is one linear map, and the row of a class is a picture to lay
over the drawing. Real networks bend: `linear_map` drops that and is a sketch, how rough a one
`template_accuracy` measures. `local_templates` keeps it: the map that the network is around one input.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Split
from digitapp.inspection.gradients import input_gradients, is_piecewise_linear
from digitapp.nn.network import Network

FloatArray = NDArray[np.floating]


class LinearMap(NamedTuple):
    """A linear map to the classes: sums = templates · x + offsets.

    Attributes
    ----------
    templates : float array, shape (classes, features)
    offsets : float array, shape (classes,)
    """

    templates: FloatArray
    offsets: FloatArray


def linear_map(network: Network) -> LinearMap:
    """Return the network with every activation left out: the product of its weight matrices, and its biases passed on.

    Of maxout units the longest piece stands for the unit, as in `Network.unit_weights`.
    """
    weights, biases = network.unit_weights, network.unit_biases
    product, offsets = weights[-1], np.array(biases[-1])
    for before, bias in zip(reversed(weights[:-1]), reversed(biases[:-1]), strict=True):
        offsets = offsets + bias @ product
        product = before @ product
    return LinearMap(np.array(product.T, order="C"), offsets)


def template_accuracy(network: Network, split: Split) -> float:
    """Return the share of samples, 0 to 1, that `linear_map` alone reads right, for a measure of its roughness."""
    reading = linear_map(network)
    sums = split.inputs @ reading.templates.T + reading.offsets
    return float(np.mean(sums.argmax(axis=1) == split.labels))


class LocalMap(NamedTuple):
    """The linear map that a network is at one input: logits = templates · x + offsets.

    Attributes
    ----------
    templates : float array, shape (classes, features), the gradient of each logit with respect to the input
    offsets : float array, shape (classes,), what is left: the biases on the paths that are open
    sums : float array, shape (classes,), templates · x
    logits : float array, shape (classes,), the network's own; sums + offsets
    is_exact : whether the network is this map for all inputs around x that wake the same units. Otherwise the map
        touches the network at x, and the sums agree there alone
    """

    templates: FloatArray
    offsets: FloatArray
    sums: FloatArray
    logits: FloatArray
    is_exact: bool


def local_templates(network: Network, x: FloatArray) -> LocalMap:
    """Return the linear map that the network is at one input of shape (features,).

    Raises
    ------
    ValueError : an input of another shape

    Source: Montúfar, Pascanu, Cho, Bengio, "On the Number of Linear Regions of Deep Neural Networks" (NIPS 2014),
    section 2: within a region of the input space a piecewise linear network is one linear map.
    """
    if x.shape != (network.sizes[0],):
        raise ValueError(f"one input has the shape ({network.sizes[0]},), not {x.shape}")
    logits, templates = input_gradients(network, x[np.newaxis], np.eye(network.sizes[-1]))
    sums = templates @ np.asarray(x, dtype=network.dtype)
    return LocalMap(templates, logits - sums, sums, logits, is_piecewise_linear(network))
