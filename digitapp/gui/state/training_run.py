"""A training run as the window sees it: its state, its history, and the newest weights at the pace of the eye."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from enum import Enum

import numpy as np
from PySide6.QtCore import QDeadlineTimer, QObject, QTimer, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.experiment import Experiment
from digitapp.gui.state.experiment_worker import ExperimentWorker, SeedCheckpoint, SeedLeft
from digitapp.gui.state.jobs import CLOSING_MS, leave
from digitapp.gui.state.worker import TrainingWorker
from digitapp.kept.runs import RunFate
from digitapp.nn.network import Network
from digitapp.runs.repeat import Repetition
from digitapp.training.best import BestKeeper, BestNetwork
from digitapp.training.checkpoint import Checkpoint
from digitapp.training.events import (
    CHANGEABLE,
    BatchDone,
    Change,
    EpochDone,
    PretrainingStep,
    RunStarted,
    SetLearningRate,
)
from digitapp.training.history import History
from digitapp.training.loop import Run
from digitapp.training.moments import Moments
from digitapp.training.run_state import RunState

FRAME_MS = 33
_LONG_FRAME_MS = 80  # of a run with batches so small that Python itself is what they wait for: each frame costs some
_TINY_BATCHES = 1.0  # batches in a millisecond from which on a run is such a one
SNAPSHOT_SHARE = 0.03  # of the training time may go into copying weights for display
SPEED_WINDOW_S = 1.0


class RunPhase(Enum):
    """What a run is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"


