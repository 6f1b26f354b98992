"""How a study stands: plain values, as one process tells another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from itertools import accumulate
from statistics import mean
from typing import Any

from digitapp.runs.search.space import Value
from digitapp.runs.search.spec import Side, StudySpec, read_spec


class TrialFate(StrEnum):
    """What has become of a trial."""

    RUNNING = "running"
    WAITING = "waiting"
    """Its worker is gone; another one takes it up again."""
    DONE = "done"
    GIVEN_UP = "given up"
    """Its curve was worse than those of others, or it learned nothing any more."""
    FAILED = "failed"


@dataclass(frozen=True)
class TrialLine:
    """One trial.

    Attributes
    ----------
    number : by which the storage knows it, counted from 0
    side, fate : see there
    value : share of the validation images that were read right at its end, the mean of its seeds; None before
    curve : the same after each epoch
    drawn : what was drawn for it, by the names of `Space.drawn_names`
    configs : all its settings, as JSON values: "network" and "training"
    runs : ids of its kept runs, where the machine that has made it keeps any
    worker : who has made it
    diverged : whether it was given up because its numbers overflowed
    seed : the first one of its trainings
    again : numbers of the trials before it whose workers were lost
    place : among those of its side that count, from 0 in the order in which they began
    """

    number: int
    side: Side
    fate: TrialFate
    value: float | None = None
    curve: tuple[float, ...] = ()
    drawn: Mapping[str, Value] = field(default_factory=dict)
    configs: Mapping[str, Any] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    worker: str = ""
    diverged: bool = False
    seed: int | None = None
    again: tuple[int, ...] = ()
    place: int = 0

    @property
    def ordinal(self) -> int:
        """As what people know it: they count from 1, and know nothing of those that were lost."""
        return self.place + 1

    @property
    def counts(self) -> bool:
        """Whether it is one of the study's trials: a failed one is made anew."""
        return self.fate is not TrialFate.FAILED

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end, or was given up."""
        return self.fate in (TrialFate.DONE, TrialFate.GIVEN_UP)

    @property
    def reached(self) -> float | None:
        """What it came to, or had come to when it was given up; None where it never validated."""
        return self.value if self.value is not None else (self.curve[-1] if self.curve else None)


@dataclass(frozen=True)
class Importance:
    """How much each parameter decided.

    Attributes
    ----------
    shares : by the names of `Space.drawn_names`; they sum to 1
    trials : on how many trials that rests
    epoch : after which epoch they were compared, one that all of them have reached
    """

    shares: Mapping[str, float]
    trials: int
    epoch: int


@dataclass(frozen=True)
class StudyState:
    """How a study stands.

    Attributes
    ----------
    spec : what it is
    target : so many trials each side is to have
    trials : of all sides, those of one side in their order
    importance : None where there are too few trials to say
    """

    spec: StudySpec
    target: int
    trials: tuple[TrialLine, ...] = ()
    importance: Importance | None = None

    def of(self, side: Side, *fates: TrialFate) -> list[TrialLine]:
        """Return the trials of a side that count, or those of some fates."""
        return [
            trial for trial in self.trials if trial.side is side and (trial.fate in fates if fates else trial.counts)
        ]

    def best_of(self, side: Side) -> TrialLine | None:
        """Return the best trial of a side, the first of equals."""
        done = self.of(side, TrialFate.DONE)
        return max(done, key=lambda trial: (trial.value or 0.0, -trial.number), default=None)

    @property
    def winner(self) -> TrialLine | None:
        """The best trial of all that chose; of equals the guided one."""
        found = [best for best in map(self.best_of, self.spec.sides) if best is not None]
        return max(found, key=lambda trial: trial.value or 0.0, default=None)

    @property
    def wanted(self) -> int:
        """How many trials there are to be in all."""
        return self.target * len(self.spec.sides)

    @property
    def over(self) -> int:
        """How many of those are over."""
        return sum(min(self.target, sum(trial.is_over for trial in self.of(side))) for side in self.spec.sides)

    @property
    def fresh(self) -> list[float]:
        """What the best settings came to on each new seed."""
        return [trial.value for trial in self.of(Side.FRESH, TrialFate.DONE) if trial.value is not None]

    @property
    def fresh_mean(self) -> float | None:
        """The mean of that, once all new seeds are there."""
        fresh = self.fresh
        over = sum(trial.is_over for trial in self.of(Side.FRESH))
        return mean(fresh) if fresh and over >= self.spec.fresh_seeds else None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        fresh = sum(trial.is_over for trial in self.of(Side.FRESH))
        return self.over >= self.wanted and (self.winner is None or fresh >= self.spec.fresh_seeds)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, which `read_state` reads."""
        return {
            "spec": self.spec.as_json(),
            "target": self.target,
            "trials": [asdict(trial) for trial in self.trials],
            "importance": None if self.importance is None else asdict(self.importance),
        }


def read_state(values: Mapping[str, Any]) -> StudyState:
    """Return the state that JSON values describe. Raises SearchError, KeyError, TypeError, ValueError."""
    importance = values["importance"]
    return StudyState(
        read_spec(values["spec"]),
        int(values["target"]),
        tuple(map(_read_trial, values["trials"])),
        None if importance is None else Importance(**importance),
    )


def _read_trial(values: Mapping[str, Any]) -> TrialLine:
    kinds: dict[str, Any] = {"side": Side(values["side"]), "fate": TrialFate(values["fate"])}
    tuples = {name: tuple(values[name]) for name in ("curve", "runs", "again")}
    return TrialLine(**{**values, **kinds, **tuples})


def placed(trials: Sequence[TrialLine]) -> list[TrialLine]:
    """Return the trials of a side, in their order, each with its place."""
    places = accumulate((trial.counts for trial in trials), initial=0)
    return [replace(trial, place=place) for trial, place in zip(trials, places, strict=False)]


def rank(trials: Sequence[TrialLine], number: int) -> int:
    """Return how many trials that count stand before the one of a number: one with `target` before it is too many."""
    return sum(trial.counts for trial in trials if trial.number < number)
