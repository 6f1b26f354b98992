"""The command line calibrates every network that it trains."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import run, run_json

from digitapp.calibration import UNCALIBRATED, Calibration, calibrate
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.modelfile import Model, load_model, save_model
from digitapp.nn import Network

KNOWN = Calibration(2.0, 0.2)
DIGITS = tuple("0123456789")


@pytest.fixture
def noise() -> Dataset:
    split = Split(np.random.default_rng(0).random((300, 784), dtype=np.float32), np.arange(300) % 10)
    return Dataset("handwriting", PROBLEMS["mnist"], split, split)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A calibrated model 784-10."""
    path = tmp_path / "known.safetensors"
    network = Network((784, 10), ("identity",))
    save_model(Model(network, "cross_entropy", "mnist", DIGITS, "mnist", calibration=KNOWN), path)
    return path


def use(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitapp.cli.train.load_dataset", lambda *_, **__: dataset)


def test_it_is_fitted_on_the_validation_part(
    tmp_path: Path, known: Path, noise: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(noise, monkeypatch)
    out = tmp_path / "out.safetensors"
    run_json("train", "--dataset", "handwriting", "--start-from", known, "--epochs", 1, "--out", out)
    trained = load_model(out)
    assert trained.calibration == calibrate(trained.network, "cross_entropy", [noise.validation]) != KNOWN
    facts = {"temperature": trained.calibration.temperature, "threshold": trained.calibration.threshold}
    assert run_json("info", out)["calibration"] == facts
    assert "  threshold" in run("info", out).stdout


def test_without_a_validation_part_it_is_that_of_the_model_to_start_from(
    tmp_path: Path, known: Path, noise: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(replace(noise, validation=None), monkeypatch)
    out, saved = tmp_path / "out.safetensors", tmp_path / "run.checkpoint"
    settings = ("--dataset", "handwriting", "--start-from", known, "--epochs", 2)
    run_json("train", *settings, "--out", out, "--checkpoint", saved)
    assert load_model(out).calibration == KNOWN
    out.unlink()
    run_json("train", "--resume", saved, "--out", out)
    assert load_model(out).calibration == KNOWN
    run_json("train", *settings, "--loss", "hinge", "--out", out)
    assert load_model(out).calibration == UNCALIBRATED
    assert "Calibration: none" in run("info", out).stdout


def test_a_network_that_knows_what_is_no_digit_goes_on_learning_it(
    tmp_path: Path, known: Path, noise: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(noise, monkeypatch)
    taught, first, second = (tmp_path / f"{name}.safetensors" for name in ("taught", "first", "second"))
    save_model(replace(load_model(known), training={"foils": 9}), taught)
    settings = ("--dataset", "handwriting", "--start-from", taught, "--epochs", 2)
    saved = tmp_path / "run.checkpoint"
    result = run("train", *settings, "--out", first, "--checkpoint", saved)
    assert "26 drawings that are no digits are mixed in, so that taught goes on refusing such" in result.stderr
    assert "of 300" in result.stdout, "the accuracies are those of digits"
    trained = load_model(first)
    assert trained.training["foils"] == 26
    assert trained.training["results"]["train_samples"] == 300

    run_json("train", "--resume", saved, "--out", second)
    np.testing.assert_array_equal(load_model(second).network.parameters, trained.network.parameters)
    result = run("train", *settings, "--loss", "hinge", "--out", second)
    assert "no digits" not in result.stderr, "a network with another loss has no threshold to keep"
    assert "foils" not in load_model(second).training
    assert "no digits" not in run("train", *settings[:3], known, "--epochs", 1, "--out", second).stderr
