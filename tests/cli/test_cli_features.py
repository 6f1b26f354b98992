"""``digitapp features``: the units of a layer as a picture."""

from pathlib import Path

import pytest
from cli_helpers import refused, run
from PIL import Image


@pytest.mark.parametrize("options", [(), ("--layer", 2), ("--layer", 2, "--projected"), ("--layer", 3)])
def test_a_picture_is_written(digits_model: Path, tmp_path: Path, options: tuple[object, ...]) -> None:
    out = tmp_path / "units.png"
    result = run("features", digits_model, "--out", out, "--theme", "dark", *options)
    assert result.exit_code == 0, result.stderr
    with Image.open(out) as image:
        image.load()
        assert image.format == "PNG" and min(image.size) > 100
    assert [path.name for path in tmp_path.glob("*units*")] == ["units.png"]


def test_what_cannot_be_drawn_is_refused(digits_model: Path, tmp_path: Path) -> None:
    for layer in (0, 4, "x"):
        assert f"--layer {layer}: expected" in refused("features", digits_model, "--layer", layer, "--out", "a.png")
    assert ".png" in refused("features", digits_model, "--out", tmp_path / "units.jpg")
    assert "missing" in refused("features", digits_model, "--out", tmp_path / "missing" / "units.png")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--view", "class"), "--view class: expected --class as well, one of 0, 1, 2"),
        (("--view", "class", "--class", "x"), "--class x: expected one of 0, 1, 2"),
        (("--dataset", "handwriting"), "--dataset handwriting: expected with --view pattern or class"),
        (("--view", "pattern", "--dataset", "toy"), "data set toy has 2 classes on 4×3"),
    ],
)
def test_a_view_says_what_it_needs(digits_model: Path, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    assert words in refused("features", digits_model, *options, "--out", tmp_path / "units.png")


def test_data_of_another_problem_are_refused_before_they_are_made(
    toy_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("digitapp.cli.inputs.load_dataset")
    line = refused("features", toy_model, "--view", "pattern", "--dataset", "handwriting", "--out", tmp_path / "a.png")
    assert "data set handwriting has 10 classes on 28×28" in line
