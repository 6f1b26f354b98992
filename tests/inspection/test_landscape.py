"""The cost along weights and over two directions is what the networks cost one by one."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from digitapp.datasets.dataset import Split
from digitapp.datasets.load import load_dataset
from digitapp.inspection import landscape
from digitapp.inspection.landscape import SurfaceCancelled, along, project, random_directions, surface
from digitapp.nn import LOSSES, Network, initialize
from digitapp.training.evaluate import evaluate

TOY = load_dataset("toy").all_but_test
SHAPES = [
    ((12, 3, 2), ("sigmoid", "sigmoid"), "squared_error"),
    ((12, 2), ("identity",), "cross_entropy"),
    ((12, 5, 4, 2), ("relu", "tanh", "identity"), "binary_cross_entropy"),
    ((12, 3, 4, 2), ("maxout3", "elu", "identity"), "hinge"),
    ((12, 4, 2), ("maxout2", "identity"), "cross_entropy"),
]


def made(sizes: tuple[int, ...], activations: tuple[str, ...], seed: int = 0) -> Network:
    network = Network(sizes, activations, np.float64)
    initialize(network, "glorot", np.random.default_rng(seed))
    network.parameters[network.weight_count :] = np.random.default_rng(seed + 1).normal(
        size=sum(s[1] for s in network.shapes)
    )
    return network


def cost(network: Network, loss: str, split: Split = TOY) -> float:
    return evaluate(network, loss, split).loss * len(split)


@pytest.mark.parametrize(("sizes", "activations", "loss"), SHAPES)
def test_along_a_parameter(sizes: tuple[int, ...], activations: tuple[str, ...], loss: str) -> None:
    network = made(sizes, activations)
    values = np.linspace(-4, 4, 7)
    for index in (0, network.weight_count - 1, network.weight_count, network.parameter_count - 1):
        found = along(network, loss, TOY, index, values)
        for value, total in zip(values, found, strict=True):
            moved = network.copy()
            moved.parameters[index] = value
            assert total == pytest.approx(cost(moved, loss), rel=1e-10)


@pytest.mark.parametrize(("sizes", "activations", "loss"), SHAPES)
def test_over_random_directions(sizes: tuple[int, ...], activations: tuple[str, ...], loss: str) -> None:
    network = made(sizes, activations)
    before = network.parameters.copy()
    first, second = random_directions(network, np.random.default_rng(2))
    us, vs = np.linspace(-1, 1, 5), np.linspace(-0.5, 0.5, 3)
    found = surface(network, loss, TOY, (first, second), us, vs)
    assert found.shape == (3, 5)
    for row, v in enumerate(vs):
        for column, u in enumerate(us):
            moved = network.copy()
            moved.parameters[:] += u * first + v * second
            assert found[row, column] == pytest.approx(cost(moved, loss), rel=1e-10)
    np.testing.assert_array_equal(network.parameters, before)


def test_over_two_weights_of_different_layers() -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    us, vs = np.linspace(-5, 5, 4), np.linspace(-6, 6, 3)
    index = (7, 37)
    found = surface(network, "squared_error", TOY, index, us, vs)
    for row, v in enumerate(vs):
        for column, u in enumerate(us):
            moved = network.copy()
            moved.parameters[list(index)] = u, v
            assert found[row, column] == pytest.approx(cost(moved, "squared_error"), rel=1e-10)


def test_the_total_is_the_sum_that_the_book_has() -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    errors = network.forward(TOY.inputs) - np.eye(2)[TOY.labels]
    found = along(network, "squared_error", TOY, 3, [network.parameters[3]])
    assert found[0] == pytest.approx(0.5 * np.square(errors).sum(), rel=1e-12)


def test_each_unit_goes_as_far_as_it_is_long() -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    first, second = random_directions(network, np.random.default_rng(0))
    assert not np.array_equal(first, second)
    for direction in (first, second):
        for ours, theirs in zip(
            zip(*network.views(direction), strict=True),
            zip(*network.views(network.parameters), strict=True),
            strict=True,
        ):
            lengths = [
                np.sqrt(np.square(weights).sum(axis=0) + np.square(biases)) for weights, biases in (ours, theirs)
            ]
            np.testing.assert_allclose(*lengths)


def test_a_path_lies_where_its_points_were_made() -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    first, second = random_directions(network, np.random.default_rng(4))
    places = np.random.default_rng(5).normal(size=(6, 2))
    path = [network.parameters + u * first + v * second for u, v in places]
    np.testing.assert_allclose(project(network, (first, second), path), places, atol=1e-10)
    weights = project(network, (3, 40), path)
    np.testing.assert_array_equal(weights, [[vector[3], vector[40]] for vector in path])
    assert project(network, (3, 40), []).shape == project(network, (first, second), []).shape == (0, 2)


def test_one_weight_and_one_direction() -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    direction = random_directions(network, np.random.default_rng(4))[0]
    direction[3] = 0
    moved = network.parameters + 0.5 * direction
    moved[3] = 2
    assert project(network, (3, direction), [moved])[0] == pytest.approx([2, 0.5])
    found = surface(network, "squared_error", TOY, (3, direction), [2.0], [0.5])
    copy = network.copy()
    copy.parameters[:] = moved
    assert found[0, 0] == pytest.approx(cost(copy, "squared_error"), rel=1e-10)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network = made((12, 5, 4, 2), ("relu", "tanh", "identity"))
    arguments = network, "cross_entropy", TOY, (0, 70), np.linspace(-2, 2, 9), np.linspace(-2, 2, 11)
    whole = surface(*arguments)
    monkeypatch.setattr(landscape, "_CHUNK", 1)
    np.testing.assert_allclose(surface(*arguments), whole, rtol=1e-12)


def test_weights_that_overflow_cost_no_number_and_no_fault() -> None:
    network = made((12, 3, 2), ("relu", "identity"))
    found = along(network, "cross_entropy", TOY, 0, [0.0, 1e308, np.inf])
    assert np.isfinite(found[0]) and not np.isfinite(found[1:]).all()


def test_it_ends_when_nobody_waits() -> None:
    network, cancelled = made((12, 3, 2), ("sigmoid", "sigmoid")), threading.Event()
    cancelled.set()
    with pytest.raises(SurfaceCancelled):
        surface(network, "squared_error", TOY, (0, 1), [0.0], [0.0], cancelled)


def test_what_does_not_fit_is_refused() -> None:
    network = made((12, 3, 2), ("sigmoid", "sigmoid"))
    with pytest.raises(IndexError):
        along(network, "squared_error", TOY, 47, [0.0])
    with pytest.raises(ValueError, match="47 numbers"):
        along(network, "squared_error", TOY, np.zeros(5), [0.0])
    normalised = Network((12, 3, 2), ("sigmoid", "identity"), normalized=(True, False))
    with pytest.raises(ValueError, match="folded"):
        along(normalised, "cross_entropy", TOY, 0, [0.0])


def test_large_networks_are_measured_on_a_sample() -> None:
    images = Split(np.zeros((1000, 784), np.float32), np.arange(1000) % 10)
    assert len(landscape.sample_of(Network((784, 128, 10), ("relu", "identity")), images)) == landscape.MOST_IMAGES
    assert landscape.sample_of(Network((784, 2, 10), ("relu", "identity")), images) is images
    assert set(LOSSES) >= {"squared_error"}
