"""``digitapp info``: what is in a model, and what the program runs on."""

from pathlib import Path

from cli_helpers import refused, run, run_json


def test_a_model(toy_model: Path) -> None:
    facts = run_json("info", toy_model)
    assert facts["sizes"] == [12, 3, 2] and facts["parameters"] == 47
    assert [layer["parameters"] for layer in facts["layers"]] == [39, 8]
    assert facts["bytes"] == toy_model.stat().st_size and facts["training"]["config"]["epochs"] == 3
    text = run("info", toy_model).stdout
    assert "12-3-2, 47 parameters" in text and "config epochs" in text


def test_a_model_without_a_record(digits_model: Path) -> None:
    assert "Training: no record" in run("info", digits_model).stdout


def test_the_system() -> None:
    facts = run_json("info", "--system")
    assert {"versions", "blas", "cpu", "directories", "notes"} == set(facts)
    assert "Directories" in run("info", "--system").stdout


def test_neither_or_both_are_refused() -> None:
    assert "--system" in refused("info")
    assert "--system" in refused("info", "toy", "--system")
