"""The survey of a layer, against NumPy's own covariances and units worked by hand."""

import numpy as np
import pytest

from digitapp.inspection.survey import COVARIANCE_SAMPLES, Surveyor, survey_layer
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network


@pytest.fixture
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.random((400, 6)) * 2 + 3, rng.integers(0, 3, 400)


def a_network(*sizes: int, activation: str = "relu") -> Network:
    network = Network(sizes, (*[activation] * (len(sizes) - 2), "identity"), np.float64)
    initialize(network, "he", np.random.default_rng(1))
    return network


def test_the_pattern_of_a_first_layer_is_haufes(data: tuple[np.ndarray, np.ndarray]) -> None:
    network, (x, labels) = a_network(6, 5, 3), data
    survey = survey_layer(network, 0, x, labels, 3)
    weights, covariance = network.weights[0], np.cov(x.T, bias=True)
    variance = np.diagonal(weights.T @ covariance @ weights)
    # Cov(x) w / Var(z), times the standard deviation of z.
    np.testing.assert_allclose(survey.patterns, (covariance @ weights / np.sqrt(variance)).T, rtol=1e-9)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_patterns_and_twins_are_covariances_of_inputs_and_sums(layer: int, data: tuple[np.ndarray, np.ndarray]) -> None:
    network, (x, labels) = a_network(6, 5, 4, 3), data
    network.biases[1][...] = 2  # so that nobody is dead
    network.biases[0][...] = 2
    survey = survey_layer(network, layer, x, labels, 3)
    trace = network.trace(x)
    z, a = trace.pre_activations[layer], trace.activations[layer]
    units = z.shape[1]
    correlations = np.corrcoef(x.T, z.T)[6:, :6]
    np.testing.assert_allclose(survey.patterns, correlations * x.std(axis=0), rtol=1e-9)
    among = np.corrcoef(z.T) - 3 * np.eye(units)
    np.testing.assert_array_equal(survey.twins, among.argmax(axis=1))
    np.testing.assert_allclose(survey.twin_correlations, among.max(axis=1))
    np.testing.assert_array_equal(survey.awake, (z > 0).sum(axis=0))
    for label in range(3):
        np.testing.assert_allclose(survey.class_means[label], a[labels == label].mean(axis=0))
        mean_sums = survey.source_class_means[label] @ network.weights[layer] + network.biases[layer]
        np.testing.assert_allclose(mean_sums, z[labels == label].mean(axis=0))


def test_chunks_of_any_size_tell_the_same(data: tuple[np.ndarray, np.ndarray]) -> None:
    network, (x, labels) = a_network(6, 5, 3), data
    surveyor = Surveyor(network, 0, 3, 400)
    sums = [surveyor.add(x[part], labels[part]) for part in (slice(0, 7), slice(7, 300), slice(300, 400))]
    np.testing.assert_allclose(np.concatenate(sums), network.trace(x).pre_activations[0])
    together, apart = survey_layer(network, 0, x, labels, 3), surveyor.result()
    np.testing.assert_allclose(apart.patterns, together.patterns)
    np.testing.assert_array_equal(apart.awake, together.awake)
    np.testing.assert_allclose(apart.class_means, together.class_means)


def test_covariances_take_an_even_part_of_many_samples() -> None:
    network = a_network(2, 3, 2)
    rng = np.random.default_rng(0)
    x, labels = rng.random((2 * COVARIANCE_SAMPLES, 2)), np.zeros(2 * COVARIANCE_SAMPLES, dtype=np.int64)
    x[1::2] = 7  # never looked at for covariances, but for everything else
    surveyor = Surveyor(network, 0, 2, len(x))
    for start in range(0, len(x), 999):
        surveyor.add(x[start : start + 999], labels[start : start + 999])
    alone = survey_layer(network, 0, x[::2], labels[::2], 2)
    np.testing.assert_allclose(surveyor.result().patterns, alone.patterns, atol=1e-12)
    assert surveyor.result().samples == len(x)
    assert surveyor.result().source_class_means[0].mean() == pytest.approx(x.mean())
    assert np.isnan(surveyor.result().class_means[1]).all()


def test_a_doubled_unit_has_a_twin_and_a_constant_one_has_nothing() -> None:
    """z = x₀, 2 x₀ + 1, x₁, 5: the first two say the same, the last says nothing."""
    network = Network((2, 4, 2), ("sigmoid", "identity"))
    network.weights[0][...] = [[1, 2, 0, 0], [0, 0, 1, 0]]
    network.biases[0][...] = [0, 1, 0, 5]
    x = np.random.default_rng(0).random((100, 2), dtype=np.float32)
    survey = survey_layer(network, 0, x, np.zeros(100, dtype=np.int64), 2)
    assert survey.twins[:2].tolist() == [1, 0]
    np.testing.assert_allclose(survey.twin_correlations[:2], 1, rtol=1e-5)
    assert survey.twins[3] == -1
    assert survey.twin_correlations[3] == 0
    assert not survey.patterns[3].any()
    assert survey.patterns[0, 0] == pytest.approx(x[:, 0].std(), rel=1e-4)
    assert survey.saturated.tolist() == [0, 0, 0, 100]  # the sigmoid of 5 is 0.993


def test_without_samples_there_is_nothing_to_tell() -> None:
    with pytest.raises(ValueError, match="no sample"):
        Surveyor(a_network(6, 5, 3), 0, 3, 0).result()
