"""Photographs of digits: whatever the light, the paper and the pen, the ink that comes out is that of the drawing."""

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from painted_photos import SCENES, photograph
from PIL import Image

from digitapp.drawing.components import brightest_near, darkest_near, pieces
from digitapp.drawing.files import read_drawings
from digitapp.drawing.images import ink_on_paper
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess
from digitapp.drawing.render import render
from digitapp.drawing.rules import without_rules
from digitapp.modelfile import load_model

TURN = np.linspace(0.2, 2 * np.pi, 40)
DIGITS = {
    "0": Drawing.from_points([np.stack([0.5 + 0.25 * np.sin(TURN), 0.5 - 0.38 * np.cos(TURN)], axis=1)]),
    "4": Drawing.from_points([[(0.4, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.62, 0.35), (0.62, 0.9)]]),
    "5": Drawing.from_points(
        [[(0.3, 0.22), (0.3, 0.5), (0.6, 0.5), (0.65, 0.7), (0.5, 0.88), (0.28, 0.8)], [(0.33, 0.15), (0.7, 0.13)]]
    ),
    "7": Drawing.from_points([[(0.3, 0.15), (0.7, 0.15), (0.45, 0.88)]]),
}


def colours(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(file)), dtype=np.float32) / 255


@pytest.mark.parametrize("name", SCENES)
def test_the_ink_of_a_photograph_is_that_of_the_drawing(name):
    for number, drawing in enumerate(DIGITS.values()):
        photo = photograph(drawing, SCENES[name], np.random.default_rng(number))
        read = preprocess(ink_on_paper(colours(photo)))
        meant = preprocess(drawing.normalised(0.7), 0.06)
        assert not read.is_empty
        alike = np.corrcoef(read.input.reshape(-1), meant.input.reshape(-1))[0, 1]
        assert alike > (0.6 if SCENES[name].tilt else 0.75), (name, number, alike)


@pytest.mark.long
def test_the_shipped_model_reads_photographs_as_well_as_drawings(pens_file):
    drawings = read_drawings(pens_file)[::270][:20]
    model = load_model("mnist")
    right = {"drawings": 0, "photographs": 0}
    for number, drawing in enumerate(drawings):
        scene = list(SCENES.values())[number % len(SCENES)]
        photo = photograph(drawing, scene, np.random.default_rng(number))
        for key, road in (
            ("drawings", preprocess(drawing.normalised(0.7), 0.07)),
            ("photographs", preprocess(ink_on_paper(colours(photo)))),
        ):
            right[key] += int(model.probabilities(road.input.reshape(1, -1)).argmax()) == drawing.label
    assert right["drawings"] >= 17
    assert right["photographs"] >= 0.9 * right["drawings"]


def picture(*, dark=True, extra=()):
    """Return a sheet of 300 × 400 pixels with a 4 of two strokes in its left part, and what else is on it."""
    ink = np.zeros((300, 400), dtype=np.float32)
    ink[40:240, 20:220] = render(DIGITS["4"], 0.07, 200)
    for top, left, bottom, right in extra:
        ink[top:bottom, left:right] = 1
    grey = 0.95 - 0.85 * ink
    return np.repeat((grey if dark else 1 - grey)[..., None], 3, axis=2).astype(np.float32)


def box(ink):
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    scale = 300 / ink.shape[0]
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]) * scale


@pytest.mark.parametrize("dark", [True, False])
def test_the_largest_ink_is_taken_whole_and_the_rest_is_not(dark):
    alone = box(ink_on_paper(picture(dark=dark)))
    beside = box(
        ink_on_paper(picture(dark=dark, extra=[(20, 350, 40, 380), (270, 300, 290, 390), (150, 300, 160, 310)]))
    )
    np.testing.assert_allclose(beside, alone, atol=2)
    assert alone[3] - alone[1] > 130  # both strokes


def test_a_second_digit_of_the_same_size_is_not_left_out():
    whole = box(ink_on_paper(picture(extra=[(75, 230, 215, 245)])))
    assert whole[2] > 240


