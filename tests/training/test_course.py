"""What the course of a run says: planted faults are found, with remedies that are settings; good runs are quiet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.handwriting import generate
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PLANE, TOY, Preset
from digitapp.training import NetworkConfig, TrainConfig, build_network, preset_configs, train
from digitapp.training.course import MOST_EPOCHS, Oscillates, Overfits, Stuck, look_at_course
from digitapp.training.events import BatchDone, EpochDone
from digitapp.training.findings import (
    Finding,
    Guesses,
    RanAway,
    look_at_run,
    look_on_the_way,
    loss_of_ignorance,
    remedies_for_run,
)
from digitapp.training.history import History

IGNORANCE = 2.3
NONE = np.zeros((2, 2), np.int64), np.zeros(16, np.int64)


def course(losses: list[float], validation: list[float] | None = None, accuracy: float = 0.5) -> History:
    """Return the history of a run with these losses of its epochs, of fifty batches each."""
    history = History()
    for index, loss in enumerate(losses):
        epoch, step = index + 1, 50 * (index + 1)
        history.add(BatchDone(epoch, 50, step, 8 * step, loss, accuracy, 0.1))
        measured = (validation[index], 0.5) if validation else (None, None)
        history.add(EpochDone(epoch, step, loss, accuracy, *measured, *NONE, 1.0))
    return history


def kinds(history: History, config: TrainConfig | None = None) -> set[type]:
    return {type(found) for found in look_at_course(history, config or TrainConfig(), IGNORANCE)}


# Courses that are drawn


@given(st.lists(st.floats(0.93, 0.985), min_size=6, max_size=60), st.floats(0.0, 0.9))
def test_a_loss_that_falls_is_not_spoken_of(shares: list[float], accuracy: float) -> None:
    losses = list(IGNORANCE * np.cumprod(shares))
    assert kinds(course(losses, [1.1 * loss for loss in losses], accuracy)) == set()


@given(st.floats(0.05, 2.0), st.integers(6, 200), st.floats(0.76, 1.0))
def test_who_reads_well_may_rest(loss: float, epochs: int, accuracy: float) -> None:
    assert Stuck not in kinds(course([loss] * epochs, accuracy=accuracy))


@given(st.floats(0.05, 2.0), st.integers(8, 200), st.floats(0, 0.74))
def test_a_loss_that_rests_while_much_is_misread_is_stuck(loss: float, epochs: int, accuracy: float) -> None:
    history = course([2 * loss, 1.5 * loss, *[loss] * epochs], accuracy=accuracy)
    (found,) = look_at_course(history, TrainConfig(), IGNORANCE)
    assert found == Stuck(3, loss, pytest.approx(1 - accuracy))  # type: ignore[arg-type]


@given(st.floats(0.1, 2.0), st.floats(1.6, 10), st.integers(10, 50))
def test_a_loss_that_swings_is_told_but_not_one_that_swings_downwards(low: float, times: float, epochs: int) -> None:
    swinging = [low if epoch % 2 else low * times for epoch in range(epochs)]
    assert kinds(course(swinging)) == {Oscillates}
    assert kinds(course([value * 0.8**epoch for epoch, value in enumerate(swinging)])) == set()


@given(st.integers(1, 30), st.integers(6, 60))
def test_a_validation_loss_that_rises_is_told_with_the_epoch_of_its_best(best: int, after: int) -> None:
    down = [1.5 - 0.01 * epoch for epoch in range(best)]
    up = [down[-1] * (1.25 + 0.06 * epoch) for epoch in range(after)]
    falling = list(np.linspace(1.5, 0.05, best + after))
    history = course(falling, down + up, accuracy=0.95)
    (found,) = look_at_course(history, TrainConfig(), IGNORANCE)
    assert isinstance(found, Overfits) and found.since == best
    assert kinds(history, TrainConfig(patience=4)) == set()  # it ends with its best
    assert kinds(course([1.5] * (best + after), down + up, accuracy=0.95)) == set()  # training does not fall either


def test_a_million_epochs_are_looked_at_as_a_thousand_are() -> None:
    history = course([1.0] * 3000)
    assert len(history.epochs.column("train_loss", MOST_EPOCHS)) <= MOST_EPOCHS
    assert kinds(history) == {Stuck}
    assert kinds(course([1.0] * 5)) == set()


# Trainings


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return generate(700, seed=0)


def told(data: Dataset, network_config: NetworkConfig, config: TrainConfig) -> tuple[list[Finding], set[type], History]:
    """Train and return what is said at the end, and what was said on the way."""
    rng, history, way = np.random.default_rng(config.seed), History(), set()
    network = build_network(data.problem.features, data.problem.classes, network_config, config.loss, rng)
    ignorance = loss_of_ignorance(config.loss, data.train)
    for event in train(network, data, config, rng):
        history.add(event)
        if isinstance(event, EpochDone):
            way |= {type(found) for found in look_on_the_way(data, config, history, ignorance)}
    return look_at_run(network.folded(), data, config, history), way, history


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("preset", [*TOY.presets, PLANE.presets[0], PLANE.presets[8]], ids=lambda preset: preset.key)
def test_good_presets_are_never_spoken_of_on_their_way(preset: Preset, seed: int) -> None:
    network_config, config = preset_configs(preset)
    config = replace(config, seed=seed, epochs=min(config.epochs, 150))
    assert told(load_dataset(preset.dataset or "toy"), network_config, config)[:2] == ([], set())


def test_points_on_the_wrong_side_that_many_units_learn_by_heart() -> None:
    network_config, config = preset_configs(next(preset for preset in PLANE.presets if preset.key == "too-many"))
    data = load_dataset("plane:moons,count=120,noise=0.2,seed=2")
    findings, way, history = told(data, network_config, replace(config, epochs=500))
    assert {type(found) for found in findings} == way == {Overfits}
    remedies = remedies_for_run(findings[0], network_config, config, history, 0.69)
    assert [remedy.field for remedy in remedies] == ["patience", "l2"]
    for remedy in remedies:
        replace(config, **{remedy.field: remedy.value})


def test_no_line_parts_what_needs_hidden_units() -> None:
    network_config, config = preset_configs(next(preset for preset in PLANE.presets if preset.key == "xor-no-hidden"))
    findings, way, history = told(load_dataset("plane:xor"), network_config, replace(config, epochs=200))
    assert {type(found) for found in findings} <= {Guesses, Stuck} and way <= {Guesses, Stuck} and way
    remedies = remedies_for_run(Stuck(3, 0.69, 0.5), network_config, config, history, 0.69)
    assert [remedy.field for remedy in remedies] == ["hidden"]
    replace(network_config, hidden=remedies[0].value)  # type: ignore[arg-type]


def test_steps_that_are_too_small_or_too_large_have_the_other_as_their_remedy(digits: Dataset) -> None:
    few = replace(digits, train=Split(digits.train.inputs[:320], digits.train.labels[:320]))
    for rate, wanted in ((1e-5, 1e-4), (500.0, 0.01)):
        config = TrainConfig(optimizer="sgd", learning_rate=rate, epochs=8, batch_size=16)
        findings, way, history = told(few, NetworkConfig((16,), "tanh", "glorot"), config)
        assert way & {Guesses, RanAway} and isinstance(findings[0], (Guesses, RanAway))
        remedy = remedies_for_run(findings[0], NetworkConfig((16,), "tanh", "glorot"), config, history, np.log(10))[0]
        assert (remedy.field, remedy.value) == ("learning_rate", wanted)
