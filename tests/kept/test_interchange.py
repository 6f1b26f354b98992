"""Runs in a file: whole they are the same runs elsewhere, and no damage of it breaks anything."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from cli_helpers import refused, run_json

from digitapp.kept.interchange import RunsFileError, import_runs, read_runs_file, runs_as_json
from digitapp.kept.register import read_curves, read_lines
from digitapp.kept.runs import RunFate
from digitapp.kept.store import Store


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of two runs that were really trained."""
    monkeypatch.setattr("digitapp.resources.user_data_dir", lambda: tmp_path / "here")
    run_json(
        *("train", "--dataset", "toy", "--epochs", 3, "--repeat", 2, "--name", "Two"),
        "--out",
        tmp_path / "m.safetensors",
    )
    store = Store(tmp_path / "here")
    path = tmp_path / "runs.json"
    path.write_text(runs_as_json(store, [line.key for line in read_lines(store)]))
    store.close()
    return path


def test_a_file_brings_the_same_runs_but_no_weights(exported: Path, tmp_path: Path) -> None:
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    found = import_runs(there, read_runs_file(exported))
    assert (found.new, found.known, found.damaged) == (2, 0, 0)
    for line, copy in zip(read_lines(here), read_lines(there), strict=True):
        assert (copy.key, copy.name, copy.settings(), copy.results) == (
            *(line.key, line.name, line.settings()),
            line.results,
        )
        assert read_curves(there, copy.key) == read_curves(here, line.key)
    assert import_runs(there, read_runs_file(exported)).known == 2
    here.close()
    there.close()


def test_a_run_that_was_under_way_elsewhere_is_given_up_here(exported: Path, tmp_path: Path) -> None:
    runs = read_runs_file(exported)
    runs[0]["state"] = RunFate.UNDER_WAY.value
    store = Store(tmp_path / "there")
    assert import_runs(store, runs).new == 2
    assert sorted(line.fate for line in read_lines(store)) == [RunFate.ENDED, RunFate.GIVEN_UP]
    store.close()


def test_no_damage_does_harm(exported: Path, tmp_path: Path) -> None:
    whole, rng = json.loads(exported.read_bytes()), random.Random(5)
    store, damaged = Store(tmp_path / "there"), tmp_path / "damaged.json"
    odd = (None, -1, 1e308, "", "x" * 300_000, [], {}, True, "\ud800")
    for _ in range(150):
        other = json.loads(json.dumps(whole))
        run = rng.choice(other["runs"])
        run[rng.choice(list(run))] = rng.choice(odd)
        damaged.write_text(json.dumps(other))
        found = import_runs(store, read_runs_file(damaged))
        assert found.new + found.known + found.damaged == 2
        assert len(read_lines(store)) == len(store.rows("SELECT run FROM runs"))
    text = exported.read_bytes()
    for _ in range(50):
        place = rng.randrange(len(text))
        damaged.write_bytes(text[:place] + rng.randbytes(3) + text[place + rng.choice((0, 3, 300)) :])
        try:
            import_runs(store, read_runs_file(damaged))
        except RunsFileError as error:
            assert error.reason
    assert store.check() == []
    store.close()


def test_the_command_line_imports_and_says_what_is_no_file_of_runs(exported: Path, tmp_path: Path) -> None:
    assert run_json("runs", "import", exported) == {"new": 0, "known": 2, "damaged": 0}
    (tmp_path / "other.json").write_text("[1, 2]")
    assert "holds no runs" in refused("runs", "import", tmp_path / "other.json")
    assert "cannot be read" in refused("runs", "import", tmp_path / "missing.json")
