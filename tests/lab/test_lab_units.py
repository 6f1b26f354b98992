"""Units and what becomes of them: curves, chains, zigzags, dead units; each against a count made another way."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from digitapp.datasets.toy import load_toy
from digitapp.lab.units import dying_units
from digitapp.lab.units.activation_curve import curve_facts, unit_at, unit_curve
from digitapp.lab.units.dying_units import RATES, Trial, dead_units
from digitapp.lab.units.gradient_chain import CLASSES, Chain, measure
from digitapp.lab.units.zigzag import BEST, Walk, fastest, loss_at, walk
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, Network, initialize
from digitapp.training.config import ConfigError

# Curves


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_slope_of_a_curve_is_its_central_difference(activation: str) -> None:
    places, step = np.linspace(-5.03, 5.01, 173), 1e-6  # corners lie between them
    curve = unit_curve(activation, places)
    rise = unit_curve(activation, places + step).values - unit_curve(activation, places - step).values
    np.testing.assert_allclose(curve.slopes, rise / (2 * step), atol=1e-4)
    assert unit_at(activation, float(places[7])) == (curve.values[7], curve.slopes[7])
    if len(curve.pieces):
        np.testing.assert_array_equal(curve.values, curve.pieces.max(axis=0))


def test_what_is_said_of_the_curves() -> None:
    facts = {key: curve_facts(key) for key in ACTIVATIONS}
    assert facts["sigmoid"].steepest == pytest.approx(0.25) and facts["tanh"].steepest == pytest.approx(1)
    assert [key for key, fact in facts.items() if fact.is_centred] == ["tanh", "scaled_tanh", "identity"]
    ends = {key: (round(fact.low, 2), round(fact.high, 2)) for key, fact in facts.items()}
    assert ends["sigmoid"] == (0, 1) and ends["relu"] == (0, math.inf) and ends["elu"] == (-1, math.inf)
    assert ends["leaky_relu"] == (-math.inf, math.inf) and ends["gelu"][0] == pytest.approx(-0.17)
    assert facts["relu"].flat_below == pytest.approx(0, abs=0.01) and facts["relu"].flat_above is None
    assert facts["identity"].flat_below is None and facts["step"].flat_above is not None
    # σ'(z) = 0.1 where σ = (1 ± √0.6) / 2.
    flat = facts["sigmoid"].flat_above
    assert flat is not None and flat == pytest.approx(math.log((1 + 0.6**0.5) / (1 - 0.6**0.5)), abs=0.01)


# Chains


@pytest.mark.parametrize("activation", [key for key in ACTIVATIONS if key != "step"])
@pytest.mark.parametrize("initializer", ["he", "glorot", "normal"])
def test_the_gradient_of_each_layer_is_its_central_difference(activation: str, initializer: str) -> None:
    chain = Chain(activation, initializer, layers=3, width=3, seed=5)
    network, (inputs, labels) = chain.network(), chain.batch()
    loss, step = LOSSES["cross_entropy"], 1e-6

    def cost() -> float:
        return loss.value_and_gradient(network.forward(inputs), labels)[0]

    expected = []
    for layer in range(chain.layers):
        slopes = []
        for place in np.ndindex(network.weights[layer].shape):
            before = network.weights[layer][place]
            network.weights[layer][place] = before + step
            above = cost()
            network.weights[layer][place] = before - step
            slopes.append((above - cost()) / (2 * step))
            network.weights[layer][place] = before
        expected.append(np.abs(slopes).mean())
    np.testing.assert_allclose(measure(chain).gradients, expected, rtol=2e-3, atol=1e-9)


def test_a_chain_tells_what_a_trace_of_the_network_tells() -> None:
    for activation in ACTIVATIONS:
        chain = Chain(activation, "lecun", layers=4, width=9, seed=2)
        reach, trace = measure(chain), chain.network().trace(chain.batch()[0])
        np.testing.assert_allclose(reach.means, [a.mean() for a in trace.activations[:-1]])
        np.testing.assert_allclose(reach.spreads, [a.std() for a in trace.activations[:-1]])


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "elu", "gelu", "maxout2"])
def test_what_travels_back_is_the_central_difference_of_each_sum(activation: str) -> None:
    chain, step = Chain(activation, "lecun", layers=2, width=4, seed=1), 1e-6
    network, (inputs, labels) = chain.network(), chain.batch()
    loss = LOSSES["cross_entropy"]

    def cost(layer: int, piece: int, change: float) -> float:
        values = inputs.T
        for index, each in enumerate(network.layers):
            z = each.weights.T @ values + each.biases[:, np.newaxis]
            if index == layer:
                z[piece] += change * shifted
            values = np.empty((each.units, len(inputs)))
            each.activation.value(z, values)
        return loss.value_and_gradient(values.T, labels)[0]

    for layer in range(2):
        slopes = []
        for piece in range(network.biases[layer].size):
            for sample in range(len(inputs)):
                shifted = np.zeros(len(inputs))
                shifted[sample] = 1
                slopes.append((cost(layer, piece, step) - cost(layer, piece, -step)) / (2 * step))
        expected = np.abs(slopes).mean() * len(inputs)
        assert measure(chain).deltas[layer] == pytest.approx(expected, rel=2e-3)


def test_gradients_vanish_behave_and_explode_as_the_papers_say() -> None:
    def share(activation: str, initializer: str) -> float:
        return measure(Chain(activation, initializer, layers=20, width=64)).share

    assert share("sigmoid", "glorot") < 1e-9  # a quarter at most gets through each layer
    assert 0.05 < share("tanh", "glorot") < 20
    assert 0.05 < share("relu", "he") < 20
    assert share("relu", "uniform") < 1e-4 and share("relu", "normal") > 1e6
    assert share("identity", "lecun") == pytest.approx(1, abs=0.9)
    spreads = measure(Chain("relu", "normal", layers=20, width=64)).spreads
    assert spreads[-1] > 1e10 * spreads[0]


@pytest.mark.parametrize("initializer", INITIALIZERS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_longest_chain_of_anything_warns_of_nothing(activation: str, initializer: str) -> None:
    reach = measure(Chain(activation, initializer, layers=50, width=16))
    assert reach.gradients.shape == reach.spreads.shape == (50,)
    assert (reach.gradients[np.isfinite(reach.gradients)] >= 0).all()


@pytest.mark.parametrize(
    "wrong", [{"layers": 0}, {"layers": 51}, {"width": 0}, {"activation": "no"}, {"initializer": "no"}, {"seed": -1}]
)
def test_a_chain_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError):
        Chain(**wrong)  # type: ignore[arg-type]
    assert CLASSES == 10


# Zigzag


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_a_walk_is_the_rule_written_out(batch_size: int) -> None:
    """For the whole set, each step is w ← w − η mean(x (x·w − t)); the path's losses are those of its places."""
    for mean in (0.0, 0.4, 1.0):
        plan = Walk(mean, 0.1, batch_size, steps=30, seed=3)
        path, inputs = walk(plan), plan.inputs()
        errors = (inputs @ (path.weights - BEST).T) ** 2 / 2
        np.testing.assert_allclose(path.losses, errors.mean(axis=0))
        if batch_size == 64:
            weights = path.weights[0]
            for place in path.weights[1:]:
                weights = weights - 0.1 * (inputs * (inputs @ (weights - BEST))[:, np.newaxis]).mean(axis=0)
                np.testing.assert_allclose(place, weights, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_where_all_inputs_are_positive_the_weights_move_together(seed: int) -> None:
    positive, centred = Walk(1.0, seed=seed), Walk(0.0, seed=seed)
    assert (positive.inputs() >= 0).all() and centred.inputs().mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    np.testing.assert_allclose(positive.inputs() - 1, centred.inputs())
    assert walk(positive).together == 1
    assert walk(centred).together < 0.75


def test_centred_inputs_are_faster_when_each_goes_at_its_own_best_rate() -> None:
    centred, positive = fastest(Walk(0.0)), fastest(Walk(1.0))
    assert centred is not None and positive is not None
    assert centred.steps * 2 < positive.steps and centred.highest > 3 * positive.highest
    counts = [walk(Walk(1.0, positive.rate, steps=200, order=order)).reached for order in range(5)]
    assert sorted(count for count in counts if count is not None)[2] == positive.steps


def test_a_walk_at_too_high_a_rate_ends_and_a_search_can_be_given_up() -> None:
    path = walk(Walk(1.0, 10.0, steps=1000))
    assert len(path.weights) < 1000 and np.isfinite(path.losses).all() and path.reached is None
    cancelled = threading.Event()
    cancelled.set()
    assert fastest(Walk(), cancelled=cancelled) is None
    assert loss_at(Walk(), BEST) == 0


# Dead units


def slopes_by_hand(network: Network, inputs: np.ndarray) -> list[np.ndarray]:
    """Return for each hidden unit its steepest slope over the samples, each found by a difference of its own output."""
    found, values = [], inputs.astype(np.float64)
    for layer in network.layers[:-1]:
        z = values @ layer.weights + layer.biases
        step = 1e-7
        outputs = [np.empty(z.shape) for _ in range(2)]
        for sign, out in zip((1, -1), outputs, strict=True):
            layer.activation.value(z + sign * step, out)
        found.append(np.abs((outputs[0] - outputs[1]) / (2 * step)).max(axis=0))
        values = np.empty_like(z)
        layer.activation.value(z, values)
    return found


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh", "elu", "softplus", "identity"])
def test_dead_units_are_those_without_a_slope_counted_one_by_one(activation: str) -> None:
    inputs = load_toy().train.inputs
    for seed in range(8):
        rng = np.random.default_rng(seed)
        network = Network((12, 9, 7, 2), (activation, activation, "identity"), np.float64)
        initialize(network, "normal", rng)
        for biases in network.biases[:-1]:
            biases[:] = rng.normal(0, 12, biases.shape)
        expected = np.concatenate(slopes_by_hand(network, inputs)) < dying_units.DEAD
        np.testing.assert_array_equal(dead_units(network, inputs), expected)
        if activation == "relu":
            outputs = network.trace(inputs).activations
            silent = np.concatenate([(a == 0).all(axis=0) for a in outputs[:-1]])
            np.testing.assert_array_equal(silent, expected)
            assert expected.any() or seed


def test_a_maxout_unit_never_dies() -> None:
    network = Network((12, 5, 2), ("maxout2", "identity"))
    network.biases[0][:] = -1e6
    assert not dead_units(network, load_toy().train.inputs).any()


def test_turned_up_far_enough_the_rate_kills_relus_and_no_others() -> None:
    trial = Trial(("relu", "leaky_relu", "maxout2"), units=12, epochs=2)
    result = dying_units.run_trial(trial, data=load_toy())
    assert result is not None and len(result.courses) == 3 * len(RATES)
    for course in result.courses.values():
        assert len(course.steps) == len(course.dead) and 0 <= course.accuracy <= 1
        if course.activation != "relu":
            assert not course.dead.any() and course.first_death is None
    dead = [int(course.dead[-1]) for course in result.of("relu")]
    assert dead[-1] > dead[0] == 0 and result.of("relu")[-1].first_death is not None
    safe = result.safe_rate("relu")
    assert safe is not None and safe < RATES[-1]
    assert (np.diff(result.courses["relu", RATES[-1]].dead) >= 0).all(), "what is dead stays dead"


def test_a_trial_can_be_given_up_and_tells_how_far_it_is() -> None:
    cancelled, told = threading.Event(), []

    def report(done: int, total: int) -> None:
        told.append((done, total))
        cancelled.set()

    assert dying_units.run_trial(Trial(("relu",), units=2, epochs=1), report, cancelled, load_toy()) is None
    assert told == [(1, len(RATES))]


@pytest.mark.parametrize("wrong", [{"activations": ()}, {"activations": ("no",)}, {"units": 0}, {"epochs": 21}])
def test_a_trial_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        Trial(**wrong)  # type: ignore[arg-type]
