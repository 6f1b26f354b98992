"""The runs of an experiment's other seeds are written as they come, and what of it is still to be trained."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from digitapp.gui.state.desk import Desk, Interrupted
from digitapp.gui.state.experiment import Experiment, SeedRun
from digitapp.gui.state.session import Session
from digitapp.kept.best import BestWish
from digitapp.kept.histories import KeptHistory, write_history
from digitapp.kept.pending import begin_seed, break_off_seed, close_experiment, open_experiment
from digitapp.kept.presence import Presence
from digitapp.kept.readings import readings_of, write_readings
from digitapp.kept.register import name_runs
from digitapp.kept.runs import RunFate, describe_run, end_run, forget_checkpoint, write_progress
from digitapp.kept.writer import Writer
from digitapp.training.checkpoint import Checkpoint
from digitapp.training.evaluate import evaluate

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

_FIRST_MS, _EVERY_MS = 500, 4000  # as of any run


class SeedKeeper(QObject):
    """Has the runs of a desk's experiments written, all but the first of each, which is kept as any run."""

    def __init__(
        self, session: Session, desk: Desk, seat: int, writer: Writer, presence: Presence, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._presence = presence
        self._best: dict[str, BestWish] = {}  # by the key of the run
        self._desk, self._seat, self._writer = desk, seat, writer
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        run = desk.run
        run.seed_begun.connect(self._on_seed_begun)
        run.seed_checkpoint_taken.connect(self._on_checkpoint)
        run.seed_ended.connect(self._on_seed_ended)
        run.experiment_ended.connect(self._on_experiment_ended)
        session.run_begun.connect(self._on_begun)
        session.resumer.left_seeds.connect(self._on_left)

    @property
    def _experiment(self) -> Experiment | None:
        return self._desk.run.experiment

    @Slot(object)
    def _on_begun(self, desk: Desk) -> None:
        """Write the name of a run, and what else is to be trained; the row of the run is there by then."""
        if desk is not self._desk:
            return
        experiment, seat, problem = self._experiment, self._seat, desk.problem.key
        if experiment is None:
            self._close_open()
            return
        first, name, seeds = desk.machine.branches[-1], experiment.name, experiment.seeds
        self._writer.put(("run is named", first.key), lambda store: name_runs(store, [first.key], name))
        if experiment.is_several and "start_from" not in first.facts and first.parent is None:
            self._writer.put(
                ("experiment", problem), lambda store: open_experiment(store, seat, problem, first.key, name, seeds)
            )
        else:  # of one that began with other weights what is missing could not be begun again
            self._close_open()

    def _close_open(self) -> None:
        seat, problem = self._seat, self._desk.problem.key
        self._writer.put(("experiment", problem), lambda store: close_experiment(store, seat, problem))

    @Slot(object)
    def _on_seed_begun(self, run: SeedRun) -> None:
        branch, experiment = run.branch, self._experiment
        if branch is None or experiment is None:
            return
        desk, seat, name = self._desk, self._seat, experiment.name
        facts, began = describe_run(branch, desk.dataset_name, branch.facts.get("foils", 0)), time.time()
        problem = desk.problem.key
        self._best[branch.key] = BestWish(branch.model, branch.record_at)
        self._presence.come(branch.key)
        self._writer.put(
            ("run begins", branch.key),
            lambda store: begin_seed(store, seat, problem, branch, facts, began, name),
        )
        if not experiment.is_together:
            self._timer.start(_FIRST_MS)

    @Slot()
    def _ask(self) -> None:
        """Ask for a checkpoint, where the last one is on the disk; the data's fingerprint is known by now."""
        run, experiment = self._desk.run, self._experiment
        if not run.is_active or run.is_learning or experiment is None:
            return
        self._timer.start(_EVERY_MS)
        branch, dataset = experiment.runs[experiment.current].branch, run.dataset
        waits = branch is None or ("run", branch.key) in self._writer.waiting
        if not waits and dataset is not None and dataset.train.has_fingerprint:
            run.request_checkpoint()

    @Slot(object, object)
    def _on_checkpoint(self, run: SeedRun, checkpoint: Checkpoint) -> None:
        branch, facts = run.branch, checkpoint.facts
        if branch is None or run.is_over:
            return
        kept = KeptHistory(run.history, float(facts["seconds"]))
        history = write_history(kept, int(facts["step"]), int(facts["epoch"]))
        best, wish = run.best, self._best.get(branch.key)
        model = wish.model_of(best) if wish is not None else None

        def write(store: Store) -> None:
            write_progress(store, branch.key, checkpoint, history, model)
            if wish is not None:
                wish.is_written(best)

        self._writer.put(("run", branch.key), write)

    @Slot(object)
    def _on_seed_ended(self, run: SeedRun) -> None:
        branch, fate, ended = run.branch, run.fate, time.time()
        if branch is None or fate is None:
            return
        key, wish = branch.key, self._best.pop(branch.key, None)
        if run.model is None:
            self._presence.leave(key)
            self._writer.put(("run ends", key), lambda store: break_off_seed(store, key, fate, ended))
            return
        model = run.model = replace(run.model, training=branch.record())
        finished = run.history.finished
        last = run.history.last_epoch
        seconds = finished.seconds if finished is not None else last.seconds if last is not None else 0.0
        history = write_history(KeptHistory(run.history, seconds))
        best = wish.model_at_end(run.best, model) if wish is not None else None

        def write(store: Store) -> None:
            fingerprint = branch.dataset.train.fingerprint if branch.dataset is not None else ""
            end_run(store, key, RunFate.ENDED, ended, history, model, fingerprint, best)
            store.afterwards(lambda: self._presence.leave(key))
            forget_checkpoint(store, key)
            if branch.dataset is not None and (validation := branch.dataset.validation) is not None:
                answers = evaluate(model.network, model.loss, validation).predictions
                write_readings(store, key, readings_of(validation, answers))

        self._writer.put(("run ends", key), write)

    @Slot()
    def _on_experiment_ended(self) -> None:
        """All seeds are done, or the rest was not wanted any more."""
        self._timer.stop()
        self._close_open()

    @Slot(object)
    def _on_left(self, kept: Interrupted) -> None:
        """Nobody goes on with the seeds that are missing."""
        if kept.desk is not self._desk or kept.pending is None:
            return
        ended = time.time()
        for run in kept.pending.known:
            if run.index and not run.is_over and run.branch is not None:
                self._put_broken_off(run.branch.key, ended)
        self._close_open()

    def _put_broken_off(self, key: str, ended: float) -> None:
        self._writer.put(("run ends", key), lambda store: break_off_seed(store, key, RunFate.GIVEN_UP, ended))

    def close(self) -> None:
        """What was handed over is written when the writer closes."""
        self._timer.stop()
