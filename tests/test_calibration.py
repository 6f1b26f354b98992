"""Calibration: temperatures and errors known beforehand, thresholds that refuse as few digits as was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.calibration import (
    LEAST_SAMPLES,
    Calibration,
    calibrate,
    expected_calibration_error,
    fit_calibration,
    fit_temperature,
)
from digitapp.datasets.dataset import Split
from digitapp.nn import Network
from digitapp.nn.losses import LOSSES


def softmax(logits: np.ndarray) -> np.ndarray:
    return LOSSES["cross_entropy"].probabilities(logits)


def drawn(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return logits of ten classes, and labels drawn with just the probabilities that they stand for."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (count, 10))
    chance = softmax(logits).cumsum(axis=1)
    labels = (chance < rng.random((count, 1))).sum(axis=1)
    return logits, np.minimum(labels, 9)


def test_a_network_twice_too_sure_has_temperature_two():
    logits, labels = drawn(40_000)
    assert fit_temperature(logits, labels) == pytest.approx(1, abs=0.03)
    assert fit_temperature(2 * logits, labels) == pytest.approx(2, abs=0.06)
    assert fit_temperature(0.5 * logits, labels) == pytest.approx(0.5, abs=0.015)


def test_temperature_by_hand():
    # Two classes, logit difference d, a share a of the samples right: softmax(d / T) = a, so T = d / ln(a / (1 − a)).
    logits = np.tile([3.0, 0.0], (10_000, 1))
    labels = np.repeat([0, 1], [8000, 2000])
    assert fit_temperature(logits, labels) == pytest.approx(3 / np.log(4), rel=1e-3)


@given(st.integers(0, 1000))
def test_only_the_temperature_matters_not_what_all_logits_share(seed):
    logits, labels = drawn(200, seed)
    assert fit_temperature(logits, labels) == pytest.approx(fit_temperature(logits + 1000, labels), rel=1e-3)


def test_data_that_is_read_without_a_mistake_does_not_make_everything_certain():
    logits = 8 * np.eye(10)[np.arange(300) % 10]
    assert 0.5 < fit_temperature(logits, np.arange(300) % 10) < 1


def test_only_parts_with_enough_samples_calibrate():
    network = Network((10, 10), ("identity",))
    network.weights[0][:] = 3 * np.eye(10)
    logits, labels = drawn(2 * LEAST_SAMPLES)
    large = Split(logits.astype(np.float32), labels)
    small = Split(large.inputs[: LEAST_SAMPLES - 1], labels[: LEAST_SAMPLES - 1])
    known = Calibration(2.0, 0.3)
    assert calibrate(network, "cross_entropy", [small, None]) == Calibration()
    assert calibrate(network, "cross_entropy", [small, None], known) == known
    found = calibrate(network, "cross_entropy", [small, large], known)
    assert found == fit_calibration("cross_entropy", [(network.forward(large.inputs), labels)])
    network.biases[0][0] = np.nan
    assert calibrate(network, "cross_entropy", [large], known) == known


def test_calibration_error_by_hand():
    # In one bin: confidence 0.9 and 0.8, one of two right: |1 − 1.7| / 2; in another: 0.6, right: |1 − 0.6| / 3.
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]])
    expected = (abs(1 - 0.9) + abs(0 - 0.8) + abs(1 - 0.6)) / 3
    assert expected_calibration_error(probabilities, np.array([0, 1, 0])) == pytest.approx(expected)
    assert expected_calibration_error(probabilities, np.array([0, 1, 0]), bins=1) == pytest.approx(abs(2 - 2.3) / 3)
    assert expected_calibration_error(np.array([[1.0, 0.0]]), np.array([0])) == 0


def test_the_fitted_temperature_makes_probabilities_honest():
    logits, labels = drawn(40_000)
    calibration = fit_calibration("cross_entropy", [(3 * logits, labels)])
    before = expected_calibration_error(softmax(3 * logits), labels)
    after = expected_calibration_error(calibration.probabilities("cross_entropy", 3 * logits), labels)
    assert before > 0.1
    assert after < 0.01


@pytest.mark.parametrize("most_refused", [0.0, 0.008, 0.3])
def test_no_part_loses_more_digits_than_allowed(most_refused):
    parts = [drawn(1000, 1), drawn(517, 2), drawn(20, 3)]
    calibration = fit_calibration("cross_entropy", parts, most_refused)
    refused = [(~calibration.accepts(calibration.probabilities("cross_entropy", logits))).mean() for logits, _ in parts]
    assert max(refused) <= most_refused
    if most_refused == 0.3:
        assert max(refused) > 0.29  # and no fewer than it may


def test_every_part_weighs_the_same_however_large():
    logits, labels = drawn(20_000)
    small = logits[:500], labels[:500]
    even = fit_calibration("cross_entropy", [(2 * logits, labels), small]).temperature
    repeated = fit_calibration(
        "cross_entropy", [(2 * logits, labels), (np.tile(small[0], (40, 1)), np.tile(small[1], 40))]
    )
    assert even == pytest.approx(repeated.temperature, rel=1e-6)


def test_outputs_that_are_probabilities_keep_their_values():
    calibration = fit_calibration("squared_error", [(np.array([[0.2, 0.9], [0.8, 0.1]]), np.array([1, 0]))])
    assert calibration.temperature == 1
    outputs = np.array([[0.2, 0.9]], dtype=np.float32)
    assert np.array_equal(
        Calibration(2.0).probabilities("squared_error", outputs), LOSSES["squared_error"].probabilities(outputs)
    )


def test_nothing_is_refused_without_a_threshold():
    assert Calibration().accepts(np.full((3, 10), 0.1)).all()


@pytest.mark.parametrize(
    ("temperature", "threshold"),
    [(0, None), (-1, None), (float("nan"), None), (1e9, None), ("1", None), (True, None), (1, 1.5), (1, float("nan"))],
)
def test_impossible_numbers_are_refused(temperature, threshold):
    with pytest.raises(ValueError, match="must be from"):
        Calibration(temperature, threshold)


def test_samples_are_needed():
    with pytest.raises(ValueError, match="at least one"):
        fit_calibration("cross_entropy", [])
    with pytest.raises(ValueError, match="at least one"):
        fit_calibration("cross_entropy", [(np.zeros((0, 10)), np.zeros(0, np.int64))])
    with pytest.raises(ValueError, match="expected"):
        fit_temperature(np.zeros((3, 10)), np.zeros(2, np.int64))
