"""Which units and weights of a network were switched off, frozen or locked by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from digitapp.inspection.surgery import UnitEdit, UnitState, read_unit
from digitapp.nn.network import Network, UnitRef, WeightRef
from digitapp.training.held import Held


@dataclass(frozen=True, eq=False)
class Marks:
    """What a run that goes on with the network has to leave alone; never changed, but replaced.

    Attributes
    ----------
    frozen : units whose detectors stay as they are
    off : units that are switched off, with the outgoing weights that they get back
    locked : single weights and biases that stay as they are
    """

    frozen: frozenset[UnitRef] = frozenset()
    off: Mapping[UnitRef, np.ndarray] = field(default_factory=dict)
    locked: frozenset[WeightRef] = frozenset()

    @property
    def held(self) -> Held:
        """The same for the training."""
        return Held(tuple(self.frozen), tuple(self.off), tuple(self.locked))

    def state(self, network: Network, place: UnitRef) -> UnitState:
        """Return a unit of the network with its marks. Raises ValueError as `read_unit`."""
        locked = (weight.source for weight in self.locked if (weight.layer, weight.unit) == place)
        return UnitState(read_unit(network, *place), place in self.frozen, self.off.get(place), frozenset(locked))

    def with_unit(self, place: UnitRef, state: UnitState) -> Marks:
        """Return the marks with those of one unit as in `state`; the same object where nothing is different."""
        off, locks = self.off.get(place), {weight for weight in self.locked if (weight.layer, weight.unit) == place}
        if (
            state.is_frozen == (place in self.frozen)
            and state.locked == {weight.source for weight in locks}
            and (state.off is off or (state.off is not None and off is not None and np.array_equal(state.off, off)))
        ):
            return self
        others = {other: weights for other, weights in self.off.items() if other != place}
        frozen = self.frozen | {place} if state.is_frozen else self.frozen - {place}
        locked = (self.locked - locks) | {WeightRef(place.layer, source, place.unit) for source in state.locked}
        return Marks(frozen, others if state.off is None else {**others, place: state.off}, locked)

    def swapped(self, layer: int, first: int, second: int) -> Marks:
        """Return the marks for the network in which two hidden units of a layer have taken each other's place."""
        other = {first: second, second: first}

        def moved(place: UnitRef) -> UnitRef:
            return UnitRef(layer, other.get(place.unit, place.unit)) if place.layer == layer else place

        def lock_moved(weight: WeightRef) -> WeightRef:
            at, source, unit = weight
            if at == layer + 1 and source is not None:
                return WeightRef(at, other.get(source, source), unit)
            return WeightRef(at, source, moved(UnitRef(at, unit)).unit)

        off = {moved(place): weights for place, weights in self.off.items()}
        return Marks(frozenset(map(moved, self.frozen)), off, frozenset(map(lock_moved, self.locked)))


def edits_between(before: tuple[Network, Marks], after: tuple[Network, Marks]) -> Iterator[UnitEdit]:
    """Yield what makes one network, with its marks, of another of the same shape, unit by unit.

    Every weight is an incoming one of one unit: only units that hear something else, or are marked otherwise, differ.
    """
    network = before[0]
    for layer in range(len(network.layers)):
        for unit in range(network.layers[layer].units):
            place = UnitRef(layer, unit)
            states = [marks.state(each, place) for each, marks in (before, after)]
            if not _is_alike(*states):
                yield UnitEdit(place, *states)


def _is_alike(one: UnitState, other: UnitState) -> bool:
    pairs = [
        (one.parameters.weights, other.parameters.weights),
        (one.parameters.biases, other.parameters.biases),
        (np.zeros(0) if one.off is None else one.off, np.zeros(0) if other.off is None else other.off),
    ]
    marks = (one.is_frozen, one.locked, one.off is None), (other.is_frozen, other.locked, other.off is None)
    return marks[0] == marks[1] and all(np.array_equal(*pair, equal_nan=True) for pair in pairs)
