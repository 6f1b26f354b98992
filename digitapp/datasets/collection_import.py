"""Digits for a person's collection from any file that holds some: what it is, is told from what it holds."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from digitapp import reasons
from digitapp.datasets.collection import Sample, read_samples
from digitapp.datasets.collection_csv import import_csv
from digitapp.datasets.collection_idx import import_idx
from digitapp.datasets.errors import DataFileError
from digitapp.drawing.kinds import START, is_idx, is_json_or_gzip, is_table
from digitapp.regular import open_regular


def import_digits(path: Path) -> tuple[list[Sample], int]:
    """Return the labelled digits in a drawings file, a table, an IDX file with its companion, or a folder of four.

    Returns
    -------
    samples : list of Sample
    unlabelled : int, how many drawings have no label and are left out

    Raises
    ------
    DataError : one of its subclasses; the file is of another kind, damaged, or cannot be read
    DrawingFileError : it is a drawings file that cannot be used
    """
    if path.is_dir():
        return import_idx(path), 0
    start = _start_of(path)
    if is_idx(start):
        return import_idx(path), 0
    if is_json_or_gzip(start):
        return read_samples(path)
    if is_table(start):
        return import_csv(path), 0
    expected = reasons.tr("a drawings file, an IDX file as MNIST has, or a table of labels and pixels")
    raise DataFileError(path, reasons.tr("it is of another kind"), expected)


def _start_of(path: Path) -> bytes:
    """Return the first bytes of a file, unpacked where it is gzipped; damaged ones are left to who reads it all."""
    try:
        with open_regular(path) as file:
            start = file.read(START)
            if start.startswith(b"\x1f\x8b"):
                file.seek(0)
                with gzip.open(file) as unpacked:
                    return unpacked.read(START)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return b"{"
    except OSError as error:
        found = error.strerror or str(error)
        raise DataFileError(path, found, reasons.tr("a file that can be read")) from error
    return start
