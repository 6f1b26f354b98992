"""Changing a network unit by unit, or weight by weight: what belongs to a unit, and what one may do to it.

A unit's detector is what decides what it says: its incoming weights and its bias. Its votes are its outgoing weights.
Setting the votes to zero silences a unit, whatever its activation function is: nobody hears it. That is the ablation
of Meyes, Lu, de Puiseau, Meisen, "Ablation Studies in Artificial Neural Networks" (2019), made permanent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import Network, UnitRef, WeightRef


@dataclass(frozen=True, eq=False)
class UnitParameters:
    """All parameters of one unit.

    Attributes
    ----------
    weights : float array, shape (pieces, fan_in), one row but for maxout
    biases : float array, shape (pieces,)
    outgoing : float array, shape (fan_out of the next layer,); None for an output unit
    """

    weights: NDArray[np.floating]
    biases: NDArray[np.floating]
    outgoing: NDArray[np.floating] | None

    def zeroed(self) -> UnitParameters:
        """Return the unit without a detector: weights and bias are zero."""
        return replace(self, weights=np.zeros_like(self.weights), biases=np.zeros_like(self.biases))

    def silenced(self) -> UnitParameters:
        """Return the unit that nobody hears: its outgoing weights are zero. Raises ValueError for an output unit."""
        if self.outgoing is None:
            raise ValueError("an output unit has no outgoing weights")
        return replace(self, outgoing=np.zeros_like(self.outgoing))

    def heard(self, outgoing: NDArray[np.floating]) -> UnitParameters:
        """Return the unit with other outgoing weights."""
        return replace(self, outgoing=outgoing)

    def detecting(self, weights: ArrayLike, bias: float) -> UnitParameters:
        """Return the unit with another detector, weights (fan_in,); of a maxout unit all pieces get the same.

        Raises
        ------
        ValueError : another number of weights, or some that are not finite
        """
        picture = np.asarray(weights, self.weights.dtype).reshape(-1)
        if picture.shape != self.weights.shape[1:]:
            raise ValueError(f"{self.weights.shape[1]} weights expected, got {picture.size}")
        if not np.isfinite(picture).all() or not np.isfinite(bias):
            raise ValueError("weights and bias must be finite")
        return replace(self, weights=np.tile(picture, (len(self.weights), 1)), biases=np.full_like(self.biases, bias))

    def revived(self, read: NDArray[np.floating], rng: np.random.Generator) -> UnitParameters:
        """Return the unit with a new detector, which wakes for half of what it reads, and votes that are zero.

        The weights are drawn as He's initialiser draws them. The network's answers stay what they are; the votes learn
        first, then the detector.

        Parameters
        ----------
        read : float array, shape (samples, fan_in), what the unit's layer reads
        rng : draws the weights

        Source: Sokar, Agarwal, Castro, Evci, "The Dormant Neuron Phenomenon in Deep Reinforcement Learning" (ICML
        2023), section 4.
        """
        pieces, fan_in = self.weights.shape
        weights = rng.normal(0, np.sqrt(2 / fan_in), (pieces, fan_in)).astype(self.weights.dtype)
        biases = -np.median(read @ weights.T, axis=0).astype(self.biases.dtype)
        outgoing = None if self.outgoing is None else np.zeros_like(self.outgoing)
        return replace(self, weights=weights, biases=biases, outgoing=outgoing)

    def with_detector_of(self, other: UnitParameters) -> UnitParameters:
        """Return the unit with the detector of another one and its own votes.

        Raises
        ------
        ValueError : the other has another number of inputs or of pieces
        """
        if other.weights.shape != self.weights.shape:
            raise ValueError(f"a detector of shape {self.weights.shape} expected, got {other.weights.shape}")
        return replace(self, weights=other.weights.copy(), biases=other.biases.copy())


@dataclass(frozen=True, eq=False)
class UnitState:
    """A unit as it is: its parameters, and its marks.

    Attributes
    ----------
    parameters : as they are
    is_frozen : whether its detector is to stay as it is
    off : the votes that it gets back when it is switched on; None of one that is on
    locked : the sources of its incoming weights that are to stay as they are, None for the bias
    """

    parameters: UnitParameters
    is_frozen: bool
    off: NDArray[np.floating] | None
    locked: frozenset[int | None] = frozenset()

    def keeping(self, before: UnitState) -> UnitState:
        """Return the unit with those weights and biases as before that are locked."""
        weights, biases = self.parameters.weights.copy(), self.parameters.biases.copy()
        for source in self.locked:
            if source is None:
                biases[:] = before.parameters.biases
            else:
                weights[:, source] = before.parameters.weights[:, source]
        return replace(self, parameters=replace(self.parameters, weights=weights, biases=biases))

    def with_weight(self, source: int | None, value: float) -> UnitState:
        """Return the unit with another weight from a source, or another bias; of a maxout unit in all its pieces."""
        weights, biases = self.parameters.weights.copy(), self.parameters.biases.copy()
        if source is None:
            biases[:] = value
        else:
            weights[:, source] = value
        return replace(self, parameters=replace(self.parameters, weights=weights, biases=biases))


@dataclass(frozen=True, eq=False)
class UnitEdit:
    """A unit that was changed, from what to what."""

    place: UnitRef
    before: UnitState
    after: UnitState


@dataclass(frozen=True, eq=False)
class NetworkEdit:
    """One step of undo: what was done, in words, and to which units."""

    text: str
    parts: tuple[UnitEdit, ...]


def read_unit(network: Network, layer: int, unit: int) -> UnitParameters:
    """Return a copy of a unit's parameters.

    Parameters
    ----------
    layer, unit : counted from 0; layer 0 is the first with weights

    Raises
    ------
    ValueError : no such unit, or a network with normalised layers, which is to be folded first
    """
    rows = _rows(network, layer, unit)
    outgoing = network.weights[layer + 1][unit].copy() if layer + 1 < len(network.weights) else None
    return UnitParameters(network.weights[layer].T[rows].copy(), network.biases[layer][rows].copy(), outgoing)


def write_unit(network: Network, layer: int, unit: int, parameters: UnitParameters) -> None:
    """Give a unit other parameters; nothing else in the network changes.

    Raises
    ------
    ValueError : as `read_unit`, or parameters of another shape
    """
    rows = _rows(network, layer, unit)
    pairs = [(network.weights[layer].T[rows], parameters.weights), (network.biases[layer][rows], parameters.biases)]
    is_output = layer + 1 == len(network.weights)
    if is_output != (parameters.outgoing is None):
        raise ValueError("outgoing weights belong to hidden units, and to them alone")
    if parameters.outgoing is not None:
        pairs.append((network.weights[layer + 1][unit], parameters.outgoing))
    for place, values in pairs:
        if place.shape != values.shape:
            raise ValueError(f"parameters of shape {place.shape} expected, got {values.shape}")
    network.weights[layer].T[rows] = parameters.weights
    network.biases[layer][rows] = parameters.biases
    if parameters.outgoing is not None:
        network.weights[layer + 1][unit] = parameters.outgoing


def read_weight(network: Network, place: WeightRef) -> float:
    """Return a weight or a bias; of a maxout unit that of its first piece.

    Raises
    ------
    IndexError : the network has no such weight
    """
    return float(network.parameters[index_of(network, place)])


def swap_units(network: Network, layer: int, first: int, second: int) -> None:
    """Let two units of a hidden layer take each other's place, with all that they hear and say.

    The network is the same function afterwards, up to the order in which sums are rounded.

    Raises
    ------
    ValueError : as `read_unit`, or an output unit, which is its class
    """
    if layer + 1 >= len(network.weights):
        raise ValueError("output units cannot be swapped: each is its class")
    units = [read_unit(network, layer, unit) for unit in (first, second)]
    write_unit(network, layer, first, units[1])
    write_unit(network, layer, second, units[0])


def differing(now: UnitParameters, before: UnitParameters, after: UnitParameters) -> UnitParameters:
    """Return a unit as it is now, with what is not the same before and after as it is after."""

    def chosen(here: NDArray[np.floating], old: NDArray[np.floating], new: NDArray[np.floating]) -> np.ndarray:
        return np.where(old == new, here, new).astype(here.dtype)

    outgoing = now.outgoing
    if outgoing is not None and before.outgoing is not None and after.outgoing is not None:
        outgoing = chosen(outgoing, before.outgoing, after.outgoing)
    return UnitParameters(
        chosen(now.weights, before.weights, after.weights), chosen(now.biases, before.biases, after.biases), outgoing
    )


def _rows(network: Network, layer: int, unit: int) -> NDArray[np.int64]:
    """Return the rows of a layer's weights that belong to a unit: one, or one for each piece of its activation."""
    if any(network.normalized):
        raise ValueError("a network with normalised layers is to be folded first")
    if not 0 <= layer < len(network.layers) or not 0 <= unit < network.layers[layer].units:
        raise ValueError(f"the network has no unit {unit} in layer {layer}")
    found = network.layers[layer]
    return unit + found.units * np.arange(found.activation.pieces)
