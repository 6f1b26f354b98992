"""Runs of the command line are kept as those of the window are: in the same file, under names of their experiments.

A run that takes longer is written on the way, by a thread of its own, so that it can go on where its process has died.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from digitapp import reasons, resources
from digitapp.calibration import UNCALIBRATED
from digitapp.cli.checkpoints import Origin, write_origin
from digitapp.cli.errors import BadInput
from digitapp.cli.output import note
from digitapp.kept import FILE_NAME
from digitapp.kept.best import BestWish
from digitapp.kept.errors import KeptBusyError, KeptDamagedError, KeptError, KeptReadOnlyError
from digitapp.kept.histories import KeptHistory, read_history, write_history
from digitapp.kept.limits import make_room
from digitapp.kept.packing import PacketError
from digitapp.kept.presence import run_lock, take_run
from digitapp.kept.readings import Readings, write_readings
from digitapp.kept.register import name_runs, read_lines
from digitapp.kept.runs import (
    COMMAND_SEAT,
    RunFate,
    begin_run,
    checkpoint_of,
    describe_run,
    end_run,
    fail_run,
    forget_checkpoint,
    go_on_with,
    newest_number,
    write_progress,
)
from digitapp.kept.store import Store
from digitapp.kept.summaries import SHORT
from digitapp.kept.writer import Writer
from digitapp.modelfile import Model, ModelFileError
from digitapp.runs.branches import Branch
from digitapp.training.best import BestKeeper
from digitapp.training.checkpoint import Checkpoint, take_checkpoint
from digitapp.training.events import Event
from digitapp.training.history import History
from digitapp.training.loop import Run
from digitapp.training.moments import Moments
from digitapp.training.record import training_record

_PATIENCE_S = 10.0  # until what was handed to the thread that writes is on the disk


class KeptCommand:
    """A run of the command line on its way into the file; what cannot be written at its beginning costs no run.

    Parameters
    ----------
    run : that begins, or goes on
    origin : where its data and settings come from; `origin.run` is the key of a run that goes on
    name : of the experiment that it belongs to, "" for its own
    history : how it went so far, to be filled

    Attributes
    ----------
    key : of the run
    is_there : whether it could be written that it has begun
    trouble : why it cannot be written at the moment, None where it can

    Raises
    ------
    BadInput : another process trains this run
    """

    def __init__(self, run: Run, origin: Origin, name: str, history: History) -> None:
        self._run = run
        self._history = history
        data, problem = run.dataset, run.dataset.problem
        self._blank = Model(
            run.network.folded(),
            run.config.loss,
            problem.key,
            problem.class_names,
            problem.preprocessing,
            calibration=UNCALIBRATED,
        )
        self._before = training_record(origin.network, run.config, data, History())
        branch = Branch(0, Moments(0), History(), self._blank, (origin.network, run.config), data, before=self._before)
        branch.key = origin.run or branch.key
        branch.facts = {"start_from": origin.start_from} if origin.start_from else {}
        self._branch, self._name, self._began = branch, name, time.time()
        self._facts = describe_run(branch, origin.dataset, origin.foils)
        self.key = branch.key
        self._about = write_origin(origin) | {"run": self.key}
        self._best = BestKeeper(history)
        self._wish = BestWish(self._blank, lambda _step: dict(self._before))
        self.trouble: Exception | None = None
        folder = resources.user_data_dir()
        self._writer = Writer(folder, self._on_told, self._on_spoilt)
        self._lock = run_lock(folder, self.key)
        if not take_run(self._lock):
            raise BadInput(f"run {self.short}: another process trains it at this moment")
        self.is_there = False
        with _told(), _opened(anew=True) as store, store.transaction():
            go_on_with(store, self.key)
            self._begin(store)
            self.is_there = True

    @property
    def short(self) -> str:
        """By what people call it."""
        return self.key[:SHORT]

    def _begin(self, store: Store) -> None:
        """Write that the run has begun, unless that stands there: the file may have gone since."""
        branch, problem = self._branch, self._blank.problem
        if store.rows("SELECT 1 FROM runs WHERE run = ?", self.key):
            return
        branch.number = newest_number(store, COMMAND_SEAT, problem) + 1
        begin_run(store, COMMAND_SEAT, problem, branch, self._facts, self._began)
        name_runs(store, [self.key], self._name or self.short)

    # On the way

    @property
    def is_waiting(self) -> bool:
        """Whether what was handed over last is not on the disk yet."""
        return bool(self._writer.waiting)

    def look(self, event: Event) -> None:
        """Look at an event of the run, for its best network."""
        self._best.after(event, self._run)

    def take(self) -> Checkpoint:
        """Return the run's whole state between two of its events."""
        return take_checkpoint(self._run, self._about)

    def put(self, checkpoint: Checkpoint) -> None:
        """Have a state of the run written soon, with its curves up to there and its best network."""
        step, epoch = int(checkpoint.facts["step"]), int(checkpoint.facts["epoch"])
        history = write_history(KeptHistory(self._history, self._run.state.seconds), step, epoch)
        best = self._best.take(self._run.network)
        model = self._wish.model_of(best)

        def write(store: Store) -> None:
            self._begin(store)
            write_progress(store, self.key, checkpoint, history, model)
            self._wish.is_written(best)

        self._writer.put("run", write)

    def flush(self, patience: float = _PATIENCE_S) -> bool:
        """Wait for what was handed over; return whether it is on the disk."""
        return self._writer.flush(patience)

    def _on_told(self, error: Exception | None) -> None:
        """Remember why nothing can be written; a file that is busy or was damaged is tried again by itself."""
        self.trouble = None if isinstance(error, KeptBusyError | KeptDamagedError) else error

    def _on_spoilt(self, error: Exception) -> None:
        note(f"this run is not kept: {error}")

    # At the end

    def end(self, model: Model, readings: Readings | None, history: KeptHistory | None = None) -> None:
        """Write how the run has ended.

        Parameters
        ----------
        model : the network that it has left
        readings : what that reads the validation images as
        history : how the run went, where the history that it was begun with was not filled on the way
        """
        self._writer.close(_PATIENCE_S)
        if self.is_there:
            packet = write_history(history or KeptHistory(self._history, self._run.state.seconds))
            best = self._best.take(self._run.network)
            fingerprint = self._run.dataset.train.fingerprint
            with _told(), _opened() as store, store.transaction():
                self._begin(store)
                kept = self._wish.model_at_end(best, model)
                end_run(store, self.key, RunFate.ENDED, time.time(), packet, model, fingerprint, kept)
                write_readings(store, self.key, readings)
                forget_checkpoint(store, self.key)
                make_room(store)
        self._lock.release()

    def break_off(self, error: BaseException) -> None:
        """Write that the run has not come to its end: it failed, or it was interrupted and nobody can go on with it."""
        self._writer.close(_PATIENCE_S if self.trouble is None else 0.0)
        if self.is_there:
            history = write_history(KeptHistory(self._history, self._run.state.seconds))
            with suppress(KeptError), _opened() as store, store.transaction():
                if not isinstance(error, KeyboardInterrupt | BadInput):
                    fail_run(store, self.key, RunFate.FAILED, time.time(), history)
                    forget_checkpoint(store, self.key)
                elif not store.rows("SELECT 1 FROM runs WHERE run = ? AND checkpoint IS NOT NULL", self.key):
                    fail_run(store, self.key, RunFate.GIVEN_UP, time.time(), history)
        self._lock.release()


