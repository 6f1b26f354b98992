"""Nothing that a run keeps or computes stays denormal, whatever the optimiser: counted on data with rare pixels."""

from itertools import islice

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import Inputs, Problem
from digitapp.nn import ACTIVATIONS, LOSSES, OPTIMIZERS, Backpropagation, Network, initialize
from digitapp.nn.denormals import FLUSH_STEPS, dust_of, flush
from digitapp.training import BatchDone, TrainConfig
from digitapp.training.loop import Run, begin

PIXELS, CLASSES, BATCH = 40, 3, 4


def denormal(values):
    return (values != 0) & (np.abs(values) < np.finfo(values.dtype).tiny)


def rare_pixels(samples=8000):
    """Pictures whose second half of pixels is inked once in 500 steps each, the last never."""
    rng = np.random.default_rng(5)
    inputs = rng.random((samples, PIXELS), np.float32)
    inputs[:, PIXELS // 2 :] *= rng.random((samples, PIXELS // 2)) < 1 / 2000
    inputs[:, -1] = 0
    labels = inputs[:, :CLASSES].argmax(axis=1)
    problem = Problem("rare", "Rare", Inputs.POINTS, 1, PIXELS, tuple("abc"))
    return Dataset("rare", problem, Split(inputs, labels), Split(inputs[:8], labels[:8]))


DATA = rare_pixels()


def begun(initializer="he", normalized=False, activation="relu", **settings):
    network = Network((PIXELS, 6, CLASSES), (activation, "identity"), normalized=(normalized, False))
    initialize(network, initializer, np.random.default_rng(0))
    return begin(network, DATA, TrainConfig(batch_size=BATCH, **settings), np.random.default_rng(0))


def kept_by(run: Run):
    yield from (("network", run.network.state), *run.state.kept.items(), *run.state.optimizer.state.items())


def looks(run: Run, apart: int):
    """Yield after every so many steps of the run which of the values that it keeps are denormal, by name."""
    for event in run.events():
        if isinstance(event, BatchDone) and event.step % apart == 0:
            yield {name: denormal(values) for name, values in kept_by(run)}


@pytest.mark.parametrize("key", [key for key, optimizer in OPTIMIZERS.items() if not optimizer.whole_set])
def test_no_optimiser_leaves_denormal_numbers_behind(key):
    run = begun(optimizer=key, epochs=2, averaging=0.9, weight_decay=0.01)

    for found in islice(looks(run, 97), None if run.state.optimizer.uses_gradient else 1):  # generations take long
        assert {name for name, values in found.items() if values.any()} == set()

    gradient = Backpropagation(run.network, LOSSES["cross_entropy"], BATCH)
    gradient.inputs[:] = DATA.train.inputs[:BATCH]
    gradient()
    assert not denormal(gradient.gradient).any()


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [("momentum", "momentum", 0.5), ("nesterov", "momentum", 0.8), ("adadelta", "rho", 0.5), ("adam", "beta1", 0.5)],
)
def test_what_decays_fast_is_denormal_for_a_moment_only(key, name, value):
    run = begun(optimizer=key, epochs=2, optimizer_options={name: value})
    before = None

    for found in looks(run, FLUSH_STEPS + 1):
        assert before is None or not any((found[kept] & before[kept]).any() for kept in found)
        before = found


def test_weights_that_only_decay_become_zero():
    run = begun(optimizer="sgd", learning_rate=0.05, weight_decay=1.0, epochs=2)
    run.network.weights[0][-1] = 1e-10  # so small that what is left of it after 4,000 steps would be denormal

    found = list(looks(run, 50))

    assert not any(values["network"].any() for values in found)
    assert not run.network.weights[0][-1].any()


def test_the_variance_of_units_that_never_change_becomes_zero():
    run = begun("zeros", normalized=True, optimizer="sgd", learning_rate=1e-3, epochs=1)

    assert not any(values["network"].any() for values in looks(run, 100))


def test_flush_keeps_the_bytes_of_everything_else():
    values = np.array([0, 1e-45, -1e-39, 1e-33, -1e-31, 1, np.inf, -1e30], np.float32)
    many = np.tile(values, 10_000).reshape(2, -1)

    flush(many)

    expected = np.tile(np.array([0, 0, 0, 0, -1e-31, 1, np.inf, -1e30], np.float32), 10_000)
    np.testing.assert_array_equal(many.ravel(), expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dust_is_dropped_and_what_counts_keeps_its_digits(dtype):
    eps = float(np.finfo(dtype).eps)
    values = np.logspace(np.log10(eps) * 5, 0, 1000).astype(dtype)
    before = values.copy()

    values += dust_of(values.dtype)
    values -= dust_of(values.dtype)

    assert not values[before < eps**3 / 4].any()
    counted = before > eps**2
    np.testing.assert_allclose(values[counted], before[counted], rtol=2 * eps)
    np.testing.assert_allclose(values, before, rtol=2 * eps, atol=eps**3)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_a_sure_network_passes_no_denormal_gradient_back(loss):
    sure = np.linspace(-120, 120, 481, dtype=np.float32)
    outputs = np.stack([sure, -sure, np.zeros_like(sure)], axis=1)

    _, gradient = LOSSES[loss].value_and_gradient(outputs, np.zeros(len(sure), np.int64))

    assert not denormal(gradient).any()


@pytest.mark.parametrize("key", ["sigmoid", "tanh", "elu", "softplus", "gelu", "scaled_tanh"])
def test_a_saturated_unit_gives_no_denormal_activation_or_slope(key):
    z = np.linspace(-120, 120, 4801, dtype=np.float32)
    a, slope = np.empty_like(z), np.empty_like(z)

    ACTIVATIONS[key].value(z, a)
    ACTIVATIONS[key].derivative(z, a, slope)

    assert not denormal(a).any()
    assert not denormal(slope).any()
