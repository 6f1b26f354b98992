"""Any function: parts add up, bricks are what they say, learning is back-propagation's, targets keep to the square."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitapp.lab.any_function.bricks import MOST_BRICKS, Brick, Shape, build, bumps_along, can_build, units_for
from digitapp.lab.any_function.function_fit import (
    FIT_ACTIVATIONS,
    FIT_OPTIMIZERS,
    MOST_UNITS,
    FitConfig,
    FunctionFit,
    error,
    grown,
    parts,
    stacked,
    start_network,
    train_fit,
    unit_places,
    without_unit,
)
from digitapp.lab.any_function.target_curves import GRID, POINTS, TARGETS, drawn, pushed, straight_line_error, target
from digitapp.lab.any_function.units_needed import COUNTS, Series, compare, run_series
from digitapp.nn import Network
from digitapp.training.config import ConfigError


def random_network(seed: int, activation: str) -> Network:
    rng = np.random.default_rng(seed)
    network = Network((1, int(rng.integers(1, 20)), 1), (activation, "identity"), np.float64)
    network.parameters[:] = rng.normal(0, 3, network.parameter_count)
    return network


# The sum and its parts


@pytest.mark.parametrize("activation", FIT_ACTIVATIONS)
def test_the_parts_add_up_to_the_network(activation: str) -> None:
    for seed in range(20):
        network = random_network(seed, activation)
        made = parts(network)
        assert made.units.shape == (network.sizes[1], POINTS)
        np.testing.assert_allclose(made.sum, network.forward(GRID[:, np.newaxis])[:, 0], rtol=1e-9, atol=1e-9)
        targets = np.random.default_rng(seed).uniform(-1, 1, POINTS)
        assert error(network, targets) == pytest.approx(np.linalg.norm(made.sum - targets) / POINTS**0.5)


@pytest.mark.parametrize("activation", FIT_ACTIVATIONS)
def test_a_stack_grows_to_the_network_unit_by_unit(activation: str) -> None:
    for seed in range(20):
        network = random_network(seed, activation)
        made, places = parts(network), unit_places(network)
        curves = stacked(made, places)
        assert len(curves) == network.sizes[1] + 1 and np.ptp(curves[0]) == 0
        np.testing.assert_allclose(curves[-1], made.sum, rtol=1e-9, atol=1e-8)
        assert np.ptp([curve[0] for curve in curves]) <= 1e-8, "all of them begin where the network does"
        added = np.diff(np.array(curves), axis=0)
        for step, unit in zip(added, np.argsort(places, kind="stable"), strict=True):
            np.testing.assert_allclose(step, made.units[unit] - made.units[unit, 0], rtol=1e-6, atol=1e-8)
        half = network.sizes[1] // 2
        groups = [half, network.sizes[1] - half]
        together = stacked(made, places, groups)
        np.testing.assert_allclose(together[1] - made.base, made.units[:half].sum(axis=0), atol=1e-8)
        np.testing.assert_allclose(together[-1], made.sum, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("activation", FIT_ACTIVATIONS)
def test_a_unit_more_changes_nothing_and_one_less_takes_its_part_away(activation: str) -> None:
    for seed in range(10):
        network = random_network(seed, activation)
        before, larger = parts(network), grown(network, seed)
        np.testing.assert_array_equal(parts(larger).units[:-1], before.units)
        np.testing.assert_array_equal(parts(larger).sum, before.sum)
        np.testing.assert_array_equal(without_unit(larger, network.sizes[1]).parameters, network.parameters)
        if network.sizes[1] > 1:
            unit = seed % network.sizes[1]
            left = parts(without_unit(network, unit)).sum
            np.testing.assert_allclose(left, before.sum - before.units[unit], rtol=1e-9, atol=1e-9)


def test_there_is_an_end_to_more_and_less() -> None:
    network = start_network(FitConfig(MOST_UNITS))
    with pytest.raises(ValueError, match="at most 64"):
        grown(network)
    with pytest.raises(ValueError, match="needs a hidden unit"):
        without_unit(start_network(FitConfig(1)), 0)
    with pytest.raises(IndexError):
        without_unit(network, 64)


def test_at_the_start_every_unit_has_its_place_in_sight() -> None:
    for activation in FIT_ACTIVATIONS:
        for seed in range(5):
            places = unit_places(start_network(FitConfig(24, activation, seed=seed)))
            assert (np.abs(places) <= 1).all() and places.max() - places.min() > 1
    assert np.isnan(unit_places(Network((1, 2, 1), ("relu", "identity")))).all()


# Learning


@pytest.mark.parametrize("activation", FIT_ACTIVATIONS)
def test_a_step_goes_against_the_central_difference(activation: str) -> None:
    if activation == "step":
        pytest.skip("it has no slope to compare with")
    targets, rate, small = target("wavy"), 1e-3, 1e-6
    network = start_network(FitConfig(5, activation, seed=1))
    network.biases[0][:] += 0.0137  # no corner on a place
    expected = network.parameters.copy()
    for index in range(network.parameter_count):
        costs = []
        for sign in (1, -1):
            other = network.copy()
            other.parameters[index] += sign * small
            costs.append(error(other, targets) ** 2 / 2)
        expected[index] -= rate * (costs[0] - costs[1]) / (2 * small)
    FunctionFit(network, targets, "sgd", rate).learn(1)
    np.testing.assert_allclose(network.parameters, expected, atol=1e-7)


def test_enough_units_come_near_every_curve_and_a_linear_network_stays_a_line() -> None:
    for key in TARGETS:
        targets = target(key)
        line = straight_line_error(targets)
        linear = train_fit(FitConfig(16, "identity"), targets, 800)
        assert error(linear, targets) == pytest.approx(line, rel=0.01)
        assert np.abs(np.diff(parts(linear).sum, 2)).max() < 1e-9
        assert error(train_fit(FitConfig(16), targets, 800), targets) < 0.5 * line


def test_another_curve_can_be_learned_on_the_way_and_overflow_leaves_the_last_good_weights() -> None:
    network = start_network(FitConfig(8))
    fit = FunctionFit(network, target("sine"), "adam", 0.03)
    fit.learn(300)
    near = error(network, target("sine"))
    fit.set_targets(target("absolute"))
    fit.learn(300)
    assert near < 0.1 and error(network, target("absolute")) < 0.1 < error(network, target("sine"))
    before = network.parameters.copy()
    fit = FunctionFit(network, target("sine"), "sgd", 1000.0)
    with pytest.raises(FloatingPointError):
        fit.learn(400)
    np.testing.assert_array_equal(network.parameters, before)


@pytest.mark.parametrize("optimizer", FIT_OPTIMIZERS)
def test_every_optimizer_lowers_the_error(optimizer: str) -> None:
    config = FitConfig(6, "tanh", optimizer, learning_rate=0.01)
    targets = target("bump")
    assert error(train_fit(config, targets, 300), targets) < error(start_network(config), targets)


def test_the_error_falls_with_the_number_of_units() -> None:
    told: list[tuple[int, int]] = []
    result = run_series(Series(FitConfig(), tuple(target("bump")), steps=250, seeds=1), lambda *far: told.append(far))
    assert result is not None and result.medians[0] > 5 * result.medians[-1]
    assert told[-1] == (len(COUNTS), len(COUNTS))
    again = train_fit(FitConfig(units=COUNTS[3], seed=0), target("bump"), 250)
    assert result.errors[3, 0] == error(again, target("bump"))
    cancelled = threading.Event()
    cancelled.set()
    assert run_series(result.series, cancelled=cancelled) is None


def test_series_are_compared_one_after_the_other() -> None:
    both = tuple(Series(FitConfig(activation=key), tuple(target("bump")), steps=3, seeds=2) for key in ("relu", "tanh"))
    told: list[tuple[int, int]] = []
    results = compare(both, lambda *far: told.append(far))
    assert results is not None and told == [(done, 40) for done in range(1, 41)]
    for series, result in zip(both, results, strict=True):
        alone = run_series(series)
        assert alone is not None
        np.testing.assert_array_equal(result.errors, alone.errors)
    cancelled = threading.Event()
    cancelled.set()
    assert compare(both, cancelled=cancelled) is None


# By hand

BUILT = [key for key in FIT_ACTIVATIONS if can_build(key)]


@pytest.mark.parametrize("activation", BUILT)
def test_bumps_side_by_side_follow_a_curve_and_more_of_them_come_nearer(activation: str) -> None:
    for key in TARGETS:
        values = target(key)
        errors = [error(build(bumps_along(values, count), activation), values) for count in (3, MOST_BRICKS)]
        assert errors[1] < 0.6 * errors[0] or errors[1] < 0.1
    flat = np.full(POINTS, 0.4)
    np.testing.assert_allclose(parts(build(bumps_along(flat, 5), activation)).sum, flat, atol=0.02)
    for count in (1, MOST_BRICKS + 1):
        with pytest.raises(ConfigError):
            bumps_along(flat, count)


def test_two_relus_make_a_step_and_four_a_bump_and_lines_make_none() -> None:
    assert [units_for(shape, "relu") for shape in Shape] == [2, 4]
    assert [units_for(shape, "sigmoid") for shape in Shape] == [1, 2]
    assert {key for key in FIT_ACTIVATIONS if not can_build(key)} == {"identity"}
    assert units_for(Shape.STEP, "identity") == 0
    with pytest.raises(ValueError, match="no steps"):
        build([Brick()], "identity")


@pytest.mark.parametrize("activation", BUILT)
@settings(max_examples=30)
@given(
    place=st.floats(-1, 1),
    height=st.floats(-2, 2),
    steepness=st.floats(5, 200),
    base=st.floats(-1, 1),
)
def test_a_step_goes_from_its_base_up_by_its_height(
    activation: str, place: float, height: float, steepness: float, base: float
) -> None:
    network = build([Brick(Shape.STEP, place, height, steepness)], activation, base)
    assert network.sizes[1] == units_for(Shape.STEP, activation)
    far = 1e3  # long after the roundest of them
    left, middle, right = parts(network, [place - far, place, place + far]).sum
    tolerance = 1e-6 * (1 + far * steepness * 1e-6)
    assert left == pytest.approx(base, abs=tolerance) and right == pytest.approx(base + height, abs=tolerance)
    assert min(left, right) - tolerance <= middle <= max(left, right) + tolerance
    rise = np.diff(parts(network, [place - 1e-5, place + 1e-5]).sum)[0] / 2e-5
    if activation != "step":
        assert rise == pytest.approx(height * steepness, rel=0.01, abs=1e-3)


@pytest.mark.parametrize("activation", BUILT)
def test_a_bump_goes_up_and_down_again_and_bricks_add_up(activation: str) -> None:
    rng = np.random.default_rng(4)
    for _ in range(30):
        shapes = [Shape.STEP, Shape.BUMP, Shape.STEP, Shape.BUMP]
        numbers = rng.uniform([-1, -2, 5, 0.1], [1, 2, 100, 1], (4, 4))
        bricks = [Brick(shape, *row) for shape, row in zip(shapes, numbers.tolist(), strict=True)]
        alone = [parts(build([brick], activation)).sum for brick in bricks]
        np.testing.assert_allclose(parts(build(bricks, activation, 0.3)).sum, 0.3 + np.sum(alone, axis=0), atol=1e-8)
        for brick in bricks:
            ends = parts(build([brick], activation), [-1e3, 1e3]).sum
            rise = 0 if brick.shape is Shape.BUMP else brick.height
            np.testing.assert_allclose(ends, [0, rise], atol=1e-4)
    assert parts(build([], activation, 0.25)).sum == pytest.approx(np.full(POINTS, 0.25))
    top = parts(build([Brick(Shape.BUMP, 0.0, 1.5, 100, 1.0)], activation), [0.0]).sum[0]
    assert top == pytest.approx(1.5, abs=0.01)


# Targets

PLACES = st.tuples(st.floats(-3, 3), st.floats(-3, 3))


@given(start=PLACES, end=PLACES)
def test_a_pen_changes_the_curve_below_it_alone(start: tuple[float, float], end: tuple[float, float]) -> None:
    before = target("wavy")
    after = drawn(before, start, end)
    step = GRID[1] - GRID[0]
    low, high = sorted(np.clip((start[0], end[0]), -1, 1))
    outside = (low - step > GRID) | (high + step < GRID)
    np.testing.assert_array_equal(after[outside], before[outside])
    assert (np.abs(after) <= 1).all()
    first, last = (round((np.clip(x, -1, 1) + 1) * 50) for x in (start[0], end[0]))
    assert after[last] == pytest.approx(np.clip(end[1], -1, 1))
    if first != last:
        assert after[first] == pytest.approx(np.clip(start[1], -1, 1))


def test_targets_stay_in_the_square() -> None:
    for key in TARGETS:
        curve = target(key)
        assert curve.shape == (POINTS,) and (np.abs(curve) <= 1).all() and straight_line_error(curve) > 0.1
        assert (np.abs(pushed(curve, 0.3, 5.0)) <= 1).all()
    assert straight_line_error(0.3 * GRID - 0.2) < 1e-12
    np.testing.assert_allclose(pushed(np.zeros(POINTS), 0.0, 0.2)[50], 0.2)


@pytest.mark.parametrize(
    "wrong",
    [{"units": 0}, {"units": 65}, {"activation": "maxout2"}, {"optimizer": "genetic"}, {"learning_rate": 0.0}],
)
def test_a_fit_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        FitConfig(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"place": 2.0}, {"height": 9.0}, {"steepness": 0.0}, {"width": float("nan")}])
def test_a_brick_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Brick(**wrong)  # type: ignore[arg-type]
