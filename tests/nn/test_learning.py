"""Networks learn what the textbooks say they learn: back-propagation and an optimiser, without the training loop."""

import numpy as np

from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network, initialize

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]


def learn_xor(sizes, activations, seed):
    network = Network(sizes, activations)
    initialize(network, "normal", np.random.default_rng(seed))
    backpropagation = Backpropagation(network, LOSSES["squared_error"], 4)
    backpropagation.inputs[:] = CORNERS
    backpropagation.targets[:] = [0, 1, 1, 0]
    optimizer = OPTIMIZERS["adam"](network.parameters)
    for _ in range(1500):
        backpropagation()
        optimizer.step(network.parameters, backpropagation.gradient, 0.05)
    return network.forward(CORNERS).ravel() > 0.5


def is_xor(answers):
    return list(answers) == [False, True, True, False]


def test_xor_is_learned_by_2_2_1():
    """From most starting points; the others end in one of the local minima that 2-2-1 has for XOR.

    Sources: "Deep Learning" (2016), section 6.1; Sprinkhuizen-Kuyper, Boers, "The Local Minima of the Error Surface of
    the 2-2-1 XOR Network" (1999).
    """
    learned = [is_xor(learn_xor((2, 2, 1), ["sigmoid", "sigmoid"], seed)) for seed in range(10)]

    assert sum(learned) > 5


def test_xor_is_learned_by_a_genetic_algorithm():
    """Without a single gradient: Montana, Davis (IJCAI 1989) trained networks this way."""
    network = Network((2, 2, 1), ["sigmoid", "sigmoid"])
    initialize(network, "normal", np.random.default_rng(0))
    forward = Backpropagation(network, LOSSES["squared_error"], 4)
    forward.inputs[:] = CORNERS
    forward.targets[:] = [0, 1, 1, 0]
    optimizer = OPTIMIZERS["genetic"](network.parameters)

    for _ in range(150):
        optimizer.step(network.parameters, forward.gradient, 0.5, forward.cost)

    assert is_xor(network.forward(CORNERS).ravel() > 0.5)
    assert not forward.gradient.any()  # nobody computed it


def test_xor_is_not_learned_without_a_hidden_layer():
    """Minsky, Papert, "Perceptrons" (1969)."""
    assert not any(is_xor(learn_xor((2, 1), ["sigmoid"], seed)) for seed in range(3))


def test_the_two_layer_network_of_the_tutorial_falls_as_published():
    """The two-layer network in NumPy of Stanford CS231n, lecture 4 ("Backpropagation and Neural Networks", 2017).

    64 random samples, 1000-100-10, sigmoid hidden units, the summed squared error, gradient descent at 1e-4 for 2000
    steps; the same example, with ReLU, opens PyTorch's tutorial "Learning PyTorch with Examples". From hundreds for
    random outputs the loss falls at every step; the sources give no final number.
    """
    rng = np.random.default_rng(0)
    network = Network((1000, 100, 10), ["sigmoid", "identity"], np.float64)
    initialize(network, "normal", rng)
    backpropagation = Backpropagation(network, LOSSES["squared_error"], 64)
    backpropagation.inputs[:] = rng.normal(size=(64, 1000))
    backpropagation.targets[:] = rng.normal(size=(10, 64))
    optimizer = OPTIMIZERS["sgd"](network.parameters)
    losses = []

    for _ in range(500):
        losses.append(backpropagation())
        optimizer.step(network.parameters, backpropagation.gradient, 64 * 2e-4)  # the sum of squares, not ½ the mean

    assert losses[0] > 100
    assert losses[-1] < 0.02 * losses[0]
    assert (np.diff(losses) < 0).all()


def test_the_perceptron_rule_stops_on_separable_data():
    """The convergence theorem: Novikoff, "On convergence proofs on perceptrons" (1962)."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, 2))
    sides = inputs @ [2.0, -1.0] + 0.3
    inputs, targets = inputs[np.abs(sides) > 0.2], (sides[np.abs(sides) > 0.2] > 0).astype(float)
    network = Network((2, 1), ["identity"], np.float64)
    rule = Backpropagation(network, LOSSES["perceptron"], 1)
    optimizer = OPTIMIZERS["sgd"](network.parameters)
    mistakes = []

    for _ in range(100):
        mistakes.append(0)
        for x, t in zip(inputs, targets, strict=True):
            rule.inputs[:], rule.targets[:] = x, t
            rule()
            mistakes[-1] += rule.gradient.any()
            optimizer.step(network.parameters, rule.gradient, 1.0)

    assert mistakes[0] > 0
    assert mistakes[-1] == 0
    np.testing.assert_array_equal(network.forward(inputs).ravel() > 0, targets == 1)
