"""Digits from a table: one on a line, its label and its 28×28 pixels, as Kaggle's MNIST and many courses hand them out.

A first line with names is passed over; in it, the column of labels may stand anywhere. Without names it is the first.
"""

from __future__ import annotations

from io import TextIOWrapper
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitapp import reasons
from digitapp.datasets.collection import MAX_SAMPLES, Sample, TooManyDigitsError
from digitapp.datasets.errors import CsvError, DataFileError
from digitapp.datasets.problems import MNIST
from digitapp.regular import open_regular

_SHAPE = (MNIST.rows, MNIST.columns)
_LABELS = ("label", "class", "digit", "target", "y")
_SEPARATORS = (",", ";", "\t")
_LONGEST_LINE = 16_384  # characters; 785 numbers with room around them take less than half


def import_csv(path: Path) -> list[Sample]:
    """Read digits from a table of labels and pixels, 0 for paper and 255 for ink.

    Raises
    ------
    CsvError : a line that does not hold a label from 0 to 9 and 784 whole numbers from 0 to 255
    DataFileError : the file cannot be read, or holds no digits
    TooManyDigitsError : there are more than a collection takes
    """
    samples: list[Sample] = []
    at, separator = 0, ","
    try:
        with TextIOWrapper(open_regular(path), encoding="utf-8-sig", newline=None) as file:
            number = 0
            while line := file.readline(_LONGEST_LINE):
                number += 1
                if number == 1:
                    separator = max(_SEPARATORS, key=line.count)
                    names = [name.strip().strip('"').lower() for name in line.split(separator)]
                    if not names[0].isdecimal():
                        at = next((names.index(name) for name in _LABELS if name in names), -1)
                        if at < 0:
                            raise CsvError(path, 1, reasons.tr("there is no column label"), _expected())
                        continue
                if line.strip():
                    samples.append(_digit(path, number, line.split(separator), at))
                if len(samples) > MAX_SAMPLES:
                    raise TooManyDigitsError(len(samples))
    except UnicodeDecodeError:
        raise DataFileError(path, reasons.tr("it is no text"), _expected()) from None
    except OSError as error:
        found = error.strerror or str(error)
        raise DataFileError(path, found, reasons.tr("a file that can be read")) from error
    if not samples:
        raise DataFileError(path, reasons.tr("it holds no digits"), _expected())
    return samples


def _digit(path: Path, number: int, fields: list[str], at: int) -> Sample:
    if len(fields) != MNIST.features + 1:
        raise CsvError(path, number, reasons.tr("it has {0} columns", len(fields)), _expected())
    try:
        values: NDArray[np.int64] = np.array([int(field.strip().strip('"')) for field in fields])
    except (ValueError, OverflowError):
        raise CsvError(path, number, reasons.tr("it holds something else than whole numbers"), _expected()) from None
    label, pixels = int(values[at]), np.delete(values, at)
    if not 0 <= label < MNIST.classes or pixels.min() < 0 or pixels.max() > 255:
        raise CsvError(path, number, reasons.tr("a number is out of range"), _expected())
    return Sample(pixels.astype(np.uint8).reshape(_SHAPE), label)


def _expected() -> str:
    return reasons.tr("a label from 0 to 9 and {0} pixels from 0 to 255 on each line", MNIST.features)
