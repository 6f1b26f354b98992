"""A network 1-n-1 learns a curve: real numbers instead of classes, with the application's own back-propagation.

One hidden layer is enough for any continuous curve, if it has units enough: Cybenko, "Approximation by superpositions
of a sigmoidal function" (1989); Hornik, "Approximation capabilities of multilayer feedforward networks" (1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.lab.any_function.target_curves import GRID, rms
from digitapp.nn import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, Backpropagation, Network
from digitapp.training.config import MAX_LEARNING_RATE, MAX_SEED, check_choice, check_number, check_whole

MOST_UNITS = 64
_CHUNK = 20  # steps with one learning rate where it falls

FIT_ACTIVATIONS = tuple(key for key, entry in ACTIVATIONS.items() if entry.pieces == 1)
"""Activations whose units are one curve each, so that a sum of parts can be drawn."""
FIT_OPTIMIZERS = tuple(key for key, entry in OPTIMIZERS.items() if entry.uses_gradient)


@dataclass(frozen=True)
class FitConfig:
    """The network, and how it learns.

    Attributes
    ----------
    units : n
    activation : one of `FIT_ACTIVATIONS`
    optimizer : one of `FIT_OPTIMIZERS`; every step sees the whole curve
    learning_rate, seed : as in a training

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    units: int = 4
    activation: str = "tanh"
    optimizer: str = "adam"
    learning_rate: float = 0.03
    seed: int = 0

    def __post_init__(self) -> None:
        check_whole("units", self.units, 1, MOST_UNITS)
        check_choice("activation", self.activation, dict.fromkeys(FIT_ACTIVATIONS))
        check_choice("optimizer", self.optimizer, dict.fromkeys(FIT_OPTIMIZERS))
        check_number("learning_rate", self.learning_rate, 0, MAX_LEARNING_RATE, above=True)
        check_whole("seed", self.seed, 0, MAX_SEED)


def start_network(config: FitConfig) -> Network:
    """Return a network 1-n-1 in float64 whose units have their places spread over x from −1 to 1.

    The input's weights are ±0.7 n, so that each unit bends in a part of the range: Nguyen, Widrow, "Improving the
    learning speed of 2-layer neural networks by choosing initial values of the adaptive weights" (IJCNN 1990). Curves
    that do not flatten on both sides bend as sharply at any scale; there the weights are ±1.
    """
    rng = np.random.default_rng((config.seed, config.units))
    network = Network((1, config.units, 1), (config.activation, "identity"), np.float64)
    for unit in range(config.units):
        _draw_unit(network, unit, rng)
    network.weights[1][...] = rng.normal(0, 0.5 / np.sqrt(config.units), (config.units, 1))
    return network


def _draw_unit(network: Network, unit: int, rng: np.random.Generator) -> None:
    """Give a unit a random place and the usual steepness."""
    flattens = ACTIVATIONS[network.activations[0]].saturation is not None
    weight = rng.choice((-1.0, 1.0)) * (max(1.0, 0.7 * network.sizes[1]) if flattens else 1.0)
    network.weights[0][0, unit] = weight
    network.biases[0][unit] = -weight * rng.uniform(-1, 1)


def grown(network: Network, seed: int = 0) -> Network:
    """Return a network with one hidden unit more that gives the same curve: nobody listens to the new unit yet.

    Raises ValueError where there are as many units as there may be.
    """
    count = network.sizes[1]
    if count >= MOST_UNITS:
        raise ValueError(f"a network has at most {MOST_UNITS} units here")
    larger = Network((1, count + 1, 1), network.activations, network.dtype)
    _draw_unit(larger, count, np.random.default_rng((seed, count)))
    _copy_units(network, larger, slice(count), slice(count))
    return larger


def without_unit(network: Network, unit: int) -> Network:
    """Return a network without one of its hidden units. Raises ValueError for the last one, IndexError for none."""
    count = network.sizes[1]
    if count == 1:
        raise ValueError("a network needs a hidden unit")
    if not 0 <= unit < count:
        raise IndexError(f"there are units 0 to {count - 1}, none is {unit}")
    smaller = Network((1, count - 1, 1), network.activations, network.dtype)
    _copy_units(network, smaller, np.delete(np.arange(count), unit), slice(None))
    return smaller


def _copy_units(source: Network, target: Network, of: slice | NDArray[np.intp], to: slice) -> None:
    target.weights[0][:, to] = source.weights[0][:, of]
    target.biases[0][to] = source.biases[0][of]
    target.weights[1][to] = source.weights[1][of]
    target.biases[1][...] = source.biases[1]


