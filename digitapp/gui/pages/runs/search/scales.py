"""Where values stand along an axis, 0 at its foot and 1 at its head. Knows no painter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitapp.gui.pages.runs.search.words import drawn_title, short_title, value_text
from digitapp.gui.plots.axes import round_ticks
from digitapp.gui.translation import translate
from digitapp.gui.widgets.numbers import per_cent
from digitapp.runs.search.space import UNITS, Between, Choice, Space, Value
from digitapp.runs.search.state import StudyState, TrialLine

ACCURACY = "accuracy"
_LEAST_SPAN = 0.005
_ABOVE = 0.06  # of the range: room above the best
_OF_ALL = 0.12  # of the distance to the worst that the range has at least
_SPREAD = 0.28  # of the room of a name, so that equal lines do not hide each other
_FEW_TICKS = 6


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis.

    Attributes
    ----------
    name : of what stands on it
    title, short : for people, where there is room and where there is little
    ticks : pairs of a place and its words
    values : those of a list, in their order; empty for a range
    low, high : of a range, their logarithms where `log`
    """

    name: str
    title: str
    short: str
    ticks: tuple[tuple[float, str], ...]
    values: tuple[Value, ...] = ()
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    def place(self, value: object, number: int = 0) -> float | None:
        """Return where a value stands, None where there is none; `number` parts trials of one name."""
        if value is None:
            return None
        if self.values:
            if value not in self.values:
                return None
            pitch = 1 / len(self.values)
            middle = (self.values.index(value) + 0.5) * pitch
            is_name = isinstance(value, str)
            return middle + (_spread(number) * pitch * _SPREAD if is_name else 0.0)
        amount = float(value)  # type: ignore[arg-type]
        if self.log:
            amount = math.log10(max(amount, 1e-300))
        return min(1.0, max(0.0, (amount - self.low) / (self.high - self.low)))


def _spread(number: int) -> float:
    """Return a place between −1 and 1 for a trial, always the same and far from its neighbours'."""
    return 2 * math.modf(number * 0.6180339887)[0] - 1


def accuracy_range(values: Sequence[float]) -> tuple[float, float]:
    """Return limits that hold the better part of some accuracies, with what is far below them left out."""
    if not values:
        return 0.0, 1.0
    high, middle = max(values), float(np.quantile(values, 0.4))
    span = max(1.35 * (high - middle), _OF_ALL * (high - min(values)), _LEAST_SPAN)
    return max(0.0, high - span), min(1.0, high + _ABOVE * span)


def accuracy_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Return round accuracies between limits, with their words."""
    return [(tick, per_cent(f"{100 * tick:.4g}")) for tick in round_ticks(low, high, 7)]


def axes_of(state: StudyState) -> list[Axis]:
    """Return an axis for each parameter that is searched, and one for the accuracy."""
    space = state.spec.space
    axes = [_axis(space, name) for name in space.drawn_names]
    shown = [trial for side in state.spec.sides for trial in state.of(side) if trial.is_over]
    low, high = accuracy_range([trial.reached for trial in shown if trial.reached is not None])
    ticks = tuple(((tick - low) / (high - low), text) for tick, text in accuracy_ticks(low, high))
    title = translate("Search", "Accuracy")
    return [*axes, Axis(ACCURACY, title, title, ticks, (), low, high)]


def _axis(space: Space, name: str) -> Axis:
    entry = space.get(name) or space.get(UNITS)
    title, short = drawn_title(space, name), short_title(space, name)
    if isinstance(entry, Choice):
        values = entry.values if isinstance(entry.values[0], str) else tuple(sorted(entry.values, key=float))
        count = len(values)
        ticks = [((place + 0.5) / count, value_text(name, value)) for place, value in enumerate(values)]
        return Axis(name, title, short, tuple(ticks), values)
    assert isinstance(entry, Between)
    low, high = entry.low, entry.high
    if name == "learning_rate" and space.factors:
        factors = [1.0, *(factor for _, factor in space.factors)]
        low, high = low * min(factors), high * max(factors)
    if entry.log:
        low, high = math.log10(low), math.log10(high)
        decades = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
        powers = tuple(((each - low) / (high - low), f"{10.0**each:g}") for each in decades)
        return Axis(name, title, short, powers, (), low, high, log=True)
    if entry.is_whole and high - low <= _FEW_TICKS:
        places = [float(each) for each in range(int(low), int(high) + 1)]
    else:
        places = round_ticks(low, high)
    ticks_of_range = tuple(((each - low) / (high - low), f"{each:g}") for each in places)
    return Axis(name, title, short, ticks_of_range, (), low, high)


def places_of(axes: Sequence[Axis], trial: TrialLine) -> list[float | None]:
    """Return where a trial stands on each axis, None where nothing was drawn for it."""
    return [
        axis.place(trial.reached if axis.name == ACCURACY else trial.drawn.get(axis.name), trial.number)
        for axis in axes
    ]
