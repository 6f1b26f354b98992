"""The logits as sums of contributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.inspection.contributions import Question, contributions, ledger, rounded, usual_question
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network


def _network(sizes: tuple[int, ...], activation: str, output: str = "identity", normalized: bool = False) -> Network:
    hidden = len(sizes) - 2
    network = Network(sizes, (activation,) * hidden + (output,), normalized=(normalized,) * hidden + (False,))
    initialize(network, "he", np.random.default_rng(0))
    for biases in network.biases:
        biases[...] = np.random.default_rng(1).normal(size=biases.shape)
    return network


@pytest.mark.parametrize("output", ["identity", "sigmoid", "maxout3"])
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_they_add_up_to_the_logits(activation: str, output: str) -> None:
    network = _network((12, 300, 40, 5), activation, output)
    x = np.random.default_rng(2).uniform(size=12).astype(np.float32)
    found = contributions(network, x)
    assert found.layer == 1
    assert found.biases + found.parts.sum(axis=0) == pytest.approx(found.logits, abs=2e-5)
    for question in (Question(0), Question(3, 1), usual_question(found.logits)):
        column = ledger(found, question, 3)
        assert len(column.lines) <= 6
        assert abs(column.error) < 2e-5
        expected = found.logits[question.label] - (0 if question.against is None else found.logits[question.against])
        assert column.total == pytest.approx(expected, abs=1e-6)


def test_batch_normalisation_is_taken_in() -> None:
    network = _network((12, 7, 3), "relu", normalized=True)
    network.state[network.parameter_count :] = np.random.default_rng(4).uniform(0.5, 2, 14)
    x = np.linspace(0, 1, 12, dtype=np.float32)
    found = contributions(network, x)
    assert found.logits == pytest.approx(network.forward(x[np.newaxis])[0], abs=1e-5)
    assert found.biases + found.parts.sum(axis=0) == pytest.approx(found.logits, abs=1e-5)


def test_without_a_hidden_layer_the_pixels_contribute() -> None:
    network = _network((4, 2), "relu")
    x = np.array([1, 0, 0.5, 0], dtype=np.float32)
    found = contributions(network, x)
    assert found.layer == -1
    assert found.parts == pytest.approx(x[:, np.newaxis] * network.weights[0])


def test_a_column_worked_by_hand() -> None:
    network = Network((2, 3, 2), ("relu", "identity"))
    network.weights[0][...] = [[1, 0, -1], [0, 2, 0]]
    network.weights[1][...] = [[1, 0], [-1, 2], [5, 5]]
    network.biases[1][...] = [0.25, 0]
    column = ledger(contributions(network, np.array([1.0, 0.5], np.float32)), Question(0, 1), 1)
    assert column.bias == 0.25
    assert [(line.unit, line.activation, line.part) for line in column.lines] == [(0, 1.0, 1.0), (1, 1.0, -3.0)]
    assert (column.rest, column.rest_units, column.total) == (0.0, 0, -1.75)
    assert ledger(contributions(network, np.array([1.0, 0.5], np.float32)), Question(0, 1), 0).rest == -2.0


def test_lines_run_from_the_most_in_favour_to_the_most_against() -> None:
    network = _network((12, 40, 5), "tanh")
    column = ledger(contributions(network, np.ones(12, np.float32)), Question(2, 0))
    parts = [line.part for line in column.lines]
    assert parts == sorted(parts, reverse=True)


@given(st.integers(0, 1000), st.integers(0, 12), st.integers(1, 4))
def test_a_rounded_column_still_adds_up(seed: int, strongest: int, places: int) -> None:
    network = _network((6, 12, 4), "tanh")
    x = np.random.default_rng(seed).uniform(size=6).astype(np.float32)
    exact = ledger(contributions(network, x), Question(seed % 4), strongest)
    column = rounded(exact, places)
    units = 10**places
    total = sum(round(value * units) for value in (column.bias, column.rest, *(line.part for line in column.lines)))
    assert total == round(column.total * units)
    assert column.rest == pytest.approx(exact.rest, abs=(2 * strongest + 3) * 0.5 / units)


def test_the_usual_question_compares_the_answer_with_the_second() -> None:
    assert usual_question(np.array([0.1, 3.0, 2.0])) == Question(1, 2)
    assert usual_question(np.array([0.1])) == Question(0)
    assert usual_question(np.array([np.nan, 1.0, 0.0])) == Question(1, 2)
