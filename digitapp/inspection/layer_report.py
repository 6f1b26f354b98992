"""What the layers of a network are like at one moment of a run, on a fixed sample of what it learns from.

Weights, gradients and activations as histograms, and how much of a layer says nothing or is at the end of its range.
Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks" (AISTATS 2010), sections 3
and 4.2, look at networks in this way: what vanishes or saturates is seen before it is felt in the loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Split
from digitapp.inspection.survey import at_an_end
from digitapp.nn import LOSSES, Backpropagation, Network
from digitapp.nn.losses import one_hot

BINS = 48
SAMPLES = 256
"""Of the training part, evenly spread: one pass forth and back takes a few milliseconds."""
MOST_VALUES = 20_000
"""Of a layer's weights or gradients, evenly spread: more say the same."""
SMALLEST, LARGEST = -12.0, 4.0
"""Powers of ten between which gradients are counted; what is beyond is counted at the ends."""

_SAME = 1e-5  # of the largest weight: a BLAS may add up its last rows in another order than the others


@dataclass(frozen=True, eq=False)
class Spread:
    """A histogram of `BINS` equal bins.

    Attributes
    ----------
    low, high : where it begins and ends
    shares : float array, shape (bins,), of all values in each bin; they sum to 1, or to 0 where there are no values
    """

    low: float
    high: float
    shares: NDArray[np.float32]

    def on(self, edges: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the shares between other edges, shape (bins + 1,), as if values were even within a bin."""
        total = np.concatenate([[0.0], np.cumsum(self.shares, dtype=np.float64)])
        own = np.linspace(self.low, self.high, len(total))
        return np.diff(np.interp(edges, own, total))


@dataclass(frozen=True, eq=False)
class LayerMoment:
    """What a layer is like after one step.

    Attributes
    ----------
    weights : of a layer's weights, around 0
    gradients : of log₁₀ |∂C/∂w|, without those that are 0; None where the network learns without gradients
    gradient_size : root of the mean square of ∂C/∂w; NaN where there is none
    activations : of what its units answer to the sample
    silent : share of all answers that are 0, NaN where no unit can rest at 0
    saturated : share of all answers at an end of their range, NaN where there are no ends
    resting : int array, which units answer 0 to the whole sample
    is_alike : whether all its units have the same weights, of two units or more
    update : by what share of its length the last step has changed the weights, NaN where that is not known
    is_finite : whether all weights are numbers
    """

    weights: Spread
    gradients: Spread | None
    gradient_size: float
    activations: Spread
    silent: float
    saturated: float
    resting: NDArray[np.intp]
    is_alike: bool
    update: float
    is_finite: bool


Layers = tuple[LayerMoment, ...]
"""One for each layer of weights, the first hidden layer first."""


class LayerReader:
    """Reads layers of networks of one shape on one sample; its memory is prepared once.

    Parameters
    ----------
    network : of that shape, only looked at
    loss : key of `LOSSES`
    train : what the network learns from; the sample is taken from it
    has_gradient : whether the network learns by gradients

    Raises
    ------
    ValueError : a network with normalised layers, which is to be folded first, or data that do not fit it
    """

    def __init__(self, network: Network, loss: str, train: Split, *, has_gradient: bool = True) -> None:
        if any(network.normalized):
            raise ValueError("a network with normalised layers is to be folded first")
        inputs, labels = sample_of(train)
        if inputs.shape[1] != network.sizes[0] or labels.max(initial=0) >= network.sizes[-1]:
            raise ValueError("the data do not fit the network")
        self._network = Network(network.sizes, network.activations, network.dtype)
        self._has_gradient = has_gradient
        self._pass = Backpropagation(self._network, LOSSES[loss], len(labels))
        self._pass.inputs[:] = inputs
        self._pass.targets[:] = one_hot(labels, network.sizes[-1], network.dtype)
        self._chosen = [_evenly(weights.shape) for weights in network.weights]

    def read(self, parameters: NDArray[np.floating], updates: tuple[float, ...] = ()) -> Layers:
        """Return what the layers are like with these parameters, (parameter_count,), after such `updates`."""
        network = self._network
        np.copyto(network.parameters, parameters)
        with np.errstate(all="ignore"):
            self._pass() if self._has_gradient else self._pass.cost()
            count = len(network.layers)
            known = updates if len(updates) == count else (math.nan,) * count
            return tuple(self._layer(layer, known[layer]) for layer in range(count))

    def _layer(self, layer: int, update: float) -> LayerMoment:
        weights = self._network.weights[layer].T
        values = weights.ravel()[self._chosen[layer]]
        activation, answers = self._network.layers[layer].activation, self._pass.passes[layer].activations
        silent = saturated = math.nan
        resting = np.empty(0, np.intp)
        if activation.can_rest:
            zero = answers <= 0
            silent, resting = float(zero.mean()), np.flatnonzero(zero.all(axis=1))
        elif activation.saturation is not None:
            saturated = float(at_an_end(answers, activation.saturation).mean())
        gradients, size = None, math.nan
        if self._has_gradient:
            slopes = self._pass.slopes(layer).weights.T.ravel()[self._chosen[layer]]
            gradients, size = _of_powers(slopes), float(np.sqrt(np.mean(np.square(slopes, dtype=np.float64))))
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
        low, high = _ends_of(answers)
        return LayerMoment(
            spread(values, -largest, largest),
            gradients,
            size,
            spread(answers.ravel(), 0.0 if activation.can_rest else low, high),
            silent,
            saturated,
            resting,
            len(weights) > 1 and bool((np.abs(weights - weights[0]) <= _SAME * largest).all()),
            update,
            bool(np.isfinite(values).all()),
        )


def sample_of(train: Split) -> tuple[NDArray[np.floating], NDArray[np.integer]]:
    """Return inputs and labels of `SAMPLES` samples that belong to a class, evenly spread, or of all there are."""
    known = train.without_foils()
    places = np.unique(np.linspace(0, len(known) - 1, min(SAMPLES, len(known))).round().astype(np.intp))
    return known.inputs[places], known.labels[places]


def spread(values: NDArray[np.floating], low: float, high: float) -> Spread:
    """Return the histogram of values from low to high, those beyond at its ends, without what is no number."""
    if not high > low:
        low, high = low - 0.5, low + 0.5
    finite = values[np.isfinite(values)]
    places = ((finite.astype(np.float64) - low) * (BINS / (high - low))).clip(0, BINS - 1).astype(np.intp)
    counts = np.bincount(places, minlength=BINS)
    return Spread(low, high, (counts / max(1, len(finite))).astype(np.float32))


def _of_powers(slopes: NDArray[np.floating]) -> Spread:
    sizes = np.abs(slopes)
    return spread(np.log10(sizes[sizes > 0]), SMALLEST, LARGEST)


def _ends_of(values: NDArray[np.floating]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)


def _evenly(shape: tuple[int, int]) -> slice:
    """Return which of a layer's weights are looked at; they come from all inputs and all units alike."""
    fan_in, fan_out = shape
    stride = -(-fan_in * fan_out // MOST_VALUES)
    while math.gcd(stride, fan_in) > 1 and stride > 1:
        stride += 1
    return slice(None, None, max(1, stride))
