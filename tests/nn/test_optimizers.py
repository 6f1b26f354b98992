"""Optimisers: each against a second implementation of its paper, and down a ravine."""

import math

import numpy as np
import pytest

from digitapp.nn import OPTIMIZERS, REGULARIZERS

CURVATURE = np.array([1.0, 50.0])


def gradient_of_ravine(theta):
    """Gradient of ½ Σ c θ², fifty times steeper in one direction than in the other; the minimum is at zero."""
    return CURVATURE * theta


RATES = {
    "sgd": 0.03,
    "gradient_descent": 0.03,
    "genetic": 0.3,
    "momentum": 0.01,
    "averaged_momentum": 0.03,
    "nesterov": 0.01,
    "adagrad": 1.0,
    "adagrad_da": 1.0,
    "rprop": 0.1,
    "rmsprop": 0.05,
    "adadelta": 1.0,
    "adam": 0.05,
    "amsgrad": 0.05,
    "adamw": 0.05,
    "nadam": 0.05,
}


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimiser_reaches_the_bottom_of_a_ravine(key):
    theta = np.array([3.0, 1.0])
    optimizer = OPTIMIZERS[key](theta, **({"population": 8} if key == "genetic" else {}))

    for step in range(3000):
        rate = RATES[key] * (1 - step / 3000)
        optimizer.step(theta, gradient_of_ravine(theta), rate, lambda: 0.5 * CURVATURE.dot(theta**2))

    assert np.abs(theta).max() < 1e-3


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


def averaged_momentum(theta, gradients, alpha, mu=0.9):
    v = 0.0
    for g in gradients:
        v = mu * v + (1 - mu) * g
        theta = theta - alpha * v
    return theta


def nesterov(theta, gradients, alpha, mu=0.9):
    """Sutskever's form, which moves θ and looks ahead to φ = θ + μ v; the engine keeps φ."""
    v = 0.0
    for g in gradients:
        v_next = mu * v - alpha * g
        theta = theta + v_next + mu * (v_next - v)  # φ' − φ
        v = v_next
    return theta


def adagrad(theta, gradients, alpha, epsilon=1e-10):
    s = 0.0
    for g in gradients:
        s += g**2
        theta = theta - alpha * g / (math.sqrt(s) + epsilon)
    return theta


def adagrad_da(theta, gradients, alpha, epsilon=1e-10):
    """The sums anew at every step, as the paper has them; with one rate for all it may stand before the sum."""
    start = theta
    for t in range(1, len(gradients) + 1):
        so_far = gradients[:t]
        theta = start - alpha * sum(so_far) / (math.sqrt(sum(g**2 for g in so_far)) + epsilon)
    return theta


def rprop(theta, gradients, alpha, grow=1.2, shrink=0.5):
    size, last = alpha, 0.0
    for g in gradients:
        if last * g > 0:
            size = min(size * grow, 50 * alpha)
        elif last * g < 0:
            size, g = max(size * shrink, 1e-6 * alpha), 0.0
        theta = theta - math.copysign(size, g) * (g != 0)
        last = g
    return theta


