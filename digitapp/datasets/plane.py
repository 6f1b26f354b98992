"""Points in a plane, each of one of up to four classes: as a data set, made to order, and as a table of one's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitapp import reasons
from digitapp.atomic import atomic_write_text
from digitapp.datasets.dataset import Dataset, Split, stratified_choice
from digitapp.datasets.errors import CsvError, DataFileError
from digitapp.datasets.plane_made import ordered, with_settings
from digitapp.datasets.problems import PLANE
from digitapp.datasets.table import PARTS, first_fields, table_lines
from digitapp.plain import file_name, plain

MOST_POINTS = 10_000
"""As many points as a table may hold; more can neither be told apart in the plane nor moved in time."""
VALIDATION_SHARE = 0.25
"""The share of the points that validate, where nobody says which."""
REACH = 1.25
"""How far from the middle a point may lie, to the right and upwards, and still be seen well."""
_MOST_BYTES = 4_000_000  # so many points with every digit take less than half of it
_COLUMNS = ("x", "y", "label")


@dataclass(frozen=True, slots=True)
class LabelledPoint:
    """One point of a class; `validates` says whether it is one of those that are not learned from."""

    x: float
    y: float
    label: int
    validates: bool = False


def points_dataset(name: str, points: Sequence[LabelledPoint]) -> Dataset:
    """Return points as a data set with as many classes as they have, two at least.

    Raises ValueError where there is no point to learn from, or a label that the problem does not have.
    """
    places = np.array([(point.x, point.y) for point in points], dtype=np.float32).reshape(-1, 2)
    labels = np.array([point.label for point in points], dtype=np.int64)
    return _dataset(name, places, labels, np.array([point.validates for point in points], dtype=bool))


def made_dataset(name: str) -> Dataset:
    """Return points that are made to order, such as "plane:moons,noise=0.2"; a quarter of each class validates.

    Raises
    ------
    KeyError : no shape is called so
    DatasetSettingError : a setting that cannot be used
    """
    places, labels = ordered(name).make()
    return _dataset(with_settings(name), places.astype(np.float32), labels, validating(labels))


def points_of(dataset: Dataset) -> list[LabelledPoint]:
    """Return the points of a data set in a plane, first those that are learned from."""
    points: list[LabelledPoint] = []
    for part, validates in ((dataset.train, False), (dataset.validation, True)):
        if part is not None:
            lines = zip(part.inputs.tolist(), part.labels.tolist(), strict=True)
            points += [LabelledPoint(x, y, label, validates) for (x, y), label in lines]
    return points


def validating(labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of the points validate where nobody has said so, a quarter of each class: shape (n,).

    The same labels always give the same choice.
    """
    if len(labels) == 0:
        return np.zeros(0, dtype=bool)
    return stratified_choice(labels, int(VALIDATION_SHARE * len(labels)), np.random.default_rng(0))


def fitted(points: Sequence[LabelledPoint]) -> list[LabelledPoint]:
    """Return points that lie where they can be seen and learned: each axis moved and scaled to -1 to 1, if need be.

    Points that already lie within `REACH` of the middle, and spread over more than a tenth of it, stay as they are.
    """
    if not points:
        return []
    places = np.array([(point.x, point.y) for point in points])
    lowest, highest = places.min(axis=0), places.max(axis=0)
    if np.abs(places).max() <= REACH and (highest - lowest).max() >= REACH / 10:
        return list(points)
    with np.errstate(over="ignore", invalid="ignore"):
        half = np.where(highest > lowest, highest / 2 - lowest / 2, 1.0)
        moved = (places - (lowest / 2 + highest / 2)) / half
    return [replace(point, x=float(x), y=float(y)) for point, (x, y) in zip(points, moved, strict=True)]


def load_points(path: Path) -> Dataset:
    """Return the points of a table as a data set with the file's name, fitted to the plane; see `read_points_csv`.

    Raises
    ------
    DataFileError, CsvError : as `read_points_csv`; no point, or one class alone, to learn from
    """
    points = fitted(read_points_csv(path))
    classes = {point.label for point in points if not point.validates}
    if len(classes) < 2:
        found = (
            reasons.tr("the points to learn from are all of one class")
            if classes
            else reasons.tr("no line is for training")
        )
        raise DataFileError(path, found, reasons.tr("points of at least two classes to learn from"))
    return points_dataset(file_name(path), points)


def is_points_table(path: Path) -> bool:
    """Return whether a table holds points, by its first line: it names x and y, or has three or four fields."""
    fields = [field.lower() for field in first_fields(path)]
    return {"x", "y"} <= set(fields) or len(fields) in (3, 4)


def read_points_csv(path: Path) -> list[LabelledPoint]:
    """Read points from a CSV file (UTF-8), one on a line.

    The first line may name the columns x, y, label and part, in any order; others are ignored. Without names they are
    these, in this order; the part may be left out. Fields are parted by commas, semicolons or tabs; where no comma
    parts them it may stand for the decimal point. Labels are A to D, numbers from 0, or up to four words or numbers of
    any kind, which become A, B, … in their order. Without a part, a quarter of each class validates.

    Raises
    ------
    DataFileError : the file cannot be read, is not UTF-8 text, holds no point, or far more than can be used
    CsvError : a line with too few or too many fields, an x or y that is no number, too many labels, an unknown part
    """
    lines = table_lines(path, _MOST_BYTES, _expected())
    read = _Lines(path)
    for number, fields in lines:
        if fields:
            read.take(number, fields)
    if not read.places:
        raise DataFileError(path, reasons.tr("there is no point in it"), _expected())
    labels = read.labels()
    parts = read.parts if read.has_parts else validating(np.array(labels, dtype=np.int64)).tolist()
    return [LabelledPoint(x, y, label, part) for (x, y), label, part in zip(read.places, labels, parts, strict=True)]


