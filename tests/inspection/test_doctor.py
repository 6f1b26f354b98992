"""The doctor and the map, with classifiers whose answers are known."""

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import ALL_STEPS, Steps, preprocess
from digitapp.drawing.render import render
from digitapp.inspection.digit_measures import ALL_DIGITS, Measure, measure_digits
from digitapp.inspection.doctor import (
    NO_STEPS,
    STEP_NAMES,
    Comparison,
    Reading,
    Remedy,
    compare,
    examine,
    find,
    manageable,
    straightened,
    stretched,
    transformed,
)
from digitapp.inspection.flip_map import SHIFTS, TURNS, flip_map, shifted
from digitapp.modelfile import load_model

DIGITS = tuple("0123456789")
SEVEN = Drawing.from_points([[(0.35, 0.3), (0.62, 0.3), (0.48, 0.7)]])
LINE = Drawing.from_points([[(0.5, 0.2), (0.5, 0.8)]])


def by(rule):
    """A classifier of ten classes from a function of one picture: 0.9 for its class, the rest shared."""

    def classify(inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        probabilities = np.full((len(inputs), 10), 0.1 / 9)
        for row, picture in enumerate(inputs.reshape(-1, 28, 28)):
            probabilities[row, rule(picture)] = 0.9
        return probabilities

    return classify


def heights(picture: NDArray) -> int:
    """1 for ink 20 pixels high, 2 for more, 3 for less."""
    rows = np.flatnonzero(picture.max(axis=1) > 0.2)
    height = rows[-1] - rows[0] + 1 if len(rows) else 0
    return 1 if 19 <= height <= 21 else 2 if height > 21 else 3


def leans(picture: NDArray) -> int:
    """4 for a digit that leans by more than 20 degrees, 5 else."""
    return 4 if abs(measure_digits(picture[None])[0, 1]) > 20 else 5


def test_each_step_is_left_out_once():
    found = examine(SEVEN, 0.06, by(heights), DIGITS)
    assert set(found.other) == set(STEP_NAMES)
    assert found.reading.label == 1
    assert found.other["shrink"].label == 2
    assert found.other["crop"].label == 3
    assert {found.other[name].label for name in ("pen", "centre", "grey")} == {1}
    assert set(found.deciding_steps) == {"crop", "shrink"}
    assert found.unprepared.label == 3
    expected = preprocess(SEVEN, 0.06, steps=Steps(crop=False)).input
    np.testing.assert_array_equal(found.other["crop"].input, expected)
    np.testing.assert_array_equal(found.unprepared.input, preprocess(SEVEN, 0.06, steps=NO_STEPS).input)


def test_a_step_left_out_is_taken_in_the_other_reading():
    found = examine(SEVEN, 0.06, by(heights), DIGITS, Steps(shrink=False))
    assert found.reading.label == 2
    assert found.other["shrink"].label == 1
    assert found.deciding_steps == ("crop",)  # without that one too, the whole canvas fills the input


def test_a_known_road_is_not_taken_again():
    road = preprocess(SEVEN, 0.06)
    assert examine(SEVEN, 0.06, by(heights), DIGITS, ALL_STEPS, road).road is road


def test_an_image_has_no_pen():
    found = examine(render(SEVEN, 0.02, 100), 0.06, by(heights), DIGITS)
    assert "pen" not in found.other
    assert found.reading.label == 1
    assert Measure.STROKE_WIDTH not in found.remedies


@pytest.mark.parametrize("source", [Drawing(), np.zeros((50, 50), dtype=np.float32)])
def test_blank_paper_is_not_examined(source):
    found = examine(source, 0.06, by(heights), DIGITS)
    assert (found.reading.label, found.comparisons, found.finding) == (None, (), None)
    assert found.reading.confidence == 0


def test_ink_beside_the_canvas_is_lost_without_the_crop():
    beside = SEVEN.transformed([[1, 0, 3], [0, 1, 0]])
    found = examine(beside, 0.06, by(heights), DIGITS)
    assert found.reading.label == 1
    assert found.other["crop"].label is None


def test_numbers_that_are_not_finite_are_no_answer():
    found = examine(SEVEN, 0.06, lambda inputs: np.full((len(inputs), 10), np.nan), DIGITS)
    assert found.reading.label is None
    assert {comparison.class_name for comparison in found.comparisons} == {ALL_DIGITS}


def test_a_leaning_digit_is_found_and_straightened():
    leaning = LINE.transformed([[1, -1, 0.5], [0, 1, 0]])  # 45 degrees to the right
    found = examine(leaning, 0.08, by(leans), DIGITS)
    assert found.reading.label == 4
    assert found.finding is not None
    assert (found.finding.measure, found.finding.is_above) == (Measure.SLANT, True)
    assert found.finding.class_name == "4"
    assert found.finding.read == pytest.approx(45, abs=2)


def test_a_thin_pen_is_found_and_the_typical_one_suggested():
    found = examine(LINE, 0.03, by(heights), DIGITS, Steps(pen=False))
    assert found.finding is not None
    assert (found.finding.measure, found.finding.is_above) == (Measure.STROKE_WIDTH, False)
    remedied = preprocess(LINE, found.remedies[Measure.STROKE_WIDTH].pen_width, steps=Steps(pen=False))
    (width,) = measure_digits(remedied.input[None])[:, 0]
    assert width == pytest.approx(2.36, abs=0.25)


def test_a_remedy_that_changes_the_answer_matters_more_than_one_further_out():
    now = Reading(np.zeros((28, 28), dtype=np.float32), np.array([0.6, 0.4]))

    def remedy(measure: Measure, probabilities: list[float]) -> Remedy:
        return Remedy(measure, LINE, 0.06, Reading(now.input, np.array(probabilities)))

    width = Comparison(Measure.STROKE_WIDTH, 1.0, 1.0, 0.5, ALL_DIGITS)
    slant = Comparison(Measure.SLANT, 60.0, 60.0, 98.0, "0")
    usual = Comparison(Measure.ASPECT, 0.7, 0.7, 50.0, "0")
    stays, flips = remedy(Measure.STROKE_WIDTH, [0.7, 0.3]), remedy(Measure.SLANT, [0.2, 0.8])
    assert find(now, (width, slant, usual), {Measure.STROKE_WIDTH: stays, Measure.SLANT: flips}) is slant
    assert find(now, (width, slant, usual), {Measure.STROKE_WIDTH: stays}) is width
    assert find(now, (width, slant, usual), {}) is width
    assert find(now, (usual,), {}) is None


def test_size_and_place_are_usual_to_a_fraction_of_a_pixel():
    assert not compare(Measure.SIZE, 12.0, 19.5, "3").is_unusual
    assert compare(Measure.SIZE, 12.0, 12.0, "3").is_unusual
    assert not compare(Measure.OFFSET, 5.0, 0.0, "3").is_unusual
    assert compare(Measure.OFFSET, 5.0, 5.0, "3").is_above


@pytest.mark.parametrize("slant", [-30, 20])
@pytest.mark.parametrize("as_image", [False, True])
def test_straightening_reaches_its_target(slant, as_image):
    leaning = SEVEN.transformed([[1, -np.tan(np.radians(slant)), 0.2], [0, 1, 0]])
    source = render(leaning.normalised(0.6), 0.06, 120) if as_image else leaning
    road = preprocess(source)
    (before,) = measure_digits(road.input[None])[:, 1]
    for target in (0.0, 10.0):
        after = measure_digits(preprocess(straightened(source, road, before, target)).input[None])[0, 1]
        assert after == pytest.approx(target, abs=3)


def test_stretching_keeps_the_area_and_loses_no_ink():
    road = preprocess(SEVEN)
    before, after = SEVEN.bounding_box(), stretched(SEVEN, road, 4.0)
    assert isinstance(after, Drawing)
    box = after.bounding_box()
    assert before is not None and box is not None
    assert (box.width, box.height) == pytest.approx((before.width * 2, before.height / 2), rel=1e-5)
    image = render(SEVEN, 0.06, 60)
    wide = stretched(image, preprocess(image), 4.0)
    assert isinstance(wide, np.ndarray)
    assert wide.shape == (60, 120)
    assert wide.sum() == pytest.approx(image.sum(), rel=0.03)


def test_a_turned_image_keeps_all_of_its_ink():
    image = np.ones((10, 40), dtype=np.float32)
    turned = transformed(image, preprocess(image), [[0, -1], [1, 0]])
    assert isinstance(turned, np.ndarray)
    assert turned.shape == (40, 40)
    assert turned.sum() == pytest.approx(400, rel=0.1)
    assert turned[:, 15:25].sum() > 0.95 * turned.sum()


def test_large_images_are_examined_smaller():
    image = np.zeros((1000, 500), dtype=np.float32)
    image[200:800, 200:300] = 1
    small = manageable(image)
    assert small.shape == (400, 200)
    assert small.mean() == pytest.approx(image.mean(), rel=1e-3)
    assert manageable(small) is small


# The map


def test_shifts_move_the_picture_and_lose_what_leaves_it():
    picture = np.arange(9, dtype=np.float32).reshape(3, 3)
    np.testing.assert_array_equal(shifted(picture, 1, "across"), [[0, 0, 1], [0, 3, 4], [0, 6, 7]])
    np.testing.assert_array_equal(shifted(picture, -1, "down"), [[3, 4, 5], [6, 7, 8], [0, 0, 0]])
    np.testing.assert_array_equal(shifted(picture, 0, "down"), picture)
    assert not shifted(picture, 5, "across").any()


def columns(picture: NDArray) -> int:
    """7 where the ink stands in the middle four columns, 8 else."""
    middle = picture[:, 12:17].sum()
    return 7 if middle > 0.9 * picture.sum() else 8


def test_the_map_says_where_the_answer_flips():
    found = flip_map(LINE, 0.06, preprocess(LINE, 0.06), by(columns))
    assert found is not None
    assert found.labels.shape == (len(TURNS), len(SHIFTS))
    assert found.answer == 7
    assert found.origin == (TURNS.index(0), SHIFTS.index(0))
    left, right = found.holding_shifts()
    assert -3 < left <= right < 3
    back, forth = found.holding_turns()
    assert back == -forth and 0 < forth < 30
    assert found.own[found.origin] == pytest.approx(0.9)
    assert found.probabilities.min() == pytest.approx(0.9)
    assert found.own[0, 0] == pytest.approx(0.1 / 9)


def test_a_line_shifted_along_itself_stays():
    found = flip_map(LINE, 0.06, preprocess(LINE, 0.06), by(columns), direction="down")
    assert found is not None
    assert found.holding_shifts() == (SHIFTS[0], SHIFTS[-1])


@pytest.mark.parametrize("as_image", [False, True])
def test_turns_are_clockwise(as_image):
    source = render(LINE, 0.06, 100) if as_image else LINE
    seen: list[NDArray] = []

    def classify(inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        seen.append(inputs.reshape(-1, 28, 28))
        return np.full((len(inputs), 2), 0.5)

    flip_map(source, 0.06, preprocess(source, 0.06), classify, shifts=(0,), turns=(-30, 0, 30))
    slants = measure_digits(seen[0])[:, 1]
    assert slants == pytest.approx([-30, 0, 30], abs=2)


def test_a_cancelled_map_ends():
    cancelled = threading.Event()
    cancelled.set()
    assert flip_map(LINE, 0.06, preprocess(LINE), by(columns), cancelled=cancelled) is None


def test_a_map_of_numbers_that_are_not_finite():
    found = flip_map(LINE, 0.06, preprocess(LINE), lambda inputs: np.full((len(inputs), 3), np.nan), turns=(0,))
    assert found is not None
    assert found.answer == -1
    assert (found.labels == -1).all()


def test_the_road_decides_for_a_small_digit_in_a_corner():
    """The complaint this is about: the same digit, merely shrunk, is misread."""
    model = load_model("mnist")
    corner = SEVEN.transformed([[0.35, 0, 0.6], [0, 0.35, 0.6]])
    found = examine(corner, 0.03, model.probabilities, model.class_names)
    assert found.reading.label == 7
    assert found.unprepared.label != 7
