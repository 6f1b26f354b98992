"""The picture of a circuit: what is on it can be pointed at, chosen, and its inputs taken in hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.wires import paint_ring
from digitapp.gui.pages.lab.circuit.layout import Layout, lay_out, least_size
from digitapp.gui.pages.lab.circuit.machine import Scene
from digitapp.gui.pages.lab.circuit.numbers import array_text, unknown
from digitapp.gui.pages.lab.circuit.paint import CircuitPainter
from digitapp.gui.pages.lab.circuit.words import forward_title, shown
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import step_of
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.readout import readout_in
from digitapp.lab.circuit.evaluation import Wire
from digitapp.lab.circuit.operations import Array

_REACH = 7.0  # how near the pointer must come to a wire
_PER_PIXEL, _FINE_PER_PIXEL = 0.05, 0.005
_NOTCH = 120
_FADED = 0.35
_LEAST_HEIGHT = 132
_MOST_PIXELS = 1_000_000  # of a picture that is kept as it was painted
_MOST_ROWS = 6  # of a matrix that is read out

Thing = int | Wire
"""A node, or a wire."""


class CircuitView(QWidget):
    """Paints a scene as large as there is room; where it needs more, it scrolls.

    Signals
    -------
    chosen(node) : a node was clicked or reached by the keys, None for none
    nudged(name, change) : an input is to change by so much
    typing_wanted(name) : an input's value is to be typed
    """

    chosen = Signal(object)
    nudged = Signal(str, float)
    typing_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._layout: Layout | None = None
        self._drawn: QPixmap | None = None
        self._is_faded = False
        self._hovered: Thing | None = None
        self._readout: HoverReadout | None = None
        self._drag: tuple[str, float, bool] | None = None
        self._turned = 0.0
        self.setObjectName("circuitView")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Graph of gates"))
        theme.current().changed.connect(self._on_theme_changed)

    def in_scroll_area(self) -> QScrollArea:
        """Return the area that the picture scrolls in where it is too large for it."""
        self._area = area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self)
        area.setCornerWidget(QWidget(area))  # else the style paints a handle between the two bars
        area.setMinimumHeight(theme.scaled(_LEAST_HEIGHT))
        area.viewport().setAutoFillBackground(False)
        self.setAutoFillBackground(False)
        offer_picture(self, self.tr("The circuit alone"), "circuit")
        FocusRing(self, 4, target=area)
        return area

    # What is shown

    @property
    def scene(self) -> Scene | None:
        """What is shown."""
        return self._scene

    def show_scene(self, scene: Scene, *, is_faded: bool) -> None:
        """Show another scene, pale where it is no longer what is typed."""
        before = self._scene
        if scene is before:  # a mistake in the text changes nothing but how pale it is
            if is_faded != self._is_faded:
                self._is_faded = is_faded
                self.update()
            return
        self._scene, self._is_faded = scene, is_faded
        if before is None or before.circuit.arrangement is not scene.circuit.arrangement:
            self._layout, self._hovered = None, None
            self.updateGeometry()
            area = self.parentWidget()
            if area is not None:  # where it becomes larger, that is done before it is painted
                QCoreApplication.sendPostedEvents(area, QEvent.Type.LayoutRequest.value)
        self.refresh()
        if before is not None and before.focus != scene.focus:
            self.bring_into_sight()
        self._describe_focus()

    def refresh(self) -> None:
        """Paint everything anew at the next opportunity."""
        self._drawn = None
        self._show_readout()
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._layout = None
        self.refresh()

    def bring_into_sight(self) -> None:
        """Scroll to the node that is looked at."""
        layout, focus = self.layout_of_nodes, self._scene.focus if self._scene is not None else None
        if layout is not None and focus is not None and hasattr(self, "_area"):
            place = layout.nodes[focus]
            margin = QPointF(place.width(), place.height())
            self._area.ensureVisible(
                round(place.center().x()), round(place.center().y()), round(margin.x()), round(margin.y())
            )

    def minimumSizeHint(self) -> QSize:
        if self._scene is None:
            return QSize(0, 0)
        return least_size(self._scene.circuit.arrangement).toSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layout = None
        self.refresh()

    @property
    def layout_of_nodes(self) -> Layout | None:
        """Where everything stands; None while nothing is shown."""
        if self._layout is None and self._scene is not None:
            circuit = self._scene.circuit
            least = least_size(circuit.arrangement)
            room = QSizeF(max(self.width(), least.width()), max(self.height(), least.height()))
            self._layout = lay_out(circuit.graph, circuit.arrangement, room)
        return self._layout

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        layout = self.layout_of_nodes
        if layout is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(_FADED if self._is_faded else 1.0)
        on_screen = painter.deviceTransform().m11() == self.devicePixelRatioF()
        is_raster = painter.paintEngine().type() == QPaintEngine.Type.Raster
        if on_screen and is_raster and self.width() * self.height() < _MOST_PIXELS:
            if self._drawn is None:
                self._drawn = painted(self.size(), self.devicePixelRatioF(), self._paint_all)
            painter.drawPixmap(0, 0, self._drawn)
        else:  # a picture to be saved, or one that is too large to be kept
            self._paint_part(painter, QRectF(event.rect()))
        painter.setOpacity(1.0)
        self._paint_ring(painter, layout)

    def _paint_all(self, painter: QPainter) -> None:
        self._paint_part(painter, QRectF(self.rect()))

    def _paint_part(self, painter: QPainter, seen: QRectF) -> None:
        assert self._scene is not None and self.layout_of_nodes is not None
        CircuitPainter(painter, self._scene, self.layout_of_nodes, seen).paint_all()

    def _paint_ring(self, painter: QPainter, layout: Layout) -> None:
        """Mark what the pointer is on."""
        thing = self._hovered
        if isinstance(thing, int):
            place = layout.nodes[thing]
            is_gate = self._scene is not None and self._scene.graph.nodes[thing].operation is not None
            if is_gate:
                paint_ring(painter, place, place.width() / 2, 1.2, 2.0)
            else:
                paint_ring(painter, place, theme.CONTROL_RADIUS, 1.2, 0.0)

    # Pointer

    def thing_at(self, point: QPointF) -> Thing | None:
        """Return the node or the wire at a point."""
        layout = self.layout_of_nodes
        if layout is None:
            return None
        node = layout.node_at(point)
        return node if node is not None else layout.wire_at(point, _REACH)

    def _input_at(self, point: QPointF) -> str | None:
        """Return the name of the input at a point, of a number alone: vectors and matrices are changed below."""
        thing = self.thing_at(point)
        if self._scene is None or not isinstance(thing, int):
            return None
        node = self._scene.graph.nodes[thing]
        return node.text if node.is_input and not node.shape else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        name = self._input_at(event.position())
        thing = self.thing_at(event.position())
        if name is not None:
            self._drag = name, event.position().x(), False
        self.chosen.emit(thing if isinstance(thing, int) else thing[0] if thing is not None else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._go_on_dragging(event)
            return
        thing = self.thing_at(event.position())
        if thing != self._hovered:
            self._hovered = thing
            self.update()
        is_input = self._input_at(event.position()) is not None
        shape = Qt.CursorShape.SizeHorCursor if is_input else Qt.CursorShape.PointingHandCursor
        self.setCursor(shape if thing is not None else Qt.CursorShape.ArrowCursor)
        self._show_readout(event.position().toPoint())

    def _go_on_dragging(self, event: QMouseEvent) -> None:
        assert self._drag is not None
        name, start, is_moving = self._drag
        moved = event.position().x() - start
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        unit = _FINE_PER_PIXEL if fine else _PER_PIXEL
        step = unit * 2  # two pixels are a step, so that the numbers stay short
        steps = int(moved * unit / step)
        if steps and (is_moving or abs(moved) > 3):
            self._drag = name, start + steps * step / unit, True
            self.nudged.emit(name, steps * step)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._drag = None
        name = self._name_of_input(self.thing_at(event.position()))
        if name:
            self.typing_wanted.emit(name)

    def _name_of_input(self, thing: Thing | None) -> str:
        """Return the name of an input, "" for another thing."""
        if self._scene is None or not isinstance(thing, int):
            return ""
        node = self._scene.graph.nodes[thing]
        return node.text if node.is_input else ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        name, turn = self._input_at(event.position()), event.angleDelta()
        if name is None:
            event.ignore()
            return
        self._turned += turn.y() or turn.x()  # with Alt the wheel goes sideways
        notches = int(self._turned / _NOTCH)
        self._turned -= notches * _NOTCH
        if notches:
            self.nudged.emit(name, notches * step_of(event.modifiers()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self._show_readout()
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hovered = self._drag = None
        self._show_readout()

    # What is said about a thing

    def _show_readout(self, point: QPoint | None = None) -> None:
        """Say what the pointer is on; without a point the panel stays where it is."""
        thing = self._hovered
        if thing is None or self._scene is None or self.layout_of_nodes is None:
            if self._readout is not None:
                self._readout.hide()
            return
        self._readout = readout_in(self.window(), self._readout)
        place = self._readout.pos() - QPoint(14, 14) if point is None else self.mapTo(self.window(), point)
        self._readout.show_at(place, *self.describe(thing))

    def describe(self, thing: Thing) -> tuple[str, Sequence[ReadoutRow]]:
        """Return the title and the rows of the panel about a thing."""
        scene = self._scene
        assert scene is not None
        if isinstance(thing, int):
            node = scene.graph.nodes[thing]
            value = scene.value(thing)
            gradient = scene.gradient(thing)
            title = shown(node.text)
        else:
            gate, place = thing
            node = scene.graph.nodes[scene.graph.nodes[gate].sources[place]]
            value, gradient = scene.wire_value(thing), scene.wire_gradient(thing)
            into = forward_title(scene.graph.operation(gate))
            title = self.tr("{0} → {1}").format(shown(node.text), into)
        rows = _rows(self.tr("value"), value, sign=False)
        learns = scene.graph.learns[thing if isinstance(thing, int) else scene.graph.nodes[thing[0]].sources[thing[1]]]
        return title, rows + (_rows(self.tr("gradient of f"), gradient, sign=True) if learns else [])

    # Keyboard

    def _neighbour(self, step: int) -> int | None:
        """Return the node before or behind the one that is looked at, None beyond the ends."""
        layout, scene = self.layout_of_nodes, self._scene
        if layout is None or scene is None:
            return None
        order = [node for node in layout.reading_order if scene.graph.nodes[node].constant is None]
        if scene.focus not in order:
            return order[0 if step > 0 else -1]
        place = order.index(scene.focus) + step
        return order[place] if 0 <= place < len(order) else None

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's name
        """Let Tab go through the nodes before it leaves the picture."""
        node = self._neighbour(1 if next else -1) if self.hasFocus() else None
        if node is None:
            return super().focusNextPrevChild(next)
        self.chosen.emit(node)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        scene, key = self._scene, Qt.Key(event.key())
        name = "" if scene is None else self._name_of_input(scene.focus)
        way = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(key)
        if name and way is not None:
            self.nudged.emit(name, way * step_of(event.modifiers()))
        elif way is not None and (node := self._neighbour(-way)) is not None:
            self.chosen.emit(node)
        elif name and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typing_wanted.emit(name)
        elif key == Qt.Key.Key_Escape and scene is not None and scene.focus is not None:
            self.chosen.emit(None)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._describe_focus()

    def _describe_focus(self) -> None:
        """Let a screen reader say what is looked at."""
        scene = self._scene
        if scene is None or scene.focus is None:
            self.setAccessibleDescription("")
            return
        title, rows = self.describe(scene.focus)
        lines = (self.tr("{0}: {1}").format(row.name, row.value) for row in rows)
        self.setAccessibleDescription("\n".join((title, *lines)))


def _rows(name: str, value: Array | None, *, sign: bool) -> list[ReadoutRow]:
    """Return rows that say a value; a matrix takes one for each of its rows."""
    if value is None:
        return [ReadoutRow(name, unknown())]
    if value.ndim < 2:
        return [ReadoutRow(name, array_text(value, 6, sign=sign))]
    texts = [array_text(row, 5, sign=sign) for row in value[:_MOST_ROWS]]
    return [ReadoutRow(name if not index else "", text) for index, text in enumerate(texts)]
