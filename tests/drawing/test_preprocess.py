"""The road: position and size leave no trace, MNIST's images come back, and hardly any ink is no digit."""

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import (
    THICKEST_PEN,
    THINNEST_PEN,
    Steps,
    finished_otherwise,
    preprocess,
    preprocess_drawings,
)
from digitapp.drawing.render import render

THREE = Drawing.from_points(
    [
        [
            (0.3, 0.3),
            (0.5, 0.2),
            (0.65, 0.3),
            (0.6, 0.42),
            (0.45, 0.48),
            (0.65, 0.6),
            (0.6, 0.75),
            (0.4, 0.8),
            (0.3, 0.72),
        ]
    ]
)


def centre_of_mass(picture):
    indices = np.arange(picture.shape[0])
    return picture.sum(axis=0) @ indices / picture.sum(), picture.sum(axis=1) @ indices / picture.sum()


def test_every_picture_has_its_shape_and_range():
    road = preprocess(THREE, 0.06)
    shapes = {"ink": (112, 112), "crop": (80, 80), "shrunk": (20, 20), "centred": (28, 28), "input": (28, 28)}
    for name, shape in shapes.items():
        picture = getattr(road, name)
        assert picture.shape == shape
        assert picture.dtype == np.float32
        assert 0 <= picture.min() <= picture.max() <= 1
        assert picture.max() > 0.95
    assert not road.is_empty


def test_the_digit_is_20_pixels_high_and_its_mass_in_the_middle():
    road = preprocess(THREE, 0.06)
    rows = np.flatnonzero(road.shrunk.sum(axis=1) > 0.05)
    assert (rows[0], rows[-1]) == (0, 19)
    assert centre_of_mass(road.input) == pytest.approx((14, 14), abs=0.13)


def test_the_guides_are_in_canvas_units():
    road = preprocess(THREE, 0.06)
    assert road.bounding_box == pytest.approx(THREE.bounding_box(0.06), abs=1e-6)
    assert road.centre_of_mass is not None
    x, y = centre_of_mass(road.ink)
    assert road.centre_of_mass == pytest.approx(((x + 0.5) / 112, (y + 0.5) / 112), abs=0.003)


@settings(deadline=None)
@given(st.floats(0.05, 3), st.floats(-2, 2), st.floats(-2, 2))
def test_size_and_position_do_not_matter(scale, x, y):
    moved = THREE.transformed([[scale, 0, x], [0, scale, y]])
    difference = np.abs(preprocess(moved, 0.06 * scale).input - preprocess(THREE, 0.06).input)
    assert difference.mean() < 0.01  # a rounding may move it by the quarter of a pixel
    assert difference.max() < 0.35


def test_a_wider_pen_makes_a_darker_input():
    thin, thick = (preprocess(THREE, width).input.sum() for width in (0.02, 0.1))
    assert thick > 2 * thin


@pytest.mark.parametrize(
    "drawing",
    [Drawing(), Drawing.from_points([[(0.5, 0.5)]]), Drawing.from_points([[(0.5, 0.5), (0.51, 0.5)]])],
    ids=["blank", "dot", "slip"],
)
def test_hardly_any_ink_is_empty(drawing):
    road = preprocess(drawing, 0.06)
    assert road.is_empty
    assert road.input.max() == 0
    assert road.ink.shape == (112, 112)
    assert (road.bounding_box is None) == drawing.is_empty


def test_a_small_one_is_not_empty():
    assert not preprocess(Drawing.from_points([[(0.5, 0.5), (0.5, 0.56)]]), 0.02).is_empty


def test_many_drawings_are_read_as_one_by_one():
    small = THREE.transformed([[0.3, 0, 0.1], [0, 0.3, 0.2]])
    line = Drawing.from_points([[(0.1, 0.1), (0.9, 0.4)], [(0.5, 0.5)]])
    drawings, widths = [THREE, Drawing(), small, line], [0.06, 0.06, 0.02, 0.1]
    inputs = preprocess_drawings(drawings, widths)
    assert inputs.shape == (4, 28, 28)
    for drawing, width, picture in zip(drawings, widths, inputs, strict=True):
        assert np.allclose(picture, preprocess(drawing, width).input, atol=1e-5)
    assert preprocess_drawings([], []).shape == (0, 28, 28)
    with pytest.raises(ValueError, match="as many pen widths"):
        preprocess_drawings([THREE], [])


def test_real_mnist_images_come_back_as_they_are(mnist_dir):
    with gzip.open(mnist_dir / "train-images-idx3-ubyte.gz") as file:
        pixels = file.read(16 + 1000 * 784)[16:]
    images = np.frombuffer(pixels, np.uint8).reshape(-1, 28, 28).astype(np.float32) / 255
    differences = [np.abs(preprocess(image).input - image).mean() for image in images]
    assert np.mean(differences) < 1e-4
    assert np.count_nonzero(differences) <= 2  # those that MNIST's own frame cut off


def test_a_rendered_picture_goes_the_way_of_its_strokes():
    road = preprocess(THREE, 0.06)
    from_pixels = preprocess(preprocess(THREE, 0.06).ink)
    assert np.abs(from_pixels.input - road.input).mean() < 0.03
    assert from_pixels.bounding_box == pytest.approx(road.bounding_box, abs=0.02)
    assert from_pixels.centre_of_mass == pytest.approx(road.centre_of_mass, abs=0.01)


