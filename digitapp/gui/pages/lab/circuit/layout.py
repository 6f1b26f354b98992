"""Where the parts of a circuit stand in a picture: nodes, wires, and the room for the numbers on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from digitapp.gui import theme
from digitapp.gui.diagram.wires import Floats, curve
from digitapp.gui.pages.lab.circuit.number_rooms import WIDEST, number_rooms, room_beside
from digitapp.lab.circuit.arrange import Arrangement, Place
from digitapp.lab.circuit.evaluation import Wire
from digitapp.lab.circuit.graph import Graph

_BOX, _BOX_HEIGHT = 96.0, 42.0
_GATE, _LEAST_GATE = 62.0, 38.0
_LEAST_PITCH, _MOST_PITCH = 80.0, 172.0  # from one layer to the next
_LEAST_ROW, _MOST_ROW = 56.0, 104.0
_SIDE, _MARGIN = 2.0, 6.0  # at the sides, and above and below, for rings
_POINTS = 25  # of a piece of a wire
_ORDERED = {"subtract", "divide", "power", "product"}
_PORTS = 0.36  # of a gate's width, between the ends of its two wires


@dataclass(frozen=True, eq=False)
class Layout:
    """A circuit laid out.

    Attributes
    ----------
    size : of the whole picture
    nodes : the rectangle of each node; gates are circles in theirs
    result : the circle of f, behind the last node
    wires : each wire as points from its source to its gate, shape (points, 2)
    way_out : the same from the last node to f
    paths, path_out : the same, to be painted
    labels : the room for the numbers on each wire, a value at its top and a gradient at its bottom; where it is too
        tight for both, it is a line high
    label_out : the same on the way to f
    """

    size: QSizeF
    nodes: tuple[QRectF, ...]
    result: QRectF
    wires: dict[Wire, Floats]
    way_out: Floats
    paths: dict[Wire, QPainterPath]
    path_out: QPainterPath
    labels: dict[Wire, QRectF]
    label_out: QRectF

    @cached_property
    def reading_order(self) -> tuple[int, ...]:
        """The nodes from the left to the right, and from the top to the bottom."""
        corners = [(round(place.center().x()), place.center().y()) for place in self.nodes]
        return tuple(sorted(range(len(corners)), key=corners.__getitem__))

    def node_at(self, point: QPointF) -> int | None:
        """Return the node at a point; the circle of f counts as the last one."""
        if self.result.contains(point):
            return len(self.nodes) - 1
        return next((index for index, place in enumerate(self.nodes) if place.contains(point)), None)

    def wire_at(self, point: QPointF, reach: float) -> Wire | None:
        """Return the wire whose numbers are at a point, or that comes as near to it as `reach`."""
        for wire, room in self.labels.items():
            if room.contains(point):
                return wire
        at = np.array([point.x(), point.y()])
        nearest, least = None, reach
        for wire, points in self.wires.items():
            distance = float(np.linalg.norm(points - at, axis=1).min())
            if distance < least:
                nearest, least = wire, distance
        return nearest


def least_size(arrangement: Arrangement) -> QSizeF:
    """Return how much room a circuit needs at least so that it can be read."""
    scale = theme.current().scale
    width = (_BOX + arrangement.layers * _LEAST_PITCH) * scale + 2 * _SIDE
    height = max(1.0, arrangement.rows) * _LEAST_ROW * scale + 2 * _MARGIN
    return QSizeF(width, height)


def lay_out(graph: Graph, arrangement: Arrangement, room: QSizeF) -> Layout:
    """Return where everything stands in a room, which is as large as `least_size` at least.

    What has more room than it needs stands at the left, in the middle of the height.
    """
    scale = theme.current().scale
    box, layers = _BOX * scale, arrangement.layers
    pitch = min((room.width() - 2 * _SIDE - box) / layers, _MOST_PITCH * scale)
    rows = max(1.0, arrangement.rows)
    row = min((room.height() - 2 * _MARGIN) / rows, _MOST_ROW * scale)
    gate = min(_GATE * scale, max(_LEAST_GATE * scale, 0.46 * pitch))
    gate = min(gate, row - 18 * scale)  # a word stands below
    top = (room.height() - rows * row) / 2 + row / 2 - 4 * scale
    # Between any two columns there is the same gap, although boxes are wider than gates.
    gap = pitch - gate
    lefts = [_SIDE, *(_SIDE + box + gap + layer * pitch for layer in range(layers))]

    def middle(place: Place) -> QPointF:
        width = box if place.layer == 0 else gate
        return QPointF(lefts[place.layer] + width / 2, top + place.row * row)

    nodes = tuple(
        _node_place(graph, index, middle(place), (box, _BOX_HEIGHT * scale), gate, place.layer)
        for index, place in enumerate(arrangement.places)
    )
    last = nodes[graph.result].center()
    result = QRectF(lefts[layers], last.y() - gate / 2, gate, gate)
    stops = {
        (index, place): [
            QPointF(nodes[source].right(), nodes[source].center().y()),
            *map(middle, arrangement.bends[index, place]),
            _port(graph, nodes, arrangement, (index, place)),
        ]
        for index in graph.gates
        for place, source in enumerate(graph.nodes[index].sources)
    }
    out = [QPointF(nodes[graph.result].right(), last.y()), QPointF(result.left(), last.y())]
    *lines, way_out = _lines([*stops.values(), out])
    wires = dict(zip(stops, lines, strict=True))
    paths = {wire: _path(way) for wire, way in stops.items()}
    width = min(WIDEST * scale, gap - 6)
    labels = number_rooms(wires, graph, arrangement, nodes, width)
    return Layout(room, nodes, result, wires, way_out, paths, _path(out), labels, room_beside(way_out, 0.5, width))


def _node_place(graph: Graph, index: int, middle: QPointF, box: tuple[float, float], gate: float, layer: int) -> QRectF:
    width, height = box
    if graph.nodes[index].operation is not None:
        width = height = gate
    elif layer:  # an input or a constant that stands right before it is needed
        width, height = gate, min(height, 0.66 * gate)
    return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)


def _port(graph: Graph, nodes: tuple[QRectF, ...], arrangement: Arrangement, wire: Wire) -> QPointF:
    """Return where a wire arrives: where the order counts, as in a − b, the upper one is a; else none cross."""
    gate, place = wire
    circle, count = nodes[gate], len(graph.nodes[gate].sources)
    if count == 1:
        return QPointF(circle.left(), circle.center().y())

    def height(other: int) -> tuple[float, int]:
        bends = arrangement.bends[gate, other]
        source = graph.nodes[gate].sources[other]
        return (bends[-1] if bends else arrangement.places[source]).row, other

    counts = graph.operation(gate).key in _ORDERED
    order = place if counts else sorted(range(count), key=height).index(place)
    down = (order - (count - 1) / 2) * _PORTS * circle.width()
    radius = circle.width() / 2
    return QPointF(circle.center().x() - (radius**2 - down**2) ** 0.5, circle.center().y() + down)


def _lines(ways: list[list[QPointF]]) -> list[Floats]:
    """Return points of each wire through its stops, horizontal at each of them."""
    ends = [[one.x(), one.y(), other.x(), other.y()] for stops in ways for one, other in pairwise(stops)]
    pieces = curve(np.array(ends), np.linspace(0, 1, _POINTS))  # of all of them at once: the most that is to be done
    lines, begin = [], 0
    for stops in ways:
        own = pieces[begin : begin + len(stops) - 1]
        lines.append(own[0] if len(own) == 1 else np.concatenate([own[0], *(piece[1:] for piece in own[1:])]))
        begin += len(own)
    return lines


def _path(stops: list[QPointF]) -> QPainterPath:
    """Return a wire through its stops, to be painted."""
    path = QPainterPath(stops[0])
    for one, other in pairwise(stops):
        middle = (one.x() + other.x()) / 2
        path.cubicTo(middle, one.y(), middle, other.y(), other.x(), other.y())
    return path
