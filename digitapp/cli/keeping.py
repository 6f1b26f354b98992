"""Runs of the command line are kept as those of the window are: in the same file, under names of their experiments."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from digitapp import resources
from digitapp.calibration import UNCALIBRATED
from digitapp.cli.output import note
from digitapp.kept.errors import KeptError
from digitapp.kept.histories import KeptHistory, write_history
from digitapp.kept.readings import Readings, write_readings
from digitapp.kept.register import COMMAND_SEAT, SHORT, name_runs
from digitapp.kept.runs import RunFate, begin_run, describe_run, end_run, newest_number
from digitapp.kept.store import Store
from digitapp.modelfile import Model, ModelFileError
from digitapp.runs.branches import Branch
from digitapp.training.config import NetworkConfig
from digitapp.training.history import History
from digitapp.training.loop import Run
from digitapp.training.moments import Moments
from digitapp.training.record import training_record


@dataclass
class KeptCommand:
    """A run of the command line on its way into the file; what cannot be written is said once, and costs no run.

    Attributes
    ----------
    key : of the run
    is_there : whether it could be written that it has begun
    """

    key: str
    is_there: bool

    @property
    def short(self) -> str:
        """By what people call it."""
        return self.key[:SHORT]

    def end(self, history: History, model: Model, seconds: float, readings: Readings | None, fingerprint: str) -> None:
        """Write how the run has ended, the network that it has left, and what that reads the validation images as.

        `fingerprint` is that of the data that it learned from.
        """
        if self.is_there:
            packet = write_history(KeptHistory(history, seconds))
            with _told(), _opened() as store, store.transaction():
                end_run(store, self.key, RunFate.ENDED, time.time(), packet, model, fingerprint)
                write_readings(store, self.key, readings)

    def break_off(self, error: BaseException) -> None:
        """Write that the run has not come to its end: it was interrupted, or it failed."""
        if self.is_there:
            fate = RunFate.GIVEN_UP if isinstance(error, KeyboardInterrupt) else RunFate.FAILED
            with suppress(KeptError), _opened() as store, store.transaction():
                store.run("UPDATE runs SET state = ?, ended = ? WHERE run = ?", fate, time.time(), self.key)


def begin_kept(run: Run, network: NetworkConfig, dataset: str, foils: int, name: str) -> KeptCommand:
    """Write that a run has begun.

    Parameters
    ----------
    network : how it was built
    dataset, foils : the data set as it was asked for, and how many drawings that are no digits were mixed in
    name : of the experiment that it belongs to, "" for its own
    """
    data, problem = run.dataset, run.dataset.problem
    model = Model(
        run.network.folded(),
        run.config.loss,
        problem.key,
        problem.class_names,
        problem.preprocessing,
        calibration=UNCALIBRATED,
    )
    before = training_record(network, run.config, data, History())
    branch = Branch(0, Moments(0), History(), model, (network, run.config), data, before=before)
    kept = KeptCommand(branch.key, False)
    with _told(), _opened() as store, store.transaction():
        branch.number = newest_number(store, COMMAND_SEAT, problem.key) + 1
        begin_run(store, COMMAND_SEAT, problem.key, branch, describe_run(branch, dataset, foils), time.time())
        name_runs(store, [branch.key], name or kept.short)
        kept.is_there = True
    return kept


@contextmanager
def _opened() -> Iterator[Store]:
    store = Store(resources.user_data_dir())
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
