"""What `Backpropagation.slopes` names, against the formulas written out sample by sample and against differences."""

import numpy as np
import pytest

from digitapp.nn import ACTIVATIONS, LOSSES, Backpropagation, Network, initialize
from digitapp.nn.backpropagation import Slopes
from digitapp.nn.losses import one_hot

BATCH = 5
PLAIN = [key for key, activation in ACTIVATIONS.items() if activation.pieces == 1]
STEP = 1e-6


def prepared(network: Network, loss: str, **dropout) -> Backpropagation:
    rng = np.random.default_rng(4)
    backpropagation = Backpropagation(network, LOSSES[loss], BATCH, **dropout)
    backpropagation.inputs[:] = rng.normal(0, 1, (BATCH, network.sizes[0]))
    backpropagation.targets[:] = one_hot(rng.integers(0, network.sizes[-1], BATCH), network.sizes[-1], network.dtype)
    return backpropagation


def made_network(hidden: tuple[int, ...], activation: str, loss: str, normalized: bool = False) -> Network:
    keys = [activation] * len(hidden) + [LOSSES[loss].output_activation]
    network = Network((7, *hidden, 3), keys, np.float64, [*[normalized] * len(hidden), False])
    rng = np.random.default_rng(3)
    initialize(network, "lecun", rng)
    for biases in network.biases:
        biases[:] = rng.normal(0, 0.3, biases.shape)
    return network


def naive_slopes(network: Network, backpropagation: Backpropagation) -> list[Slopes]:
    """Return what `slopes` should, with a loop over samples, layers, units and weights (Nielsen's BP1 to BP4)."""
    layers = len(network.weights)
    found = [
        Slopes(
            np.zeros((network.sizes[layer + 1], BATCH)),
            np.zeros((network.sizes[layer + 1], BATCH)),
            np.zeros(network.shapes[layer]),
            np.zeros(network.sizes[layer + 1]),
        )
        for layer in range(layers)
    ]
    trace = network.trace(backpropagation.inputs)
    passed_on = np.empty((network.sizes[-1], BATCH))
    backpropagation.loss.prepare(np.ascontiguousarray(trace.activations[-1].T), backpropagation.targets, passed_on)()
    for sample in range(BATCH):
        slope = passed_on[:, sample]
        for layer in reversed(range(layers)):
            activation = ACTIVATIONS[network.activations[layer]]
            z, a = trace.pre_activations[layer][sample].copy(), trace.activations[layer][sample].copy()
            below = backpropagation.inputs[sample] if layer == 0 else trace.activations[layer - 1][sample]
            derivative = np.empty_like(z)
            activation.derivative(z, a, derivative)
            found[layer].activations[:, sample] = slope
            lower = np.zeros(network.sizes[layer])
            for unit in range(network.sizes[layer + 1]):
                delta = slope[unit] * derivative[unit]
                found[layer].sums[unit, sample] = delta
                found[layer].biases[unit] += delta
                for source in range(network.sizes[layer]):
                    found[layer].weights[source, unit] += delta * below[source]
                    lower[source] += network.weights[layer][source, unit] * delta
            slope = lower
    return found


@pytest.mark.parametrize("hidden", [(), (5,), (6, 4)], ids=str)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", PLAIN)
def test_the_slopes_are_those_of_the_formulas(activation: str, loss: str, hidden: tuple[int, ...]) -> None:
    network = made_network(hidden, activation, loss)
    backpropagation = prepared(network, loss)
    expected = naive_slopes(network, backpropagation)

    backpropagation()

    for layer, slopes in enumerate(expected):
        for name, value in slopes._asdict().items():
            got = getattr(backpropagation.slopes(layer), name)
            np.testing.assert_allclose(got, value, rtol=1e-10, atol=1e-14, err_msg=f"{name} of layer {layer}")


@pytest.mark.parametrize("hidden_dropout", [0.0, 0.4])
@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "maxout3"])
def test_the_slope_of_an_activation_is_what_the_loss_gains_by_it(
    activation: str, normalized: bool, hidden_dropout: float
) -> None:
    """What `slopes` works out anew agrees with a difference quotient, however layers are normalised and silenced.

    The bias of an identity layer in between moves one unit's activation for all samples: the sum over its row.
    """
    loss = "cross_entropy"
    keys = [activation, "identity", activation, LOSSES[loss].output_activation]
    network = Network((7, 6, 5, 4, 3), keys, np.float64, [normalized, False, normalized, False])
    initialize(network, "lecun", np.random.default_rng(3))

    def cost(index: int, change: float) -> float:
        network.biases[1][index] += change
        value = prepared(network, loss, hidden_dropout=hidden_dropout, rng=np.random.default_rng(9)).cost()
        network.biases[1][index] -= change
        return value

    backpropagation = prepared(network, loss, hidden_dropout=hidden_dropout, rng=np.random.default_rng(9))
    backpropagation()

    slopes = backpropagation.slopes(1)
    for unit in range(5):
        quotient = (cost(unit, STEP) - cost(unit, -STEP)) / (2 * STEP)
        assert slopes.activations[unit].sum() == pytest.approx(quotient, rel=1e-6, abs=1e-9)
        assert slopes.sums[unit].sum() == pytest.approx(quotient, rel=1e-6, abs=1e-9)


def test_reading_them_changes_nothing() -> None:
    network = made_network((6, 4), "sigmoid", "squared_error")
    backpropagation = prepared(network, "squared_error")
    backpropagation()
    gradient, outputs = backpropagation.gradient.copy(), backpropagation.outputs.copy()

    first = [array.copy() for layer in range(3) for array in backpropagation.slopes(layer)]
    again = [array for layer in range(3) for array in backpropagation.slopes(layer)]

    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    np.testing.assert_array_equal(backpropagation.gradient, gradient)
    np.testing.assert_array_equal(backpropagation.outputs, outputs)


def test_a_layer_that_does_not_exist_is_refused() -> None:
    backpropagation = prepared(made_network((4,), "tanh", "cross_entropy"), "cross_entropy")
    for layer in (-1, 2):
        with pytest.raises(IndexError, match="layers 0 to 1"):
            backpropagation.slopes(layer)
