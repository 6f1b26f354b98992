"""Ink on the picture: as wide and as long as it should be, without gaps, whatever the size."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import Ink, rasterise, render


def line(*points):
    return Drawing.from_points([points])


@pytest.mark.parametrize("size", [28, 112, 400])
def test_the_ink_covers_the_area_of_a_round_capped_line(size):
    picture = render(line((0.2, 0.3), (0.8, 0.7)), 0.1, size)
    area = np.hypot(0.6, 0.4) * 0.1 + np.pi * 0.05**2
    assert picture.sum() / size**2 == pytest.approx(area, rel=0.01)
    assert picture.dtype == np.float32
    assert picture.min() == 0
    assert picture.max() == 1


@pytest.mark.parametrize("pen_width", [0.002, 0.005, 0.02])
def test_a_line_thinner_than_a_pixel_is_as_faint_as_it_is_thin(pen_width):
    picture = render(line((0.2, 0.51), (0.8, 0.51)), pen_width, 50)
    assert picture[:, 20:30].sum() / 10 == pytest.approx(pen_width * 50, rel=0.03)


def test_a_fast_pen_leaves_no_gaps():
    slow = line(*[(0.1 + 0.8 * t, 0.2 + 0.5 * t) for t in np.linspace(0, 1, 1000)])
    fast = line((0.1, 0.2), (0.9, 0.7))
    assert np.abs(render(slow, 0.03, 100) - render(fast, 0.03, 100)).max() < 0.02


def test_a_dot_is_a_disc():
    picture = render(line((0.5, 0.5)), 0.4, 100)
    assert picture.sum() / 100**2 == pytest.approx(np.pi * 0.2**2, rel=0.01)
    assert np.allclose(picture, picture.T, atol=1e-5)


def test_pressure_makes_the_line_wider():
    picture = render(line((0.1, 0.5, 0.2), (0.9, 0.5, 1.0)), 0.2, 100)
    widths = picture.sum(axis=0)
    assert widths[20] == pytest.approx(20 * 0.3, abs=1)
    assert widths[80] == pytest.approx(20 * 0.9, abs=1)


def test_strokes_are_not_joined_and_do_not_add_up():
    apart = Drawing.from_points([[(0.1, 0.1), (0.3, 0.1)], [(0.1, 0.9), (0.3, 0.9)]])
    assert render(apart, 0.05, 100)[20:80].max() == 0
    twice = Drawing.from_points([[(0.1, 0.1), (0.3, 0.1)]] * 2)
    assert np.array_equal(render(twice, 0.05, 100), render(twice.without_stroke(), 0.05, 100))


def test_x_grows_to_the_right_and_y_downwards():
    picture = render(line((0.9, 0.1)), 0.1, 20)
    assert picture[2, 18] > 0.5
    assert picture[18, 2] == 0


def test_what_lies_beside_the_canvas_is_cut_off():
    wide = render(line((-5.0, 0.5), (7.0, 0.5)), 0.1, 50)
    assert np.allclose(wide[25], 1)
    assert wide.sum() / 50**2 == pytest.approx(0.1, rel=0.01)
    assert render(line((3.0, 3.0), (9.0, 4.0)), 0.1, 50).max() == 0
    assert render(Drawing(), 0.1, 50).max() == 0


@given(st.lists(st.tuples(st.floats(-1e30, 1e30), st.floats(-1e30, 1e30)), min_size=1, max_size=6))
def test_no_coordinates_break_it(points):
    picture = render(line(*points), 0.05, 28)
    assert np.isfinite(picture).all()
    assert 0 <= picture.min() <= picture.max() <= 1


def test_many_pictures_at_once_are_those_one_by_one():
    rng = np.random.default_rng(3)
    n = 40
    ink = Ink(
        rng.uniform(0, 40, n), rng.uniform(0, 40, n), rng.uniform(0.5, 5, n), np.arange(n) // 4, np.arange(n) // 8
    )
    together = rasterise(ink, 5, 40)
    for index in range(5):
        part = slice(8 * index, 8 * index + 8)
        own = Ink(ink.x[part], ink.y[part], ink.radius[part], ink.stroke[part], np.zeros(8, dtype=np.intp))
        assert np.allclose(together[index], rasterise(own, 1, 40)[0], atol=1e-6)


@pytest.mark.parametrize("pen_width", [0, -1, np.nan, np.inf])
def test_a_pen_without_width_is_refused(pen_width):
    with pytest.raises(ValueError, match="pen width"):
        render(line((0, 0)), pen_width, 28)


def test_a_picture_without_pixels_is_refused():
    with pytest.raises(ValueError, match="at least 1 pixel"):
        render(line((0, 0)), 0.1, 0)
