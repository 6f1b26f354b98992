"""A unit's dossier, against networks worked out by hand."""

import numpy as np
import pytest

from digitapp.inspection.dossier import (
    UnitAnswer,
    UnitFacts,
    answer_from_trace,
    facts_from_answers,
    layer_chunks,
    unit_votes,
    votes,
)
from digitapp.inspection.unit_images import projected_images
from digitapp.nn.network import Network


@pytest.fixture
def small() -> Network:
    """2-2-2: z₀ = x₀ − x₁ + 0.5, z₁ = x₁ − 1, ReLU, logits (2a₀ − a₁ + 0.25, −a₀ + 3a₁)."""
    network = Network((2, 2, 2), ("relu", "identity"))
    network.weights[0][...] = [[1, 0], [-1, 1]]
    network.biases[0][...] = [0.5, -1]
    network.weights[1][...] = [[2, -1], [-1, 3]]
    network.biases[1][...] = [0.25, 0]
    return network


@pytest.fixture
def deep() -> Network:
    """1-2-1-2: a = relu(x), relu(−x); b = relu(a₀ + 2a₁ − 1); logits (3b, −b)."""
    network = Network((1, 2, 1, 2), ("relu", "relu", "identity"))
    network.weights[0][...] = [[1, -1]]
    network.weights[1][...] = [[1], [2]]
    network.biases[1][...] = [-1]
    network.weights[2][...] = [[3, -1]]
    return network


def unit_answer(network: Network, layer: int, unit: int, *x: float) -> UnitAnswer:
    return answer_from_trace(network, layer, unit, network.trace([x]))


def test_the_last_hidden_layer_votes_with_its_outgoing_weights(small: Network) -> None:
    assert votes(small, 0).tolist() == [[2, -1], [-1, 3]]


def test_its_contributions_add_up_to_the_logits(small: Network) -> None:
    answers = [unit_answer(small, 0, unit, 1.0, 1.25) for unit in (0, 1)]  # z = (0.25, 0.25)
    assert (answers[0].pre_activation, answers[0].activation) == (0.25, 0.25)
    contributions = [answer.contributions for answer in answers]
    assert contributions[0] is not None and contributions[0].tolist() == [0.5, -0.25]
    assert contributions[1] is not None and contributions[1].tolist() == [-0.25, 0.75]
    assert answers[0].logits.tolist() == [0.5 - 0.25 + 0.25, -0.25 + 0.75]


def test_a_sleeping_unit_adds_nothing(small: Network) -> None:
    answer = unit_answer(small, 0, 0, 0.0, 1.0)
    assert (answer.pre_activation, answer.activation) == (-0.5, 0)
    assert answer.contributions is not None and not answer.contributions.any()


def test_an_earlier_layer_votes_along_its_paths(deep: Network) -> None:
    assert votes(deep, 0).tolist() == [[3, -1], [6, -2]]
    assert votes(deep, 1).tolist() == [[3, -1]]


def test_its_contribution_is_what_the_logits_lose_without_it(deep: Network) -> None:
    # x = 3: a = (3, 0), b = relu(3 − 1) = 2, logits (6, −2); without a₀ b sleeps: relu(−1) = 0. Not 3 × path weight 3.
    answer = unit_answer(deep, 0, 0, 3.0)
    assert answer.activation == 3 and answer.logits.tolist() == [6, -2]
    assert answer.contributions is not None and answer.contributions.tolist() == [6, -2]


def test_a_unit_of_the_output_layer_has_a_logit_and_no_votes(deep: Network) -> None:
    answer = unit_answer(deep, 2, 1, 3.0)
    assert answer.contributions is None and answer.pre_activation == -2
    with pytest.raises(ValueError, match="not a hidden layer"):
        votes(deep, 2)


def test_votes_and_answers_do_not_change_with_the_network(small: Network) -> None:
    cast, answer = votes(small, 0), unit_answer(small, 0, 0, 1.0, 1.0)
    logits = answer.logits.tolist()
    small.parameters[:] = 9
    assert cast.tolist() == [[2, -1], [-1, 3]] and answer.logits.tolist() == logits


