"""The parts of an explanation put together, and what is laid over a drawing."""

import numpy as np
import pytest

from digitapp.inspection.attribution import MAPS
from digitapp.inspection.contributions import Question, contributions, usual_question
from digitapp.inspection.explanation import map_evidence, templates
from digitapp.inspection.overlay import change_map, outline
from digitapp.modelfile import load_model
from digitapp.nn.initializers import initialize
from digitapp.nn.network import Network


def test_the_shipped_toy_is_explained_whole() -> None:
    network = load_model("toy").network
    x = np.array([1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1], dtype=np.float32)
    question = usual_question(contributions(network, x).logits)
    found = map_evidence(network, x, question, (4, 3))
    assert [evidence.key for evidence in found] == list(MAPS)
    for evidence in found:
        assert evidence.randomisation.correlations.shape == (10,)
        assert len(evidence.deletion.shares) == np.count_nonzero(x) + 1
        assert (evidence.expected is None) == (evidence.key != "integrated")
    integrated = found[MAPS.index("integrated")]
    assert integrated.total == pytest.approx(integrated.expected, rel=0.01)
    again = map_evidence(network, x, question, (4, 3))
    assert np.array_equal(again[2].randomisation.correlations, found[2].randomisation.correlations)


def test_nothing_is_found_when_cancelled() -> None:
    assert map_evidence(load_model("toy").network, np.ones(12, np.float32), Question(0, 1), (4, 3), lambda: True) == []


def test_templates_of_the_first_layer_are_its_weights() -> None:
    network = Network((12, 6, 4, 2), ("gelu", "tanh", "identity"))
    initialize(network, "he", np.random.default_rng(0))
    x = np.ones(12, np.float32)
    first = templates(network, x, 0, [4, 1])
    assert first.images == pytest.approx(network.weights[0].T[[4, 1]])
    assert first.exact
    assert first.are_weights
    second = templates(network, x, 1, [0])
    assert second.images.shape == (1, 12)
    assert not second.exact
    assert templates(network, x, 1, []).images.shape == (0, 12)


def test_the_outline_of_one_pixel_has_four_sides_even_at_the_frame() -> None:
    ink = np.zeros((3, 4))
    ink[0, 0] = 1
    assert set(outline(ink)) == {(0, 0, 1, 0), (0, 1, 1, 1), (0, 0, 0, 1), (1, 0, 1, 1)}
    assert outline(np.zeros((3, 4))) == []
    assert len(outline(np.ones((3, 4)))) == 14


def test_ink_that_comes_is_orange_and_ink_that_goes_blue() -> None:
    colors = change_map([[0, 1, 1, 0.0]], [[1, 0, 1, 0.0]], "light").astype(int)[0]
    came, went, stayed, paper = colors
    assert came[0] > came[2] + 100
    assert went[2] > went[0] + 50
    assert stayed.max() < 40
    assert paper.tolist() == [255, 255, 255]
