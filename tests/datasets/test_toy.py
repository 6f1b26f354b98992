"""The toy that ships, and CSV files that do not deserve to."""

from pathlib import Path

import numpy as np
import pytest

from digitapp.datasets import load_dataset
from digitapp.datasets.errors import CsvError, DataFileError
from digitapp.datasets.problems import TOY
from digitapp.datasets.toy import MOST_IMAGES, book_csv, load_toy, read_grid_csv, write_grid_csv
from digitapp.resources import shipped_data_dir
from digitapp.training.evaluate import evaluate
from digitapp.training.loop import train
from digitapp.training.presets import build_network, usual_configs

HEADER = "label," + ",".join(f"p{number}" for number in range(1, 13)) + ",hand,part"
ZERO = "0,1,1,1,1,0,1,1,0,1,1,1,1,square,train"
ZERO_ALONE = "0,1,1,1,1,0,1,1,0,1,1,1,1"
ONE = "1,0,1,0,0,1,0,0,1,0,0,1,0,stroke,train"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "toy.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_toy_that_ships():
    data = load_dataset("toy")
    assert (data.name, data.problem.key, data.test) == ("toy", "toy", None)
    assert data.validation is not None
    assert (len(data.train), len(data.validation)) == (48, 16)
    np.testing.assert_array_equal(np.bincount(data.train.labels), [24, 24])
    np.testing.assert_array_equal(np.bincount(data.validation.labels), [8, 8])
    images = np.concatenate([data.train.inputs, data.validation.inputs])
    assert images.dtype == np.float32
    assert set(np.unique(images)) == {0, 1}
    assert len(np.unique(images, axis=0)) == 64  # no two alike, so none with both labels


def test_the_page_about_the_toy_shows_every_image():
    data = load_dataset("toy")
    assert data.validation is not None
    page = (shipped_data_dir() / "toy_4x3.md").read_text(encoding="utf-8").split("```")
    shown = set()
    for drawn in page[1::2]:
        rows = drawn.strip("\n").split("\n")
        for top in range(0, len(rows), 6):
            for left in range(0, 64, 8):
                shown.add("".join(row[left : left + 3] for row in rows[top : top + 4]))
    images = np.concatenate([data.train.inputs, data.validation.inputs])
    assert shown == {"".join("·█"[int(pixel)] for pixel in image) for image in images}


def test_a_12_3_2_network_trained_on_48_images_reads_all_64():
    data = load_dataset("toy")
    assert data.validation is not None
    network_config, train_config = usual_configs(TOY)
    perfect = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        network = build_network(12, 2, network_config, train_config.loss, rng)
        assert network.sizes == (12, 3, 2)
        for _event in train(network, data, train_config, rng):
            pass
        accuracies = [evaluate(network, train_config.loss, part).accuracy for part in (data.train, data.validation)]
        perfect += accuracies == [1, 1]
    assert perfect >= 9


def test_a_file_without_parts_is_all_for_training(tmp_path):
    header = HEADER.removesuffix(",hand,part")
    lines = (line.rsplit(",", 2)[0] for line in (ZERO, ONE))
    data = load_toy(write(tmp_path, header, *lines))
    assert data.validation is None
    assert data.train.labels.tolist() == [0, 1]
    np.testing.assert_array_equal(data.train.inputs[1].reshape(4, 3), [[0, 1, 0]] * 4)


@pytest.mark.parametrize("separator", [",", ";", "\t", " , "])
@pytest.mark.parametrize("start", ["", "\ufeff", HEADER.removesuffix(",hand,part").upper() + "\r\n"])
def test_a_table_of_numbers_needs_no_names(tmp_path, separator, start):
    path = tmp_path / "mine.csv"
    path.write_text((start + ZERO_ALONE + "\r\n\n").replace(",", separator), encoding="utf-8", newline="")
    data = load_dataset(path)
    assert (data.name, data.problem.key, data.train.labels.tolist()) == ("mine.csv", "toy", [0])
    np.testing.assert_array_equal(data.train.inputs[0].reshape(4, 3).sum(axis=1), [3, 2, 2, 3])


