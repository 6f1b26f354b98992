"""``digitapp explain``, in this process."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from digitapp.cli import app
from digitapp.drawing.files import write_drawings
from digitapp.drawing.ink import Drawing

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(app, ["explain", *map(str, arguments)], prog_name="digitapp")


@pytest.fixture
def one(tmp_path: Path) -> Path:
    path = tmp_path / "one.json"
    write_drawings(path, [Drawing.from_points([np.array([[0.55, 0.2], [0.5, 0.5], [0.45, 0.8]])])])
    return path


@pytest.fixture
def zero(tmp_path: Path) -> Path:
    path = tmp_path / "zero.txt"
    path.write_text("110\n101\n101\n011\n")
    return path


def test_json_adds_up(run: Run, one: Path) -> None:
    result = run("mnist", one, "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert told["answer"] == "1"
    parts = told["contributions"]
    units = sum(unit["contribution"] for unit in parts["units"])
    assert parts["bias"] + units + parts["rest"] == pytest.approx(parts["total"], abs=1e-4)
    logits = dict(zip("0123456789", told["logits"], strict=True))
    assert parts["total"] == pytest.approx(logits[told["label"]] - logits[told["against"]], abs=1e-4)
    integrated = told["maps"]["integrated"]
    assert sum(integrated["values"]) == pytest.approx(integrated["expected_sum"], rel=0.01)
    change = told["change"]
    assert change["reached"]
    assert "0123456789"[int(np.argmax(change["probabilities"]))] == change["target"]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_picture_is_written(run: Run, zero: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"why.{suffix}"
    result = run("toy", zero, "--out", out, "--theme", "dark")
    assert result.exit_code == 0
    assert out.read_bytes().startswith(b"\x89PNG" if suffix == "png" else b"<svg")
    assert "Why 0 rather than 1?" in result.stdout
    assert "The smallest change: to make it a 1" in result.stdout


def test_another_question_and_another_target(run: Run, one: Path) -> None:
    told = json.loads(run("mnist", one, "--label", "7", "--against", "none", "--target", "4", "--json").stdout)
    assert (told["label"], told["against"], told["change"]["target"]) == ("7", None, "4")
    assert told["contributions"]["total"] == pytest.approx(told["logits"][7], abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--label", "x"), "--label x: expected one of 0, 1"),
        (("--target", "1"), "read as 1 already"),
        (("--label", "3", "--against", "3"), "expected another one"),
        (("--index", "1"), "--index 1: expected 0, for"),
        (("--out", "why.jpg"), "ends in .png or .svg"),
    ],
)
def test_bad_wishes_are_one_clear_line(run: Run, one: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run("mnist", one, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_bad_files_are_one_clear_line(run: Run, tmp_path: Path, one: Path) -> None:
    text = tmp_path / "five.txt"
    text.write_text("111\n")
    result = run("toy", text)
    assert result.exit_code == 2
    assert "expected 4 lines of 3 digits" in result.stderr
    text.write_text("000\n" * 4)
    assert "every pixel is off" in run("toy", text).stderr
    assert "--index 1: expected 0" in run("toy", text, "--index", "1").stderr
    assert run("toy", tmp_path / "missing.txt").exit_code == 2
    assert run("mnist", tmp_path / "missing.json").exit_code == 2
    assert run("nothing", one).exit_code == 2
