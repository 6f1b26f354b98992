"""``digitapp export``: workbooks and arrays out, workbooks back in, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from cli_helpers import refused, run

from digitapp.exports.spreadsheet_reader import read_spreadsheet
from digitapp.modelfile import load_model


def test_the_toy_goes_into_a_workbook_and_comes_back(tmp_path: Path) -> None:
    sheet, back = tmp_path / "toy.xlsx", tmp_path / "back.safetensors"
    result = run("export", "toy", "--to", sheet, "--steps", 2, "--learning-rate", "0.2")
    assert result.exit_code == 0
    assert result.stdout == f"Wrote {sheet}\n"
    assert "all 47 weights and biases are the model's" in result.stderr
    assert "plain gradient descent on 64 images at once, learning rate 0.2, 2 steps" in result.stderr
    assert run("export", sheet, "--to", back).exit_code == 0
    np.testing.assert_array_equal(load_model(back).network.parameters, load_model("toy").network.parameters)
    assert run("export", sheet, "--to", back, "--step", 3).exit_code == 0
    np.testing.assert_array_equal(load_model(back).network.parameters, read_spreadsheet(sheet, 3).network.parameters)


def test_one_image_can_be_learned_from_alone(tmp_path: Path) -> None:
    sheet = tmp_path / "one.xlsx"
    result = run("export", "toy", "--to", sheet, "--image", 64, "--steps", 1, "--momentum", "0.9")
    assert "descent with momentum on 1 image," in result.stderr
    about = openpyxl.load_workbook(sheet, data_only=True)["About"]
    assert about["B10"].value == 1 and about["B12"].value == 0.9


def test_digits_show_the_drawn_3_or_an_image_of_a_folder(tmp_path: Path, few_mnist_dir: Path) -> None:
    model = tmp_path / "small.safetensors"
    trained = run("train", "--dataset", few_mnist_dir, "--hidden", 8, "--epochs", 1, "--out", model)
    assert trained.exit_code == 0
    result = run("export", model, "--to", tmp_path / "three.xlsx")
    assert result.exit_code == 0 and "the network's own answer" in result.stderr
    assert run("export", model, "--to", tmp_path / "5.xlsx", "--image", 5, "--dataset", few_mnist_dir).exit_code == 0
    assert "without steps" in refused("export", model, "--to", tmp_path / "no.xlsx", "--steps", 1)


def test_arrays_for_numpy(tmp_path: Path) -> None:
    path = tmp_path / "toy.npz"
    assert run("export", "toy", "--to", path).exit_code == 0
    network = load_model("toy").network
    with np.load(path) as arrays:
        hidden = 1 / (1 + np.exp(-(np.eye(12) @ arrays["layers.0.weight"] + arrays["layers.0.bias"])))
        outputs = 1 / (1 + np.exp(-(hidden @ arrays["layers.1.weight"] + arrays["layers.1.bias"])))
        assert arrays["activations"].tolist() == ["sigmoid", "sigmoid"]
    np.testing.assert_allclose(outputs, network.forward(np.eye(12)), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("toy", "--to", "toy.ods"), "ends in .xlsx, .npz or .safetensors"),
        (("toy", "--to", "toy"), "ends in .xlsx"),
        (("toy", "--to", "no-such-folder/toy.xlsx"), "does not exist"),
        (("toy", "--to", "toy.xlsx", "--image", "65"), "expected 1 to 64"),
        (("toy", "--to", "toy.xlsx", "--steps", "100000"), "at most"),
        (("toy", "--to", "toy.xlsx", "--steps", "-1"), "--steps"),
        (("toy", "--to", "toy.xlsx", "--learning-rate", "nan"), "--learning-rate"),
        (("toy", "--to", "toy.xlsx", "--momentum", "1"), "momentum"),
        (("toy", "--to", "toy.xlsx", "--dataset", "chess"), "chess"),
        (("toy", "--to", "toy.xlsx", "--step", "1"), "--step"),
        (("toy", "--to", "toy.npz", "--steps", "1"), "--steps"),
        (("toy", "--to", "toy.npz", "--momentum", "0.5"), "--momentum"),
        (("everyday", "--to", "everyday.xlsx"), "weights and biases"),
        (("nothing.xlsx", "--to", "a.safetensors"), "No such file"),
        (("nothing", "--to", "a.xlsx"), "no such model"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refused("export", *arguments)
    assert not list(tmp_path.iterdir())
