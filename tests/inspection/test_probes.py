"""Linear probes: what lines can tell, what they cannot, and layers that say nothing."""

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import Inputs, Problem
from digitapp.inspection.probes import INPUT, LayerProbe, layer_activations, layer_probes, scaled
from digitapp.nn.network import Network

SQUARE = Problem("square", "", Inputs.POINTS, 1, 2, ("same", "different"))


def exclusive_or(count: int, seed: int) -> Split:
    x = np.random.default_rng(seed).uniform(-1, 1, size=(count, 2)).astype(np.float32)
    return Split(x, (x[:, 0] * x[:, 1] < 0).astype(np.int64))


@pytest.fixture
def dataset() -> Dataset:
    return Dataset("square", SQUARE, exclusive_or(400, 0), exclusive_or(200, 1))


def diagonals() -> Network:
    """|x₁ − x₂| and |x₁ + x₂| as two ReLU units each: there a line tells what it cannot tell in the plane."""
    network = Network((2, 4, 2), ("relu", "identity"))
    network.weights[0][...] = [[1, -1, 1, -1], [-1, 1, 1, -1]]
    network.weights[1][...] = [[-1, 1], [-1, 1], [1, -1], [1, -1]]
    return network


def results(network: Network, dataset: Dataset) -> dict[int, LayerProbe]:
    return {probe.layer: probe for probe in layer_probes(network, dataset)}


def test_exclusive_or_is_not_linear_but_after_the_hidden_layer_it_is(dataset: Dataset) -> None:
    found = results(diagonals(), dataset)
    accuracies = {layer: probe.accuracy or 0.0 for layer, probe in found.items()}
    assert list(accuracies) == [INPUT, 0, 1]
    assert 0.3 < accuracies[INPUT] < 0.65
    assert accuracies[0] > 0.97
    assert accuracies[1] > 0.97
    assert [probe.units for probe in found.values()] == [2, 4, 2]


def test_progress_grows_layer_by_layer_and_ends_with_the_accuracy(dataset: Dataset) -> None:
    steps = list(layer_probes(diagonals(), dataset))
    for layer in (INPUT, 0, 1):
        own = [step for step in steps if step.layer == layer]
        assert [step.progress for step in own] == sorted(step.progress for step in own)
        assert own[-1].progress == 1 and own[-1].accuracy is not None
        assert all(step.accuracy is None for step in own[:-1])
    assert steps == list(layer_probes(diagonals(), dataset))


def test_a_dead_layer_tells_the_most_frequent_class_at_best(dataset: Dataset) -> None:
    network = diagonals()
    network.biases[0][...] = -100
    measured = dataset.validation
    assert measured is not None
    accuracy = results(network, dataset)[0].accuracy
    assert accuracy in [pytest.approx(np.mean(measured.labels == label)) for label in (0, 1)]


def test_a_layer_of_no_numbers_has_no_probe_and_the_rest_has(dataset: Dataset) -> None:
    network = diagonals()
    network.weights[1][0, 0] = np.nan
    found = results(network, dataset)
    assert found[1] == LayerProbe(1, 2, 1.0, None)
    assert found[0].accuracy is not None


def test_without_a_validation_part_the_training_part_is_measured(dataset: Dataset) -> None:
    alone = Dataset("square", SQUARE, dataset.train)
    accuracy = results(diagonals(), alone)[0].accuracy
    assert accuracy is not None and accuracy > 0.97


def test_one_factor_for_all_units() -> None:
    training, others = scaled(np.array([[0.0, 1.0], [4.0, 1.0]], np.float32), np.array([[2.0, 3.0]], np.float32))
    np.testing.assert_allclose(training, [[-np.sqrt(2), 0], [np.sqrt(2), 0]], rtol=1e-6)
    np.testing.assert_allclose(others, [[0, np.sqrt(2)]], rtol=1e-6)


def test_activations_of_every_layer(dataset: Dataset) -> None:
    x = dataset.train.inputs
    trace = diagonals().trace(x)
    np.testing.assert_array_equal(layer_activations(diagonals(), INPUT, x), x)
    np.testing.assert_allclose(layer_activations(diagonals(), 0, x), trace.activations[0], rtol=1e-6)
