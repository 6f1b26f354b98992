"""A run that goes on after another has ended takes the steps that a longer run would have taken."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.load import load_dataset
from digitapp.nn import OPTIMIZERS, Network
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.loop import Run, begin
from digitapp.training.presets import build_network


@pytest.fixture(scope="module")
def toy() -> Dataset:
    return load_dataset("toy")


def first_network(toy: Dataset, config: TrainConfig) -> Network:
    shape = NetworkConfig((5,), "tanh", "glorot")
    return build_network(toy.problem.features, toy.problem.classes, shape, config.loss, np.random.default_rng(3))


def finished(run: Run) -> Run:
    for _ in run.events():
        pass
    return run


@pytest.mark.parametrize("key", [key for key, kind in OPTIMIZERS.items() if kind.uses_gradient])
def test_two_short_runs_are_one_long_run(toy: Dataset, key: str) -> None:
    config = TrainConfig(optimizer=key, learning_rate=0.01, batch_size=7, epochs=6, hidden_dropout=0.2)
    whole = finished(begin(first_network(toy, config), toy, config, np.random.default_rng(0)))

    short = TrainConfig(optimizer=key, learning_rate=0.01, batch_size=7, epochs=3, hidden_dropout=0.2)
    first = finished(begin(first_network(toy, config), toy, short, np.random.default_rng(0)))
    second = begin(first.network.copy(), toy, short, np.random.default_rng(99), after=first.state)
    assert np.array_equal(finished(second).network.parameters, whole.network.parameters)
    assert second.state.optimizer.steps == whole.state.optimizer.steps


def test_another_optimiser_begins_afresh(toy: Dataset) -> None:
    adam, momentum = (TrainConfig(optimizer=key, epochs=2) for key in ("adam", "momentum"))
    before = finished(begin(first_network(toy, adam), toy, adam, np.random.default_rng(0)))
    alone = finished(begin(before.network.copy(), toy, momentum, np.random.default_rng(1)))
    after = begin(before.network.copy(), toy, momentum, np.random.default_rng(1), after=before.state)
    assert np.array_equal(finished(after).network.parameters, alone.network.parameters)


def test_other_layers_begin_afresh(toy: Dataset) -> None:
    config = TrainConfig(epochs=2)
    before = finished(begin(first_network(toy, config), toy, config, np.random.default_rng(0)))
    shape = NetworkConfig((4,), "tanh", "glorot")
    other = build_network(toy.problem.features, toy.problem.classes, shape, config.loss, np.random.default_rng(3))
    run = begin(other, toy, config, np.random.default_rng(0), after=before.state)
    assert run.state.optimizer.steps == 0
