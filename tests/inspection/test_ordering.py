"""Orders of units."""

import itertools

import numpy as np

from digitapp.inspection.ordering import (
    cosine_similarities,
    order_by_class,
    order_by_falling,
    order_by_similarity,
)


def path_length(distances: np.ndarray, order: np.ndarray) -> float:
    """The sum of the distances between neighbours in an order."""
    return float(distances[order[:-1], order[1:]].sum())


def test_a_shuffled_fan_is_put_in_order_again() -> None:
    """Vectors that turn step by step: neighbours in angle are neighbours in the order."""
    angles = np.linspace(0, 2.5, 60)
    shuffled = np.random.default_rng(0).permutation(60)
    fan = np.column_stack([np.cos(angles), np.sin(angles)])[shuffled]
    steps = np.diff(shuffled[order_by_similarity(fan)])
    assert set(np.abs(steps)) == {1}


def test_small_paths_are_nearly_the_shortest() -> None:
    rng = np.random.default_rng(0)
    for _ in range(10):
        vectors = rng.normal(size=(7, 3))
        distances = 1 - cosine_similarities(vectors)
        shortest = min(path_length(distances, np.array(order)) for order in itertools.permutations(range(7)))
        assert path_length(distances, order_by_similarity(vectors)) <= 1.25 * shortest


def test_every_unit_once_and_zeros_last() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    vectors[[3, 7]] = 0
    vectors[9, 0] = np.nan
    order = order_by_similarity(vectors)
    assert sorted(order.tolist()) == list(range(50))
    assert order[-2:].tolist() == [3, 7]
    assert order_by_similarity(vectors[:1]).tolist() == [0]
    assert order_by_similarity(np.zeros((3, 4))).tolist() == [0, 1, 2]


def test_the_class_voted_for_then_the_strength_of_the_vote() -> None:
    votes = np.array([[0.1, 2.0], [3.0, 0.0], [0.0, 5.0], [1.0, 0.5], [np.nan, np.nan]])
    assert order_by_class(votes).tolist() == [1, 3, 4, 2, 0]


def test_falling_values_keep_equal_ones_and_put_unknown_ones_last() -> None:
    assert order_by_falling(np.array([1.0, 5.0, np.nan, 5.0, -2.0])).tolist() == [1, 3, 0, 4, 2]
    assert order_by_falling(np.array([2, 7, 2])).tolist() == [1, 0, 2]


def test_cosines() -> None:
    found = cosine_similarities(np.array([[1.0, 0.0], [3.0, 3.0], [0.0, 0.0], [-2.0, 0.0]]))
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found, [[1, half, 0, -1], [half, 1, 0, -half], [0, 0, 0, 0], [-1, -half, 0, 1]])
