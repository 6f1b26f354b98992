"""Pictures of a digit, whatever they are: the answer is that of the strokes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted_screens import SCREENS, painted
from PIL import Image

from digitapp.drawing.images import ink_on_paper, read_image
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.modelfile import load_model
from digitapp.reading import prepare, read

PICTURES = Path(__file__).parent / "pictures"
TURN = np.linspace(0.2, 2 * np.pi, 40)
DIGITS = {
    "0": [np.stack([0.5 + 0.25 * np.sin(TURN), 0.5 - 0.38 * np.cos(TURN)], axis=1)],
    "2": [[(0.3, 0.3), (0.4, 0.17), (0.58, 0.16), (0.68, 0.3), (0.6, 0.5), (0.3, 0.82), (0.72, 0.82)]],
    "4": [[(0.4, 0.15), (0.25, 0.55), (0.75, 0.55)], [(0.62, 0.35), (0.62, 0.9)]],
    "7": [[(0.3, 0.15), (0.7, 0.15), (0.45, 0.88)]],
}
MODEL = load_model("everyday")


def answer(picture):
    return MODEL.class_names[label] if (label := read(MODEL, prepare(picture)).label) is not None else "?"


def drawing(name):
    return Drawing.from_points(DIGITS[name])


@pytest.mark.parametrize(
    ("name", "digit"),
    [("a_tight5_43x65", "5"), ("b_canvas280_pen32_4", "4"), ("c_own8_x4_112", "8"), ("d_screenshot_3", "3")],
)
def test_pictures_that_were_once_misread(name, digit):
    assert answer(read_image(PICTURES / f"{name}.png")) == digit


@settings(max_examples=60)
@given(
    st.sampled_from(list(DIGITS)),
    st.integers(20, 400),
    st.floats(0.01, 0.2),
    st.sampled_from([None, 0.0, 0.02, 0.3, 1.0]),
    st.sampled_from([((0, 0, 0), (255, 255, 255)), ((255, 255, 255), (0, 0, 0)), ((200, 30, 40), (250, 240, 200))]),
    st.sampled_from(["png", "jpeg", "gif", "webp", "bmp", "tiff"]),
)
def test_scale_margin_pen_colours_and_format_do_not_matter(tmp_path_factory, name, side, pen, margin, colours, form):
    if side < 40:
        form = "png"  # a line of a third of a pixel is lost between a JPEG's blocks
        pen = max(pen, 0.03)
    ink = render(drawing(name).normalised(0.98 - pen), pen, side)
    if margin is not None:
        rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
        ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        ink = np.pad(ink, round(margin * max(ink.shape)))
    path = tmp_path_factory.mktemp("pictures") / "a.picture"
    Image.fromarray(painted(ink, *colours)).save(path, form)
    assert answer(read_image(path)) == name


@pytest.mark.parametrize("side", [1024, 1025, 3000])
def test_large_pictures(side):
    factor = side // 500
    ink = np.kron(render(drawing("4"), 0.1, 500), np.ones((factor, factor), dtype=np.float32))
    picture = 1 - np.pad(ink, (side - len(ink)) // 2)
    assert answer(ink_on_paper(picture.astype(np.float32))) == "4"


@pytest.mark.parametrize("name", SCREENS)
def test_screenshots_of_other_programs(name):
    for digit in ("2", "7"):
        screen = SCREENS[name](drawing(digit), np.random.default_rng(int(digit)))
        assert answer(ink_on_paper(np.float32(1 / 255) * screen.astype(np.float32))) == digit
