"""What is answered, what is refused and why, by a network made by hand that knows upright lines and circles."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from digitapp import reading
from digitapp.calibration import Calibration
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.modelfile import Model, load_model
from digitapp.nn import Network
from digitapp.reading import Answer, prepare
from digitapp.recognition import Reason, judge, parts_of

DIGITS = tuple("0123456789")
PEN = 0.06


def lines_and_circles() -> Model:
    """A network without hidden layers: 1 is ink in the middle columns, 0 ink on a ring, all else is none of them."""
    network = Network((784, 10), ("identity",))
    row, column = np.mgrid[:28, :28] - 13.5
    radius = np.hypot(row, column)
    network.weights[0][:, 1] = np.where(np.abs(column) < 3, 0.3, -1.5).ravel()
    network.weights[0][:, 0] = np.where((radius > 6.5) & (radius < 11), 0.2, -0.6).ravel()
    return Model(network, "cross_entropy", "mnist", DIGITS, "mnist", calibration=Calibration(1, 0.6))


def line(x: float = 0.5, top: float = 0.2, bottom: float = 0.8) -> np.ndarray:
    return np.linspace((x, top), (x, bottom), 20)


def circle(x: float = 0.5, y: float = 0.5, radius: float = 0.3) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 40)
    return np.stack([x + radius * np.sin(turn), y - radius * np.cos(turn)], axis=1)


def read(*strokes: np.ndarray, model: Model | None = None) -> Answer:
    return reading.read(model or lines_and_circles(), prepare(Drawing.from_points(strokes), PEN))


def test_digits_are_answered():
    assert (read(line()).label, read(line()).reason) == (1, None)
    assert (read(circle()).label, read(circle()).reason) == (0, None)


def test_nothing_and_a_slip_of_the_pen_are_blank():
    for drawing in (Drawing(), Drawing.from_points([[(0.5, 0.5)]])):
        found = reading.read(lines_and_circles(), prepare(drawing, PEN))
        assert (found.label, found.best, found.probabilities, found.reason) == (None, None, None, Reason.BLANK)


def test_two_digits_are_found_from_left_to_right_whatever_was_written_first():
    for strokes in ((line(0.15), circle(0.6)), (circle(0.6), line(0.15))):
        found = read(*strokes)
        assert found.label is None
        assert (found.reason, found.digits) == (Reason.SEVERAL_DIGITS, (1, 0))
        assert found.probabilities is not None


def test_three_digits_and_digits_one_above_the_other():
    assert read(line(0.1), circle(0.45, radius=0.25), line(0.9)).digits == (1, 0, 1)
    assert read(circle(0.5, 0.2, 0.2), line(0.5, 0.55, 0.95)).digits == (0, 1)


def test_digits_that_touch_are_parted_where_the_pen_began_anew():
    touching = line(0.2), circle(0.44, radius=0.22)
    assert len(parts_of(Drawing.from_points(touching))) == 1
    found = read(*touching)
    assert (found.reason, found.digits) == (Reason.SEVERAL_DIGITS, (1, 0))


@pytest.mark.parametrize("corners", [4, 6, 8])
@pytest.mark.parametrize("width", [0.2, 0.35, 0.5])
def test_the_sides_of_an_angular_zero_are_no_digits_of_their_own(corners: int, width: float):
    model = load_model("everyday")
    turn = np.pi * (2 * np.arange(corners + 1) + 1) / corners
    outline = np.stack([width / 2 * np.sin(turn), -0.3 * np.cos(turn)], axis=1) / np.cos(np.pi / corners) + 0.5
    for first in range(corners):
        around = np.roll(outline[:-1], first, axis=0)
        sides = [np.stack(side) for side in pairwise([*around, around[0]])]
        for strokes in (
            sides,
            [np.concatenate(sides[:2]), *sides[2:]],
            [np.linspace(side[0], side[1], 15) for side in sides],
        ):
            assert read(*strokes, model=model).reason != Reason.SEVERAL_DIGITS


def test_digits_side_by_side_in_an_image():
    image = render(Drawing.from_points([line(0.15), circle(0.6)]), PEN, 112)
    found = reading.read(lines_and_circles(), prepare(image))
    assert (found.reason, found.digits) == (Reason.SEVERAL_DIGITS, (1, 0))


def test_a_scribble_has_too_much_line():
    zigzag = np.array([(0.2 + 0.6 * (i % 2), 0.2 + 0.04 * i) for i in range(16)])
    assert read(zigzag).reason == Reason.SCRIBBLE


def test_a_line_gone_over_many_times_is_read_if_the_network_is_certain():
    retraced = np.concatenate([line()[:: 1 - 2 * (i % 2)] for i in range(9)])
    certain, less = lines_and_circles(), replace(lines_and_circles(), calibration=Calibration(8.0, 0.3))
    assert read(retraced, model=certain).label == 1
    found = read(retraced, model=less)
    assert (found.best, found.reason) == (1, Reason.SCRIBBLE)
    assert read(line(), model=less).label == 1


def test_a_line_that_lies_is_flat():
    assert read(line()[:, ::-1]).reason == Reason.FLAT


def test_a_network_that_wavers_says_between_what():
    model = lines_and_circles()
    outputs = np.zeros(10, np.float32)
    outputs[[4, 9]] = 5.0, 5.1
    found = judge(model, outputs, None)
    assert (found.label, found.best) == (None, 9)
    assert (found.reason, found.digits) == (Reason.WAVERING, (9, 4))


def test_what_is_like_nothing_says_so():
    cross = (np.array([(0.2, 0.2), (0.8, 0.8)]), np.array([(0.8, 0.2), (0.2, 0.8)]))
    found = read(*cross)
    assert (found.label, found.reason, found.digits) == (None, Reason.UNLIKE, ())
    assert found.best is not None


def test_without_a_threshold_nothing_is_refused_but_blank():
    model = replace(lines_and_circles(), calibration=Calibration(1.0))
    assert read(line(0.15), circle(0.6), model=model).label is not None
    assert reading.read(model, prepare(Drawing(), PEN)).reason == Reason.BLANK


def test_numbers_that_are_not_finite_are_no_answer():
    model = lines_and_circles()
    model.network.biases[0][3] = np.nan
    found = read(line(), model=model)
    assert (found.label, found.best, found.reason) == (None, None, Reason.NOT_FINITE)


def test_the_temperature_reaches_the_probabilities():
    cold, warm = (replace(lines_and_circles(), calibration=Calibration(t, 0.15)) for t in (1.0, 20.0))
    first, second = read(line(), model=cold), read(line(), model=warm)
    assert first.probabilities is not None and second.probabilities is not None
    assert first.label == second.label == 1
    assert first.probabilities[1] > second.probabilities[1]


@pytest.mark.parametrize("count", [1, 13, 40])
def test_a_single_stroke_and_very_many_are_one_part(count):
    drawing = Drawing.from_points([line(0.1 + 0.02 * i) for i in range(count)])
    assert parts_of(drawing) == [drawing]


def test_parts_hold_every_stroke_once():
    drawing = Drawing.from_points([line(0.1), line(0.9), line(0.12), circle(0.5, radius=0.1)])
    parts = parts_of(drawing)
    assert [len(part.strokes) for part in parts] == [2, 1, 1]
    assert {stroke for part in parts for stroke in part.strokes} == set(drawing.strokes)
