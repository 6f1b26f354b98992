"""Units that a run leaves as they are while it trains the rest around them.

A frozen unit keeps its incoming weights and its bias; a silent one keeps its outgoing weights at zero, so that nothing
hears it. What is held is put back after every step: no gradient, momentum, decay, norm or chance that an optimiser
knows can move it, whatever it does, and averages of what never changes do not change either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitapp.nn import Network
from digitapp.nn.layer import Layer
from digitapp.nn.network import UnitRef
from digitapp.nn.normalization import NormalizedLayer


@dataclass(frozen=True)
class Held:
    """Which units a run holds.

    Attributes
    ----------
    frozen : units whose incoming weights and biases (and gains, means and variances where normalised) stay
    silent : hidden units whose outgoing weights are and stay zero

    Raises
    ------
    ValueError : an entry that is no pair of whole numbers from 0
    """

    frozen: tuple[UnitRef, ...] = ()
    silent: tuple[UnitRef, ...] = ()

    def __post_init__(self) -> None:
        for name in ("frozen", "silent"):
            object.__setattr__(self, name, tuple(sorted({_place(entry) for entry in getattr(self, name)})))

    def __bool__(self) -> bool:
        return bool(self.frozen or self.silent)

    def as_json(self) -> dict[str, list[list[int]]]:
        """Return the lists as JSON knows them."""
        return {"frozen": [list(place) for place in self.frozen], "silent": [list(place) for place in self.silent]}

    @classmethod
    def from_json(cls, value: Any) -> Held:
        """Return what `as_json` gave. Raises ValueError for anything else."""
        known = isinstance(value, Mapping) and not set(value) - {"frozen", "silent"}
        if not known or not all(isinstance(places, list) for places in value.values()):
            raise ValueError(f"held units: lists named frozen and silent expected, got {value!r}")
        return cls(tuple(value.get("frozen", ())), tuple(value.get("silent", ())))


def _place(entry: Any) -> UnitRef:
    whole = isinstance(entry, list | tuple) and len(entry) == 2
    if not whole or any(isinstance(part, bool) or not isinstance(part, int) or part < 0 for part in entry):
        raise ValueError(f"held units: pairs of layer and unit expected, got {entry!r}")
    return UnitRef(*entry)


class Holder:
    """Knows the values that are held in one network, and puts them back.

    Parameters
    ----------
    network : holds the values as they are to stay; the outgoing weights of silent units are set to zero here
    held : which units
    gradient : the vector that `blank` sets to zero where it belongs to what is held, shape (parameter_count,)

    Raises
    ------
    ValueError : a unit that the network does not have, or an output unit that is to be silent
    """

    def __init__(self, network: Network, held: Held, gradient: np.ndarray) -> None:
        _check(network, held)
        weights, biases = network.views(gradient)
        gains = network.gain_views(gradient)
        # Arrays with rows in them: what stays with its values, and what is zero.
        self._values: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._silent: list[tuple[np.ndarray, np.ndarray]] = []
        self._blank: list[tuple[np.ndarray, np.ndarray]] = []
        for layer, units in _by_layer(held.frozen):
            found = network.layers[layer]
            rows = (units[:, np.newaxis] + found.units * np.arange(found.activation.pieces)).ravel()
            self._values += [(array, rows, array[rows].copy()) for array in _arrays_of_units(found)]
            of_layer = (weights[layer].T, biases[layer], gains[layer])
            self._blank += [(array, rows) for array in of_layer if array is not None]
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
    for layer, unit in (*held.frozen, *held.silent):
        if layer > outputs or unit >= network.sizes[layer + 1]:
            raise ValueError(f"held units: the network has no unit {unit} in layer {layer}")
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
