"""The learning-rate range test: the rate grows from batch to batch, and the loss says which rates are of use.

It is done with several seeds at once. What one batch or one seed does by chance is left out, so that the answer is a
range, from the steepest descent to shortly before the loss turns, and not the lowest point of a ragged line. Then three
trainings hold a rate each, the low end, the middle and the high end, and show whether it does what was read off.

Source: Smith, "Cyclical Learning Rates for Training Neural Networks" (WACV 2017), section 3.3; here the rate grows
geometrically, and the loss of the batches is read in place of an accuracy.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.cores import one_blas_thread
from digitapp.datasets.dataset import Dataset, Split
from digitapp.nn import OPTIMIZERS
from digitapp.progress import Report
from digitapp.runs.plan import Plan
from digitapp.runs.rate_range import RateRange, Reading, read_sweep
from digitapp.training.config import MAX_LEARNING_RATE, ConfigError, check_number, check_whole
from digitapp.training.errors import TrainingDiverged
from digitapp.training.evaluate import evaluate
from digitapp.training.events import BatchDone
from digitapp.training.loop import Events, Run

SEEDS, STEPS = 5, 400
LOWEST, HIGHEST = 1e-6, 100.0
FEWEST_STEPS, MOST_STEPS, MOST_SEEDS = 100, 10_000, 50
MOST_OF_WHOLE_SET = 2000
"""Samples that stand for the whole set where an optimiser asks for it: their gradient is nearly that of all."""

_LEAST_SPAN = 100.0  # the highest rate of a test is so many times the lowest, at least
_CLOSING = 0.1  # the share of a training's batches whose losses say where it has come to
_NARROWED = 2  # how often a range is made narrower because its high end does not hold
_TOGETHER = 5_000_000  # parameters of networks that learn side by side; more would want gigabytes
_MEASURED_AFTER_EPOCH = 64  # samples: an epoch's own measure is not looked at here


@dataclass(frozen=True, eq=False)
class RangeTest:
    """What is tested.

    Attributes
    ----------
    plan : the network, the data and the settings; its rate, schedule, epochs and patience are not used
    seeds : how many runs, with the plan's seed and those that follow it
    steps : batches, each with a higher rate than the one before
    lowest, highest : the rates of the first and the last batch

    Raises
    ------
    ConfigError : a number out of its range, or an optimiser that finds its own steps
    ValueError : a plan without data
    """

    plan: Plan
    seeds: int = SEEDS
    steps: int = STEPS
    lowest: float = LOWEST
    highest: float = HIGHEST

    def __post_init__(self) -> None:
        if self.plan.dataset is None:
            raise ValueError("this plan has no data to learn from")
        check_has_rate(self.plan.config.optimizer)
        check_whole("seeds", self.seeds, 1, MOST_SEEDS)
        check_whole("steps", self.steps, FEWEST_STEPS, MOST_STEPS)
        check_number("lowest", self.lowest, 0, MAX_LEARNING_RATE / _LEAST_SPAN, above=True)
        check_number("highest", self.highest, self.lowest * _LEAST_SPAN, MAX_LEARNING_RATE)

    @property
    def rates(self) -> NDArray[np.float64]:
        """The rate of each batch, (steps,)."""
        return np.geomspace(self.lowest, self.highest, self.steps)


def check_has_rate(optimizer: str) -> None:
    """Raise ConfigError for an optimiser that finds the length of its steps itself."""
    if OPTIMIZERS[optimizer].finds_own_steps:
        with_rate = ", ".join(key for key, entry in OPTIMIZERS.items() if not entry.finds_own_steps)
        raise ConfigError("optimizer", optimizer, f"one with a rate to be found ({with_rate})")


class Sweep:
    """The losses of a test, which are filled in while it goes on, for who looks on.

    Attributes
    ----------
    rates : (steps,)
    losses : float array (seeds, steps), of each batch before its step; infinite once a seed's numbers have overflowed
    done : how many columns of `losses` are filled in, for all seeds
    """

    def __init__(self, test: RangeTest) -> None:
        self.rates = test.rates
        self.losses = np.full((test.seeds, test.steps), np.inf)
        self.done = 0


@dataclass(frozen=True)
class Confirmation:
    """What became of short trainings that held a rate, as long as the test was.

    Attributes
    ----------
    rate : that was held
    seeds : how many trainings
    learned : how many of them made at least a half of the test's descent
    loss : of their last batches, the middle one of the seeds; not finite where numbers overflowed
    accuracy : share right of the validation part, or without one of the training part, the middle one of the seeds
    """

    rate: float
    seeds: int
    learned: int
    loss: float
    accuracy: float

    @property
    def holds(self) -> bool:
        """Whether the rate does: of five seeds four may say so, for one may have begun badly."""
        return self.learned >= math.ceil(0.8 * self.seeds)


@dataclass(frozen=True, eq=False)
class RangeResult:
    """What a test has found.

    Attributes
    ----------
    test : what was tested
    sweep : the losses
    reading : what they say by themselves
    found : the range; None where there is none, or where its rates do not hold
    confirmations : of its low end, middle and high end
    refused : of rates that the losses seemed to allow and that did not hold
    samples : that the test has learned from
    """

    test: RangeTest
    sweep: Sweep
    reading: Reading
    found: RateRange | None
    confirmations: tuple[Confirmation, ...]
    refused: tuple[Confirmation, ...]
    samples: int


def run_range_test(
    test: RangeTest,
    report: Report | None = None,
    cancelled: threading.Event | None = None,
    sweep: Sweep | None = None,
) -> RangeResult | None:
    """Do a test. Nothing that the plan holds is changed: each seed has a network and an optimiser of its own.

    Parameters
    ----------
    test : what is to be tested
    report : is told how many batches are done, and of how many
    cancelled : ends it without a result
    sweep : where the losses are to be filled in

    Returns
    -------
    the result; None where it was cancelled

    Raises
    ------
    ConfigError, DataMismatch, DataNotFinite : as the plan's run would
    """
    cancelled = threading.Event() if cancelled is None else cancelled
    return _Tester(test, report, cancelled, Sweep(test) if sweep is None else sweep).result()


class _Confirmed(NamedTuple):
    """What became of a range when its rates were held; as in `RangeResult`."""

    found: RateRange | None = None
    confirmations: tuple[Confirmation, ...] = ()
    refused: tuple[Confirmation, ...] = ()


class _Tester:
    """A test that is under way."""

    def __init__(self, test: RangeTest, report: Report | None, cancelled: threading.Event, sweep: Sweep) -> None:
        self._test, self._report, self._cancelled, self._sweep = test, report, cancelled, sweep
        config = replace(
            test.plan.config, schedule="constant", schedule_options={}, patience=0, threads=1, epochs=test.steps
        )
        plan = replace(test.plan, config=config, paused=False, origin=None, after=None)
        dataset = plan.make(cancelled).dataset  # with the foils that belong to it, which take a while to make
        assert dataset is not None
        self._measured = dataset.validation or dataset.train
        self._plan = replace(plan, dataset=_lessened(dataset, config.optimizer, config.seed))
        parameters = plan.network.parameter_count(plan.problem.features, plan.problem.classes)
        step = test.seeds if test.seeds * parameters <= _TOGETHER else 1
        self._groups = [range(first, first + step) for first in range(0, test.seeds, step)]  # that learn side by side
        self._done, self._total = 0, 4 * len(self._groups) * test.steps  # the test, and three rates that are held

    def result(self) -> RangeResult | None:
        with one_blas_thread(always=True):  # around the runs' own, which end in any order
            if not self._fill_in():
                return None
            reading = read_sweep(self._sweep.rates, self._sweep.losses)
            confirmed = _Confirmed() if reading.found is None else self._confirm(reading.found, reading)
        if confirmed is None:
            return None
        assert self._plan.dataset is not None
        return RangeResult(self._test, self._sweep, reading, *confirmed, len(self._plan.dataset.train))

    def _fill_in(self) -> bool:
        """Let the rate grow; return whether nobody has cancelled it."""
        sweep = self._sweep
        for group in self._groups:
            with self._runs(group) as runs:
                for step, rate in enumerate(sweep.rates.tolist()):
                    if not self._learn(runs, rate, sweep.losses[group.start : group.stop, step]):
                        return False
                    if group is self._groups[-1]:
                        sweep.done = step + 1
        return True

    def _confirm(self, found: RateRange, reading: Reading) -> _Confirmed | None:
        """Hold the rates of a range, a narrower one where its high end does not do; None where it was cancelled."""
        held: dict[float, Confirmation] = {}
        refused: list[Confirmation] = []
        for _ in range(1 + _NARROWED):
            for rate in found:
                if rate not in held:
                    confirmation = self._hold(rate, reading)
                    if confirmation is None:
                        return None
                    held[rate] = confirmation
            failed = [held[rate] for rate in found if not held[rate].holds]
            refused += failed
            if not failed:
                return _Confirmed(found, tuple(held[rate] for rate in found), tuple(refused))
            if failed != [held[found.high]] or found.middle in (found.low, found.high):
                break
            found = RateRange.between(found.low, found.middle)
            self._total += len(self._groups) * self._test.steps  # one more rate is held
        return _Confirmed(None, (), tuple(refused))

    def _hold(self, rate: float, reading: Reading) -> Confirmation | None:
        """Train with one rate, as long as the test was; None where it was cancelled."""
        test, config = self._test, self._plan.config
        losses, accuracies = np.empty((test.steps, test.seeds)), []
        for group in self._groups:
            with self._runs(group) as runs:
                for step in range(test.steps):
                    if not self._learn(runs, rate, losses[step, group.start : group.stop]):
                        return None
                accuracies += [evaluate(each.run.result(), config.loss, self._measured).accuracy for each in runs]
        closing_losses = losses[-max(1, round(_CLOSING * test.steps)) :].mean(axis=0)
        learned = int(np.count_nonzero(closing_losses <= reading.start - 0.5 * reading.descent))
        return Confirmation(rate, test.seeds, learned, float(np.median(closing_losses)), float(np.median(accuracies)))

    @contextmanager
    def _runs(self, group: range) -> Iterator[list[_Seed]]:
        """Yield one run for each seed of a group, all from their very start."""
        plan, first = self._plan, self._plan.config.seed
        with ExitStack() as stack:
            runs = []
            for place in group:
                run = replace(plan, config=replace(plan.config, seed=first + place)).make(self._cancelled).begin()
                events = run.events()
                stack.enter_context(closing(events))
                runs.append(_Seed(run, events))
            yield runs

    def _learn(self, runs: Sequence[_Seed], rate: float, losses: NDArray[np.float64]) -> bool:
        """Let every run learn a batch, and write down their losses, (seeds,); return whether nobody has cancelled."""
        for place, run in enumerate(runs):
            if self._cancelled.is_set():
                return False
            losses[place] = run.learn(rate, self._cancelled)
        self._done += 1
        if self._report is not None:
            self._report(self._done, self._total)
        return not self._cancelled.is_set()


class _Seed:
    """A run that is led from batch to batch."""

    def __init__(self, run: Run, events: Events) -> None:
        self.run, self._events = run, events
        self._is_over = False

    def learn(self, rate: float, cancelled: threading.Event) -> float:
        """Learn a batch with a rate and return its loss before the step; infinity once the numbers have overflowed."""
        if self._is_over:
            return math.inf
        self.run.state.learning_rate = rate
        try:
            for event in self._events:
                if isinstance(event, BatchDone):
                    return event.loss
                if cancelled.is_set():  # in a pretraining, which has many batches of its own
                    break
        except TrainingDiverged:
            pass
        self._is_over = True
        return math.inf


def _lessened(dataset: Dataset, optimizer: str, seed: int) -> Dataset:
    """Return what a test learns from: all, or a part where every step would read all of many samples."""
    train = dataset.train
    if OPTIMIZERS[optimizer].whole_set and len(train) > MOST_OF_WHOLE_SET:
        chosen = np.sort(np.random.default_rng(seed).permutation(len(train))[:MOST_OF_WHOLE_SET])
        train = Split(train.inputs[chosen], train.labels[chosen])
    few = train.without_foils()
    few = Split(few.inputs[:_MEASURED_AFTER_EPOCH], few.labels[:_MEASURED_AFTER_EPOCH])
    return Dataset(dataset.name, dataset.problem, train, few)
