"""The picture of one step of learning: the network with its numbers, forwards, backwards, and as it changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import LEFT, RIGHT, fonts, paint_fitted
from digitapp.gui.diagram.step_layout import Look, StepColumn, is_small, lay_out_step, strongest
from digitapp.gui.diagram.step_locks import paint_locks, places_of_locks
from digitapp.gui.diagram.step_matrices import PictureCache
from digitapp.gui.diagram.step_units import StepPainter, need_of, small_ways
from digitapp.gui.diagram.step_wires import Chip, StepWires
from digitapp.gui.diagram.step_words import node_readout, wire_readout
from digitapp.gui.diagram.wire_view import WireView
from digitapp.gui.diagram.wires import NO_WIRES, Node, Thing, Wire, Wires
from digitapp.gui.diagram.words import TaleWords
from digitapp.gui.state.scene import Focus, Scene
from digitapp.gui.widgets.keys import step_of
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.readout import ReadoutRow
from digitapp.inspection.walk import Kind, Stage

_FLOW_MS, _FLOW_STEP = 50, 0.08  # a bead takes the next one's place in 0.6 s
_DRAG_PER_PIXEL, _FINE_PER_PIXEL = 0.02, 0.002


class StepView(WireView):
    """Paints a scene, names what the pointer is on, and lets a weight be taken in hand.

    Signals
    -------
    chosen(Focus) : a unit or a wire was clicked, or reached by the keys
    dragged(Focus, change, is_first) : a weight is being dragged by so much
    released : it is let go
    nudged(Focus, change) : a weight is to change by a step of the keys or the wheel
    typing_wanted(Focus) : a number is to be typed in the place of a weight
    arranged : there is another room, in which perhaps more or less is shown
    """

    chosen = Signal(object)
    dragged = Signal(object, float, bool)
    released = Signal()
    nudged = Signal(object, float)
    typing_wanted = Signal(object)
    arranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._limits: tuple[float, ...] = ()
        self._columns: list[StepColumn] | None = None
        self._shape: object = None
        self._carried: StepWires | None = None
        self._drag: tuple[Focus, float, bool] | None = None
        self._cards = PictureCache()
        self._keeps_cards = False
        self._wires_drawn: dict[int, tuple[object, QPixmap]] = {}
        self._flow = QTimer(self)
        self._flow.timeout.connect(self._on_flow)
        self._phase = 0.0  # how far the beads have moved
        self.is_tale = False
        self.setAccessibleName(self.tr("Diagram of one step"))

    # Flowing

    def set_playing(self, is_playing: bool) -> None:
        """Let the beads of gradients move from right to left as long as the walk goes on by itself."""
        if is_playing:
            self._flow.start(_FLOW_MS)
        else:
            self._flow.stop()
            self._phase = 0.0
        self.refresh()

    @property
    def flows(self) -> bool:
        """Whether beads are moving now."""
        return self._flow.isActive() and self.carried is not None and self.carried.has_flow

    @Slot()
    def _on_flow(self) -> None:
        if self.flows and self.isVisible():
            self._phase = (self._phase + _FLOW_STEP) % 1
            self.update()

    # What it shows

    def show_scene(self, scene: Scene | None) -> None:
        """Show another scene; None for nothing."""
        self._scene = scene
        if scene is not None:
            self._limits = tuple(scene.shown.weight_limit(layer) for layer in range(len(scene.network.weights)))
            shape = scene.network.sizes, self._units_to_show(scene)
            if shape != self._shape:
                self._shape, self._columns = shape, None
        self.refresh()

    def show_tale(self, is_tale: bool) -> None:
        """Call the units by the names of the tale."""
        self.is_tale = is_tale
        self.refresh()

    @property
    def scene(self) -> Scene | None:
        """What is shown."""
        return self._scene

    @property
    def limit(self) -> float:
        """The limit of the colours of the first layer's weights."""
        return self._limits[0] if self._limits else 1.0

    def refresh(self) -> None:
        """Paint everything anew at the next opportunity."""
        self._carried = None
        super().refresh()

    def _units_to_show(self, scene: Scene) -> list[tuple[int, ...]]:
        numbers, sizes = scene.numbers.layers, scene.network.sizes
        if is_small(sizes):
            return [tuple(range(size)) for size in sizes[1:-1]]
        measures = [layer.blame for layer in numbers[:-1]]
        focus = scene.focus.layer, scene.focus.unit
        need = need_of(scene.shown.names, sizes)
        return strongest(sizes, measures, focus, self.height() - need.heading, need)

    @property
    def columns(self) -> list[StepColumn] | None:
        """Where everything stands; None where there is no room or nothing to show."""
        scene = self._scene
        if self._columns is None and scene is not None:
            need = need_of(scene.shown.names, scene.network.sizes)
            self._columns = lay_out_step(
                scene.network.sizes,
                scene.shown.problem.shape,
                self._units_to_show(scene),
                self.width(),
                self.height(),
                need,
                has_picture=scene.shown.problem.has_picture,
            )
        return self._columns

    def nodes(self) -> Sequence[Sequence[QRectF]]:
        return [column.places for column in self.columns or ()]

    def lack(self) -> str:
        return "" if self._scene is None else self.tr("This network has too many layers to be drawn here.")

    def shortfall(self) -> str:
        """Return what is left out, in a sentence; empty where nothing is."""
        scene, columns = self._scene, self.columns
        if scene is None or columns is None:
            return ""
        hidden = columns[1:-1]
        left = sum(column.total - len(column.units) for column in hidden)
        if not left:
            return ""
        weights = scene.network.weight_count
        shares = []
        for layer, column in enumerate(hidden):
            blame = np.abs(scene.numbers.layers[layer].blame)
            total = float(blame.sum())
            shares.append(float(blame[list(column.units)].sum()) / total if total > 0 else 0.0)
        text = self.tr(
            "Left out: {0} units. Those shown carry {1} of their layers' blame. Of the {2} weights one is followed "
            "in numbers; all are learned."
        )
        return text.format(left, percent(float(np.mean(shares)), 0), thousands(weights))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(720), theme.scaled(430))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(420), theme.scaled(240))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._columns = self._shape = None
        super().resizeEvent(event)
        self.arranged.emit()

    # Wires

    @property
    def carried(self) -> StepWires | None:
        """The wires with what they carry; None where nothing is shown."""
        if self._carried is None and self._scene is not None and self.columns is not None:
            self._carried = StepWires(self._scene, self.columns)
        return self._carried

    def _unit(self, column: int, row: int) -> int:
        assert self.carried is not None
        return self.carried.unit(column, row)

    def wires(self) -> Wires:
        return NO_WIRES if self.carried is None else self.carried.wires

    def chips(self) -> list[Chip]:
        """Return the numbers on the wires."""
        return [] if self.carried is None else self.carried.chips

    # Painting

    def paint_all(self, painter: QPainter) -> None:
        scene, columns, carried = self._scene, self.columns, self.carried
        assert scene is not None and columns is not None and carried is not None
        self._paint_headings(painter, scene, columns)
        if self._keeps_cards:
            self._paint_kept_wires(painter, carried)
        else:
            for group in carried.groups:
                carried.paint(painter, group)
                carried.paint_flow(painter, group, self._phase)
        carried.paint_followed(painter)
        units = self._painter(painter, scene, columns)
        units.paint_units()
        if not (self._keeps_cards and self.flows):
            self._paint_numbers(units)
        self._paint_output_blame(painter, scene, columns)
        numbers = {chip.focus.weight: chip.place for chip in self.chips() if chip.focus.weight is not None}
        paint_locks(painter, places_of_locks(scene.shown.marks, columns, numbers))

    def _paint_numbers(self, units: StepPainter) -> None:
        """Paint the numbers on the wires, but the one that is held."""
        for chip in self.chips():
            if chip.style != "handle":
                units.paint_chip(chip.place, chip.texts, chip.style)

    def _painter(self, painter: QPainter, scene: Scene, columns: Sequence[StepColumn]) -> StepPainter:
        cards = self._cards if self._keeps_cards else None
        return StepPainter(painter, scene, columns, self._limits, cards, tale=self.is_tale)

    def _make_pixmap(self) -> QPixmap:
        self._keeps_cards = True
        try:
            return super()._make_pixmap()
        finally:
            self._keeps_cards = False

    def _paint_kept_wires(self, painter: QPainter, carried: StepWires) -> None:
        """Paint the wires as they were painted before, group by group, where they carry the same: most of them do.

        Beads that move are painted above them, again and again.
        """
        for place, group in enumerate(carried.groups):
            if not group.size:
                continue
            key = carried.key(group), theme.current().name, self.size(), self.devicePixelRatioF(), self.flows

            def paint(painter: QPainter, group: NDArray[np.int64] = group) -> None:
                carried.paint(painter, group)
                if not self.flows:
                    carried.paint_flow(painter, group)

            drawn = self._wires_drawn.get(place)
            if drawn is None or drawn[0] != key:
                drawn = self._wires_drawn[place] = key, painted(self.size(), self.devicePixelRatioF(), paint)
            painter.drawPixmap(0, 0, drawn[1])

    def _paint_output_blame(self, painter: QPainter, scene: Scene, columns: Sequence[StepColumn]) -> None:
        """Write δ before the largest of many outputs."""
        layer, column = len(scene.numbers.layers) - 1, columns[-1]
        if column.look is not Look.ROW or not scene.knows(Kind.BLAME, layer, column.total - 1):
            return
        blame = scene.numbers.layers[layer].blame
        units = self._painter(painter, scene, columns)
        scale = theme.current().scale
        for unit in np.argsort(-np.abs(np.nan_to_num(blame)), kind="stable")[:3].tolist():
            place = column.places[unit]
            chip = QRectF(place.left() - 68 * scale, place.center().y() - 9 * scale, 62 * scale, 18 * scale)
            texts = [f"δ {text}" for text in small_ways(float(blame[unit]))]
            units.paint_chip(chip, texts, "gradient")

    def _paint_headings(self, painter: QPainter, scene: Scene, columns: Sequence[StepColumn]) -> None:
        p, strong = theme.current().palette, fonts("caption-strong", "tick")
        line = QFontMetricsF(strong[0]).height() + 2
        inputs = self.tr("{0} pixels") if columns[0].look is Look.PICTURE else self.tr("{0} inputs")
        words = [(0.0, [inputs.format(columns[0].total)])]
        for column in columns[1:-1]:
            texts = [TaleWords().hidden_units(column.total)]
            if len(column.units) < column.total:
                count = len(column.units), column.total
                texts = [
                    self.tr("{0} of {1} units, the most to blame").format(*count),
                    self.tr("{0} of {1}").format(*count),
                ]
            words.append((column.left, texts))
        ends = [*(x for x, _ in words[1:]), columns[-2].right + 24]
        for (x, texts), end in zip(words, ends, strict=True):
            paint_fitted(painter, QRectF(x, 0, max(20.0, end - x - 8), line), texts, strong, p.text2, LEFT, elide=True)
        outputs = [self.tr("{0} outputs").format(columns[-1].total)]
        if columns[-1].look is Look.ROW:
            outputs.insert(0, self.tr("{0} outputs, target framed").format(columns[-1].total))
        left = columns[-2].right + 32
        paint_fitted(painter, QRectF(left, 0, self.width() - left - 2, line), outputs, strong, p.text2, RIGHT)
        if scene.stop.stage in (Stage.BACKWARD, Stage.UPDATE) and len(columns) > 2:
            text = self.tr("← the gradient flows back")
            room = QRectF(columns[-2].right + 28, 0, columns[-1].left - columns[-2].right - 36, line)
            if columns[-1].look is Look.CIRCLE:
                paint_fitted(painter, room, [text, "←"], strong, p.gradient, RIGHT)

    def paint_marks(self, painter: QPainter) -> None:
        scene, columns = self._scene, self.columns
        assert scene is not None and columns is not None
        units = self._painter(painter, scene, columns)
        if self.flows and self.carried is not None:
            for group in self.carried.groups:
                self.carried.paint_flow(painter, group, self._phase)
            self._paint_numbers(units)
        super().paint_marks(painter)
        for chip in self.chips():
            if chip.style == "handle":
                units.paint_chip(chip.place, chip.texts, chip.style)

    def corner_radius(self, node: Node) -> float:
        assert self.columns is not None
        column = self.columns[node.column]
        if column.look is Look.CIRCLE:
            return column.places[node.row].width() / 2
        return {Look.BOX: 5.0, Look.PICTURE: 0.0, Look.ROW: 7.0}.get(column.look, 10.0)

    # What is pointed at

    def describe(self, thing: Thing) -> tuple[str, Sequence[ReadoutRow]]:
        scene, columns = self._scene, self.columns
        assert scene is not None and columns is not None
        if isinstance(thing, Node):
            if columns[thing.column].look is Look.PICTURE:
                return self.tr("What the network sees"), ()
            return node_readout(scene, thing.column - 1, self._unit(thing.column, thing.row))
        target = self._unit(thing.layer + 1, thing.target)
        if columns[thing.layer].look is Look.PICTURE:
            return node_readout(scene, thing.layer, target)
        return wire_readout(scene, Focus(thing.layer, target, self._unit(thing.layer, thing.source)))

    def _chip_at(self, point: QPointF) -> Chip | None:
        hits = (chip for chip in reversed(self.chips()) if chip.place.contains(point))
        return next(hits, None)

    def focus_at(self, point: QPointF) -> Focus | None:
        """Return what stands at a point: a number on a wire, a cell of a card, a unit, or a wire."""
        chip = self._chip_at(point)
        if chip is not None:
            return chip.focus
        columns = self.columns
        thing = self.thing_at(point)
        if columns is None or thing is None or self._scene is None:
            return None
        if isinstance(thing, Wire):
            if columns[thing.layer].look is Look.PICTURE:
                return Focus(thing.layer, self._unit(thing.layer + 1, thing.target))
            source = self._unit(thing.layer, thing.source)
            return Focus(thing.layer, self._unit(thing.layer + 1, thing.target), source)
        if thing.column == 0:
            return self._focus_of_input(point, thing)
        unit = self._unit(thing.column, thing.row)
        return Focus(thing.column - 1, unit, self._cell_at(point, thing))

    def _focus_of_input(self, point: QPointF, node: Node) -> Focus:
        """Return the wire from an input to the chosen unit."""
        assert self._scene is not None and self.columns is not None
        focus = self._scene.focus
        unit = focus.unit if focus.layer == 0 else self._unit(1, 0)
        if self.columns[0].look is not Look.PICTURE:
            return Focus(0, unit, self._unit(0, node.row))
        place, (rows, across) = self.columns[0].places[0], self.columns[0].cells
        row = min(rows - 1, int((point.y() - place.top()) / place.height() * rows))
        column = min(across - 1, max(0, int((point.x() - place.left()) / place.width() * across)))
        return Focus(0, unit, max(0, row) * across + column)

    def _cell_at(self, point: QPointF, node: Node) -> int | None:
        """Return which source's cell of a card's pictures is at a point."""
        assert self.columns is not None and self._scene is not None
        column = self.columns[node.column]
        place = column.places[node.row]
        rows, across = column.cells
        for image in column.images:
            box = image.translated(place.topLeft())
            if box.contains(point):
                row = min(rows - 1, int((point.y() - box.top()) / box.height() * rows))
                index = min(across - 1, int((point.x() - box.left()) / box.width() * across))
                cell = row * across + index
                return cell if cell < self._scene.network.sizes[node.column - 1] else None
        return None

    # Pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        focus = self.focus_at(event.position())
        if focus is None:
            return
        self.chosen.emit(focus)
        if focus.source is not None:
            self._drag = focus, event.position().x(), True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
            over = self._chip_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if over else Qt.CursorShape.ArrowCursor)
            return
        focus, x, is_first = self._drag
        moved = event.position().x() - x
        if is_first and abs(moved) < 3:
            return
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._drag = focus, event.position().x(), False
        self.dragged.emit(focus, moved * (_FINE_PER_PIXEL if fine else _DRAG_PER_PIXEL), is_first)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        drag, self._drag = self._drag, None
        if drag is not None and not drag[2]:
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        focus = self.focus_at(event.position())
        if focus is not None and focus.source is not None:
            self._drag = None
            self.typing_wanted.emit(focus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        chip = self._chip_at(event.position())
        if chip is None or not event.angleDelta().y():
            super().wheelEvent(event)
            return
        self.nudged.emit(chip.focus, step_of(event.modifiers()) * event.angleDelta().y() / 120)
        event.accept()

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Change the weight in hand by Up and Down, let it be typed by Enter, let it go by Esc; else go to units."""
        scene, key = self._scene, Qt.Key(event.key())
        focus = scene.focus if scene is not None else None
        if focus is not None and focus.source is not None:
            way = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(key)
            if way is not None:
                self.nudged.emit(focus, way * step_of(event.modifiers()))
                return
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.typing_wanted.emit(focus)
                return
            if key == Qt.Key.Key_Escape:
                self.chosen.emit(Focus(focus.layer, focus.unit))
                return
        super().keyPressEvent(event)
        node, columns = self.focused, self.columns
        if event.isAccepted() and node is not None and columns is not None and node.column > 0:
            self.chosen.emit(Focus(node.column - 1, self._unit(node.column, node.row)))