@settings(deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.randoms(use_true_random=False))
def test_images_of_any_shape_keep_their_ink_inside(rows, columns, random):
    image = np.zeros((rows, columns), dtype=np.float32)
    for _ in range(5):
        image[random.randrange(rows), random.randrange(columns)] = random.uniform(0.2, 1)
    road = preprocess(image)
    assert road.input.shape == road.centred.shape == (28, 28)
    assert road.input.sum() > 0
    assert 0 <= road.input.min() <= road.input.max() <= 1.0001


def test_an_image_without_ink_is_empty():
    assert preprocess(np.zeros((30, 20), dtype=np.float32)).is_empty
    assert preprocess(np.full((30, 20), 0.01, dtype=np.float32)).is_empty


@pytest.mark.parametrize("image", [np.zeros((0, 5)), np.zeros(784), np.zeros((28, 28, 3)), np.full((4, 4), np.nan)])
def test_what_is_no_grey_image_is_refused(image):
    with pytest.raises(ValueError, match="grey image"):
        preprocess(image)


@pytest.mark.parametrize("pen_width", [0.005, 0.02, 0.06, 0.15, 0.3])
def test_a_pen_outside_the_readable_range_is_exchanged(pen_width):
    eight = Drawing.from_points(
        [[(0.5 + 0.1 * np.sin(2 * t), 0.5 - 0.2 * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 60)]]
    )
    read = preprocess(eight, pen_width)
    as_drawn = preprocess(eight, pen_width, steps=Steps(pen=False))
    share = pen_width / (0.4 + pen_width)
    fitting = min(max(share, THINNEST_PEN), THICKEST_PEN)
    assert read.pen_factor == pytest.approx(fitting * 0.4 / (1 - fitting) / pen_width, rel=1e-3)
    assert as_drawn.pen_factor == 1
    assert (read.pen_factor == 1) == np.array_equal(read.input, as_drawn.input)
    np.testing.assert_array_equal(preprocess_drawings([eight], [pen_width])[0], read.input)


def test_the_answer_does_not_depend_on_how_small_a_digit_is_drawn():
    eight = [(0.3 * np.sin(2 * t), 0.5 * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 60)]
    small, smaller = (Drawing.from_points([np.array(eight) * size + 0.5]) for size in (0.2, 0.1))
    np.testing.assert_allclose(preprocess(small, 0.06).input, preprocess(smaller, 0.06).input, atol=0.02)


BAR = Drawing.from_points([[(0.3, 0.2), (0.3, 0.4)]])  # upright, 0.2 long, off the canvas's middle


def test_without_crop_the_canvas_is_shrunk_instead():
    read = preprocess(BAR, 0.02, steps=Steps(pen=False, crop=False))
    rows = np.flatnonzero(read.input.max(axis=1) > 0.2)
    assert len(rows) == pytest.approx(20 * 0.22, abs=1)
    assert read.shrunk.shape == (20, 20)


def test_without_shrinking_the_ink_fills_the_input():
    read = preprocess(BAR, 0.02, steps=Steps(shrink=False))
    assert (read.crop.shape, read.shrunk.shape, read.input.shape) == ((112, 112), (28, 28), (28, 28))
    assert (read.input.max(axis=1) > 0.3).all()
    assert read.centre_of_mass == pytest.approx((0.3, 0.3), abs=1e-3)


def test_without_centring_the_middle_of_the_box_is_in_the_middle():
    seven = Drawing.from_points([[(0.3, 0.2), (0.6, 0.2), (0.4, 0.8)]])
    read, uncentred = preprocess(seven), preprocess(seven, steps=Steps(centre=False))
    rows = np.flatnonzero(uncentred.input.any(axis=1))
    assert (rows[0], rows[-1]) == (4, 23)
    np.testing.assert_allclose(uncentred.input[4:24, 4:24], read.shrunk, atol=1e-6)


def test_without_greys_there_is_black_and_white():
    assert set(np.unique(preprocess(BAR, steps=Steps(grey=False)).input)) == {0, 1}
    assert set(np.unique(preprocess(np.tri(9), steps=Steps(grey=False)).input)) == {0, 1}


def test_without_any_step_the_canvas_is_merely_shrunk():
    read = preprocess(BAR, 0.02, steps=Steps(False, False, False, False))
    np.testing.assert_allclose(read.input, render(BAR, 0.02, 28), atol=0.15)
    assert preprocess(BAR.transformed([[1, 0, 2], [0, 1, 0]]), steps=Steps(crop=False)).is_empty


def test_an_image_may_skip_the_steps_too():
    picture = render(BAR, 0.04, 28)
    np.testing.assert_array_equal(
        preprocess(picture, steps=Steps(crop=False, shrink=False, centre=False)).input, picture
    )
    large = preprocess(render(BAR, 0.04, 200), steps=Steps(crop=False, shrink=False, centre=False)).input
    np.testing.assert_allclose(large, picture, atol=0.15)


@pytest.mark.parametrize("source", [BAR, render(BAR, 0.04, 28), render(BAR, 0.04, 200), Drawing()])
@pytest.mark.parametrize("crop", [True, False])
def test_a_road_can_be_finished_otherwise(source, crop):
    road = preprocess(source, 0.05, steps=Steps(crop=crop))
    for steps in (Steps(crop=crop, centre=False), Steps(crop=crop, grey=False), Steps(crop=crop)):
        expected = preprocess(source, 0.05, steps=steps).input
        np.testing.assert_array_equal(finished_otherwise(road, steps).input, expected)
