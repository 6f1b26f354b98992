"""Experiments compared: all that is said about which is better, and what has to be said beside it.

These are the facts. The window and the command line word them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import combinations
from typing import Any

import numpy as np

from digitapp.kept.experiments import Experiment, Measure, different
from digitapp.kept.readings import Readings
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate
from digitapp.runs.comparison import LEVEL, Difference, Verdict, adjusted, compare, luck_of_the_best, mcnemar

ReadingsOf = Callable[[RunLine], Readings | None]


@dataclass(frozen=True)
class SameImages:
    """Two networks of one seed at the end of their runs, on the same validation images.

    Attributes
    ----------
    only_first, only_second, both, neither : how many images were read right by whom
    """

    seed: int
    only_first: int
    only_second: int
    both: int
    neither: int

    @property
    def count(self) -> int:
        """How many images there are."""
        return self.only_first + self.only_second + self.both + self.neither

    @property
    def p(self) -> float:
        """How probable such a difference is between networks that are equally good, by McNemar's exact test."""
        return mcnemar(self.only_first, self.only_second)


@dataclass(frozen=True, eq=False)
class Pair:
    """One experiment against another.

    Attributes
    ----------
    difference : how far the first is ahead, in shares of 1 or in nats; more is better, so a loss was turned round
    results : by seed, of the first and of the second, as they were measured
    p_adjusted, t_p_adjusted : `difference.p` and `.t_p` after all comparisons that were made at once (Holm)
    comparisons : how many these are
    images : of each seed that both have, where what was read is kept and the images are the same
    """

    first: Experiment
    second: Experiment
    measure: Measure
    difference: Difference
    results: tuple[dict[int, float], dict[int, float]]
    p_adjusted: float
    t_p_adjusted: float
    comparisons: int
    images: tuple[SameImages, ...]

    @property
    def better(self) -> Experiment | None:
        """The one that is better, None where that cannot be told."""
        return {Verdict.FIRST: self.first, Verdict.SECOND: self.second}.get(self.difference.verdict)

    @property
    def may_be_luck(self) -> bool:
        """Whether it can be told alone, but not where so many comparisons are made at once."""
        return self.better is not None and self.t_p_adjusted >= 1 - LEVEL

    def by_seed(self) -> list[tuple[int, float, float]]:
        """Return the seeds that both have, with the result of each."""
        first, second = self.results
        return [(seed, first[seed], second[seed]) for seed in first if seed in second]


class CautionKind(Enum):
    """What has to be said beside a comparison."""

    OTHER_PROBLEM = auto()
    """They read different things: nothing can be compared. `name`, `other`."""
    NO_RESULT = auto()
    """None of its runs has ended and was validated. `name`."""
    OTHER_DATA = auto()
    """They learned from different data, or the same data have changed since. `name`, `other`."""
    OTHER_VALIDATION = auto()
    """They were validated by `count` and by `total` images. `name`, `other`."""
    OTHER_EPOCHS = auto()
    """They were given `count` and `total` epochs: of more epochs the best is better. `name`, `other`."""
    FAILED = auto()
    """`count` of `total` runs diverged, and do not count: what is said is of those that did not. `name`."""
    GIVEN_UP = auto()
    """`count` of `total` runs were interrupted, and do not count. `name`."""
    UNDER_WAY = auto()
    """`count` of `total` runs are still under way, and do not count yet. `name`."""
    STOPPED = auto()
    """`count` of `total` runs ended before the epochs that they were given; they count. `name`."""
    NOT_VALIDATED = auto()
    """`count` of `total` runs have ended without a validation. `name`."""
    REPEATED = auto()
    """`count` of `total` runs repeat a seed, of which the newest counts. `name`."""
    MIXED = auto()
    """Its runs were not trained alike. `name`."""


