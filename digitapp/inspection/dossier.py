"""What is known about one unit: what it looks for, what wakes it, and how it votes.

Votes need the network alone, `answer_from_trace` one input. `facts_from_answers` also looks at data: `layer_chunks`
goes through it piece by piece, so that memory stays small and a caller can stop in between.

"Awake" means a pre-activation above 0: for ReLU the unit says something at all, for sigmoid and tanh it is past the
middle of its range.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.cores import side_by_side
from digitapp.nn.network import Network, Trace

CHUNK = 4096


@dataclass(frozen=True, eq=False)
class UnitAnswer:
    """A unit's part in the answer to one input.

    Attributes
    ----------
    pre_activation, activation : float
    logits : float array, shape (classes,), pre-activations of the output layer
    contributions : float array, shape (classes,), or None for a unit of the output layer: what each logit would lose if
        the unit were silent (its activation 0). In the last hidden layer this is activation × outgoing weight, and all
        contributions and the bias add up to the logit; in earlier layers they do not, since later units react
    """

    pre_activation: float
    activation: float
    logits: NDArray[np.floating]
    contributions: NDArray[np.floating] | None


def _check_unit(network: Network, layer: int, unit: int) -> None:
    if not 0 <= layer < len(network.weights):
        raise ValueError(f"layer {layer} does not exist: the network has layers 0 to {len(network.weights) - 1}")
    units = network.sizes[layer + 1]
    if not 0 <= unit < units:
        raise ValueError(f"unit {unit} does not exist: layer {layer} has units 0 to {units - 1}")


def votes(network: Network, layer: int) -> NDArray[np.floating]:
    """Return how each unit of a hidden layer is weighed by the classes, shape (units, classes).

    In the last hidden layer these are its outgoing weights. In earlier layers they are path weights W_layer+1 · … ·
    W_last: the sum over all paths from the unit to the class of the products of the weights on the path, which leaves
    out what the units on the way make of it.

    Raises
    ------
    ValueError : no such hidden layer
    """
    if not 0 <= layer < len(network.weights) - 1:
        raise ValueError(f"layer {layer} is not a hidden layer: the network has {len(network.weights) - 1} of them")
    product = network.unit_weights[-1]
    for weights in reversed(network.unit_weights[layer + 1 : -1]):
        product = weights @ product
    return np.array(product)


def unit_votes(network: Network, layer: int, unit: int) -> NDArray[np.floating]:
    """Return one row of `votes`, shape (classes,), in a fraction of the time.

    Raises
    ------
    ValueError : no such hidden layer, or no such unit
    """
    _check_unit(network, layer, unit)
    if layer == len(network.weights) - 1:
        raise ValueError(f"layer {layer} is not a hidden layer: the network has {layer} of them")
    weights = network.unit_weights
    product = weights[layer + 1][unit]
    for part in weights[layer + 2 :]:
        product = product @ part
    return np.array(product)


def answer_from_trace(network: Network, layer: int, unit: int, trace: Trace) -> UnitAnswer:
    """Return a unit's part in the answer to one input.

    Parameters
    ----------
    network : read only
    layer, unit : which unit; layer 0 is the first hidden layer, the last one the output layer
    trace : what the network makes of the one input

    Raises
    ------
    IndexError : no such layer or unit
    """
    logits = trace.pre_activations[-1][0].copy()
    activation = trace.activations[layer][0, unit]
    contributions = None
    if layer == len(network.weights) - 2:
        contributions = activation * network.weights[-1][unit]
    elif layer < len(network.weights) - 2:
        silenced = trace.activations[layer].copy()
        silenced[0, unit] = 0
        contributions = logits - _logits_after(network, layer, silenced)[0]
    return UnitAnswer(
        pre_activation=float(trace.pre_activations[layer][0, unit]),
        activation=float(activation),
        logits=logits,
        contributions=contributions,
    )


def _logits_after(network: Network, layer: int, activations: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the output layer's pre-activations (batch, classes) for given activations (batch, units) of a layer."""
    signal = logits = activations.T
    for part in network.layers[layer + 1 :]:
        logits, signal = part.states(signal)
    return logits.T


def up_to(network: Network, layer: int, units: slice) -> Network:
    """Return the part of a network up to a layer, with only some units of that layer."""
    if any(network.normalized):
        network = network.folded()
    count = len(range(*units.indices(network.sizes[layer + 1])))
    part = Network((*network.sizes[: layer + 1], count), network.activations[: layer + 1], dtype=network.dtype)
    for index in range(layer):
        part.weights[index][...] = network.weights[index]
        part.biases[index][...] = network.biases[index]
    fan_in, pieces = network.sizes[layer], network.layers[layer].activation.pieces
    by_piece = network.weights[layer].reshape(fan_in, pieces, -1)[:, :, units]
    part.weights[layer][...] = by_piece.reshape(fan_in, -1)
    part.biases[layer][...] = network.biases[layer].reshape(pieces, -1)[:, units].ravel()
    return part


