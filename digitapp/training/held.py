"""Units and weights that a run leaves as they are while it trains the rest around them.

A frozen unit keeps its incoming weights and its bias; a silent one keeps its outgoing weights at zero, so that nothing
hears it; a single weight or bias stays as it is. What is held is put back after every step: no gradient, momentum,
decay, norm or chance that an optimiser knows can move it, whatever it does, and averages of what never changes do not
change either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitapp.nn import Network
from digitapp.nn.layer import Layer
from digitapp.nn.network import UnitRef, WeightRef
from digitapp.nn.normalization import NormalizedLayer


@dataclass(frozen=True)
class Held:
    """Which units and weights a run holds.

    Attributes
    ----------
    frozen : units whose incoming weights and biases (and gains, means and variances where normalised) stay
    silent : hidden units whose outgoing weights are and stay zero
    weights : single weights, and biases, that stay; of a maxout unit those of all its pieces

    Raises
    ------
    ValueError : an entry that is no pair of whole numbers from 0, or of weights no three, the source perhaps None
    """

    frozen: tuple[UnitRef, ...] = ()
    silent: tuple[UnitRef, ...] = ()
    weights: tuple[WeightRef, ...] = ()

    def __post_init__(self) -> None:
        for name in ("frozen", "silent"):
            object.__setattr__(self, name, tuple(sorted({_place(entry) for entry in getattr(self, name)})))
        weights = {_weight(entry) for entry in self.weights}
        object.__setattr__(self, "weights", tuple(sorted(weights, key=in_order)))

    def __bool__(self) -> bool:
        return bool(self.frozen or self.silent or self.weights)

    def as_json(self) -> dict[str, list[list[int | None]]]:
        """Return the lists as JSON knows them; that of single weights only where there are any."""
        lists = {name: [list(place) for place in getattr(self, name)] for name in ("frozen", "silent")}
        return {**lists, "weights": [list(place) for place in self.weights]} if self.weights else lists

    @classmethod
    def from_json(cls, value: Any) -> Held:
        """Return what `as_json` gave. Raises ValueError for anything else."""
        known = isinstance(value, Mapping) and not set(value) - {"frozen", "silent", "weights"}
        if not known or not all(isinstance(places, list) for places in value.values()):
            raise ValueError(f"held units: lists named frozen, silent and weights expected, got {value!r}")
        return cls(*(tuple(value.get(name, ())) for name in ("frozen", "silent", "weights")))


def in_order(weight: WeightRef) -> tuple[int, int, int]:
    """Return what weights are sorted by: layer, unit, source, and the bias first."""
    return weight.layer, weight.unit, -1 if weight.source is None else weight.source


def _is_index(part: Any) -> bool:
    return isinstance(part, int) and not isinstance(part, bool) and part >= 0


def _place(entry: Any) -> UnitRef:
    whole = isinstance(entry, list | tuple) and len(entry) == 2
    if not whole or not all(map(_is_index, entry)):
        raise ValueError(f"held units: pairs of layer and unit expected, got {entry!r}")
    return UnitRef(*entry)


def _weight(entry: Any) -> WeightRef:
    whole = isinstance(entry, list | tuple) and len(entry) == 3
    if not whole or not all(map(_is_index, (entry[0], entry[2]))) or not (entry[1] is None or _is_index(entry[1])):
        raise ValueError(f"held weights: layer, source and unit expected, got {entry!r}")
    return WeightRef(*entry)


_Places = np.ndarray | tuple[np.ndarray, np.ndarray]


class Holder:
    """Knows the values that are held in one network, and puts them back.

    Parameters
    ----------
    network : holds the values as they are to stay; the outgoing weights of silent units are set to zero here
    held : which units and weights
    gradient : the vector that `blank` sets to zero where it belongs to what is held, shape (parameter_count,)

    Raises
    ------
    ValueError : a unit or weight that the network does not have, or an output unit that is to be silent
    """

    def __init__(self, network: Network, held: Held, gradient: np.ndarray) -> None:
        _check(network, held)
        weights, biases = network.views(gradient)
        gains = network.gain_views(gradient)
        # Arrays with rows, or places, in them: what stays with its values, and what is zero.
        self._values: list[tuple[np.ndarray, _Places, np.ndarray]] = []
        self._silent: list[tuple[np.ndarray, np.ndarray]] = []
        self._blank: list[tuple[np.ndarray, _Places]] = []
        for layer, units in _by_layer(held.frozen):
            found = network.layers[layer]
            rows = (units[:, np.newaxis] + found.units * np.arange(found.activation.pieces)).ravel()
            self._values += [(array, rows, array[rows].copy()) for array in _arrays_of_units(found)]
            of_layer = (weights[layer].T, biases[layer], gains[layer])
            self._blank += [(array, rows) for array in of_layer if array is not None]
        for layer, source, unit in held.weights:
            found = network.layers[layer]
            rows = unit + found.units * np.arange(found.activation.pieces)
            places = rows if source is None else (np.full_like(rows, source), rows)
            array, own = (found.biases, biases) if source is None else (found.weights, weights)
            self._values.append((array, places, array[places].copy()))
            self._blank.append((own[layer], places))
        for layer, units in _by_layer(held.silent):
            self._silent.append((network.weights[layer + 1], units))
            self._blank.append((weights[layer + 1], units))
        self.restore()

    def restore(self) -> None:
        """Put back what is held."""
        for array, rows, values in self._values:
            array[rows] = values
        for array, rows in self._silent:
            array[rows] = 0

    def blank(self) -> None:
        """Set the gradient to zero for what is held, so that its length is that of the rest."""
        for array, rows in self._blank:
            array[rows] = 0


def _check(network: Network, held: Held) -> None:
    outputs = len(network.sizes) - 2
    for layer, unit in (*held.frozen, *held.silent, *((weight.layer, weight.unit) for weight in held.weights)):
        if layer > outputs or unit >= network.sizes[layer + 1]:
            raise ValueError(f"held units: the network has no unit {unit} in layer {layer}")
    for layer, source, _ in held.weights:
        if source is not None and source >= network.sizes[layer]:
            raise ValueError(f"held weights: layer {layer} of the network reads nothing from {source}")
    if any(layer == outputs for layer, _ in held.silent):
        raise ValueError("held units: an output unit has no outgoing weights that could be zero")


def _arrays_of_units(layer: Layer) -> list[np.ndarray]:
    """Return all arrays of a layer that have one row for each unit, or for each piece of one."""
    arrays = [layer.weights.T, layer.biases]
    return [*arrays, layer.gains, layer.mean, layer.variance] if isinstance(layer, NormalizedLayer) else arrays


def _by_layer(places: Iterable[UnitRef]) -> list[tuple[int, np.ndarray]]:
    layers: dict[int, list[int]] = {}
    for layer, unit in places:
        layers.setdefault(layer, []).append(unit)
    return [(layer, np.array(units)) for layer, units in layers.items()]
