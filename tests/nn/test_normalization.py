"""Batch normalisation: its gradient, its running statistics, and that it can be folded away."""

import copy

import numpy as np
import pytest

from digitapp.nn import LOSSES, Backpropagation, Network, initialize
from digitapp.nn.gradient_check import check_gradient, locate
from digitapp.nn.normalization import EPSILON, BatchNormalization, NormalizedLayer


def make(activation="tanh", normalized=(True, False, False), dtype=np.float64):
    network = Network((5, 6, 4, 3), [activation, activation, "identity"], dtype, normalized)
    rng = np.random.default_rng(1)
    initialize(network, "lecun", rng)
    for part in (*network.biases, *(gains for gains in network.gains if gains is not None)):
        part += rng.normal(0, 0.3, part.shape)
    return network


def batch(size):
    rng = np.random.default_rng(2)
    return rng.normal(1.0, 2.0, (size, 5)), rng.integers(0, 3, size)


@pytest.mark.parametrize("activation", ["relu", "tanh", "identity", "maxout2"])
@pytest.mark.parametrize("normalized", [(True, False, False), (False, True, False), (True, True, True)])
def test_the_gradient_through_a_batch_is_right(activation, normalized):
    network = make(activation, normalized)

    check = check_gradient(network, LOSSES["cross_entropy"], *batch(8))

    assert check.largest_error < 1e-6
    gains = [index for index in range(network.parameter_count) if locate(network, index).is_gain]
    assert len(gains) == sum(gain.size for gain in network.gains if gain is not None)
    assert np.count_nonzero(np.abs(check.back_propagated[gains]) > 100 * check.noise) > len(gains) / 2


def test_sums_have_mean_0_and_variance_1_in_training():
    network = make("identity")
    gains = network.gains[0]
    assert gains is not None
    gains[:], network.biases[0][:] = 2.0, 0.5
    layer, inputs = network.layers[0], batch(50)[0]
    assert isinstance(layer, NormalizedLayer)
    sums = inputs @ network.weights[0]
    normalised_sums, scratch = np.empty_like(sums.T), np.empty_like(sums.T)

    normalization = BatchNormalization(layer, 50, np.empty_like(gains))
    normalization.sums[...] = sums.T
    normalization.finish(normalised_sums, normalised_sums, scratch)

    np.testing.assert_allclose(normalised_sums.mean(axis=1), 0.5, atol=1e-12)
    np.testing.assert_allclose(normalised_sums.var(axis=1), 4 * sums.var(0) / (sums.var(0) + EPSILON), rtol=1e-10)


def test_running_statistics_approach_those_of_the_data_and_are_used():
    network = make("identity")
    inputs = batch(400)[0]
    training = Backpropagation(network, LOSSES["cross_entropy"], 400)
    training.inputs[:] = inputs
    for _ in range(200):
        training.cost()

    training_outputs = training.outputs.T.copy()

    np.testing.assert_allclose(network.forward(inputs), training_outputs, rtol=0.01, atol=0.01)
    one = network.forward(inputs[:1])  # in use, a sample's answer does not depend on its neighbours
    np.testing.assert_allclose(one, network.forward(inputs)[:1], rtol=1e-10)


def test_a_batch_of_one_leaves_the_statistics_alone():
    network = make()
    before = network.state.copy()
    Backpropagation(network, LOSSES["cross_entropy"], 1).cost()
    np.testing.assert_array_equal(network.state, before)


@pytest.mark.parametrize("activation", ["relu", "maxout3"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-4), (np.float64, 1e-12)])
def test_a_folded_network_gives_the_same_answers(activation, dtype, tolerance):
    network = make(activation, (True, True, False), dtype)
    training = Backpropagation(network, LOSSES["cross_entropy"], 20)
    training.inputs[:] = batch(20)[0]
    training.cost()

    plain = network.folded()

    assert plain.normalized == (False, False, False)
    assert plain.parameter_count < network.parameter_count
    np.testing.assert_allclose(
        plain.forward(training.inputs), network.forward(training.inputs), rtol=tolerance, atol=tolerance
    )
    for shown, weights in zip(network.unit_weights, plain.unit_weights, strict=True):
        np.testing.assert_allclose(shown, weights, rtol=tolerance, atol=tolerance)


def test_copies_carry_gains_and_statistics():
    network = make()
    network.state[:] = np.arange(network.state.size)
    for other in (network.copy(), copy.deepcopy(network)):
        assert other.normalized == network.normalized
        assert other.state.tobytes() == network.state.tobytes()
        other.state[:] = 0
    assert network.state[-1] == network.state.size - 1


def test_normalized_has_an_entry_for_each_layer():
    with pytest.raises(ValueError, match="normalized"):
        Network((2, 2), ["relu"], normalized=(True, False))
