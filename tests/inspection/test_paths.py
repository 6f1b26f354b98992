"""The strongest paths: a network worked out by hand, the bookkeeping of ReLU networks, and places that do not jump."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.inspection.paths import (
    connections,
    covered_share,
    influence,
    input_drive,
    keep_places,
    strongest,
    strongest_paths,
)
from digitapp.nn.network import Network


def by_hand() -> Network:
    """Two inputs, two hidden units, two outputs; the second hidden unit sleeps for the input (1, 2)."""
    network = Network((2, 2, 2), ("relu", "identity"), dtype=np.float64)
    network.weights[0][...] = [[1.0, -1.0], [0.5, 0.25]]
    network.biases[0][...] = [0.5, 0.0]
    network.weights[1][...] = [[2.0, -1.0], [3.0, 3.0]]
    network.biases[1][...] = [-1.0, 0.25]
    return network


def random_network(activation: str, seed: int = 0, **options: object) -> Network:
    rng = np.random.default_rng(seed)
    network = Network((6, 5, 4, 3), (activation, activation, "identity"), np.float64, **options)  # type: ignore[arg-type]
    network.parameters[:] = rng.normal(size=network.parameter_count)
    return network


def test_a_network_by_hand() -> None:
    found = influence(by_hand(), np.array([1.0, 2.0]), 0)
    # z = (1 + 1 + 0.5, −1 + 0.5) = (2.5, −0.5), a = (2.5, 0), logit 0 = 2.5 · 2 − 1
    assert found.total == 4.0
    np.testing.assert_array_equal(found.signals[1], [2.5, 0.0])
    np.testing.assert_array_equal(found.contributions[0], [5.0, 0.0])
    np.testing.assert_array_equal(found.slopes[0], [2.0, 0.0])
    first = connections(by_hand(), found, 0, [0, 1], [0])
    np.testing.assert_array_equal(first.weights, [[1.0], [0.5]])
    np.testing.assert_array_equal(first.flows, [[2.0], [2.0]])  # 1 · 1 · 2 and 2 · 0.5 · 2
    second = connections(by_hand(), found, 1, [0, 1], [0, 1])
    np.testing.assert_array_equal(second.weights, [[2.0, -1.0], [3.0, 3.0]])
    np.testing.assert_array_equal(second.flows, [[5.0, 0.0], [0.0, 0.0]])  # the other output has no part in this one
    np.testing.assert_array_equal(input_drive(by_hand(), found, [1, 0]), [-0.5, 2.0])


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "maxout2", "maxout3", "identity"])
def test_contributions_and_biases_add_up_to_the_sum(activation: str) -> None:
    network = random_network(activation)
    x = np.random.default_rng(1).normal(size=6)
    for output in range(3):
        found = influence(network, x, output)
        assert found.total == pytest.approx(network.trace(x[np.newaxis]).pre_activations[-1][0, output])
        for layer in range(2):
            later_biases = sum(
                float(bias @ slope)
                for bias, slope in zip(network.biases[layer + 1 :], found.slopes[layer + 1 :], strict=True)
            )
            assert found.contributions[layer].sum() + later_biases == pytest.approx(found.total)


@pytest.mark.parametrize("activation", ["relu", "maxout3"])
def test_what_flows_in_is_what_a_unit_contributes(activation: str) -> None:
    network = random_network(activation, 3)
    x = np.random.default_rng(4).normal(size=6)
    found = influence(network, x, 1)
    flows = connections(network, found, 1, range(5), range(4)).flows
    biases = (network.biases[1] * found.slopes[1]).reshape(-1, 4).sum(axis=0)
    np.testing.assert_allclose(flows.sum(axis=0) + biases, found.contributions[1])


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "gelu", "softplus"])
def test_slopes_of_smooth_networks_agree_with_differences(activation: str) -> None:
    network = random_network(activation)
    x = np.random.default_rng(1).normal(size=6)
    found = influence(network, x, 2)
    step = 1e-6
    for unit in range(5):
        changed = network.copy()
        changed.biases[0][unit] += step
        difference = (influence(changed, x, 2).total - found.total) / step
        assert found.slopes[0][unit] == pytest.approx(difference, abs=1e-4)


def test_a_normalised_network_is_folded_first() -> None:
    network = random_network("relu", normalized=(True, True, False))
    x = np.ones(6)
    with pytest.raises(ValueError, match="normalised"):
        influence(network, x, 0)
    total = influence(network.folded(), x, 0).total
    assert total == pytest.approx(network.trace(x[np.newaxis]).pre_activations[-1][0, 0])


def test_a_network_without_hidden_layers() -> None:
    network = Network((2, 3), ("identity",), np.float64)
    network.weights[0][...] = [[1, 2, 3], [4, 5, 6]]
    found = influence(network, np.array([1.0, -1.0]), 2)
    assert found.total == -3 and found.contributions == ()
    np.testing.assert_array_equal(connections(network, found, 0, [0, 1], [2]).flows, [[3.0], [-6.0]])


def test_wrong_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="output 2"):
        influence(by_hand(), np.zeros(2), 2)
    with pytest.raises(ValueError, match="shape"):
        influence(by_hand(), np.zeros(3), 0)


def test_the_strongest_of_either_sign_and_what_is_no_number_first() -> None:
    np.testing.assert_array_equal(strongest(np.array([1.0, -3.0, 2.0, np.nan, 0.0]), 3), [3, 1, 2])
    np.testing.assert_array_equal(strongest(np.zeros(3), 5), [0, 1, 2])


def test_the_covered_share() -> None:
    assert covered_share(np.array([1.0, -3.0, 4.0]), [1, 2]) == pytest.approx(7 / 8)
    assert np.isnan(covered_share(np.zeros(4), [0]))


def test_places_by_hand() -> None:
    assert keep_places([], [5, 3]) == [5, 3]
    assert keep_places([5, 3, 9], [3, 7, 5]) == [5, 3, 7]
    assert keep_places([5, 3, 9], [9, 1]) == [9, 1]


UNITS = st.lists(st.integers(0, 12), unique=True, max_size=8)


@given(UNITS, UNITS)
def test_units_that_stay_keep_their_places(previous: list[int], chosen: list[int]) -> None:
    places = keep_places(previous, chosen)
    assert sorted(places) == sorted(chosen)
    for place, unit in enumerate(previous[: len(chosen)]):
        if unit in chosen:
            assert places[place] == unit


def test_the_strongest_units_of_every_layer_and_what_connects_them() -> None:
    network = random_network("relu", 7)
    x = np.random.default_rng(8).normal(size=6)
    paths = strongest_paths(network, x, 1, [2, 3], [0, 1, 2])
    found = influence(network, x, 1)
    for chosen, contributions in zip(paths.units, found.contributions, strict=False):
        weakest = np.abs(contributions[list(chosen)]).min()
        assert (np.delete(np.abs(contributions), chosen) <= weakest).all()
    assert [part.shape for part in paths.flows] == [(2, 3), (3, 3)]
    np.testing.assert_allclose(paths.flows[1][:, 1], found.contributions[1][list(paths.units[1])])
    np.testing.assert_array_equal(paths.flows[1][:, [0, 2]], 0)
    np.testing.assert_allclose(paths.drive, (x @ network.weights[0])[list(paths.units[0])])
    again = strongest_paths(network, x, 1, [2, 3], [0, 1, 2], [paths.units[0][::-1], paths.units[1]])
    assert again.units[0] == paths.units[0][::-1]
