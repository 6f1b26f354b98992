"""The painted surface of the network diagram: every box, card, circle and line of a small network."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.layout import HEADING, Column, Detail, lay_out, line_ends, nearest_line
from digitapp.gui.diagram.units import UnitPainter
from digitapp.gui.diagram.words import Computation, Stage, line_readout, unit_readout
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.readout import HoverReadout
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.unit_images import layer_images
from digitapp.nn.network import Network

MOST_LINES = 1000
_LINE_WIDEST, _THINNEST = 6.0, 0.6
_FEW_LINES = 60
_LOUD, _SILENT, _UNKNOWN = 0.85, 0.12, 0.35
_REACH = 6.0  # how near the pointer must come to a line


class Place(NamedTuple):
    """A unit of the diagram: column 0 holds the inputs."""

    column: int
    unit: int


class Line(NamedTuple):
    """A connection: layer of weights, unit it comes from, unit it goes to."""

    layer: int
    source: int
    target: int


class _Lines(NamedTuple):
    """The shown lines of all layers, the thinnest first: ends (n, 4), where they belong (n, 3), their weights (n,)."""

    ends: NDArray[np.float64]
    where: NDArray[np.int64]
    weights: NDArray[np.float64]


class DiagramView(QWidget):
    """Paints a computation, names what the pointer or the arrow keys are on, and marks it.

    Signals: `pixel_hovered` with the index of the input under the pointer, or at the beginning of the line there; None
    without one.
    """

    pixel_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = True
        self.limit = 1.0  # of the colours in the pictures of weights
        self._widest = 1.0  # the weight of the widest line
        self.activation_limit = 1.0
        self._computation: Computation | None = None
        self._grid = (1, 1)
        self._stage: Stage | None = None
        self._columns: list[Column] | None = None
        self._lines: _Lines | None = None
        self._picture: QPixmap | None = None
        self._hovered: Place | Line | None = None
        self._focused: Place | None = None
        self._pixel: int | None = None
        self._marked_pixel: int | None = None
        self._readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Network diagram"))
        FocusRing(self)
        theme.current().changed.connect(self.refresh)

    # What it shows

    def show_network(self, computation: Computation, grid: tuple[int, int]) -> None:
        """Show a network, perhaps of another shape; `grid` is (rows, columns) of its inputs."""
        if self._computation is not None and self._computation.network.sizes != computation.network.sizes:
            self._focused = self._hovered = None
            self.limit = self._widest = 1.0
        self._grid = grid
        self._columns = None
        self.show_computation(computation)

    def show_computation(self, computation: Computation) -> None:
        """Show other weights or another drawing for a network of the same shape."""
        self._computation = computation
        network = computation.network
        shown = self._shown_weights(network)
        self.limit = symmetric_limit(np.concatenate(shown[:-1] or shown), quantile=1.0, previous=self.limit)
        self._widest = symmetric_limit(np.concatenate(shown), quantile=1.0, previous=self._widest)
        trace = computation.answer.trace
        if trace is not None and len(trace.activations) > 1:
            loudest = max(float(np.abs(a).max(initial=0.0)) for a in trace.activations[:-1])
            self.activation_limit = max(1.0, symmetric_limit([loudest], previous=self.activation_limit))
        self._lines = None
        self.refresh()

    def _shown_weights(self, network: Network) -> list[NDArray[np.floating]]:
        """Return the weights of each layer between units that are shown, as flat arrays."""
        columns = self.columns
        if columns is None:
            return [weights[:1].reshape(-1) for weights in network.unit_weights]
        counts = [len(column.places) for column in columns]
        pairs = zip(network.unit_weights, pairwise(counts), strict=True)
        return [weights[:sources, :targets].reshape(-1) for weights, (sources, targets) in pairs]

    def show_stage(self, stage: Stage | None) -> None:
        """Show the computation as far as one step of the walk, or whole."""
        self._stage = stage
        self.refresh()

    def show_numbers(self, shown: bool) -> None:
        """Print every value, or only words."""
        self.numbers = shown
        self.refresh()

    def mark_pixel(self, index: int | None) -> None:
        """Mark an input because the pointer is on it elsewhere."""
        if index != self._marked_pixel:
            self._marked_pixel = index
            self.update()

    def refresh(self) -> None:
        """Paint everything anew at the next opportunity."""
        self._picture = None
        self._show_readout()
        self.update()

    @property
    def columns(self) -> list[Column] | None:
        """Where everything stands; None when the network is too deep to be drawn in this width."""
        if self._columns is None and self._computation is not None:
            sizes = self._computation.network.sizes
            self._columns = lay_out(sizes, self._grid, self.width(), self.height())
            self._lines = None
        return self._columns

    def shortfall(self) -> str:
        """Return what of the network is not shown, in a sentence; empty when all of it is."""
        computation, columns = self._computation, self.columns
        if computation is None:
            return ""
        if columns is None:
            return self.tr("This network has too many layers to be drawn here.")
        for column in columns:
            if len(column.places) < column.total:
                return self.tr("Shown are the first {0} of {1} units.").format(len(column.places), column.total)
        count = sum(len(a.places) * len(b.places) for a, b in pairwise(columns))
        if count > MOST_LINES:
            return self.tr("Shown are the {0} strongest of {1} lines.").format(MOST_LINES, count)
        return ""

    def sizeHint(self) -> QSize:
        return QSize(636, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._columns = None
        self.refresh()

    # Lines

    @property
    def lines(self) -> _Lines | None:
        if self._lines is None and self._computation is not None and self.columns:
            self._lines = self._choose_lines(self._computation, self.columns)
        return self._lines

    def _choose_lines(self, computation: Computation, columns: list[Column]) -> _Lines:
        ends, where, weights = [], [], []
        for layer, matrix in enumerate(computation.network.unit_weights):
            shape = len(columns[layer].places), len(columns[layer + 1].places)
            ends.append(line_ends(columns, layer).reshape(-1, 4))
            sources, targets = np.indices(shape).reshape(2, -1)
            where.append(np.column_stack([np.full(sources.size, layer), sources, targets]))
            weights.append(matrix[: shape[0], : shape[1]].reshape(-1))
        every = np.concatenate(weights).astype(np.float64)
        order = np.argsort(np.abs(every), kind="stable")[-MOST_LINES:]
        return _Lines(np.concatenate(ends)[order], np.concatenate(where)[order], every[order])

    def _strength(self, layer: int, source: int) -> float:
        """Return how much of a line is seen: silent sources fade."""
        computation = self._computation
        assert computation is not None
        if self._stage is not None and layer > self._stage.layer:
            return _SILENT
        value = computation.value(layer, source)
        if value is None or not np.isfinite(value):
            return _UNKNOWN
        share = min(1.0, abs(value) / (1.0 if layer == 0 else self.activation_limit))
        return _SILENT + (_LOUD - _SILENT) * share

    def _pen(self, weight: float, opacity: float, extra: float = 0.0) -> QPen:
        p = theme.current().palette
        if not np.isfinite(weight):
            color, width = QColor(p.danger), _THINNEST
        else:
            color = QColor(p.positive if weight > 0 else p.negative)
            width = max(_THINNEST, self._line_width() * min(1.0, abs(weight) / self._widest))
        color.setAlphaF(opacity)
        return QPen(color, width + extra, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap)

    def _line_width(self) -> float:
        """Return the width of the strongest line: many lines are thinner, so that they can be told apart."""
        count = 1 if self._lines is None else len(self._lines.ends)
        return max(_THINNEST * 2, _LINE_WIDEST * min(1.0, (_FEW_LINES / count) ** 0.5))

    def _paint_lines(self, painter: QPainter, lines: _Lines) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        strengths: dict[tuple[int, int], float] = {}
        for ends, (layer, source, _target), weight in zip(
            lines.ends.tolist(), lines.where.tolist(), lines.weights.tolist(), strict=True
        ):
            if (layer, source) not in strengths:
                strengths[layer, source] = self._strength(layer, source)
            painter.setPen(self._pen(weight, strengths[layer, source]))
            painter.drawPath(_path(ends))

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        columns, computation = self.columns, self._computation
        if computation is None:
            return
        if columns is None:
            painter.setPen(theme.current().palette.text2)
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.shortfall())
            return
        if self._picture is None:
            self._picture = self._make_picture(computation, columns)
        painter.drawPixmap(0, 0, self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_marks(painter, computation, columns)

    def _make_picture(self, computation: Computation, columns: list[Column]) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.lines is not None:
            self._paint_lines(painter, self.lines)
        units = UnitPainter(painter, computation, self._stage, self.numbers, self.activation_limit)
        for number, column in enumerate(columns):
            units.paint_heading(number, column, self.width())
            images = self._weight_images(number, column)
            for index, place in enumerate(column.places):
                units.paint_unit(number, index, column, place)
                if images is not None:
                    units.paint_weights(column, place, images[index], self.limit)
        painter.end()
        return picture

    def _weight_images(self, number: int, column: Column) -> NDArray[np.floating] | None:
        if column.detail is not Detail.CARD or self._computation is None:
            return None
        return layer_images(self._computation.network, number - 1, *self._grid)

    def _paint_marks(self, painter: QPainter, computation: Computation, columns: list[Column]) -> None:
        """Paint what changes with the pointer on top of the finished picture."""
        if isinstance(self._hovered, Line):
            self._paint_strong(painter, self._hovered)
        elif isinstance(self._hovered, Place):
            self._paint_lines_of(painter, self._hovered)
        pixel = self._pixel if self._pixel is not None else self._marked_pixel
        if pixel is not None and pixel < len(columns[0].places):
            units = UnitPainter(painter, computation, self._stage, self.numbers, self.activation_limit)
            units.paint_unit(0, pixel, columns[0], columns[0].places[pixel])
            _ring(painter, columns[0].places[pixel], 7)
        for place in {self._focused if self.hasFocus() else None, self._hovered}:
            if isinstance(place, Place) and place.column > 0:
                rectangle = columns[place.column].places[place.unit]
                round_one = columns[place.column].detail is Detail.CIRCLE
                _ring(painter, rectangle, rectangle.width() / 2 + 3 if round_one else 11)

    def _paint_strong(self, painter: QPainter, line: Line) -> None:
        lines = self.lines
        assert lines is not None
        for index in np.flatnonzero((lines.where == line).all(axis=1)):
            painter.setPen(self._pen(float(lines.weights[index]), 1.0, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(_path(lines.ends[index].tolist()))

    def _paint_lines_of(self, painter: QPainter, place: Place) -> None:
        """Bring out the lines that make a unit's sum, or for a pixel those that leave it."""
        lines = self.lines
        if lines is None:
            return
        if place.column:
            chosen = (lines.where[:, 0] == place.column - 1) & (lines.where[:, 2] == place.unit)
        else:
            chosen = (lines.where[:, 0] == 0) & (lines.where[:, 1] == place.unit)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in np.flatnonzero(chosen):
            painter.setPen(self._pen(float(lines.weights[index]), 1.0))
            painter.drawPath(_path(lines.ends[index].tolist()))

    # Pointer and keyboard

    def thing_at(self, point: QPointF) -> Place | Line | None:
        """Return the unit or the line at a point of the widget."""
        columns, lines = self.columns, self.lines
        if columns is None or lines is None:
            return None
        for number, column in enumerate(columns):
            for index, place in enumerate(column.places):
                if place.adjusted(-2, -1, 2, 1).contains(point):
                    return Place(number, index)
        if point.y() < HEADING or not len(lines.ends):
            return None
        nearest, distance = nearest_line(lines.ends, point)
        if distance > _REACH:
            return None
        return Line(*(int(k) for k in lines.where[nearest]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.thing_at(event.position()), event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        thing = self.thing_at(event.position())
        self._focused = thing if isinstance(thing, Place) else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None, QPoint())

    def _hover(self, thing: Place | Line | None, point: QPoint) -> None:
        changed = thing != self._hovered
        self._hovered = thing
        pixel = None
        if isinstance(thing, Line) and thing.layer == 0:
            pixel = thing.source
        elif isinstance(thing, Place) and thing.column == 0:
            pixel = thing.unit
        if pixel != self._pixel:
            self._pixel = pixel
            self.pixel_hovered.emit(pixel)
        if changed:
            self.update()
        self._show_readout(point)

    def _show_readout(self, point: QPoint | None = None) -> None:
        """Name what is hovered, else what the keyboard is on; without a point the panel stays where it is."""
        computation = self._computation
        thing = self._hovered if self._hovered is not None or not self.hasFocus() else self._focused
        if computation is None or thing is None or self._columns is None or not self.isVisible():
            self._readout.hide()
            return
        if isinstance(thing, Line):
            content = line_readout(computation, *thing)
        else:
            content = unit_readout(computation, *thing)
            rectangle = self._columns[thing.column].places[thing.unit]
            point = QPoint(round(rectangle.right()), round(rectangle.top()))
        self._readout.show_at(self._readout.pos() - QPoint(14, 14) if point is None else point, *content)

    def readout_text(self) -> str:
        """Return what the panel says, empty while there is none."""
        return self._readout.text() if self._readout.isVisibleTo(self) else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or self.columns is None:
            super().keyPressEvent(event)
            return
        self._focused = self._neighbour(self.columns, *step)
        self._hovered = None
        self._describe()
        self.update()

    def _neighbour(self, columns: list[Column], across: int, down: int) -> Place:
        if self._focused is None:
            return Place(min(1, len(columns) - 1), 0)
        old = self._focused
        column = min(max(old.column + across, 0), len(columns) - 1)
        count = len(columns[column].places)
        if across and column != old.column:
            # The nearest in height, so that going there and back again ends where it began in small networks.
            height = columns[old.column].places[old.unit].center().y()
            return Place(column, min(range(count), key=lambda k: abs(columns[column].places[k].center().y() - height)))
        return Place(column, min(max(old.unit + down, 0), count - 1))

    def _describe(self) -> None:
        self._show_readout()
        self.setAccessibleDescription(self.readout_text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._focused is None and event.reason() != Qt.FocusReason.MouseFocusReason and self.columns:
            self._focused = Place(min(1, len(self.columns) - 1), 0)
        self._describe()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_readout()
        self.update()


def _path(ends: list[float]) -> QPainterPath:
    x0, y0, x1, y1 = ends
    middle = (x0 + x1) / 2
    path = QPainterPath(QPointF(x0, y0))
    path.cubicTo(middle, y0, middle, y1, x1, y1)
    return path


def _ring(painter: QPainter, rectangle: QRectF, radius: float) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.current().palette.accent, 2))
    painter.drawRoundedRect(rectangle.adjusted(-3, -3, 3, 3), radius, radius)