@dataclass(frozen=True, eq=False)
class Chunk:
    """The answers of some units to some samples in a row.

    Attributes
    ----------
    start : index of the first sample
    pre_activations, activations : float arrays, shape (samples, units)
    """

    start: int
    pre_activations: NDArray[np.floating]
    activations: NDArray[np.floating]


def layer_chunks(
    network: Network, layer: int, inputs: NDArray[np.floating], unit: int | None = None, chunk: int = CHUNK
) -> Iterator[Chunk]:
    """Yield what a layer answers to data, chunk by chunk, in the data's order, computed by all cores.

    Parameters
    ----------
    network : the network; its parameters are copied when the first chunk is asked for
    layer : 0 for the first hidden layer
    inputs : float array, shape (samples, features)
    unit : only this unit, which in the first layer costs a fraction of the whole layer; None for all
    chunk : samples in one chunk

    Raises
    ------
    ValueError : no such layer or unit
    """
    _check_unit(network, layer, unit or 0)
    part = up_to(network, layer, slice(None) if unit is None else slice(unit, unit + 1))

    def answer(start: int) -> Chunk:
        trace = part.trace(inputs[start : start + chunk])
        return Chunk(start, trace.pre_activations[-1], trace.activations[-1])

    yield from side_by_side(answer, range(0, len(inputs), chunk), 2 * part.weight_count * len(inputs))


@dataclass(frozen=True, eq=False)
class UnitFacts:
    """What data tells about a unit.

    Attributes
    ----------
    samples : number of samples
    awake_share : share of samples that wake it, 0 to 1
    class_means : float array, shape (classes,), its mean activation for each class; nan for a class without samples
    loudest_classes : int array, shape (classes with samples,), classes by falling mean activation
    most, threshold, least : int arrays, indices of samples: the highest pre-activation first, the nearest to 0 first,
        the lowest first
    histogram : int array, shape (classes, bins), counts of pre-activations
    edges : float array, shape (bins + 1,); 0 lies on an edge where the pre-activations have both signs
    """

    samples: int
    awake_share: float
    class_means: NDArray[np.float64]
    loudest_classes: NDArray[np.int64]
    most: NDArray[np.int64]
    threshold: NDArray[np.int64]
    least: NDArray[np.int64]
    histogram: NDArray[np.int64]
    edges: NDArray[np.float64]


def facts_from_answers(
    pre_activations: NDArray[np.floating],
    activations: NDArray[np.floating],
    labels: NDArray[np.integer],
    classes: int,
    *,
    examples: int = 7,
    bins: int = 48,
) -> UnitFacts:
    """Return what data tells about one unit, from its answers to them.

    Parameters
    ----------
    pre_activations, activations : float arrays, shape (samples,), from `layer_chunks`, samples ≥ 1
    labels : int array, shape (samples,), 0 ≤ label < classes
    classes : number of classes
    examples : number of examples of each kind, fewer where there are fewer samples
    bins : bins of the histogram

    Raises
    ------
    ValueError : answers that are not finite, as those of a network that diverged
    """
    if not (np.isfinite(pre_activations).all() and np.isfinite(activations).all()):
        raise ValueError("the unit's answers are not all finite numbers: a weight is not a number, or too large")
    labels = labels.astype(np.int64)
    counts = np.bincount(labels, minlength=classes)
    awake = pre_activations > 0
    means = _mean_by_class(activations, labels, counts)
    present = np.flatnonzero(counts)
    edges = _bin_edges(pre_activations, bins)
    places = np.clip(np.searchsorted(edges, pre_activations, side="right") - 1, 0, bins - 1)
    histogram = np.bincount(labels * bins + places, minlength=classes * bins).reshape(classes, bins)
    return UnitFacts(
        samples=len(labels),
        awake_share=float(awake.mean()),
        class_means=means,
        loudest_classes=present[np.argsort(-means[present], kind="stable")],
        most=_smallest(-pre_activations, examples),
        threshold=_smallest(np.abs(pre_activations), examples),
        least=_smallest(pre_activations, examples),
        histogram=histogram,
        edges=edges,
    )


def _mean_by_class(
    values: NDArray[np.floating] | NDArray[np.bool_], labels: NDArray[np.integer], counts: NDArray[np.integer]
) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.bincount(labels, weights=values, minlength=len(counts)) / counts


def _smallest(values: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Return the indices of the smallest values, smallest first, equal ones in the order of the data."""
    count = min(count, len(values))
    border = np.partition(values, count - 1)[count - 1] if count else -np.inf
    candidates = np.flatnonzero(values <= border)
    return candidates[np.argsort(values[candidates], kind="stable")][:count]


def _bin_edges(values: NDArray[np.floating], bins: int) -> NDArray[np.float64]:
    """Return equal bins over all values, shifted so that no bin holds values of both signs."""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.linspace(low - 0.5, low + 0.5, bins + 1)
    if low >= 0 or high <= 0 or bins < 2:
        return np.linspace(low, high, bins + 1)
    # Zero is an edge: its share of the bins lies below it, and all are just wide enough to reach both ends.
    below = int(np.clip(np.round(bins * -low / (high - low)), 1, bins - 1))
    width = max(-low / below, high / (bins - below))
    return np.arange(-below, bins - below + 1, dtype=np.float64) * width
