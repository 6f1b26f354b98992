"""The network: one vector and its views, the forward pass, copies."""

import copy
import pickle

import numpy as np
import pytest
from numpy.typing import DTypeLike

from digitapp.nn import ACTIVATIONS, INITIALIZERS, Network, initialize


def make(dtype: DTypeLike = np.float32):
    network = Network((3, 4, 4, 1), ["tanh", "relu", "sigmoid"], dtype)
    initialize(network, "glorot", np.random.default_rng(1))
    return network


def test_three_inputs_and_layers_4_4_1_have_41_parameters():
    """Stanford CS231n, "Neural Networks Part 1": 9 units, 32 weights and 9 biases."""
    network = make()

    assert sum(network.sizes[1:]) == 9
    assert sum(weights.size for weights in network.weights) == network.weight_count == 32
    assert sum(biases.size for biases in network.biases) == 9
    assert network.parameter_count == network.parameters.size == 41


def test_views_share_the_vector_and_cover_it_once():
    network = make()
    network.parameters[:] = 0
    for view in (*network.weights, *network.biases):
        assert np.shares_memory(view, network.parameters)
        view += 1

    assert network.parameters.flags.c_contiguous
    np.testing.assert_array_equal(network.parameters, 1)
    network.weight_vector[:] = 5
    assert all((weights == 5).all() for weights in network.weights)
    assert all((biases == 1).all() for biases in network.biases)
    assert [weights.shape for weights in network.weights] == [(3, 4), (4, 4), (4, 1)]


def test_forward_is_what_the_formula_says():
    network = make(np.float64)
    x = np.random.default_rng(2).normal(size=(5, 3))

    first = np.tanh(x @ network.weights[0] + network.biases[0])
    second = np.maximum(first @ network.weights[1] + network.biases[1], 0)
    last = second @ network.weights[2] + network.biases[2]
    trace = network.trace(x)

    np.testing.assert_allclose(network.forward(x), 1 / (1 + np.exp(-last)), rtol=1e-12)
    np.testing.assert_allclose(trace.activations[1], second, rtol=1e-12)
    np.testing.assert_allclose(trace.pre_activations[2], last, rtol=1e-12)
    assert [a.shape for a in trace.activations] == [(5, 4), (5, 4), (5, 1)]


def test_forward_gives_new_arrays_and_takes_no_samples():
    network = make()
    first = network.forward(np.ones((2, 3)))
    kept = first.copy()

    network.forward(np.zeros((2, 3)))

    np.testing.assert_array_equal(first, kept)
    assert network.forward(np.empty((0, 3))).shape == (0, 1)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (1, 2, 3)])
def test_forward_refuses_other_shapes(shape):
    with pytest.raises(ValueError, match=r"\(batch, 3\)"):
        make().forward(np.zeros(shape))


@pytest.mark.parametrize(
    "duplicate", [Network.copy, copy.copy, copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))]
)
def test_copies_are_equal_and_independent(duplicate):
    network = make()
    other = duplicate(network)
    assert other.parameters.tobytes() == network.parameters.tobytes()
    assert (other.sizes, other.activations, other.dtype) == (network.sizes, network.activations, network.dtype)

    before = network.forward(np.ones((1, 3)))
    other.parameters[:] = 0

    np.testing.assert_array_equal(network.forward(np.ones((1, 3))), before)
    assert other.weights[0].max() == 0


@pytest.mark.parametrize(
    ("sizes", "activations", "message"),
    [
        ((3,), [], "two or more"),
        ((3, 0, 1), ["relu", "relu"], "at least 1"),
        ((3, 2, 1), ["relu"], "2 activations"),
        ((3, 1), ["swoosh"], "swoosh"),
    ],
)
def test_a_network_that_cannot_be_is_refused(sizes, activations, message):
    with pytest.raises(ValueError, match=message):
        Network(sizes, activations)


FORMULAS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "gelu": lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "scaled_tanh": lambda z: 1.7159 * np.tanh(2 / 3 * z),
    "step": lambda z: np.where(z > 0, 1, 0),
    **dict.fromkeys(("maxout2", "maxout3", "maxout5"), lambda z: z),  # here of one piece; see test_maxout.py
}


@pytest.mark.parametrize("key", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activations_equal_their_formula(key, dtype):
    z = np.linspace(-6, 6, 101, dtype=dtype).reshape(1, -1)
    out = np.empty_like(z)

    ACTIVATIONS[key].value(z, out)

    np.testing.assert_allclose(out, FORMULAS[key](z.astype(np.float64)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("key", ACTIVATIONS)
def test_activations_stay_finite_far_out(key):
    z = np.array([[-1e4, -100.0, 100.0, 1e4]], np.float32)
    a, slope = np.empty_like(z), np.empty_like(z)

    ACTIVATIONS[key].value(z, a)
    ACTIVATIONS[key].derivative(z, a, slope)

    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    ("key", "variance"),
    [("he", 2 / 300), ("glorot", 2 / 500), ("lecun", 1 / 300), ("normal", 1.0), ("uniform", 1 / 900), ("zeros", 0.0)],
)
def test_initialisers_have_their_published_variance(key, variance):
    assert set(INITIALIZERS) == {"he", "glorot", "lecun", "normal", "uniform", "zeros"}
    network = Network((300, 200), ["identity"])
    network.parameters[:] = 7
    initialize(network, key, np.random.default_rng(0))

    assert network.weights[0].var() == pytest.approx(variance, rel=0.02)
    assert abs(network.weights[0].mean()) < 3 * np.sqrt(variance / 60_000) + 1e-12
    assert not network.biases[0].any()


def test_a_float32_network_starts_as_the_rounded_float64_one():
    single, double = (Network((6, 5, 2), ["relu", "identity"], dtype) for dtype in (np.float32, np.float64))
    initialize(single, "he", np.random.default_rng(5))
    initialize(double, "he", np.random.default_rng(5))

    np.testing.assert_array_equal(single.parameters, double.parameters.astype(np.float32))
