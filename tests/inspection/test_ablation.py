"""Silencing units, against the same network with their outgoing weights set to zero."""

from itertools import islice

import numpy as np
import pytest

from digitapp.calibration import Calibration
from digitapp.inspection.ablation import BATCH, Ablation
from digitapp.nn.initializers import initialize
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network


def a_network(*sizes: int, activation: str = "relu", output: str = "identity", normalized: bool = False) -> Network:
    layers = len(sizes) - 1
    flags = (*[normalized] * (layers - 1), False)
    network = Network(sizes, (*[activation] * (layers - 1), output), normalized=flags)
    initialize(network, "he", np.random.default_rng(0))
    network.state[network.parameter_count :] += 0.3
    return network


def samples(features: int, classes: int, count: int = 1500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.random((count, features), dtype=np.float32), rng.integers(0, classes, count)


def by_zero_weights(network: Network, loss: str, layer: int, units: list[int], x: np.ndarray, labels: np.ndarray):
    """Return correct answers by class and the mean surprise of the network without any weight from the units."""
    silenced = network.folded()
    silenced.weights[layer + 1][units] = 0
    outputs = silenced.forward(x)
    right = outputs.argmax(axis=1) == labels
    probabilities = LOSSES[loss].probabilities(outputs)[np.arange(len(labels)), labels]
    return np.bincount(labels[right], minlength=network.sizes[-1]), float(-np.log(probabilities).mean())


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "maxout2"])
@pytest.mark.parametrize("normalized", [False, True])
def test_silencing_is_the_same_as_zero_outgoing_weights(layer: int, activation: str, normalized: bool) -> None:
    network = a_network(6, 7, 5, 4, 3, activation=activation, normalized=normalized)
    x, labels = samples(6, 3)
    assert len(x) > 2 * BATCH
    ablation = Ablation(network, "cross_entropy", layer, x, labels)
    found = dict(ablation.without_each())
    assert list(found) == list(range(network.sizes[layer + 1]))
    for unit, score in found.items():
        correct, surprise = by_zero_weights(network, "cross_entropy", layer, [unit], x, labels)
        np.testing.assert_array_equal(score.correct, correct)
        assert score.surprise == pytest.approx(surprise, rel=1e-5)
        alone = ablation.without([unit])
        np.testing.assert_array_equal(alone.correct, correct)
        assert alone.surprise == pytest.approx(surprise, rel=1e-5)
    correct, surprise = by_zero_weights(network, "cross_entropy", layer, [0, 2], x, labels)
    together = ablation.without([0, 2])
    np.testing.assert_array_equal(together.correct, correct)
    assert together.surprise == pytest.approx(surprise, rel=1e-5)


def test_a_network_worked_by_hand() -> None:
    """2-2-2, a = x, logits (a₀, a₁): without unit 0, whatever is a 0 is read as a 1."""
    network = Network((2, 2, 2), ("relu", "identity"))
    network.weights[0][...] = network.weights[1][...] = np.eye(2)
    x = np.array([[1, 0], [2, 1], [0, 1], [1, 3]], dtype=np.float32)
    labels = np.array([0, 0, 1, 1])
    ablation = Ablation(network, "cross_entropy", 0, x, labels)
    assert ablation.baseline.accuracy == 1
    without = dict(ablation.without_each())
    # (1, 0) becomes (0, 0), a tie that the first class wins.
    assert without[0].correct.tolist() == [1, 2]
    assert without[0].class_accuracy.tolist() == [0.5, 1]
    assert without[1].correct.tolist() == [2, 0]
    assert ablation.without([]).correct.tolist() == [2, 2]
    expected = np.log1p(np.exp([0, 1, -1, -3])).mean()
    assert without[0].surprise == pytest.approx(expected)


def test_squared_error_and_units_in_any_order() -> None:
    network = a_network(4, 5, 2, activation="tanh", output="sigmoid")
    x, labels = samples(4, 2, 30)
    ablation = Ablation(network, "squared_error", 0, x, labels)
    assert [unit for unit, _ in ablation.without_each([3, 1, 1])] == [3, 1, 1]
    correct, _ = by_zero_weights(network, "squared_error", 0, [3], x, labels)
    assert next(ablation.without_each([3]))[1].correct.tolist() == correct.tolist()


def test_a_dead_unit_changes_nothing_and_a_caller_may_stop() -> None:
    network = a_network(4, 6, 3)
    network.biases[0][:3] = -100
    x, labels = samples(4, 3, 2000)
    ablation = Ablation(network, "cross_entropy", 0, x, labels)
    for _, score in islice(ablation.without_each(), 3):
        assert score.surprise == ablation.baseline.surprise
        assert score.correct.tolist() == ablation.baseline.correct.tolist()
    network.biases[0][:] = -100
    assert len(list(Ablation(network, "cross_entropy", 0, x, labels).without_each())) == 6


def test_a_class_without_samples_has_no_accuracy() -> None:
    x, _ = samples(4, 3, 10)
    score = Ablation(a_network(4, 6, 3), "cross_entropy", 0, x, np.zeros(10, dtype=np.int64)).baseline
    assert np.isnan(score.class_accuracy).tolist() == [False, True, True]


def test_what_does_not_fit_is_refused() -> None:
    network = a_network(4, 6, 3)
    x, labels = samples(4, 3, 10)
    for layer in (1, -1):
        with pytest.raises(ValueError, match="not a hidden layer"):
            Ablation(network, "cross_entropy", layer, x, labels)
    with pytest.raises(ValueError, match="each input needs a label"):
        Ablation(network, "cross_entropy", 0, x[:0], labels[:0])
    with pytest.raises(ValueError, match="labels lie between"):
        Ablation(network, "cross_entropy", 0, x, labels + 3)
    with pytest.raises(ValueError, match="units 0 to 5"):
        Ablation(network, "cross_entropy", 0, x, labels).without([6])
    network.weights[0][0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        Ablation(network, "cross_entropy", 0, x, labels)


def test_surprise_is_that_of_the_probabilities_the_model_states():
    network, (x, labels) = a_network(4, 6, 3), samples(4, 3)
    known = Calibration(3.0)
    stated = known.probabilities("cross_entropy", network.forward(x))[np.arange(len(labels)), labels]
    score = Ablation(network, "cross_entropy", 0, x, labels, known).baseline
    assert score.surprise == pytest.approx(float(-np.log(stated).mean()))
    assert score.surprise != pytest.approx(Ablation(network, "cross_entropy", 0, x, labels).baseline.surprise)
