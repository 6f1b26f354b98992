"""The user's own digits on the command line."""

from pathlib import Path

import numpy as np
import pytest
from cli_helpers import refused, run, run_json

from digitapp.datasets.collection import Collection, Sample, write_collection
from digitapp.datasets.handwriting import generate_drawings


@pytest.fixture(autouse=True)
def _no_digits_of_this_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep whatever the person who runs the tests has collected out of them."""
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "user data")


def test_ones_own_digits_are_named_and_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path / "data"))
    facts = {fact["name"]: fact for fact in run_json("data", "list")["datasets"]}
    assert not facts["my-hand"]["available"]
    assert "no digits" in refused("data", "export", tmp_path / "own.json")
    samples = [
        Sample(digit.drawing, digit.style.label, digit.pen_width)
        for digit in generate_drawings(60, np.random.default_rng(0))
    ]
    write_collection(tmp_path / "data" / "my-hand.json", Collection().extended(samples))
    facts = {fact["name"]: fact for fact in run_json("data", "list")["datasets"]}
    assert facts["my-hand"]["directory"] == str(tmp_path / "data")
    assert run_json("data", "export", tmp_path / "own.json") == {
        "file": str(tmp_path / "own.json"),
        "digits": 60,
        "held_out": 20,
    }
    assert run_json("evaluate", "mnist", "--drawings", tmp_path / "own.json")["samples"] == 60
    assert "60 digits" in run("data", "export", tmp_path / "idx").stdout
    by_name = run_json("evaluate", "mnist", "--dataset", "my-hand")
    by_folder = run_json("evaluate", "mnist", "--dataset", tmp_path / "idx")
    assert by_name["samples"] == by_folder["samples"] == 20
    assert by_name["accuracy"] == by_folder["accuracy"]


def test_a_damaged_collection_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path))
    (tmp_path / "my-hand.json").write_text("{")
    assert "my-hand.json" in refused("evaluate", "mnist", "--dataset", "my-hand")
    assert "my-hand.json" in refused("data", "export", tmp_path / "own.json")


def test_a_network_goes_on_with_ones_own_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path))
    samples = [Sample(d.drawing, d.style.label, d.pen_width) for d in generate_drawings(40, np.random.default_rng(0))]
    write_collection(tmp_path / "my-hand.json", Collection().extended(samples))
    out = tmp_path / "mine.safetensors"
    result = run_json("train", "--dataset", "my-hand", "--start-from", "mnist", "--epochs", "1", "--out", out)
    assert out.is_file()
    assert result["test_accuracy"] is not None


def test_a_table_of_digits_is_added_to_ones_own(tmp_path: Path) -> None:
    rows = [[label, *np.random.default_rng(label).integers(0, 256, 784)] for label in range(5)]
    names = ["label", *(f"pixel{number}" for number in range(784))]
    table = tmp_path / "train.csv"
    table.write_text("\n".join(",".join(map(str, row)) for row in [names, *rows]))
    assert run_json("data", "import", table)["new"] == 5
    again = run_json("data", "import", table)
    assert (again["new"], again["known"]) == (0, 5)
    assert "no column label" in refused("data", "import", _without_labels(table))


def _without_labels(table: Path) -> Path:
    other = table.with_name("test.csv")
    other.write_text("\n".join(line.partition(",")[2] for line in table.read_text().splitlines()))
    return other
