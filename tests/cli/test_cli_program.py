"""The program itself on the command line: its help, its version, wrong usage, and the door to the window."""

from dataclasses import fields

import pytest
from cli_helpers import refused, run

from digitapp.cli import VERBS
from digitapp.nn import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES
from digitapp.training import NetworkConfig, TrainConfig


def test_the_program_lists_its_verbs() -> None:
    result = run("--help")
    assert result.exit_code == 0
    assert all(f"\n  {verb} " in result.stdout for verb in VERBS)


GROUPS = {"data": ("import",), "runs": ("list", "show", "compare", "export", "delete", "restore")}


@pytest.mark.parametrize(
    "verb",
    [(verb, *more) for verb in VERBS for more in ([(inner,) for inner in GROUPS[verb]] if verb in GROUPS else [()])],
    ids=" ".join,
)
def test_every_verb_has_help_with_an_example(verb: tuple[str, ...]) -> None:
    result = run(*verb, "--help")
    assert result.exit_code == 0
    assert f"Usage: digitapp {' '.join(verb)}" in result.stdout and "Example: digitapp" in result.stdout


def test_choices_come_from_the_engine() -> None:
    words = set(run("train", "--help").stdout.replace(",", " ").replace(".", " ").split())
    for registry in (ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, SCHEDULES):
        assert set(registry) <= words


def test_every_setting_is_an_option() -> None:
    text = run("train", "--help").stdout
    for field in (*fields(NetworkConfig), *fields(TrainConfig)):
        option = f"--{field.name.replace('_', '-')}"
        assert f"  {option} " in text or f"  {option.removesuffix('s')} " in text


def test_version() -> None:
    assert run("--version").stdout.startswith("digitapp ")


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("train",), ("classify",), ("data",), ("data", "nonsense"), ("info", "--nonsense")]
)
def test_wrong_usage_is_one_line(arguments: tuple[str, ...]) -> None:
    assert "--help)" in refused(*arguments)


def test_what_cannot_be_shown_is_refused_before_a_window_opens() -> None:
    assert "toy or plane or mnist" in refused("gui", "--problem", "nonsense")
