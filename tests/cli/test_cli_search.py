"""``digitapp search``: a study from its first trial to the new seeds, and what it refuses in a sentence."""

import json
from pathlib import Path

import pytest
from cli_helpers import refused, run, run_json

pytest.importorskip("optuna", reason="the extra 'search' is not installed")

QUICK = ("--dataset", "toy", "--epochs", 2, "--trials", 1, "--fresh-seeds", 1)


@pytest.fixture
def study(tmp_path: Path) -> tuple[object, ...]:
    return "search", "--storage", tmp_path / "studies.sqlite3", "--study", "first"


def test_a_study_is_made_shown_listed_and_its_runs_are_kept(study: tuple[object, ...]) -> None:
    result = run(*study, *QUICK, "--search", "units=2,3", "--optimizer", "sgd", "--json")
    made = json.loads(result.stdout)

    for title in ("trial 1 of 1, guided", "trial 1 of 1, at random", "on new seeds, seed 1044"):
        assert result.stderr.count(title) == 1
    assert made["trials"] == {"wanted": 2, "over": 2, "to_the_end": 2, "given_up": 0, "made_here": 3}
    assert made["is_over"] and len(made["winner"]["fresh"]) == 1
    assert made["winner"]["fresh_mean"] == made["winner"]["fresh"][0]
    assert set(made["best"]["drawn"]) >= {"learning_rate", "units_1"} and "optimizer" not in made["best"]["drawn"]
    config = made["best"]["config"]["training"]
    assert config["optimizer"] == "sgd" and config["epochs"] == 2
    assert config["learning_rate"] == made["best"]["drawn"]["learning_rate"]
    assert run_json(*study, "--show")["best"] == made["best"]
    assert run_json(*study[:3], "--list") == {"studies": ["first"]}
    said = run(*study, "--show").stdout
    assert "in the search" in said and "on a new seed" in said

    again = run_json(*study)  # what it is, it knows itself
    assert again["trials"]["made_here"] == 0
    runs = run_json("runs", "show", "first")["runs"]
    assert [each["run"] for each in runs if each["run"] in made["best"]["runs"]] == made["best"]["runs"]
    assert len(runs) == 1 and {each["epochs"] for each in runs} == {2}


def test_what_is_refused(study: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(*study, *QUICK, "--sampler", "random", "--fresh-seeds", 0)

    assert "--trials 0" in refused(*study, "--trials", 0)
    assert "training epochs 2, not 5" in refused(*study, "--epochs", 5)
    assert "problem toy, not mnist" in refused(*study, "--dataset", "mnist")
    assert "space learning_rate 0.001 to 0.3, not" in refused(*study, "--search", "learning_rate=1e-3..0.1")
    assert "Expected --study NAME" in refused("search")
    assert "tpe, random" in refused(*study, "--sampler", "grid")
    assert "median, none, hyperband" in refused(*study, "--pruner", "mean")
    assert "cannot be searched" in refused(*study, "--search", "seed=1,2")
    assert "both fixed and searched" in refused(*study, "--hidden", "8", "--search", "units=2,3")
    assert "there is no study other" in refused(*study[:3], "--study", "other", "--show")
    space = tmp_path / "space.toml"
    space.write_text("[learning_rate]\nlow = 1\nhigh = 'x'\n")
    assert "space.toml: learning_rate: x cannot be searched" in refused(*study, "--space", space)
    space.write_text("[learning_rate\n")
    assert "no TOML file" in refused(*study, "--space", space)
    password = refused("search", "--study", "a", "--storage", "postgresql://me:s3cr3t@127.0.0.1:1/d")
    assert "cannot be reached" in password and "s3cr3t" not in password
    monkeypatch.setenv("DIGITAPP_DATA_DIR", str(tmp_path))
    assert "data download" in refused(*study[:3], "--study", "digits", "--dataset", "mnist")
    monkeypatch.setattr("digitapp.runs.search.storage.find_spec", lambda _: None)
    assert "pip install 'digitapp[search]'" in refused(*study)