class TrainingRun(QObject):
    """Starts, pauses, steps and stops training, and pulls from the worker by one timer.

    Signals: `state_changed`; `progressed` at most once a frame, when batches were trained; `epoch_finished(EpochDone)`
    with the newest epoch, at most once a frame (the toy ends hundreds of epochs in one);
    `weights_arrived(parameters)` with the newest parameters; `failed(error)`; `ended` when the run is over. Of a run
    that is kept, `checkpoint_taken(Checkpoint)`.

    Of an experiment all of that is about the run of its first seed, whose network is shown; the others follow in the
    same thread, and the run stays active until the last of them is done. Of these: `seed_begun(SeedRun)`,
    `seed_ended(SeedRun)`, `seed_checkpoint_taken(SeedRun, Checkpoint)`, and at the end of all `experiment_ended`.
    """

    state_changed = Signal()
    progressed = Signal()
    epoch_finished = Signal(object)
    weights_arrived = Signal(object)
    failed = Signal(object)
    ended = Signal()
    checkpoint_taken = Signal(object)
    seed_begun = Signal(object)
    seed_ended = Signal(object)
    seed_checkpoint_taken = Signal(object, object)
    experiment_ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.phase = RunPhase.IDLE
        self.history = History()
        self.error: Exception | None = None  # why the last run ended by itself, until somebody has read it
        self.best: BestNetwork | None = None  # of the run as far as its last checkpoint, if it is better than before
        self.reached: RunState | None = None  # where the last run ended, for one that goes on as it would have
        self.samples_per_second: float | None = None
        self.pace: float | None = None
        self.experiment: Experiment | None = None  # that the last run is the first of
        self._worker: TrainingWorker | None = None
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._pull)
        self.is_kept = False  # whether checkpoints are taken
        self._checkpoint: Checkpoint | None = None
        self._seed_checkpoint: SeedCheckpoint | None = None
        self._has_told_end = False  # of the shown network's run
        self._snapshot_step = -1
        self._learned = np.empty(0, np.int64)  # in the step whose weights are shown
        self._next_snapshot = 0.0
        self._speed_mark = (0.0, 0)
        self._active_seconds = 0.0
        self._pretraining_seconds = 0.0
        self._active_since: float | None = None

    @property
    def is_active(self) -> bool:
        """Whether a run has started and not yet ended; a paused run is active."""
        return self.phase is not RunPhase.IDLE

    @property
    def is_learning(self) -> bool:
        """Whether the shown network may change yet: not while other seeds of its experiment learn."""
        return self.is_active and not self._has_told_end

    @property
    def newest(self) -> History:
        """How the run goes that is under way: of an experiment perhaps that of another seed than the first."""
        experiment = self.experiment
        return self.history if experiment is None else experiment.runs[experiment.current].history

    @property
    def progress(self) -> float:
        """The share of the planned batches that is done, 0 to 1; of an experiment those of all seeds."""
        return self.history.progress if self.experiment is None else self.experiment.progress

    @property
    def dataset(self) -> Dataset | None:
        """What the active run learns from, once it has begun."""
        return self._worker.dataset if self._worker is not None else None

    @property
    def learned(self) -> np.ndarray:
        """Indices of the samples from which a paused run has learned last; empty where it is not paused."""
        return self._learned if self.phase is RunPhase.PAUSED else np.empty(0, np.int64)

    @property
    def remaining_seconds(self) -> float | None:
        """The time the planned epochs will still take at the present pace, or None before it is known."""
        progress = self.history.progress if self.experiment is None else self.experiment.progress_here
        trained = self.elapsed_seconds - self._pretraining_seconds
        if progress <= 0 or trained < 0.2:
            return None
        return trained * (1 - progress) / progress

    @property
    def elapsed_seconds(self) -> float:
        """The time this run has trained, pauses left out."""
        running = time.perf_counter() - self._active_since if self._active_since is not None else 0.0
        return self._active_seconds + running

    def prepare(self, *, paused: bool = False, history: History | None = None, seconds: float = 0.0) -> None:
        """Be active while what a run needs is made; `start`, `stop` or `give_up` follows.

        A run that is taken up again goes on with its history, and the seconds that it took before.
        Raises RuntimeError while a run is active.
        """
        self.take_up(History() if history is None else history, seconds)
        self.samples_per_second = None
        self._snapshot_step = -1
        self._next_snapshot = 0.0
        self._active_since = None
        self._pretraining_seconds = 0.0
        self._set_phase(RunPhase.PAUSED if paused else RunPhase.RUNNING)

    def forget(self) -> None:
        """Be as before the first run. Raises RuntimeError while one is active."""
        if self.is_active:
            raise RuntimeError("a run is active already")
        self.history = History()
        self.error = None
        self.best = None
        self.reached = None
        self.experiment = None
        self._checkpoint = self._seed_checkpoint = None
        self._has_told_end = False

    def take_up(self, history: History, seconds: float) -> None:
        """Be as after a run of an earlier start, which took so many seconds.

        Raises RuntimeError while a run is active.
        """
        self.forget()
        self.history = history
        self._active_seconds = seconds

    def start(
        self,
        network: Network,
        begin: Callable[[Network], Run],
        *,
        paused: bool = False,
        moments: Moments | None = None,
    ) -> None:
        """Train a copy of `network` by the run that `begin(copy)` returns; `moments` is filled on the way.

        After `prepare` it is paused or not as it has become meanwhile. Raises RuntimeError while a run is active.
        """
        if self._worker is not None or not self.is_active:
            self.prepare(paused=paused)
        # Copied in the worker's thread: a large network takes its time.
        worker = TrainingWorker(network, lambda own: begin(own.copy()), moments)
        worker.best_keeper = BestKeeper(self.history)
        self._launch(worker)

    def start_experiment(
        self, network: Network, repeat: Callable[[Network], Repetition], experiment: Experiment, *, paused: bool = False
    ) -> None:
        """Train what `repeat(copy)` returns, the first of it on a copy of `network`, unless that was done before.

        The moments of the first run are filled on the way. Raises RuntimeError while a run is active.
        """
        if self._worker is not None or not self.is_active:
            self.prepare(paused=paused)
        first = experiment.runs[0]
        assert first.branch is not None
        self.experiment = experiment
        self._has_told_end = first.is_over
        moments = None if first.is_over else first.branch.moments
        worker = ExperimentWorker(network, lambda own: repeat(own.copy()), first.branch.model, moments)
        worker.best_keepers = {run.index: BestKeeper(run.history) for run in experiment.runs}
        self._launch(worker)

    def _launch(self, worker: TrainingWorker) -> None:
        worker.is_kept = self.is_kept
        worker.failed.connect(self._on_failed)
        worker.finished.connect(self._on_finished)
        worker.set_pace(self.pace)
        self._worker = worker
        if self.phase is RunPhase.PAUSED:
            worker.step_once()
        worker.start(TrainingWorker.Priority.LowPriority)
        self._timer.start()

    def pause(self) -> None:
        """Rest after the present batch."""
        if self.phase is RunPhase.RUNNING:
            if self._worker is not None:
                self._worker.pause()
            self._set_phase(RunPhase.PAUSED)

    def resume(self) -> None:
        """Go on after a pause."""
        if self.phase is RunPhase.PAUSED:
            if self._worker is not None:
                self._worker.resume()
            self._set_phase(RunPhase.RUNNING)

    def step_once(self) -> None:
        """Train one batch of a paused run."""
        if self.phase is RunPhase.PAUSED and self._worker is not None:
            self._worker.step_once()

    def end_epoch(self) -> None:
        """Train to the end of the present epoch, then rest; nothing happens with several seeds."""
        if self._worker is not None and self.is_active and not self.has_seeds:
            self._worker.end_epoch()
            if self.phase is RunPhase.PAUSED:
                self._set_phase(RunPhase.RUNNING)

    @property
    def has_seeds(self) -> bool:
        """Whether the run is the first of several seeds."""
        return self.experiment is not None and self.experiment.is_several

    def stop(self) -> None:
        """End the run after the present batch; the weights reached so far arrive before `ended`."""
        if self._worker is not None:
            self._worker.stop()
        elif self.is_active:
            self._set_phase(RunPhase.IDLE)

    def give_up(self, error: Exception) -> None:
        """End a run that was prepared in vain."""
        self.error = error
        self.failed.emit(error)
        self._set_phase(RunPhase.IDLE)

    def request_checkpoint(self) -> None:
        """Ask for the whole state of the run after the present batch: `checkpoint_taken` brings it."""
        if self._worker is not None:
            self._worker.request_checkpoint()

    def set_learning_rate(self, learning_rate: float) -> None:
        """Change the learning rate of the active run from its next batch on."""
        if self._worker is not None and self.is_active:
            self._worker.send(SetLearningRate(learning_rate))

    def change(self, name: str, value: float) -> None:
        """Change a setting of the active run, see `Change`; of several seeds only the learning rate of all of them."""
        if self._worker is None or not self.is_active:
            return
        if self.experiment is None or not self.experiment.is_several:
            self._worker.send(Change({name: value}))
        elif name == "learning_rate" and self.experiment.is_together:
            self._worker.send(SetLearningRate(value))

    @property
    def can_change(self) -> tuple[str, ...]:
        """The settings that can be changed at the moment: seeds that follow one another are to learn alike."""
        if self.experiment is None or not self.experiment.is_several:
            return CHANGEABLE
        return ("learning_rate",) if self.experiment.is_together else ()

    def set_pace(self, batches_per_second: float | None) -> None:
        """Train no faster than this, now and in later runs; None is full speed."""
        self.pace = batches_per_second
        if self._worker is not None:
            self._worker.set_pace(batches_per_second)

    def close(self) -> None:
        """Interrupt the run, and wait for its present batch, but not for long. One that is kept hands its state out.

        A running QThread must not be destroyed: one that does not end is left to itself.
        """
        self._timer.stop()
        worker = self._worker
        if worker is not None:
            worker.finished.disconnect(self._on_finished)
            worker.failed.disconnect(self._on_failed)
            worker.interrupt()
            if worker.wait(QDeadlineTimer(CLOSING_MS)):
                self._take_in(worker)
                if worker.snapshot is not None:
                    self.weights_arrived.emit(worker.snapshot.parameters)
                self._tell_checkpoint(worker)
            else:
                leave(worker)
            self._worker = None
        if self.is_active:
            self._set_phase(RunPhase.IDLE)
        if worker is not None and self.history.finished is not None and not self._has_told_end:
            self.ended.emit()

    def _set_phase(self, phase: RunPhase) -> None:
        now = time.perf_counter()
        if self._active_since is not None:
            self._active_seconds += now - self._active_since
        self._active_since = now if phase is RunPhase.RUNNING else None
        self._speed_mark = (0.0, 0)
        self.phase = phase
        self.state_changed.emit()

    @Slot()
    def _pull(self) -> None:
        """Take over what the worker has done since the last frame."""
        worker = self._worker
        if worker is None:
            return
        # Looked at first: what the worker has done before it rests, or before the first run ends, is taken over below.
        rests = worker.is_resting
        shown_ended = isinstance(worker, ExperimentWorker) and worker.shown_ended
        count, epoch = self._take_in(worker)
        if rests and self.phase is RunPhase.RUNNING:
            self._set_phase(RunPhase.PAUSED)
        self._fit_frame(count)
        self._measure_speed()
        self._pull_weights(worker)
        self._tell_checkpoint(worker)
        if count:
            self.progressed.emit()
        if epoch is not None:
            self.epoch_finished.emit(epoch)
        if shown_ended and isinstance(worker, ExperimentWorker) and not self._has_told_end:
            self._tell_end(worker)

    def _take_in(self, worker: TrainingWorker) -> tuple[int, EpochDone | None]:
        """Add the new events to the history; return how many they are, and the last epoch among them."""
        epoch: EpochDone | None = None
        events, add = worker.events, self.history.add
        count = len(events)
        for _ in range(count):
            event = events.popleft()
            add(event)
            if type(event) is EpochDone:
                epoch = event
            elif type(event) is PretrainingStep:
                self._pretraining_seconds = self.elapsed_seconds
        if isinstance(worker, ExperimentWorker):
            count += self._take_in_others(worker)
        return count, epoch

    def _take_in_others(self, worker: ExperimentWorker) -> int:
        """Tell the experiment what has happened in the runs of other seeds; return how many events that were."""
        experiment, others = self.experiment, worker.others
        assert experiment is not None
        experiment.is_together = worker.is_together
        count = len(others)
        for _ in range(count):
            index, event = others.popleft()
            run = experiment.take_in(index, event)
            if isinstance(event, RunStarted):
                self.seed_begun.emit(run)
            elif isinstance(event, SeedLeft):
                self.seed_ended.emit(run)
        return count

    def _tell_end(self, worker: ExperimentWorker) -> None:
        """The first run of an experiment is over, and the shown network as it has left it; other seeds go on."""
        if worker.snapshot is not None:
            self.weights_arrived.emit(worker.snapshot.parameters)
        self._tell_checkpoint(worker)
        self.reached = worker.reached
        self._has_told_end = True
        assert self.experiment is not None
        first = self.experiment.runs[0]
        first.fate = RunFate.ENDED if worker.shown_error is None else RunFate.FAILED
        if worker.shown_error is not None:
            self.error = worker.shown_error
            self.failed.emit(worker.shown_error)
        self.ended.emit()
        if self.is_active:
            self.state_changed.emit()

    def _fit_frame(self, count: int) -> None:
        """Let frames come less often while the batches of a frame are very many, and as usual again when they are few.

        The thread that learns and the window share the interpreter, which such batches are mostly made of.
        """
        is_tiny = count > _TINY_BATCHES * self._timer.interval()
        if is_tiny != (self._timer.interval() > FRAME_MS):
            self._timer.setInterval(_LONG_FRAME_MS if is_tiny else FRAME_MS)

    def _tell_checkpoint(self, worker: TrainingWorker) -> None:
        if worker.checkpoint is not self._checkpoint:
            self._checkpoint = worker.checkpoint
            self.best = worker.best
            self.checkpoint_taken.emit(worker.checkpoint)
        if isinstance(worker, ExperimentWorker) and worker.seed_checkpoint is not self._seed_checkpoint:
            taken = self._seed_checkpoint = worker.seed_checkpoint
            if taken is not None and self.experiment is not None:
                self.experiment.runs[taken.index].best = taken.best
                self.seed_checkpoint_taken.emit(self.experiment.runs[taken.index], taken.checkpoint)

    def _pull_weights(self, worker: TrainingWorker) -> None:
        snapshot = worker.snapshot
        if snapshot is not None and snapshot.step != self._snapshot_step:
            self._snapshot_step, self._learned = snapshot.step, snapshot.learned
            self.weights_arrived.emit(snapshot.parameters)
        now = time.perf_counter()
        if now >= self._next_snapshot:
            # About 4 GB/s of copying, once per frame for all but the largest networks.
            self._next_snapshot = now + worker.network.state.nbytes / 4e9 / SNAPSHOT_SHARE
            worker.request_snapshot()

    def _measure_speed(self) -> None:
        batch: BatchDone | None = self.newest.last_batch
        if batch is None or self.phase is not RunPhase.RUNNING:
            return
        now = time.perf_counter()
        since, samples = self._speed_mark
        if since == 0.0 or batch.samples < samples:
            self._speed_mark = (now, batch.samples)
        elif now - since >= SPEED_WINDOW_S or (self.samples_per_second is None and now - since >= 0.25):
            self.samples_per_second = (batch.samples - samples) / (now - since)
            self._speed_mark = (now, batch.samples)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self._pull()
        self.error = error
        self.failed.emit(error)

    @Slot()
    def _on_finished(self) -> None:
        self._timer.stop()
        self._pull()
        worker, self._worker = self._worker, None
        has_told, experiment = self._has_told_end, self.experiment
        if worker is not None:
            if worker.snapshot is not None and not has_told:
                self.weights_arrived.emit(worker.snapshot.parameters)
            self._tell_checkpoint(worker)
            if worker.state is not None and not has_told:  # without the copies of the network that nobody asks for
                self.reached = replace(worker.state, kept={})
            worker.deleteLater()
        self._has_told_end = True
        if experiment is not None:
            experiment.is_over = True
        self._set_phase(RunPhase.IDLE)
        if not has_told:
            self.ended.emit()
        if experiment is not None:
            self.experiment_ended.emit()
