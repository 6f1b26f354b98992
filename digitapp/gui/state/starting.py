"""How the window starts runs: what they begin with is made, beside the window where that takes time."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.desk import Desk
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.progress import Report
from digitapp.runs.plan import Plan, Start


class Starter(QObject):
    """Makes what was planned for a desk, the newest plan of each, and starts its run if it has data to learn from.

    The run is active while it is made; one that is stopped meanwhile does not begin.

    Signals
    -------
    made(Desk, Start) : the network that was asked for is there, to be shown
    begun(Desk) : its run has begun
    """

    made = Signal(object, object)
    begun = Signal(object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start_job = start_job
        self._errands: dict[str, Errand] = {}

    def start(self, desk: Desk, plan: Plan) -> None:
        """Make what a plan asks for, at once where that does not hold up the window. Raises ConfigError then.

        Raises RuntimeError where a run is to begin while another one is active.
        """
        self.forget(desk)
        if not plan.takes_time:
            self._take_up(desk, plan.make())
            return
        desk.plan = plan
        if plan.dataset is not None:
            desk.run.prepare(paused=plan.paused)

        def make(_report: Report, cancelled: threading.Event) -> Start:
            return plan.make(cancelled)

        self._errand(desk).ask(make, desk)

    def forget(self, desk: Desk) -> None:
        """Make nothing for a desk any more."""
        if desk.plan is not None:
            desk.plan = None
            self._errand(desk).cancel()

    def _errand(self, desk: Desk) -> Errand:
        key = desk.problem.key
        if key not in self._errands:
            self._errands[key] = Errand(self._start_job, self)
            self._errands[key].found.connect(self._on_made)
            self._errands[key].failed.connect(self._on_failed)
        return self._errands[key]

    @Slot(object, object)
    def _on_made(self, start: Start, desk: Desk) -> None:
        desk.plan = None
        self._take_up(desk, start)

    def _take_up(self, desk: Desk, start: Start) -> None:
        """Have the network shown, and train it if that is wanted."""
        self.made.emit(desk, start)
        plan = start.plan
        if plan.dataset is None:
            return
        if not desk.run.is_active:
            desk.run.prepare(paused=plan.paused)
        configs = plan.network, plan.config
        branch = desk.machine.begin(
            start.shown, desk.run.history, configs, plan.dataset, plan.marks, plan.origin, plan.facts
        )
        desk.run.start(start.network, start.begin, moments=branch.moments)
        self.begun.emit(desk)

    @Slot(object, object)
    def _on_failed(self, error: Exception, desk: Desk) -> None:
        plan, desk.plan = desk.plan, None
        if plan is not None and plan.dataset is not None:
            desk.run.give_up(error)
