"""Maps of activations: principal components against known ones, places for further inputs, t-SNE where it is there."""

import numpy as np
import pytest

from digitapp.inspection.embedding import aligned, place_beside, principal_components, tsne, tsne_is_available


def test_points_on_a_line_by_hand() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    found = principal_components(points)
    np.testing.assert_allclose(found.mean, [3, 4])
    np.testing.assert_allclose(found.axes, [[0.6, 0], [0.8, 0]], atol=1e-12)
    np.testing.assert_allclose(found.explained, [1, 0], atol=1e-12)
    np.testing.assert_allclose(found(points), [[-5, 0], [0, 0], [5, 0]], atol=1e-12)


@pytest.mark.parametrize("shape", [(60, 40), (500, 300), (150, 700)])
def test_the_quick_way_agrees_with_the_whole_decomposition(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    samples, units = shape
    spread = 0.9 ** np.arange(units)  # falls slowly, as in real layers
    points = rng.normal(size=shape) * spread + rng.normal(size=units)
    found = principal_components(points, 2)
    _, singular, directions = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(found.axes.T @ directions[:2].T), np.eye(2), atol=1e-4)
    np.testing.assert_allclose(found.explained, singular[:2] ** 2 / np.sum(singular**2), rtol=1e-6)
    np.testing.assert_allclose(found.axes.T @ found.axes, np.eye(2), atol=1e-9)
    assert len(found(points)) == samples


def test_the_same_map_every_time_and_signs_are_settled() -> None:
    points = np.random.default_rng(0).normal(size=(300, 200)).astype(np.float32)
    first, second = principal_components(points), principal_components(points)
    np.testing.assert_array_equal(first.axes, second.axes)
    assert (first.axes.max(axis=0) >= -first.axes.min(axis=0)).all()


@pytest.mark.parametrize("points", [np.zeros((5, 3)), np.ones((1, 4)), np.full((4, 1), 2.0), np.ones((200, 200))])
def test_data_without_spread_lie_in_one_place(points: np.ndarray) -> None:
    found = principal_components(points)
    np.testing.assert_array_equal(found(points), np.zeros((len(points), 2)))
    np.testing.assert_array_equal(found.explained, [0, 0])


def test_what_cannot_be_mapped_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        principal_components(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="samples"):
        principal_components(np.zeros((0, 3)))


def test_a_turned_map_is_turned_back() -> None:
    previous = np.random.default_rng(0).normal(size=(20, 2))
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    for change in (turn, turn @ np.diag([1, -1])):
        places = previous @ change
        np.testing.assert_allclose(places @ aligned(places, previous), previous, atol=1e-12)


def test_a_further_input_lies_among_its_neighbours() -> None:
    activations = np.array([[0.0], [2.0], [50.0]])
    places = np.array([[0.0, 0.0], [4.0, 2.0], [90.0, 90.0]])
    np.testing.assert_allclose(place_beside(np.array([1.0]), activations, places, neighbours=2), [2, 1])
    np.testing.assert_allclose(place_beside(np.array([50.0]), activations, places), [90, 90])


@pytest.mark.skipif(not tsne_is_available(), reason="scikit-learn is not installed")
def test_tsne_keeps_far_groups_apart() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(size=(30, 80)), rng.normal(size=(30, 80)) + 20]).astype(np.float32)
    places = tsne(points)
    assert places.shape == (60, 2)
    centres = places[:30].mean(axis=0), places[30:].mean(axis=0)
    own = np.linalg.norm(places[:30] - centres[0], axis=1)
    assert own.max() < np.linalg.norm(places[:30] - centres[1], axis=1).min()


@pytest.mark.skipif(tsne_is_available(), reason="scikit-learn is installed")
def test_tsne_without_its_library_says_so() -> None:
    with pytest.raises(ImportError, match="sklearn"):
        tsne(np.zeros((20, 3)))
