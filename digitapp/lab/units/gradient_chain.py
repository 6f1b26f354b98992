"""Many layers one after the other: how far a gradient gets on its way back, and what becomes of the activations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, Backpropagation, Network, initialize
from digitapp.nn.losses import one_hot
from digitapp.training.config import MAX_SEED, check_choice, check_whole

MOST_LAYERS = 50
MOST_WIDTH = 256
SAMPLES = 64
CLASSES = 10

_LOSS = LOSSES["cross_entropy"]


@dataclass(frozen=True)
class Chain:
    """Hidden layers of equal size between random inputs and ten classes.

    Attributes
    ----------
    activation : key of `ACTIVATIONS`, of every hidden layer
    initializer : key of `INITIALIZERS`
    layers : number of hidden layers
    width : units of each of them, and inputs
    seed : of weights, inputs and labels

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    activation: str = "sigmoid"
    initializer: str = "glorot"
    layers: int = 10
    width: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("activation", self.activation, ACTIVATIONS)
        check_choice("initializer", self.initializer, INITIALIZERS)
        check_whole("layers", self.layers, 1, MOST_LAYERS)
        check_whole("width", self.width, 1, MOST_WIDTH)
        check_whole("seed", self.seed, 0, MAX_SEED)

    def network(self) -> Network:
        """Return the network before it has learned anything, in float64: a gradient of 10⁻³⁰ is a number there."""
        sizes = (*[self.width] * (self.layers + 1), CLASSES)
        network = Network(sizes, (*[self.activation] * self.layers, _LOSS.output_activation), np.float64)
        initialize(network, self.initializer, np.random.default_rng((self.seed, 0)))
        return network

    def batch(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return inputs (samples, width), normally distributed about zero with spread 1, and labels (samples,)."""
        rng = np.random.default_rng((self.seed, 1))
        return rng.normal(size=(SAMPLES, self.width)), rng.integers(CLASSES, size=SAMPLES)


@dataclass(frozen=True, eq=False)
class Reach:
    """What arrives at each hidden layer of a chain, the first layer first.

    Attributes
    ----------
    chain : what was measured
    deltas : (layers,), the mean of |∂C/∂z| over a layer's units and samples: what travels back; for one sample, not
        divided by their number. Not finite where numbers have overflowed
    gradients : (layers,), the mean of |∂C/∂w| over its weights: what they get of it, which also grows and shrinks with
        what the layer reads
    means, spreads : (layers,), mean and standard deviation of a layer's activations over units and samples
    """

    chain: Chain
    deltas: NDArray[np.float64]
    gradients: NDArray[np.float64]
    means: NDArray[np.float64]
    spreads: NDArray[np.float64]

    @property
    def share(self) -> float:
        """How much arrives at the first layer of what the last hidden layer passes on; not a number for nothing."""
        return self.share_at(0)

    def share_at(self, layer: int) -> float:
        """Return how much arrives at a layer, from 0, of what the last one passes on; not a number for nothing."""
        with np.errstate(all="ignore"):
            return float(self.deltas[layer] / self.deltas[-1])


def measure(chain: Chain) -> Reach:
    """Return how far the gradient of a batch gets in a chain whose weights are as they were drawn.

    Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010),
    section 4.2; Nielsen, "Neural Networks and Deep Learning" (2015), chapter 5.
    """
    network, (inputs, labels) = chain.network(), chain.batch()
    batch = Backpropagation(network, _LOSS, len(inputs))
    batch.inputs[...] = inputs
    batch.targets[...] = one_hot(labels, CLASSES, network.dtype)
    with np.errstate(all="ignore"):
        batch()
        layers = range(chain.layers)
        slopes = [batch.slopes(layer) for layer in layers]
        deltas = [SAMPLES * np.abs(slope.sums).mean() for slope in slopes]
        gradients = [np.abs(slope.weights).mean() for slope in slopes]
        activations = [batch.passes[layer].activations for layer in layers]
        means, spreads = [a.mean() for a in activations], [a.std() for a in activations]
    return Reach(chain, np.array(deltas), np.array(gradients), np.array(means), np.array(spreads))
