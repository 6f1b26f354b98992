"""Images of any depth, polarity and colour model become the same ink; hostile ones a sentence."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from digitapp.drawing.images import ImageFileError, read_image
from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess
from digitapp.drawing.render import render

SEVEN = Drawing.from_points([[(0.3, 0.25), (0.7, 0.25), (0.45, 0.8)]])
INK = render(SEVEN, 0.08, 150)
EXPECTED = preprocess(SEVEN, 0.08).input


def grey(dark_on_light=True):
    return np.round(255 * (1 - INK if dark_on_light else INK)).astype(np.uint8)


def assert_reads_as_seven(path, tolerance=0.03):
    road = preprocess(read_image(path))
    assert np.abs(road.input - EXPECTED).mean() < tolerance


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.tiff", "a.gif", "a.webp"])
@pytest.mark.parametrize("dark_on_light", [True, False])
def test_formats_and_polarity(tmp_path, name, dark_on_light):
    Image.fromarray(grey(dark_on_light)).save(tmp_path / name)
    assert_reads_as_seven(tmp_path / name)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_colour_models_and_depths(tmp_path, mode):
    values = grey()
    if mode == "I;16":
        image = Image.fromarray(values.astype(np.uint16) * 257)
    elif mode == "I":
        image = Image.fromarray(values.astype(np.int32) * 257)
    elif mode == "F":
        image = Image.fromarray(values.astype(np.float32) / 255)
    else:
        image = Image.fromarray(values).convert("RGB").convert(mode)
    image.save(tmp_path / "a.tiff")
    assert_reads_as_seven(tmp_path / "a.tiff")


@pytest.mark.parametrize("shade", [0, 255], ids=["black ink", "white ink"])
def test_ink_on_nothing(tmp_path, shade):
    alpha = grey(dark_on_light=False)
    Image.merge("LA", (Image.new("L", (150, 150), shade), Image.fromarray(alpha))).save(tmp_path / "a.png")
    assert_reads_as_seven(tmp_path / "a.png")


def test_transparent_corners_do_not_become_ink(tmp_path):
    alpha = np.full((150, 150), 255, dtype=np.uint8)
    alpha[:20, :20] = 0
    colour = grey()
    colour[:20, :20] = 0
    Image.merge("LA", (Image.fromarray(colour), Image.fromarray(alpha))).save(tmp_path / "a.png")
    assert_reads_as_seven(tmp_path / "a.png")


def test_the_first_frame_of_an_animation(tmp_path):
    frames = [Image.fromarray(grey()), Image.new("L", (150, 150), 255)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    assert_reads_as_seven(tmp_path / "a.png")


def test_a_cameras_orientation_is_heeded(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise by 90 degrees
    Image.fromarray(np.rot90(grey())).save(tmp_path / "a.jpg", exif=exif)
    assert_reads_as_seven(tmp_path / "a.jpg")


def test_a_photograph_with_uneven_light_and_noise(tmp_path):
    rng = np.random.default_rng(0)
    ink = render(SEVEN, 0.06, 900)
    y, x = np.mgrid[:900, :900] / 900
    light = 0.55 + 0.35 * x - 0.2 * y
    photo = light * (1 - 0.75 * ink) + rng.normal(0, 0.015, ink.shape)
    Image.fromarray(np.uint8(np.clip(photo, 0, 1) * 255)).save(tmp_path / "a.jpg", quality=80)
    road = preprocess(read_image(tmp_path / "a.jpg"))
    assert road.bounding_box == pytest.approx(SEVEN.bounding_box(0.06), abs=0.02)
    assert np.abs(road.input - preprocess(SEVEN, 0.06).input).mean() < 0.04


def test_a_small_image_of_a_data_set_keeps_its_greys(tmp_path):
    original = np.round(255 * EXPECTED).astype(np.uint8)
    original[original == original.max()] = 255
    Image.fromarray(original).save(tmp_path / "a.png")
    assert np.allclose(read_image(tmp_path / "a.png"), original / 255, atol=1e-6)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_image_has_no_ink(tmp_path, shade):
    Image.new("L", (100, 80), shade).save(tmp_path / "a.png")
    assert preprocess(read_image(tmp_path / "a.png")).is_empty


def test_a_large_image_is_reduced(tmp_path):
    Image.fromarray(np.kron(grey(), np.ones((20, 20), dtype=np.uint8))).save(tmp_path / "a.png")
    assert max(read_image(tmp_path / "a.png").shape) <= 1024
    assert_reads_as_seven(tmp_path / "a.png")


def png(width, height, data=b""):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"I am a text file.\n", "not an image"),
        (b"", "not an image"),
        (b"%PDF-1.7", "not an image"),
        (png(30_000, 30_000, zlib.compress(bytes(10**6))), "million pixels"),
        (png(9_000, 9_000, zlib.compress(bytes(10**6))), "9000×9000 pixels"),
        (png(1, 1, zlib.compress(b"\0\0")), "1×1 pixels"),
        (png(50, 50, zlib.compress(b"\0\0")), "damaged"),
        (png(50, 50, b"no deflate"), "damaged"),
    ],
)
def test_a_file_that_is_no_picture_of_a_digit_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(ImageFileError, match=reason) as caught:
        read_image(path)
    assert caught.value.path == path
    assert "\n" not in str(caught.value)


def test_a_truncated_image_is_refused(tmp_path):
    for name in ("a.png", "a.jpg", "a.bmp", "a.tiff"):
        Image.fromarray(grey()).save(tmp_path / name)
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(ImageFileError, match=r"damaged|not an image"):
            read_image(tmp_path / name)


def test_a_jpeg_of_endless_scans_is_refused(tmp_path):
    Image.fromarray(grey()).save(tmp_path / "a.jpg", progressive=True)
    content = (tmp_path / "a.jpg").read_bytes()
    scan = content.rindex(b"\xff\xda")
    (tmp_path / "a.jpg").write_bytes(content[:-2] + 200 * content[scan:-2] + content[-2:])
    with pytest.raises(ImageFileError, match="more than 100 scans"):
        read_image(tmp_path / "a.jpg")


@pytest.mark.parametrize("top", [255, 4095, 65535])
def test_sixteen_bits_of_which_some_are_used(tmp_path, top):
    Image.fromarray((grey().astype(np.uint32) * top // 255).astype(np.uint16)).save(tmp_path / "a.png")
    assert_reads_as_seven(tmp_path / "a.png")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ImageFileError, match="cannot be read"):
        read_image(tmp_path / "nothing.png")
    with pytest.raises(ImageFileError, match="cannot be read"):
        read_image(tmp_path)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["png", "jpeg", "bmp", "tiff", "gif", "webp"]),
    st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damage_anywhere_is_read_or_refused_but_never_breaks(tmp_path_factory, kind, damage):
    path = tmp_path_factory.mktemp("damaged") / "a.img"
    Image.fromarray(grey()[::3, ::3]).save(path, kind)
    content = bytearray(path.read_bytes())
    for place, byte in damage:
        content[int(place * len(content))] = byte
    path.write_bytes(content)
    try:
        ink = read_image(path)
    except ImageFileError:
        return
    assert ink.ndim == 2
    assert 0 <= ink.min() <= ink.max() <= 1