def amsgrad(theta, gradients, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = v = largest = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        largest = max(largest, v)
        theta = theta - alpha * (m / (1 - beta1**t)) / (math.sqrt(largest / (1 - beta2**t)) + epsilon)
    return theta


def rmsprop(theta, gradients, alpha, rho=0.99, epsilon=1e-8):
    s = 0.0
    for g in gradients:
        s = rho * s + (1 - rho) * g**2
        theta = theta - alpha * g / (math.sqrt(s) + epsilon)
    return theta


def adadelta(theta, gradients, alpha, rho=0.95, epsilon=1e-6):
    s = d = 0.0
    for g in gradients:
        s = rho * s + (1 - rho) * g**2
        delta = math.sqrt(d + epsilon) / math.sqrt(s + epsilon) * g
        d = rho * d + (1 - rho) * delta**2
        theta = theta - alpha * delta
    return theta


def adamw(theta, gradients, alpha, decay=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8):
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        step = (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + epsilon)
        theta = theta - alpha * (step + decay * theta)
    return theta


def nadam(theta, gradients, alpha, beta1=0.9, beta2=0.999, epsilon=1e-8):
    def mu(t):
        return beta1 * (1 - 0.5 * 0.96 ** (0.004 * t))

    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        product = math.prod(mu(i) for i in range(1, t + 1))
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        theta = theta - alpha * ahead / (math.sqrt(v / (1 - beta2**t)) + epsilon)
    return theta


REFERENCES = {
    function.__name__: function
    for function in (
        sgd,
        momentum,
        averaged_momentum,
        nesterov,
        adagrad,
        adagrad_da,
        rprop,
        rmsprop,
        adadelta,
        adam,
        amsgrad,
        adamw,
        nadam,
    )
} | {"gradient_descent": sgd}


@pytest.mark.parametrize("key", REFERENCES)
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


def test_every_optimiser_has_a_reference_and_a_rate():
    assert set(RATES) == set(OPTIMIZERS)
    assert set(REFERENCES) == {key for key, optimizer in OPTIMIZERS.items() if optimizer.uses_gradient}


def test_options_have_names_defaults_and_ranges():
    theta = np.zeros(2)
    assert [option.name for option in OPTIMIZERS["adam"].options] == ["beta1", "beta2", "epsilon"]
    with pytest.raises(ValueError, match=r"momentum must be a number from 0 to 0\.9999"):
        OPTIMIZERS["momentum"](theta, momentum=1.5)
    with pytest.raises(ValueError, match="beta1"):
        OPTIMIZERS["sgd"](theta, beta1=0.5)


def test_dual_averaging_follows_a_schedule_to_zero_and_undoes_no_decay():
    rng = np.random.default_rng(3)
    gradients = rng.normal(size=(50, 4))
    theta = np.ones(4)
    optimizer = OPTIMIZERS["adagrad_da"](theta)

    for step, g in enumerate(gradients):
        theta *= 0.9
        optimizer.step(theta, g.copy(), 0.1 * (1 - step / 49))

    rates = 0.1 * (1 - np.arange(50) / 49)
    offsets = np.cumsum(rates[:, None] * gradients, axis=0) / np.sqrt(np.cumsum(gradients**2, axis=0))
    expected = np.ones(4)
    for before, offset in zip([np.zeros(4), *offsets], offsets, strict=False):
        expected = 0.9 * expected + before - offset
    np.testing.assert_allclose(theta, expected, rtol=1e-8)


def test_amsgrad_takes_smaller_steps_than_adam_after_a_large_gradient():
    moved = {}
    for key in ("adam", "amsgrad"):
        theta, before = np.zeros(1), np.zeros(1)
        optimizer = OPTIMIZERS[key](theta, beta2=0.9)
        for g in (10.0, *[0.1] * 100):
            before = theta.copy()
            optimizer.step(theta, np.array([g]), 0.01)
        moved[key] = (before - theta).item()
    assert 0 < moved["amsgrad"] < 0.1 * moved["adam"]


def test_rprop_sees_signs_alone():
    """Gradients a million times as large lead to the same place."""
    rng = np.random.default_rng(4)
    gradients = rng.normal(size=(60, 3))
    ends = []
    for scale in (1e-6, 1.0, 1e6):
        theta = np.zeros(3)
        optimizer = OPTIMIZERS["rprop"](theta)
        for g in gradients:
            optimizer.step(theta, g * scale, 0.01)
        ends.append(theta)
    np.testing.assert_array_equal(ends[0], ends[1])
    np.testing.assert_array_equal(ends[1], ends[2])


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


def test_the_genetic_algorithm_needs_losses_and_never_forgets_the_best():
    theta = np.array([3.0, 1.0])
    genetic = OPTIMIZERS["genetic"](theta, population=10)
    with pytest.raises(ValueError, match=r"cost\(\)"):
        genetic.step(theta, theta, 0.1)
    costs = []
    asked = 0

    def cost():
        nonlocal asked
        asked += 1
        return math.nan if asked % 10 == 4 else 0.5 * CURVATURE.dot(theta**2)

    for _ in range(50):
        genetic.step(theta, np.full(2, np.nan), 0.1, cost)
        costs.append(0.5 * CURVATURE.dot(theta**2))
    assert asked == 50 * 10
    assert (np.diff(costs) <= 0).all()
    assert costs[-1] < 0.1 * costs[0]
