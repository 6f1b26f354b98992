"""What goes wrong is noticed, with its facts; what goes well is not spoken of."""

from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.handwriting import generate
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import MNIST, TOY, Inputs, Preset, Problem
from digitapp.nn import Network
from digitapp.training import NetworkConfig, TrainConfig, TrainingDiverged, build_network, preset_configs, train
from digitapp.training.findings import (
    CutOff,
    Finding,
    Guesses,
    RanAway,
    Reversed,
    as_record,
    look_at_data,
    look_at_run,
    loss_of_ignorance,
)
from digitapp.training.history import History
from digitapp.training.recipes import RECIPES
from digitapp.training.record import training_record
from digitapp.training.remedies import gentler_rate


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return generate(1300, seed=0)


def looked_at(data: Dataset, network_config: NetworkConfig, config: TrainConfig) -> list[Finding]:
    """Train, to the end or until it diverges, and return what was found."""
    rng = np.random.default_rng(config.seed)
    network = build_network(data.problem.features, data.problem.classes, network_config, config.loss, rng)
    history = History()
    try:
        for event in train(network, data, config, rng):
            history.add(event)
    except TrainingDiverged:
        pass
    return look_at_run(network.folded(), data, config, history)


def kinds(findings: list[Finding]) -> set[type]:
    return {type(finding) for finding in findings}


# Runs that go nowhere


@pytest.mark.parametrize("rate", [900.0, 1000.0])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_absurd_rates_are_found_out(digits: Dataset, optimizer: str, rate: float) -> None:
    config = TrainConfig(optimizer=optimizer, learning_rate=rate, epochs=8)
    findings = looked_at(digits, NetworkConfig((64,)), config)
    assert kinds(findings) >= {RanAway, Guesses}
    ran_away = next(finding for finding in findings if isinstance(finding, RanAway))
    assert ran_away.peak > 1e6
    assert ran_away.learning_rate == rate
    assert ran_away.ignorance == pytest.approx(np.log(10))
    guesses = next(finding for finding in findings if isinstance(finding, Guesses))
    assert guesses.part == "validation"
    assert digits.validation is not None
    assert guesses.samples == len(digits.validation)
    assert guesses.guess == pytest.approx(0.1, abs=0.05)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_outputs_at_the_end_of_their_range_learn_nothing(digits: Dataset, activation: str) -> None:
    config = TrainConfig(loss="squared_error", optimizer="sgd", learning_rate=900.0, epochs=8)
    findings = looked_at(digits, NetworkConfig((64,), activation), config)
    cut_off = next(finding for finding in findings if isinstance(finding, CutOff))
    assert cut_off.of == 2
    assert cut_off.misread > 0.5


def test_dead_units_cut_the_layers_off(digits: Dataset) -> None:
    network_config, config = NetworkConfig((16, 16)), TrainConfig(epochs=8)
    rng = np.random.default_rng(0)
    network = build_network(784, 10, network_config, config.loss, rng)
    network.biases[1][:] = -1e6
    history = History()
    for event in train(network, digits, config, rng):
        history.add(event)
    assert CutOff((1, 2, 3), 3, pytest.approx(0.9, abs=0.1)) in look_at_run(network, digits, config, history)  # type: ignore[arg-type]


def test_labels_that_say_nothing_are_guessed(digits: Dataset) -> None:
    rng = np.random.default_rng(0)

    def shuffled(split: Split) -> Split:
        return Split(rng.permuted(split.inputs, axis=0), split.labels)

    assert digits.validation is not None
    data = replace(digits, train=shuffled(digits.train), validation=shuffled(digits.validation))
    config = TrainConfig(optimizer="sgd", learning_rate=0.001, epochs=8)
    assert kinds(looked_at(data, NetworkConfig(()), config)) == {Guesses}


def test_a_loss_that_grows_without_end_is_found_out() -> None:
    history = growing_history(epochs=6)
    config = TrainConfig(epochs=6)
    data = load_dataset("toy")
    network = Network((12, 2), ("identity",))
    assert RanAway in kinds(look_at_run(network, data, config, history))


def growing_history(epochs: int) -> History:
    """Return the history of a run on the toy whose loss doubles in every epoch."""
    from digitapp.training.events import BatchDone, EpochDone

    history = History()
    for epoch in range(1, epochs + 1):
        for batch in range(1, 31):
            step = 30 * (epoch - 1) + batch
            history.add(BatchDone(epoch, batch, step, 8 * step, 0.3 * 2**epoch, 0.9, 0.1))
        empty = np.zeros((2, 2), np.int64), np.zeros(16, np.int64)
        history.add(EpochDone(epoch, 30 * epoch, 0.3 * 2**epoch, 0.9, 0.3, 0.9, *empty, 1.0))
    return history


