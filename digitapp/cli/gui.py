"""``digitapp gui``: the window. The only verb that imports Qt."""

from typing import Annotated

import typer

from digitapp.cli.errors import BadInput
from digitapp.datasets.problems import PROBLEMS

app = typer.Typer(add_completion=False, rich_markup_mode=None)


def open_window(problem: str | None, model: str | None) -> None:
    """Open the window and leave with its exit code.

    Raises
    ------
    BadInput : no display, or Qt cannot be loaded
    ModelFileError : a model that cannot be used
    """
    try:
        from digitapp.gui.app import run
        from digitapp.gui.display import NoDisplayError
    except ImportError as error:
        if not (error.name or "").startswith(("PySide6", "shiboken6")):
            raise
        # A Linux without a desktop lacks libraries that PySide6 expects of the system.
        raise BadInput(f"the window cannot be opened, because Qt cannot be loaded: {error}") from error
    try:
        code = run(problem, model)
    except NoDisplayError as error:
        raise BadInput(str(error)) from error
    raise typer.Exit(code)


@app.command("gui", epilog="Example: digitapp gui --problem toy")
def gui(
    problem: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"{' or '.join(PROBLEMS)}.", show_default=False)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL", help="A model file or the name of a shipped model to begin with.", show_default=False
        ),
    ] = None,
) -> None:
    """Open the window."""
    if problem is not None and problem not in PROBLEMS:
        raise BadInput(f"--problem {problem}: expected {' or '.join(PROBLEMS)}")
    open_window(problem, model)
