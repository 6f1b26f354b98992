"""Strokes and drawings are values: valid, unchanging, cheap to extend."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.drawing.ink import Box, Drawing, Stroke, StrokeBuilder

coordinates = st.floats(-1e4, 1e4, width=32)
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=20)


def test_pressure_is_one_where_it_is_left_out():
    assert Stroke([[0.1, 0.2], [0.3, 0.4]]).points == pytest.approx(np.array([[0.1, 0.2, 1], [0.3, 0.4, 1]]))


@pytest.mark.parametrize(
    "bad", [[], [[1.0]], [[1, 2, 0.5, 4]], [1, 2], [[np.nan, 0]], [[0, np.inf]], [[0, 0, 1.5]], [[0, 0, -0.1]]]
)
def test_a_stroke_refuses_what_is_none(bad):
    with pytest.raises(ValueError, match="stroke"):
        Stroke(bad)


def test_a_stroke_is_its_own_copy_and_cannot_be_changed():
    mine = np.array([[0.1, 0.2, 1.0]], dtype=np.float32)
    stroke = Stroke(mine)
    mine[0] = 9
    assert stroke.points[0, 0] == np.float32(0.1)
    with pytest.raises(ValueError, match="read-only"):
        stroke.points[0, 0] = 5


def test_strokes_compare_by_their_points():
    assert Stroke([[1, 2]]) == Stroke([[1, 2, 1]])
    assert hash(Stroke([[1, 2]])) == hash(Stroke([[1, 2, 1]]))
    assert Stroke([[1, 2]]) != Stroke([[1, 3]])


def test_a_builder_hands_out_strokes_that_stay_as_they_were():
    builder = StrokeBuilder()
    builder.append(0.0, 0.5)
    first = builder.stroke()
    for i in range(1, 1000):
        builder.append(i / 1000, 0.5, 2.0)
    assert len(first) == 1
    assert len(builder.stroke()) == len(builder) == 1000
    assert np.array_equal(builder.stroke().points[:, 0], np.float32(np.arange(1000) / 1000))
    assert builder.stroke().points[:, 2].max() == 1


def test_an_unfinished_stroke_shares_the_builders_memory():
    builder = StrokeBuilder()
    for i in range(100):
        builder.append(i, 0)
    assert np.shares_memory(builder.stroke().points, builder.stroke().points)


def test_a_builder_refuses_what_is_no_point():
    builder = StrokeBuilder()
    with pytest.raises(ValueError, match="at least one point"):
        builder.stroke()
    with pytest.raises(ValueError, match="finite"):
        builder.append(float("nan"), 0)


def test_edits_return_new_drawings_that_share_strokes():
    one, two = Stroke([[0, 0], [1, 1]]), Stroke([[0, 1]])
    drawing = Drawing((one,), label=7)
    more = drawing.with_stroke(two)
    assert drawing.strokes == (one,)
    assert more.strokes == (one, two)
    assert more.strokes[0] is one
    assert more.label == 7
    assert more.without_stroke() == drawing
    assert more.without_stroke(0).strokes == (two,)
    assert more.point_count == 3
    with pytest.raises(IndexError):
        drawing.without_stroke(1)


def test_the_bounding_box_holds_the_ink_and_not_only_the_points():
    drawing = Drawing.from_points([[[0.2, 0.3, 1.0], [0.6, 0.5, 0.5]]])
    assert Drawing().bounding_box() is None
    assert drawing.bounding_box() == pytest.approx(Box(0.2, 0.3, 0.6, 0.5))
    assert drawing.bounding_box(0.2) == pytest.approx(Box(0.1, 0.2, 0.65, 0.55))


def test_a_drawing_is_transformed_by_an_affine_matrix():
    turned = Drawing.from_points([[[1, 0, 0.5]]], label=4).transformed([[0, -1, 5], [1, 0, 6]])
    assert turned.strokes[0].points.tolist() == [[5, 7, 0.5]]
    assert turned.label == 4


@given(points)
def test_a_normalised_drawing_stands_in_the_middle_of_the_canvas(stroke):
    drawing = Drawing.from_points([stroke])
    before, after = drawing.bounding_box(), drawing.normalised(0.7).bounding_box()
    assert before is not None
    assert after is not None
    if before.longer_side > 0.01:
        assert after.longer_side == pytest.approx(0.7, rel=1e-4)
    assert after.centre == pytest.approx((0.5, 0.5), abs=0.01)
