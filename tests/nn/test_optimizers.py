"""Optimisers: each against a second implementation of its paper, and down a ravine."""

import math

import numpy as np
import pytest

from digitapp.nn import OPTIMIZERS, REGULARIZERS

CURVATURE = np.array([1.0, 50.0])


def gradient_of_ravine(theta):
    """Gradient of ½ Σ c θ², fifty times steeper in one direction than in the other; the minimum is at zero."""
    return CURVATURE * theta


RATES = {"sgd": 0.03, "momentum": 0.01, "adam": 0.05}


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimiser_reaches_the_bottom_of_a_ravine(key):
    theta = np.array([3.0, 1.0])
    optimizer = OPTIMIZERS[key](theta)

    for _ in range(2000):
        optimizer.step(theta, gradient_of_ravine(theta), RATES[key])

    assert np.abs(theta).max() < 1e-4


def sgd(theta, gradients, alpha):
    for g in gradients:
        theta = theta - alpha * g
    return theta


def momentum(theta, gradients, alpha, mu=0.9):
    v = 0.0
    for g in gradients:
        v = mu * v - alpha * g
        theta = theta + v
    return theta


def adam(theta, gradients, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        theta = theta - alpha * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + epsilon)
    return theta


REFERENCES = {"sgd": sgd, "momentum": momentum, "adam": adam}


@pytest.mark.parametrize("key", OPTIMIZERS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-5)])
def test_every_optimiser_equals_its_paper_over_100_steps(key, dtype, tolerance):
    rng = np.random.default_rng(7)
    start = rng.normal(size=5)
    gradients = rng.normal(size=(100, 5)) * np.array([1e-4, 1e-2, 1, 10, 0])
    theta = start.astype(dtype)
    optimizer = OPTIMIZERS[key](theta)

    for g in gradients.astype(dtype):
        optimizer.step(theta, g.copy(), 0.01)

    expected = [REFERENCES[key](value, column, 0.01) for value, column in zip(start, gradients.T, strict=True)]
    np.testing.assert_allclose(theta, expected, rtol=tolerance, atol=tolerance)
    assert optimizer.steps == 100


def test_options_have_names_defaults_and_ranges():
    theta = np.zeros(2)
    assert [option.name for option in OPTIMIZERS["adam"].options] == ["beta1", "beta2", "epsilon"]
    with pytest.raises(ValueError, match=r"momentum must be a number from 0 to 0\.9999"):
        OPTIMIZERS["momentum"](theta, momentum=1.5)
    with pytest.raises(ValueError, match="beta1"):
        OPTIMIZERS["sgd"](theta, beta1=0.5)


def test_weight_decay_is_apart_from_the_gradient_and_equals_l2_for_sgd():
    """Loshchilov, Hutter (2019), proposition 1."""
    rng = np.random.default_rng(1)
    gradient = rng.normal(size=4)
    decayed, penalised = np.ones(4), np.ones(4)

    REGULARIZERS["weight_decay"].shrink(decayed, 0.1, learning_rate=0.5)
    OPTIMIZERS["sgd"](decayed).step(decayed, gradient.copy(), 0.5)
    with_penalty = gradient.copy()
    REGULARIZERS["l2"].add_gradient(penalised, 0.1, with_penalty)
    OPTIMIZERS["sgd"](penalised).step(penalised, with_penalty, 0.5)

    np.testing.assert_allclose(decayed, penalised, rtol=1e-12)


def test_registry_entries_describe_themselves():
    for entry in (*OPTIMIZERS.values(), *REGULARIZERS.values()):
        assert entry.title
        assert entry.summary.endswith(".")
        for option in entry.options:
            assert option.allows(option.default)
