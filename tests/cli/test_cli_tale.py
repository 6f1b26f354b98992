"""``digitapp tale``: how often networks learn what the tale says."""

from pathlib import Path

import pytest
from cli_helpers import refused, run, run_json


def test_every_network_has_one_outcome() -> None:
    counts = run_json("tale", "--seeds", 12, "--hidden", 8)
    assert list(counts) == ["seeds", "tale", "other", "failed"]
    assert counts["seeds"] == 12 == counts["tale"] + counts["other"] + counts["failed"]
    assert counts["tale"] > 0
    assert run_json("tale", "--seeds", 12, "--hidden", 8) == counts


def test_it_says_how_sure_the_shares_are() -> None:
    lines = run("tale", "--seeds", 4, "--hidden", 2, "--epochs", 1).stdout.splitlines()
    assert lines[0] == "4 networks 12-2-2, Sigmoid, 1 epoch each"
    assert lines[1].split() == ["the", "tale", "came", "true", "0", "0%", "(0%", "to", "49%)"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seeds", "0"),
        ("--seeds", "10001"),
        ("--hidden", "9"),
        ("--activation", "maxout2"),
        ("--activation", "none"),
        ("--epochs", "0"),
        ("--learning-rate", "nan"),
        ("--learning-rate", "-1"),
        ("--initializer", "none"),
        ("--noise", "0.51"),
        ("--noise", "-0.1"),
        ("--noise", "much"),
        ("--csv", "no-such-folder/tale.csv"),
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line(arguments: tuple[str, str]) -> None:
    assert arguments[0] in refused("tale", *arguments)


def test_noise_makes_it_harder() -> None:
    clean, noisy = (run_json("tale", "--seeds", 6, "--noise", noise) for noise in (0, 0.4))
    assert clean["failed"] == 0 < noisy["failed"]
    lines = run("tale", "--seeds", 2, "--epochs", 1, "--noise", 0.4).stdout.splitlines()
    assert lines[0].endswith("0.4 of the pixels flipped")


def test_kinds_of_solutions_add_up() -> None:
    lines = [line.split("  ") for line in run("tale", "--seeds", 12).stdout.splitlines()[1:]]
    counts = {line[1] or line[2]: int(next(cell for cell in line if cell.strip().isdecimal())) for line in lines}
    kinds = {name: count for name, count in counts.items() if name.startswith("found")}
    assert kinds and sum(kinds.values()) == counts["another solution"]


def test_a_line_for_each_network_is_written(tmp_path: Path) -> None:
    counts = run_json("tale", "--seeds", 5, "--epochs", 100, "--csv", tmp_path / "tale.csv")
    lines = (tmp_path / "tale.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6 and lines[0].startswith("seed,outcome,found,right,error,unit_A,match_A")
    outcomes = [line.split(",")[1] for line in lines[1:]]
    assert all(outcomes.count(name) == counts[name] for name in ("tale", "other", "failed"))
