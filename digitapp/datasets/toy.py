"""The 4×3 toy: zeros and ones of twelve pixels, small enough to see every number."""

import csv
from io import TextIOWrapper
from pathlib import Path

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.errors import CsvError, DataFileError
from digitapp.datasets.problems import TOY, Problem
from digitapp.regular import open_regular
from digitapp.resources import shipped_data_dir

PARTS = ("train", "validation")


def load_toy(path: Path | None = None) -> Dataset:
    """Load the toy data set: 48 images to learn from, 16 to validate, as its column `part` says.

    Parameters
    ----------
    path : Path of a CSV file; the one that comes with the program by default

    Raises
    ------
    DataFileError, CsvError : see `read_grid_csv`
    """
    path = shipped_data_dir() / "toy_4x3.csv" if path is None else path
    inputs, labels, is_validation = read_grid_csv(path, TOY)
    if is_validation.all():
        raise DataFileError(path, "no line is for training", "at least one line whose part is train")
    return Dataset(
        name=TOY.usual_dataset,
        problem=TOY,
        train=Split(inputs[~is_validation], labels[~is_validation]),
        validation=Split(inputs[is_validation], labels[is_validation]) if is_validation.any() else None,
    )


def read_grid_csv(path: Path, problem: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read binary images from a CSV file (UTF-8) with the columns label, p1 .. pN and part; others are ignored.

    Returns
    -------
    inputs : float32 array, shape (n, N), 0 or 1; N = rows × columns of the problem, row by row from the top
    labels : int64 array, shape (n,)
    is_validation : bool array, shape (n,); where the column `part` is missing, all False

    Raises
    ------
    DataFileError : the file cannot be read, is not UTF-8 text, or holds no image
    CsvError : a line with too few or too many fields, a pixel that is not 0 or 1, an unknown label or part
    """
    images: list[list[int]] = []
    labels: list[int] = []
    parts: list[str] = []
    try:
        with TextIOWrapper(open_regular(path), encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            columns = _read_header(path, next(lines, []), problem)
            for fields in lines:
                label, pixels, part = _read_line(path, lines.line_num, fields, columns, problem)
                labels.append(label)
                images.append(pixels)
                parts.append(part)
    except OSError as error:
        raise DataFileError(path, error.strerror or str(error), "a CSV file that can be read") from error
    except UnicodeDecodeError as error:
        raise DataFileError(path, "this is not UTF-8 text", "a CSV file in UTF-8") from error
    except csv.Error as error:
        raise DataFileError(path, f"this is not a CSV file ({error})", "lines of fields separated by commas") from error
    if not images:
        raise DataFileError(path, "there is no image in it", "one image per line below the header")
    is_validation = np.array([part == "validation" for part in parts])
    return np.array(images, dtype=np.float32), np.array(labels, dtype=np.int64), is_validation


def _read_header(path: Path, header: list[str], problem: Problem) -> list[str]:
    names = ["label", *(f"p{number}" for number in range(1, problem.features + 1))]
    missing = [name for name in names if name not in header]
    if missing:
        raise CsvError(path, 1, f"no column {', '.join(missing)}", f"the columns {names[0]}, {names[1]} .. {names[-1]}")
    return header


def _read_line(
    path: Path, line: int, fields: list[str], columns: list[str], problem: Problem
) -> tuple[int, list[int], str]:
    if len(fields) != len(columns):
        raise CsvError(path, line, f"{len(fields)} fields", f"{len(columns)}, as in the header")
    values = dict(zip(columns, fields, strict=True))
    if values["label"] not in problem.class_names:
        raise CsvError(path, line, f"the label {values['label']!r}", " or ".join(problem.class_names))
    pixels = [values[f"p{number}"] for number in range(1, problem.features + 1)]
    wrong = next((pixel for pixel in pixels if pixel not in ("0", "1")), None)
    if wrong is not None:
        raise CsvError(path, line, f"the pixel {wrong!r}", "0 or 1")
    part = values.get("part", "train")
    if part not in PARTS:
        raise CsvError(path, line, f"the part {part!r}", " or ".join(PARTS))
    return problem.class_names.index(values["label"]), [int(pixel) for pixel in pixels], part
