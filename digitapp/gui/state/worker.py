"""Run the training generator in a thread of its own.

Events cross to the window as data, not as signals: the thread appends to a deque and the window drains it by timer.
A signal for every batch would fill the event queue faster than the window can empty it (docs/decisions.md).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QThread, Signal

from digitapp.datasets.dataset import Dataset
from digitapp.nn.network import Network
from digitapp.training.best import BestKeeper, BestNetwork
from digitapp.training.checkpoint import Checkpoint, take_checkpoint
from digitapp.training.events import BatchDone, Change, Command, EpochDone, Event, PretrainingStep, RunStarted
from digitapp.training.loop import Events, Run
from digitapp.training.moments import Moments, update_shares
from digitapp.training.run_state import RunState


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parameters of the network as it is used after one step: averaged and folded where that was asked for.

    Attributes
    ----------
    learned : indices of the samples that this step has learned; empty where that is not known
    """

    step: int
    parameters: np.ndarray
    learned: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


class TrainingWorker(QThread):
    """Drives one run of `train()` and obeys pause, step, stop and commands between two events.

    `finished` (of QThread) and `failed` are the only signals; `failed` carries the exception that ended the run.
    """

    failed = Signal(object)

    def __init__(self, network: Network, begin: Callable[[Network], Run], moments: Moments | None = None) -> None:
        super().__init__()
        self.is_kept = False  # if it is, there is a checkpoint whenever it rests, and when it ends
        self._moments = moments if moments is not None else Moments(0)
        self.network = network
        self.events: deque[Event] = deque()
        self.snapshot: Snapshot | None = None
        self.checkpoint: Checkpoint | None = None
        self.best: BestNetwork | None = None  # as it was when the checkpoint was taken
        self.best_keeper = BestKeeper()
        self._begin = begin
        self._run: Run | None = None
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self._one_step = False  # to be trained, then it rests
        self._one_epoch = False  # to be ended, then it rests
        self._turning = threading.Lock()  # between going on and resting: neither may undo what the other has just done
        self._snapshot_wanted = threading.Event()
        self._checkpoint_wanted = threading.Event()
        self._is_interrupted = False
        self._command: Command | None = None
        self._pause_between = 0.0
        self._before: tuple[int, np.ndarray] | None = None  # the parameters after a step that a moment follows

    def pause(self) -> None:
        """Rest after the present batch; a run that was stopped ends all the same."""
        with self._turning:
            self._one_epoch = False
            if not self._stop.is_set():
                self._go.clear()

    def resume(self) -> None:
        """Go on after a pause, also one that the single step under way is to end with."""
        with self._turning:
            self._one_step = self._one_epoch = False
            self._go.set()

    def end_epoch(self) -> None:
        """Train to the end of the present epoch, then rest."""
        with self._turning:
            self._one_step, self._one_epoch = False, True
            self._go.set()

    @property
    def is_resting(self) -> bool:
        """Whether it rests, or will after the present batch."""
        return not self._go.is_set()

    def step_once(self) -> None:
        """Train one batch, then rest again."""
        with self._turning:
            self._one_step = True
            self._go.set()

    def stop(self) -> None:
        """End the run after the present batch."""
        with self._turning:
            self._stop.set()
            self._go.set()

    def interrupt(self) -> None:
        """End the run after the present batch as something that is to be taken up again: `checkpoint` is its state."""
        self._is_interrupted = True
        self.stop()

    def send(self, command: Command) -> None:
        """Hand a command to the run before its next batch; a newer one replaces it, but for settings that it leaves."""
        waiting = self._command
        if isinstance(command, Change) and isinstance(waiting, Change):
            command = Change({**waiting.settings, **command.settings})
        self._command = command

    def set_pace(self, batches_per_second: float | None) -> None:
        """Train no faster than this, so that the eye can follow; None is full speed."""
        self._pause_between = 1 / batches_per_second if batches_per_second else 0.0

    @property
    def dataset(self) -> Dataset | None:
        """What the run learns from; None before it has begun."""
        return self._run.dataset if self._run is not None else None

    @property
    def state(self) -> RunState | None:
        """How far the run is; None before it has begun. To be looked at when the thread has ended."""
        return self._run.state if self._run is not None else None

    def request_snapshot(self) -> None:
        """Ask for a copy of the network after the present batch."""
        self._snapshot_wanted.set()

    def request_checkpoint(self) -> None:
        """Ask for the run's whole state after the present batch."""
        self._checkpoint_wanted.set()

    def run(self) -> None:
        """The thread: advance the generator until it ends, fails or is stopped."""
        step = 0
        events: Events | None = None
        try:
            self._run = self._begin(self.network)
            events = self._run.events()
            event: Event | None = next(events, None)
            if isinstance(event, RunStarted):
                self._moments.plan(event.epochs * event.batches_per_epoch)
            step = self._run.state.step  # of a run that is taken up again
            self._keep_moment(step)
            while event is not None:
                self.events.append(event)
                if isinstance(event, BatchDone):
                    step = event.step
                    self._keep_moment(step)
                else:
                    self.best_keeper.after(event, self._run)
                if isinstance(event, (BatchDone, PretrainingStep)) or self._ends_epoch(event):
                    self._rest_if_paused(step)
                if self._stop.is_set():
                    break
                event = self._advance(events)
            if self._is_interrupted and self.is_kept:
                self._take_checkpoint()
            events.close()  # which puts the result of a run that was stopped into the network
        except Exception as error:  # noqa: BLE001 - whatever ends a run is shown in the window, never lost in a thread
            self._end_with(step)
            self.failed.emit(error)
        else:
            self._end_with(step)
        finally:
            if events is not None:
                events.close()

    def _ends_epoch(self, event: Event) -> bool:
        """Whether it is to rest because an epoch has ended, and more are to come."""
        if not isinstance(event, EpochDone) or self._run is None or self._run.is_finished:
            return False
        with self._turning:
            ends, self._one_epoch = self._one_epoch, False
            if ends:
                self._go.clear()
        return ends

    def _advance(self, events: Events) -> Event | None:
        command, self._command = self._command, None
        try:
            return events.send(command)
        except StopIteration:
            return None

    def _rest_if_paused(self, step: int) -> None:
        if self._snapshot_wanted.is_set():
            self._take_snapshot(step)
        if self._checkpoint_wanted.is_set():
            self._take_checkpoint()
        with self._turning:
            if self._one_step:
                self._one_step = False
                self._go.clear()
            if self._stop.is_set():
                return
        if not self._go.is_set():
            self._take_snapshot(step)
            if self.is_kept:
                self._take_checkpoint()
            self._go.wait()
        elif self._pause_between > 0:
            self._stop.wait(self._pause_between)

    def _take_snapshot(self, step: int) -> None:
        self._snapshot_wanted.clear()
        if self._run is None:
            self.snapshot = Snapshot(step, self.network.folded().parameters)
        else:
            self.snapshot = Snapshot(step, self._run.result().parameters, self._run.learned)

    def _take_checkpoint(self) -> None:
        self._checkpoint_wanted.clear()
        if self._run is not None:
            self.best = self.best_keeper.take(self._run.network)
            self.checkpoint = take_checkpoint(self._run)

    def _keep_moment(self, step: int) -> None:
        """Keep the network for the time machine; the same copy is there to be shown."""
        if self._moments.wants(step):
            self._take_snapshot(step)
            assert self.snapshot is not None
            self._moments.add(step, self.snapshot.parameters, self._updates(step))
        if self._run is not None and self._moments.wants(step + 1):
            self._before = step, self._run.network.parameters.copy()

    def _updates(self, step: int) -> tuple[float, ...]:
        """Return by how much this step has changed each layer, where it is known what they were."""
        before, self._before = self._before, None
        if self._run is None or before is None or before[0] != step - 1:
            return ()
        return update_shares(before[1], self._run.network)

    def _end_with(self, step: int) -> None:
        self._take_snapshot(step)
        assert self.snapshot is not None
        if self._is_interrupted:
            return  # its moments go on, too
        self._moments.close(step, self.snapshot.parameters)
        if self.is_kept:
            self._take_checkpoint()
