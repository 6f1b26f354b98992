"""MNIST: finding it, reading it, importing it."""

import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from digitapp.datasets import load_dataset
from digitapp.datasets.errors import ChecksumError, DataFileError, DataMissingError, IdxError, UnknownDatasetError
from digitapp.datasets.idx import idx_header, read_idx, write_idx
from digitapp.datasets.mnist import FILES, find_file, find_mnist, import_mnist, load_mnist, mnist_status, mnist_target


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


@pytest.mark.parametrize("dotted", [False, True], ids=["dash", "dot"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzipped"])
def test_every_name_in_use_is_read(tmp_path, fake_mnist, dotted, compressed):
    data = load_mnist(fake_mnist.write(tmp_path / "d", dotted=dotted, compressed=compressed))
    assert data.validation is not None
    assert data.test is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (110, 10, 30)
    assert data.train.inputs.dtype == np.float32
    assert data.train.inputs.flags.c_contiguous
    assert data.test.inputs[0, 0] == 0
    assert data.test.inputs[0, 1] == 1
    images = fake_mnist.arrays["t10k-images-idx3-ubyte"].reshape(30, 784)
    np.testing.assert_allclose(data.test.inputs, images / 255, atol=1e-7)
    np.testing.assert_array_equal(data.test.labels, fake_mnist.arrays["t10k-labels-idx1-ubyte"])


def test_the_validation_part_is_stratified_seeded_and_apart_from_the_training_part(tmp_path, fake_mnist):
    folder = fake_mnist.write(tmp_path / "d")
    first, again, other = load_mnist(folder), load_mnist(folder), load_mnist(folder, seed=1)
    assert first.validation is not None
    assert again.validation is not None
    assert other.validation is not None
    np.testing.assert_array_equal(np.bincount(first.validation.labels), np.ones(10))
    np.testing.assert_array_equal(first.validation.inputs, again.validation.inputs)
    assert not np.array_equal(first.validation.inputs, other.validation.inputs)
    together = np.concatenate([first.train.inputs, first.validation.inputs])
    assert len(np.unique(together, axis=0)) == 120


def test_a_folder_with_fewer_classes_is_a_data_set_of_its_own(tmp_path, fake_mnist):
    for part in ("train", "t10k"):
        fake_mnist.arrays[f"{part}-labels-idx1-ubyte"] %= 3
    data = load_dataset(fake_mnist.write(tmp_path / "three kinds"))
    assert data.name == "three kinds"
    assert data.problem.key == "mnist"
    assert data.problem.class_names == ("0", "1", "2")


def test_a_tiny_folder_has_no_validation_part(tmp_path, fake_mnist):
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        fake_mnist.arrays[name] = fake_mnist.arrays[name][:11]
    assert load_dataset(fake_mnist.write(tmp_path / "d")).validation is None


def test_the_order_of_the_places(tmp_path, fake_mnist, monkeypatch):
    explicit, environment, user = tmp_path / "explicit", tmp_path / "environment", tmp_path / "user data"
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(environment))
    assert mnist_target(explicit) == explicit / "mnist"
    assert mnist_target() == environment / "mnist"
    assert not mnist_status(explicit).available
    for place in (user / "mnist", user, environment / "mnist", environment, explicit / "mnist", explicit):
        fake_mnist.write(place)
        assert find_mnist(explicit) == place
    assert find_mnist() == environment
    monkeypatch.delenv("DIGITAPP_DATA_DIR")
    assert find_mnist() == user
    assert load_dataset("mnist", data_dir=explicit).name == "explicit"


def test_images_that_are_not_mnist_are_called_by_their_folder(tmp_path, fake_mnist):
    assert load_dataset(fake_mnist.write(tmp_path / "clothes")).name == "clothes"
    # A folder may have a name that means a data set.
    assert load_dataset(fake_mnist.write(tmp_path / "data" / "mnist")).name == "data/mnist"
    assert load_dataset("mnist", data_dir=tmp_path / "data").name == "data/mnist"


def test_mnist_is_known_by_its_images_and_labels_wherever_it_lies(mnist_dir, tmp_path):
    folder = tmp_path / "somewhere"
    folder.mkdir()
    for name in FILES:
        file = find_file(mnist_dir, name)
        assert file is not None
        (folder / name).symlink_to(file)
    assert load_dataset(folder).name == "mnist"
    images = folder / "t10k-images-idx3-ubyte"
    inverted = 255 - read_idx(images, 3, (10_000, 28, 28))
    images.unlink()
    write_idx(images, inverted)
    assert load_dataset(folder).name == "somewhere"


def test_a_place_that_cannot_be_looked_into_is_passed_over(tmp_path, fake_mnist, monkeypatch):
    fake_mnist.write(tmp_path / "good")
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path / "good"))
    assert mnist_status("x" * 5000).directory == tmp_path / "good"
    with pytest.raises(DataFileError, match="can be read"):
        load_mnist(Path("x" * 5000))