def test_what_does_not_exist_is_refused(small: Network) -> None:
    with pytest.raises(ValueError, match="layers 0 to 1"):
        unit_votes(small, 2, 0)
    with pytest.raises(ValueError, match="units 0 to 1"):
        next(layer_chunks(small, 0, np.zeros((1, 2), dtype=np.float32), 2))


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("unit", [None, 0])
def test_chunks_are_the_trace_cut_into_pieces(layer: int, unit: int | None) -> None:
    rng = np.random.default_rng(0)
    network = Network((4, 3, 5, 2), ("tanh", "relu", "identity"))
    network.parameters[:] = rng.normal(size=network.parameter_count)
    inputs = rng.normal(size=(10, 4)).astype(np.float32)
    parts = list(layer_chunks(network, layer, inputs, unit, chunk=4))
    assert [part.start for part in parts] == [0, 4, 8]
    whole = network.trace(inputs)
    units = slice(None) if unit is None else slice(unit, unit + 1)
    for name in ("pre_activations", "activations"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_allclose(joined, getattr(whole, name)[layer][:, units], rtol=1e-5, atol=1e-6)


# One input, one ReLU unit with z = x: the answers are the inputs.
INPUTS = np.array([[-2], [0.5], [3], [-0.25], [1], [3]], dtype=np.float32)
LABELS = np.array([0, 1, 1, 0, 1, 2])


@pytest.fixture
def echo() -> Network:
    network = Network((1, 1, 4), ("relu", "identity"))
    network.weights[0][...] = 1
    return network


def unit_facts(network: Network, *, examples: int, bins: int) -> UnitFacts:
    (answers,) = layer_chunks(network, 0, INPUTS, 0)
    sums, activations = answers.pre_activations[:, 0], answers.activations[:, 0]
    return facts_from_answers(sums, activations, LABELS, 4, examples=examples, bins=bins)


def test_facts_of_a_unit(echo: Network) -> None:
    facts = unit_facts(echo, examples=2, bins=5)
    assert facts.samples == 6 and facts.awake_share == pytest.approx(4 / 6)
    np.testing.assert_allclose(facts.class_means, [0, 1.5, 3, np.nan])
    assert facts.loudest_classes.tolist() == [2, 1, 0]  # class 3 has no samples
    assert facts.most.tolist() == [2, 5] and facts.least.tolist() == [0, 3] and facts.threshold.tolist() == [3, 1]
    # Five bins of one width with an edge at 0: two below, three above.
    np.testing.assert_allclose(facts.edges, [-2, -1, 0, 1, 2, 3])
    assert facts.histogram.tolist() == [[1, 1, 0, 0, 0], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]]


def test_few_samples_and_equal_answers_are_no_trouble() -> None:
    facts = facts_from_answers(np.zeros(2), np.zeros(2), np.array([0, 0]), 1, examples=7, bins=4)
    assert facts.most.tolist() == [0, 1] and facts.histogram.sum() == 2 and facts.edges.tolist()[0] == -0.5


def test_answers_that_are_no_numbers_have_no_facts(echo: Network) -> None:
    echo.weights[0][...] = np.nan
    with pytest.raises(ValueError, match="finite"):
        unit_facts(echo, examples=2, bins=5)


@pytest.mark.parametrize("normalized", [(False, False, False), (True, True, False)])
def test_maxout_and_normalised_networks_can_be_looked_into(normalized):
    network = Network((6, 4, 3, 2), ("maxout2", "maxout3", "identity"), normalized=normalized)
    rng = np.random.default_rng(0)
    network.state[:] = rng.uniform(0.2, 1.0, network.state.size)
    for weights in network.weights:
        weights[:] = rng.normal(size=weights.shape)
    x = rng.random((5, 6), dtype=np.float32)
    trace = network.trace(x)

    for layer in (0, 1):
        for unit in (None, 2):
            (chunk,) = layer_chunks(network, layer, x, unit)
            expected = trace.activations[layer][:, slice(None) if unit is None else slice(unit, unit + 1)]
            np.testing.assert_allclose(chunk.activations, expected, rtol=1e-4, atol=1e-5)
        assert unit_votes(network, layer, 1).shape == (2,)
        assert projected_images(network, layer, 2, 3).shape == (network.sizes[layer + 1], 2, 3)
    silenced = network.copy()
    silenced.layers[1].weights[1] = 0
    answer = unit_answer(network, 0, 1, *x[0])
    assert answer.contributions is not None
    drop = trace.pre_activations[-1][0] - silenced.trace(x[:1]).pre_activations[-1][0]
    np.testing.assert_allclose(answer.contributions, drop, rtol=1e-3, atol=1e-4)


def test_the_votes_of_one_unit_are_its_row_of_all_votes(small: Network, deep: Network) -> None:
    for network in (small, deep):
        for layer in range(len(network.weights) - 1):
            every = votes(network, layer)
            for unit in range(len(every)):
                np.testing.assert_allclose(unit_votes(network, layer, unit), every[unit])
    with pytest.raises(ValueError, match="not a hidden layer"):
        unit_votes(small, 1, 0)
    with pytest.raises(ValueError, match="unit 2 does not exist"):
        unit_votes(small, 0, 2)
