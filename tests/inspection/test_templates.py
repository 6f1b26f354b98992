"""Templates: one linear map against products by hand, and the local one against the network itself."""

import numpy as np
import pytest

from digitapp.datasets.dataset import Split
from digitapp.inspection.templates import linear_map, local_templates, template_accuracy
from digitapp.nn.network import Network


def small(activation: str) -> Network:
    network = Network((2, 2, 2), (activation, "identity"), dtype=np.float64)
    network.weights[0][...] = [[1.0, -1.0], [0.5, 0.25]]
    network.biases[0][...] = [0.5, 0.0]
    network.weights[1][...] = [[2.0, -1.0], [3.0, 3.0]]
    network.biases[1][...] = [-1.0, 0.25]
    return network


def test_the_product_by_hand() -> None:
    reading = linear_map(small("relu"))
    np.testing.assert_allclose(reading.templates, [[-1.0, 1.75], [-4.0, 0.25]])
    np.testing.assert_allclose(reading.offsets, [0.0, -0.25])


def test_without_bends_the_linear_reading_is_the_network() -> None:
    rng = np.random.default_rng(0)
    network = Network((5, 4, 3, 2), ("identity",) * 3, np.float64)
    network.parameters[:] = rng.normal(size=network.parameter_count)
    x = rng.normal(size=(7, 5))
    reading = linear_map(network)
    np.testing.assert_allclose(x @ reading.templates.T + reading.offsets, network.forward(x))


def test_the_local_map_by_hand() -> None:
    # For (1, 2) the second hidden unit sleeps: logits = 2 (x₁ + ½ x₂ + ½) − 1 and −(x₁ + ½ x₂ + ½) + ¼.
    local = local_templates(small("relu"), np.array([1.0, 2.0]))
    np.testing.assert_allclose(local.templates, [[2.0, 1.0], [-1.0, -0.5]])
    np.testing.assert_allclose(local.offsets, [0.0, -0.25])
    np.testing.assert_allclose(local.sums, [4.0, -2.0])
    np.testing.assert_allclose(local.logits, [4.0, -2.25])
    assert local.is_exact


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "maxout2", "tanh", "gelu"])
def test_template_and_offset_add_up_to_the_logit(activation: str) -> None:
    rng = np.random.default_rng(0)
    network = Network((6, 5, 4, 3), (activation, activation, "identity"))
    network.parameters[:] = rng.normal(size=network.parameter_count)
    x = rng.random(6, dtype=np.float32)
    local = local_templates(network, x)
    np.testing.assert_allclose(local.templates @ x + local.offsets, network.forward(x[np.newaxis])[0], rtol=1e-5)
    assert local.is_exact == (activation not in ("tanh", "gelu"))
    nearby = x + np.float32(1e-4) * rng.normal(size=6).astype(np.float32)
    error = np.abs(local.templates @ nearby + local.offsets - network.forward(nearby[np.newaxis])[0]).max()
    assert error < 1e-4


def test_a_network_without_hidden_layers_is_its_template() -> None:
    network = Network((3, 2), ("identity",))
    network.parameters[:] = np.arange(8)
    local, reading = local_templates(network, np.ones(3, np.float32)), linear_map(network)
    np.testing.assert_array_equal(local.templates, network.weights[0].T)
    np.testing.assert_array_equal(reading.templates, network.weights[0].T)
    np.testing.assert_array_equal(reading.offsets, network.biases[0])


def test_how_rough_the_linear_reading_is() -> None:
    # |x₁| by two ReLU units: no linear map tells 1 and −1 from 0.
    network = Network((1, 2, 2), ("relu", "identity"))
    network.weights[0][...] = [[1, -1]]
    network.weights[1][...] = [[-1, 1], [-1, 1]]
    network.biases[1][...] = [0.5, -0.5]
    x, labels = np.array([[0], [1], [-1]], np.float32), np.array([0, 1, 1])
    assert (network.forward(x).argmax(axis=1) == labels).all()
    assert template_accuracy(network, Split(x, labels)) == pytest.approx(1 / 3)


def test_an_input_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        local_templates(small("relu"), np.zeros(3))
