"""What is no digit stays known to a network that goes on learning."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.calibration import UNCALIBRATED, Calibration, calibrate
from digitapp.datasets.collection import Sample
from digitapp.datasets.dataset import FOIL, Dataset
from digitapp.datasets.errors import GenerationCancelled
from digitapp.datasets.handwriting import generate, generate_drawings
from digitapp.datasets.nondigits import nondigit_inputs
from digitapp.nn import Network
from digitapp.training import NetworkConfig, TrainConfig, build_network, train
from digitapp.training.fine_tuning import Tuning, fine_tune
from digitapp.training.foils import MOST, foils_to_go_on, goes_on_refusing, with_foils
from digitapp.training.history import History
from digitapp.training.record import training_record

REFUSES = Calibration(1.2, 0.5)
LAYERS = NetworkConfig((64,), "relu", "he")
CONFIG = TrainConfig(learning_rate=2e-3, batch_size=50, epochs=8)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return generate(3000, seed=3)


@pytest.fixture(scope="module")
def taught(digits: Dataset) -> Network:
    """A network that has learned what is no digit."""
    rng = np.random.default_rng(0)
    network = build_network(784, 10, LAYERS, CONFIG.loss, rng)
    for _ in train(network, with_foils(digits, 600, 1), CONFIG, rng):
        pass
    return network


@pytest.mark.parametrize(
    ("record", "calibration", "expected"),
    [
        ({"foils": 600}, REFUSES, True),
        ({"recipe": "everyday"}, REFUSES, True),
        ({"recipe": "record"}, REFUSES, False),
        ({"dataset": "mnist"}, REFUSES, False),
        ({"foils": 600}, UNCALIBRATED, False),
        ({}, UNCALIBRATED, False),
    ],
)
def test_only_who_knows_what_is_no_digit_can_forget_it(
    record: dict[str, object], calibration: Calibration, expected: bool
) -> None:
    assert goes_on_refusing(record, calibration) is expected
    assert (foils_to_go_on(record, calibration, 1000) > 0) is expected


def test_they_are_a_twelfth_of_the_data_up_to_a_limit() -> None:
    record = {"foils": 1}
    for count in (100, 55_000):
        foils = foils_to_go_on(record, REFUSES, count)
        assert foils / (foils + count) == pytest.approx(0.08, abs=0.005)
    assert foils_to_go_on(record, REFUSES, 10**7) == MOST


def test_they_stand_behind_the_digits_and_nowhere_else(digits: Dataset) -> None:
    mixed, again = (with_foils(digits, 40, seed=5) for _ in range(2))
    count = len(digits.train)
    np.testing.assert_array_equal(mixed.train.inputs[:count], digits.train.inputs)
    np.testing.assert_array_equal(mixed.train.labels, [*digits.train.labels, *[FOIL] * 40])
    np.testing.assert_array_equal(mixed.train.inputs, again.train.inputs)
    assert (mixed.validation, mixed.test) == (digits.validation, digits.test)
    assert with_foils(digits, 0, seed=5) is digits


def test_their_making_stops_when_asked(digits: Dataset) -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(GenerationCancelled):
        with_foils(digits, 40, 5, cancelled)


def test_they_are_no_class_and_no_samples_of_the_results(digits: Dataset) -> None:
    rng = np.random.default_rng(0)
    network = build_network(784, 10, LAYERS, CONFIG.loss, rng)
    data = with_foils(replace(digits, validation=None), 60, 1)
    config = replace(CONFIG, epochs=1)
    history = History()
    for event in train(network, data, config, rng):
        history.add(event)
    epoch = history.last_epoch
    assert epoch is not None
    assert epoch.confusion.shape == (10, 10)
    assert epoch.confusion.sum() == len(epoch.predictions) == len(digits.train)
    record = training_record(LAYERS, config, data, history)
    assert record["foils"] == 60
    assert record["results"]["train_samples"] == len(digits.train)
    assert "foils" not in training_record(LAYERS, config, digits, history)


def refused(network: Network, digits: Dataset) -> float:
    """Return what share of unseen drawings that are no digits a network refuses."""
    calibration = calibrate(network, CONFIG.loss, [digits.validation])
    outputs = network.forward(nondigit_inputs(300, seed=20_260))
    return 1 - float(np.mean(calibration.accepts(calibration.probabilities(CONFIG.loss, outputs))))


def test_fine_tuning_with_them_keeps_refusing(taught: Network, digits: Dataset) -> None:
    own = [Sample(d.drawing, d.style.label, d.pen_width) for d in generate_drawings(60, np.random.default_rng(5))]
    tuning = Tuning(own=300, others=2000, foils=250, config=replace(CONFIG, epochs=6, averaging=0.9))
    before = refused(taught, digits)
    without, kept = (
        refused(fine_tune(taught, CONFIG.loss, own, [digits.train], tuning, with_foils=foils), digits)
        for foils in (False, True)
    )
    assert kept > without + 0.1
    assert kept > before - 0.1