def write_points_csv(path: Path, points: Sequence[LabelledPoint]) -> None:
    """Write points as `read_points_csv` reads them, with names in the first line, whole or not at all.

    Raises OSError.
    """
    names = PLANE.class_names
    lines = (f"{point.x!r},{point.y!r},{names[point.label]},{PARTS[point.validates]}" for point in points)
    atomic_write_text(path, "\n".join((",".join((*_COLUMNS, "part")), *lines)) + "\n")


def _dataset(
    name: str, places: NDArray[np.float32], labels: NDArray[np.int64], validates: NDArray[np.bool_]
) -> Dataset:
    if len(labels) == 0 or validates.all():
        raise ValueError("there is no point to learn from")
    problem = PLANE.of_classes(int(labels.max()) + 1)
    train = Split(places[~validates], labels[~validates])
    validation = Split(places[validates], labels[validates]) if validates.any() else None
    return Dataset(name, problem, train, validation)


def _expected() -> str:
    return reasons.tr("at most {0} lines with x, y and a label each", MOST_POINTS)


class _Lines:
    """What was read so far of a table of points."""

    def __init__(self, path: Path) -> None:
        self.places: list[tuple[float, float]] = []
        self.parts: list[bool] = []
        self.has_parts = False
        self._path = path
        self._columns: list[str] = []
        self._texts: list[str] = []
        self._known: set[str] = set()

    def take(self, line: int, fields: list[str]) -> None:
        """Take in a line. Raises CsvError."""
        if not self._columns:
            is_data = len(fields) in (3, 4) and any(_number(field) is not None for field in fields[:2])
            self._columns = [*_COLUMNS, "part"][: len(fields)] if is_data else self._named(line, fields)
            self.has_parts = "part" in self._columns
            if not is_data:
                return
        if len(fields) != len(self._columns):
            expected = reasons.tr("{0}, as in the first line", len(self._columns))
            raise CsvError(self._path, line, reasons.tr("{0} fields", len(fields)), expected)
        if len(self.places) == MOST_POINTS:
            raise CsvError(self._path, line, reasons.tr("there are too many points"), _expected())
        self.places.append((self._coordinate("x", line, fields), self._coordinate("y", line, fields)))
        self._texts.append(self._label(line, fields))
        self.parts.append(self.has_parts and self._part(line, fields))

    def labels(self) -> list[int]:
        """Return the label of each point."""
        names = sorted(self._known, key=_in_order)
        if self._known <= set(PLANE.class_names):
            names = list(PLANE.class_names)
        elif self._known <= {str(number) for number in range(PLANE.classes)} and "0" in self._known:
            names = [str(number) for number in range(PLANE.classes)]
        return [names.index(text) for text in self._texts]

    def _named(self, line: int, fields: list[str]) -> list[str]:
        columns = [field.lower() for field in fields]
        missing = ", ".join(name for name in _COLUMNS if name not in columns)
        if missing:
            found = reasons.tr("no column {0}", missing)
            raise CsvError(self._path, line, found, reasons.tr("the columns x, y and label"))
        return columns

    def _coordinate(self, name: str, line: int, fields: list[str]) -> float:
        column = self._columns.index(name)
        number = _number(fields[column])
        if number is None:
            found = reasons.tr("the {0} {1}", name, repr(plain(fields[column], 20)))
            raise CsvError(self._path, line, found, reasons.tr("a number, such as 0.5"), column + 1)
        return number

    def _label(self, line: int, fields: list[str]) -> str:
        column = self._columns.index("label")
        text = fields[column]
        if text.upper() in PLANE.class_names:
            text = text.upper()
        elif (number := _number(text)) is not None and number.is_integer():
            text = str(int(number))
        if not text:
            raise CsvError(self._path, line, reasons.tr("the label is empty"), reasons.tr("A, B, C or D"), column + 1)
        self._known.add(text)
        if len(self._known) > PLANE.classes:
            found = reasons.tr("the label {0} is one too many", repr(plain(text, 20)))
            raise CsvError(self._path, line, found, reasons.tr("at most {0} classes", PLANE.classes), column + 1)
        return text

    def _part(self, line: int, fields: list[str]) -> bool:
        column = self._columns.index("part")
        if fields[column] not in PARTS:
            found = reasons.tr("the part {0}", repr(plain(fields[column], 20)))
            raise CsvError(self._path, line, found, " or ".join(PARTS), column + 1)
        return fields[column] == PARTS[1]


def _number(text: str) -> float | None:
    try:
        number = float(text.replace(",", ".").replace("\u2212", "-"))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _in_order(text: str) -> tuple[bool, float, str]:
    """Return what labels are sorted by: numbers first, by their size."""
    number = _number(text)
    return number is None, 0.0 if number is None else number, text
