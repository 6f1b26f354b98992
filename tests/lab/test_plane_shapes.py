"""Shapes tried on the plane: what is said of each is what its networks do, and a run of its own would end the same."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.plane import made_dataset
from digitapp.inspection.boundary import Bounds, decision_map
from digitapp.lab import plane_shapes
from digitapp.lab.plane_shapes import SEEDS, TriedShape, parameters_of, try_shape
from digitapp.nn.losses import LOSSES
from digitapp.training.config import NetworkConfig
from digitapp.training.stack import train_together

BOUNDS = Bounds(-1.2, 1.2, -1.2, 1.2)


@pytest.mark.parametrize(("name", "hidden"), [("plane:moons", (3,)), ("plane:spirals-3", (6, 6))])
def test_what_is_said_of_a_shape_is_what_its_networks_do(
    monkeypatch: pytest.MonkeyPatch, name: str, hidden: tuple[int, ...]
) -> None:
    monkeypatch.setattr(plane_shapes, "CONFIG", replace(plane_shapes.CONFIG, epochs=8))
    dataset = made_dataset(name)
    tried = try_shape(dataset, hidden, BOUNDS)
    assert isinstance(tried, TriedShape) and dataset.validation is not None
    shape = NetworkConfig(hidden=hidden, activation="relu", initializer="he")
    again = train_together(dataset, shape, plane_shapes.CONFIG, SEEDS)
    for place, network in enumerate(tried.networks):
        assert np.array_equal(network.parameters, again[place].parameters)
        assert tried.parameters == network.parameters.size == parameters_of(hidden, dataset.problem.classes)
        for part, split in enumerate((dataset.train, dataset.validation)):
            outputs = network.forward(split.inputs)
            loss, _ = LOSSES["cross_entropy"].value_and_gradient(outputs, split.labels)
            assert tried.losses[part, place] == pytest.approx(loss, rel=1e-5)
            assert tried.accuracies[part, place] == np.mean(outputs.argmax(axis=1) == split.labels)
    assert tried.losses[0, tried.best] == tried.losses[0].min()
    best = decision_map(
        tried.networks[tried.best], LOSSES["cross_entropy"].probabilities, BOUNDS, plane_shapes.RESOLUTION
    )
    assert np.array_equal(tried.map.labels, best.labels)


def test_a_cancelled_trial_has_no_result() -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert try_shape(made_dataset("plane:xor"), (3,), BOUNDS, None, cancelled) is None
