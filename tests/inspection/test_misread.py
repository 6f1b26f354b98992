"""What a network misreads: every sample stands in one cell, and the surest mistake comes first."""

import threading

import numpy as np
import pytest

from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.datasets.dataset import FOIL, Split
from digitapp.inspection.mistakes import Readings, read_all
from digitapp.nn.network import Network
from digitapp.training.evaluate import evaluate


def made(samples: int, classes: int, seed: int) -> tuple[Network, Split]:
    rng = np.random.default_rng(seed)
    network = Network((6, 5, classes), ("tanh", "identity"))
    network.parameters[:] = rng.normal(0, 1, network.parameter_count)
    inputs = rng.random((samples, 6), np.float32)
    return network, Split(inputs, rng.integers(0, classes, samples))


def readings_of(network: Network, split: Split, calibration: Calibration = UNCALIBRATED) -> Readings:
    readings = read_all(network, "cross_entropy", calibration, split)
    assert readings is not None
    return readings


@pytest.mark.parametrize(("samples", "classes"), [(1, 2), (40, 3), (2500, 10)])
def test_it_agrees_with_the_evaluation(samples: int, classes: int) -> None:
    for seed in range(5):
        network, split = made(samples, classes, seed)
        readings, measured = readings_of(network, split), evaluate(network, "cross_entropy", split)
        np.testing.assert_array_equal(readings.predictions, measured.predictions)
        np.testing.assert_array_equal(readings.confusion, measured.confusion)
        assert len(readings.mistakes) == samples - np.trace(measured.confusion)
        cells = [readings.of(cell) for cell in np.ndindex(classes, classes)]
        assert sorted(np.concatenate(cells).tolist()) == list(range(samples))
        for cell, members in zip(np.ndindex(classes, classes), cells, strict=True):
            assert len(members) == readings.confusion[cell]
            falls = np.diff(readings.certainties[members])
            assert (falls <= 0).all() if cell[0] != cell[1] else (falls >= 0).all()
        assert (np.diff(readings.certainties[readings.mistakes]) <= 0).all()


def test_certainties_are_the_probabilities_of_what_was_read() -> None:
    network, split = made(50, 4, 1)
    cold, hot = readings_of(network, split), readings_of(network, split, Calibration(temperature=3.0))
    outputs = network.forward(split.inputs)
    expected = np.exp(outputs - outputs.max(1, keepdims=True))
    np.testing.assert_allclose(cold.certainties, (expected / expected.sum(1, keepdims=True)).max(1), rtol=1e-5)
    np.testing.assert_array_equal(cold.predictions, hot.predictions)
    assert (hot.certainties < cold.certainties).all()


def test_numbers_that_overflow_come_last() -> None:
    network, split = made(30, 3, 2)
    inputs = split.inputs.copy()
    inputs[7] = np.inf
    readings = readings_of(network, Split(inputs, split.labels))
    assert not np.isfinite(readings.certainties[7])
    assert 7 not in readings.mistakes[:-1]


def test_foils_are_left_out_cancelling_ends_it_and_unknown_classes_are_refused() -> None:
    network, split = made(30, 3, 3)
    labels = split.labels.copy()
    labels[::3] = FOIL
    assert len(readings_of(network, Split(split.inputs, labels)).split) == 20
    cancelled = threading.Event()
    cancelled.set()
    assert read_all(network, "cross_entropy", UNCALIBRATED, split, cancelled) is None
    with pytest.raises(ValueError, match="no class 3"):
        readings_of(network, Split(split.inputs, np.full(30, 3)))
