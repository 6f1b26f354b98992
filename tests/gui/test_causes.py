"""Whatever an error says of itself, people read why in their own words."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitapp.datasets.collection import TooManyDigitsError, read_collection
from digitapp.datasets.collection_idx import import_idx
from digitapp.datasets.load import load_dataset
from digitapp.datasets.toy import load_toy
from digitapp.drawing.files import read_drawings
from digitapp.drawing.grid import parse_grid
from digitapp.drawing.images import read_image
from digitapp.exports.formulas import loss_formula
from digitapp.exports.spreadsheet_reader import read_spreadsheet
from digitapp.gui.causes import cause
from digitapp.modelfile import load_model

PARTS_OF_THE_PROGRAM = ("Error", "Traceback", "digitapp.", "self", "None", "[Errno")


def refusal(read: Callable[[], object]) -> str:
    """Return the words for what reading raises; they are one line, without the names of things in the program."""
    with pytest.raises(Exception) as caught:
        read()
    words = cause(caught.value)
    assert words and "\n" not in words
    assert not [name for name in PARTS_OF_THE_PROGRAM if name in words], words
    return words


@pytest.mark.parametrize("read", [read_drawings, read_image, read_collection, load_model])
def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path, read: Callable[[Path], object]) -> None:
    missing = refusal(lambda: read(tmp_path / "missing.png"))
    assert missing in ("No such file or folder", "there is no such file")
    assert "folder" in refusal(lambda: read(tmp_path))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "this is no drawings file: it stops being JSON at line 1, column 2"),
        ("{}", 'expected an object with a list under "drawings"'),
        ('{"drawings": [{"strokes": [[[0, 0]]]}, {"strokes": 3}]}', "drawing 2: it has no strokes"),
        ('{"drawings": [{"strokes": [[[0, "a"]]]}]}', "drawing 1: stroke 1 holds a coordinate that is not a number"),
    ],
)
def test_a_drawings_file_says_what_is_wrong_where(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "a.json").write_text(content)
    assert refusal(lambda: read_drawings(tmp_path / "a.json")).startswith(words)


def test_workbooks_tables_and_data_sets_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("weights")
    (tmp_path / "a.csv").write_text("1,0")
    assert refusal(lambda: read_spreadsheet(tmp_path / "a.xlsx")).startswith("a.xlsx: this is no workbook")
    assert refusal(lambda: read_spreadsheet(tmp_path / "b.xlsx")) == "No such file or folder"
    assert refusal(lambda: load_toy(tmp_path / "a.csv")) == "a.csv: line 1: 2 fields; expected a label and 12 pixels"
    assert refusal(lambda: loss_formula("focal")).startswith("the loss focal cannot be written")
    assert refusal(lambda: load_dataset("my-images")) == "there is no data set my-images any more"


def test_a_picture_that_is_cut_short_and_one_that_is_none(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    Image.fromarray(np.arange(10_000, dtype=np.uint16).reshape(100, 100)).save(whole)
    (tmp_path / "half.png").write_bytes(whole.read_bytes()[:200])
    (tmp_path / "none.png").write_bytes(b"I am a text")
    assert refusal(lambda: read_image(tmp_path / "half.png")).startswith("the image is damaged")
    assert refusal(lambda: read_image(tmp_path / "none.png")).startswith("it is not an image but a text; expected PNG")


def test_pixels_as_text() -> None:
    assert refusal(lambda: parse_grid("01", 4, 3)) == "expected 4 lines of 3 digits, each 0 or 1"


def test_a_model_says_what_sort_of_file_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"nothing of the kind")
    assert refusal(lambda: load_model(tmp_path / "a.safetensors")) == "this is no model file, or it is damaged"


def test_an_idx_file_without_its_companion(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"")
    assert refusal(lambda: import_idx(tmp_path / "train-images-idx3-ubyte")) == "not found: train-labels-idx1-ubyte"
    assert "t10k" not in refusal(lambda: import_idx(tmp_path))


def test_what_the_system_refuses_and_what_nobody_expected() -> None:
    assert cause(OSError(errno.ENOSPC, "no room")) == "No space left on the disk"
    assert cause(OSError(errno.EBUSY, "Device busy")) == "Device busy"
    assert cause(MemoryError()) == "there is not enough memory"
    assert cause(TooManyDigitsError(5_001)).startswith("5,001 digits are more than a collection takes")
    assert cause(RuntimeError("odd")) == "something unexpected happened (odd)"
