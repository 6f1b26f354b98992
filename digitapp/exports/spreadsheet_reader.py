"""A network read back from a workbook that `spreadsheet.py` wrote, whoever has changed it since.

The weights before step 1, or before a later one, are read as values: what the spreadsheet program worked out when it
saved the file. A workbook may come from anywhere: it is a ZIP archive of XML, so its parts are counted and measured
before any of them is unpacked, and no formula is ever evaluated here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from digitapp import reasons
from digitapp.datasets.problems import PROBLEMS
from digitapp.exports.about_sheet import FACT_ROWS, FORMAT_VERSION
from digitapp.exports.errors import WorkbookError
from digitapp.exports.layout import ABOUT, FIRST_VALUE, WEIGHTS, Layout, cell
from digitapp.exports.spreadsheet import MOST_CELLS
from digitapp.modelfile import Model
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network
from digitapp.plain import plain
from digitapp.regular import open_regular

_MOST_BYTES = 100 << 20  # of the file; the largest that is written has about 5 MB
_MOST_UNPACKED = 200 << 20
_MOST_PARTS = 1000
_MOST_LAYERS = 22
_MOST_CLASSES = 100
_MOST_STEPS = 1_000_000
_LARGEST = float(np.finfo(np.float32).max)

Rows = Sequence[Sequence[Any]]


def read_spreadsheet(path: Path, step: int = 1) -> Model:
    """Return the network of a workbook, with its weights before a step, counted from 1.

    Its name is the file's, and it has no record of a training.

    Raises
    ------
    WorkbookError : this is no workbook of this program, or a cell does not hold what it should; the error names it
    """
    try:
        with open_regular(path) as file:
            _check_archive(path, file)
            return _read(path, file, step)
    except OSError as error:
        found = error.strerror or str(error)
        raise WorkbookError(path, found, reasons.tr("a file that can be read")) from error
    except MemoryError as error:
        raise WorkbookError(path, reasons.tr("there is not enough memory for it"), _expected()) from error


def _expected() -> str:
    return reasons.tr("a workbook (.xlsx) that digitapp wrote")


def _check_archive(path: Path, file: Any) -> None:
    """Refuse what is no ZIP archive, and one that would fill the memory."""
    size = file.seek(0, 2)
    file.seek(0)
    if size > _MOST_BYTES:
        raise WorkbookError(path, reasons.tr("it has {0} MB", size // 10**6), _expected())
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise WorkbookError(path, reasons.tr("this is no workbook, or it is damaged"), _expected()) from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise WorkbookError(path, reasons.tr("unpacked, it is far larger than any workbook of a network"), _expected())
    file.seek(0)


def _read(path: Path, file: Any, step: int) -> Model:
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise WorkbookError(path, reasons.tr("this is no workbook, or it is damaged"), _expected()) from error
    about = _Sheet(path, ABOUT, _rows(path, book, ABOUT, max(FACT_ROWS.values()) + 1, _MOST_CLASSES + 1))
    facts = _Facts(about)
    layout = facts.layout
    if not 1 <= step <= facts.steps + 1:
        found = reasons.tr("it has the weights before the steps 1 to {0}", facts.steps + 1)
        raise WorkbookError(path, found, reasons.tr("one of them, not {0}", step))
    height, width = layout.matrices(step), max(map(layout.bias, range(layout.layers))) + 1
    weights = _Sheet(path, WEIGHTS, _rows(path, book, WEIGHTS, height, width))
    return _model(path, facts, weights, step - 1)


def _rows(path: Path, book: Any, name: str, height: int, width: int) -> Rows:
    """Return the values of a sheet's first rows and columns, however large it says that it is."""
    if name not in book.sheetnames:
        raise WorkbookError(path, reasons.tr("the sheet {0} is missing", name), _expected())
    try:
        return list(book[name].iter_rows(max_row=height, max_col=width, values_only=True))
    except Exception as error:
        raise WorkbookError(path, reasons.tr("the sheet {0} is damaged", name), _expected()) from error


