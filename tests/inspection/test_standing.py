"""How a network stands is what the book counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.inspection.landscape import MOST_IMAGES
from digitapp.inspection.standing import Standing, images_for, standing
from digitapp.inspection.tale import told
from digitapp.nn import Network


def test_the_tale_on_all_images_of_the_toy() -> None:
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    network.parameters[:] = told(network)
    images = images_for(network, load_dataset("toy"))
    found = standing(network, "squared_error", images, images.inputs[0], int(images.labels[0]))
    assert (found.images, found.right) == (64, 54) and found.total == pytest.approx(8.24, abs=0.005)
    outputs = network.forward(images.inputs[:1])[0]
    target = np.eye(2)[images.labels[0]]
    assert found.answer == outputs.argmax()
    assert found.cost == pytest.approx(0.5 * float(np.square(outputs - target).sum()), rel=1e-5)


def test_what_is_not_known_is_not_told() -> None:
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    assert standing(network, "squared_error", None, None, None) == Standing()
    assert standing(network, "squared_error", None, np.ones(12), None).cost is None
    network.parameters[:] = np.nan
    found = standing(network, "squared_error", None, np.ones(12), 1)
    assert found.answer is None and found.cost is not None and np.isnan(found.cost)


def test_many_images_are_counted_by_a_sample() -> None:
    split = Split(np.zeros((2000, 784), np.float32), np.arange(2000) % 10)
    dataset = Dataset("mnist", PROBLEMS["mnist"], split, split)
    assert len(images_for(Network((784, 128, 10), ("relu", "identity")), dataset)) == MOST_IMAGES
    assert images_for(Network((784, 2, 10), ("relu", "identity")), replace(dataset, validation=None)) is split
