"""Every number of a scene as a table: name and value at full precision, to be copied, and read by a screen reader."""

from __future__ import annotations

import csv
import io
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import GhostButton
from digitapp.inspection.walk import Kind
from digitapp.nn.network import WeightRef

Index = QModelIndex | QPersistentModelIndex

MOST_COPIED = 200_000


class Number(NamedTuple):
    """One number: what it is of, the letter of the book, and its value."""

    name: str
    letter: str
    value: float


@dataclass(frozen=True)
class _Group:
    """Numbers of one kind: how many there are, and how one of them is made."""

    count: int
    make: Callable[[int], Number]


class Numbers(Sequence[Number]):
    """Every number that a walk knows at its place, in the order in which they become known; made when it is asked for.

    A network of a hundred thousand weights has as many, of which a table shows a few.
    """

    def __init__(self, scene: Scene | None) -> None:
        self._groups = [] if scene is None else [group for group in _groups(scene) if group.count]
        self._ends = list(accumulate(group.count for group in self._groups))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Number: ...

    @overload
    def __getitem__(self, index: slice) -> list[Number]: ...

    def __getitem__(self, index: int | slice) -> Number | list[Number]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        place = bisect_right(self._ends, index)
        return self._groups[place].make(index - (self._ends[place - 1] if place else 0))


def _groups(scene: Scene) -> Iterator[_Group]:
    names, numbers = scene.shown.names, scene.numbers
    yield _Group(numbers.inputs.size, lambda k: Number(names.unit(-1, k), "x", float(numbers.inputs[k])))
    for layer, found in enumerate(numbers.layers):
        yield _of_units(scene, Kind.SUMS, layer, "z", found.sums)
        yield _of_units(scene, Kind.ACTIVATIONS, layer, "a", found.activations)
    last = len(numbers.layers) - 1
    if scene.place.stop >= 2 * len(numbers.layers) + 1:
        yield _Group(numbers.targets.size, lambda k: Number(names.unit(last, k), "t", float(numbers.targets[k])))
        yield _Group(1, lambda _k: Number("", "C", numbers.cost))
    for layer in range(last, -1, -1):
        yield _of_units(scene, Kind.BLAME, layer, "∂C/∂a", numbers.layers[layer].slopes)
        yield _of_units(scene, Kind.BLAME, layer, "δ", numbers.layers[layer].blame)
    after = scene.network.views(scene.update.after) if scene.is_done and scene.update is not None else None
    for layer, found in enumerate(numbers.layers):
        columns = found.columns
        yield _of_wires(scene, layer, "w", found.weights)
        yield _Group(found.biases.size, _named(scene, layer, "b", found.biases))
        if scene.knows(Kind.GRADIENTS, layer, found.sums.size - 1):
            yield _of_wires(scene, layer, "∂C/∂w", found.weight_gradient)
            yield _Group(found.blame.size, _named(scene, layer, "∂C/∂b", found.blame))
        if after is not None:
            yield _of_wires(scene, layer, "w′", after[0][layer][:, columns])
            yield _Group(columns.size, _named(scene, layer, "b′", after[1][layer][columns]))


def _named(scene: Scene, layer: int, letter: str, values: NDArray[np.float64]) -> Callable[[int], Number]:
    names = scene.shown.names
    return lambda k: Number(names.unit(layer, k), letter, float(values[k]))


def _of_units(scene: Scene, kind: Kind, layer: int, letter: str, values: NDArray[np.float64]) -> _Group:
    """Return the numbers of those units of a layer that are known."""
    known = sum(
        scene.knows(kind, layer, unit) for unit in (range(values.size) if scene.place.unit is not None else (0,))
    )
    count = known if scene.place.unit is not None else values.size * known
    return _Group(count, _named(scene, layer, letter, values))


def _of_wires(scene: Scene, layer: int, letter: str, values: NDArray[np.float64]) -> _Group:
    """Return a number of each wire of a layer, values (fan_in, units), unit by unit."""
    names, fan_in = scene.shown.names, values.shape[0]

    def make(index: int) -> Number:
        unit, source = divmod(index, fan_in)
        return Number(names.weight(WeightRef(layer, source, unit)), letter, float(values[source, unit]))

    return _Group(values.size, make)


def as_csv(numbers: Iterable[Number]) -> str:
    """Return numbers as lines of CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "letter", "value"))
    writer.writerows((number.name, number.letter, repr(number.value)) for number in numbers)
    return text.getvalue()


class NumbersModel(QAbstractTableModel):
    """The numbers of the scene that is shown."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.numbers = Numbers(None)

    def show_scene(self, scene: Scene | None) -> None:
        """Be about another scene."""
        self.beginResetModel()
        self.numbers = Numbers(scene)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        number = self.numbers[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if index.column() == 0:
                return f"{number.letter} · {number.name}" if number.name else number.letter
            return repr(number.value)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return (self.tr("Name"), self.tr("Value"))[section]


class NumbersTable(QWidget):
    """The table, and the ways to take its numbers away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = NumbersModel(self)
        self.view = QTableView(self)
        self.view.setObjectName("numbersTable")
        self.view.setModel(self.model)
        self.view.setAccessibleName(self.tr("Numbers of the step"))
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setTabKeyNavigation(False)
        self.view.verticalHeader().hide()
        self.view.setShowGrid(False)
        header = self.view.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, self.view.fontMetrics().horizontalAdvance("−0.0000000000000000000"))
        copy = GhostButton(self.tr("Copy"), "copy", tip=self.tr("Copy the chosen rows, or all of them, as text"))
        copy_csv = GhostButton(self.tr("Copy as CSV"), "copy", tip=self.tr("Copy the chosen rows, or all, as CSV"))
        copy.clicked.connect(self.copy_text)
        copy_csv.clicked.connect(self.copy_csv)
        QShortcut(
            QKeySequence(QKeySequence.StandardKey.Copy), self.view, context=Qt.ShortcutContext.WidgetShortcut
        ).activated.connect(self.copy_text)
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addWidget(copy_csv)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view, 1)
        column.addLayout(row)

    def _chosen(self) -> list[Number]:
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        return [self.model.numbers[row] for row in rows] or self.model.numbers[:MOST_COPIED]

    @Slot()
    def copy_text(self) -> None:
        """Copy name and value, a line each."""
        lines = (f"{number.letter} {number.name}\t{number.value!r}" for number in self._chosen())
        QGuiApplication.clipboard().setText("\n".join(lines))

    @Slot()
    def copy_csv(self) -> None:
        """Copy the same as CSV."""
        QGuiApplication.clipboard().setText(as_csv(self._chosen()))
