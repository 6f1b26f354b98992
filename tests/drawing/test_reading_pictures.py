"""Pictures of a digit, whatever they are: the answer is that of the strokes."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted_pictures import FORMS, drawing_picture, picture_file, saved, with_margin
from painted_screens import SCREENS, painted
from PIL import Image

from digitapp.datasets.idx import read_idx
from digitapp.drawing.images import ink_on_paper, read_image
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.modelfile import load_model
from digitapp.reading import prepare, read
from digitapp.recognition import Reason

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


@pytest.mark.parametrize("side", [1025, 3000])
def test_large_pictures(side):
    factor = side // 500
    ink = np.kron(render(drawing("4"), 0.1, 500), np.ones((factor, factor), dtype=np.float32))
    picture = 1 - np.pad(ink, (side - len(ink)) // 2)
    assert answer(ink_on_paper(picture.astype(np.float32))) == "4"


def test_images_of_mnist_are_the_same_digits_in_any_form(mnist_dir, tmp_path):
    images = read_idx(mnist_dir / "t10k-images-idx3-ubyte.gz", 3, (10_000, 28, 28))[:: 10_000 // 2 // len(FORMS)]
    differing = []
    for number, image in enumerate(images / np.float32(255)):
        form = FORMS[number % len(FORMS)]
        (tmp_path / "digit").write_bytes(picture_file(image, form))
        if answer(read_image(tmp_path / "digit")) != answer(image):
            differing.append((number, str(form)))
    assert len(differing) <= 0.01 * len(images), differing


@pytest.mark.parametrize(("side", "pen"), [(20, 0.1), (28, 0.2), (64, 0.02), (65, 0.2), (280, 0.01), (560, 0.2)])
def test_a_saved_drawing_is_read_as_its_strokes(tmp_path, side, pen):
    for name in DIGITS:
        (tmp_path / "digit.png").write_bytes(saved(drawing_picture(drawing(name), pen, side), "PNG"))
        assert answer(read_image(tmp_path / "digit.png")) == name


HALF = np.repeat([[0.0] * 14 + [1.0] * 14], 28, axis=0)


@pytest.mark.parametrize(
    "picture", [HALF, np.kron(HALF, np.ones((10, 10))), np.kron(np.eye(2), np.ones((70, 70))), np.ones((50, 60))]
)
def test_paper_that_cannot_be_told_from_ink_is_no_digit(picture):
    found = read(MODEL, prepare(ink_on_paper(picture.astype(np.float32))))
    assert found.label is None
    assert found.reason in (Reason.NO_PAPER, Reason.UNLIKE)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 30, 40), (130, 130, 130)])
@pytest.mark.parametrize("margin", [0.0, 0.2])
@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_ink_on_transparent_ground(tmp_path, colour, margin, mode):
    ink = with_margin((255 * render(drawing("2"), 0.15, 90)).astype(np.uint8), margin)
    pixels = np.empty((*ink.shape, 4), dtype=np.uint8)
    pixels[..., :3], pixels[..., 3] = colour, ink
    picture = Image.fromarray(pixels)
    (picture if mode == "RGBA" else picture.quantize(16)).save(tmp_path / "a.png")
    assert answer(read_image(tmp_path / "a.png")) == "2"


@pytest.mark.parametrize("name", SCREENS)
def test_screenshots_of_other_programs(name):
    for digit in ("2", "7"):
        screen = SCREENS[name](drawing(digit), np.random.default_rng(int(digit)))
        assert answer(ink_on_paper(np.float32(1 / 255) * screen.astype(np.float32))) == digit


@pytest.mark.parametrize("pen", [0.03, 0.15])
@pytest.mark.parametrize("softness", [0.5, 12.0])
def test_shadows_on_flat_paper_are_no_ink(pen, softness):
    y, x = np.mgrid[:500, :400]
    ink = np.zeros((500, 400), dtype=np.float32)
    ink[120:340, 90:310] = render(drawing("2").normalised(0.95 - pen), pen, 220)
    across, down = ((x - 150 + (y - 200)) / softness, (y - 260 - 0.4 * (x - 200)) / softness)
    shade = 1 - 0.4 / (1 + np.exp(-np.clip(across, -50, 50)))
    assert answer(ink_on_paper(((0.9 - 0.75 * ink) * shade).astype(np.float32))) == "2"
    shade *= 1 - 0.3 / (1 + np.exp(-np.clip(down, -50, 50)))
    assert answer(ink_on_paper(((0.9 - 0.75 * ink) * shade).astype(np.float32))) == "2"
