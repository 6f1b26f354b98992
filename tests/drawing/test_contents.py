"""What a file is, is told from what it holds; what is none of ours is called by its name, in one sentence."""

import gzip
import shutil

import numpy as np
import pytest
from PIL import Image

from digitapp.drawing.contents import ModelInsteadError, read_contents
from digitapp.drawing.files import DrawingFileError, write_drawings
from digitapp.drawing.images import ImageFileError, read_image
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.resources import shipped_models_dir

ONE = Drawing.from_points([[(0.5, 0.2), (0.5, 0.8)]])


@pytest.mark.parametrize("name", ["three", "three.jfif", "three.txt", "three.json", "three.safetensors"])
@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_a_picture_under_any_name(tmp_path, name, form):
    Image.fromarray(np.uint8(255 - 255 * render(ONE, 0.1, 100))).save(tmp_path / name, form)
    assert isinstance(read_contents(tmp_path / name), np.ndarray)


@pytest.mark.parametrize("name", ["one", "one.png", "one.txt"])
def test_drawings_under_any_name(tmp_path, name):
    write_drawings(tmp_path / name, [ONE])
    assert isinstance(read_contents(tmp_path / name), list)


def test_a_model_is_known_as_one_whatever_its_name(tmp_path):
    shutil.copy(shipped_models_dir() / "toy.safetensors", tmp_path / "toy.png")
    with pytest.raises(ModelInsteadError, match="it is a model"):
        read_contents(tmp_path / "toy.png")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg/>', "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "film"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "PDF"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"PK\x03\x04\x14\0", "ZIP"),
        (b"\0\0\x08\x03\0\0\x27\x10", "IDX"),
        (gzip.compress(b"\0\0\x08\x03\0\0\x27\x10\xff\xfe\xfd"), "IDX"),
        (b"label,pixel0,pixel1,pixel2\n3,0,0,0\n", "table"),
        (b"{\\rtf1 Hello}", "text"),
        ("Ein Text, mehr nicht: ä ö ü".encode(), "text"),
        (("ä" * 5000).encode(), "text"),
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x01\0\xff", "not an image"),
    ],
)
@pytest.mark.parametrize("name", ["thing", "thing.png", "thing.json"])
def test_other_files_are_called_by_their_names(tmp_path, content, named, name):
    (tmp_path / name).write_bytes(content)
    with pytest.raises((ImageFileError, DrawingFileError), match=named) as caught:
        read_contents(tmp_path / name)
    assert "\n" not in caught.value.reason
    assert len(caught.value.reason) < 150


@pytest.mark.parametrize("name", ["lzw.tif", "f_ext28.tif"])
def test_a_hostile_tiff_is_one_sentence_and_nothing_else(name, capfd, request):
    with pytest.raises(ImageFileError, match="damaged") as caught:
        read_image(request.path.parent / "pictures" / "hostile" / name)
    assert "\n" not in caught.value.reason
    assert capfd.readouterr() == ("", "")
