"""The command line, run in the process of the tests."""

import json
from typing import Any

from typer.testing import CliRunner

from digitapp.cli import app


def run(*arguments: object) -> Any:
    """Run the command line and return its result; an exception that is no exit is the test's own failure."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="digitapp")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def run_json(*arguments: object) -> dict[str, Any]:
    """Run what must succeed and return the object that it prints."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments: object) -> str:
    """Run what must be refused and return the one line on stderr that says why."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("digitapp: ") and result.stderr.count("\n") == 1
    return result.stderr
