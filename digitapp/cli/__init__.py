"""The command line: one module for each verb, loaded when the verb is used.

So ``digitapp --help`` imports neither NumPy nor Qt, and only ``digitapp gui`` ever imports Qt. Results go to stdout,
everything else to stderr. The exit code is 0, or 2 with one line on stderr for wrong usage and bad input, or 130 after
Ctrl-C; `Verbs.main` is the one place that sees to it.
"""

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from digitapp import __version__
from digitapp.cli.errors import bad_input_errors
from digitapp.cli.errors import explain as sentence
from digitapp.cli.output import note
from digitapp.plain import plain

_LONGEST_MESSAGE = 400  # characters: two lines of a wide terminal
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
BAD_INPUT = 2

VERBS = {
    "gui": "Open the window (also without any command).",
    "train": "Train a network and save it as a model.",
    "runs": "List, compare, export or delete what was trained.",
    "range-test": "Find between which learning rates a network learns.",
    "search": "Search for good settings, on one machine or on many.",
    "evaluate": "Measure a model on a data set or on drawings.",
    "classify": "Recognise the digits in images and drawings.",
    "features": "Draw what the units of a model look for.",
    "explain": "Say what led to an answer, and what would change it.",
    "tale": "Train many toy networks: do they find the demons of the tale?",
    "export": "Write a model as a spreadsheet, or read one back.",
    "info": "Describe a model, or the system.",
    "data": "Download, import or list the data sets.",
}
"""The verbs in the order of their help, and the module `digitapp.cli.<verb>` of each, with `_` for `-`."""


class Verbs(TyperGroup):
    """The group of all verbs: loads them when they are used, and turns every foreseen error into one line."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        return get_command(import_module(f"digitapp.cli.{cmd_name.replace('-', '_')}").app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def main(self, *args: Any, standalone_mode: bool = True, **kwargs: Any) -> Any:
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **kwargs)
        try:
            code = super().main(*args, standalone_mode=False, **kwargs)
        except typer.TyperException as error:
            code = _fail(_usage_message(error))
        except bad_input_errors() as error:
            code = _fail(sentence(error))
        if code == INTERRUPTED:
            typer.echo("digitapp: stopped", err=True)
        sys.exit(code if _flushed() else code or BAD_INPUT)


def _flushed() -> bool:
    """Write out what stdout still holds; where that fails, let go of it, or Python tries again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


def _usage_message(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "digitapp"
    message = error.format_message().replace("Value error, ", "").rstrip(".")
    return f"{message} (see {command} --help)"


def _fail(message: str) -> int:
    note(plain(" ".join(message.split()), _LONGEST_MESSAGE))
    return BAD_INPUT


app = typer.Typer(
    cls=Verbs,
    add_completion=False,
    invoke_without_command=True,
    rich_markup_mode=None,  # plain help is there at once; importing rich takes longer than all the rest
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"digitapp {__version__}")
        raise typer.Exit


@app.callback(epilog="Example: digitapp classify my-three.png")
def digitapp(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Draw a digit, watch a network read it, train it live, and look inside.

    Without a command the window opens.
    """
    if ctx.invoked_subcommand is None:
        from digitapp.cli.gui import open_window

        open_window(None, None)
