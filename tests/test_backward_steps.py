"""Every number of a step of learning, compared with what a hand would compute from the formulas."""

import numpy as np
import pytest

from digitapp.inspection.backward_steps import sample_numbers, totals
from digitapp.inspection.cost_terms import cost_terms
from digitapp.inspection.walk import START, Grain, Kind, Place, Route, Stage, Stop, stops_of
from digitapp.nn import ACTIVATIONS, LOSSES, Network, initialize
from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import WeightRef


def a_network(activation: str, loss: str, seed: int, sizes: tuple[int, ...] = (5, 4, 3)) -> Network:
    network = Network(sizes, (*[activation] * (len(sizes) - 2), LOSSES[loss].output_activation), np.float64)
    initialize(network, "normal", np.random.default_rng(seed))
    network.parameters[network.weight_count :] = np.random.default_rng(seed + 1).normal(
        size=network.parameter_count - network.weight_count
    )
    return network


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", [key for key in ACTIVATIONS if key != "step"])
def test_the_numbers_follow_the_formulas(activation: str, loss: str) -> None:
    network = a_network(activation, loss, 7)
    x = np.random.default_rng(1).random(5)
    numbers = sample_numbers(network, loss, x, 2)
    reads = x
    for layer in numbers.layers:
        np.testing.assert_array_equal(layer.reads, reads)
        np.testing.assert_allclose(layer.adds.sum(axis=0) + layer.biases, layer.sums, atol=1e-13)
        np.testing.assert_allclose(layer.blame, layer.slopes * layer.locals, atol=1e-13)
        np.testing.assert_allclose(layer.weight_gradient, np.outer(layer.reads, layer.blame), atol=1e-13)
        reads = layer.activations
    below, above = numbers.layers
    np.testing.assert_allclose(below.slopes, above.passed_down.sum(axis=1), atol=1e-13)
    np.testing.assert_allclose(network.forward(x[np.newaxis])[0], above.activations, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_slopes_are_those_of_the_error(loss: str) -> None:
    """Each weight's slope beside the difference that the error itself makes."""
    network = a_network("sigmoid", loss, 3)
    x = np.random.default_rng(2).random(5)
    numbers = sample_numbers(network, loss, x, 1)
    for layer, found in enumerate(numbers.layers):
        for source, unit in np.ndindex(found.weights.shape):
            index = index_of(network, WeightRef(layer, source, unit))
            costs = []
            for shift in (1e-6, -1e-6):
                other = network.copy()
                other.parameters[index] += shift
                costs.append(sample_numbers(other, loss, x, 1).cost)
            assert (costs[0] - costs[1]) / 2e-6 == pytest.approx(found.weight_gradient[source, unit], abs=1e-8)


def test_the_total_is_the_sum_over_all_samples() -> None:
    network = a_network("tanh", "squared_error", 5)
    rng = np.random.default_rng(4)
    inputs, labels = rng.random((30, 5)), rng.integers(0, 3, 30)
    found = totals(network, "squared_error", inputs, labels)
    each = [sample_numbers(network, "squared_error", x, int(label)) for x, label in zip(inputs, labels, strict=True)]
    assert found.cost == pytest.approx(sum(one.cost for one in each), abs=1e-12)
    assert found.right == sum(one.answer == label for one, label in zip(each, labels, strict=True))
    assert found.answers.tolist() == [one.answer for one in each]


def test_numbers_that_are_none_are_told() -> None:
    network = a_network("relu", "cross_entropy", 1)
    network.parameters[0] = np.nan
    assert not sample_numbers(network, "cross_entropy", np.ones(5), 0).is_finite


def test_the_toy_has_eleven_stops_in_the_order_of_the_book() -> None:
    stops = stops_of(2)
    assert len(stops) == 11
    stages = [stop.stage for stop in stops]
    assert [stages.count(stage) for stage in Stage] == [5, 1, 4, 1]
    assert stages == sorted(stages, key=list(Stage).index)
    assert stops[9] == Stop(Kind.GRADIENTS, 0)


@pytest.mark.parametrize("grain", [Grain.TERM, Grain.UNIT, Grain.LAYER])
def test_back_visits_the_places_of_forward_in_reverse(grain: Grain) -> None:
    units = (3, 2)
    route = Route(stops_of(2), units, lambda stop, unit: 0 if stop.kind is Kind.ACTIVATIONS else 4 + unit)
    places: list[Place] = [START]
    while (following := route.following(places[-1], grain)) is not None:
        places.append(following)
    assert len(set(places)) == len(places)
    assert places[-1] == Place(10)
    back = [places[-1]]
    while (preceding := route.preceding(back[-1], grain)) is not None:
        back.append(preceding)
    assert back[::-1] == places
    fewest = {Grain.LAYER: 11, Grain.UNIT: 11 + 4 * 3 + 4 * 2, Grain.TERM: 50}[grain]
    assert len(places) >= fewest


def test_a_coarser_step_ends_the_stop_first() -> None:
    route = Route(stops_of(2), (3, 2), lambda _stop, _unit: 5)
    inside = Place(1, 1, 2)
    assert route.following(inside, Grain.LAYER) == Place(1)
    assert route.preceding(inside, Grain.LAYER) == Place(0)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("seed", range(5))
def test_the_terms_of_the_error_add_up_to_it(loss: str, seed: int) -> None:
    network = a_network("tanh", loss, seed)
    numbers = sample_numbers(network, loss, np.random.default_rng(seed).random(5), seed % 3)
    assert sum(term.value for term in cost_terms(loss, numbers)) == pytest.approx(numbers.cost, abs=1e-12)
