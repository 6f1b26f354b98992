"""One way from what was drawn to an answer, for strokes, pictures, pixels and numbers."""

from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.problems import PROBLEMS
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.point import Point
from digitapp.drawing.preprocess import preprocess
from digitapp.drawing.render import CANVAS_PEN_WIDTH, render
from digitapp.drawing.samples import sample_three
from digitapp.modelfile import load_model
from digitapp.nn import Network
from digitapp.reading import prepare, read
from digitapp.recognition import Reason

SLIP = Drawing.from_points([[(0.5, 0.5)]])


def test_strokes_and_a_picture_of_them_take_the_road_and_are_answered() -> None:
    model = load_model("everyday")
    for ink in (sample_three(), render(sample_three(), CANVAS_PEN_WIDTH, 112)):
        prepared = prepare(ink)
        assert prepared.preprocessed is not None and prepared.inputs is not None
        np.testing.assert_array_equal(prepared.inputs, preprocess(ink).input.ravel())
        answer = read(model, prepared)
        assert (answer.label, answer.best, answer.reason, answer.is_refused) == (3, 3, None, False)
        assert answer.trace is not None and answer.probabilities is not None
        np.testing.assert_allclose(answer.probabilities, model.probabilities(prepared.inputs[np.newaxis])[0], rtol=1e-5)
        assert answer.seconds >= prepared.seconds > 0
        assert answer.preprocessed is prepared.preprocessed


def test_pixels_set_by_hand_are_the_input_themselves() -> None:
    sample = PROBLEMS["toy"].sample
    assert isinstance(sample, BinaryGrid)
    answer = read(load_model("toy"), prepare(sample))
    assert answer.inputs is not None and answer.preprocessed is None
    np.testing.assert_array_equal(answer.inputs, sample.to_vector())
    assert answer.label == 0


def test_numbers_are_the_input_themselves() -> None:
    network = Network((2, 2), ("identity",))
    network.weights[0][:] = np.eye(2)
    model = replace(load_model("toy"), network=network, loss="cross_entropy")
    assert read(model, prepare(Point((0.2, 0.7)))).label == 1
    assert read(model, prepare(Point((0.9, 0.7)))).label == 0


@pytest.mark.parametrize("ink", [Drawing(), SLIP, np.zeros((28, 28), np.float32), BinaryGrid.blank(4, 3), Point()])
def test_nothing_is_blank(ink: Drawing | np.ndarray | BinaryGrid | Point) -> None:
    answer = read(load_model("mnist"), prepare(ink))
    assert (answer.inputs, answer.best, answer.label, answer.trace, answer.probabilities) == (None,) * 5
    # A picture of nothing may be one of which nothing could be told.
    assert answer.reason is (Reason.NO_PAPER if isinstance(ink, np.ndarray) else Reason.BLANK)
    assert not answer.is_refused


def test_while_the_pen_moves_strokes_are_not_asked_for_reasons() -> None:
    two = Drawing.from_points([[(0.1, y) for y in (0.2, 0.5, 0.8)], [(0.9, y) for y in (0.2, 0.5, 0.8)]])
    model = load_model("everyday")
    settled, moving = read(model, prepare(two)), read(model, prepare(two), is_settled=False)
    assert settled.reason is Reason.SEVERAL_DIGITS and settled.digits == (1, 1)
    assert settled.is_refused and settled.label is None
    assert moving.reason is not Reason.SEVERAL_DIGITS and not moving.is_settled
    assert moving.best == settled.best
