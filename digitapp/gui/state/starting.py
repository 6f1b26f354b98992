"""How the window starts runs: what they begin with is made, beside the window where that takes time."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.desk import Desk, Interrupted
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.progress import Report
from digitapp.runs.plan import Plan, Start
from digitapp.training.checkpoint import load_checkpoint, resume
from digitapp.training.foils import with_foils
from digitapp.training.loop import Run

Resumption = tuple[Desk, Interrupted, Dataset]


class Starter(QObject):
    """Makes what was planned for a desk, the newest plan of each, and starts its run if it has data to learn from.

    The run is active while it is made; one that is stopped meanwhile does not begin.

    Signals
    -------
    made(Desk, Start) : the network that was asked for is there, to be shown
    begun(Desk) : its run has begun
    resumed(Desk) : the run that was interrupted is about to go on
    """

    made = Signal(object, object)
    begun = Signal(object)
    resumed = Signal(object)

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

    def resume(self, desk: Desk, dataset: Dataset) -> None:
        """Go on with a desk's interrupted run, on the data that it learned from.

        What does not fit together ends as a run that has failed. Raises RuntimeError for a desk without such a run.
        """
        kept = desk.interrupted
        if kept is None:
            raise RuntimeError("no run was interrupted")
        self.forget(desk)
        desk.run.prepare(history=kept.branch.history, seconds=kept.seconds)
        seed = kept.branch.configs[1].seed

        def load(_report: Report, cancelled: threading.Event) -> Run:
            return resume(load_checkpoint(kept.checkpoint), with_foils(dataset, kept.foils, seed, cancelled))

        self._errand(desk).ask(load, (desk, kept, dataset))

    def forget(self, desk: Desk) -> None:
        """Make nothing for a desk any more."""
        desk.plan = None
        if desk.problem.key in self._errands:
            self._errand(desk).cancel()

    def _errand(self, desk: Desk) -> Errand:
        key = desk.problem.key
        if key not in self._errands:
            self._errands[key] = Errand(self._start_job, self)
            self._errands[key].found.connect(self._on_made)
            self._errands[key].failed.connect(self._on_failed)
        return self._errands[key]

    @Slot(object, object)
    def _on_made(self, made: Start | Run, wanted: Desk | Resumption) -> None:
        if isinstance(wanted, Desk):
            assert isinstance(made, Start)
            wanted.plan = None
            self._take_up(wanted, made)
        else:
            assert isinstance(made, Run)
            self._go_on(made, *wanted)

    def _go_on(self, run: Run, desk: Desk, kept: Interrupted, dataset: Dataset) -> None:
        if not desk.run.is_active:
            return  # stopped meanwhile: it can still be taken up
        desk.interrupted = None
        kept.branch.dataset = dataset
        self.resumed.emit(desk)
        desk.run.start(kept.branch.model.network, lambda _network: run, moments=kept.branch.moments)
        self.begun.emit(desk)

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
    def _on_failed(self, error: Exception, wanted: Desk | Resumption) -> None:
        if not isinstance(wanted, Desk):
            wanted[0].run.give_up(error)
            return
        desk = wanted
        plan, desk.plan = desk.plan, None
        if plan is not None and plan.dataset is not None:
            desk.run.give_up(error)
