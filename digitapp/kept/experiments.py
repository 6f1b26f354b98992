"""Runs that were trained alike but for their seeds, as one experiment: what its seeds came to, and what differs.

Each run counts with its best epoch on validation. A run that failed, was given up or is still under way has no result;
of a seed that was trained twice the newest counts.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from statistics import fmean, stdev
from typing import Any

from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate
from digitapp.training.config import MAX_SEED


class Measure(StrEnum):
    """By what runs are compared, on validation."""

    ACCURACY = "accuracy"
    LOSS = "loss"

    @property
    def sign(self) -> float:
        """What turns it so that more is better."""
        return 1.0 if self is Measure.ACCURACY else -1.0


@dataclass(frozen=True, eq=False)
class Experiment:
    """Runs of one name.

    Attributes
    ----------
    name : what people call it
    lines : its runs, the newest first, one at least
    """

    name: str
    lines: tuple[RunLine, ...]

    @property
    def has_own_name(self) -> bool:
        """Whether somebody has named it; else it is called by the beginning of the key of its first run."""
        return self.lines[0].name not in ("", *(line.short for line in self.lines))

    @property
    def problem(self) -> str:
        """The key of the problem of its newest run."""
        return self.lines[0].problem

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What it was trained with, but for the seeds; that of the newest run where they are not all alike."""
        return self.lines[0].settings()

    @cached_property
    def is_of_one_kind(self) -> bool:
        """Whether all its runs were trained alike."""
        return all(line.settings() == self.settings for line in self.lines)

    @cached_property
    def by_seed(self) -> dict[int, RunLine]:
        """The runs that count, by seed, the lowest first: those that have ended, of a seed the newest."""
        found = {line.seed: line for line in reversed(self.lines) if line.fate is RunFate.ENDED}
        return dict(sorted(found.items()))

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the runs that count."""
        return tuple(self.by_seed)

    def results(self, measure: Measure = Measure.ACCURACY) -> dict[int, float]:
        """Return what each seed came to at its best epoch on validation; nothing of those that were not validated."""
        found = {seed: best_of(line, measure) for seed, line in self.by_seed.items()}
        return {seed: value for seed, value in found.items() if value is not None}

    def mean(self, measure: Measure = Measure.ACCURACY) -> float | None:
        """Return the mean of the results, None where there is none."""
        values = self.results(measure).values()
        return fmean(values) if values else None

    def spread(self, measure: Measure = Measure.ACCURACY) -> float | None:
        """Return the standard deviation of the results, as a sample; None where there are not two."""
        values = list(self.results(measure).values())
        return stdev(values) if len(values) > 1 else None


def best_of(line: RunLine, measure: Measure) -> float | None:
    """Return what a run came to at its best epoch on validation, None where it was not validated."""
    return line.results.get(f"best_validation_{measure}")


def experiments_of(lines: Iterable[RunLine]) -> list[Experiment]:
    """Return runs as experiments, in the order in which the first of each comes.

    Runs of one problem and one name that were trained alike belong together; a run without a name stands for itself,
    and is called by the beginning of its key.
    """
    groups: list[list[RunLine]] = []
    named: dict[tuple[str, str], list[list[RunLine]]] = {}
    for line in lines:
        kinds = named.setdefault((line.problem, line.name), []) if line.name else []
        group = next((group for group in kinds if _are_alike(group[0], line)), None)
        if group is None:
            groups.append(group := [])
            kinds.append(group)
        group.append(line)
    return [Experiment(found[0].name or found[0].short, tuple(found)) for found in groups]


def _are_alike(one: RunLine, other: RunLine) -> bool:
    """Return whether two runs were trained alike but for their seeds: quickly where all of it is the same."""
    same = one.sizes == other.sizes and one.dataset == other.dataset and one.begun_from == other.begun_from
    if not same or one.network != other.network:
        return False
    if {**one.config, "seed": 0} == {**other.config, "seed": 0}:
        return True
    return one.settings() == other.settings()


def same_runs(experiments: Sequence[Experiment], others: Sequence[Experiment]) -> bool:
    """Return whether two lists of experiments have the same names, and runs of which the same is said."""
    return [(each.name, each.lines) for each in experiments] == [(each.name, each.lines) for each in others]


def different(experiments: Sequence[Experiment]) -> dict[str, list[Any]]:
    """Return the settings in which experiments differ, each with its value in every one, None where it has none."""
    names = dict.fromkeys(name for each in experiments for name in each.settings)
    found = {name: [each.settings.get(name) for each in experiments] for name in names}
    return {name: values for name, values in found.items() if len({_as_text(value) for value in values}) > 1}


def _as_text(value: object) -> str:
    """Return a value so that equal ones are equal texts, whatever the order of their parts."""
    return repr(sorted(value.items())) if isinstance(value, Mapping) else repr(value)


def seeds_to_add(experiments: Sequence[Experiment], count: int) -> list[tuple[int, ...]]:
    """Return for each experiment which seeds it should be trained with as well.

    Where all have the same seeds, `count` more; else those that another one has, so that all of them pair.
    """
    every = sorted({seed for each in experiments for seed in each.seeds if seed >= 0})
    lacking = [tuple(seed for seed in every if seed not in each.seeds) for each in experiments]
    if any(lacking):
        return lacking
    first = every[-1] + 1 if every and every[-1] + count <= MAX_SEED else 0
    more = tuple(itertools.islice((seed for seed in itertools.count(first) if seed not in every), count))
    return [more] * len(experiments)
