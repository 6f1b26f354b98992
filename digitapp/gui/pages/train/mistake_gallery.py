"""Samples side by side, each with what it was read as and how surely; only those in sight are painted."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPen, QPixmap, QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from digitapp.datasets.problems import Problem
from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.plots.plane_picture import Frame, PlanePoints, bounds_around
from digitapp.gui.widgets.numbers import percent, probability, thousands
from digitapp.gui.widgets.series import paint_mark
from digitapp.inspection.mistakes import Readings

_TILE, _SMALL_TILE = 86, 64
_GAP, _TEXT = 8, 18
_AROUND = 12  # pixels above and below a tile with its words
_RADIUS = 6
_MARK, _PALE_MARK = 11, 4

Index = QModelIndex | QPersistentModelIndex


class GalleryModel(QStandardItemModel):
    """Samples of a part of the data, in an order.

    Its items hold nothing. They are Qt's own, for a list asks its model for every row when it lays out thousands.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, 1, parent)
        self.problem: Problem | None = None
        self.names: tuple[str, ...] = ()
        self.readings: Readings | None = None
        self.validates = True
        self.samples: NDArray[np.intp] = np.empty(0, np.intp)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        is_asked = role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
        return self.describe(self.sample(index)) if is_asked and index.row() < len(self.samples) else None

    def sample(self, index: Index) -> int:
        """Return which sample stands at a place."""
        return int(self.samples[index.row()])

    def pair(self, sample: int) -> tuple[str, str]:
        """Return the names of the true class and of what was read."""
        readings = self.readings
        assert readings is not None
        return self.names[int(readings.split.labels[sample])], self.names[int(readings.predictions[sample])]

    def certainty(self, sample: int, *, is_short: bool = False) -> str:
        """Return how sure the network is, as text; the short one has whole per cents."""
        assert self.readings is not None
        value = float(self.readings.certainties[sample])
        if not math.isfinite(value):
            return "–"
        return percent(min(max(value, 0.001), 0.999), 0) if is_short else probability(value)

    def describe(self, sample: int) -> str:
        """Return in words what a sample is and was read as."""
        readings, problem = self.readings, self.problem
        assert readings is not None and problem is not None
        number, (label, read) = thousands(sample + 1), self.pair(sample)
        if problem.has_picture:
            text = self.tr("{0} read as {1}, {2} sure. Validation image {3}.")
            if not self.validates:
                text = self.tr("{0} read as {1}, {2} sure. Training image {3}.")
            return text.format(label, read, self.certainty(sample), number)
        text = self.tr("{0} read as {1}, {2} sure. Validation point {3} at {4}, {5}.")
        if not self.validates:
            text = self.tr("{0} read as {1}, {2} sure. Training point {3} at {4}, {5}.")
        place = (f"{value:.2f}" for value in readings.split.inputs[sample, :2].tolist())
        return text.format(label, read, self.certainty(sample), number, *place)

    def show_samples(
        self,
        problem: Problem,
        names: tuple[str, ...],
        readings: Readings | None,
        samples: NDArray[np.intp],
        *,
        validates: bool,
    ) -> None:
        """Show samples in their order."""
        self.problem, self.names, self.validates = problem, names, validates
        self.readings, self.samples = readings, samples
        self.setRowCount(len(samples))
        if len(samples):
            self.dataChanged.emit(self.index(0, 0), self.index(len(samples) - 1, 0))


