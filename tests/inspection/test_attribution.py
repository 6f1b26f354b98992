"""Maps of pixels, and the tests that they must pass."""

import numpy as np
import pytest

from digitapp.inspection.attribution import (
    MAPS,
    attribution_map,
    gradient_times_input,
    integrated_gradients,
    occlusion,
    patch_side,
    scores,
)
from digitapp.inspection.sanity import (
    Deletion,
    deletion,
    random_deletion,
    randomisation,
    rank_correlation,
    ranks,
    shuffled,
)
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network

LEAD = np.array([1.0, -1.0, 0.0])


def _network(*activations: str, sizes: tuple[int, ...] = (12, 20, 3)) -> Network:
    network = Network(sizes, activations)
    initialize(network, "he", np.random.default_rng(0))
    for biases in network.biases:
        biases[...] = 0.2 * np.random.default_rng(1).normal(size=biases.shape)
    return network


def _input(features: int = 12) -> np.ndarray:
    x = np.random.default_rng(3).uniform(size=features).astype(np.float32)
    x[::3] = 0
    return x


def test_all_maps_of_a_linear_network_are_weight_times_ink() -> None:
    network, x = _network("identity", sizes=(12, 3)), _input()
    expected = x * (network.weights[0] @ LEAD)
    assert gradient_times_input(network, x, LEAD) == pytest.approx(expected, abs=1e-6)
    found = integrated_gradients(network, x, LEAD)
    assert found.values == pytest.approx(expected, abs=1e-6)
    assert found.steps == 32
    assert occlusion(network, x, LEAD, (4, 3), 1) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("output", ["identity", "sigmoid", "maxout2"])
@pytest.mark.parametrize("activation", [key for key in ACTIVATIONS if key != "step"])
def test_integrated_gradients_are_complete(activation: str, output: str) -> None:
    network, x = _network(activation, activation, output, sizes=(12, 20, 10, 3)), _input()
    found = integrated_gradients(network, x, LEAD)
    blank = scores(network, np.zeros((1, 12), np.float32), LEAD)[0]
    assert found.expected == pytest.approx(scores(network, x[np.newaxis], LEAD)[0] - blank, abs=1e-5)
    assert found.error < 0.01
    assert found.total == pytest.approx(found.expected, rel=0.01)


def test_a_network_without_slopes_is_reported_as_incomplete() -> None:
    found = integrated_gradients(_network("step", "identity"), _input(), LEAD)
    assert not found.values.any()
    assert found.error == 1


def test_integrated_gradients_of_a_bend_worked_by_hand() -> None:
    network = Network((1, 1, 1), ("relu", "identity"), np.float64)
    network.weights[0][...] = 1
    network.biases[0][...] = -0.25  # silent for the first quarter of the way
    network.weights[1][...] = 4
    x = np.array([1.0])
    assert integrated_gradients(network, x, np.ones(1)).values[0] == pytest.approx(3, rel=0.005)
    assert gradient_times_input(network, x, np.ones(1))[0] == 4


def test_occlusion_covers_a_square_that_the_frame_cuts() -> None:
    network = _network("identity", sizes=(25, 3))
    x = np.ones(25, np.float32)
    weights = (network.weights[0] @ LEAD).reshape(5, 5)
    falls = occlusion(network, x, LEAD, (5, 5), 3).reshape(5, 5)
    assert falls[0, 0] == pytest.approx(weights[:2, :2].sum(), abs=1e-5)
    assert falls[2, 3] == pytest.approx(weights[1:4, 2:5].sum(), abs=1e-5)
    assert patch_side((28, 28)) == 3
    assert patch_side((4, 3)) == 1


@pytest.mark.parametrize("key", MAPS)
def test_blank_pixels_have_no_part(key: str) -> None:
    x = _input()
    assert not attribution_map(key, _network("relu", "identity"), x, LEAD, (4, 3))[x == 0].any()


def test_ranks_and_their_correlation() -> None:
    assert ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [2.5, 0, 2.5, 1]
    values = np.array([0.1, 5, -2, 3])
    assert rank_correlation(values, np.exp(values)) == pytest.approx(1)
    assert rank_correlation(values, -(values**3)) == pytest.approx(-1)
    assert rank_correlation(np.array([1, 2, 3, 4.0]), np.array([1, 3, 2, 4.0])) == pytest.approx(0.8)  # 1 − 6·2/60
    assert np.isnan(rank_correlation(values, np.ones(4)))


def test_a_shuffled_network_has_the_same_weights_elsewhere() -> None:
    network = _network("relu", "identity")
    other = shuffled(network, np.random.default_rng(0))
    for before, after in zip(network.weights, other.weights, strict=True):
        assert np.array_equal(np.sort(before, axis=None), np.sort(after, axis=None))
        assert not np.array_equal(before, after)


def test_only_inked_pixels_are_compared() -> None:
    network, x = _network("identity", sizes=(12, 3)), _input()
    real = gradient_times_input(network, x, LEAD)
    same = randomisation(lambda other: gradient_times_input(other, x, LEAD), real, x, [network])
    assert same.mean == pytest.approx(1)
    networks = [shuffled(network, np.random.default_rng(seed)) for seed in range(40)]
    other = randomisation(lambda other: gradient_times_input(other, x, LEAD), real, x, networks)
    assert abs(other.mean) < 0.4  # the ink itself is in both maps
    assert other.correlations.shape == (40,)
    assert other.example.shape == (12,)


def test_deleting_by_importance_is_exact_for_a_linear_network() -> None:
    network, x = _network("identity", sizes=(12, 3)), _input()
    values = gradient_times_input(network, x, LEAD)
    found = deletion(network, x, LEAD, values, random_deletion(network, x, LEAD, np.random.default_rng(0)))
    inked = x > 0
    parts = np.sort(values[inked])[::-1]
    bias = network.biases[0] @ LEAD
    assert found.shares[[0, -1]].tolist() == [0, 1]
    assert found.by_map == pytest.approx(bias + values.sum() - np.concatenate([[0], np.cumsum(parts)]), abs=1e-5)
    assert found.at_random[[0, -1]] == pytest.approx(found.by_map[[0, -1]], abs=1e-5)
    assert found.is_better


def test_where_the_lead_is_lost() -> None:
    found = Deletion(np.linspace(0, 1, 4), np.array([2.0, 0.5, -0.1, 1]), np.array([2.0, 1.5, 1, 0.5]))
    assert found.pixels == 3 and found.lost_after == 2 and found.lost_at_random_after is None