class _Sheet:
    """The values of a sheet, each with the name of its cell when something is wrong with it."""

    def __init__(self, path: Path, name: str, rows: Rows) -> None:
        self.path, self.name, self._rows = path, name, rows

    def value(self, row: int, column: int) -> Any:
        """Return what a cell holds, None for nothing."""
        if row < len(self._rows) and column < len(self._rows[row]):
            return self._rows[row][column]
        return None

    def number(self, row: int, column: int) -> float:
        """Return the number in a cell, which must be one that a weight can have."""
        value = self.value(row, column)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(row, column, reasons.tr("a number"))
        if not abs(value) <= _LARGEST:  # nor NaN, nor a whole number that no float holds
            raise self.error(row, column, reasons.tr("a number that float32 can hold"))
        return float(value)

    def whole(self, row: int, column: int, lowest: int, highest: int) -> int:
        """Return the whole number in a cell."""
        value = self.value(row, column)
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
            raise self.error(row, column, reasons.tr("a whole number"))
        if not lowest <= value <= highest:
            raise self.error(row, column, reasons.tr("a whole number from {0} to {1}", lowest, highest))
        return int(value)

    def one_of(self, row: int, column: int, known: Iterable[str]) -> str:
        """Return the word in a cell, one of those that are known."""
        value = self.value(row, column)
        if not isinstance(value, str) or value not in known:
            raise self.error(row, column, reasons.tr("one of {0}", ", ".join(known)))
        return value

    def filled(self, row: int) -> int:
        """Return how many cells of a row hold something, from the second on."""
        column = 1
        while self.value(row, column) is not None:
            column += 1
        return column - 1

    def error(self, row: int, column: int, expected: str) -> WorkbookError:
        """Return what is to be raised for what a cell holds."""
        value = self.value(row, column)
        if value is None:
            found = reasons.tr("it is empty, or was saved without its value")
        elif isinstance(value, str):
            found = reasons.tr("it holds the text “{0}”", plain(value, 30))
        else:
            found = reasons.tr("it holds {0}", plain(str(value), 30))
        return WorkbookError(self.path, found, expected, cell(row, column, self.name))


class _Facts:
    """What the first sheet says about the network, checked."""

    def __init__(self, sheet: _Sheet) -> None:
        sheet.whole(FACT_ROWS["format"], 1, 1, FORMAT_VERSION)
        self.problem = PROBLEMS[sheet.one_of(FACT_ROWS["problem"], 1, PROBLEMS)]
        count = max(sheet.filled(FACT_ROWS["sizes"]), 2)  # what is missing is named when it is read
        if count > _MOST_LAYERS:
            raise sheet.error(FACT_ROWS["sizes"], 1 + count, reasons.tr("at most {0} sizes of layers", _MOST_LAYERS))
        sizes = [sheet.whole(FACT_ROWS["sizes"], 1 + place, 1, MOST_CELLS) for place in range(count)]
        if sizes[0] != self.problem.features:
            raise sheet.error(FACT_ROWS["sizes"], 1, reasons.tr("{0} inputs", self.problem.features))
        self.sizes = tuple(sizes)
        self.activations = tuple(
            sheet.one_of(FACT_ROWS["activations"], 1 + place, ACTIVATIONS) for place in range(count - 1)
        )
        self.loss = sheet.one_of(FACT_ROWS["loss"], 1, LOSSES)
        wanted = LOSSES[self.loss].output_activation
        if self.activations[-1] != wanted:
            raise sheet.error(FACT_ROWS["activations"], count - 1, reasons.tr("{0}, as the loss wants it", wanted))
        self.class_names = self._class_names(sheet)
        self.steps = sheet.whole(FACT_ROWS["steps"], 1, 0, _MOST_STEPS)
        if self.layout.parameters > MOST_CELLS:
            expected = reasons.tr("layers with at most {0} weights and biases", MOST_CELLS)
            raise sheet.error(FACT_ROWS["sizes"], 1, expected)

    def _class_names(self, sheet: _Sheet) -> tuple[str, ...]:
        known, names = self.problem.class_names, []
        for place in range(self.sizes[-1]):
            value = sheet.value(FACT_ROWS["classes"], 1 + place)
            name = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
            if value is None or name in names or len(names) == len(known) or not plain(name).strip():
                raise sheet.error(FACT_ROWS["classes"], 1 + place, reasons.tr("the name of a class"))
            names.append(plain(name))
        if len(names) < 2:
            raise sheet.error(FACT_ROWS["sizes"], len(self.sizes), reasons.tr("at least two outputs"))
        return tuple(names)

    @property
    def layout(self) -> Layout:
        pieces = (ACTIVATIONS[key].pieces for key in self.activations)
        return Layout(self.sizes, tuple(size * each for size, each in zip(self.sizes[1:], pieces, strict=True)))


def _model(path: Path, facts: _Facts, sheet: _Sheet, step: int) -> Model:
    """Read the weights of a block; its headings must be where the sizes say they are."""
    network, layout = Network(facts.sizes, facts.activations), facts.layout
    for layer, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        heading, bias = layout.heading(step, layer), layout.bias(layer)
        if sheet.value(heading, bias) != "b" or sheet.value(heading, bias + 1) is not None:
            raise sheet.error(heading, bias, reasons.tr("the heading b above the biases of layer {0}", layer + 1))
        for output in range(layout.fan_outs[layer]):
            row = layout.unit(step, layer, output)
            weights[:, output] = [sheet.number(row, FIRST_VALUE + place) for place in range(len(weights))]
            biases[output] = sheet.number(row, bias)
    return Model(
        network, facts.loss, facts.problem.key, facts.class_names, facts.problem.preprocessing, name=plain(path.stem)
    )