def test_an_incomplete_set_is_reported_file_by_file(tmp_path, fake_mnist):
    folder = fake_mnist.write(tmp_path / "d")
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    status = mnist_status(folder)
    assert status.missing == ("t10k-labels-idx1-ubyte",)
    assert status.searched[:2] == (folder, folder / "mnist")
    with pytest.raises(DataMissingError, match="t10k-labels-idx1-ubyte") as caught:
        load_dataset("mnist", data_dir=folder)
    assert caught.value.missing == ("t10k-labels-idx1-ubyte",)
    with pytest.raises(DataMissingError) as caught:
        load_dataset(folder)
    assert caught.value.searched == (folder,)


def test_swapped_files_are_told_apart(tmp_path, fake_mnist):
    folder = fake_mnist.write(tmp_path / "d")
    images, labels = folder / "train-images-idx3-ubyte.gz", folder / "train-labels-idx1-ubyte.gz"
    images.rename(folder / "x")
    labels.rename(images)
    (folder / "x").rename(labels)
    with pytest.raises(IdxError, match="the file holds labels") as caught:
        load_mnist(folder)
    assert caught.value.path == images


def test_images_and_labels_must_be_as_many(tmp_path, fake_mnist):
    folder = fake_mnist.write(tmp_path / "d")
    labels = folder / "train-labels-idx1-ubyte.gz"
    labels.write_bytes((folder / "t10k-labels-idx1-ubyte.gz").read_bytes())
    with pytest.raises(IdxError, match="30 labels; expected 120") as caught:
        load_mnist(folder)
    assert caught.value.path == labels


def test_labels_beyond_nine_are_refused(tmp_path, fake_mnist):
    fake_mnist.arrays["train-labels-idx1-ubyte"][5] = 10
    with pytest.raises(IdxError, match="a label 10; expected labels from 0 to 9"):
        load_mnist(fake_mnist.write(tmp_path / "d"))


def test_images_of_another_size_are_refused(tmp_path, fake_mnist):
    fake_mnist.arrays["t10k-images-idx3-ubyte"] = np.zeros((30, 8, 8), dtype=np.uint8)
    with pytest.raises(IdxError, match="8×8 pixels; expected 28×28"):
        load_mnist(fake_mnist.write(tmp_path / "d"))


def test_unknown_names_list_the_known_ones(tmp_path):
    for name in (str(tmp_path / "nowhere"), "mnits", "", "a\0b"):
        with pytest.raises(UnknownDatasetError):
            load_dataset(name, data_dir=tmp_path)
    with pytest.raises(UnknownDatasetError, match="mnist, handwriting, my-hand or a folder"):
        load_dataset("mnits")
    with pytest.raises(DataFileError, match="too long"):
        load_dataset("x" * 5000)


