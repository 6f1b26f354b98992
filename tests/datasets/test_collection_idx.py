"""A person's digits as IDX files, both ways."""

import gzip

import numpy as np
import pytest

from digitapp.datasets.collection import Collection, NoDigitsError, Sample, pictures
from digitapp.datasets.collection_idx import export_idx, import_idx
from digitapp.datasets.errors import DataMissingError, IdxError
from digitapp.datasets.idx import read_idx, write_idx
from digitapp.datasets.load import load_dataset
from digitapp.drawing.ink import Drawing


@pytest.fixture
def collection() -> Collection:
    drawings = [Drawing.from_points([[(0.2 + i / 100, 0.2), (0.5, 0.8)]], i % 2) for i in range(8)]
    return Collection().extended(Sample(drawing, i % 2, 0.06) for i, drawing in enumerate(drawings))


@pytest.mark.parametrize("name", ["a-idx1-ubyte", "a-idx1-ubyte.gz"])
def test_what_is_written_is_read(tmp_path, name):
    array = np.array([3, 0, 9], np.uint8)
    write_idx(tmp_path / name, array)
    assert read_idx(tmp_path / name, 1, (10,)).tolist() == [3, 0, 9]
    with pytest.raises(ValueError, match="uint8"):
        write_idx(tmp_path / name, array.astype(np.int64))


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(IdxError) as info:
        write_idx(tmp_path / "file" / "a-idx1-ubyte", np.zeros(1, np.uint8))
    assert info.value.path == tmp_path / "file" / "a-idx1-ubyte"


def test_the_four_files_are_a_data_set_with_the_same_halves(tmp_path, collection):
    assert len(export_idx(collection, tmp_path / "own")) == 4
    dataset = load_dataset(tmp_path / "own")
    assert dataset.test is not None
    assert len(dataset.test) == len(collection.held_out)
    assert np.allclose(dataset.test.inputs, pictures(collection.held_out), atol=1 / 255)


def test_what_was_held_out_stays_held_out(tmp_path, collection):
    export_idx(collection, tmp_path)
    again = Collection().extended(import_idx(tmp_path))
    assert sorted((s.label, s.held_out) for s in again.samples) == sorted(
        (s.label, s.held_out) for s in collection.samples
    )


@pytest.mark.parametrize("named", ["some-images-idx3-ubyte.gz", "some-labels-idx1-ubyte"])
def test_a_pair_is_found_by_either_of_its_files(tmp_path, named):
    images = np.zeros((2, 28, 28), np.uint8)
    images[1] = 255
    (tmp_path / "some-images-idx3-ubyte.gz").write_bytes(b"")
    write_idx(tmp_path / "some-images-idx3-ubyte.gz", images)
    write_idx(tmp_path / "some-labels-idx1-ubyte", np.array([4, 2], np.uint8))
    samples = import_idx(tmp_path / named)
    assert [(sample.label, sample.held_out) for sample in samples] == [(4, None), (2, None)]
    assert samples[1].picture.max() == 1


def test_a_lonely_file_says_what_is_missing(tmp_path):
    write_idx(tmp_path / "x-labels-idx1-ubyte", np.zeros(3, np.uint8))
    with pytest.raises(DataMissingError) as info:
        import_idx(tmp_path / "x-labels-idx1-ubyte")
    assert info.value.missing == ("x-images-idx3-ubyte",)
    with pytest.raises(DataMissingError):
        import_idx(tmp_path)
    (tmp_path / "other").write_bytes(gzip.compress(b"?"))
    with pytest.raises(DataMissingError):
        import_idx(tmp_path / "other")


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((3, 28, 28), np.uint8), np.zeros(2, np.uint8)),
        (np.zeros((2, 20, 28), np.uint8), np.zeros(2, np.uint8)),
        (np.zeros((2, 28, 28), np.uint8), np.array([1, 11], np.uint8)),
    ],
)
def test_files_at_odds_are_refused(tmp_path, images, labels):
    write_idx(tmp_path / "a-images-idx3-ubyte", images)
    write_idx(tmp_path / "a-labels-idx1-ubyte", labels)
    with pytest.raises(IdxError):
        import_idx(tmp_path / "a-images-idx3-ubyte")


def test_too_few_digits_are_not_exported(tmp_path, collection):
    with pytest.raises(NoDigitsError):
        export_idx(Collection(collection.training), tmp_path)
    with pytest.raises(NoDigitsError):
        export_idx(Collection(), tmp_path)
    assert not list(tmp_path.iterdir())
