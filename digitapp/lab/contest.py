"""What is raced on the bench of the descent: the surface, who takes part, and how the learning rates are chosen."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from digitapp.lab.descent import WHOLE_SET, Race, Runner, run_race
from digitapp.lab.own_surface import MOST_REACH, own_surface
from digitapp.lab.rates import RACE_SEED, STARTS, RateSearch, search_rate, usual_rate
from digitapp.lab.surfaces import SURFACES, Surface
from digitapp.nn.optimizers import OPTIMIZERS
from digitapp.progress import Report

MOST_RUNNERS = 6
MOST_STEPS = 5000
MOST_NOISE = 5.0
LEAST_RATE, MOST_RATE = 1e-6, 100.0
OWN = "own"
"""Stands for the surface of an expression where the others go by their keys."""

Rates = Literal["own", "same", "best"]

_FOUR = ("sgd", "momentum", "rmsprop", "adam")
# The usual values of RMSprop are made for thousands of steps: over a few dozen it would hardly forget anything.
_LAB_OPTIONS = {"rmsprop": (("rho", 0.9),)}


@dataclass(frozen=True)
class Contest:
    """The settings of a race.

    Attributes
    ----------
    surface : a key of `SURFACES`, or `OWN`
    expression, reach : the own surface, as in `own_surface`
    runners : who takes part, each with a rate of its own
    start : where the race that is watched begins
    steps, noise, seed : as in `run_race`
    rates : "own", each at the rate that it has; "same", all at `rate`; "best", each at the best that a search finds
    rate : of all, where they have the same
    """

    surface: str
    runners: tuple[Runner, ...]
    start: tuple[float, float]
    steps: int = 60
    noise: float = 0.0
    seed: int = 0
    rates: Rates = "own"
    rate: float = 0.1
    expression: str = "x^2/20 + y^2 - cos(3*x)*cos(3*y)/2"
    reach: float = 4.0

    def made_surface(self) -> Surface:
        """Return the surface.

        Raises
        ------
        CircuitError, OwnSurfaceError : an own expression that cannot be used
        """
        return own_surface(self.expression, self.reach) if self.surface == OWN else SURFACES[self.surface]

    @property
    def has_samples(self) -> bool:
        """Whether runners may look at a part of the samples."""
        return self.surface != OWN and SURFACES[self.surface].samples is not None

    def on(self, surface: str) -> Contest:
        """Return the same rules on another surface, with what suits it: its start, its steps, and usual rates."""
        other = replace(self, surface=surface)
        made = other.made_surface()
        runners = tuple(
            replace(runner, learning_rate=usual_rate(runner.optimizer, made), batch=runner.batch if made.samples else 0)
            for runner in self.runners
        )
        return replace(other, runners=runners, start=made.start, steps=made.steps, rate=usual_rate("sgd", made))

    def with_runner(self, optimizer: str) -> Contest:
        """Return the contest with one more runner, at a usual rate."""
        runner = usual_runner(optimizer, self.made_surface())
        return replace(self, runners=(*self.runners, runner))

    def on_same_surface(self, other: Contest) -> bool:
        """Return whether another contest is run on the same surface."""
        own = (other.expression, other.reach) if other.surface == OWN else (self.expression, self.reach)
        return (self.surface, self.expression, self.reach) == (other.surface, *own)

    def in_same_race(self, other: Contest) -> bool:
        """Return whether another contest differs by nothing but where the race that is watched begins."""
        return replace(self, start=other.start) == other


def usual_runner(optimizer: str, surface: Surface) -> Runner:
    """Return a runner to begin with."""
    return Runner(optimizer, usual_rate(optimizer, surface), _LAB_OPTIONS.get(optimizer, ()))


# What there is to compare


def _four_rules() -> Contest:
    surface = SURFACES["ravine"]
    rates = {"sgd": 0.95, "momentum": 0.15, "rmsprop": 0.2, "adam": 0.3}
    runners = tuple(replace(usual_runner(key, surface), learning_rate=rates[key]) for key in _FOUR)
    return Contest(surface.key, runners, surface.start)


def _learning_rates() -> Contest:
    surface = SURFACES["ravine"]
    return Contest(surface.key, tuple(Runner("sgd", rate) for rate in (0.1, 0.5, 0.95, 1.05)), surface.start)


def _momenta() -> Contest:
    surface = SURFACES["ravine"]
    betas = (0.0, 0.5, 0.9, 0.98)
    runners = tuple(Runner("momentum", 0.15, (("momentum", beta),)) for beta in betas)
    return Contest(surface.key, runners, surface.start, steps=120)


def _adaptive() -> Contest:
    surface = SURFACES["saddle"]
    keys = ("adagrad", "rmsprop", "adadelta", "adam")
    return Contest(surface.key, tuple(usual_runner(key, surface) for key in keys), surface.start)


def _batches() -> Contest:
    surface = SURFACES["least_squares"]
    batches = (WHOLE_SET, 8, 1)
    return Contest(surface.key, tuple(Runner("sgd", 0.25, batch=batch) for batch in batches), surface.start, steps=64)


PRESETS: dict[str, Contest] = {
    "rules": _four_rules(),
    "rates": _learning_rates(),
    "momenta": _momenta(),
    "adaptive": _adaptive(),
    "batches": _batches(),
}
"""Contests that show something, by name; the first one is what the bench opens with."""

USUAL = PRESETS["rules"]


# From and to what can be remembered


def to_state(contest: Contest) -> dict[str, Any]:
    """Return a contest as values that JSON knows."""
    return asdict(contest)


def from_state(state: Mapping[str, Any]) -> Contest:
    """Return the contest of a state; what it does not say, or says nonsense about, is as usual."""
    surface = state.get("surface")
    contest = USUAL
    if isinstance(surface, str) and (surface in SURFACES or surface == OWN):
        contest = replace(USUAL, expression=_text(state, USUAL.expression), reach=_reach(state))
        try:
            contest = contest.on(surface) if surface != USUAL.surface else contest
        except ValueError:
            return USUAL
    made = contest.made_surface()
    runners = tuple(filter(None, (_runner(each, made) for each in _list(state.get("runners")))))[:MOST_RUNNERS]
    start = [value for value in _list(state.get("start")) if _is_number(value, -1e6, 1e6)]
    rates = state.get("rates")
    return replace(
        contest,
        runners=runners or contest.runners,
        start=(float(start[0]), float(start[1])) if len(start) == 2 else contest.start,
        steps=_whole(state.get("steps"), 1, MOST_STEPS, contest.steps),
        noise=_number(state.get("noise"), 0, MOST_NOISE, contest.noise),
        seed=_whole(state.get("seed"), 0, 2**31, contest.seed),
        rates=rates if rates in get_args(Rates) else contest.rates,
        rate=_number(state.get("rate"), LEAST_RATE, MOST_RATE, contest.rate),
    )


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _text(state: Mapping[str, Any], usual: str) -> str:
    text = state.get("expression")
    return text if isinstance(text, str) else usual


def _reach(state: Mapping[str, Any]) -> float:
    return _number(state.get("reach"), 0.1, MOST_REACH, USUAL.reach)


def _is_number(value: object, least: float, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _number(value: Any, least: float, most: float, usual: float) -> float:
    return float(value) if _is_number(value, least, most) else usual


def _whole(value: Any, least: int, most: int, usual: int) -> int:
    return value if isinstance(value, int) and _is_number(value, least, most) else usual


def _runner(state: Any, surface: Surface) -> Runner | None:
    """Return the runner of a state, None where there is no such optimiser."""
    key = state.get("optimizer") if isinstance(state, Mapping) else None
    if not isinstance(key, str) or key not in OPTIMIZERS:
        return None
    made = OPTIMIZERS[key]
    usual = usual_runner(made.key, surface)
    pairs = (pair for pair in map(_list, _list(state.get("options"))) if len(pair) == 2)
    given = {name: value for name, value in pairs if isinstance(name, str)}
    options = tuple(
        (option.name, given[option.name])
        for option in made.options
        if _is_number(given.get(option.name), option.minimum, option.maximum) and option.allows(given[option.name])
    )
    fewer = len(surface.samples) - 1 if surface.samples is not None else 0  # than all
    return Runner(
        made.key,
        _number(state.get("learning_rate"), LEAST_RATE, MOST_RATE, usual.learning_rate),
        options if "options" in state else usual.options,
        _whole(state.get("batch"), 1, fewer, WHOLE_SET),
    )


# Running it


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a contest came to.

    Attributes
    ----------
    contest : its settings
    runners : who ran, at the rates that they had
    race : from the start that is watched
    searches : how the best rates were found, one for each runner; empty where nobody asked for them
    """

    contest: Contest
    runners: tuple[Runner, ...]
    race: Race
    searches: tuple[RateSearch, ...] = ()