@pytest.mark.parametrize("dotted", [False, True], ids=["dash", "dot"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzipped"])
def test_import_copies_what_is_good(tmp_path, fake_mnist, dotted, compressed):
    source = fake_mnist.write(tmp_path / "source", dotted=dotted, compressed=compressed)
    target = tmp_path / "new" / "target"
    assert import_mnist(source, target, checksums=fake_mnist.checksums) == target
    assert files(target) == {name + ".gz" * compressed for name in FILES}
    assert len(load_mnist(target).train) == 110
    assert import_mnist(target, target, checksums=fake_mnist.checksums) == target
    assert len(files(target)) == 4


def test_import_replaces_a_damaged_copy_under_another_name(tmp_path, fake_mnist):
    source = fake_mnist.write(tmp_path / "source")
    target = tmp_path / "target"
    target.mkdir()
    (target / "train-images.idx3-ubyte").write_bytes(b"damaged")
    import_mnist(source, target, checksums=fake_mnist.checksums)
    assert files(target) == {f"{name}.gz" for name in FILES}
    assert len(load_mnist(target).train) == 110


def test_import_lists_everything_that_is_missing(tmp_path, fake_mnist):
    source = fake_mnist.write(tmp_path / "source")
    (source / "t10k-labels-idx1-ubyte.gz").unlink()
    (source / "train-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataMissingError) as caught:
        import_mnist(source, tmp_path / "target")
    assert caught.value.missing == ("train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte")
    with pytest.raises(DataMissingError):
        import_mnist(tmp_path / "nowhere", tmp_path / "target")
    assert files(tmp_path / "target") == set()


def test_import_of_other_data_copies_nothing(tmp_path, fake_mnist):
    source = fake_mnist.write(tmp_path / "source")
    with pytest.raises(ChecksumError) as caught:
        import_mnist(source, tmp_path / "target")
    assert caught.value.source == str(source / "train-images-idx3-ubyte.gz")
    checksums = fake_mnist.checksums
    (source / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_header((3,)) + b"\x01\x02\x03")[:-4])
    with pytest.raises(IdxError):
        import_mnist(source, tmp_path / "target", checksums=checksums)
    assert files(tmp_path / "target") == set()


def test_import_into_a_place_that_cannot_be_a_folder(tmp_path, fake_mnist):
    source = fake_mnist.write(tmp_path / "source")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataFileError) as caught:
        import_mnist(source, tmp_path / "file" / "target", checksums=fake_mnist.checksums)
    assert "can be written" in caught.value.expected


def test_import_onto_a_full_disk_leaves_nothing(tmp_path, fake_mnist, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    source, target = fake_mnist.write(tmp_path / "source"), tmp_path / "target"
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataFileError, match="No space left on device"):
        import_mnist(source, target, checksums=fake_mnist.checksums)
    assert files(target) == set()


def test_the_real_thing(mnist_dir):
    data = load_dataset("mnist", data_dir=mnist_dir)
    assert data.validation is not None
    assert data.test is not None
    assert (len(data.train), len(data.validation), len(data.test)) == (55_000, 5_000, 10_000)
    assert data.problem.classes == 10
    counts = np.bincount(data.train.labels) + np.bincount(data.validation.labels)
    np.testing.assert_array_equal(counts, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    np.testing.assert_allclose(np.bincount(data.validation.labels), counts / 12, atol=1)
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert float(data.test.inputs.mean(dtype=np.float64)) == pytest.approx(0.13251, abs=1e-5)
    assert (data.train.inputs.min(), data.train.inputs.max()) == (0, 1)


def test_reading_takes_less_memory_than_five_times_the_files(tmp_path):
    rng = np.random.default_rng(0)
    for part, count in (("train", 12_000), ("t10k", 2_000)):
        write_idx(tmp_path / f"{part}-images-idx3-ubyte", rng.integers(0, 256, (count, 28, 28), dtype=np.uint8))
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte", rng.integers(0, 10, count, dtype=np.uint8))
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    tracemalloc.start()
    try:
        data = load_mnist(tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(data.train) == 11_000
    assert peak < 5 * size