@dataclass(frozen=True, eq=False)
class Parts:
    """What a network's curve is made of.

    Attributes
    ----------
    units : (n, places), what each hidden unit adds: its activation times its weight to the output
    base : the output's bias, the same at every place
    """

    units: NDArray[np.float64]
    base: float

    @property
    def sum(self) -> NDArray[np.float64]:
        """The network's curve, (places,)."""
        return self.units.sum(axis=0) + self.base


def parts(network: Network, x: ArrayLike = GRID) -> Parts:
    """Return what each hidden unit of a network 1-n-1 adds at places x."""
    places = np.asarray(x, dtype=np.float64).reshape(-1, 1)
    activations = network.trace(places).activations[0]
    return Parts(activations.T * network.weights[1], float(network.biases[1][0]))


def stacked(made_of: Parts, places: ArrayLike, groups: Sequence[int] = ()) -> list[NDArray[np.float64]]:
    """Return the curves that a network's curve grows through as unit after unit is added, the last one being its own.

    Without groups the units are added from the left to the right, and each counts from the left end of the range on:
    what it gives there goes to the base. So a unit that flattens bends the curve behind its place alone.

    Parameters
    ----------
    places : (n,), where each unit has its middle
    groups : how many units, in their order, are added at a time; () for one, from the left to the right

    Returns
    -------
    curves (places,), one more than there are units or groups: the first is the base
    """
    if groups:
        edges = np.cumsum([0, *groups])
        added = [made_of.units[start:end].sum(axis=0) for start, end in pairwise(edges.tolist())]
        curves = [np.full(made_of.units.shape[1], made_of.base)]
    else:
        order = np.argsort(np.nan_to_num(np.asarray(places), nan=np.inf), kind="stable")
        added = list((made_of.units - made_of.units[:, :1])[order])
        curves = [np.full(made_of.units.shape[1], made_of.sum[0])]
    for values in added:
        curves.append(curves[-1] + values)
    return curves


def unit_places(network: Network) -> NDArray[np.float64]:
    """Return where each hidden unit's weighted sum is 0, (n,): the middle of its step, or its corner; NaN for none."""
    weights, biases = network.weights[0][0], network.biases[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(weights == 0, np.nan, -biases / weights)


def error(network: Network, targets: ArrayLike) -> float:
    """Return the root of the mean squared distance between a network's curve and the wanted one, both at `GRID`."""
    with np.errstate(over="ignore", invalid="ignore"):
        return rms(parts(network).sum, targets)


class FunctionFit:
    """Learns a curve, step by step; every step sees all places of `GRID`.

    Parameters
    ----------
    network : of sizes 1-n-1, in float64, changed in place
    targets : (POINTS,), the curve
    optimizer, learning_rate : as in `FitConfig`

    Attributes
    ----------
    steps : that were taken
    """

    def __init__(self, network: Network, targets: ArrayLike, optimizer: str, learning_rate: float) -> None:
        self.network, self.learning_rate, self.steps = network, learning_rate, 0
        self._batch = Backpropagation(network, LOSSES["squared_error"], len(GRID))
        self._batch.inputs[:, 0] = GRID
        self._optimizer = OPTIMIZERS[optimizer](network.parameters)
        self._good = network.parameters.copy()
        self.set_targets(targets)

    def set_targets(self, targets: ArrayLike) -> None:
        """Learn another curve from the next step on."""
        self._batch.targets[0] = targets

    def learn(self, steps: int) -> None:
        """Take some steps.

        Raises
        ------
        FloatingPointError : the numbers have overflowed; the network is as it was before
        """
        np.copyto(self._good, self.network.parameters)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for _ in range(steps):
                self._batch()
                self._optimizer.step(self.network.parameters, self._batch.gradient, self.learning_rate)
        if not np.isfinite(self.network.parameters).all():
            np.copyto(self.network.parameters, self._good)
            raise FloatingPointError("the weights have overflowed")
        self.steps += steps


def train_fit(config: FitConfig, targets: ArrayLike, steps: int) -> Network:
    """Return a network that has learned a curve for so many steps, while the learning rate fell to 0 along a cosine.

    Where the numbers overflowed, it is as it was shortly before.
    """
    network = start_network(config)
    fit = FunctionFit(network, targets, config.optimizer, config.learning_rate)
    try:
        while fit.steps < steps:
            fit.learning_rate = config.learning_rate * SCHEDULES["cosine"].at(fit.steps / steps, {})
            fit.learn(min(_CHUNK, steps - fit.steps))
    except FloatingPointError:
        pass
    return network
