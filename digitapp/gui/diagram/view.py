"""The painted surface of the network diagram: every box, card, circle and wire of a small network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Signal, Slot
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui.diagram.headings import paint_headings
from digitapp.gui.diagram.layout import Column, Detail, lay_out, line_ends
from digitapp.gui.diagram.units import UnitPainter, measures_of
from digitapp.gui.diagram.wire_view import WireView
from digitapp.gui.diagram.wires import NO_WIRES, THINNEST, WIDEST, Floats, Node, Thing, Wire, Wires, paint_ring
from digitapp.gui.diagram.words import Computation, WalkStep, line_readout, unit_readout
from digitapp.gui.widgets.readout import ReadoutRow
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.unit_images import layer_images

MOST_LINES = 1000
_FEW_LINES = 60
_LOUD, _SILENT, _UNKNOWN = 0.85, 0.12, 0.35


class DiagramView(WireView):
    """Paints a computation, names what the pointer or the arrow keys are on, and marks it.

    Signals: `pixel_hovered` with the index of the input under the pointer, or at the beginning of the line there; None
    without one.
    """

    pixel_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.numbers = True
        self.activation_limit = 1.0
        self._computation: Computation | None = None
        self._grid = (1, 1)
        self._step: WalkStep | None = None
        self._columns: list[Column] | None = None
        self._wires: Wires | None = None
        self._pixel: int | None = None
        self._marked_pixel: int | None = None
        self.setAccessibleName(self.tr("Network diagram"))
        self.thing_hovered.connect(self._tell_pixel)

    # What it shows

    def show_network(self, computation: Computation, grid: tuple[int, int]) -> None:
        """Show a network, perhaps of another shape; `grid` is (rows, columns) of its inputs."""
        self._grid = grid
        self._columns = None
        self.show_computation(computation)

    def show_computation(self, computation: Computation) -> None:
        """Show other weights or another drawing for a network of the same shape."""
        self._computation = computation
        trace = computation.answer.trace
        if trace is not None and len(trace.activations) > 1:
            loudest = max(float(np.abs(a).max(initial=0.0)) for a in trace.activations[:-1])
            self.activation_limit = max(1.0, symmetric_limit([loudest], previous=self.activation_limit))
        self.refresh()

    def show_step(self, step: WalkStep | None) -> None:
        """Show the computation as far as one step of the walk, or whole."""
        self._step = step
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
        self._wires = None
        super().refresh()

    @property
    def limit(self) -> float:
        """The limit of the colours of the first layer's weights; of a small network that of all hidden layers."""
        return 1.0 if self._computation is None else self._computation.limits[0]

    @property
    def columns(self) -> list[Column] | None:
        """Where everything stands; None when the network is too deep to be drawn in this width."""
        if self._columns is None and self._computation is not None:
            sizes, measures = self._computation.network.sizes, measures_of(self._computation)
            self._columns = lay_out(sizes, self._grid, self.width(), self.height(), measures)
        return self._columns

    def nodes(self) -> Sequence[Sequence[QRectF]]:
        """Return the rectangle of each shown unit, column by column."""
        return [column.places for column in self.columns or ()]

    def shortfall(self) -> str:
        """Return what of the network is not shown, in a sentence; empty when all of it is."""
        if self._computation is None:
            return ""
        columns = self.columns
        if columns is None:
            return self.tr("This network has too many layers to be drawn here.")
        for column in columns:
            if len(column.places) < column.total:
                return self.tr("Shown are the first {0} of {1} units.").format(len(column.places), column.total)
        count = sum(len(a.places) * len(b.places) for a, b in pairwise(columns))
        if count > MOST_LINES:
            return self.tr("Shown are the {0} strongest of {1} lines.").format(MOST_LINES, count)
        return ""

    def lack(self) -> str:
        return self.shortfall()

    def sizeHint(self) -> QSize:
        return QSize(636, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(360, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._columns = None
        super().resizeEvent(event)

    # Lines

    def wires(self) -> Wires:
        """Return the lines of all layers, the thinnest first, and of very many the strongest."""
        if self._wires is None:
            computation, columns = self._computation, self.columns
            self._wires = NO_WIRES if computation is None or columns is None else self._make_wires(computation, columns)
        return self._wires

    def _make_wires(self, computation: Computation, columns: list[Column]) -> Wires:
        ends, where, weights = [], [], []
        for layer, matrix in enumerate(computation.network.unit_weights):
            shape = len(columns[layer].places), len(columns[layer + 1].places)
            ends.append(line_ends(columns, layer).reshape(-1, 4))
            sources, targets = np.indices(shape).reshape(2, -1)
            where.append(np.column_stack([np.full(sources.size, layer), sources, targets]))
            weights.append(matrix[: shape[0], : shape[1]].reshape(-1))
        every = np.concatenate(weights).astype(np.float64)
        order = np.argsort(np.abs(every), kind="stable")[-MOST_LINES:]
        shown, values = np.concatenate(where)[order], every[order]
        return Wires(np.concatenate(ends)[order], shown, values, self._widths(values), self._opacities(shown))

    def _widths(self, weights: Floats) -> Floats:
        """Return how wide each line is: many lines are thinner, so that they can be told apart."""
        widest = max(2 * THINNEST, WIDEST * min(1.0, (_FEW_LINES / max(1, len(weights))) ** 0.5))
        widths = np.clip(widest * np.abs(weights) / self._widest_weight(), THINNEST, widest)
        return np.where(np.isfinite(weights), widths, THINNEST)

    def _widest_weight(self) -> float:
        return 1.0 if self._computation is None else max(self._computation.limits)

    def _opacities(self, where: NDArray[np.int64]) -> Floats:
        """Return how much of each line is seen: those of silent sources fade."""
        known: dict[tuple[int, int], float] = {}
        for layer, source in {(layer, source) for layer, source, _ in where.tolist()}:
            known[layer, source] = self._strength(layer, source)
        return np.array([known[layer, source] for layer, source, _ in where.tolist()])

    def _strength(self, layer: int, source: int) -> float:
        computation = self._computation
        assert computation is not None
        if self._step is not None and layer > self._step.layer:
            return _SILENT
        value = computation.value(layer, source)
        if value is None or not np.isfinite(value):
            return _UNKNOWN
        share = min(1.0, abs(value) / (1.0 if layer == 0 else self.activation_limit))
        return _SILENT + (_LOUD - _SILENT) * share

    # Painting

    def paint_all(self, painter: QPainter) -> None:
        """Paint lines and units."""
        columns, computation = self.columns, self._computation
        assert columns is not None and computation is not None
        self.wires().paint(painter)
        units = self._unit_painter(painter, computation)
        paint_headings(painter, columns, self.width())
        for number, column in enumerate(columns):
            images, reads = self._weight_images(number, column), columns[number - 1].total
            for index, place in enumerate(column.places):
                units.paint_unit(number, index, column, place)
                if images is not None:
                    units.paint_weights(column, place, images[index], reads, computation.limits[number - 1])

    def _unit_painter(self, painter: QPainter, computation: Computation) -> UnitPainter:
        return UnitPainter(painter, computation, self._step, self.numbers, self.activation_limit)

    def _weight_images(self, number: int, column: Column) -> NDArray[np.floating] | None:
        if number == 0 or column.image.isEmpty() or self._computation is None:
            return None
        return layer_images(self._computation.network, number - 1, *self._grid)

    def paint_marks(self, painter: QPainter) -> None:
        """Paint what changes with the pointer and the keys; an input is also marked from elsewhere."""
        super().paint_marks(painter)
        pixel = self._pixel if self._pixel is not None else self._marked_pixel
        columns, computation = self.columns, self._computation
        if pixel is None or columns is None or computation is None or pixel >= len(columns[0].places):
            return
        place = columns[0].places[pixel]
        self._unit_painter(painter, computation).paint_unit(0, pixel, columns[0], place)
        paint_ring(painter, place, self.corner_radius(Node(0, pixel)))

    def corner_radius(self, node: Node) -> float:
        assert self.columns is not None
        column = self.columns[node.column]
        if column.detail is Detail.CIRCLE:
            return column.places[node.row].width() / 2
        return 4.0 if node.column == 0 else 8.0

    # What is hovered

    def describe(self, thing: Thing) -> tuple[str, Sequence[ReadoutRow]]:
        """Return title and rows for a unit or a line."""
        assert self._computation is not None
        if isinstance(thing, Wire):
            return line_readout(self._computation, *thing)
        return unit_readout(self._computation, *thing)

    @Slot(object)
    def _tell_pixel(self, thing: Thing | None) -> None:
        node = thing.start if isinstance(thing, Wire) else thing
        pixel = node.row if node is not None and node.column == 0 else None
        if pixel != self._pixel:
            self._pixel = pixel
            self.pixel_hovered.emit(pixel)