@dataclass(frozen=True)
class Caution:
    """One of them; which facts it has `CautionKind` says."""

    kind: CautionKind
    name: str
    other: str = ""
    count: int = 0
    total: int = 0


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that is said about experiments that were chosen together.

    Attributes
    ----------
    experiments : the first is the reference
    settings : in what they differ, each with a value for every experiment
    pairs : each against the reference, or each against each; none of those that have no result
    luck : how far the best of so many equal ones lies above their mean by luck alone, in standard deviations
    """

    experiments: tuple[Experiment, ...]
    measure: Measure
    settings: dict[str, list[Any]]
    pairs: tuple[Pair, ...]
    cautions: tuple[Caution, ...]
    luck: float


def compare_experiments(
    experiments: Sequence[Experiment],
    measure: Measure = Measure.ACCURACY,
    readings_of: ReadingsOf = lambda _line: None,
    *,
    each_with_each: bool = False,
) -> Comparison:
    """Return which of several experiments is better, and how sure that is.

    Parameters
    ----------
    experiments : two or more; the first is the reference
    readings_of : what a run's network read its validation images as, None where that is not kept
    each_with_each : whether all are compared with each other, and not with the reference alone
    """
    readings_of = _remembered(readings_of)
    results = {id(each): each.results(measure) for each in experiments}
    known = [each for each in experiments if results[id(each)]]
    wanted = list(_wanted(known, None if each_with_each else experiments[0]))
    found = [_difference(first, second, measure) for first, second in wanted]
    flips, tails = adjusted([each.p for each in found]), adjusted([each.t_p for each in found])
    pairs = tuple(
        Pair(
            first,
            second,
            measure,
            difference,
            (results[id(first)], results[id(second)]),
            flip,
            tail,
            len(found),
            tuple(_same_images(first, second, readings_of)),
        )
        for (first, second), difference, flip, tail in zip(wanted, found, flips, tails, strict=True)
    )
    cautions = tuple(_cautions(experiments, measure, readings_of))
    luck = luck_of_the_best(max(1, len(known)))
    return Comparison(tuple(experiments), measure, different(experiments), pairs, cautions, luck)


def _wanted(known: Sequence[Experiment], reference: Experiment | None) -> Iterator[tuple[Experiment, Experiment]]:
    """Yield whom to compare with whom: each with each, or all with the reference where there is one."""
    for first, second in combinations(known, 2):
        if first.problem == second.problem and (reference is None or first is reference):
            yield first, second


def _difference(first: Experiment, second: Experiment, measure: Measure) -> Difference:
    one, other = (
        {seed: measure.sign * value for seed, value in each.results(measure).items()} for each in (first, second)
    )
    images = min(_validation_samples(first), _validation_samples(second))
    return compare(one, other, 1 / images if images and measure is Measure.ACCURACY else 0.0)


def _validation_samples(experiment: Experiment) -> int:
    return next((line.validation_samples for line in experiment.by_seed.values()), 0)


def _same_images(first: Experiment, second: Experiment, readings_of: ReadingsOf) -> Iterator[SameImages]:
    for seed, line in first.by_seed.items():
        other = second.by_seed.get(seed)
        if other is None:
            continue
        one, two = readings_of(line), readings_of(other)
        if one is None or two is None or one.fingerprint != two.fingerprint:
            continue
        a, b = one.right, two.right
        counts = (int(np.count_nonzero(which)) for which in (a & ~b, b & ~a, a & b, ~a & ~b))
        yield SameImages(seed, *counts)


def _remembered(readings_of: ReadingsOf) -> ReadingsOf:
    """Return a function that asks once for each run."""
    known: dict[str, Readings | None] = {}

    def ask_once(line: RunLine) -> Readings | None:
        if line.key not in known:
            known[line.key] = readings_of(line)
        return known[line.key]

    return ask_once


def _cautions(experiments: Sequence[Experiment], measure: Measure, readings_of: ReadingsOf) -> Iterator[Caution]:
    reference = experiments[0]
    for each in experiments[1:]:
        yield from _between(reference, each, readings_of)
    for each in experiments:
        yield from _about(each, measure)


def _between(one: Experiment, other: Experiment, readings_of: ReadingsOf) -> Iterator[Caution]:
    names = one.name, other.name
    if one.problem != other.problem:
        yield Caution(CautionKind.OTHER_PROBLEM, *names)
        return
    if _had_other_data(one, other, readings_of):
        yield Caution(CautionKind.OTHER_DATA, *names)
    images = _validation_samples(one), _validation_samples(other)
    if all(images) and images[0] != images[1]:
        yield Caution(CautionKind.OTHER_VALIDATION, *names, *images)
    epochs = tuple(int(each.settings.get("epochs", 0)) for each in (one, other))
    if epochs[0] != epochs[1]:
        yield Caution(CautionKind.OTHER_EPOCHS, *names, *epochs)


def _had_other_data(one: Experiment, other: Experiment, readings_of: ReadingsOf) -> bool:
    """Return whether they learned from, or were validated by, data that are known to be others."""
    if one.settings["dataset"] != other.settings["dataset"]:
        return True
    for seed, line in one.by_seed.items():
        if (counterpart := other.by_seed.get(seed)) is None:
            continue
        if line.fingerprint and counterpart.fingerprint and line.fingerprint != counterpart.fingerprint:
            return True
        readings = readings_of(line), readings_of(counterpart)
        if readings[0] is not None and readings[1] is not None and readings[0].fingerprint != readings[1].fingerprint:
            return True
    return False


def _about(experiment: Experiment, measure: Measure) -> Iterator[Caution]:
    name, lines, total = experiment.name, experiment.lines, len(experiment.lines)
    ended = [line for line in lines if line.fate is RunFate.ENDED]
    if not experiment.is_of_one_kind:
        yield Caution(CautionKind.MIXED, name)
    if not experiment.results(measure):
        yield Caution(CautionKind.NO_RESULT, name)
    counts = {
        CautionKind.FAILED: sum(line.fate is RunFate.FAILED for line in lines),
        CautionKind.GIVEN_UP: sum(line.fate in (RunFate.GIVEN_UP, RunFate.INTERRUPTED) for line in lines),
        CautionKind.UNDER_WAY: sum(line.fate is RunFate.UNDER_WAY for line in lines),
        CautionKind.STOPPED: sum(_was_stopped(line) for line in experiment.by_seed.values()),
        CautionKind.NOT_VALIDATED: len(experiment.by_seed) - len(experiment.results(measure)),
        CautionKind.REPEATED: len(ended) - len(experiment.by_seed),
    }
    for kind, count in counts.items():
        if count:
            yield Caution(kind, name, "", count, total)


def _was_stopped(line: RunLine) -> bool:
    """Return whether a run ended before its last epoch, though it was not to do so by itself."""
    return not line.config.get("patience") and line.epochs < int(line.config.get("epochs", 0))
