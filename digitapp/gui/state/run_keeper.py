"""The runs of a desk are written while they learn, so that one that is cut off can be taken up again.

A run of steps that are taken by hand is at its end after each of them: what is written is how it stands.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from digitapp.datasets.dataset import Split
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.session import Session
from digitapp.kept.best import BestWish
from digitapp.kept.histories import KeptHistory, write_history
from digitapp.kept.limits import make_room
from digitapp.kept.presence import Presence
from digitapp.kept.readings import Readings, readings_of, write_readings
from digitapp.kept.runs import (
    RunFate,
    begin_run,
    describe_run,
    end_run,
    give_up_run,
    leave_list,
    write_moments,
    write_progress,
    write_steps,
)
from digitapp.kept.writer import Writer
from digitapp.modelfile import Model
from digitapp.progress import Report
from digitapp.runs.branches import Branch
from digitapp.training.checkpoint import Checkpoint
from digitapp.training.evaluate import evaluate
from digitapp.training.moments import Moment

if TYPE_CHECKING:  # a start that finds nothing kept imports no SQLite
    from digitapp.kept.store import Store

FIRST_MS, EVERY_MS = 500, 4000
"""From the beginning of a run to its first checkpoint, and from one to the next."""
BYTES_PER_S = 20e6
"""Of checkpoints that are written beside a run, at most: those of large networks come less often."""
BY_HAND_MS = 1000
"""From a step by hand until it is written: many come one after the other."""
CLOSING_BYTES = 16_000_000
"""Of moments that are still to be written when the window closes, at most: nobody waits for more of them."""


class RunKeeper(QObject):
    """Asks for checkpoints of a desk's run, and has them written."""

    def __init__(
        self, session: Session, desk: Desk, seat: int, writer: Writer, presence: Presence, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._presence = presence
        self._best: BestWish | None = None  # of the run that is under way
        self._session = session
        self._desk = desk
        self._seat = seat
        self._writer = writer
        self._branch: Branch | None = None  # of the run that is under way
        self._hashed: Split | None = None
        self._moments: dict[str, tuple[Moment, ...]] = {}  # what of each run was handed over
        self._replaced: dict[str, set[int]] = {}  # moments of steps that were taken back and taken anew
        self._by_hand: Branch | None = None  # the run of steps by hand that is going on
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._keep_steps)
        desk.run.is_kept = True
        desk.run.checkpoint_taken.connect(self._on_checkpoint)
        desk.run.ended.connect(self._on_ended)
        session.run_begun.connect(self._on_begun)
        session.begun_by_hand.connect(self._on_begun_by_hand)
        session.branches_changed.connect(self._on_stepped)
        session.resumer.left.connect(self._on_left)

    @Slot(object)
    def _on_begun(self, desk: Desk) -> None:
        if desk is not self._desk:
            return
        self._by_hand = None
        self._branch = branch = self._put_beginning()
        self._best = BestWish(branch.model, branch.record_at)
        self._presence.come(branch.key)
        self._timer.start(FIRST_MS)

    def _put_beginning(self) -> Branch:
        """Have it written that the desk's newest run has begun, and return the run."""
        desk, seat = self._desk, self._seat
        branch, problem = desk.machine.branches[-1], desk.problem.key
        facts, began = describe_run(branch, desk.dataset_name, branch.facts.get("foils", 0)), time.time()
        listed = [other.key for other in desk.machine.branches]
        self._writer.put(
            ("run begins", branch.key), lambda store: begin_run(store, seat, problem, branch, facts, began)
        )
        self._writer.put(("runs", problem), lambda store: leave_list(store, seat, problem, listed))
        return branch

    @Slot(object)
    def _on_begun_by_hand(self, desk: Desk) -> None:
        if desk is self._desk:
            self._by_hand = self._put_beginning()
            self._pause.start(BY_HAND_MS)

    @Slot()
    def _on_stepped(self) -> None:
        branch = self._by_hand
        if branch is not None and self._moments.get(branch.key) is not branch.moments.kept:
            self._pause.start(BY_HAND_MS)

    @Slot()
    def _keep_steps(self) -> None:
        """Write the steps by hand as they stand."""
        branch = self._by_hand
        if branch is None:
            return
        history = write_history(self._history(branch))
        self._writer.put(("run", branch.key), lambda store: write_steps(store, branch.key, history))
        self._keep_moments()

    @Slot()
    def _ask(self) -> None:
        """Ask for a checkpoint, once the data's fingerprint is known and the last one is on the disk."""
        run, branch = self._desk.run, self._branch
        if not run.is_active or branch is None:
            return
        self._timer.start(EVERY_MS)
        dataset = run.dataset
        if dataset is None or ("run", branch.key) in self._writer.waiting:
            return
        if dataset.train.has_fingerprint:
            run.request_checkpoint()
        elif dataset.train is not self._hashed:
            self._hash(dataset.train)

    def _hash(self, split: Split) -> None:
        """Compute the fingerprint beside the run, which would stand still for it."""
        self._hashed = split

        def work(_report: Report, _cancelled: threading.Event) -> str:
            return split.fingerprint

        self._session.start_job(work, succeeded=self._on_hashed, failed=self._on_hashed)

    @Slot(object)
    def _on_hashed(self, _fingerprint: object) -> None:
        self._desk.run.request_checkpoint()

    @Slot(object)
    def _on_checkpoint(self, checkpoint: Checkpoint) -> None:
        branch = self._branch
        if branch is None:
            return
        facts = checkpoint.facts
        history = write_history(self._history(branch), int(facts["step"]), int(facts["epoch"]))
        best, wish = self._desk.run.best, self._best
        model = wish.model_of(best) if wish is not None else None

        def write(store: Store) -> None:
            write_progress(store, branch.key, checkpoint, history, model)
            if wish is not None:
                wish.is_written(best)

        self._writer.put(("run", branch.key), write)
        size = sum(array.nbytes for array in checkpoint.arrays.values())
        if self._desk.run.is_active:
            self._timer.start(max(EVERY_MS, round(1000 * size / BYTES_PER_S)))
        self._keep_moments()

    def _history(self, branch: Branch) -> KeptHistory:
        moments = branch.moments
        return KeptHistory(branch.history, self._desk.run.elapsed_seconds, moments.stride, moments.capacity)

    def _keep_moments(self, most_bytes: int | None = None) -> None:
        """Write the moments of all runs that have other ones than before: newer runs make older ones thinner."""
        for branch in self._desk.machine.branches:
            kept = branch.moments.kept
            if self._moments.get(branch.key) is not kept:
                self._put_moments(branch.key, kept, most_bytes)

    def _put_moments(self, key: str, kept: tuple[Moment, ...], most_bytes: int | None) -> None:
        if ("moments", key) not in self._writer.waiting:
            self._replaced.pop(key, None)
        replaced = self._replaced.setdefault(key, set())
        before = {moment.step: moment for moment in self._moments.get(key, ())}
        replaced |= {moment.step for moment in kept if before.get(moment.step, moment) is not moment}
        anew = frozenset(replaced)
        self._moments[key] = kept
        self._writer.put(("moments", key), lambda store: write_moments(store, key, kept, most_bytes, anew))

    def know_past(self) -> None:
        """What was read of earlier runs is on the disk."""
        earlier = [branch for branch in self._desk.machine.branches if branch.dataset is None]
        self._moments |= {branch.key: branch.moments.kept for branch in earlier}

    @Slot()
    def _on_ended(self) -> None:
        branch, self._branch = self._branch, None
        self._timer.stop()
        if branch is None:
            return
        fate = RunFate.ENDED if self._desk.run.error is None else RunFate.FAILED
        history = write_history(self._history(branch))
        own = self._desk.models.own.model
        model, ended = replace(own, network=own.network.copy()), time.time()
        data = branch.dataset.train if branch.dataset is not None else None
        best = self._best.model_at_end(self._desk.run.best, model) if self._best is not None else None

        def write(store: Store) -> None:
            fingerprint = data.fingerprint if data is not None else ""
            end_run(store, branch.key, fate, ended, history, model, fingerprint, best)
            make_room(store)
            store.afterwards(lambda: self._presence.leave(branch.key))

        self._writer.put(("run ends", branch.key), write)
        self._read_validation(branch, model)
        self._keep_moments()

    def _read_validation(self, branch: Branch, model: Model) -> None:
        """Have it found out beside the window, and written, what the network reads each validation image as."""
        dataset = branch.dataset
        if dataset is None or (validation := dataset.validation) is None:
            return

        def work(_report: Report, _cancelled: threading.Event) -> tuple[str, Readings | None]:
            answers = evaluate(model.network, model.loss, validation).predictions
            return branch.key, readings_of(validation, answers)

        self._session.start_job(work, succeeded=self._on_read, failed=self._on_unread)

    @Slot(object)
    def _on_read(self, found: tuple[str, Readings | None]) -> None:
        key, readings = found
        self._writer.put(("readings", key), lambda store: write_readings(store, key, readings))

    @Slot(object)
    def _on_unread(self, _error: Exception) -> None:
        """Two runs are then compared without it."""

    @Slot(object)
    def _on_left(self, branch: Branch) -> None:
        if branch in self._desk.machine.branches:
            self._writer.put(("run ends", branch.key), lambda store: give_up_run(store, branch.key))
            self._keep_moments()

    def close(self) -> None:
        """Hand over the moments of a run that was cut off: its checkpoint came when the session was closed."""
        self._timer.stop()
        if self._pause.isActive():
            self._pause.stop()
            self._keep_steps()
        self._keep_moments(CLOSING_BYTES)
