"""Runs an experiment in a thread of its own: the shown network's run first, then those of the other seeds."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from digitapp.calibration import calibrate, fit_to_calibrate
from digitapp.gui.state.worker import Snapshot, TrainingWorker
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.runs.repeat import Repetition
from digitapp.training.best import BestKeeper, BestNetwork
from digitapp.training.checkpoint import Checkpoint, take_checkpoint
from digitapp.training.events import BatchDone, EpochDone, Event, PretrainingStep, RunFinished, RunStarted
from digitapp.training.moments import Moments
from digitapp.training.run_state import RunState
from digitapp.training.together import SeedEvent, SeedEvents, SeedFailed


@dataclass(frozen=True, slots=True, eq=False)
class SeedLeft:
    """What a seed's run has left behind.

    Attributes
    ----------
    model : its network as it is used, calibrated; None of one that was cut off in the middle
    error : why it has failed, None where it has not
    best : its network at its best epoch, None where none was validated or better than what is kept already
    """

    model: Model | None
    error: Exception | None = None
    best: BestNetwork | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SeedCheckpoint:
    """The state of the run of a seed, by its index, and its best network so far."""

    index: int
    checkpoint: Checkpoint
    best: BestNetwork | None


class ExperimentWorker(TrainingWorker):
    """Drives a `Repetition`. What happens in the run of the shown network, the first, is told as of any run.

    Parameters
    ----------
    network, moments : of the first run, as of any
    repeat : returns what is to be trained, with its first run on the network
    model : what the networks are like, all but the parameters

    Attributes
    ----------
    others : what has happened in the runs of other seeds, in order: to be emptied by the window
    seed_checkpoint : the newest of a run of another seed
    is_together : whether the seeds are learned in one array
    shown_ended : whether the first run has ended, or was over before
    shown_error : why it has failed, None where it has not
    reached : where it ended
    """

    def __init__(
        self, network: Network, repeat: Callable[[Network], Repetition], model: Model, moments: Moments | None = None
    ) -> None:
        super().__init__(network, _no_run, moments)
        self.others: deque[tuple[int, Event | SeedLeft]] = deque()
        self.seed_checkpoint: SeedCheckpoint | None = None
        self.is_together = False
        self.shown_ended = moments is None
        self.shown_error: Exception | None = None
        self.reached: RunState | None = None
        self.best_keepers: dict[int, BestKeeper] = {}  # by the index of the seed
        self._repeat = repeat
        self._model = model
        self._repetition: Repetition | None = None
        self._step = 0
        self._open: set[int] = set()  # seeds whose runs have begun and not ended

    def run(self) -> None:
        """The thread: advance the generator until all seeds are done or it is stopped."""
        events: SeedEvents | None = None
        try:
            self._repetition = self._repeat(self.network)
            events = self._repetition.events()
            told = next(events, None)
            while told is not None:
                self._take(told)
                can_rest = isinstance(told.event, (BatchDone, PretrainingStep))
                if can_rest and self._repetition.is_last_of_round(told.run):
                    self._rest_if_paused(self._step)
                if self._stop.is_set():
                    break
                told = self._advance_seeds(events)
            self._leave(events)
        except Exception as error:  # noqa: BLE001 - whatever ends a run is shown in the window, never lost in a thread
            if not self.shown_ended:
                self._end_shown(error)
            self.failed.emit(error)
        finally:
            if events is not None:
                events.close()

    def _advance_seeds(self, events: SeedEvents) -> SeedEvent | None:
        command, self._command = self._command, None
        try:
            return events.send(command)
        except StopIteration:
            return None

    # What has happened

    def _take(self, told: SeedEvent) -> None:
        index, event = told.run, told.event
        if isinstance(event, RunStarted):
            assert self._repetition is not None
            self._run, self.is_together = self._repetition.run, self._repetition.is_together
            self._open.add(index)
            self.best_keepers.setdefault(index, BestKeeper())
        elif isinstance(event, EpochDone) and self._repetition is not None and self.best_keepers[index].wants(event):
            self.best_keepers[index].keep(event, self._repetition.measured_state(index))
        if index == 0:
            self._take_shown(event)
        elif isinstance(event, SeedFailed):
            self._open.discard(index)
            self.others.append((index, SeedLeft(None, event.error)))
        else:
            self.others.append((index, event))
            if isinstance(event, RunFinished):
                self._open.discard(index)
                self.others.append((index, self._left(index, self._result_of(index))))

    def _take_shown(self, event: Event | SeedFailed) -> None:
        if isinstance(event, SeedFailed):
            self._end_shown(event.error)
            return
        self.events.append(event)
        if isinstance(event, RunStarted):
            self._moments.plan(event.epochs * event.batches_per_epoch)
            self._step = self._run.state.step if self._run is not None else 0  # of a run that is taken up again
            self._keep_moment(self._step)
        elif isinstance(event, BatchDone):
            self._step = event.step
            self._keep_moment(self._step)
        elif isinstance(event, RunFinished):
            self._end_shown(None)

    def _end_shown(self, error: Exception | None) -> None:
        """Leave the network of the first run as it is now, with all that is kept of it."""
        self._open.discard(0)
        self._bring_up_to_date()
        self._end_with(self._step)
        if self._run is not None:
            self.reached = replace(self._run.state, kept={})
        self.shown_error = error
        self.shown_ended = True

    def _leave(self, events: SeedEvents) -> None:
        """End what was stopped: seeds that learn together end as they are, of others the one under way is cut off."""
        if self._is_interrupted:
            if self.is_kept and self._open:
                self._take_checkpoint()
            if 0 in self._open:
                self._end_with(self._step)
            return
        together = self.is_together
        results = {index: self._result_of(index) for index in sorted(self._open - {0})} if together else {}
        events.close()  # which puts the result of a run that was stopped into the network
        if 0 in self._open:
            self._end_shown(None)
        for index in sorted(self._open):
            self.others.append((index, self._left(index, results.get(index))))

    def _left(self, index: int, model: Model | None) -> SeedLeft:
        return SeedLeft(model, best=self.best_keepers[index].take(self._like))

    @property
    def _like(self) -> Network:
        """A network of the shape of all these."""
        return self._run.network if self._run is not None else self.network

    def _result_of(self, index: int) -> Model:
        """Return the network of a seed that is at its end, calibrated as that of any run."""
        assert self._repetition is not None
        model = replace(self._model, network=self._repetition.result(index))
        validation = self.dataset.validation if self.dataset is not None else None
        if validation is None or not fit_to_calibrate([validation]):
            return model
        return replace(model, calibration=calibrate(model.network, model.loss, [validation], model.calibration))

    # Copies

    def _bring_up_to_date(self) -> None:
        if self._repetition is not None:
            self._repetition.bring_up_to_date()

    def _take_snapshot(self, step: int) -> None:
        self._snapshot_wanted.clear()
        if self.shown_ended:
            return
        together = self._repetition is not None and self._repetition.is_together
        if together and self._repetition is not None:
            self.snapshot = Snapshot(step, self._repetition.result(0).parameters)
        else:
            super()._take_snapshot(step)

    def _take_checkpoint(self) -> None:
        self._checkpoint_wanted.clear()
        if self._run is None or self._repetition is None:
            return
        if not self.shown_ended:
            self._bring_up_to_date()
            self.best = self.best_keepers[0].take(self._like) if 0 in self.best_keepers else None
            self.checkpoint = take_checkpoint(self._run)
        elif not self.is_together:
            index = self._repetition.current
            best = self.best_keepers[index].take(self._like) if index in self.best_keepers else None
            self.seed_checkpoint = SeedCheckpoint(index, take_checkpoint(self._run), best)


def _no_run(_network: Network) -> NoReturn:
    raise NotImplementedError("an experiment begins its runs by itself")