# Runs that learn


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("preset", TOY.presets, ids=lambda preset: preset.key)
def test_the_toys_presets_are_not_spoken_of(preset: Preset, seed: int) -> None:
    network_config, config = preset_configs(preset)
    assert looked_at(load_dataset("toy"), network_config, replace(config, seed=seed)) == []


@pytest.mark.parametrize("preset", MNIST.presets, ids=lambda preset: preset.key)
def test_of_the_digits_presets_only_the_one_that_falls_apart_is(digits: Dataset, preset: Preset) -> None:
    network_config, config = preset_configs(preset)
    findings = looked_at(digits, network_config, replace(config, epochs=max(config.epochs, 8)))
    if preset.key == "too-fast":  # what is left of it may guess, or just not
        assert {RanAway} <= kinds(findings) <= {RanAway, Guesses}
    else:
        assert kinds(findings) == set()


@pytest.mark.parametrize("key", RECIPES)
def test_the_recipes_are_not_spoken_of(digits: Dataset, key: str) -> None:
    recipe = RECIPES[key]
    network_config = replace(recipe.network, hidden=tuple(units // 10 for units in recipe.network.hidden))
    config = replace(recipe.training, epochs=20, batch_size=64, augmentation={})
    assert looked_at(digits, network_config, config) == []


def test_an_optimiser_without_gradient_needs_none(digits: Dataset) -> None:
    config = TrainConfig(loss="perceptron", optimizer="genetic", epochs=3)
    data = replace(digits, train=Split(digits.train.inputs[:200], digits.train.labels[:200]))
    assert CutOff not in kinds(looked_at(data, NetworkConfig((8,), "step"), config))


def test_nothing_is_said_of_a_run_that_has_hardly_begun(digits: Dataset) -> None:
    config = TrainConfig(optimizer="sgd", learning_rate=1e-5, epochs=2, batch_size=600)
    assert looked_at(digits, NetworkConfig((8,)), config) == []
    assert look_at_run(Network((784, 10), ("identity",)), digits, config, History()) == []


# Data


def test_dark_on_light_pictures_are_found_out(digits: Dataset) -> None:
    assert look_at_data(digits) == []
    reversed_digits = replace(digits, train=Split(1 - digits.train.inputs, digits.train.labels))
    (found,) = look_at_data(reversed_digits)
    assert isinstance(found, Reversed)
    assert found.edge > 0.95 > found.middle


def test_mnist_is_light_on_dark(mnist_dir) -> None:
    data = load_dataset("mnist", data_dir=mnist_dir)
    assert look_at_data(data) == []
    some = Split(1 - data.train.inputs[:2000], data.train.labels[:2000])
    assert len(look_at_data(replace(data, train=some))) == 1


def test_what_has_no_paper_has_no_polarity() -> None:
    toy = load_dataset("toy")
    assert look_at_data(replace(toy, train=Split(np.ones_like(toy.train.inputs), toy.train.labels))) == []
    plane = Problem("plane", "", Inputs.POINTS, 1, 2, ("a", "b"), input_names=("x", "y"))
    points = Dataset("points", plane, Split(np.ones((4, 2), np.float32), np.array([0, 1, 0, 1])))
    assert look_at_data(points) == []


# The facts


@pytest.mark.parametrize(
    ("loss", "expected"), [("cross_entropy", np.log(10)), ("hinge", 9.0), ("squared_error", 10 * 0.25 / 2)]
)
def test_knowing_nothing_costs_what_equal_sums_cost(digits: Dataset, loss: str, expected: float) -> None:
    assert loss_of_ignorance(loss, digits.train) == pytest.approx(expected)


def test_the_record_of_a_training_holds_what_was_found() -> None:
    found = Guesses(0.1, 0.11, "validation", 500)
    assert as_record(found) == {"kind": "guesses", "accuracy": 0.1, "guess": 0.11, "part": "validation", "samples": 500}
    settings = NetworkConfig(), TrainConfig()
    record = training_record(*settings, load_dataset("toy"), History(), findings=[found])
    assert record["findings"] == [as_record(found)]
    assert "findings" not in training_record(*settings, load_dataset("toy"), History())


@pytest.mark.parametrize(
    ("rate", "gentler"), [(1000.0, 0.01), (1.0, 0.01), (0.1, 0.01), (0.05, 0.005), (0.001, 0.0001)]
)
def test_a_gentler_rate_is_clearly_smaller(rate: float, gentler: float) -> None:
    assert gentler_rate(rate) == gentler
