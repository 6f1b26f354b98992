"""Inputs that excite a unit most, against the conditions of an optimum and networks worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digitapp.inspection.maximisation import climb, starting_points, strongest_input, typical_length, within_bounds
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network

VECTORS = arrays(np.float64, 8, elements=st.floats(-3, 3).map(lambda value: round(value, 3)))


@settings(max_examples=60, deadline=None)
@given(VECTORS, st.floats(0.1, 4), st.integers(0, 100))
def test_nothing_within_the_bounds_excites_more(weights: np.ndarray, length: float, seed: int) -> None:
    best = strongest_input(weights, length)
    assert best.min() >= 0
    assert best.max() <= 1
    assert np.linalg.norm(best) <= length * (1 + 1e-9)
    others = within_bounds(np.random.default_rng(seed).normal(size=(200, 8)) * 3, length)
    assert (others @ weights <= best @ weights + 1e-9).all()
    climbing = within_bounds(best + 0.01 * weights, length)
    assert climbing @ weights == pytest.approx(best @ weights, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(VECTORS, st.floats(0.1, 4), st.integers(0, 100))
def test_the_nearest_input_within_the_bounds(x: np.ndarray, length: float, seed: int) -> None:
    nearest = within_bounds(x, length)
    others = within_bounds(x + np.random.default_rng(seed).normal(size=(200, 8)), length)
    # The bounds are convex: from the nearest point, everything within lies on the far side.
    assert ((others - nearest) @ (x - nearest) <= 1e-7).all()
    np.testing.assert_allclose(within_bounds(nearest, length), nearest, atol=1e-12)


def test_worked_by_hand() -> None:
    # Short enough to stay on the ray of the positive weights: (3, 4, 0) / 5.
    np.testing.assert_allclose(strongest_input([3.0, 4.0, -1.0], 1), [0.6, 0.8, 0])
    # A full pixel stays full, and the other has the rest of the length.
    np.testing.assert_allclose(strongest_input([1.0, 10.0, 0.0], np.hypot(1, 0.5)), [0.5, 1, 0])
    assert strongest_input([1.0, 2.0, -1.0], 5).tolist() == [1, 1, 0]
    assert strongest_input([-1.0, -2.0], 5).tolist() == [0, 0]
    assert within_bounds([[2.0, -1.0], [0.2, 0.1]], 3).tolist() == [[1, 0], [0.2, 0.1]]


def test_climbing_finds_the_exact_summit_of_a_first_layer() -> None:
    network = Network((12, 3, 2), ("relu", "identity"), np.float64)
    initialize(network, "he", np.random.default_rng(0))
    exact = strongest_input(network.weights[0][:, 1], 2.0)
    starts = np.random.default_rng(1).random((4, 12))
    *_, (steps, summit) = climb(network, 0, 1, starts, 2.0, steps=200)
    assert steps == 200
    assert summit.value == pytest.approx(exact @ network.weights[0][:, 1] + network.biases[0][1], rel=1e-3)


def test_the_better_of_two_hills_is_kept() -> None:
    """z = relu(x₀ − x₁) + 3 relu(x₁ − x₀): the low hill at (1, 0), the high one at (0, 1)."""
    network = Network((2, 2, 1, 2), ("relu", "relu", "identity"), np.float64)
    network.weights[0][...] = [[1, -1], [-1, 1]]
    network.weights[1][...] = [[1], [3]]
    one = [summit.value for _, summit in climb(network, 1, 0, np.array([[0.9, 0.1]]), 1.0)]
    both = [summit for _, summit in climb(network, 1, 0, np.array([[0.9, 0.1], [0.4, 0.6]]), 1.0)]
    assert one[-1] == pytest.approx(1, abs=0.02)
    assert both[-1].value == pytest.approx(3, abs=0.02)
    assert (np.diff([summit.value for summit in both]) >= 0).all()
    np.testing.assert_allclose(both[-1].image, [0, 1], atol=0.02)


def test_even_neighbours_are_preferred_where_the_unit_does_not_care() -> None:
    """Only the middle pixel counts; evenness spreads its ink to its neighbours."""
    network = Network((9, 1, 2), ("relu", "identity"), np.float64)
    network.weights[0][4] = 1
    *_, (_, rough) = climb(network, 0, 0, np.full((1, 9), 0.1), 0.9)
    *_, (_, even) = climb(network, 0, 0, np.full((1, 9), 0.1), 0.9, grid=(3, 3))
    edges = [1, 3, 5, 7]
    assert even.image[edges].min() > rough.image[edges].max()
    assert even.value <= rough.value


def test_a_dead_unit_stays_where_it_is() -> None:
    network = Network((3, 2, 1, 2), ("relu", "relu", "identity"))
    *_, (_, summit) = climb(network, 1, 0, np.full((2, 3), 0.5), 1.0, grid=(1, 3))
    assert summit.value == 0
    np.testing.assert_allclose(summit.image, 0.5)


def test_starts_are_the_most_exciting_samples_the_mean_and_noise() -> None:
    inputs = np.random.default_rng(0).random((20, 4), dtype=np.float32)
    sums = inputs[:, 0]
    starts = starting_points(inputs, sums, np.random.default_rng(0))
    assert starts.shape == (6, 4)
    np.testing.assert_array_equal(starts[:2], inputs[np.argsort(-sums)[:2]])
    np.testing.assert_allclose(starts[2], inputs.mean(axis=0), rtol=1e-6)
    assert len(starting_points(inputs[:1], None, np.random.default_rng(0))) == 6
    assert typical_length(np.array([[3.0, 4.0], [0.0, 1.0], [6.0, 8.0]])) == 5
