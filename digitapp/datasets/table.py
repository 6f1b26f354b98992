"""Tables of text: lines of fields parted by commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

from digitapp import reasons
from digitapp.datasets.errors import DataFileError
from digitapp.regular import open_regular

SEPARATORS = (",", ";", "\t")
PARTS = ("train", "validation")
"""What the column `part` of a table may say: whether a line is learned from."""


def table_lines(path: Path, most_bytes: int, expected: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the fields of each line of a CSV file (UTF-8), without spaces around them.

    Parameters
    ----------
    most_bytes : int, the size from which a file is refused unread
    expected : str, what the file should hold, for the sentence that refuses it

    Raises
    ------
    DataFileError : the file cannot be read, is too large, not UTF-8 text or no CSV
    """
    text = _text(path, most_bytes, expected)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text), strict=True)
    try:
        for fields in lines:
            yield lines.line_num, [field.strip() for field in fields]
    except csv.Error as error:
        found = reasons.tr("this is not a CSV file ({0})", error)
        raise DataFileError(path, found, reasons.tr("lines of fields separated by commas")) from error


def first_fields(path: Path, most_bytes: int = 1000) -> list[str]:
    """Return the fields of a table's first line; none where it cannot be read."""
    try:
        with open_regular(path) as file:
            text = file.read(most_bytes).decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return []
    line = text.partition("\n")[0]
    return [field.strip().strip('"') for field in line.split(separator_of(line))]


def separator_of(text: str) -> str:
    """Return what parts the fields of a table, by its first line."""
    return max(SEPARATORS, key=text.partition("\n")[0].count)


def _text(path: Path, most_bytes: int, expected: str) -> str:
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > most_bytes:
                raise DataFileError(path, reasons.tr("it has {0} MB", round(size / 1e6, 1)), expected)
            return file.read().decode("utf-8-sig").rstrip("\r\n")
    except OSError as error:
        found = error.strerror or str(error)
        raise DataFileError(path, found, reasons.tr("a CSV file that can be read")) from error
    except UnicodeDecodeError as error:
        raise DataFileError(path, reasons.tr("this is not UTF-8 text"), reasons.tr("a CSV file in UTF-8")) from error
