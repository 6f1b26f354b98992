"""How every verb speaks: results to stdout, all else to stderr; and the options that several verbs share."""

import json
import math
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from digitapp.atomic import atomic_write_bytes
from digitapp.cli.errors import BadInput
from digitapp.plain import plain

DataDirOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        help="Where data lie; then come $DIGITAPP_DATA_DIR and the user's data folder.",
        show_default=False,
    ),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
ModelArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model file, or the name of a shipped model.", show_default=False)
]

PICTURE_FORMATS = (".png", ".svg")


def print_json(values: Mapping[str, Any]) -> None:
    """Print one JSON object on stdout; numbers that JSON does not know become null."""
    typer.echo(json.dumps(_plain(values), allow_nan=False))


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it: arrays as lists, paths as text, NaN and infinity as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):  # NumPy's arrays and scalars
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def note(message: str) -> None:
    """Say something that is no result, on stderr."""
    typer.echo(f"digitapp: {plain(message, None)}", err=True)


def say(line: str = "") -> None:
    """Print a line of results on stdout, whatever the names in it hold."""
    typer.echo(plain(line, None))


def print_table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> None:
    """Print rows of cells in columns of equal width; the columns whose numbers are in `right` end flush right."""
    rows = [[plain(cell, None) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo("  ".join(cells).rstrip())


def percent(share: float | None) -> str:
    """Return a share as text, "98.31 %", or a dash for None."""
    return "–" if share is None else f"{100 * share:.2f} %"


def check_can_write(path: Path, option: str = "--out") -> None:
    """Refuse a file to be written before long work is done for it; `option` is what it was given by.

    Raises
    ------
    BadInput : the folder is not there or cannot be written to, or the path is a folder itself
    """
    if path.is_dir():
        raise BadInput(f"{option} {path}: this is a folder; expected the name of a file")
    folder = path.absolute().parent
    if not folder.is_dir():
        raise BadInput(f"{option} {path}: the folder {folder} does not exist")
    if path.exists() and not os.access(path, os.W_OK):
        raise BadInput(f"{option} {path}: the file is write-protected")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(f"{option} {path}: the folder {folder} cannot be written to ({reason})") from error


def check_can_write_picture(path: Path) -> None:
    """Refuse a picture that is to be written with --out, as `check_can_write`, and where its name says no format."""
    if path.suffix.lower() not in PICTURE_FORMATS:
        raise BadInput(f"--out {path}: expected a name that ends in {' or '.join(PICTURE_FORMATS)}")
    check_can_write(path)


def write_picture(path: Path, data: bytes) -> None:
    """Write a picture whole or not at all; raises BadInput where that fails."""
    try:
        atomic_write_bytes(path, data)
    except OSError as error:
        raise BadInput(f"--out {path}: cannot be written: {error.strerror or error}") from error
