"""The race as a plot: the error of each runner over the steps, on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from digitapp.gui.pages.lab.descent.words import error_text
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.widgets import Card
from digitapp.gui.widgets.legend import Entry, Legend
from digitapp.lab.descent import Race

_DECADES = 12  # below the highest error: what is smaller is the rounding of numbers


class RaceCard(Card):
    """The plot with its legend.

    Signals: `step_wanted(step)`, another step is to be shown.
    """

    step_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.set_title(self.tr("Race, error by step"))
        self.legend = Legend()
        self.plot = LinePlot(self.tr("Error of each runner by step"), log=True, x_title=self.tr("steps"))
        self.slot.addWidget(self.legend)
        self.body.addWidget(self.plot)
        self._race: Race | None = None
        self._limits = (1e-4, 1.0)
        self._step = 0
        self.plot.moved.connect(self._on_moved)

    def show_race(self, race: Race, step: int, titles: Sequence[str], absent: Sequence[int]) -> None:
        """Show a race up to a step, without those that are absent."""
        if race is not self._race:
            self._race, self._limits = race, _limits(race)
        self._step = step
        steps = np.arange(step + 1.0)
        seen = [runner for runner in range(len(race.runners)) if runner not in absent]
        lines = [Line(titles[runner], steps, race.errors[: step + 1, runner, 0], runner) for runner in seen]
        self.plot.show_lines(lines, x_range=(0.0, float(max(1, race.steps))), y_range=self._limits)
        self.plot.set_cursor(step)
        values = race.errors[step, :, 0].tolist()
        self.legend.show_entries([Entry(runner, titles[runner], error_text(values[runner])) for runner in seen])

    @Slot(float)
    def _on_moved(self, place: float) -> None:
        step = round(place)
        if step == self._step and place != step:  # a key goes one step at least
            step += 1 if place > step else -1
        self.step_wanted.emit(step)


def _limits(race: Race) -> tuple[float, float]:
    """Return an axis that holds all errors above zero, as far as they mean anything."""
    errors = race.errors[:, :, 0]
    errors = errors[np.isfinite(errors) & (errors > 0)]
    if not errors.size:
        return 1e-4, 1.0
    top = math.log10(float(errors.max()))
    low = max(math.log10(float(errors.min())), top - _DECADES)
    room = max(0.05 * (top - low), 0.05)
    return 10.0 ** (low - room), 10.0 ** min(top + room, 308.0)