class _Tiles(QStyledItemDelegate):
    """Paints a sample in a frame, and below it what was read and how surely."""

    def __init__(self, parent: Gallery) -> None:
        super().__init__(parent)
        self._gallery = parent
        self._plane: tuple[object, QPixmap] | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return self._gallery.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, p, side = self._gallery.samples, theme.current().palette, self._gallery.tile
        sample = model.sample(index)
        cell = option.rect  # type: ignore[attr-defined]
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
        frame = QRectF(cell.left() + 3, cell.top() + 3, side, side)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(p.border_strong, 1))
        painter.setBrush(p.paper)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        if model.problem is not None and model.problem.is_plane:
            self._paint_point(painter, frame, sample)
        else:
            self._paint_picture(painter, frame, sample)
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(p.accent, 2.5))
            painter.drawRoundedRect(frame.adjusted(-1.5, -1.5, 1.5, 1.5), _RADIUS + 1, _RADIUS + 1)
        line = QRectF(frame.left(), frame.bottom() + 3, cell.width() - 6, theme.scaled(_TEXT))
        self._paint_words(painter, line, sample)
        painter.restore()

    def _paint_picture(self, painter: QPainter, frame: QRectF, sample: int) -> None:
        model = self._gallery.samples
        assert model.readings is not None and model.problem is not None
        rows, columns = model.problem.shape
        image: QImage = ink_image(model.readings.split.inputs[sample].reshape(rows, columns), theme.current().name)
        room = frame.adjusted(3, 3, -3, -3)
        scale = min(room.width() / columns, room.height() / rows)
        place = QRectF(0, 0, columns * scale, rows * scale)
        place.moveCenter(room.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, image)

    def _paint_point(self, painter: QPainter, frame: QRectF, sample: int) -> None:
        """Paint where a point lies among all of its part, with the mark of its class."""
        readings = self._gallery.samples.readings
        assert readings is not None
        split = readings.split
        points = PlanePoints(split.inputs, split.labels, np.ones(len(split), np.bool_))
        plane = Frame(bounds_around(points), frame.adjusted(4, 4, -4, -4))
        key = (readings.split, frame.size().toSize(), theme.current().name, painter.device().devicePixelRatio())
        if self._plane is None or self._plane[0] != key:
            self._plane = key, self._ground(plane, frame, points, key[-1])
        painter.drawPixmap(frame.topLeft(), self._plane[1])
        x, y = split.inputs[sample].tolist()
        mark = theme.scaled(_MARK)
        paint_mark(painter, int(split.labels[sample]), plane.at(x, y), mark, outline=theme.current().palette.text)

    @staticmethod
    def _ground(plane: Frame, frame: QRectF, points: PlanePoints, ratio: float) -> QPixmap:
        """Return the plane with all points pale."""
        picture = QPixmap((frame.size() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-frame.topLeft())
        p = theme.current().palette
        painter.setPen(QPen(p.border, 1))
        middle = plane.at(0, 0)
        painter.drawLine(QPointF(plane.area.left(), middle.y()), QPointF(plane.area.right(), middle.y()))
        painter.drawLine(QPointF(middle.x(), plane.area.top()), QPointF(middle.x(), plane.area.bottom()))
        painter.setOpacity(0.35)
        for (x, y), label in zip(points.places.tolist(), points.labels.tolist(), strict=True):
            paint_mark(painter, label, plane.at(x, y), theme.scaled(_PALE_MARK))
        painter.end()
        return picture

    def _paint_words(self, painter: QPainter, line: QRectF, sample: int) -> None:
        model, p = self._gallery.samples, theme.current().palette
        label, read = model.pair(sample)
        plain, strong = theme.tabular(theme.font("caption")), theme.font("caption-strong")
        said = read if self._gallery.is_of_one_cell else self.tr("{0} → {1}").format(label, read)
        needed, sure = QFontMetrics(strong).horizontalAdvance(said) + 6, model.certainty(sample)
        if needed + QFontMetrics(plain).horizontalAdvance(sure) > line.width():
            sure = model.certainty(sample, is_short=True)
        taken = QFontMetrics(plain).horizontalAdvance(sure)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(strong)
        painter.setPen(p.text if label == read else p.danger)
        room = line.adjusted(0, 0, -taken - 6, 0)
        shown = QFontMetrics(strong).elidedText(said, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | middle), shown)
        painter.setFont(plain)
        painter.setPen(p.text2)
        end = min(line.right(), max(line.left() + self._gallery.tile, room.left() + needed + taken))
        line.setRight(end)
        painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | middle), sure)


class Gallery(QListView):
    """Samples to choose one from, with the pointer or the arrow keys.

    Signals: `sample_chosen(sample)`, −1 for none; `sample_opened(sample)` by Enter or a double click; `left`, the
    pointer has gone.
    """

    sample_chosen = Signal(int)
    sample_opened = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("mistakeGallery")
        self.samples = GalleryModel(self)
        self.is_of_one_cell = False
        self.tile = theme.scaled(_TILE)
        self.setModel(self.samples)
        self.setItemDelegate(_Tiles(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setProperty("bare", True)
        self.viewport().setAutoFillBackground(False)
        self.viewport().installEventFilter(self)
        self.doubleClicked.connect(self._on_activated)
        self.activated.connect(self._on_activated)
        self.selectionModel().currentChanged.connect(self._on_current)
        self._is_filling = False
        self._fit()

    def minimumSizeHint(self) -> QSize:
        tile = theme.scaled(_SMALL_TILE)
        return QSize(2 * (tile + _GAP), tile + theme.scaled(_TEXT) + _AROUND)

    @property
    def chosen(self) -> int | None:
        """The sample that is chosen, or None."""
        index = self.currentIndex()
        return self.samples.sample(index) if index.isValid() and index.row() < len(self.samples.samples) else None

    def fill(self, show: Callable[[GalleryModel], None], *, of_one_cell: bool) -> None:
        """Let `show` give the model other samples; the chosen one stays chosen, and the list where it was scrolled."""
        chosen, bar = self.chosen, self.verticalScrollBar()
        scrolled = bar.value()
        self.is_of_one_cell = of_one_cell
        self._is_filling = True
        show(self.samples)
        rows = np.flatnonzero(self.samples.samples == chosen) if chosen is not None else np.empty(0, np.intp)
        choice = self.selectionModel()
        if len(rows):
            choice.setCurrentIndex(self.samples.index(int(rows[0]), 0), choice.SelectionFlag.ClearAndSelect)
        else:
            choice.clear()
        self._is_filling = False
        self.doItemsLayout()
        bar.setValue(min(scrolled, bar.maximum()))
        if chosen is not None and not len(rows):
            self.sample_chosen.emit(-1)

    def choose_none(self) -> None:
        """Go back to the top, with nothing chosen."""
        self._is_filling = True
        self.selectionModel().clear()
        self._is_filling = False
        self.verticalScrollBar().setValue(0)
        self.sample_chosen.emit(-1)

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.left.emit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show two rows where they have room, and columns that fill the width."""
        room = self.height() // 2 - theme.scaled(_TEXT) - _AROUND
        self.tile = max(theme.scaled(_SMALL_TILE), min(theme.scaled(_TILE), room))
        width = self.width() - self.verticalScrollBar().sizeHint().width() - 2
        columns = max(1, width // (self.tile + _GAP))
        cell = QSize(max(self.tile + _GAP, width // columns), self.tile + theme.scaled(_TEXT) + _AROUND)
        if cell != self.gridSize():
            self.setGridSize(cell)

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not self._is_filling:
            self.sample_chosen.emit(self.samples.sample(current) if current.isValid() else -1)

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        self.sample_opened.emit(self.samples.sample(index))
