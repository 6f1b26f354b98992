"""A race's settings come back from what was remembered, and one's own surface is the expression that was typed."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from digitapp.lab.circuit.faults import CircuitError
from digitapp.lab.contest import (
    MOST_RUNNERS,
    OWN,
    PRESETS,
    USUAL,
    KnownRates,
    from_state,
    run_contest,
    run_from_many_starts,
    to_state,
    usual_runner,
)
from digitapp.lab.own_surface import OwnSurfaceError, own_surface
from digitapp.lab.surfaces import SURFACES
from digitapp.nn.optimizers import OPTIMIZERS


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_and_comes_back_from_its_state(name: str) -> None:
    contest = PRESETS[name]
    assert from_state(json.loads(json.dumps(to_state(contest)))) == contest
    outcome = run_contest(contest, KnownRates())
    assert outcome is not None and outcome.race.steps == contest.steps
    many = run_from_many_starts(outcome)
    assert many is not None and 0 < sum(many.wins()) <= 20


def test_any_contest_comes_back_from_its_state() -> None:
    chance = random.Random(0)
    for _ in range(100):
        surface = chance.choice([*SURFACES, OWN])
        contest = USUAL.on(surface)
        made = contest.made_surface()
        runners = [usual_runner(chance.choice(list(OPTIMIZERS)), made) for _ in range(chance.randint(1, MOST_RUNNERS))]
        contest = replace(
            contest,
            runners=tuple(
                replace(
                    runner,
                    learning_rate=10 ** chance.uniform(-6, 2),
                    batch=chance.choice([0, 1, 8]) * contest.has_samples,
                )
                for runner in runners
            ),
            start=(chance.uniform(-5, 5), chance.uniform(-5, 5)),
            steps=chance.randint(1, 5000),
            noise=chance.uniform(0, 5),
            rates=chance.choice(["own", "same", "best"]),
            rate=10 ** chance.uniform(-6, 2),
        )
        assert from_state(json.loads(json.dumps(to_state(contest)))) == contest


NONSENSE = (None, "", "x", -1, 10**400, float("nan"), float("inf"), True, [], [1], {}, [[]], ["a", "b"], [None, None])


def test_nonsense_counts_as_unsaid() -> None:
    for field in to_state(USUAL):
        for value in NONSENSE:
            contest = from_state({**to_state(USUAL), field: value})
            contest.made_surface()
            assert 1 <= len(contest.runners) <= MOST_RUNNERS and len(contest.start) == 2
            assert contest.rates in ("own", "same", "best") and 1 <= contest.steps <= 5000
    for field in ("optimizer", "learning_rate", "options", "batch"):
        for value in (*NONSENSE, [["beta1", 10**400]], [[[], 1]]):
            usual = {"optimizer": "adam", "learning_rate": 1.0, "options": [], "batch": 0}
            from_state({"surface": "least_squares", "runners": [{**usual, field: value}]}).made_surface()
    for bad in ("x +", "1/0", "q", "sum([1, 2])", "log(0 - x^2 - 1)"):
        assert from_state({"surface": OWN, "expression": bad}) == USUAL
    runner = {"optimizer": "adam", "learning_rate": "much", "options": [["beta1", 7], ["beta2", 0.5], "x"], "batch": 3}
    (adam,) = from_state({"surface": "ravine", "runners": [runner, 3, {"optimizer": "none"}]}).runners
    assert adam.options == (("beta2", 0.5),) and adam.batch == 0 and adam.learning_rate == 0.3


EXPRESSIONS = {
    "x^2/20 + y^2 - cos(3*x)*cos(3*y)/2": lambda x, y: x**2 / 20 + y**2 - np.cos(3 * x) * np.cos(3 * y) / 2,
    "(1 - x)^2 + 100*(y - x^2)^2": lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    "exp(0 - x^2) + y*y": lambda x, y: np.exp(-(x**2)) + y * y,
    "x^2": lambda x, y: x**2 + 0 * y,
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_ones_own_surface_is_its_expression(expression: str) -> None:
    function, surface = EXPRESSIONS[expression], own_surface(expression, 3.0)
    rng = np.random.default_rng(0)
    places = rng.uniform(-3, 3, (7, 5, 2))
    x, y = places[..., 0], places[..., 1]
    np.testing.assert_allclose(surface.height(places), function(x, y), rtol=1e-9)
    step = 1e-6
    slopes = [
        (function(x + step, y) - function(x - step, y)) / (2 * step),
        (function(x, y + step) - function(x, y - step)) / (2 * step),
    ]
    np.testing.assert_allclose(surface.gradient(places), np.stack(slopes, axis=-1), atol=1e-4)
    everywhere = rng.uniform(-1, 1, (20_000, 2)) * np.array(surface.reach)
    assert surface.lowest <= surface.height(everywhere).min() + 1e-9
    assert surface.height(surface.minima[0]) == pytest.approx(surface.lowest)


def test_what_is_no_surface_is_refused() -> None:
    with pytest.raises(OwnSurfaceError) as names:
        own_surface("x + z*w")
    assert names.value.kind == "names" and set(names.value.names) == {"z", "w"}
    with pytest.raises(OwnSurfaceError) as nowhere:
        own_surface("log(0 - x^2 - y^2 - 1)")
    assert nowhere.value.kind == "nowhere"
    for text in ("", "x +", "2*(x", "x y"):
        with pytest.raises(CircuitError):
            own_surface(text)


def test_a_surface_with_a_pole_is_raced_on_where_it_is_a_number() -> None:
    """C is infinite at x = 0, and no number where x is below 0."""
    contest = replace(USUAL, expression="1/x + log(x) + y^2").on(OWN)
    assert contest.made_surface().lowest < np.inf
    lost = run_contest(replace(contest, start=(-1.0, 1.0)), KnownRates())
    assert lost is not None and (lost.race.lost_at == 0).all() and np.isnan(lost.race.errors).all()
    good = run_contest(replace(contest, start=(3.0, 1.0)), KnownRates())
    assert good is not None and np.isfinite(good.race.errors[0]).all()
    many = run_from_many_starts(good)
    assert many is not None and np.isfinite(many.errors[0]).all(), "each start is one"
