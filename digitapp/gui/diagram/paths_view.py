"""The painted surface of the strongest paths: what the pointer, the arrow keys and the eye meet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.paths_layout import PathLayout, drawing_ends, lay_out, line_ends
from digitapp.gui.diagram.paths_paint import PathPainter
from digitapp.gui.diagram.paths_picture import PathPicture
from digitapp.gui.diagram.wire_view import WireView
from digitapp.gui.diagram.wires import NO_WIRES, THINNEST, WIDEST, Floats, Node, Thing, Wire, Wires, paint_ring
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets.readout import ReadoutRow
from digitapp.inspection.paths import StrongestPaths

_LOUD, _FAINT, _OTHER_OUTPUT = 0.9, 0.10, 0.06


class PathsDiagram(WireView):
    """Paints the strongest paths to one output. Column 0 is the drawing; the column after it the first layer.

    Signals
    -------
    unit_chosen(layer, unit) : a hidden unit was clicked, or chosen with Space
    unit_opened(layer, unit) : it was double-clicked, or opened with Enter
    output_chosen(unit) : an output was clicked or chosen
    resized : the room for units is different
    """

    unit_chosen = Signal(int, int)
    unit_opened = Signal(int, int)
    output_chosen = Signal(int)
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Strongest paths"), "paths")
        self._picture: PathPicture | None = None
        self._layout: PathLayout | None = None
        self._wires = NO_WIRES
        self._selected: tuple[int, int] = (-1, -1)
        self.setObjectName("pathsDiagram")
        self.setAccessibleName(self.tr("The strongest paths to the answer"))
        self.thing_hovered.connect(self._show_cursor)

    # What it shows

    @property
    def picture(self) -> PathPicture | None:
        """What is painted."""
        return self._picture

    def show_picture(self, picture: PathPicture | None) -> None:
        """Show other paths; None shows nothing."""
        self._picture = picture
        self._layout = None
        self.refresh()

    def show_selected(self, layer: int, unit: int) -> None:
        """Mark the unit whose dossier is open."""
        self._selected = (layer, unit)
        self.update()

    @property
    def places(self) -> PathLayout | None:
        """Where everything stands; None without paths, or where they do not fit."""
        picture = self._picture
        if picture is None:
            return None
        if self._layout is None:
            counts = [len(units) for units in picture.paths.units]
            scale = max(1.0, theme.scaled(100) / 100)
            self._layout = lay_out(picture.ink.shape, counts, self.width(), self.height(), scale)
            self._wires = NO_WIRES if self._layout is None else _make_wires(picture, self._layout)
        return self._layout

    def nodes(self) -> Sequence[Sequence[QRectF]]:
        """Return the drawing, and the rectangles of each layer's units."""
        layout = self.places
        return [] if layout is None else [(layout.drawing,), *(column.places for column in layout.columns)]

    def wires(self) -> Wires:
        """Return every connection between what is shown, the faintest first."""
        return NO_WIRES if self.places is None else self._wires

    def lack(self) -> str:
        if self._picture is None:
            return ""
        return self.tr("This network has too many layers to be drawn here. A wider window has room for more.")

    def sizeHint(self) -> QSize:
        return QSize(880, 560)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._layout = None
        super().resizeEvent(event)
        self.resized.emit()

    # Painting

    def paint_all(self, painter: QPainter) -> None:
        """Paint connections and units."""
        layout, picture = self.places, self._picture
        assert layout is not None and picture is not None
        self._wires.paint(painter)
        PathPainter(painter, picture).paint(layout, self.width())

    def paint_marks(self, painter: QPainter) -> None:
        """Paint what changes with the pointer and the keys, and the selected unit."""
        super().paint_marks(painter)
        layout, picture = self.places, self._picture
        assert layout is not None and picture is not None
        for layer, units in enumerate(picture.paths.units[:-1]):
            for index, unit in enumerate(units):
                if (layer, unit) == self._selected:
                    paint_ring(painter, layout.columns[layer].places[index], 7.0, 2.5, 2.5)

    # Pointer and keyboard

    def describe(self, thing: Thing) -> tuple[str, Sequence[ReadoutRow]]:
        """Return title and rows for the drawing, a unit or a connection."""
        assert self._picture is not None
        paths, words = self._picture.paths, self._picture.words
        if isinstance(thing, Wire):
            return words.link(paths, *thing)
        return words.spot(paths, thing.column - 1, thing.row)

    @Slot(object)
    def _show_cursor(self, thing: Thing | None) -> None:
        clickable = isinstance(thing, Node) and thing.column > 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if clickable else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and self.focused is not None:
            self._choose(self.focused, opens=False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        thing = self.thing_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and isinstance(thing, Node):
            self._choose(thing, opens=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, node = event.key(), self.focused
        if key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) or node is None:
            super().keyPressEvent(event)
            return
        is_output = node.column == len(self.nodes()) - 1
        self._choose(node, opens=key != Qt.Key.Key_Space and not is_output)

    def _choose(self, node: Node, *, opens: bool) -> None:
        if self._picture is None or node.column == 0:
            return
        layer = node.column - 1
        unit = self._picture.paths.units[layer][node.row]
        if layer == len(self._picture.paths.units) - 1:
            if not opens:
                self.output_chosen.emit(unit)
        else:
            (self.unit_opened if opens else self.unit_chosen).emit(layer, unit)


def _make_wires(picture: PathPicture, layout: PathLayout) -> Wires:
    """Return every connection: its width is the weight's share of its layer's largest, its opacity what flows."""
    paths = picture.paths
    drive = paths.drive[np.newaxis]
    parts = [
        _of_layer(
            0,
            drawing_ends(layout.drawing, layout.columns[0])[np.newaxis],
            drive,
            np.abs(_part_of_first(paths))[np.newaxis],
            np.ones(drive.shape, dtype=bool),
        )
    ]
    target = paths.units[-1].index(paths.found.output)
    for layer in range(1, len(paths.units)):
        weights, flows = paths.weights[layer - 1], paths.flows[layer - 1]
        followed = np.ones(weights.shape, dtype=bool)
        if layer == len(paths.units) - 1:
            followed[:] = False
            followed[:, target] = True
        ends = line_ends(layout.columns[layer - 1], layout.columns[layer])
        parts.append(_of_layer(layer, ends, weights, np.abs(flows), followed))
    ends, where, values, widths, opacities = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.argsort(opacities, kind="stable")
    return Wires(ends[order], where[order], values[order], widths[order], opacities[order])


def _of_layer(
    layer: int, ends: Floats, weights: Floats, flows: Floats, followed: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.int64], Floats, Floats, Floats]:
    """Return what `Wires` holds for one layer, whose arrays are of shape (sources, targets)."""
    widest = float(np.nanmax(np.abs(weights), initial=0.0)) or 1.0
    loudest = float(np.nanmax(flows, initial=0.0)) or 1.0
    sources, targets = np.indices(weights.shape).reshape(2, -1)
    where = np.column_stack([np.full(sources.size, layer), sources, targets])
    shares = weights / widest
    is_number = np.isfinite(shares)
    opacities = np.where(followed, _FAINT + (_LOUD - _FAINT) * np.clip(flows / loudest, 0, 1), _OTHER_OUTPUT)
    opacities = np.where(is_number & np.isfinite(opacities), opacities, _LOUD)
    widths = np.where(is_number, np.clip(WIDEST * np.abs(shares), THINNEST, WIDEST), THINNEST)
    return ends.reshape(-1, 4), where, weights.reshape(-1), widths.reshape(-1), opacities.reshape(-1)


def _part_of_first(paths: StrongestPaths) -> Floats:
    """Return what the shown units of the first layer do for the followed output."""
    if paths.found.contributions:
        return paths.found.contributions[0][list(paths.units[0])]
    chosen = np.zeros(len(paths.units[0]))
    chosen[paths.units[0].index(paths.found.output)] = 1
    return chosen
