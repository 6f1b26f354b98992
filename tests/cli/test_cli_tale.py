"""``digitapp tale``: how often networks learn what the tale says."""

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
    ],
    ids=" ".join,
)
def test_bad_input_is_one_line(arguments: tuple[str, str]) -> None:
    assert arguments[0] in refused("tale", *arguments)
