"""What a file holds, told from its first bytes and never from its name: one reader for the window and the command line.

A file that is neither a picture nor a drawings file is called by its name, as whoever chose it can only then do
something about it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from digitapp import reasons
from digitapp.drawing.components import Grey
from digitapp.drawing.files import read_drawings
from digitapp.drawing.images import ImageFileError, read_image
from digitapp.drawing.ink import Drawing
from digitapp.drawing.kinds import START, is_json_or_gzip, is_model
from digitapp.regular import open_regular


class ModelInsteadError(ImageFileError):
    """A file that is a model and not something to read with one."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path, reasons.tr("it is a model; expected a picture or drawings to read with one"))


def read_contents(path: Path) -> Grey | list[Drawing]:
    """Return the ink of a picture, as `read_image`, or the drawings of a drawings file, as `read_drawings`.

    Raises
    ------
    ModelInsteadError : the file is a model
    ImageFileError, DrawingFileError : it cannot be read, or is of another kind, which the reason names
    """
    start = _start_of(path)
    if is_model(start):
        raise ModelInsteadError(path)
    return read_drawings(path) if is_json_or_gzip(start) else read_image(path)


def refuse_model(path: Path) -> None:
    """Raise ModelInsteadError for a model, and ImageFileError for a file that cannot be read."""
    if is_model(_start_of(path)):
        raise ModelInsteadError(path)


def refuse_all_but_models(path: Path) -> NoReturn:
    """Raise as `refuse_model`; for any other file, say that the problem has nothing to read from it."""
    refuse_model(path)
    raise ImageFileError(path, reasons.tr("the inputs of this problem are numbers; expected a model"))


def _start_of(path: Path) -> bytes:
    try:
        with open_regular(path) as file:
            return file.read(START)
    except OSError as error:
        raise ImageFileError(path, reasons.tr("cannot be read: {0}", error.strerror or error)) from error
