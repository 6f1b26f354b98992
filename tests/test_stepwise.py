"""Learning by hand: the steps are those of the training, in float64, and can be taken back exactly."""

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import TOY
from digitapp.nn import OPTIMIZERS, Network, initialize
from digitapp.nn.network import UnitRef
from digitapp.training.config import TrainConfig
from digitapp.training.events import BatchDone
from digitapp.training.held import Held
from digitapp.training.loop import begin
from digitapp.training.stepwise import LearnFrom, Request, Stepwise, TooManyTogether

SETTINGS = {
    "the toy's preset": TrainConfig(
        loss="squared_error", optimizer="sgd", learning_rate=3.0, batch_size=8, seed=44, epochs=10
    ),
    "penalties and a schedule": TrainConfig(
        optimizer="adam", learning_rate=0.02, batch_size=7, weight_decay=0.01, l2=0.003, schedule="cosine", epochs=9
    ),
    "clipped, smoothed, averaged": TrainConfig(
        optimizer="nesterov",
        learning_rate=0.1,
        batch_size=5,
        clip_norm=0.05,
        label_smoothing=0.1,
        averaging=0.9,
        epochs=6,
    ),
    "silenced at random": TrainConfig(
        optimizer="momentum", learning_rate=0.1, batch_size=16, epochs=20, hidden_dropout=0.3
    ),
}


@pytest.fixture(scope="module")
def toy() -> Dataset:
    return load_dataset("toy")


def network_of(config: TrainConfig, seed: int = 1, hidden: tuple[int, ...] = (3,)) -> Network:
    output = "sigmoid" if config.loss == "squared_error" else "identity"
    network = Network((12, *hidden, 2), (*["sigmoid"] * len(hidden), output), np.float64)
    initialize(network, "normal", np.random.default_rng(seed))
    return network


def batch_of(config: TrainConfig) -> Request:
    return Request(LearnFrom.BATCH, 0, config.learning_rate)


@pytest.mark.parametrize("config", SETTINGS.values(), ids=SETTINGS)
def test_fifty_batches_are_those_of_the_training(toy: Dataset, config: TrainConfig) -> None:
    learning = network_of(config)
    stepwise = Stepwise(network_of(config), toy, config)
    count = 0
    for event in begin(learning, toy, config, np.random.default_rng(config.seed)).events():
        if isinstance(event, BatchDone):
            update = stepwise.advance(batch_of(config))
            np.testing.assert_allclose(stepwise.network.parameters, learning.parameters, rtol=0, atol=1e-12)
            assert update.loss == pytest.approx(event.loss, abs=1e-12)
            assert (update.epoch, update.batch) == (event.epoch, event.batch)
            assert update.learning_rate == pytest.approx(event.learning_rate, abs=1e-15)
            count += 1
            if count == 55:
                break
    assert count >= 50


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_rule_is_that_of_the_training(toy: Dataset, optimizer: str) -> None:
    config = TrainConfig(optimizer=optimizer, learning_rate=0.01, batch_size=8, epochs=60, seed=3)
    learning, stepwise = network_of(config), Stepwise(network_of(config), toy, config)
    events = begin(learning, toy, config, np.random.default_rng(config.seed)).events()
    for _ in range(50):
        while not isinstance(next(events), BatchDone):
            pass
        stepwise.advance(batch_of(config))
    np.testing.assert_allclose(stepwise.network.parameters, learning.parameters, rtol=0, atol=1e-12)


def test_units_that_are_held_stay(toy: Dataset) -> None:
    config = TrainConfig(optimizer="adam", learning_rate=0.05, batch_size=8)
    network = network_of(config)
    stepwise = Stepwise(network, toy, config, Held(frozen=(UnitRef(0, 1),)))
    for _ in range(10):
        stepwise.advance(batch_of(config))
    assert (stepwise.network.weights[0][:, 1] == network.weights[0][:, 1]).all()
    assert (stepwise.network.weights[0][:, 0] != network.weights[0][:, 0]).all()


@pytest.mark.parametrize("seed", range(12))
def test_any_way_back_is_exact(toy: Dataset, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forward and back at random, over what was thinned out, all kinds of steps mixed: every place is the same."""
    monkeypatch.setattr("digitapp.training.stepwise.MOST_BYTES", 4000)
    rng = np.random.default_rng(seed)
    optimizer = rng.choice(["sgd", "adam", "nadam", "rprop", "momentum", "genetic"])
    config = TrainConfig(optimizer=str(optimizer), learning_rate=0.05, batch_size=8, hidden_dropout=0.2)
    stepwise = Stepwise(network_of(config, seed), toy, config)
    seen = [stepwise.network.parameters.copy()]
    for _ in range(50 if optimizer == "genetic" else 120):
        if rng.random() < 0.6 or not stepwise.can_go_back:
            request = Request(
                LearnFrom(rng.choice(list(LearnFrom))), int(rng.integers(64)), float(rng.choice([0.05, 1]))
            )
            del seen[stepwise.updates + 1 :]
            before = stepwise.network.parameters.copy()
            preview = stepwise.preview(request)
            assert (stepwise.network.parameters == before).all()
            update = stepwise.advance(request)
            assert (update.after == preview.after).all()
            assert (update.after == stepwise.network.parameters).all()
            seen.append(update.after.copy())
        else:
            stepwise.go_back()
        assert (stepwise.network.parameters == seen[stepwise.updates]).all()


def test_what_is_changed_by_hand_is_taken_over_and_the_rest_keeps_its_digits(toy: Dataset) -> None:
    config = TrainConfig(optimizer="adam", learning_rate=0.05, batch_size=8)
    stepwise = Stepwise(network_of(config), toy, config)
    for _ in range(3):
        stepwise.advance(batch_of(config))
    exact = stepwise.network.parameters.copy()
    shown = exact.astype(np.float32)
    assert not stepwise.adopt(shown)
    shown[5] = 1.25
    assert stepwise.adopt(shown)
    assert stepwise.network.parameters[5] == 1.25
    assert (np.delete(stepwise.network.parameters, 5) == np.delete(exact, 5)).all()
    assert not stepwise.can_go_back


def test_a_step_into_nowhere_is_not_taken(toy: Dataset) -> None:
    config = TrainConfig(loss="cross_entropy", optimizer="sgd", learning_rate=0.1, batch_size=8)
    network = network_of(config)
    network.parameters[:] = 1e308
    stepwise = Stepwise(network, toy, config)
    update = stepwise.advance(batch_of(config))
    assert not update.is_finite
    assert not stepwise.can_go_back
    assert (stepwise.network.parameters == 1e308).all()


def test_too_many_at_once_are_refused() -> None:
    labels = np.arange(6000) % 2
    many = Dataset("toy", TOY, Split(np.zeros((6000, 12), np.float32), labels.astype(np.int64)))
    config = TrainConfig()
    stepwise = Stepwise(network_of(config), many, config)
    with pytest.raises(TooManyTogether) as refused:
        stepwise.advance(Request(LearnFrom.ALL, 0, 0.1))
    assert refused.value.samples == 6000
    stepwise.advance(batch_of(config))


def test_all_samples_are_those_for_validation_too(toy: Dataset) -> None:
    config = TrainConfig(loss="squared_error", optimizer="sgd", learning_rate=0.2)
    stepwise = Stepwise(network_of(config), toy, config)
    assert len(stepwise.coming(Request(LearnFrom.ALL, 0, 0.2))) == 64
    assert stepwise.coming(Request(LearnFrom.SAMPLE, 33, 0.2)).tolist() == [33]