def find_interrupted(what: Path) -> Path:
    """Return the checkpoint that somebody means: a file, or by the beginning of its id or its name a run of the list.

    Raises
    ------
    BadInput : it is a run that cannot go on, or more than one
    """
    text = str(what)
    if what.exists() or what.name != text:
        return what
    with suppress(KeptError), _opened() as store:
        lines = read_lines(store)
        found = [line for line in lines if line.name == text or (len(text) >= 4 and line.key.startswith(text.lower()))]
        open_ones = [line for line in found if line.has_checkpoint and line.fate is not RunFate.ENDED]
        if len(open_ones) == 1:
            (line,) = open_ones
            if line.fate is RunFate.UNDER_WAY:
                raise BadInput(f"--resume {text}: another process trains it at this moment")
            if not line.is_command:
                raise BadInput(f"--resume {text}: the window has begun it, and goes on with it on its page Train")
            return checkpoint_of(store, line.key) or what
        if open_ones:
            raise BadInput(f"--resume {text}: {len(open_ones)} interrupted runs are called so; expected the id of one")
        if found:
            raise BadInput(f"--resume {text}: this run was not interrupted, or nothing is left to go on with")
    return what


def history_before(key: str, checkpoint: Checkpoint) -> History:
    """Return how a run went up to a checkpoint of it, as far as that is kept: an empty history where it is not."""
    step, epoch = int(checkpoint.facts["step"]), int(checkpoint.facts["epoch"])
    with suppress(KeptError, PacketError), _opened() as store:
        for (packet,) in store.rows("SELECT history FROM runs WHERE run = ? AND history IS NOT NULL", key):
            kept = read_history(packet)
            if len(kept.history.loss) >= step:
                return read_history(write_history(kept, step, epoch)()).history
    return History()


@contextmanager
def _opened(*, anew: bool = False) -> Iterator[Store]:
    """Open the file of runs; `anew` says whether it may be made."""
    folder = resources.user_data_dir()
    if not anew and not (folder / FILE_NAME).exists():
        raise KeptReadOnlyError(folder / FILE_NAME, reasons.tr("its folder has gone"))
    store = Store(folder)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (KeptError, ModelFileError, OSError) as error:
        note(f"this run is not kept: {error}")
