"""A run of the command line while it learns: its state is written every few seconds, and at Ctrl-C before it ends.

A disk without room, or a folder that has gone, holds the run until it can be written again. Where nobody looks on it
ends, with its state written somewhere else, so that it can go on.
"""

from __future__ import annotations

import math
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

from digitapp.cli.checkpoints import CheckpointKeeper
from digitapp.cli.errors import BadInput
from digitapp.cli.keeping import KeptCommand
from digitapp.cli.output import note
from digitapp.training import BatchDone, EpochDone, Event, PretrainingStep
from digitapp.training.checkpoint import Checkpoint, save_checkpoint
from digitapp.training.loop import Run

FIRST_S, EVERY_S = 1.0, 4.0
"""From the beginning of a run to the first time that it is written, and from one to the next."""
BYTES_PER_S = 20e6
"""That are written of a run on the way, at most: a large one is written less often."""
ALONE_S = 60.0
"""How long a run that cannot be written waits where nobody looks on."""
_LOOK_S = 0.2
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")


class RunWatch:
    """Has a run written while it learns.

    Inside its context the first Ctrl-C, SIGTERM or SIGHUP waits for the present batch, and the run is written then.

    Parameters
    ----------
    kept : the run on its way into the file of runs
    keeper : that writes a file of the user's own besides, where one was asked for
    go_on : returns the command that goes on with a file, or with a run by its id
    """

    def __init__(
        self, run: Run, kept: KeptCommand, keeper: CheckpointKeeper | None, go_on: Callable[[Path | str], str]
    ) -> None:
        self._run = run
        self._kept = kept
        self._keeper = keeper
        self._go_on = go_on
        self._is_interrupted = False
        self._next = time.perf_counter() + FIRST_S

    def __enter__(self) -> RunWatch:
        numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        self._before = {number: signal.getsignal(number) for number in numbers}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:  # as it is for jobs in a shell's background
                signal.signal(number, self._on_interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_interrupt(self, _number: int, _frame: FrameType | None) -> None:
        if self._is_interrupted:
            raise KeyboardInterrupt
        self._is_interrupted = True

    def after(self, event: Event) -> None:
        """Write the run if it is time to.

        Raises
        ------
        KeyboardInterrupt : it was interrupted, and is written
        BadInput : it cannot be written, and nobody is there to make room
        """
        if not isinstance(event, BatchDone):
            self._kept.look(event)
            if not isinstance(event, (EpochDone, PretrainingStep)):
                return
        if self._is_interrupted:
            self._write_last()
            raise KeyboardInterrupt
        if self._keeper is not None and self._keeper.is_due(event, self._run):
            self._write_both(self._keeper)
        elif time.perf_counter() >= self._next and self._kept.is_there and not self._kept.is_waiting:
            self._write()
        if self._kept.trouble is not None:
            self._wait()

    def _write(self) -> Checkpoint:
        """Have the run's state written, and return it."""
        checkpoint = self._kept.take()
        if self._kept.is_there:
            self._kept.put(checkpoint)
        size = sum(array.nbytes for array in checkpoint.arrays.values())
        self._next = time.perf_counter() + max(EVERY_S, size / BYTES_PER_S)
        return checkpoint

    def _write_both(self, keeper: CheckpointKeeper) -> None:
        """Write the run, then the user's own file: the curves that are kept are never behind it."""
        checkpoint = self._write()
        self._kept.flush()
        keeper.write(checkpoint)

    def _write_last(self) -> None:
        """Write the run before it ends, wherever that is possible, and say how to go on with it."""
        checkpoint = self._write()
        is_kept = self._kept.is_there and self._kept.flush()
        if self._keeper is not None and self._keeper.write(checkpoint):
            note(f"go on with: {self._go_on(self._keeper.path)}")
        elif is_kept:
            note(f"go on with: {self._go_on(self._kept.short)}")
        elif (path := _rescue(checkpoint)) is not None:
            note(f"go on with: {self._go_on(path)}")

    # While it cannot be written

    def _wait(self) -> None:
        """Wait until the run can be written again; where nobody looks on, end it after a while."""
        note(f"the run cannot be written ({self._kept.trouble}); it waits until there is room again, or for Ctrl-C")
        until = time.perf_counter() + (math.inf if is_attended() else ALONE_S)
        while (trouble := self._kept.trouble) is not None:
            if self._is_interrupted:
                self._write_last()
                raise KeyboardInterrupt
            if time.perf_counter() >= until:
                raise BadInput(f"the run cannot be written any more ({trouble}); {self._leave_checkpoint()}")
            time.sleep(_LOOK_S)
        note("the run is written again, and goes on")

    def _leave_checkpoint(self) -> str:
        """Write the run where that is possible; return how to go on with it."""
        checkpoint = self._kept.take()
        is_there = self._keeper is not None and self._keeper.write(checkpoint)
        path = self._keeper.path if self._keeper is not None and is_there else _rescue(checkpoint)
        return "and neither can a checkpoint" if path is None else f"go on with: {self._go_on(path)}"


def is_attended() -> bool:
    """Return whether a person looks on, who can make room."""
    return sys.stderr.isatty()


def _rescue(checkpoint: Checkpoint) -> Path | None:
    """Write a checkpoint where temporary files lie; return its path, None where that is impossible, too."""
    path = Path(tempfile.gettempdir()) / f"digitapp-{secrets.token_hex(4)}.checkpoint"
    with suppress(OSError):
        save_checkpoint(checkpoint, path)
        return path
    return None
