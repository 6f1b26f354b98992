"""The bench "Descent": optimisers race down an error surface from a start that can be dragged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.descent.map import RaceMap
from digitapp.gui.pages.lab.descent.race_card import RaceCard
from digitapp.gui.pages.lab.descent.results import ResultsPanel
from digitapp.gui.pages.lab.descent.runners import RunnersPanel
from digitapp.gui.pages.lab.descent.setup import DescentSetup
from digitapp.gui.pages.lab.descent.tuning import TuningPanel
from digitapp.gui.pages.lab.descent.words import error_text, runner_titles, story
from digitapp.gui.settings import Settings
from digitapp.gui.state.descent_lab import DescentLab
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import HairLine, PlainButton, PrimaryButton, SegmentedControl
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.messages import Message
from digitapp.lab.contest import MOST_STEPS, Contest, Outcome, from_state, to_state
from digitapp.lab.surfaces import NowhereToStartError

_LOW = 560  # below this height of the bench, map and race are seen by turns
_MARGIN = 24
_PATIENCE_MS = 300  # after which it is said that a race takes long
_CHOSEN = 1  # the runner that is looked at first


class DescentBench(Bench):
    """The map, the race, and what decides them."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self.lab = DescentLab(session, self)
        self._chosen = _CHOSEN
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self.map, self.card = RaceMap(), RaceCard()
        self.setup, self.runners = DescentSetup(), RunnersPanel()
        self.tuning, self.results = TuningPanel(), ResultsPanel()
        self._build()
        self._build_inspector()
        self._connect()
        self.take_up({})

    # Building

    def _build(self) -> None:
        self.view = SegmentedControl([self.tr("Map"), self.tr("Race")], name=self.tr("What is shown"))
        tip = self.tr("Let the runners go on, or from the start once they are through")
        self.start = PrimaryButton("", "play", tip=tip, key="Ctrl+Return")
        self.start.reserve(self.tr("Start"), self.tr("Pause"))
        self.step = PlainButton(self.tr("Step"), "step", tip=self.tr("Let each runner take one step"), key=".")
        self.back = PlainButton(self.tr("Reset"), "reset", tip=self.tr("Put all runners back to the start"))
        for button, name in ((self.start, "raceStart"), (self.step, "raceStep"), (self.back, "raceReset")):
            button.setObjectName(name)
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.setSpacing(theme.SPACE)
        for part in (self.view, self.start, self.step, self.back):
            tools.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(theme.CARD_GAP)
        column.addWidget(self.map, 7)
        column.addWidget(self.card, 3)

    def _build_inspector(self) -> None:
        column = QVBoxLayout(self.details.content)
        column.setContentsMargins(_MARGIN, 16, _MARGIN, 20)
        column.setSpacing(12)
        for part in (self.setup, self.runners, self.tuning):
            column.addWidget(part)
            column.addWidget(HairLine())
        column.addWidget(self.results)
        column.addStretch(1)

    def _connect(self) -> None:
        lab = self.lab
        self.start.clicked.connect(self._on_start)
        self.step.clicked.connect(self._on_step)
        self.back.clicked.connect(self._on_back)
        self.view.currentChanged.connect(self._fit)
        # A bench that is not shown gets no shortcuts, and fields keep the keys that they can type.
        for keys, slot in (("Ctrl+Return", self._on_start), ("Ctrl+Enter", self._on_start), (".", self._on_step)):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        self.map.start_moved.connect(self._on_start_moved)
        self.card.step_wanted.connect(lab.show_step)
        for panel in (self.setup, self.runners, self.tuning):
            panel.wanted.connect(self._on_wanted)
        self.runners.chosen.connect(self._on_chosen)
        self.runners.seen_changed.connect(self._on_seen_changed)
        self.tuning.removed.connect(self._on_removed)
        lab.changed.connect(self._on_run)
        lab.many_changed.connect(self._show_wins)
        lab.step_changed.connect(self._on_step_changed)
        lab.searched.connect(self._on_searched)
        self._patience.timeout.connect(self._on_patience_lost)

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Show map and race below each other, or by turns where the window is low."""
        is_low = self.height() < theme.scaled(_LOW)
        self.view.setVisible(is_low)
        self.map.setVisible(not is_low or self.view.currentIndex() == 0)
        self.card.setVisible(not is_low or self.view.currentIndex() == 1)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.lab.rest()
        self._patience.stop()

    # State

    def state(self) -> dict[str, Any]:
        return {
            **to_state(self.lab.contest),
            "step": self.lab.step,
            "chosen": self._chosen,
            "absent": list(self.runners.absent()),
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        contest = from_state(state)
        absent = state.get("absent")
        self.runners.set_absent(absent if isinstance(absent, list) else [])
        self._chosen = round(remembered.number(state, "chosen", _CHOSEN, 0, len(contest.runners) - 1))
        self._choose(contest)
        step = round(remembered.number(state, "step", contest.steps, 0, MOST_STEPS))
        self.lab.show_step(step)

    def numbers(self) -> str:
        """Return where each runner was at each step, and its error there."""
        outcome = self.lab.outcome
        if outcome is None:
            return ""
        race = outcome.race
        columns, names = [np.arange(race.steps + 1.0)], ["step"]
        for place, runner in enumerate(outcome.runners):
            columns += [race.paths[:, place, 0, 0], race.paths[:, place, 0, 1], race.errors[:, place, 0]]
            name = f"{runner.optimizer} {runner.learning_rate:g}"
            names += [f"x of {name}", f"y of {name}", f"error of {name}"]
        rows = [[f"{row[0]:.0f}", *map(repr, row[1:])] for row in np.column_stack(columns).tolist()]
        return "\n".join("\t".join(row) for row in [names, *rows])

    # What is shown

    @property
    def _outcome(self) -> Outcome | None:
        """The race that is shown: on the chosen surface, of as many runners as are chosen now, or none."""
        outcome, contest = self.lab.outcome, self.lab.contest
        if outcome is None or not outcome.contest.on_same_surface(contest):
            return None
        return outcome if len(outcome.runners) == len(contest.runners) else None

    def _show_contest(self) -> None:
        contest, surface = self.lab.contest, self.lab.contest.made_surface()
        self._chosen = min(self._chosen, len(contest.runners) - 1)
        self.setup.show_contest(contest, surface)
        self.runners.show_contest(contest, self._chosen)
        self.tuning.show_contest(contest, self._chosen)
        self.results.show_runners(runner_titles(contest.runners))
        self.map.show_surface(surface)
        self.map.set_start(*contest.start)
        with np.errstate(all="ignore"):
            is_number = bool(np.isfinite(surface.height(np.array(contest.start))))
        self.setup.show_start_error("" if is_number else self.tr("C is no number here. Take another start."))

    @Slot()
    def _on_run(self) -> None:
        """Show another race, or why there is none."""
        lab = self.lab
        self._patience.stop()
        if isinstance(lab.error, NowhereToStartError):
            self.tuning.show_failure()
        elif lab.error is not None:
            self.tell(Message(self.tr("The race could not be run"), cause(lab.error)))
        outcome = self._outcome if lab.error is None else None
        if outcome is not None:
            self.tuning.show_searches(outcome.searches if lab.contest.rates == "best" else ())
        self._show_step()
        self.numbers_changed.emit()

    def _show_step(self) -> None:
        lab, outcome = self.lab, self._outcome
        contest = lab.contest
        self.start.setText(self.tr("Pause") if lab.plays else self.tr("Start"))
        self.start.set_icon_name("pause" if lab.plays else "play")
        self.step.setEnabled(lab.step < contest.steps)
        self.back.setEnabled(lab.step > 0)
        titles, absent = runner_titles(contest.runners), self.runners.absent()
        race = None if outcome is None else outcome.race
        step = lab.step if race is None else min(lab.step, race.steps)
        self.map.show_race(race, step, self._chosen, absent)
        if race is not None:
            self.card.show_race(race, step, titles, absent)
            values = [error_text(error) for error in race.errors[step, :, 0].tolist()]
        else:
            values = [self.tr("–")] * len(titles)
        self.runners.show_values(values)
        self.results.show_firsts(race, step)
        self.results.story.setText(story(contest, outcome, titles, step))
        self.say(self.tr("{0} steps of {1}").format(thousands(lab.step), thousands(contest.steps)))

    @Slot()
    def _on_step_changed(self) -> None:
        self._show_step()
        if not self.lab.plays:
            self.state_changed.emit()

    @Slot()
    def _show_wins(self) -> None:
        self.results.show_wins(self.lab.many)

    @Slot(object, object)
    def _on_searched(self, done: int, _total: int) -> None:
        if self.lab.is_searching:
            self.tuning.show_searches((), done)

    @Slot()
    def _on_patience_lost(self) -> None:
        if self.lab.is_busy:
            self.say(self.tr("The race is being run…"))

    # What is done

    def _choose(self, contest: Contest) -> None:
        """Have another contest run."""
        self.lab.choose(contest)
        self._patience.start()
        self._show_contest()
        self._on_run_again()
        self.state_changed.emit()

    def _on_run_again(self) -> None:
        """Show what is known of the race already; the rest follows when it has been run."""
        outcome = self._outcome
        if outcome is not None and outcome.contest == self.lab.contest:
            self.tuning.show_searches(outcome.searches)
        self._show_wins()
        self._show_step()

    @Slot(object)
    def _on_wanted(self, contest: Contest) -> None:
        was_at_the_end = self.lab.step >= self.lab.contest.steps
        self._choose(contest)
        if was_at_the_end and not self.lab.plays:
            self.lab.show_step(contest.steps)

    @Slot(float, float)
    def _on_start_moved(self, x: float, y: float) -> None:
        self._on_wanted(replace(self.lab.contest, start=(x, y)))

    @Slot(int)
    def _on_chosen(self, index: int) -> None:
        self._chosen = index
        self._choose(self.lab.contest)

    @Slot()
    def _on_seen_changed(self) -> None:
        self._show_step()
        self.state_changed.emit()

    @Slot()
    def _on_removed(self) -> None:
        """Let the runner go that is looked at; those after it move up, seen or not as they were."""
        gone, contest = self._chosen, self.lab.contest
        kept = [runner for place, runner in enumerate(contest.runners) if place != gone]
        absent = [place - (place > gone) for place in self.runners.absent() if place != gone]
        self.runners.set_absent(absent)
        self._on_wanted(replace(contest, runners=tuple(kept)))

    @Slot()
    def _on_start(self) -> None:
        if self.lab.plays:
            self.lab.rest()
        else:
            self.lab.play()

    @Slot()
    def _on_step(self) -> None:
        self.lab.show_step(self.lab.step + 1)

    @Slot()
    def _on_back(self) -> None:
        self.lab.show_step(0)
