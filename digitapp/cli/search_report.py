"""What a search has found, in words and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import stdev
from typing import Any

from digitapp.cli.output import note, percent, print_json, print_table, say
from digitapp.plain import plain
from digitapp.runs.search.spec import Side, StudySpec
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine
from digitapp.runs.search.storage import Storage
from digitapp.runs.search.studies import read_study

_SIDES = {Side.GUIDED: "guided", Side.RANDOM: "at random", Side.FRESH: "on new seeds"}


class Teller:
    """Says on stderr what happens in a study, each trial once when it is over."""

    def __init__(self, storage: Storage, spec: StudySpec) -> None:
        self._storage = storage
        self._spec = spec
        self._told: set[tuple[Side, int]] | None = None
        self._waited_for = 0

    def look(self) -> None:
        """Say what is new."""
        state = read_study(self._storage, self._spec.name, with_importance=False)
        over = {(trial.side, trial.number): trial for trial in state.trials if trial.is_over}
        if self._told is None and over and state.over:
            note(f"the study has {state.over} of {state.wanted} trials")
        told = self._told if self._told is not None else set(over)
        for key, trial in over.items():
            if key not in told:
                note(_trial_line(state, trial))
        self._told = told | over.keys()

    def wait(self, others: int) -> None:
        """Say that other workers have the last trials, once."""
        if others != self._waited_for:
            trials = "a trial" if others == 1 else f"{others} trials"
            note(f"waiting for {trials} of other workers (Ctrl-C leaves them to it)")
        self._waited_for = others


def _trial_line(state: StudyState, trial: TrialLine) -> str:
    where = f"{_SIDES[trial.side]}, " if len(state.spec.sides) > 1 or trial.side is Side.FRESH else ""
    if trial.side is Side.FRESH:
        return f"{where}seed {trial.seed}: {percent(trial.value)}"
    title = f"trial {trial.ordinal} of {state.target}"
    if trial.fate is TrialFate.GIVEN_UP:
        why = "its numbers overflowed" if trial.diverged else f"given up at {percent(trial.reached)}"
        return f"{title}, {where}{why}: {_drawn(trial)}"
    return f"{title}, {where}{percent(trial.value)}: {_drawn(trial)}"


def _drawn(trial: TrialLine) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in trial.drawn.items())


def shown(value: object) -> str:
    """Return a setting's value for people."""
    return f"{value:.3g}" if isinstance(value, float) else plain(str(value))


def tell_study(state: StudyState, storage: str, as_json: bool, made: int | None = None) -> None:
    """Print how a study stands; `made` trials of it were made here."""
    if as_json:
        print_json(_as_json(state, storage, made))
        return
    spec = state.spec
    say(f"{spec.name}: {spec.dataset}, {state.over} of {state.wanted} trials")
    print_table([_side_row(state, side) for side in spec.sides], frozenset({1, 2, 3}))
    winner = state.winner
    if winner is None:
        say("No trial has come to its end yet.")
        return
    say(f"Best, {_title(state, winner)}: {percent(winner.value)} of the validation images")
    print_table([(f"  {name}", shown(value)) for name, value in winner.drawn.items()])
    if state.importance is not None:
        found = state.importance
        shares = sorted(found.shares.items(), key=lambda pair: -pair[1])
        say(f"What matters, of 100, by {found.trials} trials after epoch {found.epoch}:")
        print_table([(f"  {name}", f"{100 * share:.0f}") for name, share in shares], frozenset({1}))
    if state.fresh_mean is not None:
        say(_shrinkage(state, winner))


def _shrinkage(state: StudyState, winner: TrialLine) -> str:
    mean = state.fresh_mean
    spread = f" ± {100 * stdev(state.fresh):.2f}" if len(state.fresh) > 1 else ""
    seeds = f"{len(state.fresh)} new seeds" if len(state.fresh) != 1 else "a new seed"
    return f"{percent(winner.value)} in the search, {percent(mean)}{spread} on {seeds}: the second is what to expect."


def _title(state: StudyState, trial: TrialLine) -> str:
    where = f" ({_SIDES[trial.side]})" if len(state.spec.sides) > 1 else ""
    return f"trial {trial.ordinal}{where}"


def _side_row(state: StudyState, side: Side) -> tuple[str, str, str, str]:
    best = state.best_of(side)
    ends = len(state.of(side, TrialFate.DONE))
    given_up = len(state.of(side, TrialFate.GIVEN_UP))
    title = {"tpe": "guided", "random": "at random"}[state.spec.sampler] if side is Side.GUIDED else _SIDES[side]
    value = percent(None if best is None else best.value)
    return f"  {title}", f"{ends} to the end", f"{given_up} given up", f"best {value}"


def _as_json(state: StudyState, storage: str, made: int | None) -> dict[str, Any]:
    winner, best = state.winner, {side: state.best_of(side) for side in state.spec.sides}
    random = best.get(Side.RANDOM)
    return {
        "study": state.spec.name,
        "storage": storage,
        "problem": state.spec.problem,
        "dataset": state.spec.dataset,
        "trials": {
            "wanted": state.wanted,
            "over": state.over,
            "to_the_end": sum(len(state.of(side, TrialFate.DONE)) for side in state.spec.sides),
            "given_up": sum(len(state.of(side, TrialFate.GIVEN_UP)) for side in state.spec.sides),
            "made_here": made,
        },
        "best": _trial_as_json(best[Side.GUIDED]),
        "at_random": _trial_as_json(random),
        "winner": winner
        and {
            **(_trial_as_json(winner) or {}),
            "at_random": winner.side is Side.RANDOM,
            "fresh": state.fresh,
            "fresh_mean": state.fresh_mean,
        },
        "importance": state.importance
        and {"shares": state.importance.shares, "trials": state.importance.trials, "epoch": state.importance.epoch},
        "is_over": state.is_over,
    }


def _trial_as_json(trial: TrialLine | None) -> Mapping[str, Any] | None:
    if trial is None:
        return None
    return {
        "trial": trial.ordinal,
        "validation_accuracy": trial.value,
        "drawn": trial.drawn,
        "config": trial.configs,
        "runs": trial.runs,
    }
