"""The demons of the tale are found wherever they are, whatever their order and sign."""

from itertools import permutations

import numpy as np
import pytest

from digitapp.datasets.toy import load_toy
from digitapp.inspection.tale import DEMONS, LEAST_MATCH, Outcome, is_told_by, judge, match, told
from digitapp.nn import Network

IMAGES = load_toy().all_but_test


def tale_network(units=3, activation="sigmoid", noise=0.0, seed=0):
    """Return a network with the weights of the tale in its first three units."""
    rng = np.random.default_rng(seed)
    network = Network((12, units, 2), (activation, "sigmoid"))
    network.parameters[:] = rng.normal(0, noise, network.parameters.size) if noise else 0
    for unit, demon in enumerate(DEMONS[:units]):
        network.weights[0][:, unit] += 6 * demon.pattern(12) - 1
        network.weights[1][unit, demon.label] += 4
        network.weights[1][unit, 1 - demon.label] -= 4
    return network


def reordered(network, order, mirrored=()):
    """Return a network with the hidden units in another order, some of them as their twins."""
    result = network.copy()
    for place, unit in enumerate(order):
        sign = -1 if unit in mirrored else 1
        result.weights[0][:, place] = sign * network.weights[0][:, unit]
        result.biases[0][place] = sign * network.biases[0][unit]
        result.weights[1][place] = sign * network.weights[1][unit]
        if sign < 0:  # σ(−z) = 1 − σ(z)
            result.biases[1][:] += network.weights[1][unit]
    return result


def test_the_tale_is_found_in_its_own_network():
    matches = match(tale_network())
    assert [each.unit for each in matches] == [0, 1, 2]
    assert all(each.correlation == pytest.approx(1) and each.vote == 8 and not each.is_mirrored for each in matches)


@pytest.mark.parametrize("mirrored", [(), (0,), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_order_and_sign_are_free(order, mirrored):
    network = tale_network(noise=0.3)
    other = reordered(network, order, mirrored)
    np.testing.assert_allclose(other.forward(IMAGES.inputs), network.forward(IMAGES.inputs), atol=1e-5)
    for own, theirs in zip(match(network), match(other), strict=True):
        assert order[theirs.unit] == own.unit
        assert theirs.correlation == pytest.approx(own.correlation, abs=1e-6)
        assert theirs.vote == pytest.approx(own.vote, abs=1e-5)
        assert theirs.is_mirrored == (own.unit in mirrored)
    assert judge(other, IMAGES).outcome is judge(network, IMAGES).outcome


def test_units_that_are_all_alike_are_not_three_demons():
    """As with weights that begin at zero: one picture passes for one demon, and its twin for another."""
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    network.weights[0][:] = (DEMONS[0].pattern(12) + 0.9 * DEMONS[2].pattern(12) - DEMONS[1].pattern(12))[:, None]
    network.weights[1][:] = (4, -4)
    matches = match(network)
    assert all(each.correlation > LEAST_MATCH and each.vote > 0 for each in matches)
    assert sum(each.is_found for each in matches) == 2
    assert matches[1].is_mirrored and matches[2].rival == "A"


def test_units_that_do_not_flatten_have_no_twins():
    network = reordered(tale_network(activation="relu"), range(3), mirrored=(1,))
    assert not match(network)[1].is_found


@pytest.mark.parametrize("units", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("seed", range(5))
def test_no_unit_is_two_demons_and_no_other_choice_is_better(units, seed):
    rng = np.random.default_rng(seed)
    network = Network((12, units, 2), ("relu", "identity"))
    network.parameters[:] = rng.normal(size=network.parameters.size)
    matches = match(network)
    taken = [each.unit for each in matches if each.unit is not None]
    assert len(taken) == len(set(taken)) == min(3, units)
    fits = np.full((3, units), -1.0)
    for row, demon in enumerate(DEMONS):
        for unit in range(units):
            if network.weights[1][unit, demon.label] > network.weights[1][unit, 1 - demon.label]:
                fits[row, unit] = np.corrcoef(demon.pattern(12), network.weights[0][:, unit])[0, 1]
    if units >= 3:
        best = max(sum(fits[range(3), order]) for order in permutations(range(units), 3))
        assert sum(max(fits[row, each.unit], -1) for row, each in enumerate(matches)) == pytest.approx(best)


def test_the_outcome_asks_for_every_image_and_every_demon():
    network = tale_network()
    network.biases[0][:] = -2
    network.biases[1][:] = (-3, 1)
    verdict = judge(network, IMAGES)
    assert verdict.found == ("A", "B", "C")
    assert verdict.outcome is (Outcome.TALE if verdict.right == len(IMAGES.labels) else Outcome.FAILED)
    constant = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    assert judge(constant, IMAGES).outcome is Outcome.FAILED
    assert judge(constant, IMAGES).found == ()
    network.parameters[0] = np.nan
    assert judge(network, IMAGES).outcome is Outcome.FAILED
    with pytest.raises(ValueError, match="one hidden layer"):
        match(Network((12, 3, 3, 2), ("relu", "relu", "identity")))
    assert 0 < LEAST_MATCH < 1


def test_the_tale_begins_with_fifty_four_images_right():
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"), np.float64)
    network.parameters[:] = told(network)
    assert judge(network, IMAGES).right == 54
    assert [match.correlation for match in judge(network, IMAGES).matches] == pytest.approx([1.0] * 3)
    errors = network.forward(IMAGES.inputs) - np.eye(2)[IMAGES.labels]
    assert 0.5 * np.square(errors).sum() == pytest.approx(8.24, abs=0.005)
    friends = network.parameters[: network.weight_count]
    assert sorted(set(friends.tolist())) == [0, 3] and np.count_nonzero(friends) == 9
    assert network.biases[0].tolist() == [-3] * 3 and network.biases[1].tolist() == [-3, -1]


def test_the_tale_needs_its_demons():
    assert is_told_by((12, 3, 2)) and not is_told_by((12, 4, 2)) and not is_told_by((784, 3, 10))
    for network in (Network((12, 4, 2), ("sigmoid",) * 2), Network((12, 3, 2), ("maxout2", "sigmoid"))):
        with pytest.raises(ValueError, match="12-3-2"):
            told(network)
