"""Back-propagation is right for every activation, loss, depth and penalty: checked against central differences."""

import numpy as np
import pytest
from numpy.typing import DTypeLike

from digitapp.nn import ACTIVATIONS, LOSSES, Backpropagation, Network, initialize
from digitapp.nn.gradient_check import check_gradient, locate, sample_parameters
from digitapp.nn.losses import one_hot

HIDDEN = {"none": (), "one": (5,), "three": (6, 4, 5)}


def random_network(hidden, activation, output, dtype: DTypeLike = np.float64):
    network = Network((7, *hidden, 3), [activation] * len(hidden) + [output], dtype)
    rng = np.random.default_rng(3)
    initialize(network, "lecun", rng)
    for biases in network.biases:
        biases[:] = rng.normal(0, 0.3, biases.shape)
    return network


def batch(size=6):
    rng = np.random.default_rng(4)
    return rng.normal(0, 1, (size, 7)), rng.integers(0, 3, size)


@pytest.mark.parametrize("penalty", [{}, {"l2": 0.1}, {"l1": 0.05, "l2": 0.02}], ids=["plain", "l2", "l1+l2"])
@pytest.mark.parametrize("depth", HIDDEN)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_combination_agrees_with_central_differences(activation, loss, depth, penalty):
    network = random_network(HIDDEN[depth], activation, LOSSES[loss].output_activation)

    check = check_gradient(network, LOSSES[loss], *batch(), **penalty)

    assert check.largest_error < 1e-6
    if activation != "step" or depth == "none":
        assert np.count_nonzero(np.abs(check.back_propagated) > 100 * check.noise) > network.parameter_count / 4


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_works_behind_any_output_activation(loss, output):
    network = random_network((4,), "tanh", output)

    assert check_gradient(network, LOSSES[loss], *batch()).largest_error < 1e-6


@pytest.mark.parametrize("layer", [0, 1])
def test_a_planted_bug_is_found_in_its_layer(layer):
    network = random_network((5, 4), "sigmoid", "identity")
    healthy = check_gradient(network, LOSSES["cross_entropy"], *batch())

    check = check_gradient(network, LOSSES["cross_entropy"], *batch(), bug_in_layer=layer)

    assert healthy.largest_error < 1e-6
    assert check.largest_error == pytest.approx(0.1, rel=1e-3)
    assert locate(network, check.worst).layer <= layer
    wrong = {locate(network, index).layer for index in np.flatnonzero(check.relative_error > 1e-3).tolist()}
    assert wrong == set(range(layer + 1))  # a wrong derivative spoils its own layer and those before it


def test_the_check_leaves_the_network_alone():
    network = random_network((5,), "relu", "identity", np.float32)
    before = network.parameters.tobytes()

    check_gradient(network, LOSSES["cross_entropy"], *batch(), bug_in_layer=0)

    assert network.parameters.tobytes() == before


def test_a_sample_of_parameters_is_checked_as_if_all_were():
    network = random_network((5, 4), "tanh", "identity")
    everything = check_gradient(network, LOSSES["cross_entropy"], *batch())
    indices = sample_parameters(network, 6, np.random.default_rng(1))
    told: list[int] = []

    check = check_gradient(
        network,
        LOSSES["cross_entropy"],
        *batch(),
        indices=indices,
        watch=lambda done, _: told.append(done),
    )

    np.testing.assert_array_equal(check.back_propagated, everything.back_propagated[indices])
    np.testing.assert_array_equal(check.central_difference, everything.central_difference[indices])
    assert check.worst in indices
    assert told == list(range(1, len(indices) + 1))


def test_a_sample_meets_every_layer():
    network = Network((50, 40, 3), ["tanh", "identity"], normalized=(True, False))

    places = [locate(network, index) for index in sample_parameters(network, 10, np.random.default_rng(1)).tolist()]

    met = {(layer, is_weight): 0 for layer in (0, 1) for is_weight in (True, False)}
    for place in places:
        met[place.layer, place.input is not None] += 1
    assert met == {(0, True): 10, (0, False): 20, (1, True): 10, (1, False): 3}  # 10 biases and 10 gains below
    assert len(set(places)) == len(places)


def test_every_parameter_is_located():
    network = Network((3, 4, 2), ["tanh", "identity"])
    network.parameters[:] = np.arange(network.parameter_count)

    for index in range(network.parameter_count):
        place = locate(network, index)
        if place.input is None:
            value = network.biases[place.layer][place.unit]
        else:
            value = network.weights[place.layer][place.input, place.unit]
        assert value == index
    with pytest.raises(IndexError):
        locate(network, network.parameter_count)


def test_the_sigmoid_gate_of_the_textbook():
    """Stanford CS231n, "Backpropagation, Intuitions": w = (2, −3, −3), x = (−1, −2) gives 0.73."""
    network = Network((2, 1), ["sigmoid"], np.float64)
    network.weights[0][:] = [[2.0], [-3.0]]
    network.biases[0][:] = -3.0
    backpropagation = Backpropagation(network, LOSSES["squared_error"], 1)
    backpropagation.inputs[:] = [[-1.0, -2.0]]
    output = 1 / (1 + np.exp(-1.0))
    backpropagation.targets[:] = output - 1  # then ∂C/∂a = a − t = 1, and what is left is the gate's own gradient

    backpropagation()

    assert backpropagation.outputs.item() == pytest.approx(0.731, abs=5e-4)
    slope = output * (1 - output)
    np.testing.assert_allclose(backpropagation.gradient, [-slope, -2 * slope, slope], rtol=1e-12)


def test_the_product_gate_of_the_textbook():
    """Stanford CS231n: f = (x + y) z at (−2, 5, −4) has the gradients (−4, −4, 3).

    Here x and y are the weights of a sum, q = x + y, and z the weight on top of it.
    """
    network = Network((2, 1, 1), ["identity", "identity"], np.float64)
    network.weights[0][:] = [[-2.0], [5.0]]
    network.weights[1][:] = -4.0
    backpropagation = Backpropagation(network, LOSSES["squared_error"], 1)
    backpropagation.inputs[:] = 1.0
    backpropagation.targets[:] = -12.0 - 1  # f = −12, so that ∂C/∂f = 1

    backpropagation()

    np.testing.assert_allclose(backpropagation.gradient[: network.weight_count], [-4, -4, 3])


def test_a_gradient_of_the_whole_batch_is_the_mean_of_its_samples():
    network = random_network((5,), "tanh", "identity")
    inputs, labels = batch(8)
    whole = Backpropagation(network, LOSSES["cross_entropy"], 8)
    whole.inputs[:], whole.targets[:] = inputs, one_hot(labels, 3, network.dtype)
    whole()
    single = Backpropagation(network, LOSSES["cross_entropy"], 1)
    gradients = []
    for index in range(8):
        single.inputs[:] = inputs[index : index + 1]
        single.targets[:] = one_hot(labels[index : index + 1], 3, network.dtype)
        single()
        gradients.append(single.gradient.copy())

    np.testing.assert_allclose(whole.gradient, np.mean(gradients, axis=0), rtol=1e-10, atol=1e-14)
