"""The race of optimisers that this window watches: run beside it, and shown step by step."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.lab.contest import USUAL, Contest, KnownRates, Outcome, run_contest, run_from_many_starts
from digitapp.lab.descent import Race
from digitapp.progress import Report

_FRAME_MS = 33
_FRAMES = 100  # of a whole race while it plays


class DescentLab(QObject):
    """Runs the chosen contest, and says how far of it is shown.

    Signals
    -------
    chosen_changed : another contest is chosen
    changed : a contest has been run, or cannot be
    many_changed : the race from many starts is there, or not any more
    step_changed : another step is shown, or it plays or rests
    searched(done, total) : runners whose best rate was found, of all
    """

    chosen_changed = Signal()
    changed = Signal()
    many_changed = Signal()
    step_changed = Signal()
    searched = Signal(object, object)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.contest = USUAL
        self.outcome: Outcome | None = None
        self.many: Race | None = None
        self.error: Exception | None = None
        self._known = KnownRates()
        self._place = 0.0  # in steps; between two of them while it plays
        self._timer = QTimer(self, interval=_FRAME_MS)
        self._timer.timeout.connect(self._on_frame)
        self._race, self._starts = Errand(session.start_job, self), Errand(session.start_job, self)
        self._race.found.connect(self._on_run)
        self._race.failed.connect(self._on_failed)
        self._race.progressed.connect(self.searched)
        self._starts.found.connect(self._on_many)

    # What is chosen

    def choose(self, contest: Contest) -> None:
        """Have another contest run; what is shown stays until it has been."""
        if contest == self.contest and self.outcome is not None and self.outcome.contest == contest:
            return
        is_same_race = contest.in_same_race(self.contest)
        self.contest, self.error = contest, None
        self._place = min(self._place, contest.steps)
        if not is_same_race and self.many is not None:
            self._starts.cancel()
            self.many = None
            self.many_changed.emit()
        known = self._known

        def work(report: Report, cancelled: threading.Event) -> Outcome | None:
            return run_contest(contest, known, report, cancelled)

        # While the start is dragged each race is finished, or none ever would be.
        self._race.ask(work, contest, patient=is_same_race)
        self.chosen_changed.emit()

    @property
    def is_busy(self) -> bool:
        """Whether a race is being run."""
        return self._race.is_busy

    @property
    def is_searching(self) -> bool:
        """Whether best rates are being looked for."""
        return self._race.is_busy and self.contest.rates == "best"

    @Slot(object, object)
    def _on_run(self, outcome: Outcome, contest: Contest) -> None:
        if not contest.in_same_race(self.contest):
            return
        self.outcome = outcome
        self.changed.emit()
        if self.many is None:

            def work(_report: Report, cancelled: threading.Event) -> Race | None:
                return run_from_many_starts(outcome, cancelled)

            self._starts.ask(work, contest)

    @Slot(object, object)
    def _on_many(self, race: Race, contest: Contest) -> None:
        if contest.in_same_race(self.contest):
            self.many = race
            self.many_changed.emit()

    @Slot(object, object)
    def _on_failed(self, error: Exception, contest: Contest) -> None:
        if contest == self.contest:
            self.error = error
            self.rest()
            self.changed.emit()

    # How far it is shown

    @property
    def step(self) -> int:
        """The last step that is shown."""
        return int(self._place)

    @property
    def plays(self) -> bool:
        """Whether it goes on by itself."""
        return self._timer.isActive()

    def play(self) -> None:
        """Go on from the step that is shown, or from the start where the race is at its end."""
        if self.step >= self.contest.steps:
            self._place = 0.0
        self._timer.start()
        self.step_changed.emit()

    def rest(self) -> None:
        """Stop where it is."""
        if self.plays:
            self._timer.stop()
            self.step_changed.emit()

    def show_step(self, step: int) -> None:
        """Show the race up to a step, and rest there."""
        self._timer.stop()
        self._place = float(min(max(0, step), self.contest.steps))
        self.step_changed.emit()

    @Slot()
    def _on_frame(self) -> None:
        steps = self.contest.steps
        before = self.step
        self._place = min(float(steps), self._place + steps / _FRAMES)
        if self._place >= steps:
            self._timer.stop()
        if self.step != before or not self.plays:
            self.step_changed.emit()
