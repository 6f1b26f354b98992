"""The 4×3 toy: zeros and ones of twelve pixels, small enough to see every number; those that ship, and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from digitapp import reasons
from digitapp.atomic import atomic_write_text
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.errors import CsvError, DataFileError
from digitapp.datasets.problems import TOY, Problem
from digitapp.datasets.table import PARTS, table_lines
from digitapp.drawing.grid import BinaryGrid
from digitapp.plain import file_name, plain
from digitapp.resources import shipped_data_dir

MOST_IMAGES = 500
_MOST_BYTES = 1_000_000  # so many images take less than a tenth


@dataclass(frozen=True, slots=True)
class GridImage:
    """One labelled image; `validates` says whether it is one of those that are not learned from."""

    grid: BinaryGrid
    label: int
    validates: bool = False


def load_toy(path: Path | None = None) -> Dataset:
    """Load the toy data set: 48 images to learn from, 16 to validate, as its column `part` says.

    Parameters
    ----------
    path : Path of a CSV file, whose name the data set then has; the one that comes with the program by default

    Raises
    ------
    DataFileError, CsvError : see `read_grid_csv`
    """
    source = book_csv() if path is None else path
    images = read_grid_csv(source, TOY)
    if all(image.validates for image in images):
        raise DataFileError(
            source, reasons.tr("no line is for training"), reasons.tr("at least one line whose part is train")
        )
    return grid_dataset(TOY.usual_dataset if path is None else file_name(path), TOY, images)


def book_csv() -> Path:
    """Return the file with the 64 images that come with the program."""
    return shipped_data_dir() / "toy_4x3.csv"


def grid_dataset(name: str, problem: Problem, images: Sequence[GridImage]) -> Dataset:
    """Return images as a data set. Raises ValueError where none of them is learned from."""

    def part(validates: bool) -> Split | None:
        chosen = [image for image in images if image.validates is validates]
        if not chosen:
            return None
        inputs = np.array([image.grid.to_vector() for image in chosen], dtype=np.float32)
        return Split(inputs, np.array([image.label for image in chosen], dtype=np.int64))

    train = part(False)
    if train is None:
        raise ValueError("there is no image to learn from")
    return Dataset(name=name, problem=problem, train=train, validation=part(True))


def read_grid_csv(path: Path, problem: Problem) -> list[GridImage]:
    """Read binary images from a CSV file (UTF-8), one on a line.

    The first line may name the columns: label, p1 .. pN and part, in any order; others are ignored. Without names they
    are the label and the pixels, row by row from the top. Fields are parted by commas, semicolons or tabs.

    Raises
    ------
    DataFileError : the file cannot be read, is not UTF-8 text, holds no image, or far more than can be used
    CsvError : a line with too few or too many fields, a pixel that is not 0 or 1, an unknown label or part
    """
    images = _read_lines(path, problem)
    if not images:
        raise DataFileError(path, reasons.tr("there is no image in it"), _expected(problem))
    return images


def _expected(problem: Problem) -> str:
    return reasons.tr("at most {0} lines with a label and {1} pixels each", MOST_IMAGES, problem.features)


def _read_lines(path: Path, problem: Problem) -> list[GridImage]:
    lines = table_lines(path, _MOST_BYTES, _expected(problem))
    _, first = next(lines, (1, []))
    names = ["label", *(f"p{number}" for number in range(1, problem.features + 1))]
    images: list[GridImage] = []
    if first and all(map(_is_number, first)):
        columns = names
        images.append(_read_line(path, 1, first, columns, problem))
    else:
        columns = [name.lower() for name in first]
        missing = ", ".join(name for name in names if name not in columns)
        if missing:
            found = reasons.tr("no column {0}", missing)
            raise CsvError(path, 1, found, reasons.tr("the columns label, p1 .. p{0}", problem.features))
    for number, fields in lines:
        if len(images) == MOST_IMAGES:
            raise CsvError(path, number, reasons.tr("there are too many images"), _expected(problem))
        images.append(_read_line(path, number, fields, columns, problem))
    return images


def _is_number(field: str) -> bool:
    return field.lstrip("+-").replace(".", "", 1).isdecimal()


def _read_line(path: Path, line: int, fields: list[str], columns: list[str], problem: Problem) -> GridImage:
    if len(fields) != len(columns):
        found = reasons.tr("{0} fields", len(fields))
        expected = reasons.tr("a label and {0} pixels", problem.features)
        if len(columns) > problem.features + 1:
            expected = reasons.tr("{0}, as in the first line", len(columns))
        raise CsvError(path, line, found, expected)

    def value(name: str, known: Sequence[str]) -> str:
        column = columns.index(name)
        if fields[column] not in known:
            found = _wrong(name, repr(plain(fields[column], 20)))
            raise CsvError(path, line, found, " or ".join(known), column + 1)
        return fields[column]

    label = problem.class_names.index(value("label", problem.class_names))
    pixels = [int(value(f"p{number}", ("0", "1"))) for number in range(1, problem.features + 1)]
    part = value("part", PARTS) if "part" in columns else PARTS[0]
    return GridImage(BinaryGrid.from_vector(pixels, *problem.shape), label, part == PARTS[1])


def _wrong(name: str, shown: str) -> str:
    if name == "label":
        return reasons.tr("the label {0}", shown)
    return reasons.tr("the part {0}", shown) if name == "part" else reasons.tr("the pixel {0}", shown)


def write_grid_csv(path: Path, problem: Problem, images: Sequence[GridImage]) -> None:
    """Write images as `read_grid_csv` reads them, with names in the first line, whole or not at all. Raises OSError."""
    names = ["label", *(f"p{number}" for number in range(1, problem.features + 1)), "part"]
    lines = [",".join(names)]
    for image in images:
        pixels = ("1" if on else "0" for row in image.grid.rows for on in row)
        lines.append(",".join((problem.class_names[image.label], *pixels, PARTS[image.validates])))
    atomic_write_text(path, "\n".join(lines) + "\n")
