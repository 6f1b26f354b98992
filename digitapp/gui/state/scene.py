"""What the walk through one step of learning shows at one moment: everything of it belongs together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.backward_steps import SampleNumbers, Totals
from digitapp.inspection.walk import Grain, Kind, Place, Stop
from digitapp.nn.network import Network, WeightRef
from digitapp.training.config import TrainConfig
from digitapp.training.stepwise import LearnFrom, Update


@dataclass(frozen=True)
class Focus:
    """What of the network is looked at closely.

    Attributes
    ----------
    layer : of weights
    unit : of that layer
    source : of one wire to it, −1 for its bias, None for the unit as a whole
    """

    layer: int
    unit: int
    source: int | None = None

    @property
    def weight(self) -> WeightRef | None:
        """The wire or the bias that is looked at, None where it is a unit as a whole."""
        if self.source is None:
            return None
        return WeightRef(self.layer, self.source if self.source >= 0 else None, self.unit)


@dataclass(frozen=True, eq=False)
class Scene:
    """All that the page shows at one moment.

    Attributes
    ----------
    shown : the snapshot that it belongs to
    network : what the numbers are of, in float64: before the step, where the walk is at the update
    numbers : of the followed sample
    stops, place, grain : where the walk is
    sample : of the data, as an index into them; None for what is on the canvas
    position, samples : its place in the order in which they are offered, and how many there are; 0 without data
    totals : how the network does on all of few samples; None of many, or without data
    update : at its stop what the step did, and on the way back what it would do; else None, as where none can be taken
    lack : why no step can be taken, empty where one can
    learn_from, learning_rate : of the coming step
    config : that of the training
    focus : what is looked at
    updates : how many steps were taken
    batch_size : of the training; 0 where no step can be taken
    """

    shown: Snapshot
    network: Network
    numbers: SampleNumbers
    stops: tuple[Stop, ...]
    place: Place
    grain: Grain
    sample: int | None
    position: int
    samples: int
    totals: Totals | None
    update: Update | None
    lack: str
    learn_from: LearnFrom
    learning_rate: float
    config: TrainConfig
    focus: Focus
    updates: int
    batch_size: int

    @property
    def stop(self) -> Stop:
        """Where the walk is."""
        return self.stops[self.place.stop]

    @property
    def is_done(self) -> bool:
        """Whether the update is done, and not only expected."""
        return self.stop.kind is Kind.UPDATE

    def knows(self, kind: Kind, layer: int, unit: int) -> bool:
        """Return whether the walk has come as far as what becomes known of a unit at a stop."""
        place = self.stops.index(Stop(kind, layer if kind not in (Kind.INPUTS, Kind.ERROR, Kind.UPDATE) else -1))
        if place != self.place.stop:
            return place < self.place.stop
        return (
            self.place.unit is None or unit < self.place.unit or (unit == self.place.unit and self.place.term is None)
        )


def terms_of(scene: Scene, stop: Stop) -> list[int]:
    """Return the sources of the terms that the number of any unit of a stop is made of, in order; −1 is the bias.

    Of a sum those that add something, and the bias; of the blame the units above; of the gradients those that are not
    zero, and the bias.
    """
    if stop.layer < 0:
        return []
    layer = scene.numbers.layers[stop.layer]
    if stop.kind in (Kind.SUMS, Kind.GRADIENTS):
        return [*(int(source) for source in np.flatnonzero(layer.reads)), -1]
    if stop.kind is Kind.BLAME and stop.layer + 1 < len(scene.numbers.layers):
        return list(range(scene.numbers.layers[stop.layer + 1].sums.size))
    return []
