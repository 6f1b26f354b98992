"""The strongest paths through a network: which units made the answer to one input, and by which connections.

The sum behind a class is followed back through the network. A unit's contribution is its activation times the slope of
that sum with respect to it, a_j ∂z_c/∂a_j; a connection's flow is a_i w_ij ∂z_c/∂z_j. Between the corners of a
piecewise linear network (ReLU and its like) this is bookkeeping, not an estimate: what flows into a unit and its bias's
part is the unit's contribution, and the contributions of a layer and the parts of all later biases add up to the sum.
With smooth activations it is the first order of the change.

Source: "gradient × input" of Shrikumar, Greenside, Shcherbina, Kundaje, "Not Just a Black Box" (2016), at every layer
instead of the input alone; it equals layer-wise relevance propagation with ε = 0 on such networks (Ancona, Ceolini,
Öztireli, Gross, "Towards Better Understanding of Gradient-based Attribution Methods" (ICLR 2018), proposition 1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.gradients import chained
from digitapp.nn.network import Network

FloatArray = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Influence:
    """What every unit did for one sum of the output layer.

    Attributes
    ----------
    output : the class whose sum was followed
    total : its weighted sum
    signals : what each layer of weights reads, (fan_in,) each: the input, then the hidden layers' activations
    contributions : activation × slope of each hidden layer, (units,) each
    slopes : ∂total/∂z of each layer of weights, (fan_out,) each; of maxout one for each piece, 0 for those that lost
    """

    output: int
    total: float
    signals: tuple[FloatArray, ...]
    contributions: tuple[FloatArray, ...]
    slopes: tuple[FloatArray, ...]


def influence(network: Network, x: FloatArray, output: int) -> Influence:
    """Follow one sum of the output layer back to every unit.

    Parameters
    ----------
    network : without normalised layers; `Network.folded` makes it so
    x : one input, float array of shape (features,)
    output : which class, counted from 0

    Raises
    ------
    ValueError : a normalised layer, an input of another shape, no such class
    """
    if any(network.normalized):
        raise ValueError("the network has normalised layers; fold it first")
    if x.shape != (network.sizes[0],):
        raise ValueError(f"one input has the shape ({network.sizes[0]},), not {x.shape}")
    if not 0 <= output < network.sizes[-1]:
        raise ValueError(f"output {output} does not exist: the network has outputs 0 to {network.sizes[-1] - 1}")
    signal = np.asarray(x, dtype=network.dtype)[:, np.newaxis]
    states, signals = [], [signal[:, 0]]
    for layer in network.layers:
        states.append(layer.states(signal))
        signal = states[-1][1]
        signals.append(signal[:, 0])
    last = network.layers[-1]
    sums = states[-1][1] if last.activation.pieces > 1 else states[-1][0]
    total = float(sums[output, 0])

    slope = np.zeros((last.units, 1), network.dtype)  # ∂total/∂a, for the output layer ∂total/∂z of its units
    slope[output] = 1
    slopes, contributions = [], []
    for depth in reversed(range(len(network.layers))):
        layer, (z, a) = network.layers[depth], states[depth]
        delta = slope
        if depth < len(network.layers) - 1 or layer.activation.pieces > 1:
            delta = chained(layer, delta, z, a)
        slopes.append(delta[:, 0].copy())
        slope = layer.weights @ delta
        if depth:
            contributions.append(signals[depth] * slope[:, 0])
    return Influence(output, total, tuple(signals[:-1]), tuple(reversed(contributions)), tuple(reversed(slopes)))


def strongest(contributions: FloatArray, count: int) -> NDArray[np.int64]:
    """Return the units with the largest contributions of either sign, the strongest first.

    What is not a number comes first: it decides everything. Equal units keep their order.
    """
    strength = np.nan_to_num(np.abs(contributions.astype(np.float64)), nan=np.inf, posinf=np.inf)
    return np.argsort(-strength, kind="stable")[:count]


def keep_places(previous: Sequence[int], chosen: Sequence[int]) -> list[int]:
    """Return the chosen units in an order in which those that were shown before keep their places.

    What follows a moving pen must not jump about: newcomers take the places of those that left, in their own order.
    """
    stay = set(chosen)
    newcomers = iter([unit for unit in chosen if unit not in set(previous)])
    kept = [unit if unit in stay else None for unit in previous[: len(chosen)]]
    displaced = [unit for unit in previous[len(chosen) :] if unit in stay]
    rest = iter([*displaced, *newcomers])
    return [unit if unit is not None else next(rest) for unit in kept] + list(rest)


@dataclass(frozen=True, eq=False)
class Connections:
    """Some connections of one layer of weights.

    Attributes
    ----------
    weights : float array, shape (sources, targets); of a maxout unit those of the piece that won
    flows : float array, shape (sources, targets), what each adds to the followed sum
    """

    weights: FloatArray
    flows: FloatArray


def connections(
    network: Network, found: Influence, layer: int, sources: Sequence[int], targets: Sequence[int]
) -> Connections:
    """Return weights and flows of the connections between some units.

    Parameters
    ----------
    network : the one that `found` is about
    layer : 0 for the weights from the inputs
    sources : units of the layer before, or inputs for layer 0
    targets : units of the layer
    """
    units = network.layers[layer].units
    columns = np.asarray(targets, dtype=np.int64)
    if network.layers[layer].activation.pieces > 1:
        by_piece = np.abs(found.slopes[layer]).reshape(-1, units)
        columns = columns + units * by_piece.argmax(axis=0)[columns]
    weights = np.array(network.weights[layer][np.ix_(np.asarray(sources, dtype=np.int64), columns)])
    signal = found.signals[layer][np.asarray(sources, dtype=np.int64)]
    flows = signal[:, np.newaxis] * weights * found.slopes[layer][columns]
    return Connections(weights, flows)


def input_drive(network: Network, found: Influence, targets: Sequence[int]) -> FloatArray:
    """Return what the whole input adds to the sums of some units of the first layer, x · w_j, shape (targets,)."""
    every = range(network.sizes[0])
    weights = connections(network, found, 0, every, targets).weights
    return found.signals[0] @ weights


def covered_share(contributions: FloatArray, chosen: Sequence[int]) -> float:
    """Return which part of all contributions, taken without their signs, some units hold; nan where there are none."""
    strength = np.abs(contributions.astype(np.float64))
    total = strength.sum()
    return float(strength[np.asarray(chosen, dtype=np.int64)].sum() / total) if total else float("nan")


@dataclass(frozen=True, eq=False)
class StrongestPaths:
    """The units that did most for one sum, layer by layer, and what connects them.

    Attributes
    ----------
    found : the influence of every unit
    units : chosen units of each layer of weights; the outputs are the last
    weights, flows : of the connections to each layer but the first, (chosen before, chosen) each; flows go to the
        followed output alone
    drive : what the whole input adds to the chosen units of the first layer, shape (chosen,)
    covered : share of all contributions of each hidden layer that the chosen units hold, see `covered_share`
    """

    found: Influence
    units: tuple[tuple[int, ...], ...]
    weights: tuple[FloatArray, ...]
    flows: tuple[FloatArray, ...]
    drive: FloatArray
    covered: tuple[float, ...]


def strongest_paths(
    network: Network,
    x: FloatArray,
    output: int,
    counts: Sequence[int],
    outputs: Sequence[int],
    previous: Sequence[Sequence[int]] = (),
) -> StrongestPaths:
    """Choose in every hidden layer the units that contribute most to an output, and connect them.

    Parameters
    ----------
    network : without normalised layers; `Network.folded` makes it so
    x : one input, float array of shape (features,)
    output : the class to follow
    counts : how many units to choose of each hidden layer
    outputs : which outputs to show
    previous : the units chosen a moment ago; those that stay keep their places

    Raises
    ------
    ValueError : as `influence`
    """
    found = influence(network, x, output)
    units: list[tuple[int, ...]] = []
    for layer, (contributions, count) in enumerate(zip(found.contributions, counts, strict=True)):
        chosen = strongest(contributions, count).tolist()
        units.append(tuple(keep_places(previous[layer], chosen) if layer < len(previous) else chosen))
    units.append(tuple(outputs))
    parts = [connections(network, found, layer, units[layer - 1], units[layer]) for layer in range(1, len(units))]
    return StrongestPaths(
        found,
        tuple(units),
        tuple(part.weights for part in parts),
        tuple(part.flows for part in parts),
        input_drive(network, found, units[0]),
        tuple(covered_share(values, chosen) for values, chosen in zip(found.contributions, units, strict=False)),
    )