def test_a_table_beside_the_paper_is_no_ink():
    sheet = picture()
    sheet[:, 330:] = 0.2
    np.testing.assert_allclose(box(ink_on_paper(sheet)), box(ink_on_paper(picture())), atol=2)


@pytest.mark.parametrize("colour", [(0.9, 0.2, 0.2), (0.2, 0.3, 0.9), (0.95, 0.75, 0.2), (0.2, 0.75, 0.3)])
def test_a_pen_of_any_colour(colour):
    ink = render(DIGITS["7"], 0.08, 200)[..., None]
    found = ink_on_paper((0.95 + ink * (np.array(colour) - 0.95)).astype(np.float32))
    assert np.abs(preprocess(found).input - preprocess(DIGITS["7"], 0.08).input).mean() < 0.03


def test_a_hair_thin_line_becomes_a_pens():
    thin = 1 - render(DIGITS["7"], 0.012, 500)
    found = preprocess(ink_on_paper(thin)).input
    assert found.max() > 0.9
    assert np.abs(found - preprocess(DIGITS["7"], 0.06).input).mean() < 0.03


@pytest.mark.parametrize("shape", [(1, 900), (900, 1), (70, 65), (2, 200)])
@pytest.mark.parametrize("kind", ["blank", "noise", "step"])
def test_pictures_of_nothing_and_of_odd_shapes_end_in_ink_or_none(shape, kind):
    rng = np.random.default_rng(0)
    sheet = np.full((*shape, 3), 0.5, dtype=np.float32)
    if kind == "noise":
        sheet += rng.normal(0, 0.1, sheet.shape).astype(np.float32)
    elif kind == "step":
        sheet[:, shape[1] // 2 :] = 0.9
    ink = ink_on_paper(sheet)
    assert ink.ndim == 2
    assert np.isfinite(ink).all()
    assert 0 <= ink.min() <= ink.max() <= 1
    if kind == "blank":
        assert not ink.any()


def test_rules_go_and_what_crosses_them_stays():
    x = np.arange(300)
    digit = np.zeros((200, 300), dtype=bool)
    digit[30:170, 140:152] = True  # down, across the rules
    mask = digit.copy()
    for start in (40, 80, 120, 160):
        row = np.rint(start + 0.05 * x).astype(int)
        mask[row, x] = mask[np.minimum(row + 1, 199), x] = True
    left = without_rules(mask)
    assert (left & digit).sum() == digit.sum()
    assert (left & ~digit).sum() < 0.05 * (mask & ~digit).sum()


def test_a_stroke_through_the_whole_picture_is_no_rule():
    mask = np.zeros((200, 200), dtype=bool)
    mask[90:110, 5:195] = True
    assert (without_rules(mask) == mask).all()


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_pieces_are_the_pixels_that_hang_together(mask):
    found = pieces(mask)
    reached = -np.ones(mask.shape, dtype=int)
    for start in zip(*np.nonzero(mask), strict=True):
        todo = [start] if reached[start] < 0 else []
        number = int(reached.max()) + 1
        while todo:
            row, column = todo.pop()
            inside = 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]
            if inside and mask[row, column] and reached[row, column] < 0:
                reached[row, column] = number
                todo += [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    np.testing.assert_array_equal(found.labels, reached + 1)
    for number, (left, top, right, bottom) in enumerate(found.boxes):
        rows, columns = np.nonzero(reached == number)
        assert (left, top, right, bottom) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert found.area[number] == len(rows)


@given(arrays(np.float32, (7, 9), elements=st.floats(0, 1, width=32)), st.integers(0, 5))
def test_neighbours_extremes(values, reach):
    for row, column in ((0, 0), (3, 4), (6, 8)):
        window = values[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1]
        assert brightest_near(values, reach)[row, column] == window.max()
        assert darkest_near(values, reach)[row, column] == window.min()


def test_a_small_digit_in_a_large_picture_is_cut_out_before_its_lines_are_widened() -> None:
    """The whole picture enlarged with it took seconds, of a strip of a thousand pixels twenty."""
    strip = np.ones((40, 1024), np.float32)
    strip[10:30, 500:502] = 0
    ink = ink_on_paper(strip)
    assert ink.max() > 0.9 and ink.size < 500_000
