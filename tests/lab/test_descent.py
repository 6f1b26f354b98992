"""A race takes the very steps of the optimisers, says who was lost and who won, and finds good rates."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.lab.contest import Contest, KnownRates, run_contest, run_from_many_starts
from digitapp.lab.descent import Runner, run_race
from digitapp.lab.rates import search_rate, usual_rate
from digitapp.lab.surfaces import SURFACES, Surface
from digitapp.nn.optimizers import OPTIMIZERS

RAVINE = SURFACES["ravine"]
LINE = SURFACES["least_squares"]
ALL = tuple(Runner(key, usual_rate(key, RAVINE)) for key in OPTIMIZERS)


def by_hand(surface: Surface, runner: Runner, start: np.ndarray, gradients: list[np.ndarray] | None, steps: int):
    """Return the path of an optimiser of its own, for which gradients are given or asked of the surface."""
    theta = np.array(start, np.float64)
    optimizer = OPTIMIZERS[runner.optimizer](theta, **dict(runner.options))
    path = [theta.copy()]
    for step in range(steps):
        gradient = surface.gradient(theta) if gradients is None else gradients[step]
        optimizer.step(theta, gradient.copy(), runner.learning_rate, lambda: float(surface.height(theta)))
        path.append(theta.copy())
    return np.array(path)


@pytest.mark.parametrize("surface", SURFACES.values(), ids=lambda surface: surface.key)
def test_each_path_is_that_of_its_optimiser_alone(surface: Surface) -> None:
    runners = (
        *(Runner(key, usual_rate(key, surface)) for key, made in OPTIMIZERS.items() if made.uses_gradient),
        Runner("momentum", 0.3 * surface.plain_rate, (("momentum", 0.5),)),
        Runner("adam", surface.stride, (("beta1", 0.0), ("beta2", 0.9))),
    )
    check_paths(surface, runners, surface.starts(3, 9), 140)


def test_the_paths_of_a_rule_without_gradients_are_its_own() -> None:
    few = (("population", 7), ("mutated", 1.0))
    check_paths(RAVINE, (Runner("genetic", 0.3), Runner("genetic", 0.1, few)), RAVINE.starts(2, 9), 8)


def check_paths(surface: Surface, runners: tuple[Runner, ...], starts: np.ndarray, steps: int) -> None:
    race = run_race(surface, runners, starts, steps)
    assert race is not None and race.steps == steps
    assert race.paths.shape == (steps + 1, len(runners), len(starts), 2)
    for row, runner in enumerate(runners):
        for column, start in enumerate(starts):
            path, own = by_hand(surface, runner, start, None, steps), race.paths[:, row, column]
            # Until it is lost, or so near the end that the last digit of a gradient decides about its sign.
            is_over = ~(race.errors[:, row, column] > 1e-9)
            until = int(is_over.argmax()) if is_over.any() else steps + 1
            np.testing.assert_allclose(own[:until], path[:until], rtol=1e-9, atol=1e-12)
            errors = surface.height(path[:until]) - race.lowest
            np.testing.assert_allclose(race.errors[:until, row, column], errors, rtol=1e-9, atol=1e-12)


def test_noise_is_added_to_each_gradient_and_is_the_same_for_all() -> None:
    """Of a rate so small that the slope hardly changes, each step is the gradient and its noise."""
    rate, runners = 1e-9, (Runner("sgd", 1e-9), Runner("gradient_descent", 1e-9), Runner("averaged_momentum", 1e-9))
    race = run_race(RAVINE, runners, RAVINE.starts(2, 0), 4000, noise=0.5, seed=4)
    assert race is not None
    added = -np.diff(race.paths, axis=0) / rate - RAVINE.gradient(race.paths[:-1])
    noise = added[:, 0]
    assert noise.std() == pytest.approx(0.5, rel=0.03) and abs(noise.mean()) < 0.02
    assert np.abs(added[:, 1]).max() < 1e-4, "the whole set has no noise"
    again = run_race(RAVINE, runners[:1], RAVINE.starts(2, 0), 50, noise=0.5, seed=4)
    assert again is not None
    np.testing.assert_array_equal(again.paths[:, 0], race.paths[:51, 0])
    for start in range(2):
        gradients = [RAVINE.gradient(race.paths[k, 2, start]) + noise[k, start] for k in range(300)]
        path = by_hand(RAVINE, runners[2], race.paths[0, 2, start], gradients, 300)
        np.testing.assert_allclose(race.paths[:301, 2, start], path, rtol=1e-9)


def test_batches_are_the_samples_in_turn() -> None:
    """Of 64 samples 64 single ones are an epoch: their gradients add up to that of the whole set."""
    assert LINE.samples is not None
    rate = 1e-9
    runners = (Runner("sgd", rate, batch=1), Runner("sgd", rate, batch=8), Runner("sgd", rate))
    race = run_race(LINE, runners, np.array([LINE.start]), 128)
    assert race is not None
    taken = -np.diff(race.paths[:, :, 0], axis=0) / rate
    whole = LINE.gradient(np.array(LINE.start))
    for epoch in range(2):
        np.testing.assert_allclose(taken[64 * epoch : 64 * (epoch + 1), 0].mean(axis=0), whole, atol=1e-4)
    for epoch in range(16):
        np.testing.assert_allclose(taken[8 * epoch : 8 * (epoch + 1), 1].mean(axis=0), whole, atol=1e-4)
    np.testing.assert_allclose(taken[:, 2], np.broadcast_to(whole, (128, 2)), atol=1e-4)
    spread = taken.std(axis=0).max(axis=-1)
    assert spread[0] > spread[1] > spread[2]
    single = {tuple(np.round(row, 4)) for row in taken[:64, 0]}
    assert len(single) == 64, "each once"


def test_who_leaves_the_map_for_good_is_lost_and_never_wins() -> None:
    runners = (Runner("sgd", 1.2), Runner("sgd", 1e300), Runner("sgd", 0.01))
    race = run_race(RAVINE, runners, np.array([RAVINE.start, (1.0, 0.0)]), 60)
    assert race is not None
    # Across the ravine y becomes (1 − 2·1.2)ᵏ times as large, and 9 is three times what the map shows.
    assert race.lost_at[0].tolist() == [int(np.ceil(np.log(9 / 2) / np.log(1.4))), -1]
    assert race.lost_at[1].tolist() == [1, 1] and race.lost_at[2].tolist() == [-1, -1]
    assert np.isnan(race.paths[5:, 0, 0]).all() and np.isnan(race.errors[5:, 0, 0]).all()
    assert np.isfinite(race.errors[:5, 0, 0]).all()
    assert race.winners.tolist() == [2, 0] and race.wins() == (1, 0, 1)
    lost = run_race(RAVINE, runners[1:2], np.array([RAVINE.start]), 3)
    assert lost is not None and lost.winners.tolist() == [-1] and lost.wins() == (0,)


def test_first_below_is_the_first_step_below() -> None:
    race = run_race(RAVINE, ALL, RAVINE.starts(4, 2), 80)
    assert race is not None
    first = race.first_below(0.01)
    assert (first >= 0).any() and (first < 0).any()
    for (row, column), step in np.ndenumerate(first):
        errors = race.errors[:, row, column]
        assert not (errors[: step if step >= 0 else None] < 0.01).any()
        assert step < 0 or errors[step] < 0.01


def test_a_race_of_no_steps_is_the_start() -> None:
    race = run_race(RAVINE, ALL[:3], np.array([RAVINE.start]), 0)
    assert race is not None and race.steps == 0
    np.testing.assert_array_equal(race.paths[0, :, 0], np.broadcast_to(RAVINE.start, (3, 2)))


def test_the_best_rate_of_plain_descent_is_that_of_theory() -> None:
    """On a bowl one step of α = ½ is enough; in the ravine the two directions are equally slow at α = 2/(2 + 1/25)."""
    bowl = search_rate(SURFACES["bowl"], Runner("sgd", 1.0), 60)
    ravine = search_rate(RAVINE, Runner("sgd", 1.0), 400)
    assert bowl is not None and bowl.best == pytest.approx(0.5, rel=0.1)
    assert ravine is not None and ravine.best == pytest.approx(2 / 2.04, rel=0.06)
    assert np.isinf(ravine.heights[ravine.rates > 1.1]).all(), "lost"
    assert (np.diff(ravine.rates) > 0).all() and ravine.heights.min() == ravine.heights[ravine.rates == ravine.best][0]


def test_with_its_best_rate_no_rule_does_worse() -> None:
    runners = ALL[:11]
    steps = 60
    reports: list[tuple[int, int]] = []
    contest = Contest("ravine", runners, RAVINE.start, steps)
    known = KnownRates()
    best = run_contest(replace(contest, rates="best"), known, lambda *done: reports.append(done))
    assert best is not None and reports == [(k + 1, len(runners)) for k in range(len(runners))]
    assert [runner.learning_rate for runner in best.runners] == [search.best for search in best.searches]
    again = run_contest(replace(contest, rates="best", start=(1.0, 1.0)), known)
    assert again is not None and again.searches == best.searches, "each search is made once"
    outcome = run_contest(contest, known)
    assert outcome is not None and outcome.runners == runners
    usual, tuned = run_from_many_starts(outcome), run_from_many_starts(best)
    assert usual is not None and tuned is not None
    before, after = (np.median(np.nan_to_num(race.errors[-1], nan=np.inf), axis=-1) for race in (usual, tuned))
    for runner, one, other in zip(runners, before.tolist(), after.tolist(), strict=True):
        assert other <= 1.5 * one, runner.optimizer


def test_it_ends_without_a_result_when_asked() -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert run_race(RAVINE, ALL, np.array([RAVINE.start]), 5, cancelled=cancelled) is None
    for rates in ("own", "best"):
        contest = Contest("ravine", ALL, RAVINE.start, 5, rates=rates)
        assert run_contest(contest, KnownRates(), cancelled=cancelled) is None
