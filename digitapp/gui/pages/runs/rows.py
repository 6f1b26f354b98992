"""What stands in the table of runs: experiments, unfolded to their runs where wanted, filtered and in an order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Any

from digitapp.datasets.problems import PROBLEMS
from digitapp.gui.words.problems import problem_short_title, problem_title
from digitapp.gui.words.run_settings import setting_title, setting_value
from digitapp.kept.experiments import Experiment, Measure, best_of
from digitapp.kept.register import RunLine


class Column(IntEnum):
    """The columns, from the left."""

    NAME = 0
    PROBLEM = 1
    NETWORK = 2
    DIFFERS = 3
    BEST = 4
    CURVE = 5
    TIME = 6
    STARTED = 7


@dataclass(frozen=True)
class Order:
    """By which column rows are sorted, and which way."""

    column: Column = Column.STARTED
    is_falling: bool = True


@dataclass(frozen=True, eq=False)
class Row:
    """An experiment, or one of its runs below it.

    Attributes
    ----------
    experiment : that it is, or belongs to
    line : the run; None for the experiment as a whole
    """

    experiment: Experiment
    line: RunLine | None = None

    @property
    def key(self) -> str:
        """The same as long as its runs are listed: of an experiment that of its first run."""
        return key_of(self.experiment) if self.line is None else f"{self.line.key}/"

    @property
    def lines(self) -> tuple[RunLine, ...]:
        """The runs that it stands for, the newest first."""
        return self.experiment.lines if self.line is None else (self.line,)

    @property
    def newest(self) -> RunLine:
        """The run, or the newest of its runs."""
        return self.lines[0]

    @property
    def is_many(self) -> bool:
        """Whether it can be unfolded."""
        return self.line is None and len(self.experiment.lines) > 1

    @cached_property
    def best(self) -> float | None:
        """Best accuracy on validation: of an experiment the mean over its seeds."""
        return self.experiment.mean() if self.line is None else best_of(self.line, Measure.ACCURACY)

    @cached_property
    def spread(self) -> float | None:
        """Standard deviation of the best accuracies of its seeds."""
        return self.experiment.spread() if self.line is None else None

    @cached_property
    def seconds(self) -> float | None:
        """How long its runs took together, as far as they have ended."""
        return sum(line.seconds for line in self.lines) or None

    @property
    def network(self) -> str:
        """Its layers, "784-64-10"."""
        return "-".join(map(str, self.newest.sizes))

    @cached_property
    def words(self) -> str:
        """All that it can be found by, in small letters."""
        line = self.newest
        known = (_words_of(name, _fixed(value)) for name, value in self.experiment.settings.items())
        keys = (each.short for each in self.experiment.lines)
        parts = (self.experiment.name, title_of(line.problem), self.network, *known, *keys)
        return "\n".join(parts).casefold()


@lru_cache(maxsize=8192)
def _words_of(name: str, value: object) -> str:
    """Return what a setting can be found by: thousands of runs have few different ones."""
    whole = dict(value) if isinstance(value, tuple) else value
    return f"{setting_title(name)} {setting_value(name, whole)}"


def _fixed(value: object) -> object:
    """Return a value that can be a key."""
    return tuple(value.items()) if isinstance(value, Mapping) else value


def key_of(experiment: Experiment) -> str:
    """Return what an experiment is told from others by while runs are added to it: the key of its first run."""
    return experiment.lines[-1].key


def title_of(problem: str) -> str:
    """Return what a problem is called; one that is not known has the name in the file."""
    return problem_title(PROBLEMS[problem]) if problem in PROBLEMS else problem


def short_title_of(problem: str) -> str:
    """Return the same in the fewest words."""
    return problem_short_title(PROBLEMS[problem]) if problem in PROBLEMS else problem


def found(rows: Iterable[Row], text: str, problem: str = "") -> list[Row]:
    """Return the rows of a problem, "" for any, in which every word of a text occurs."""
    words = text.casefold().split()
    return [
        row
        for row in rows
        if (not problem or row.newest.problem == problem) and (not words or all(word in row.words for word in words))
    ]


def in_order(rows: Sequence[Row], order: Order) -> list[Row]:
    """Return rows sorted; those without a value come last, whichever way, and equal ones the newest first."""
    key = _KEYS[order.column]
    newest = sorted(rows, key=lambda row: row.newest.began, reverse=True)
    values = [(key(row), row) for row in newest]
    known = [pair for pair in values if pair[0] is not None]
    unknown = [row for value, row in values if value is None]
    known.sort(key=lambda pair: pair[0], reverse=order.is_falling)
    return [row for _value, row in known] + unknown


def unfolded(rows: Iterable[Row], keys: frozenset[str]) -> list[Row]:
    """Return rows with the runs of those experiments below them that are unfolded."""
    shown: list[Row] = []
    for row in rows:
        shown.append(row)
        if row.is_many and row.key in keys:
            shown += (Row(row.experiment, line) for line in row.experiment.lines)
    return shown


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


_KEYS: dict[Column, Callable[[Row], Any]] = {
    Column.NAME: lambda row: row.experiment.name.casefold(),
    Column.PROBLEM: lambda row: title_of(row.newest.problem),
    Column.NETWORK: lambda row: row.newest.sizes,
    Column.DIFFERS: lambda row: -row.newest.began,
    Column.BEST: lambda row: _finite(row.best),
    Column.CURVE: lambda row: _finite(row.best),
    Column.TIME: lambda row: row.seconds,
    Column.STARTED: lambda row: row.newest.began,
}
