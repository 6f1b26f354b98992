"""Input gradients against central differences, and against networks worked by hand."""

import numpy as np
import pytest

from digitapp.inspection.gradients import input_gradients, is_piecewise_linear
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network

STEP = 1e-6


def _network(activation: str, *, output: str = "identity", normalized: bool = False) -> Network:
    hidden = (activation, activation)
    network = Network((6, 5, 4, 3), (*hidden, output), np.float64, (normalized, normalized, False))
    initialize(network, "he", np.random.default_rng(1))
    rng = np.random.default_rng(2)
    for biases in network.biases:
        biases[...] = rng.normal(size=biases.shape) * 0.3
    if normalized:  # running means and variances unlike those of a fresh network
        network.state[network.parameter_count :] = rng.uniform(0.5, 2, network.state.size - network.parameter_count)
    return network


def _value(network: Network, x: np.ndarray, coefficients: np.ndarray, layer: int) -> float:
    return float(network.trace(x[np.newaxis]).pre_activations[layer][0] @ coefficients)


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("activation", [key for key in ACTIVATIONS if key != "step"])
def test_central_differences_agree(activation: str, layer: int, normalized: bool) -> None:
    network = _network(activation, normalized=normalized)
    rng = np.random.default_rng(3)
    x = rng.uniform(size=6)
    coefficients = rng.normal(size=network.sizes[layer + 1])
    found = input_gradients(network, x[np.newaxis], coefficients, layer)
    assert found.values[0] == pytest.approx(_value(network, x, coefficients, layer), rel=1e-12)
    for pixel in range(6):
        step = np.eye(6)[pixel] * STEP
        difference = _value(network, x + step, coefficients, layer) - _value(network, x - step, coefficients, layer)
        assert found.gradients[0, pixel] == pytest.approx(difference / (2 * STEP), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("output", ["sigmoid", "maxout2"])
def test_the_output_layers_own_activation_plays_no_part_but_in_maxout(output: str) -> None:
    network, x = _network("tanh", output=output), np.linspace(0, 1, 6)
    found = input_gradients(network, x[np.newaxis], [1.0, 0.0, -1.0])
    for pixel in range(6):
        step = np.eye(6)[pixel] * STEP
        high, low = (_value(network, x + sign * step, np.array([1.0, 0.0, -1.0]), -1) for sign in (1, -1))
        assert found.gradients[0, pixel] == pytest.approx((high - low) / (2 * STEP), rel=1e-6, abs=1e-8)


def test_a_network_worked_by_hand() -> None:
    network = Network((2, 2, 1), ("relu", "identity"), np.float64)
    network.weights[0][...] = [[1, -1], [2, 1]]  # unit 0: x + 2y, unit 1: −x + y
    network.weights[1][...] = [[3], [5]]
    network.biases[1][...] = [0.5]
    asleep = input_gradients(network, [[1.0, 0.5]], [1.0])  # unit 1 is asleep at −0.5
    assert asleep.values.tolist() == [0.5 + 3 * 2]
    assert asleep.gradients.tolist() == [[3, 6]]
    awake = input_gradients(network, [[1.0, 2.0]], [1.0])
    assert awake.gradients.tolist() == [[3 - 5, 6 + 5]]


def test_without_a_hidden_layer_the_gradients_are_the_weights() -> None:
    network = Network((4, 3), ("identity",), np.float64)
    network.weights[0][...] = np.arange(12).reshape(4, 3)
    found = input_gradients(network, np.ones((1, 4)), np.eye(3))
    assert np.array_equal(found.gradients, network.weights[0].T)


def test_many_questions_about_one_input_are_as_many_inputs() -> None:
    network, x = _network("maxout3"), np.random.default_rng(0).uniform(size=(1, 6))
    together = input_gradients(network, x, np.eye(4), 1)
    for unit in range(4):
        alone = input_gradients(network, x, np.eye(4)[unit], 1)
        assert together.gradients[unit] == pytest.approx(alone.gradients[0])
        assert together.values[unit] == pytest.approx(alone.values[0])


def test_the_template_of_a_piecewise_linear_network_is_exact_near_the_input() -> None:
    network, rng = _network("leaky_relu"), np.random.default_rng(5)
    assert is_piecewise_linear(network)
    assert not is_piecewise_linear(_network("gelu"))
    assert is_piecewise_linear(_network("gelu"), 0)
    x = rng.uniform(size=(1, 6))
    near = x + 1e-4 * rng.normal(size=(20, 6))
    here = input_gradients(network, x, [1.0, -1.0, 0.0])
    there = input_gradients(network, near, [1.0, -1.0, 0.0])
    assert there.values == pytest.approx(here.values + (near - x) @ here.gradients[0], abs=1e-12)


def test_shapes_that_do_not_fit_are_refused() -> None:
    network = _network("relu")
    with pytest.raises(ValueError, match="inputs of shape"):
        input_gradients(network, np.ones((1, 5)), np.ones(3))
    with pytest.raises(ValueError, match="coefficients"):
        input_gradients(network, np.ones((1, 6)), np.ones(4))
    with pytest.raises(ValueError, match="coefficients"):
        input_gradients(network, np.ones((2, 6)), np.ones((3, 3)))
    with pytest.raises(IndexError):
        input_gradients(network, np.ones((1, 6)), np.ones(3), 3)
