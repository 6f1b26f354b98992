"""Maxout: several weighted sums a unit, of which the largest counts."""

import numpy as np
import pytest

from digitapp.nn import LOSSES, Backpropagation, Network, initialize


def make(*activations):
    network = Network((4, 3, 2), activations, np.float64)
    initialize(network, "lecun", np.random.default_rng(1))
    for biases in network.biases:
        biases[:] = np.random.default_rng(2).normal(size=biases.shape)
    return network


def test_a_unit_has_a_column_of_weights_for_each_piece():
    network = make("maxout2", "identity")
    assert [weights.shape for weights in network.weights] == [(4, 6), (3, 2)]
    assert network.parameter_count == 4 * 6 + 6 + 3 * 2 + 2
    assert network.sizes == (4, 3, 2)


def test_the_largest_piece_is_passed_on():
    network = make("maxout3", "identity")
    x = np.random.default_rng(3).normal(size=(5, 4))
    trace = network.trace(x)

    sums = x @ network.weights[0] + network.biases[0]
    largest = sums.reshape(5, 3, 3).max(axis=1)  # first the first pieces of all units
    np.testing.assert_allclose(trace.activations[0], largest, rtol=1e-12)
    np.testing.assert_array_equal(trace.pre_activations[0], trace.activations[0])
    np.testing.assert_allclose(network.forward(x), largest @ network.weights[1] + network.biases[1], rtol=1e-12)


def test_only_the_winning_piece_learns():
    network = make("maxout2", "identity")
    backpropagation = Backpropagation(network, LOSSES["squared_error"], 1)
    backpropagation.inputs[:] = 1.0
    backpropagation()
    winner = (np.ones(4) @ network.weights[0] + network.biases[0]).reshape(2, 3).argmax(axis=0)
    gradient = network.views(backpropagation.gradient)[1][0].reshape(2, 3)

    assert np.count_nonzero(gradient) == 3
    assert (gradient[winner, np.arange(3)] != 0).all()


def test_a_look_inside_shows_the_longest_piece():
    network = make("maxout2", "identity")
    pieces = network.weights[0].reshape(4, 2, 3)
    pieces[:, 1, 0] = 10.0

    shown = network.unit_weights

    assert [weights.shape for weights in shown] == [(4, 3), (3, 2)]
    assert (shown[0][:, 0] == 10).all()
    np.testing.assert_array_equal(shown[1], network.weights[1])


@pytest.mark.parametrize("pieces", [2, 3, 5])
def test_one_maxout_unit_bends_to_an_absolute_value(pieces):
    """Maxout approximates any convex function: Goodfellow et al. (2013), section 3. |x| needs two pieces."""
    network = Network((1, 1), [f"maxout{pieces}"], np.float64)
    network.weights[0][0, :2] = [1.0, -1.0]

    np.testing.assert_array_equal(network.forward([[-3.0], [0.0], [2.0]]), [[3.0], [0.0], [2.0]])
