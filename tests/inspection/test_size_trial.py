"""Small and large networks on the same points: what is trained, how it is ordered, and what is said of it."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.inspection.boundary import Bounds
from digitapp.inspection.size_trial import SizeTrial, run_size_trial
from digitapp.nn import LOSSES
from digitapp.training import ConfigError, NetworkConfig, TrainConfig

BOUNDS = Bounds(-1.2, 1.2, -1.2, 1.2)
CIRCLES = load_dataset("plane:circles,count=120,noise=0.1")
TRIAL = SizeTrial(
    network=NetworkConfig((9, 9), "relu,tanh", "he"),
    config=TrainConfig(optimizer="adam", learning_rate=0.03, batch_size=32, epochs=300),
)


def test_large_networks_end_alike_where_small_ones_do_not() -> None:
    told: list[tuple[int, int]] = []
    result = run_size_trial(TRIAL, CIRCLES, BOUNDS, lambda done, total: told.append((done, total)))
    assert result is not None
    assert [row.size for row in result.rows] == [3, 6, 20]
    assert told == sorted(told)
    assert told[-1] == (900, 900)
    spreads = [row.spread for row in result.rows]
    assert spreads[0] > 100 * spreads[2]  # two circles: what is claimed holds
    assert result.is_as_claimed
    for row in result.rows:
        assert sorted(each.seed for each in row.networks) == list(range(20))
        assert np.all(np.diff(row.losses) >= 0)
        assert row.networks[0].loss <= row.middle <= row.networks[-1].loss
        best, worst = row.networks[0], row.networks[-1]
        for each in (best, worst):
            loss, _ = LOSSES["cross_entropy"].value_and_gradient(
                each.network.forward(CIRCLES.train.inputs), CIRCLES.train.labels
            )
            assert each.loss == pytest.approx(float(loss), rel=1e-5)


def test_one_of_them_becomes_a_model_that_says_how_it_was_made() -> None:
    trial = replace(TRIAL, sizes=(4,), seeds=3, config=replace(TRIAL.config, epochs=5, l2=0.01))
    result = run_size_trial(trial, CIRCLES, BOUNDS)
    assert result is not None
    row = result.rows[0]
    model = result.model(row, row.networks[1], "one")
    assert model.network.sizes == (2, 4, 2)
    assert model.training["config"]["seed"] == row.networks[1].seed
    assert model.training["network"]["hidden"] == [4]
    assert model.training["results"]["train_accuracy"] == row.networks[1].right / 90
    model.network.parameters[:] = 0
    assert row.networks[1].network.parameters.any()
    assert not result.is_as_claimed  # of one size nothing can be said


def test_what_overflows_stands_last_and_spoils_no_figure() -> None:
    config = replace(TRIAL.config, optimizer="sgd", learning_rate=1e3, loss="squared_error", epochs=20)
    trial = replace(TRIAL, network=NetworkConfig((3,), "relu", "he"), config=config)
    result = run_size_trial(trial, CIRCLES, BOUNDS)
    assert result is not None
    for row in result.rows:
        finite = np.isfinite(row.losses)
        assert not np.any(np.diff(finite.astype(int)) > 0)
        assert np.isfinite(row.middle) == finite.any()


def test_it_ends_when_cancelled_and_refuses_what_it_does_not_know() -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert run_size_trial(TRIAL, CIRCLES, BOUNDS, cancelled=cancelled) is None
    for sizes in ((), (3, 3), (1, 2, 3, 4, 5), (0,), (201,)):
        with pytest.raises(ConfigError):
            SizeTrial(sizes)
    with pytest.raises(ConfigError, match="trained together"):
        replace(TRIAL, config=replace(TRIAL.config, patience=3))
