"""The command line with a problem that it has never heard of."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_helpers import refused, run, run_json
from third_problem import HEAPS, register


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "heaps.safetensors"
    found = run_json("train", "--dataset", "heaps:far", "--learning-rate", "0.05", "--out", path)
    assert found["epochs"] == 20
    assert found["validation_accuracy"] > 0.95
    return path


def test_points_are_learned_measured_and_described(model: Path) -> None:
    found = run_json("evaluate", model, "--dataset", "heaps:near")
    assert len(found["confusion"]) == 3
    facts = run_json("info", model)
    assert (facts["problem"], facts["sizes"], facts["class_names"]) == ("heaps", [2, 5, 3], ["red", "green", "blue"])
    assert facts["training"]["dataset"] == "heaps:far"


def test_its_data_sets_are_listed_and_offered(tmp_path: Path) -> None:
    names = [fact["name"] for fact in run_json("data", "list")["datasets"]]
    assert set(HEAPS.datasets) < set(names)
    assert "heaps:near" in refused("train", "--dataset", "heaps", "--out", tmp_path / "x.safetensors")


def test_the_weights_of_its_units_are_drawn(model: Path, tmp_path: Path) -> None:
    for view in ("weights", "pattern"):
        assert run("features", model, "--view", view, "--out", tmp_path / f"{view}.png").exit_code == 0


def test_what_needs_pictures_is_refused(model: Path, tmp_path: Path) -> None:
    drawing = tmp_path / "drawing.json"
    drawing.write_text('{"drawings": [{"strokes": [[[0, 0], [1, 1]]]}]}', encoding="utf-8")
    for verb in (("classify", "--model", model, drawing), ("explain", model, drawing)):
        assert "2 numbers that are no picture" in refused(*verb)
    out = tmp_path / "varied.safetensors"
    assert "the inputs are no pictures" in refused(
        "train", "--dataset", "heaps:far", "--augmentation", "turn=5", "--out", out
    )


def test_a_model_for_pixels_does_not_read_points() -> None:
    sentence = refused("evaluate", "toy", "--dataset", "heaps:far")
    assert "2 classes on 4×3 pixels apart; data set heaps:far has 3 classes on 2 numbers" in sentence
