"""Data and runs that lead nowhere are spoken of on stderr, and in the record of the model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cli_helpers import run

from digitapp.cli.findings import sentence
from digitapp.datasets.handwriting import generate
from digitapp.datasets.idx import write_idx
from digitapp.modelfile import load_model
from digitapp.training.course import Oscillates, Overfits, Stuck
from digitapp.training.findings import CutOff


@pytest.fixture
def dark_on_light(tmp_path: Path) -> Path:
    """A folder with MNIST's four files that hold handwriting, its polarity reversed."""
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    digits = generate(150, seed=0).train
    images = np.round(255 * (1 - digits.inputs)).astype(np.uint8).reshape(-1, 28, 28)
    for part in ("train", "t10k"):
        write_idx(folder / f"{part}-images-idx3-ubyte", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", digits.labels.astype(np.uint8))
    return folder


@pytest.mark.parametrize("rate", [900, 1000])
def test_an_absurd_learning_rate_does_not_simply_finish(tmp_path: Path, rate: int) -> None:
    out = tmp_path / "model.safetensors"
    network = "--hidden", "6", "--activation", "relu", "--initializer", "he", "--loss", "cross_entropy"
    options = *network, "--optimizer", "sgd", "--learning-rate", rate, "--epochs", 30
    result = run("train", "--dataset", "toy", *options, "--out", out)
    assert result.exit_code == 0
    assert "the network is no better than guessing" in result.stderr
    assert f"try --learning-rate 0.01 instead of {rate}" in result.stderr
    assert "ran away" in [finding["kind"] for finding in load_model(out).training["findings"]]


def test_a_run_that_learns_is_not_spoken_of(tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    result = run("train", "--dataset", "toy", "--epochs", 100, "--out", out)
    assert all(line.startswith("digitapp: epoch ") for line in result.stderr.splitlines())
    assert "findings" not in load_model(out).training


def test_reversed_pictures_are_spoken_of(dark_on_light: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    result = run("train", "--dataset", dark_on_light, "--epochs", 1, "--hidden", "8", "--out", out)
    assert "the pictures look dark on light: 1.00 at the edge" in result.stderr
    assert load_model(out).training["findings"][0]["kind"] == "reversed"
    assert "dark on light" in run("evaluate", "mnist", "--dataset", dark_on_light).stderr
    assert "reversed" in run("info", out).stdout


def test_files_that_are_not_mnist_are_called_by_their_folder(dark_on_light: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    data = "--data-dir", dark_on_light.parent, "--dataset", "mnist"
    result = run("train", *data, "--epochs", 1, "--hidden", "8", "--out", out)
    assert (
        "--dataset mnist: the files found have MNIST's names but hold other images, called data/mnist" in result.stderr
    )
    assert "Trained 784-8-10 on data/mnist" in result.stdout
    assert load_model(out).training["dataset"] == "data/mnist"
    assert "data/mnist" in run("evaluate", "mnist", *data).stdout


def test_layers_that_no_error_reaches_are_named() -> None:
    assert "reaches the weights of layer 1 any more" in sentence(CutOff((1,), 3, 0.5))
    assert "reaches the weights of layers 1, 2 any more" in sentence(CutOff((1, 2), 3, 0.5))
    assert "reaches any of its weights any more" in sentence(CutOff((1, 2, 3), 3, 0.5))


def test_what_the_course_of_a_run_says_names_its_epoch_and_what_to_try() -> None:
    assert "overfitting since epoch 1,204" in sentence(Overfits(1204, 0.25, 0.5))
    assert "--patience 3" in sentence(Overfits(3, 0.25, 0.5))
    assert "between 0.1 and 2" in sentence(Oscillates(0.1, 2.0, 0.5))
    assert "since epoch 7: the loss stays at 1.5, and 40.00 %" in sentence(Stuck(7, 1.5, 0.4))
