"""The frame around the drawing while the hand is chosen: drag it to move, a corner to scale, the knob to turn."""

from __future__ import annotations

from math import atan2, cos, hypot, sin
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from digitapp.drawing.ink import Box
from digitapp.gui import theme

Grip = Literal["move", "turn"] | int  # a corner is known by its number, clockwise from the top left
Matrix = NDArray[np.float64]

_GAP = 12.0  # pixels between ink and frame
_CORNER = 4.5  # half a corner's side
_KNOB = 5.5
_STALK = 26.0
_REACH = 14.0  # how near to a corner or the knob a pointer takes it
_INSIDE = 9.0  # handles stay this far inside of the canvas, so that they can always be taken
_LEAST, _MOST = 0.05, 3.0  # of the canvas: the longer side of a drawing that is being scaled
_SMALLEST_SCALE = 0.01


class Handles:
    """The frame around ink, in the canvas's pixels.

    Parameters
    ----------
    box : Box around the ink, pen included, in canvas units
    area : QRectF, the canvas
    """

    def __init__(self, box: Box, area: QRectF) -> None:
        side = area.width()
        self.box = box
        self._side = side
        frame = QRectF(box.left * side, box.top * side, box.width * side, box.height * side)
        frame = frame.adjusted(-_GAP, -_GAP, _GAP, _GAP)
        room = area.adjusted(_INSIDE, _INSIDE, -_INSIDE, -_INSIDE)
        corners = (frame.topLeft(), frame.topRight(), frame.bottomRight(), frame.bottomLeft())
        self.corners = [_within(corner, room) for corner in corners]
        above, below = frame.top() - _STALK, frame.bottom() + _STALK
        self._is_above = above >= room.top() or below > room.bottom()
        self.knob = _within(QPointF(frame.center().x(), above if self._is_above else below), room)

    def grip(self, place: QPointF) -> Grip:
        """Return what a pointer at this place takes: the knob, a corner, or else the whole drawing."""
        near: list[tuple[float, Grip]] = [(_distance(place, self.knob), "turn")]
        near += [(_distance(place, corner), number) for number, corner in enumerate(self.corners)]
        distance, grip = min(near, key=lambda item: item[0])
        return grip if distance <= _REACH else "move"

    def matrix(self, grip: Grip, start: QPointF, end: QPointF) -> Matrix:
        """Return the affine (2, 3) matrix, in canvas units, of a drag from start to end, given in pixels."""
        a, b = np.array(start.toTuple()) / self._side, np.array(end.toTuple()) / self._side
        if grip == "turn":
            x, y = self.box.centre
            return turned(atan2(b[1] - y, b[0] - x) - atan2(a[1] - y, a[0] - x), self.box)
        if grip == "move":
            return moved(*(b - a))
        left, top, right, bottom = self.box
        anchor = np.array([(right, bottom), (left, bottom), (left, top), (right, top)][grip])
        reach = a - anchor
        return scaled(float((b - anchor) @ reach) / max(float(reach @ reach), 1e-9), self.box, anchor)

    def paint(self, painter: QPainter, matrix: Matrix | None = None) -> None:
        """Paint the frame, or where a drag has brought it."""
        palette = theme.current().palette
        corners = [self._mapped(corner, matrix) for corner in self.corners]
        knob = self._mapped(self.knob, matrix)
        first, second = (corners[0], corners[1]) if self._is_above else (corners[3], corners[2])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(palette.accent, 1))
        painter.drawPolygon(QPolygonF(corners))
        painter.drawLine((first + second) / 2, knob)
        painter.setPen(QPen(palette.accent, 1.5))
        painter.setBrush(palette.paper)
        for corner in corners:
            square = QRectF(corner.x() - _CORNER, corner.y() - _CORNER, 2 * _CORNER, 2 * _CORNER)
            painter.drawRoundedRect(square, 1.5, 1.5)
        painter.setBrush(palette.accent)
        painter.drawEllipse(knob, _KNOB, _KNOB)

    def cursor(self, grip: Grip, held: bool) -> Qt.CursorShape:
        """Return what the pointer looks like over, or holding, a part of the frame."""
        if grip == "turn":
            return Qt.CursorShape.CrossCursor if held else Qt.CursorShape.PointingHandCursor
        if grip == "move":
            return Qt.CursorShape.ClosedHandCursor if held else Qt.CursorShape.OpenHandCursor
        return Qt.CursorShape.SizeFDiagCursor if grip in (0, 2) else Qt.CursorShape.SizeBDiagCursor

    def _mapped(self, place: QPointF, matrix: Matrix | None) -> QPointF:
        if matrix is None:
            return place
        x, y = matrix[:, :2] @ np.array(place.toTuple()) + matrix[:, 2] * self._side
        return QPointF(x, y)


def moved(x: float, y: float) -> Matrix:
    """Return the matrix of a shift."""
    return np.array([[1, 0, x], [0, 1, y]], dtype=np.float64)


def turned(angle: float, box: Box) -> Matrix:
    """Return the matrix of a turn around the box's centre, in radians, clockwise."""
    return _about(box.centre, cos(angle), sin(angle))


def scaled(factor: float, box: Box, anchor: NDArray | None = None) -> Matrix:
    """Return the matrix that scales about an anchor, or the centre; no drawing becomes a speck or a giant."""
    longer = max(box.longer_side, _SMALLEST_SCALE)
    factor = min(max(factor, min(1.0, _LEAST / longer)), max(1.0, _MOST / longer))
    return _about(tuple(anchor) if anchor is not None else box.centre, factor, 0.0)


def _about(centre: tuple[float, ...], along: float, across: float) -> Matrix:
    linear = np.array([[along, -across], [across, along]])
    middle = np.array(centre)
    return np.column_stack([linear, middle - linear @ middle])


def _within(place: QPointF, room: QRectF) -> QPointF:
    return QPointF(min(max(place.x(), room.left()), room.right()), min(max(place.y(), room.top()), room.bottom()))


def _distance(a: QPointF, b: QPointF) -> float:
    return hypot(a.x() - b.x(), a.y() - b.y())
