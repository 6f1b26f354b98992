"""Digits from tables of labels and pixels."""

import gzip

import numpy as np
import pytest

from digitapp.datasets.collection_csv import import_csv
from digitapp.datasets.collection_import import import_digits
from digitapp.datasets.errors import CsvError, DataError, DataFileError
from digitapp.datasets.idx import write_idx
from digitapp.drawing.files import write_drawings
from digitapp.drawing.ink import Drawing

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
LABELS = [5, 0, 9]


def table(separator=",", header=True, at=0, end="\n"):
    names = [f"pixel{number}" for number in range(784)]
    rows = [[str(value) for value in image.reshape(-1)] for image in IMAGES]
    for row, label in zip(rows, LABELS, strict=True):
        row.insert(at, str(label))
    names.insert(at, "label")
    return end.join(separator.join(row) for row in ([names] if header else []) + rows) + end


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(("header", "at"), [(True, 0), (True, 784), (False, 0)])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_as_they_are_handed_out(tmp_path, separator, header, at, end):
    path = tmp_path / "train.csv"
    path.write_text(table(separator, header, at, end), newline="")
    samples = import_csv(path)
    assert [sample.label for sample in samples] == LABELS
    np.testing.assert_array_equal([sample.source for sample in samples], IMAGES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (table().replace("label", "name"), "no column label"),
        (table().replace("\n5,", "\n11,"), "line 2: a number is out of range"),
        (table().replace("\n0,", "\n0.5,"), "line 3: it holds something else"),
        (table().replace("\n9,", "\n9,9,"), "line 4: it has 786 columns"),
        ("label,pixel0,pixel1,pixel2\n", "no digits"),
        ("label," + "9" * 100_000 + ",1,2,3\n1,1,1,1\n", "columns"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, text, found):
    path = tmp_path / "train.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=found) as caught:
        import_csv(path)
    assert isinstance(caught.value, CsvError | DataFileError)
    assert len(str(caught.value)) < 300


def test_what_a_file_holds_decides_and_not_its_name(tmp_path):
    (tmp_path / "a").write_text(table())
    write_drawings(tmp_path / "b", [Drawing.from_points([[(0, 0), (0, 1)]], label=1)])
    (tmp_path / "c").write_bytes(gzip.compress((tmp_path / "b").read_bytes()))
    write_idx(tmp_path / "images-idx3", IMAGES)
    write_idx(tmp_path / "labels-idx1", np.array(LABELS, np.uint8))
    counts = [len(import_digits(tmp_path / name)[0]) for name in ("a", "b", "c", "images-idx3", "labels-idx1")]
    assert counts == [3, 1, 1, 3, 3]


@pytest.mark.parametrize("content", [b"", b"a text", b"\x89PNG\r\n\x1a\n", b"\x1f\x8bdamaged"])
def test_other_files_are_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(Exception, match="thing: ") as caught:
        import_digits(path)
    assert "\n" not in str(caught.value)
