"""Back-propagation and trying agree for every parameter, and no longer where a bug is planted."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.inspection.twins import Rule, Twin, twin
from digitapp.nn import LOSSES, OPTIMIZERS, Network, initialize
from digitapp.nn.gradient_check import index_of, locate
from digitapp.nn.network import WeightRef


def made(sizes: tuple[int, ...], activations: tuple[str, ...], seed: int = 0) -> Network:
    network = Network(sizes, activations, np.float64)
    initialize(network, "glorot", np.random.default_rng(seed))
    return network


@pytest.fixture(scope="module")
def toy() -> tuple[np.ndarray, np.ndarray]:
    images = load_dataset("toy").all_but_test
    return images.inputs.astype(np.float64), np.eye(2)[images.labels]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("images", [1, 64])
def test_both_agree_for_every_parameter_of_the_toy(loss: str, images: int, toy: tuple[np.ndarray, np.ndarray]) -> None:
    network = made((12, 3, 2), ("sigmoid", LOSSES[loss].output_activation))
    inputs, targets = (part[:images] for part in toy)
    for index in range(network.parameter_count):
        found = twin(network, loss, inputs, targets, index)
        assert found.agrees, index
        if abs(found.back_propagated) > 1e-3:
            assert found.relative_error < 1e-6


def test_it_is_the_mean_over_the_images(toy: tuple[np.ndarray, np.ndarray]) -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    inputs, targets = toy
    single = [
        twin(network, "squared_error", inputs[i : i + 1], targets[i : i + 1], 5).back_propagated for i in range(64)
    ]
    assert twin(network, "squared_error", inputs, targets, 5).back_propagated == pytest.approx(
        np.mean(single), rel=1e-9
    )


def test_a_planted_bug_parts_them_in_its_layer_and_below(toy: tuple[np.ndarray, np.ndarray]) -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    before = network.parameters.copy()
    for index in range(network.parameter_count):
        layer = locate(network, index).layer
        for bug in (0, 1):
            found = twin(network, "squared_error", *toy, index, bug)
            if layer <= bug and abs(found.central_difference) > 1e-6:
                assert not found.agrees
                assert found.back_propagated / found.central_difference == pytest.approx(0.9, abs=1e-3)
            elif layer > bug:
                assert found.agrees
    np.testing.assert_array_equal(network.parameters, before)


def test_an_optimiser_makes_a_change_of_each(toy: tuple[np.ndarray, np.ndarray]) -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    found = twin(network, "squared_error", *toy, 4)
    buggy = twin(network, "squared_error", *toy, 4, bug=0)
    value = float(network.parameters[4])
    for key, state in {"sgd": {}, "adam": {"m": 0.3, "v": 0.2}, "momentum": {"v": -0.1}}.items():
        rule = Rule(key, {}, state, 3, 0.1)
        changes = [rule.change(gradient, value) for gradient in (found.back_propagated, found.central_difference)]
        assert changes[0] == pytest.approx(changes[1], rel=1e-6)
        parameters, gradient = np.array([value]), np.array([found.back_propagated])
        optimizer = OPTIMIZERS[key](parameters)
        optimizer.steps = 2
        for name, number in state.items():
            optimizer.state[name][:] = number
        optimizer.step(parameters, gradient, 0.1)
        assert changes[0] == pytest.approx(float(parameters[0]) - value, rel=1e-9)
        assert rule.change(buggy.back_propagated, value) != pytest.approx(changes[1], rel=1e-4)


def test_what_is_not_a_number_does_not_agree(toy: tuple[np.ndarray, np.ndarray]) -> None:
    network = made((12, 3, 2), ("relu", "identity"))
    network.parameters[0] = np.nan
    found = twin(network, "cross_entropy", *toy, 1)
    assert isinstance(found, Twin) and not found.agrees


def test_places_and_indices_say_the_same() -> None:
    for network in (made((12, 3, 2), ("sigmoid", "sigmoid")), made((5, 4, 3, 2), ("tanh", "relu", "identity"))):
        for index in range(network.parameter_count):
            place = locate(network, index)
            assert index_of(network, WeightRef(place.layer, place.input, place.unit)) == index
        for wrong in (WeightRef(9, 0, 0), WeightRef(0, 99, 0), WeightRef(0, None, 99), WeightRef(0, -1, 0)):
            with pytest.raises(IndexError):
                index_of(network, wrong)
