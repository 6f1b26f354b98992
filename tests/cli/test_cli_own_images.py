"""A table of 4×3 images as a data set: trained on, measured with, exported, and named in the record."""

from __future__ import annotations

from pathlib import Path

from cli_helpers import refused, run, run_json

from digitapp.datasets.load import load_dataset
from digitapp.modelfile import load_model

RING, STROKE = "0,1,1,1,1,0,1,1,0,1,1,1,1", "1,0,1,0,0,1,0,0,1,0,0,1,0"


def test_a_table_is_learned_from_and_named(tmp_path: Path) -> None:
    table, model = tmp_path / "mine.csv", tmp_path / "mine.safetensors"
    table.write_text(f"{RING}\n{STROKE}\n", encoding="utf-8")
    result = run_json("train", "--dataset", table, "--epochs", 50, "--batch-size", 2, "--out", model)
    assert result["train_accuracy"] == 1
    record = load_model(model).training
    assert record["dataset"] == "mine.csv"
    assert record["fingerprint"] == load_dataset(table).train.fingerprint
    assert load_model(model).problem == "toy"  # and the toy's usual settings, as none were given
    assert record["network"]["hidden"] == [3]
    assert run_json("evaluate", model, "--dataset", table)["samples"] == 2
    exported = run("export", model, "--to", tmp_path / "mine.xlsx", "--dataset", table, "--steps", 1)
    assert "on 2 images at once" in exported.stderr


def test_a_run_on_a_table_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    table, model, checkpoint = tmp_path / "mine.csv", tmp_path / "mine.safetensors", tmp_path / "run.ckpt"
    table.write_text(f"{RING}\n{STROKE}\n", encoding="utf-8")
    train = ("train", "--out", model)
    assert run(*train, "--dataset", table, "--epochs", 2, "--checkpoint", checkpoint).exit_code == 0
    assert run(*train, "--resume", checkpoint).exit_code == 0
    table.write_text(f"{RING}\n{RING}\n{STROKE}\n", encoding="utf-8")
    assert "data" in refused(*train, "--resume", checkpoint)


def test_the_line_and_the_column_at_fault_are_named(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    for lines, said in (
        ("1,0\n", "line 1: 2 fields; expected a label and 12 pixels"),
        (f"{RING}\n{STROKE[:-1]}x\n", "line 2, column 13: the pixel 'x'; expected 0 or 1"),
        (f"7{RING[1:]}\n", "line 1, column 1: the label '7'; expected 0 or 1"),
        ("", "line 1: no column label"),
    ):
        table.write_text(lines, encoding="utf-8")
        assert said in refused("train", "--dataset", table, "--out", tmp_path / "a.safetensors")
    assert "No such file" in refused("evaluate", "toy", "--dataset", tmp_path / "none.csv")
