"""``digitapp evaluate``: how good a model is on data or drawings, and what cannot be measured."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli_helpers import refused, run, run_json

from digitapp.calibration import Calibration
from digitapp.modelfile import load_model, save_model


def test_what_is_refused_is_counted_beside_the_accuracy(digits_model: Path, drawings: Path, tmp_path: Path) -> None:
    before = run_json("evaluate", digits_model, "--drawings", drawings)
    choosy = tmp_path / "choosy.safetensors"
    save_model(replace(load_model(digits_model), calibration=Calibration(1.0, 1.0)), choosy)
    after = run_json("evaluate", choosy, "--drawings", drawings)
    assert before["refused"] == 1, "without ink there is no digit, whatever the model"
    assert after == {**before, "refused": before["samples"]}
    assert "(2 of 2 not taken for a digit)" in run("evaluate", choosy, "--drawings", drawings).stdout
    assert "(1 of 2 not taken for a digit)" in run("evaluate", digits_model, "--drawings", drawings).stdout


def test_drawings_are_refused_by_the_rules_of_the_canvas(digits_model: Path, tmp_path: Path) -> None:
    lenient = tmp_path / "lenient.safetensors"  # by the probabilities alone it refuses nothing
    save_model(replace(load_model(digits_model), calibration=Calibration(20.0, 0.0)), lenient)
    zigzag = [[100 * (turn % 2), 10 * turn] for turn in range(12)]
    content = [{"label": 1, "strokes": [stroke]} for stroke in ([[0, 0], [0, 100]], zigzag)]
    path = tmp_path / "scribble.json"
    path.write_text(json.dumps({"drawings": content}))
    labels = [result["label"] for result in run_json("classify", path, "--model", lenient)["results"]]
    assert labels.count(None) == 1
    assert run_json("evaluate", lenient, "--drawings", path)["refused"] == 1


def test_json_has_the_promised_keys(toy_model: Path) -> None:
    result = run_json("evaluate", toy_model, "--dataset", "toy", "--part", "train")
    assert list(result) == ["samples", "accuracy", "loss", "confusion", "refused"]
    confusion = np.array(result["confusion"])
    assert confusion.shape == (2, 2) and confusion.sum() == result["samples"] == 48
    assert result["accuracy"] == confusion.trace() / 48


def test_people_read_a_table(toy_model: Path) -> None:
    result = run("evaluate", toy_model)
    assert "toy-model on toy" in result.stdout and "of 64 wrong" in result.stdout


def test_drawings_with_labels_are_measured(digits_model: Path, drawings: Path) -> None:
    result = run("evaluate", digits_model, "--drawings", drawings, "--json")
    assert "1 drawings without a label" in result.stderr
    evaluation = json.loads(result.stdout)
    read = run_json("classify", "--model", digits_model, drawings)["results"]
    assert evaluation["samples"] == 2
    row = evaluation["confusion"][1]
    assert row[int(read[0]["label"])] == 1  # the drawing of a 1 was read as `classify` reads it


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--dataset", "toy", "--part", "test"), ["--part test", "validation and train"]),
        (("--dataset", "toy", "--part", "nonsense"), ["nonsense", "validation"]),
        (("--dataset", "toy", "--seed", "-1"), ["--seed -1: expected"]),
        (("--dataset", "nonsense"), ["nonsense", "expected"]),
        (("--drawings", "nonsense.json"), ["set by hand"]),
    ],
)
def test_what_cannot_be_measured_is_refused(toy_model: Path, arguments: tuple[str, ...], words: list[str]) -> None:
    line = refused("evaluate", toy_model, *arguments)
    assert all(word in line for word in words)


def test_a_model_for_another_problem_is_refused(digits_model: Path, toy_model: Path, idx_folder: Path) -> None:
    assert "28×28" in refused("evaluate", digits_model, "--dataset", "toy")
    assert "4×3" in refused("evaluate", toy_model, "--dataset", idx_folder)


def test_drawings_go_before_a_data_set_and_have_no_parts(digits_model: Path, drawings: Path) -> None:
    result = run("evaluate", digits_model, "--drawings", drawings, "--dataset", "mnist", "--json")
    assert "--dataset mnist is not looked at" in result.stderr
    assert json.loads(result.stdout) == run_json("evaluate", digits_model, "--drawings", drawings)
    assert "--part" in refused("evaluate", digits_model, "--drawings", drawings, "--part", "test")


def test_drawings_without_labels_measure_nothing(digits_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "unlabelled.json"
    path.write_text('{"drawings": [{"strokes": [[[0, 0], [1, 1]]]}]}')
    assert "label" in refused("evaluate", digits_model, "--drawings", path)


def test_a_missing_model_names_those_there_are() -> None:
    assert "no-such-model" in refused("evaluate", "no-such-model")
