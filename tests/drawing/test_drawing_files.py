"""Drawings files: what is written is read again, and what is wrong is named with file and drawing."""

import gzip
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.drawing.files import MAX_BYTES, MAX_POINTS, MAX_STROKES, DrawingFileError, read_drawings, write_drawings
from digitapp.drawing.ink import Drawing

coordinates = st.floats(-1e6, 1e6, width=32)
points = st.tuples(coordinates, coordinates, st.one_of(st.just(1.0), st.floats(0, 1, width=32)))
strokes = st.lists(st.lists(points, min_size=1, max_size=5), min_size=1, max_size=3)
drawings = st.builds(Drawing.from_points, strokes, st.one_of(st.none(), st.integers(0, 9)))


@pytest.fixture
def write(tmp_path):
    def write(content):
        path = tmp_path / "drawings.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


def one(**drawing):
    return {"drawings": [{"strokes": [[[0, 0], [1, 1]]]}, drawing]}


@given(st.lists(drawings, min_size=1, max_size=4), st.sampled_from(["a.json", "a.json.gz"]))
def test_what_is_written_is_read_again(tmp_path_factory, given_drawings, name):
    path = tmp_path_factory.mktemp("drawings") / name
    write_drawings(path, given_drawings)
    assert read_drawings(path) == given_drawings
    assert path.read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")


def test_unknown_keys_and_a_byte_order_mark_are_passed_over(write):
    content = {"source": {"a": [1]}, "drawings": [{"writer": "x", "label": None, "strokes": [[[1, 2], [3, 4, 0.5]]]}]}
    (drawing,) = read_drawings(write(b"\xef\xbb\xbf" + json.dumps(content).encode()))
    assert drawing.strokes[0].points.tolist() == [[1, 2, 1], [3, 4, 0.5]]
    assert drawing.label is None


def test_real_pen_strokes_are_read(pens_file):
    pens = read_drawings(pens_file)
    assert len(pens) == 5460
    assert {drawing.label for drawing in pens} == set(range(10))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "stops being JSON"),
        (b"hello", "stops being JSON"),
        (b'{"drawings": [', "stops being JSON"),
        (b'{"drawings": "\xff\xfe"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"drawings": [{"strokes": [[[NaN, 1]]]}]}', "NaN is not a number"),
        (b'{"drawings": [{"strokes": [[[-Infinity, 1]]]}]}', "-Infinity is not a number"),
        (b'{"drawings": [{"strokes": [[[' + b"9" * 5000 + b", 1]]]}]}", "too many digits"),
        (b"\x1f\x8b\x08\x00garbage", "gzipped data"),
        (gzip.compress(b'{"drawings": []}', mtime=0)[:-9], "breaks off"),
        ([], '"drawings"'),
        ({"drawings": {}}, '"drawings"'),
        ({"drawings": []}, "empty"),
    ],
)
def test_a_file_that_holds_no_drawings_is_refused(write, content, reason):
    path = write(content)
    with pytest.raises(DrawingFileError, match=reason) as caught:
        read_drawings(path)
    assert caught.value.path == path
    assert caught.value.index is None


@pytest.mark.parametrize(
    ("drawing", "reason"),
    [
        ({}, "no strokes"),
        ({"strokes": []}, "no strokes"),
        ({"strokes": 5}, "no strokes"),
        ({"strokes": [[]]}, "stroke 1 has no points"),
        ({"strokes": [[[0, 0]], "ab"]}, "stroke 2 has no points"),
        ({"strokes": [[[0, 0], 7]]}, "other than points"),
        ({"strokes": [[[0, 0], [1]]]}, "other than points"),
        ({"strokes": [[[0, 0, 1, 2]]]}, "other than points"),
        ({"strokes": [[["0", 0]]]}, "not a number"),
        ({"strokes": [[[True, 0]]]}, "not a number"),
        ({"strokes": [[[None, 0]]]}, "not a number"),
        ({"strokes": [[[1e30, 0]]]}, "beyond"),
        ({"strokes": [[[10**400, 0]]]}, "too large"),
        ({"strokes": [[[0, 0, 1.5]]]}, "pressure"),
        ({"strokes": [[[0, 0]] * (MAX_POINTS + 1)]}, "20001 points"),
        ({"strokes": [[[0, 0]]] * (MAX_STROKES + 1)}, "1001 strokes"),
        ({"strokes": [[[0, 0]]], "label": 11}, "label is 11"),
        ({"strokes": [[[0, 0]]], "label": -1}, "label is -1"),
        ({"strokes": [[[0, 0]]], "label": "3"}, "label is '3'"),
        ({"strokes": [[[0, 0]]], "label": True}, "label is True"),
        ({"strokes": [[[0, 0]]], "label": ["x" * 10_000]}, r"label is \['x+\.\.\."),
    ],
)
def test_a_drawing_that_is_none_is_named(write, drawing, reason):
    with pytest.raises(DrawingFileError, match=reason) as caught:
        read_drawings(write(one(**drawing)))
    assert caught.value.index == 1
    assert "drawing 2: " in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_number_beyond_floats_is_refused(write):
    with pytest.raises(DrawingFileError, match="beyond"):
        read_drawings(write(b'{"drawings": [{"strokes": [[[1e999, 1]]]}]}'))


def test_a_gzip_bomb_is_refused_before_it_unfolds(write):
    with pytest.raises(DrawingFileError, match="larger than 32 MiB"):
        read_drawings(write(gzip.compress(bytes(MAX_BYTES * 4))))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DrawingFileError, match="cannot be read: No such file"):
        read_drawings(tmp_path / "nothing.json")
    with pytest.raises(DrawingFileError, match="cannot be read"):
        read_drawings(tmp_path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "mine.json"
    write_drawings(path, [Drawing.from_points([[[0, 0]]], 1)])
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DrawingFileError, match="cannot be written: No space left"):
        write_drawings(path, [Drawing.from_points([[[5, 5]]], 2)])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_read_again_is_not_written(tmp_path):
    for nothing in ([], [Drawing()]):
        with pytest.raises(ValueError, match="at least one"):
            write_drawings(tmp_path / "a.json", nothing)
    assert not list(tmp_path.iterdir())


def test_equal_drawings_make_equal_files(tmp_path):
    drawing = Drawing.from_points([np.random.default_rng(0).random((50, 3))], 4)
    for name in ("a.json.gz", "b.json.gz"):
        write_drawings(tmp_path / name, [drawing])
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()


def test_millions_of_empty_lists_are_refused_before_they_are_made(tmp_path):
    path = tmp_path / "lists.json"
    path.write_bytes(b'{"drawings": [' + b"[]," * 3_100_000 + b"[]]}")
    with pytest.raises(DrawingFileError, match="3 million"):
        read_drawings(path)
