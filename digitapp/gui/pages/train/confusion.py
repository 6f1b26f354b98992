"""Which digit was read as which: the matrix after an epoch, and the images behind its worst cells."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from digitapp.datasets.dataset import Dataset, Split
from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.pages.train.lower_room import LowerView
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import ElidedLabel, FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.inspection.confusion import ConfusedPair, most_confused
from digitapp.training.events import EpochDone

_GAP = 3
_LABEL_GAP = 6
_LARGEST_CELL = 76
_NUMBER_SHARE = 0.4  # of the most frequent mistake: from here on a cell's count is written into it
_ROOMY_CELL = 36  # pixels: every count finds room
_PAIRS = 12
_COLUMN_GAP = 28
_EXAMPLES = 3
_TILE, _TILE_GAP = 34, 4
_COLUMN = _EXAMPLES * (_TILE + _TILE_GAP)
_EXAMPLES_OF_CELL = 9

Cell = tuple[int, int]


class _Grid(NamedTuple):
    """Where the cells stand."""

    left: float
    top: float
    pitch: float

    @property
    def radius(self) -> int:
        return 4 if self.pitch > 16 else 2

    def rect(self, label: int, predicted: int) -> QRectF:
        side = self.pitch - _GAP
        return QRectF(self.left + predicted * self.pitch, self.top + label * self.pitch, side, side)


class ConfusionMatrix(QWidget):
    """One cell for each pair of true class (row) and read class (column). Pointer and arrow keys name a cell."""

    cell_changed = Signal(object)
    """(label, predicted) under the pointer or chosen by the arrow keys, or None."""
    cell_opened = Signal(object)
    """(label, predicted) of a cell that was clicked, or chosen by Enter or the space bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts = np.zeros((10, 10), dtype=np.int64)
        self._names: tuple[str, ...] = tuple("0123456789")
        self._known = False
        self._cell: Cell | None = None
        self._chosen: Cell | None = None
        self._empty: tuple[tuple[_Grid, int], QPainterPath] | None = None  # what it was made for, and the cells
        self._readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Confusion matrix: rows are the classes, columns what was read"))
        FocusRing(self, 4)

    def set_counts(self, counts: np.ndarray | None, names: tuple[str, ...]) -> None:
        """Show a matrix, int array (classes, classes) with true classes as rows, or an empty one."""
        self._known = counts is not None
        self._names = names
        self._counts = np.zeros((len(names), len(names)), dtype=np.int64) if counts is None else counts
        self._show_readout()
        self.update()

    def set_chosen(self, cell: Cell | None) -> None:
        """Ring a cell, and print its names bold; None for no cell."""
        if cell != self._chosen:
            self._chosen = cell
            self.update()

    def counts(self) -> np.ndarray:
        """Return the matrix that is shown."""
        return self._counts

    def sizeHint(self) -> QSize:
        return QSize(260, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The matrix is square: room that it cannot use belongs to the images beside it.
        self.setMaximumWidth(max(self.minimumSizeHint().width(), self.height()))

    # Geometry

    def _grid(self) -> _Grid:
        count = len(self._names)
        widest = max(map(QFontMetrics(theme.font("tick")).horizontalAdvance, self._names), default=0)
        label_width = min(max(theme.scaled(18), widest + _LABEL_GAP), self.width() / 3)
        label_height = theme.scaled(18)
        pitch = min((self.width() - label_width) / count, (self.height() - label_height) / count)
        pitch = min(float(int(pitch)), _LARGEST_CELL)
        # The name of a row may be higher than the row.
        top = max(0.0, (QFontMetrics(theme.font("tick")).height() - pitch) / 2)
        return _Grid(label_width, top, pitch)

    def cell_rect(self, label: int, predicted: int) -> QRectF:
        """Return where a cell stands."""
        return self._grid().rect(label, predicted)

    def _cell_at(self, point: QPointF) -> Cell | None:
        left, top, pitch = self._grid()
        predicted, label = int((point.x() - left) // pitch), int((point.y() - top) // pitch)
        inside = 0 <= label < len(self._names) and 0 <= predicted < len(self._names)
        return (label, predicted) if inside else None

    # Pointer and keys

    def _choose(self, cell: Cell | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self._show_readout()
            self.update()
            self.cell_changed.emit(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._cell_at(event.position()) if self._known else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None and self._known:
            self.cell_opened.emit(cell)

    def leaveEvent(self, event: object) -> None:  # noqa: ARG002
        self._choose(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._choose(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._cell is not None:
            self.cell_opened.emit(self._cell)
            return
        move = ARROWS.get(Qt.Key(event.key()))
        if move is None or not self._known:
            event.ignore()
            return
        last = len(self._names) - 1
        label, predicted = self._cell if self._cell is not None else (0, -move.across)
        self._choose((min(max(label + move.down, 0), last), min(max(predicted + move.across, 0), last)))

    def _show_readout(self) -> None:
        if self._cell is None or not self._known or max(self._cell) >= len(self._names):
            self._readout.hide()
            return
        label, predicted = self._cell
        count, total = int(self._counts[label, predicted]), int(self._counts[label].sum())
        if label == predicted:
            title = self.tr("{0} read right").format(self._names[label])
        else:
            title = self.tr("{0} read as {1}").format(self._names[label], self._names[predicted])
        share = percent(count / total) if total else "–"
        rows = [ReadoutRow(self.tr("{0} of {1}").format(thousands(count), thousands(total)), share)]
        self._readout.show_at(self.cell_rect(label, predicted).center().toPoint(), title, rows)
        self.setAccessibleDescription(self._readout.text())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        grid = self._grid()
        self._paint_empty_cells(painter, grid)
        self._paint_counted_cells(painter, grid)
        self._paint_names(painter, grid)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._chosen is not None and self._known:
            painter.setPen(QPen(theme.current().palette.accent, 2.5))
            painter.drawRoundedRect(grid.rect(*self._chosen).adjusted(-1, -1, 1, 1), grid.radius, grid.radius)
        if self._cell is not None and self._known:
            painter.setPen(QPen(theme.current().palette.text, 1.5))
            painter.drawRoundedRect(grid.rect(*self._cell), grid.radius, grid.radius)

    def _paint_empty_cells(self, painter: QPainter, grid: _Grid) -> None:
        """Paint all cells as if nothing were in them, by one call: each call lets a training thread go first."""
        count = len(self._names)
        if self._empty is None or self._empty[0] != (grid, count):
            path = QPainterPath()
            for cell in np.ndindex(count, count):
                path.addRoundedRect(grid.rect(*cell), grid.radius, grid.radius)
            self._empty = (grid, count), path
        painter.fillPath(self._empty[1], theme.current().palette.bar_groove)

    def _paint_counted_cells(self, painter: QPainter, grid: _Grid) -> None:
        if not self._known:
            return
        p = theme.current().palette
        counts, totals = self._counts, self._counts.sum(axis=1)
        mistakes = counts - np.diag(np.diag(counts))
        worst, is_roomy = int(mistakes.max(initial=0)), grid.pitch - _GAP >= _ROOMY_CELL
        painter.setFont(theme.tabular(theme.font("micro")))
        digit = painter.fontMetrics().horizontalAdvance("0")
        shown = np.ones(counts.shape, dtype=bool) if is_roomy else (mistakes > 0) | np.eye(len(counts), dtype=bool)
        for label, predicted in np.argwhere(shown).tolist():
            rect, count = grid.rect(label, predicted), int(counts[label, predicted])
            strength, fill = 0.0, p.bar_groove
            if label == predicted:
                share = count / int(totals[label]) if totals[label] else 0
                fill = theme.blend(p.surface, p.accent, 0.12 + 0.36 * share)
            elif count:
                strength = count / worst
                fill = theme.blend(p.surface, p.danger, 0.14 + 0.8 * strength)
            if fill is not p.bar_groove:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(fill)
                painter.drawRoundedRect(rect, grid.radius, grid.radius)
            if (is_roomy or strength >= _NUMBER_SHARE) and digit * len(str(count)) < rect.width() - 1:
                painter.setPen(max((p.text, p.surface), key=lambda color: theme.contrast(color, fill)))
                painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), str(count))

    def _paint_names(self, painter: QPainter, grid: _Grid) -> None:
        painter.setFont(theme.tabular(theme.font("tick")))
        painter.setPen(theme.current().palette.text2)
        metrics, size, count = painter.fontMetrics(), grid.pitch - _GAP, len(self._names)
        # Where rows are lower than their names, every second or third one is named.
        lowest = metrics.tightBoundingRect("0").height() * 1.3
        every = max(1, math.ceil(lowest / grid.pitch)) if grid.pitch > 0 else 1
        right, middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), Qt.AlignmentFlag.AlignCenter
        plain, bold = painter.font(), theme.tabular(theme.font("tick", QFont.Weight.Bold))
        for index in range(0, count, every):
            row = QRectF(0, grid.top + index * grid.pitch, grid.left - _LABEL_GAP, size)
            row.adjust(0, -metrics.height(), 0, metrics.height())  # a row may be lower than its name
            name = self._names[index]
            painter.setFont(bold if self._chosen is not None and index == self._chosen[0] else plain)
            painter.drawText(row, right, metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(row.width())))
            below = QRectF(grid.left + index * grid.pitch, grid.top + count * grid.pitch, size, theme.scaled(16))
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(grid.pitch))
            painter.setFont(bold if self._chosen is not None and index == self._chosen[1] else plain)
            painter.drawText(below, int(middle), short)


class ConfusedImages(QWidget):
    """Pairs of classes that are taken for one another, each with some of the images."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._pairs: list[tuple[str, str, list[np.ndarray]]] = []
        self.setMinimumWidth(theme.scaled(_COLUMN))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pairs(self, title: str, pairs: list[tuple[str, str, list[np.ndarray]]]) -> None:
        """Show under a title, for each pair: its words, its count, and grey images (rows, columns) with ink = 1."""
        self._title, self._pairs = title, pairs
        said = itemised(self.tr("{0} {1}").format(words, count) for words, count, _ in pairs)
        self.setAccessibleName(self.tr("{0}: {1}").format(title, said) if pairs else title)
        self.update()

    def text(self) -> str:
        """Return all words shown."""
        return self.accessibleName()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.scaled(17)
        painter.setFont(theme.font("caption-strong"))
        painter.setPen(theme.current().palette.text2)
        painter.drawText(QRectF(0, 0, self.width(), line), int(Qt.AlignmentFlag.AlignLeft), self._title)
        width = theme.scaled(_COLUMN)
        top = line + 8
        x, y = 0, top
        for words, count, images in self._pairs:
            height = line + 4 + (theme.scaled(_TILE) + _TILE_GAP) * -(-len(images) // _EXAMPLES)
            if y + height > self.height() + _TILE_GAP and y > top:
                x, y = x + width + _COLUMN_GAP, top
            if x + width > max(self.width(), width):
                break
            self._paint_pair(painter, QRectF(x, y, width, line), words, count, images)
            y += height + 10

    def _paint_pair(self, painter: QPainter, line: QRectF, words: str, count: str, images: list[np.ndarray]) -> None:
        p = theme.current().palette
        small = theme.tabular(theme.font("caption"))
        painter.setFont(theme.tabular(theme.font("body")))
        painter.setPen(p.text)
        room = int(line.width()) - QFontMetrics(small).horizontalAdvance(count) - 6
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), shown)
        painter.setFont(small)
        painter.setPen(p.text2)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), count)
        size = theme.scaled(_TILE)
        pitch = size + _TILE_GAP
        for index, image in enumerate(images):
            row, column = divmod(index, _EXAMPLES)
            frame = QRectF(line.left() + column * pitch, line.bottom() + 4 + row * pitch, size, size)
            self._paint_image(painter, frame, image)

    @staticmethod
    def _paint_image(painter: QPainter, frame: QRectF, image: np.ndarray) -> None:
        current = theme.current()
        painter.setPen(QPen(current.palette.border, 1))
        painter.setBrush(current.palette.paper)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        room = frame.adjusted(2, 2, -2, -2)
        rows, columns = image.shape
        scale = min(room.width() / columns, room.height() / rows)
        place = QRectF(0, 0, columns * scale, rows * scale)
        place.moveCenter(room.center())
        painter.drawImage(place, ink_image(image, current.name))


class ConfusionCard(LowerView):
    """The matrix of the newest epoch, and beside it the most confused pairs, or those of the cell in question.

    Signals: `cell_opened(cell)`, all samples of a cell, (label, predicted), are to be seen.
    """

    cell_opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Confusion"), "confusion", parent)
        self.matrix = ConfusionMatrix()
        self.images = ConfusedImages()
        self._caption = ElidedLabel("", "caption", "text2")
        self._epoch: EpochDone | None = None
        self._split: Split | None = None
        self._dataset: Dataset | None = None
        self._names: tuple[str, ...] = ()
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.slot.addWidget(self._caption, 1)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.matrix, 3)
        row.addWidget(self.images, 1)
        self.body.setSpacing(4)
        self.body.addLayout(row, 1)
        self.body.addWidget(ElidedLabel(self.tr("rows: the class, columns: what was read"), "tick", "text2"))
        self.matrix.cell_changed.connect(self._on_cell_changed)
        self.matrix.cell_opened.connect(self.cell_opened)

    def show_epoch(
        self, epoch: EpochDone | None, dataset: Dataset | None, names: tuple[str, ...], when: str = ""
    ) -> None:
        """Show an epoch's result on the data set it was measured on; None for both before the first epoch.

        `when` is the epoch in which it was measured, if that was not at the end of one.
        """
        self._epoch, self._dataset = epoch, dataset
        self._names = names if epoch is None else names[: len(epoch.confusion)]  # a network may know fewer
        self._split = None
        if epoch is None:
            self._caption.setText(self.tr("after the first epoch"))
            self.matrix.set_counts(None, names)
        else:
            validated = epoch.validation_accuracy is not None
            if dataset is not None:
                self._split = dataset.validation if validated else dataset.train
            text = self.tr("validation, after epoch {0}") if validated else self.tr("training, after epoch {0}")
            if when:
                text = self.tr("validation, at epoch {0}") if validated else self.tr("training, at epoch {0}")
            self._caption.setText(text.format(when or thousands(epoch.epoch)))
            self.matrix.set_counts(epoch.confusion, self._names)
        self._show_worst()

    def show_measuring(self) -> None:
        """Say that what is shown is about to be replaced."""
        self._caption.setText(self.tr("measuring…"))

    def caption(self) -> str:
        """Return what the matrix was measured on."""
        return self._caption.text()

    def _show_worst(self) -> None:
        if self._epoch is None:
            self.images.show_pairs(self.tr("Most confused"), [])
            return
        pairs = most_confused(self._epoch.confusion, _PAIRS)
        title = self.tr("Most confused") if pairs else self.tr("No mistakes")
        self.images.show_pairs(title, [self._described(pair, _EXAMPLES) for pair in pairs])

    @Slot(object)
    def _on_cell_changed(self, cell: Cell | None) -> None:
        if cell is None or self._epoch is None or self._epoch.confusion[cell] == 0:
            self._show_worst()
            return
        count = int(self._epoch.confusion[cell])
        pair = ConfusedPair(*cell, count)
        self.images.show_pairs(self.tr("In this cell"), [self._described(pair, _EXAMPLES_OF_CELL)])

    def _described(self, pair: ConfusedPair, most: int) -> tuple[str, str, list[np.ndarray]]:
        words = self.tr("{0} read as {1}").format(self._names[pair.label], self._names[pair.predicted])
        return words, self.tr("{0}×").format(thousands(pair.count)), self._examples(pair, most)

    def _examples(self, pair: ConfusedPair, most: int) -> list[np.ndarray]:
        split, dataset = self._split, self._dataset
        if split is None or dataset is None:
            return []
        chosen = self._images_of((pair.label, pair.predicted))[:most]
        return list(split.inputs[chosen].reshape(-1, dataset.problem.rows, dataset.problem.columns))

    def _images_of(self, cell: Cell) -> NDArray[np.intp]:
        """Return which samples are in a cell, as far as there are pictures of them."""
        epoch, split, dataset = self._epoch, self._split, self._dataset
        if epoch is None or split is None or dataset is None or len(split) != len(epoch.predictions):
            return np.empty(0, np.intp)
        if not dataset.problem.has_picture:
            return np.empty(0, np.intp)
        return np.flatnonzero((split.labels == cell[0]) & (epoch.predictions == cell[1]))
