"""The bench "Averages": a noisy signal, its exponentially weighted mean, and what the past counts in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.averages.inspector import MOST_NOISE, SIGNALS, AveragesInspector
from digitapp.gui.pages.lab.averages.words import memory_text, story
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.plots.line_plot import Line, LinePlot, line_up
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import Card, EmptyState, PrimaryButton
from digitapp.gui.widgets.legend import Entry, Legend
from digitapp.gui.widgets.numbers import figure, percent, thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.lab.averages import MOST_BETA, PERIOD, exponential_mean, memory, noisy_cosine, past_weights

MOST_VALUES = 2000  # of a run, from its first batch on: more could not be told apart
_COSINE = 2 * PERIOD
_BETA, _NOISE, _STEP = 0.9, 0.3, 20
_MOST_SEED = 10**6
_CORRECTED, _RAW = 0, 1  # their places among the series
_TRAIN = "trainPage"

Floats = NDArray[np.float64]


class AveragesBench(Bench):
    """A signal, its mean with and without the correction of the start, and the weights at one step."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self._seed, self._wanted_step = 0, _STEP
        self._values: Floats = np.empty(0)
        self._clean: Floats | None = None
        self._batches = 0  # of the whole run
        self.signal_plot = LinePlot(self.tr("The signal and its mean, step by step"), x_title=self.tr("steps"))
        self.weight_plot = LinePlot(self.tr("What each value counts in the mean"), x_title=self.tr("steps"))
        self.legend, self.weight_legend = Legend(), Legend()
        self.inspector = self.details = AveragesInspector()
        self._build()
        self.inspector.changed.connect(self._on_changed)
        self.inspector.redrawn.connect(self._on_redrawn)
        for plot in (self.signal_plot, self.weight_plot):
            plot.moved.connect(self._on_moved)
        self.refresher.add(
            "averages",
            self._show_run,
            on=(session.problem_changed, session.run_state_changed),
            in_turn=(session.run_progressed,),
            of=self,
        )
        self.take_up({})

    def _build(self) -> None:
        tools = QVBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addWidget(self.inspector.signal)
        self._cards = QWidget()
        column = QVBoxLayout(self._cards)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(theme.CARD_GAP)
        card = Card(self.tr("Signal and mean"))
        card.slot.addWidget(self.legend)
        card.body.addWidget(self.signal_plot)
        column.addWidget(card, 3)
        self._weights_card = Card(self.tr("What each value counts"))
        self._weights_card.slot.addWidget(self.weight_legend)
        self._weights_card.body.addWidget(self.weight_plot)
        column.addWidget(self._weights_card, 2)
        go = PrimaryButton(self.tr("Go to Train"), "chevron-right")
        go.clicked.connect(self._on_go)
        empty = QWidget()
        inner = QVBoxLayout(empty)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(
            EmptyState(
                "lab",
                self.tr("There is no run yet"),
                self.tr("The loss of each batch appears here as soon as a network of this problem learns."),
                [go],
            )
        )
        inner.addStretch(1)
        self._faces = QStackedLayout(self)
        self._faces.setContentsMargins(0, 0, 0, 0)
        self._faces.addWidget(self._cards)
        self._faces.addWidget(empty)

    # State

    def state(self) -> dict[str, Any]:
        return {
            "signal": SIGNALS[self.inspector.signal.currentIndex()],
            "beta": self.inspector.beta.field.value(),
            "noise": self.inspector.noise.field.value(),
            "seed": self._seed,
            "step": self._wanted_step,
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        signal = state.get("signal")
        self._seed = round(remembered.number(state, "seed", 0, 0, _MOST_SEED))
        self._wanted_step = round(remembered.number(state, "step", _STEP, 1, MOST_VALUES))
        self.inspector.show_settings(
            signal if signal in SIGNALS else SIGNALS[0],
            remembered.number(state, "beta", _BETA, 0, MOST_BETA),
            remembered.number(state, "noise", _NOISE, 0, MOST_NOISE),
        )
        self._on_changed()

    def numbers(self) -> str:
        """Return the signal, both means, and what each value counts at the chosen step."""
        if not self._values.size:
            return ""
        raw, corrected = self._means()
        step, counts = self._step, np.zeros((2, len(self._values)))
        for row, is_corrected in enumerate((False, True)):
            counts[row, :step] = past_weights(self._beta, step, corrected=is_corrected)[::-1]
        lines = [["step", "signal", "mean", "corrected mean", f"weight at {step}", f"corrected weight at {step}"]]
        columns = np.column_stack([self._values, raw, corrected, *counts])
        lines += [[str(index), *map(repr, row)] for index, row in enumerate(columns.tolist(), start=1)]
        return "\n".join("\t".join(line) for line in lines)

    # What is shown

    @property
    def _beta(self) -> float:
        return self.inspector.beta.field.value()

    @property
    def _step(self) -> int:
        """The step that is looked at."""
        return min(self._wanted_step, len(self._values))

    def _means(self) -> tuple[Floats, Floats]:
        """Return the mean without and with the correction."""
        return exponential_mean(self._values, self._beta), exponential_mean(self._values, self._beta, corrected=True)

    def _show_run(self, _shown: Snapshot) -> None:
        if not self.inspector.is_cosine:
            self._show()

    def _take_values(self) -> None:
        if self.inspector.is_cosine:
            self._clean, self._values = noisy_cosine(_COSINE, self.inspector.noise.field.value(), self._seed)
            self._batches = len(self._values)
        else:
            losses = self.session.run.history.loss.values
            self._batches, self._clean = len(losses), None
            self._values = losses[:MOST_VALUES].astype(np.float64)

    def _show(self) -> None:
        had = bool(self._values.size)
        self._take_values()
        has = bool(self._values.size)
        self._faces.setCurrentIndex(0 if has else 1)
        if has:
            self._show_signal()
            self._show_weights()
            line_up(self.signal_plot, self.weight_plot)
        self._show_facts()
        if had != has:
            self.numbers_changed.emit()

    def _show_signal(self) -> None:
        steps = np.arange(1.0, len(self._values) + 1)
        raw, corrected = self._means()
        lines = [Line(self.tr("signal"), steps, self._values, pale=True)]
        if self._clean is not None:
            lines.append(Line(self.tr("without noise"), steps, self._clean, dashed=True))
        lines.append(Line(self.tr("not corrected"), steps, raw, _RAW))
        lines.append(Line(self.tr("corrected"), steps, corrected, _CORRECTED))
        self.signal_plot.show_lines(lines, x_range=self._reach)
        self.signal_plot.set_cursor(self._step)
        at = self._step - 1
        entries = [
            Entry(_CORRECTED, self.tr("Corrected"), figure(float(corrected[at]), 3)),
            Entry(_RAW, self.tr("Not corrected"), figure(float(raw[at]), 3)),
            Entry(None, self.tr("Signal"), figure(float(self._values[at]), 3), pale=True),
        ]
        if self._clean is not None:
            entries.append(Entry(None, self.tr("Without noise"), figure(float(self._clean[at]), 3), dashed=True))
        self.legend.show_entries(entries)

    @property
    def _reach(self) -> tuple[float, float]:
        """The axis of steps; 0 is where the mean begins."""
        return 0.0, float(max(2, len(self._values)))

    def _show_weights(self) -> None:
        step, beta = self._step, self._beta
        steps = np.arange(1.0, step + 1)
        corrected, raw = (past_weights(beta, step, corrected=each)[::-1] for each in (True, False))
        top = max(0.02, float(corrected.max()))
        since = max(0.0, step - memory(beta)) + 0.5
        lines = [
            Line(self.tr("corrected"), steps, corrected, _CORRECTED, bars=True),
            Line(self.tr("not corrected"), steps, raw, _RAW),
            Line("", np.array([since, since + 1e-9]), np.array([0.0, top]), dashed=True),
        ]
        self.weight_plot.show_lines(lines, x_range=self._reach, y_range=(0.0, 1.08 * top))
        self.weight_plot.set_cursor(step)
        self._weights_card.set_title(self.tr("What each value counts at step {0}").format(thousands(step)))
        self.weight_legend.show_entries([Entry(None, self.tr("1/(1 − β)"), memory_text(beta), dashed=True)])

    def _show_facts(self) -> None:
        beta, step, dash = self._beta, self._step, "–"
        weights = past_weights(beta, step, corrected=True)
        recent = round(memory(beta))
        facts = [
            (self.tr("Length of the memory, 1/(1 − β)"), memory_text(beta)),
            (self.tr("The newest value counts"), percent(float(weights[0])) if step else dash),
            (
                self.tr("The newest {0} count together").format(recent),
                percent(float(weights[:recent].sum()) if recent < step else 1.0) if step else dash,
            ),
            (self.tr("All count without the correction"), percent(1 - beta**step) if step else dash),
        ]
        title = self.tr("At step {0}").format(thousands(step)) if step else self.tr("At no step yet")
        told = story(beta, is_cosine=self.inspector.is_cosine)
        if self._batches > len(self._values):
            part = self.tr("Shown are the first {0} of {1} batches.")
            told = in_a_row(told, part.format(thousands(len(self._values)), thousands(self._batches)))
        self.inspector.show_facts(title, facts, told)
        self.say(self.tr("%Ln value(s), each a step", "", len(self._values)))

    # What is done

    @Slot()
    def _on_changed(self) -> None:
        self._show()
        self.state_changed.emit()
        self.numbers_changed.emit()

    @Slot()
    def _on_redrawn(self) -> None:
        self._seed = (self._seed + 1) % _MOST_SEED
        self._on_changed()

    @Slot(float)
    def _on_moved(self, place: float) -> None:
        before, step = self._step, min(max(1, round(place)), len(self._values))
        if step == before and place != before:  # a key goes one step at least
            step += 1 if place > before else -1
        self._wanted_step = min(max(1, step), max(1, len(self._values)))
        self._on_changed()

    @Slot()
    def _on_go(self) -> None:
        self.page_wanted.emit(_TRAIN, None)
