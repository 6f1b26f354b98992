"""A painted network that answers the pointer and the arrow keys: what the diagrams have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEngine,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.wires import Node, Thing, Wire, Wires, paint_ring
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.readout import HoverReadout, ReadoutRow

_REACH = 6.0  # how near the pointer must come to a wire
_STRONGER = 1.5  # pixels that a marked wire is wider


class WireView(QWidget):
    """Names and marks the node or wire under the pointer, or the node that the arrow keys have gone to.

    What the pointer does not change is painted once and kept as pixels. A diagram says where its nodes and wires are,
    paints itself, and knows what to say about each thing.

    Signals
    -------
    thing_hovered(Node | Wire | None) : the pointer is on another thing
    """

    thing_hovered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered: Thing | None = None
        self._focused: Node | None = None
        self._drawn: QPixmap | None = None
        self._readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        FocusRing(self)
        theme.current().changed.connect(self._on_theme_changed)

    # What a diagram is

    def nodes(self) -> Sequence[Sequence[QRectF]]:
        """Return the rectangle of each node, column by column; empty while there is nothing to show."""
        raise NotImplementedError

    def wires(self) -> Wires:
        """Return the wires between them."""
        raise NotImplementedError

    def paint_all(self, painter: QPainter) -> None:
        """Paint everything that the pointer does not change; called only while there are nodes."""
        raise NotImplementedError

    def describe(self, thing: Thing) -> tuple[str, Sequence[ReadoutRow]]:
        """Return title and rows of the panel about a thing."""
        raise NotImplementedError

    def lack(self) -> str:
        """Return why nothing is shown, empty where that needs no words."""
        return ""

    def paint_marks(self, painter: QPainter) -> None:
        """Paint what changes with the pointer and the keys on top of the picture."""
        thing = self._hovered
        if thing is not None:
            wires = self.wires()
            wires.paint(painter, wires.touching(thing), wider=_STRONGER if isinstance(thing, Wire) else 0.0, opacity=1)
        for node in {self._focused if self.hasFocus() else None, thing}:
            if isinstance(node, Node):
                paint_ring(painter, self.nodes()[node.column][node.row], self.corner_radius(node))

    def corner_radius(self, node: Node) -> float:  # noqa: ARG002
        """Return the radius of a node's corners, for the ring around it."""
        return 8.0

    # Painting

    @Slot()
    def _on_theme_changed(self) -> None:
        self.refresh()  # of the diagram itself: a slot that is overridden would be called after its end

    def refresh(self) -> None:
        """Paint everything anew at the next opportunity, and say what is true now of what is marked."""
        self._drawn = None
        if not self._is_there(self._focused):
            self._focused = None
        self._hover(self._hovered if self._is_there(self._hovered) else None)
        self.update()

    def _is_there(self, thing: Thing | None) -> bool:
        if thing is None:
            return True
        if isinstance(thing, Wire):
            return self.wires().index(thing) is not None
        nodes = self.nodes()
        return thing.column < len(nodes) and thing.row < len(nodes[thing.column])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.nodes():
            painter.setPen(theme.current().palette.text2)
            painter.setFont(theme.font("body"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.lack())
            return
        on_screen = painter.deviceTransform().m11() == self.devicePixelRatioF()
        if on_screen and painter.paintEngine().type() == QPaintEngine.Type.Raster:
            if self._drawn is None:
                self._drawn = self._make_pixmap()
            painter.drawPixmap(0, 0, self._drawn)
        else:  # a picture to be saved: larger, or of lines and letters
            self.paint_all(painter)
        self.paint_marks(painter)

    def _make_pixmap(self) -> QPixmap:
        return painted(self.size(), self.devicePixelRatioF(), self.paint_all)

    # Pointer

    @property
    def hovered(self) -> Thing | None:
        """What the pointer is on."""
        return self._hovered

    @property
    def focused(self) -> Node | None:
        """The node that the arrow keys have gone to, or that was clicked."""
        return self._focused

    def node_rect(self, node: Node) -> QRectF:
        """Return where a node stands."""
        return self.nodes()[node.column][node.row]

    def thing_at(self, point: QPointF) -> Thing | None:
        """Return the node or the wire at a point of the widget."""
        for column, places in enumerate(self.nodes()):
            for index, place in enumerate(places):
                if place.adjusted(-2, -1, 2, 1).contains(point):
                    return Node(column, index)
        return self.wires().nearest(point, _REACH)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.thing_at(event.position()), event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        thing = self.thing_at(event.position())
        self._focused = thing if isinstance(thing, Node) else None
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, thing: Thing | None, point: QPoint | None = None) -> None:
        if thing != self._hovered:
            self._hovered = thing
            self.thing_hovered.emit(thing)
            self.update()
        self._show_readout(point)

    def _show_readout(self, point: QPoint | None = None) -> None:
        """Name what is hovered, else what the keyboard is on; without a point the panel stays where it is."""
        thing = self._hovered if self._hovered is not None or not self.hasFocus() else self._focused
        if thing is None or not self.nodes() or not self.isVisible():
            self._readout.hide()
            return
        if isinstance(thing, Node):
            place = self.node_rect(thing)
            point = QPoint(round(place.right()), round(place.top()))
        self._readout.show_at(self._readout.pos() - QPoint(14, 14) if point is None else point, *self.describe(thing))
        self.setAccessibleDescription(self._readout.text())

    def readout_text(self) -> str:
        """Return what the panel says, empty while there is none."""
        return self._readout.text() if self._readout.isVisibleTo(self) else ""

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = ARROWS.get(Qt.Key(event.key()))
        if step is None or not self.nodes():
            super().keyPressEvent(event)
            return
        self._focused = self._neighbour(*step)
        self._hover(None)
        self.update()

    def _first(self) -> Node:
        return Node(min(1, len(self.nodes()) - 1), 0)

    def _neighbour(self, across: int, down: int) -> Node:
        old, nodes = self._focused, self.nodes()
        if old is None:
            return self._first()
        column = min(max(old.column + across, 0), len(nodes) - 1)
        if column != old.column:
            # The nearest in height, so that going there and back again ends where it began in small networks.
            height = self.node_rect(old).center().y()
            places = nodes[column]
            return Node(column, min(range(len(places)), key=lambda k: abs(places[k].center().y() - height)))
        return Node(column, min(max(old.row + down, 0), len(nodes[column]) - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._focused is None and event.reason() != Qt.FocusReason.MouseFocusReason and self.nodes():
            self._focused = self._first()
        self._show_readout()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_readout()
        self.update()
