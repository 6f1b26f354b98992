"""Run the training generator in a thread of its own.

Events cross to the window as data, not as signals: the thread appends to a deque and the window drains it by timer.
A signal for every batch would fill the event queue faster than the window can empty it (docs/decisions.md).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QThread, Signal

from digitapp.nn.network import Network
from digitapp.training.events import BatchDone, Command, Event

Run = Generator[Event, Command | None, None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The parameters of the network in training as they were after one step."""

    step: int
    parameters: np.ndarray


class TrainingWorker(QThread):
    """Drives one run of `train()` and obeys pause, step, stop and commands between two events.

    `finished` (of QThread) and `failed` are the only signals; `failed` carries the exception that ended the run.
    """

    failed = Signal(object)

    def __init__(self, network: Network, start: Callable[[Network], Run]) -> None:
        super().__init__()
        self.network = network
        self.events: deque[Event] = deque()
        self.snapshot: Snapshot | None = None
        self._start_run = start
        self._stop = threading.Event()
        self._go = threading.Event()
        self._go.set()
        self._one_step = threading.Event()
        self._snapshot_wanted = threading.Event()
        self._command: Command | None = None
        self._pause_between = 0.0

    def pause(self) -> None:
        """Rest after the present batch."""
        self._go.clear()

    def resume(self) -> None:
        """Go on after a pause."""
        self._go.set()

    def step_once(self) -> None:
        """Train one batch, then rest again."""
        self._one_step.set()
        self._go.set()

    def stop(self) -> None:
        """End the run after the present batch."""
        self._stop.set()
        self._go.set()

    def send(self, command: Command) -> None:
        """Hand a command to the run before its next batch; a newer one replaces it."""
        self._command = command

    def set_pace(self, batches_per_second: float | None) -> None:
        """Train no faster than this, so that the eye can follow; None is full speed."""
        self._pause_between = 1 / batches_per_second if batches_per_second else 0.0

    def request_snapshot(self) -> None:
        """Ask for a copy of the parameters after the present batch."""
        self._snapshot_wanted.set()

    def run(self) -> None:
        """The thread: advance the generator until it ends, fails or is stopped."""
        run = self._start_run(self.network)
        step = 0
        try:
            event: Event | None = next(run, None)
            while event is not None:
                self.events.append(event)
                if isinstance(event, BatchDone):
                    step = event.step
                    self._rest_if_paused(step)
                if self._stop.is_set():
                    break
                event = self._advance(run)
        except Exception as error:  # noqa: BLE001 - whatever ends a run is shown in the window, never lost in a thread
            self._take_snapshot(step)
            self.failed.emit(error)
        else:
            self._take_snapshot(step)
        finally:
            run.close()

    def _advance(self, run: Run) -> Event | None:
        command, self._command = self._command, None
        try:
            return run.send(command)
        except StopIteration:
            return None

    def _rest_if_paused(self, step: int) -> None:
        if self._snapshot_wanted.is_set():
            self._take_snapshot(step)
        if self._one_step.is_set():
            self._one_step.clear()
            self._go.clear()
        if not self._go.is_set():
            self._take_snapshot(step)
            self._go.wait()
        elif self._pause_between > 0:
            self._stop.wait(self._pause_between)

    def _take_snapshot(self, step: int) -> None:
        self._snapshot_wanted.clear()
        self.snapshot = Snapshot(step, self.network.parameters.copy())
