"""Every number of a scene as a table: name and value at full precision, to be copied, and read by a screen reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import GhostButton
from digitapp.inspection.walk import Kind

Index = QModelIndex | QPersistentModelIndex

MOST_NUMBERS = 20_000


class Number(NamedTuple):
    """One number: what it is of, the letter of the book, and its value."""

    name: str
    letter: str
    value: float


def numbers_of(scene: Scene) -> list[Number]:
    """Return every number that the walk knows at its place, in the order in which they become known."""
    found: list[Number] = []
    for number in _every(scene):
        found.append(number)
        if len(found) >= MOST_NUMBERS:
            break
    return found


def _every(scene: Scene) -> Iterator[Number]:
    names, numbers = scene.shown.names, scene.numbers
    for index, value in enumerate(numbers.inputs.tolist()):
        yield Number(names.unit(-1, index), "x", value)
    for layer, found in enumerate(numbers.layers):
        for unit in range(found.sums.size):
            if scene.knows(Kind.SUMS, layer, unit):
                yield Number(names.unit(layer, unit), "z", float(found.sums[unit]))
        for unit in range(found.sums.size):
            if scene.knows(Kind.ACTIVATIONS, layer, unit):
                yield Number(names.unit(layer, unit), "a", float(found.activations[unit]))
    yield from _backward(scene)
    yield from _parameters(scene)


def _backward(scene: Scene) -> Iterator[Number]:
    names, numbers = scene.shown.names, scene.numbers
    last = len(numbers.layers) - 1
    if scene.place.stop >= 2 * len(numbers.layers) + 1:
        for unit, target in enumerate(numbers.targets.tolist()):
            yield Number(names.unit(last, unit), "t", target)
        yield Number("", "C", numbers.cost)
    for layer in range(last, -1, -1):
        found = numbers.layers[layer]
        for unit in range(found.sums.size):
            if scene.knows(Kind.BLAME, layer, unit):
                yield Number(names.unit(layer, unit), "∂C/∂a", float(found.slopes[unit]))
                yield Number(names.unit(layer, unit), "δ", float(found.blame[unit]))


def _parameters(scene: Scene) -> Iterator[Number]:
    """Yield weights and biases, and what is known of their slopes and of their values after the step."""
    names, network = scene.shown.names, scene.network
    after = network.views(scene.update.after) if scene.is_done and scene.update is not None else None
    for layer, found in enumerate(scene.numbers.layers):
        for unit in range(found.sums.size):
            knows = scene.knows(Kind.GRADIENTS, layer, unit)
            column = found.columns[unit]
            end = names.unit_inside(layer, unit)
            for source in range(found.reads.size):
                name = f"{names.unit(layer - 1, source)} → {end}"
                yield Number(name, "w", float(found.weights[source, unit]))
                if knows:
                    yield Number(name, "∂C/∂w", float(found.weight_gradient[source, unit]))
                if after is not None:
                    yield Number(name, "w′", float(after[0][layer][source, column]))
            yield Number(names.unit(layer, unit), "b", float(found.biases[unit]))
            if knows:
                yield Number(names.unit(layer, unit), "∂C/∂b", float(found.blame[unit]))
            if after is not None:
                yield Number(names.unit(layer, unit), "b′", float(after[1][layer][column]))


def as_csv(numbers: list[Number]) -> str:
    """Return numbers as lines of CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "letter", "value"))
    writer.writerows((number.name, number.letter, repr(number.value)) for number in numbers)
    return text.getvalue()


class NumbersModel(QAbstractTableModel):
    """The numbers of the scene that is shown; they are listed when somebody looks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._numbers: list[Number] | None = None

    @property
    def numbers(self) -> list[Number]:
        """What the rows are."""
        if self._numbers is None:
            self._numbers = [] if self._scene is None else numbers_of(self._scene)
        return self._numbers

    def show_scene(self, scene: Scene | None) -> None:
        """Be about another scene."""
        self.beginResetModel()
        self._scene, self._numbers = scene, None
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
        return [self.model.numbers[row] for row in rows] or self.model.numbers

    @Slot()
    def copy_text(self) -> None:
        """Copy name and value, a line each."""
        lines = (f"{number.letter} {number.name}\t{number.value!r}" for number in self._chosen())
        QGuiApplication.clipboard().setText("\n".join(lines))

    @Slot()
    def copy_csv(self) -> None:
        """Copy the same as CSV."""
        QGuiApplication.clipboard().setText(as_csv(self._chosen()))
