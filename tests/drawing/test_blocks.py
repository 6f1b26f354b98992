"""Pictures whose pixels were repeated are as small as before, others as large as they are."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitapp.drawing.blocks import without_repeated_pixels
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render

TWO = Drawing.from_points([[(0.3, 0.3), (0.4, 0.17), (0.58, 0.16), (0.68, 0.3), (0.6, 0.5), (0.3, 0.82), (0.72, 0.82)]])


def small_picture(side, pen):
    return np.repeat(1 - render(TWO.normalised(0.9 - pen), pen, side)[..., None], 3, axis=2)


def as_jpeg(picture):
    file = io.BytesIO()
    Image.fromarray(np.uint8(np.round(255 * picture))).save(file, "JPEG")
    return np.asarray(Image.open(file), dtype=np.float32) / np.float32(255)


@settings(max_examples=60)
@given(st.integers(10, 40), st.floats(0.05, 0.2), st.integers(2, 20))
def test_repeated_pixels_stand_there_once(side, pen, factor):
    picture = small_picture(side, pen)
    found = without_repeated_pixels(np.kron(picture, np.ones((factor, factor, 1), dtype=np.float32)))
    np.testing.assert_allclose(found, without_repeated_pixels(picture), atol=1e-5)  # it may have blocks of its own


@pytest.mark.parametrize("factor", [4, 6, 10, 16])
def test_a_jpeg_of_them_too(factor):
    picture = small_picture(28, 0.1)
    found = without_repeated_pixels(as_jpeg(np.kron(picture, np.ones((factor, factor, 1), dtype=np.float32))))
    assert found.shape == picture.shape
    assert np.abs(found - picture).max() < 0.1


@settings(max_examples=60)
@given(st.integers(20, 300), st.floats(0.02, 0.2), st.sampled_from(["as drawn", "bilinear", "noise", "slope", "flat"]))
def test_no_other_picture_becomes_smaller(side, pen, kind):
    picture = small_picture(side, pen)
    if kind == "bilinear":
        large = Image.fromarray(np.uint8(255 * picture)).resize((4 * side, 4 * side), Image.Resampling.BILINEAR)
        picture = np.asarray(large, dtype=np.float32) / np.float32(255)
    elif kind == "noise":
        picture = np.random.default_rng(side).random((side, side, 3), dtype=np.float32)
    elif kind == "slope":
        picture = np.broadcast_to(np.linspace(0, 1, side, dtype=np.float32)[:, None, None], (side, side, 3))
    elif kind == "flat":
        picture = np.ones((side, side, 3), dtype=np.float32)
    assert without_repeated_pixels(picture) is picture
