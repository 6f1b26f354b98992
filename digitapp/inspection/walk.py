"""The stops of a walk through one step of learning: forward, the error, backward, and the change of the weights.

A walk goes from stop to stop, layer by layer; where it is to go finer, a stop is entered and its units, or the terms of
their sums, are visited one by one. Knows no numbers: what they are is in `inspection.backward_steps`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What a network is doing."""

    FORWARD = "forward"
    ERROR = "error"
    BACKWARD = "backward"
    UPDATE = "update"


class Kind(StrEnum):
    """What becomes known at a stop."""

    INPUTS = "inputs"
    SUMS = "sums"
    """z of a layer."""
    ACTIVATIONS = "activations"
    """a of a layer."""
    ERROR = "error"
    """C."""
    BLAME = "blame"
    """∂C/∂a and δ = ∂C/∂z of a layer."""
    GRADIENTS = "gradients"
    """∂C/∂w and ∂C/∂b of a layer."""
    UPDATE = "update"
    """The parameters after the step."""


class Grain(StrEnum):
    """How far one step of the walk goes."""

    TERM = "term"
    UNIT = "unit"
    LAYER = "layer"
    SAMPLE = "sample"
    BATCH = "batch"
    EPOCH = "epoch"


_STAGES = {
    Kind.INPUTS: Stage.FORWARD,
    Kind.SUMS: Stage.FORWARD,
    Kind.ACTIVATIONS: Stage.FORWARD,
    Kind.ERROR: Stage.ERROR,
    Kind.BLAME: Stage.BACKWARD,
    Kind.GRADIENTS: Stage.BACKWARD,
    Kind.UPDATE: Stage.UPDATE,
}


@dataclass(frozen=True)
class Stop:
    """One stop: what becomes known there, and of which layer; −1 for the inputs, the error and the update."""

    kind: Kind
    layer: int = -1

    @property
    def stage(self) -> Stage:
        """The stage that it belongs to."""
        return _STAGES[self.kind]


def stops_of(layers: int) -> tuple[Stop, ...]:
    """Return the stops for a network with so many layers of weights: 4 × layers + 3 of them."""
    forward = [Stop(kind, layer) for layer in range(layers) for kind in (Kind.SUMS, Kind.ACTIVATIONS)]
    back = [Stop(kind, layer) for layer in reversed(range(layers)) for kind in (Kind.BLAME, Kind.GRADIENTS)]
    return (Stop(Kind.INPUTS), *forward, Stop(Kind.ERROR), *back, Stop(Kind.UPDATE))


@dataclass(frozen=True)
class Place:
    """Where a walk is: at a stop, and inside it, at a unit and a term, where it is walked so finely.

    Attributes
    ----------
    stop : index among the stops
    unit : of the stop's layer; None where all of them are known
    term : of that unit, an index into what `terms` gives for it; None where all of them are known
    """

    stop: int
    unit: int | None = None
    term: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether everything that the stop has to tell is known."""
        return self.unit is None


START = Place(0)

Terms = Callable[[Stop, int], int]


class Route:
    """All places of a walk at one grain, in their order.

    Parameters
    ----------
    stops : of the network
    units : how many units each layer has
    terms : how many terms are to be visited for a unit of a stop
    """

    def __init__(self, stops: Sequence[Stop], units: Sequence[int], terms: Terms) -> None:
        self.stops = tuple(stops)
        self._units = tuple(units)
        self._terms = terms

    def following(self, place: Place, grain: Grain) -> Place | None:
        """Return the next place, None after the last."""
        stop = self.stops[place.stop]
        if grain in (Grain.UNIT, Grain.TERM) and place.unit is not None:
            terms = self._terms(stop, place.unit)
            if grain is Grain.TERM and place.term is not None and place.term + 1 < terms:
                return Place(place.stop, place.unit, place.term + 1)
            if place.unit + 1 < self._count(stop):
                return self._entered(place.stop, place.unit + 1, grain, last=False)
            return Place(place.stop)
        if place.unit is not None:  # a coarser step ends the stop first
            return Place(place.stop)
        return self._first_of(place.stop + 1, grain) if place.stop + 1 < len(self.stops) else None

    def preceding(self, place: Place, grain: Grain) -> Place | None:
        """Return the place before, None before the first."""
        fine = grain in (Grain.UNIT, Grain.TERM)
        stop = self.stops[place.stop]
        if fine and place.unit is None and self._is_entered(stop):
            return self._entered(place.stop, self._count(stop) - 1, grain, last=True)
        if fine and place.unit is not None:
            if grain is Grain.TERM and place.term is not None and place.term > 0:
                return Place(place.stop, place.unit, place.term - 1)
            if place.unit > 0:
                return self._entered(place.stop, place.unit - 1, grain, last=True)
        return Place(place.stop - 1) if place.stop > 0 else None

    def _first_of(self, stop: int, grain: Grain) -> Place:
        if grain in (Grain.UNIT, Grain.TERM) and self._is_entered(self.stops[stop]):
            return self._entered(stop, 0, grain, last=False)
        return Place(stop)

    def _entered(self, stop: int, unit: int, grain: Grain, *, last: bool) -> Place:
        terms = self._terms(self.stops[stop], unit) if grain is Grain.TERM else 0
        return Place(stop, unit, (terms - 1 if last else 0) if terms else None)

    def _is_entered(self, stop: Stop) -> bool:
        return self._count(stop) > 1

    def _count(self, stop: Stop) -> int:
        return self._units[stop.layer] if stop.layer >= 0 else 1