def test_what_is_written_is_what_is_read(tmp_path):
    images = read_grid_csv(book_csv(), TOY)
    write_grid_csv(tmp_path / "again.csv", TOY, images)
    assert read_grid_csv(tmp_path / "again.csv", TOY) == images


@pytest.mark.parametrize("part", ["validation", "train"])
def test_parts_are_kept_apart(tmp_path, part):
    data = load_toy(write(tmp_path, HEADER, ZERO, ONE.replace("train", part)))
    assert (data.validation is not None) == (part == "validation")


@pytest.mark.parametrize(
    ("lines", "line", "found"),
    [
        ([HEADER, ZERO, ONE.rsplit(",", 1)[0]], 3, "14 fields"),
        ([HEADER, ZERO + ",1"], 2, "16 fields"),
        ([HEADER, ZERO, "", ONE], 3, "0 fields"),
        ([HEADER, "7" + ZERO[1:]], 2, "the label '7'"),
        ([HEADER, "0,2" + ZERO[3:]], 2, "the pixel '2'"),
        ([HEADER, "0,0.5" + ZERO[3:]], 2, "the pixel '0.5'"),
        ([HEADER, "0," + ZERO[3:]], 2, "the pixel ''"),
        ([HEADER, ZERO.replace("train", "test")], 2, "the part 'test'"),
        ([HEADER.replace("p7,", "").replace("label", "digit")], 1, "no column label, p7"),
        ([ZERO, ONE], 1, "no column label"),
        (["1,0"], 1, "2 fields"),
        (["1,0,1,0,0,1,0,0,1,0,0"], 1, "11 fields"),
        (["1,0,1,0,0,1,0,0,1,0,0,1"], 1, "12 fields"),
        ([ZERO_ALONE, "1,0"], 2, "2 fields"),
        ([ZERO_ALONE, "2" + ZERO_ALONE[1:]], 2, "column 1: the label '2'"),
        ([ZERO_ALONE, ZERO_ALONE[:-1] + "x"], 2, "column 13: the pixel 'x'"),
        ([ZERO_ALONE] * (MOST_IMAGES + 1), MOST_IMAGES + 1, "too many images"),
    ],
)
def test_bad_lines_are_named(tmp_path, lines, line, found):
    path = write(tmp_path, *lines)
    with pytest.raises(CsvError) as caught:
        load_toy(path)
    assert caught.value.path == path
    assert caught.value.line == line
    assert found in caught.value.found
    assert str(caught.value).startswith((f"{path}: line {line}: ", f"{path}: line {line}, column "))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (HEADER.encode(), "no image"),
        (f"{HEADER}\n{ZERO}\n".replace("train", "validation").encode(), "no line is for training"),
        (f"{HEADER}\n{ZERO}\n".encode("utf-16"), "not UTF-8"),
        (f"{HEADER}\n{ZERO}\n".replace("square", "größer").encode("latin-1"), "not UTF-8"),
        (f'{HEADER}\n"{ZERO}'.encode(), "not a CSV file"),
        (b'label,"p1"x', "not a CSV file"),
        (b"0," * 1_000_000, "it has 2.0 MB"),
    ],
)
def test_bad_files_are_refused(tmp_path, data, found):
    path = tmp_path / "toy.csv"
    path.write_bytes(data)
    with pytest.raises(DataFileError) as caught:
        load_toy(path)
    assert caught.value.path == path
    assert found in caught.value.found


def test_any_bytes_are_images_or_one_sentence(tmp_path):
    rng, good, path = np.random.default_rng(0), book_csv().read_bytes()[:600], tmp_path / "odd.csv"
    for _ in range(300):
        place, length = int(rng.integers(len(good))), int(rng.integers(0, 10))
        path.write_bytes(good[:place] + rng.bytes(int(rng.integers(0, 10))) + good[place + length :])
        try:
            images = read_grid_csv(path, TOY)
        except DataFileError as error:
            assert "\n" not in str(error)
        else:
            assert all(image.grid.shape == (4, 3) and image.label in (0, 1) for image in images)


def test_empty_and_missing_files_are_refused(tmp_path):
    with pytest.raises(CsvError, match="no column label"):
        load_toy(write(tmp_path))
    with pytest.raises(DataFileError, match="No such file"):
        load_toy(tmp_path / "nothing.csv")
