"""Dropout, penalties, max-norm and clipping: gradients and what they hold."""

import numpy as np
import pytest

from digitapp.nn import LOSSES, REGULARIZERS, Backpropagation, Network, initialize
from digitapp.nn.dropout import Dropout
from digitapp.nn.losses import one_hot
from digitapp.nn.regularizers import clip_norm


def make_backpropagation(activation, rng, **rates):
    network = Network((6, 8, 7, 3), [activation, activation, "identity"], np.float64)
    initialize(network, "lecun", np.random.default_rng(0))
    for biases in network.biases:
        biases[:] = np.random.default_rng(3).normal(0, 0.3, biases.shape)  # no unit sits on the corner of a ReLU
    backpropagation = Backpropagation(network, LOSSES["cross_entropy"], 5, rng=rng, **rates)
    data = np.random.default_rng(1)
    backpropagation.inputs[:] = data.normal(size=(5, 6))
    backpropagation.targets[:] = one_hot(data.integers(0, 3, 5), 3, network.dtype)
    return network, backpropagation


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "gelu"])
@pytest.mark.parametrize(
    "rates", [{"hidden_dropout": 0.4}, {"input_dropout": 0.3}, {"input_dropout": 0.2, "hidden_dropout": 0.5}]
)
def test_the_gradient_is_right_for_the_units_that_speak(activation, rates):
    rng = np.random.default_rng(2)
    network, backpropagation = make_backpropagation(activation, rng, **rates)
    state = rng.bit_generator.state

    def cost():
        rng.bit_generator.state = state  # the same units are silent at every evaluation
        return backpropagation()

    central = np.empty_like(network.parameters)
    for index, value in enumerate(network.parameters.copy()):
        network.parameters[index] = value + 1e-5
        above = cost()
        network.parameters[index] = value - 1e-5
        central[index] = (above - cost()) / 2e-5
        network.parameters[index] = value
    cost()

    np.testing.assert_allclose(backpropagation.gradient, central, rtol=1e-6, atol=1e-9)
    _, without_dropout = make_backpropagation(activation, None)
    without_dropout()
    assert np.abs(backpropagation.gradient - without_dropout.gradient).max() > 1e-3


def test_dropout_silences_its_share_and_keeps_the_mean():
    values = np.ones((100, 500), np.float32)
    dropout = Dropout(values, 0.3, np.random.default_rng(0))
    dropout.forward()
    first = dropout.outputs.copy()
    dropout.forward()

    assert np.mean(first == 0) == pytest.approx(0.3, abs=0.01)
    assert first.mean() == pytest.approx(1, abs=0.01)
    assert not np.array_equal(first, dropout.outputs)


def test_max_norm_scales_back_only_units_that_are_too_long():
    weights = np.array([[3.0, 0.3, 0.0], [4.0, 0.4, 0.0]])
    REGULARIZERS["max_norm"].project([weights], 1.0)
    np.testing.assert_allclose(weights, [[0.6, 0.3, 0.0], [0.8, 0.4, 0.0]])


def test_l1_and_l2_penalties():
    weights, gradient = np.array([2.0, -1.0, 0.0]), np.zeros(3)
    assert REGULARIZERS["l1"].penalty(weights, 0.1) == pytest.approx(0.3)
    assert REGULARIZERS["l2"].penalty(weights, 0.1) == pytest.approx(0.25)
    REGULARIZERS["l1"].add_gradient(weights, 0.1, gradient)
    REGULARIZERS["l2"].add_gradient(weights, 0.1, gradient)
    np.testing.assert_allclose(gradient, [0.3, -0.2, 0.0])


def test_clipping_keeps_direction_and_short_gradients():
    short, long = np.array([0.3, 0.4]), np.array([30.0, 40.0])
    clip_norm(short, 1.0)
    clip_norm(long, 1.0)
    np.testing.assert_allclose(short, [0.3, 0.4])
    np.testing.assert_allclose(long, [0.6, 0.8])