@dataclass(eq=False)
class KnownRates:
    """Best rates that were found, so that a search is made once whatever else changes."""

    found: dict[object, RateSearch] = field(default_factory=dict)

    def search(
        self, contest: Contest, surface: Surface, runner: Runner, cancelled: threading.Event | None
    ) -> RateSearch | None:
        """Return the search of a runner's rate, made now where it is not known; None where it was cancelled."""
        own = (contest.expression, contest.reach) if contest.surface == OWN else ()
        key = (contest.surface, own, replace(runner, learning_rate=1.0), contest.steps, contest.noise)
        search = self.found.get(key) or search_rate(surface, runner, contest.steps, contest.noise, cancelled)
        if search is not None:
            self.found[key] = search
        return search


def run_contest(
    contest: Contest, known: KnownRates, report: Report | None = None, cancelled: threading.Event | None = None
) -> Outcome | None:
    """Find the rates and run the race; None where it was cancelled.

    Parameters
    ----------
    known : best rates that were found before; those that are found now are put there
    report : is told for how many of the runners the best rate is found

    Raises
    ------
    CircuitError, OwnSurfaceError : an own expression that cannot be used
    NowhereToStartError : there are not so many places from which a search could start
    """
    surface, searches = contest.made_surface(), []
    if contest.rates == "best":
        for runner in contest.runners:
            search = known.search(contest, surface, runner, cancelled)
            if search is None:
                return None
            searches.append(search)
            if report is not None:
                report(len(searches), len(contest.runners))
    runners = contest.runners
    if searches:
        rates = [search.best for search in searches]
    else:
        rates = [contest.rate if contest.rates == "same" else runner.learning_rate for runner in runners]
    runners = tuple(replace(runner, learning_rate=rate) for runner, rate in zip(runners, rates, strict=True))
    start = np.array([contest.start])
    race = run_race(surface, runners, start, contest.steps, contest.noise, contest.seed, cancelled)
    return None if race is None else Outcome(contest, runners, race, tuple(searches))


def run_from_many_starts(outcome: Outcome, cancelled: threading.Event | None = None) -> Race | None:
    """Run the contest from 20 starts, which the search of the rates has not seen; None where it was cancelled.

    Raises
    ------
    NowhereToStartError : there are not so many places to start from
    """
    contest, surface = outcome.contest, outcome.race.surface
    starts = surface.starts(STARTS, RACE_SEED)
    return run_race(surface, outcome.runners, starts, contest.steps, contest.noise, contest.seed, cancelled)
