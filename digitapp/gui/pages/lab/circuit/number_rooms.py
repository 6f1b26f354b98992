"""Where the numbers on the wires of a circuit stand: as little on each other and on gates as can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QRectF

from digitapp.gui import theme
from digitapp.gui.diagram.wires import Floats
from digitapp.lab.circuit.arrange import Arrangement
from digitapp.lab.circuit.evaluation import Wire
from digitapp.lab.circuit.graph import Graph

LINE = 18.0  # of a number
WIDEST = 112.0  # the most that a number has
_USUAL = 46.0  # what most numbers need
_WORD = 64.0  # the width of a word below a gate
_ABOVE, _BELOW = 3.0, 5.0  # from a wire to its numbers
_NEAR, _STEEPEST = 17.0, 11.0  # what a number covers of a wire, and how far it goes out of the way
_TRIED = (0.36, 0.28, 0.44, 0.52, 0.6, 0.2)  # shares of a wire at which its numbers may stand
_TRIED_BRANCH = (0.62, 0.7, 0.54, 0.46, 0.36)  # of one of several that begin at the same place
_BAND = 64.0


def number_rooms(
    wires: dict[Wire, Floats], graph: Graph, arrangement: Arrangement, nodes: tuple[QRectF, ...], width: float
) -> dict[Wire, QRectF]:
    """Return a room for the numbers of each wire, a value at its top and a gradient at its bottom.

    Where it is too tight for both, the room is a line high. No gate and no word below one is covered where that can be.

    Parameters
    ----------
    wires : points of each
    nodes : their rectangles
    width : of the rooms, for a number that needs all of it
    """
    usual = _USUAL * theme.current().scale
    gates, numbers = _Taken(), _Taken()
    for index, (place, rect) in enumerate(zip(arrangement.places, nodes, strict=True)):
        gates.add(place.layer, rect)
        if graph.nodes[index].operation is not None:
            gates.add(place.layer, _word(rect))
    found: dict[Wire, QRectF] = {}
    for wire, points in wires.items():
        source, bends = graph.nodes[wire[0]].sources[wire[1]], arrangement.bends[wire]
        layer = (bends[0].layer if bends else arrangement.places[wire[0]].layer) - 1
        first = points[: 1 + (len(points) - 1) // (len(bends) + 1)]  # behind the first bend other wires are near
        shares = _TRIED_BRANCH if len(graph.consumers[source]) > 1 else _TRIED
        near = ((gates, layer), (gates, layer + 1), (numbers, layer))
        room, least = _freest((room_beside(first, share, usual) for share in shares), near)
        if numbers.shared(layer, room):
            tight, less = _freest((_room_on(first, share, usual) for share in shares), near)
            room = tight if less < least else room
        numbers.add(layer, room)
        more = max(0.0, width - usual) / 2
        found[wire] = room.adjusted(-more, 0, more, 0)
    return found


def room_beside(points: Floats, share: float, width: float) -> QRectF:
    """Return the room for numbers above and below a wire, at a share of its way."""
    scale = theme.current().scale
    across = points[0, 0] + share * (points[-1, 0] - points[0, 0])
    near = np.array([across - _NEAR * scale, across, across + _NEAR * scale])
    left, y, right = np.interp(near, points[:, 0], points[:, 1]).tolist()
    top = max(min(left, y, right), y - _STEEPEST) - (_ABOVE + LINE * scale)
    bottom = min(max(left, y, right), y + _STEEPEST) + _BELOW + LINE * scale
    return QRectF(across - width / 2, top, width, bottom - top)


def _room_on(points: Floats, share: float, width: float) -> QRectF:
    """Return the room for a single number on a wire."""
    around, height = room_beside(points, share, width), LINE * theme.current().scale
    return QRectF(around.left(), around.center().y() - height / 2, width, height)


def _word(gate: QRectF) -> QRectF:
    """Return the room of the word below a gate."""
    scale = theme.current().scale
    width = _WORD * scale
    return QRectF(gate.center().x() - width / 2, gate.bottom(), width, LINE * scale)


class _Taken:
    """Rectangles that are taken, by layer and height: only those near by are ever compared."""

    def __init__(self) -> None:
        self._found: defaultdict[tuple[int, int], list[tuple[float, float, float, float]]] = defaultdict(list)

    def add(self, layer: int, rect: QRectF) -> None:
        for band in _bands(rect):
            self._found[layer, band].append((rect.left(), rect.top(), rect.right(), rect.bottom()))

    def shared(self, layer: int, room: QRectF) -> float:
        """Return the area that a room shares with them; what reaches into two bands counts twice."""
        total = 0.0
        left, top, right, bottom = room.left(), room.top(), room.right(), room.bottom()
        for band in _bands(room):
            for from_x, from_y, to_x, to_y in self._found.get((layer, band), ()):
                if from_x < right and to_x > left and from_y < bottom and to_y > top:
                    width, height = min(right, to_x) - max(left, from_x), min(bottom, to_y) - max(top, from_y)
                    total += width * height
        return total


def _bands(rect: QRectF) -> range:
    return range(int(rect.top() // _BAND), int(rect.bottom() // _BAND) + 1)


def _freest(rooms: Iterable[QRectF], near: Iterable[tuple[_Taken, int]]) -> tuple[QRectF, float]:
    """Return the first of the rooms that shares the least area with what is near, and this area."""
    best, least = QRectF(), float("inf")
    for room in rooms:
        shared = sum(taken.shared(layer, room) for taken, layer in near)
        if shared < least:
            best, least = room, shared
        if not shared:
            break
    return best, least
