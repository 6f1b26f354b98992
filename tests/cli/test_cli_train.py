"""``digitapp train``: what it makes and says, and what it refuses before it begins."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_helpers import refused, run, run_json

from digitapp.calibration import calibrate
from digitapp.modelfile import load_model


def test_json_has_the_promised_keys(tmp_path: Path) -> None:
    out = tmp_path / "toy.safetensors"
    result = run_json("train", "--dataset", "toy", "--hidden", 3, "--epochs", 200, "--seed", 0, "--out", out)
    keys = ["epochs", "seconds", "train_accuracy", "validation_accuracy", "test_accuracy", "model"]
    assert list(result) == keys
    assert result["epochs"] == 200 and result["train_accuracy"] == 1 and result["test_accuracy"] is None
    assert result["model"] == str(out) and load_model(out).network.sizes == (12, 3, 2)


def test_without_json_people_are_told(tmp_path: Path) -> None:
    result = run("train", "--dataset", "toy", "--epochs", 20, "--out", tmp_path / "toy.safetensors")
    assert "Trained 12-3-2 on toy: 20 epochs" in result.stdout and "validation" in result.stdout
    assert "  test " not in result.stdout
    assert result.stderr.count("epoch") <= 2 * 11  # progress, but not a line for each epoch


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.safetensors", "b.safetensors", "c.safetensors")]
    for seed, file in zip((4, 4, 5), files, strict=True):
        run_json("train", "--dataset", "toy", "--epochs", 5, "--seed", seed, "--out", file)
    contents = [file.read_bytes() for file in files]
    assert contents[0] == contents[1] != contents[2]


def test_every_option_reaches_the_run(tmp_path: Path) -> None:
    out = tmp_path / "toy.safetensors"
    options = (
        "--hidden 4,3 --activation tanh --initializer glorot --loss cross_entropy --optimizer adam "
        "--learning-rate 0,01 --batch-size 5 --epochs 2 --seed 7 --momentum 0.5 --weight-decay 0.1 "
        "--l1 0.01 --l2 0.02 --schedule constant --optimizer-option beta1=0.8 --optimizer-option epsilon=1e-7"
    )
    run_json("train", "--dataset", "toy", "--out", out, *options.split())
    record = load_model(out).training
    assert record["dataset"] == "toy"
    assert record["network"] == {
        "hidden": [4, 3],
        "activation": "tanh",
        "initializer": "glorot",
        "normalization": "none",
    }
    expected = {
        "loss": "cross_entropy",
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 5,
        "epochs": 2,
        "seed": 7,
        "momentum": 0.5,
        "weight_decay": 0.1,
        "l1": 0.01,
        "l2": 0.02,
        "schedule": "constant",
        "optimizer_options": {"beta1": 0.8, "epsilon": 1e-7},
    }
    assert expected.items() <= record["config"].items()


def test_a_model_to_start_from(tmp_path: Path) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    shape = ("--hidden", "4,3", "--activation", "tanh,maxout2", "--normalization", "batch")
    run_json("train", "--dataset", "toy", *shape, "--epochs", 1, "--pretrain-epochs", 2, "--out", first)
    still = ("--epochs", 1, "--optimizer", "sgd", "--learning-rate", 1e-9)
    run_json("train", "--dataset", "toy", "--start-from", first, *still, "--out", second)
    before, after = load_model(first), load_model(second)
    assert after.network.activations == ("tanh", "maxout2", "sigmoid")
    np.testing.assert_allclose(after.network.parameters, before.network.parameters, atol=1e-5)
    assert after.training["start_from"] == "first"
    line = refused("train", "--dataset", "toy", "--start-from", first, "--hidden", 5, "--out", second)
    assert "start-from" in line and "12-5-2" in line and "12-4-3-2" in line


def test_a_network_without_hidden_layers(tmp_path: Path) -> None:
    out = tmp_path / "toy.safetensors"
    run_json("train", "--dataset", "toy", "--hidden", "", "--epochs", 1, "--out", out)
    assert load_model(out).network.sizes == (12, 2)


def test_a_folder_of_idx_files(idx_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "bars.safetensors"
    result = run_json("train", "--dataset", idx_folder, "--hidden", 4, "--epochs", 20, "--out", out)
    assert result["test_accuracy"] == 1
    assert load_model(out).class_names == ("0", "1")
    assert run_json("evaluate", out, "--dataset", idx_folder)["samples"] == 8


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--hidden", "12,x"),
        ("--hidden", "0"),
        ("--activation", "magic"),
        ("--loss", "magic"),
        ("--optimizer", "magic"),
        ("--learning-rate", "0"),
        ("--learning-rate", "fast"),
        ("--batch-size", "1.5"),
        ("--epochs", "-1"),
        ("--seed", "x"),
        ("--momentum", "nan"),
        ("--optimizer-option", "beta1"),
        ("--optimizer-option", "magic=1"),
        ("--augmentation turn=", "wide"),
        ("--epochs", "9" * 5000),
        ("--learning-rate", ""),
        ("--threads", "-1"),
        ("--threads", "1000"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(option: str, value: str, tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    words = [*option.split()[:-1], option.split()[-1] + value] if "=" in option else [option, value]
    line = refused("train", "--dataset", "toy", *words, "--out", out)
    assert option in line and "expected" in line and not out.exists()


@pytest.mark.parametrize("batch_size", [1, 2, 47])
def test_threads_may_be_more_than_cores_or_samples_in_a_batch(batch_size: int, tmp_path: Path) -> None:
    """Of 48 images the last batch holds one, or fewer than there are threads."""
    paths = [tmp_path / f"{name}.safetensors" for name in ("first", "second")]
    for out in paths:
        run_json("train", "--dataset", "toy", "--threads", 60, "--batch-size", batch_size, "--epochs", 2, "--out", out)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    training = load_model(paths[0]).training
    assert training is not None and training["parts"] == training["config"]["threads"] == 60


def test_the_seed_of_a_model_to_start_from_stays(idx_folder: Path, tmp_path: Path) -> None:
    """It decides which images validate: with another one the model knows some of them."""
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    bars = ("train", "--dataset", idx_folder, "--hidden", 4, "--epochs", 1)
    run(*bars, "--seed", 7, "--out", first)
    result = run(*bars, "--start-from", first, "--out", second)
    assert load_model(second).training["config"]["seed"] == 7 and "seed" not in result.stderr
    result = run(*bars, "--start-from", first, "--seed", 3, "--out", second)
    assert load_model(second).training["config"]["seed"] == 3
    assert "first was trained with seed 7: of what validates with seed 3 it knows a part" in result.stderr


def test_an_unknown_data_set_or_missing_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITAPP_DATA_DIR", raising=False)
    out = tmp_path / "model.safetensors"
    assert "nonsense" in refused("train", "--dataset", "nonsense", "--out", out)
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
    line = refused("train", "--dataset", "mnist", "--data-dir", tmp_path, "--out", out)
    assert str(tmp_path) in line and "digitapp data download" in line


@pytest.mark.parametrize("place", ["missing/model.safetensors", "."])
def test_a_place_that_cannot_be_written_is_refused_before_training(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitapp.cli.train.load_dataset", lambda *_, **__: pytest.fail("training had begun"))
    assert "--out" in refused("train", "--dataset", "toy", "--out", tmp_path / place)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_read_only_folder_is_refused_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("digitapp.cli.output.tempfile.TemporaryFile", refuse)  # as root nothing is read-only
    line = refused("train", "--dataset", "toy", "--out", tmp_path / "model.safetensors")
    assert "cannot be written to (Permission denied)" in line


def test_a_trained_model_that_cannot_be_written_is_rescued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
    out = tmp_path / "stick" / "model.safetensors"
    out.parent.mkdir()

    def pull(*arguments: Any, **options: Any) -> Any:
        out.parent.rmdir()
        out.parent.write_text("the stick is gone")
        return calibrate(*arguments, **options)

    monkeypatch.setattr("digitapp.cli.train.calibrate", pull)
    line = run("train", "--dataset", "toy", "--epochs", 1, "--out", out).stderr.splitlines()[-1]
    (rescued,) = (tmp_path / "user" / "rescued").iterdir()
    assert str(out) in line and str(rescued) in line
    assert load_model(rescued).problem == "toy"


def test_a_disk_that_fills_up_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("digitapp.atomic.os.fsync", full)
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user")
    out = tmp_path / "model.safetensors"
    result = run("train", "--dataset", "toy", "--epochs", 1, "--out", out)
    assert result.exit_code == 2 and "No space left on device" in result.stderr.splitlines()[-1]
    # The list of runs says that one has begun.
    assert {path.name.partition(".")[0] for path in tmp_path.rglob("*") if path.is_file()} == {"kept"}


def test_a_run_that_diverges_says_so_and_writes_nothing(idx_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "model.safetensors"
    network = ("--hidden", "4,4,4,4,4,4", "--activation", "identity", "--loss", "cross_entropy")
    speed = ("--optimizer", "sgd", "--learning-rate", "1000", "--batch-size", "4")
    result = run("train", "--dataset", idx_folder, *network, *speed, "--out", out)
    assert result.exit_code == 2 and not out.exists()
    assert "diverged in epoch" in result.stderr and "--learning-rate" in result.stderr


def test_ctrl_c_ends_with_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("digitapp.runs.plan.begin", interrupted)
    out = tmp_path / "model.safetensors"
    result = run("train", "--dataset", "toy", "--out", out)
    assert result.exit_code == 130 and result.stderr.strip() == "digitapp: stopped" and not out.exists()


def test_real_mnist(mnist_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "mnist.safetensors"
    options = ("--hidden", "16", "--epochs", "1", "--batch-size", "256", "--learning-rate", "0.005")
    result = run_json("train", "--dataset", "mnist", *options, "--data-dir", mnist_dir, "--out", out)
    assert result["test_accuracy"] > 0.85
    evaluation = run_json("evaluate", out, "--dataset", "mnist", "--data-dir", mnist_dir)
    assert evaluation["samples"] == 10_000 and evaluation["accuracy"] == result["test_accuracy"]
