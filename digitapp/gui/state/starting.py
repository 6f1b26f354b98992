"""How the window starts runs: what they begin with is made, beside the window where that takes time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.desk import Desk, Interrupted
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.experiment import Experiment
from digitapp.gui.state.jobs import StartJob
from digitapp.nn.network import Network
from digitapp.progress import Report
from digitapp.runs.plan import Plan, Start
from digitapp.runs.repeat import Repetition, beginning, repetition_of
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
        config = kept.branch.configs[1]
        seed = config.seed if kept.pending is None else kept.pending.seed_under_way
        path, foils = kept.checkpoint, kept.foils

        def load(_report: Report, cancelled: threading.Event) -> Run | None:
            if path is None:
                return None  # the seed under way had not come to its first checkpoint: it begins anew
            return resume(load_checkpoint(path), with_foils(dataset, foils, seed, cancelled))

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
    def _on_made(self, made: Start | Run | None, wanted: Desk | Resumption) -> None:
        if isinstance(wanted, Desk):
            assert isinstance(made, Start)
            wanted.plan = None
            self._take_up(wanted, made)
        else:
            assert not isinstance(made, Start)
            self._go_on(made, *wanted)

    def _go_on(self, run: Run | None, desk: Desk, kept: Interrupted, dataset: Dataset) -> None:
        if not desk.run.is_active:
            return  # stopped meanwhile: it can still be taken up
        desk.interrupted = None
        kept.branch.dataset = dataset
        self.resumed.emit(desk)
        network = kept.branch.model.network
        if kept.pending is not None:
            experiment = kept.pending.experiment(kept.branch, desk.machine.next_number, dataset)
            desk.run.start_experiment(network, _going_on(kept, dataset, run), experiment)
        else:
            assert run is not None
            whole = run
            desk.run.start(network, lambda _network: whole, moments=kept.branch.moments)
        if kept.pending is None or not kept.pending.is_first_over:
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
        if plan.repeat is None:
            desk.run.start(start.network, start.begin, moments=branch.moments)
        else:
            experiment = Experiment(plan.repeat, branch, desk.machine.next_number)
            desk.run.start_experiment(start.network, partial(repetition_of, start), experiment)
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


def _going_on(kept: Interrupted, dataset: Dataset, run: Run | None) -> Callable[[Network], Repetition]:
    """Return what trains the seeds that an interrupted experiment lacks, the one that was under way first."""
    pending, branch = kept.pending, kept.branch
    assert pending is not None
    plan = Plan(dataset.problem, *branch.configs, None, dataset, repeat=pending.repeat)
    missing = pending.missing
    return lambda _network: Repetition(beginning(plan), len(pending.repeat.seeds), missing, run)
