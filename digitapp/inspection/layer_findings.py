"""What the layers of a network in training say about it, as facts: whoever shows them finds the words.

One finding for the whole, the gravest first. What is spoken of must be wrong: a network that reads nearly all right may
have small gradients and units at the ends of their range, for there is nothing left to learn.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitapp.inspection.layer_report import Layers
from digitapp.inspection.layer_story import LayerStory
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.remedies import (
    Remedy,
    other_activation,
    other_start,
    quicker,
    shorter_gradients,
    slower,
)

HEALTHY = (0.0003, 0.003)
"""The share of its weights by which a layer moves in a step while it learns well, about a thousandth."""
TOO_FAST, TOO_SLOW = 0.05, 0.00001
VANISHED = 0.01
"""A layer's gradient, as a share of the output layer's, below which hardly anything of the error arrives."""
GROWN = 1e3
"""The largest gradient on the way back, as a multiple of the output layer's."""
AT_THE_ENDS, TOO_MANY_DEAD = 0.75, 0.3
LEAST_MISREAD, MUCH_MISREAD = 0.1, 0.5
LEAST_STEPS = 100
_RECENT = 5  # columns that have to agree


@dataclass(frozen=True)
class NotNumbers:
    """Weights that are no numbers any more; `layer` is counted from 1, as in all findings here."""

    layer: int


@dataclass(frozen=True)
class Alike:
    """All units of a layer have the same weights, and so the same gradient for ever."""

    layer: int


@dataclass(frozen=True)
class Unsettled:
    """A layer is changed so much by each step that it cannot keep what it has learned.

    `share` of its weights, a median; `grows` where the gradient grows on its way back.
    """

    layer: int
    share: float
    grows: bool


@dataclass(frozen=True)
class Vanishing:
    """The gradient of a layer is so many `times` smaller than the output layer's; infinity where it is 0."""

    layer: int
    times: float


@dataclass(frozen=True)
class ManyDead:
    """So many units of a layer are dead that it lacks them."""

    layer: int
    dead: int
    units: int


@dataclass(frozen=True)
class Saturated:
    """So much of what a layer answers is at the ends of its range, where it hardly learns."""

    layer: int
    share: float


@dataclass(frozen=True)
class Crawling:
    """No layer moves by more than this share of its weights a step, and much is misread."""

    share: float


@dataclass(frozen=True)
class Sound:
    """Nothing is wrong but, perhaps, a few dead units.

    The layers move by these shares of their weights a step, NaN where that is not known.
    """

    least: float
    most: float
    dead: int = 0

    @property
    def is_usual(self) -> bool:
        """Whether all of them move as networks do that learn well."""
        return HEALTHY[0] <= self.least and self.most <= HEALTHY[1]


LayerFinding = NotNumbers | Alike | Unsettled | Vanishing | ManyDead | Saturated | Crawling | Sound


def look_at_layers(story: LayerStory, misread: float, dead: Sequence[int], units: Sequence[int]) -> LayerFinding | None:
    """Return what is to be said about the layers at the end of a story, None where there is none yet.

    Parameters
    ----------
    misread : share of the samples that are misread at present; NaN where nobody has measured it
    dead, units : of each hidden layer how many units are dead, and how many there are
    """
    layers = story.last
    if layers is None:
        return None
    for number, layer in enumerate(layers, 1):
        if not layer.is_finite:
            return NotNumbers(number)
    recent = [column for _, column in story.columns[-_RECENT:]]
    shares = [_median([column[at].update for column in recent]) for at in range(len(layers))]
    has_begun = story.columns[-1][0] >= LEAST_STEPS and len(story) >= _RECENT
    for number, (count, of) in enumerate(zip(dead, units, strict=True), 1):
        if has_begun and count > max(1, TOO_MANY_DEAD * of):
            return ManyDead(number, count, of)
    if has_begun and not misread < LEAST_MISREAD:
        found = _of_a_bad_run(layers, shares, learns_nothing=not misread < MUCH_MISREAD)
        if found is not None:
            return found
    known = [share for share in shares if share > 0]
    return Sound(min(known, default=math.nan), max(known, default=math.nan), sum(dead))


def _of_a_bad_run(layers: Layers, shares: Sequence[float], *, learns_nothing: bool) -> LayerFinding | None:
    for number, layer in enumerate(layers[:-1], 1):
        if layer.is_alike:
            return Alike(number)
    sizes = [layer.gradient_size for layer in layers]
    has_gradient = all(size == size for size in sizes)
    known = [share for share in shares if share > 0]
    if has_gradient and max(known, default=0.0) > TOO_FAST:
        fastest = max(known)
        return Unsettled(shares.index(fastest) + 1, fastest, max(sizes) > GROWN * sizes[-1])
    if has_gradient and learns_nothing and min(sizes) <= VANISHED * sizes[-1]:
        smallest = min(sizes)
        return Vanishing(sizes.index(smallest) + 1, sizes[-1] / smallest if smallest > 0 else math.inf)
    ends = [layer.saturated for layer in layers[:-1] if layer.saturated == layer.saturated]
    if learns_nothing and max(ends, default=0.0) > AT_THE_ENDS:
        number = next(number for number, layer in enumerate(layers, 1) if layer.saturated == max(ends))
        return Saturated(number, max(ends))
    return Crawling(max(known)) if known and max(known) < TOO_SLOW else None


def remedies_for(finding: LayerFinding, network: NetworkConfig, config: TrainConfig) -> tuple[Remedy, ...]:
    """Return what to try, the best first, of settings that are not so yet; nothing where nothing is wrong."""
    found: tuple[Remedy, ...] = ()
    if isinstance(finding, NotNumbers):
        found = slower(config), shorter_gradients()
    elif isinstance(finding, Unsettled):
        found = (shorter_gradients(), slower(config)) if finding.grows else (slower(config),)
    elif isinstance(finding, Alike):
        found = (other_start(network),)
    elif isinstance(finding, (Vanishing, Saturated)):
        found = other_activation(network), other_start(network)
    elif isinstance(finding, ManyDead):
        found = other_activation(network), slower(config)
    elif isinstance(finding, Crawling):
        found = (quicker(config),)
    return tuple(remedy for remedy in found if remedy.changes(network, config))


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if value == value]
    return float(np.median(known)) if known else math.nan
