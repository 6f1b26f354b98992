"""Networks of other seeds in a plane: each as a run of its own would end, and where they disagree."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.plane import made_dataset
from digitapp.inspection.boundary import Bounds
from digitapp.inspection.seed_maps import map_seeds
from digitapp.training import NetworkConfig, TrainConfig, build_network, train

BOUNDS = Bounds(-1.2, 1.2, -1.2, 1.2)
SHAPE = NetworkConfig(hidden=(4,), activation="tanh", initializer="glorot")
CONFIG = TrainConfig(optimizer="adam", learning_rate=0.05, batch_size=16, epochs=15)


@pytest.mark.parametrize("extra", [{}, {"averaging": 0.5}], ids=["together", "one by one"])
def test_each_seed_answers_as_a_run_of_its_own(extra: dict[str, float]) -> None:
    dataset, config = made_dataset("plane:blobs-3,count=60,noise=0.3"), replace(CONFIG, **extra)
    done: list[float] = []
    found = map_seeds(dataset, SHAPE, config, BOUNDS, (3, 8), lambda now, of: done.append(now / of))
    assert found is not None
    assert done == sorted(done)
    assert done[-1] == 1
    for seed, known in zip((3, 8), found.maps, strict=True):
        rng = np.random.default_rng(seed)
        network = build_network(2, 3, SHAPE, config.loss, rng)
        for _ in train(network, dataset, replace(config, seed=seed), rng):
            pass
        rows, columns = known.labels.shape
        xs, ys = BOUNDS.axes(columns, rows)
        places = np.stack([axis.ravel() for axis in np.meshgrid(xs, ys)], axis=1)
        answers = network.forward(places).argmax(axis=1).reshape(rows, columns)
        assert (answers == known.labels).mean() > 0.999  # on the very border float32 may fall either way


def test_votes_and_agreement_are_those_of_the_maps() -> None:
    dataset = made_dataset("plane:moons,count=40,noise=0.3")
    found = map_seeds(dataset, SHAPE, CONFIG, BOUNDS, range(5))
    assert found is not None
    labels = np.stack([known.labels for known in found.maps])
    assert found.agreed == pytest.approx((labels == labels[0]).all(axis=0).mean())
    rng = np.random.default_rng(0)
    rows, columns = labels.shape[1:]
    for row, column in zip(rng.integers(0, rows, 100), rng.integers(0, columns, 100), strict=True):
        x = BOUNDS.left + column / (columns - 1) * BOUNDS.width
        y = BOUNDS.bottom + row / (rows - 1) * BOUNDS.height
        votes = found.votes(float(x), float(y))
        assert sum(votes.values()) == 5
        assert all(count == (labels[:, row, column] == label).sum() for label, count in votes.items())
        assert list(votes.values()) == sorted(votes.values(), reverse=True)
        assert found.disagreement[row, column] == pytest.approx(1 - max(votes.values()) / 5)
    assert found.votes(2.0, 0.0) == {}


def test_what_is_cancelled_has_no_result() -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert map_seeds(made_dataset("plane:xor,count=20"), SHAPE, CONFIG, BOUNDS, cancelled=cancelled) is None
