"""One scale for the weights of a network: round, wide enough, and the same whoever asks."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digitapp.inspection.colors import nice_limit, symmetric_limit
from digitapp.inspection.weight_scale import weight_limit
from digitapp.nn.network import Network


def made(sizes: tuple[int, ...], seed: int, activation: str = "sigmoid", spread: float = 1.0) -> Network:
    network = Network(sizes, [activation] * (len(sizes) - 1))
    network.parameters[:] = np.random.default_rng(seed).normal(0, spread, network.parameter_count)
    return network


@given(
    st.lists(st.integers(1, 9), max_size=3),
    st.integers(0, 99),
    st.sampled_from(["sigmoid", "maxout2"]),
    st.floats(1e-3, 1e3),
)
def test_in_a_small_network_every_hidden_weight_is_within_one_scale(
    hidden: list[int], seed: int, activation: str, spread: float
) -> None:
    network = made((12, *hidden, 2), seed, activation, spread)
    limits = [weight_limit(network, layer) for layer in range(len(network.weights))]
    assert len(set(limits[:-1])) <= 1
    for weights, limit in zip(network.unit_weights, limits, strict=True):
        assert np.abs(weights).max() <= limit * (1 + 1e-6)
    together = network.unit_weights[:-1] or network.unit_weights
    assert limits[0] == nice_limit(max(float(np.abs(weights).max()) for weights in together))


def test_in_a_large_network_each_layer_has_its_own_and_one_wild_weight_does_not_bleach_the_others() -> None:
    network = made((784, 30, 20, 10), 0)
    network.weights[1][:] *= 0.1
    network.weights[0][3, 3] = 1000
    assert weight_limit(network, 0) == symmetric_limit(network.weights[0]) < 10
    assert weight_limit(network, 1) == symmetric_limit(network.weights[1]) < 0.5


def test_weights_that_are_no_numbers_have_no_say() -> None:
    network = made((12, 3, 2), 0)
    before = weight_limit(network, 0)
    network.weights[0][0, 0] = np.nan
    assert weight_limit(network, 0) <= before
    network.parameters[:] = np.nan
    assert weight_limit(network, 0) == 1.0


def test_the_sample_of_a_large_layer_sees_every_pixel() -> None:
    """1,800 units of 784 weights: every twenty-first weight would meet a seventh of the pixels alone."""
    weights = np.zeros((784, 1800), dtype=np.float32)
    weights[5] = 3.0  # one pixel in 784: more than the share that a scale leaves out is 0.5 %, this is 0.13 %
    weights[5:13] = 3.0  # eight pixels: 1 %
    assert symmetric_limit(weights) == 3.0
    assert symmetric_limit(np.asfortranarray(weights)) == 3.0
