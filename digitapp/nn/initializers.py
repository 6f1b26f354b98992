"""Where the weights start. Biases always start at zero.

Every rule draws a matrix (fan_out, fan_in): one row for each unit, one column for each of its inputs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from digitapp.nn.network import Network
from digitapp.nn.options import Option


@dataclass(frozen=True, slots=True)
class Initializer:
    """An entry of `INITIALIZERS`; `draw(rng, fan_in, fan_out)` returns weights of shape (fan_out, fan_in)."""

    key: str
    title: str
    summary: str
    draw: Callable[[np.random.Generator, int, int], np.ndarray]
    options: tuple[Option, ...] = ()


def he(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Return N(0, 2 / fan_in): He, Zhang, Ren, Sun, "Delving Deep into Rectifiers" (ICCV 2015), equation 10."""
    return rng.normal(0.0, np.sqrt(2 / fan_in), (fan_out, fan_in))


def glorot(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Return U(−r, r), r = √(6 / (fan_in + fan_out)).

    Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS
    2010), equation 16.
    """
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_out, fan_in))


def lecun(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Return N(0, 1 / fan_in): LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), equation 16."""
    return rng.normal(0.0, np.sqrt(1 / fan_in), (fan_out, fan_in))


def normal(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Return N(0, 1): Nielsen, "Neural Networks and Deep Learning" (2015), chapter 1, `network.py`."""
    return rng.normal(0.0, 1.0, (fan_out, fan_in))


def uniform(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Return U(−r, r), r = 1 / √fan_in: the "commonly used heuristic", Glorot, Bengio (AISTATS 2010), equation 1."""
    limit = np.sqrt(1 / fan_in)
    return rng.uniform(-limit, limit, (fan_out, fan_in))


def zeros(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:  # noqa: ARG001
    """Return zeros. All units of a layer then stay alike: "Deep Learning" (2016), section 8.4."""
    return np.zeros((fan_out, fan_in))


INITIALIZERS: dict[str, Initializer] = {
    initializer.key: initializer
    for initializer in (
        Initializer("he", "He", "Random, scaled to the number of inputs for ReLU layers.", he),
        Initializer("glorot", "Glorot", "Random, scaled to inputs and outputs, for sigmoid and tanh layers.", glorot),
        Initializer("lecun", "LeCun", "Random, scaled so that sums of inputs keep their size.", lecun),
        Initializer("normal", "Normal", "Random from the bell curve with spread 1, whatever the layer's size.", normal),
        Initializer("uniform", "Uniform", "Random and even within a range that shrinks with the inputs.", uniform),
        Initializer("zeros", "Zeros", "All weights zero, to see why that does not work: units stay alike.", zeros),
    )
}


def initialize(network: Network, name: str, rng: np.random.Generator) -> None:
    """Set the weights of `network` as the entry `name` of `INITIALIZERS` says, the biases to zero, and
    the gains of normalised layers to one.

    The numbers are drawn in float64 and then rounded, so that a float32 network is the rounded float64 one.

    Raises
    ------
    KeyError : unknown name
    """
    initializer = INITIALIZERS[name]
    for weights, biases, gains in zip(network.weights, network.biases, network.gains, strict=True):
        fan_in, fan_out = weights.shape
        weights.T[:] = initializer.draw(rng, fan_in, fan_out)
        biases[:] = 0
        if gains is not None:
            gains[:] = 1
