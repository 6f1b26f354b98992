"""The lines of the first layer's units as they are painted: names, ticks on their positive side, and grips."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPixmap

from digitapp.gui import theme
from digitapp.gui.names import Names
from digitapp.gui.plots.plane_picture import Frame
from digitapp.inspection.half_planes import Place, UnitLine

_TICKS = (0.18, 0.5, 0.82)  # where along a line
_TICK = 8.0
_NEAR = 6.0  # pixels from a line at which it is meant
_TURNED = 0.27  # from so near to an end, as a share of what is seen of a line, it is turned and not shifted
_INSET = 18.0  # of a name from the end of its line
_MOST_NAMES = 40
"""Of more units than this, only the chosen one's name is written: the plane would be full of names."""


@dataclass(frozen=True)
class LineMark:
    """A unit's line on the screen, with its name.

    Attributes
    ----------
    line : in the plane
    drawn : in pixels
    name : of the unit
    tag : where the name stands; empty where there is no room for it
    """

    line: UnitLine
    drawn: QLineF
    name: str
    tag: QRectF

    def distance(self, point: QPointF) -> float:
        """Return how many pixels a point is from the line, or 0 on its name."""
        if self.tag.contains(point):
            return 0.0
        share = min(max(self.share(point), 0.0), 1.0)
        return QLineF(self.drawn.pointAt(share), point).length()

    def share(self, point: QPointF) -> float:
        """Return where along the line a point is nearest, 0 at its start and 1 at its end."""
        way, to = self.drawn.p2() - self.drawn.p1(), point - self.drawn.p1()
        length = QPointF.dotProduct(way, way)
        return QPointF.dotProduct(way, to) / length if length else 0.0

    def is_turned_at(self, point: QPointF) -> bool:
        """Return whether the line is turned by who takes it there, and not shifted."""
        return not _TURNED < self.share(point) < 1 - _TURNED

    @property
    def middle(self) -> Place:
        """The middle of what is seen of it, around which it is turned."""
        (x0, y0), (x1, y1) = self.line.start, self.line.end
        return (x0 + x1) / 2, (y0 + y1) / 2


def line_marks(lines: Sequence[UnitLine], frame: Frame, names: Names, chosen: int | None) -> list[LineMark]:
    """Return the lines with their names, which keep out of each other's way as far as there is room."""
    metrics = QFontMetrics(theme.font("caption"))
    height, digit = metrics.height() + 4, metrics.horizontalAdvance("0")
    taken: list[QRectF] = []
    marks: list[LineMark] = []
    for line in lines:
        drawn = QLineF(frame.at(*line.start), frame.at(*line.end))
        name = names.short(0, line.unit)
        tag = QRectF()
        if len(lines) <= _MOST_NAMES or line.unit == chosen:
            tag = _free_place(drawn, digit * len(name) + 14, height, frame.area, taken)
        marks.append(LineMark(line, drawn, name, tag))
    return marks


def _free_place(drawn: QLineF, width: float, height: float, area: QRectF, taken: list[QRectF]) -> QRectF:
    """Return where a name stands: at the upper end of its line, or as near to an end as nothing is in the way."""
    length = drawn.length()
    if length < 2 * _INSET:
        return QRectF()
    upper_first = drawn if drawn.y1() <= drawn.y2() else QLineF(drawn.p2(), drawn.p1())
    room = area.adjusted(6, 6, -6, -6)
    for inset in np.arange(_INSET, length / 2, _INSET).tolist():
        for at in (upper_first.pointAt(inset / length), upper_first.pointAt(1 - inset / length)):
            tag = QRectF(round(at.x() - width / 2), round(at.y() - height / 2), width, height)
            tag.moveLeft(min(max(tag.left(), room.left()), room.right() - width))
            tag.moveTop(min(max(tag.top(), room.top()), room.bottom() - height))
            if not any(tag.adjusted(-3, -2, 3, 2).intersects(other) for other in taken):
                taken.append(tag)
                return tag
    return QRectF()


def mark_at(marks: Sequence[LineMark], point: QPointF) -> LineMark | None:
    """Return the line that is meant by a point, the nearest if any is near."""
    nearest = min(marks, key=lambda mark: mark.distance(point), default=None)
    return nearest if nearest is not None and nearest.distance(point) <= _NEAR else None


def tag_at(marks: Sequence[LineMark], point: QPointF) -> LineMark | None:
    """Return the line whose name stands at a point."""
    return next((mark for mark in reversed(marks) if mark.tag.contains(point)), None)


def paint_unit_lines(painter: QPainter, marks: Sequence[LineMark], chosen: int | None) -> None:
    """Paint the lines with ticks on the side where their unit's sum is positive; the chosen one stronger."""
    palette = theme.current().palette
    for mark in marks:
        strong = mark.line.unit == chosen
        color = theme.blend(palette.paper, palette.text, 0.85 if strong else 0.5)
        painter.setPen(QPen(color, 2.2 if strong else 1.2))
        painter.drawLine(mark.drawn)
        across, up = mark.line.normal
        step = QPointF(across, -up) * _TICK
        if mark.drawn.length() > 4 * _TICK:
            painter.drawLines([QLineF(at, at + step) for at in map(mark.drawn.pointAt, _TICKS)])


def paint_tags(painter: QPainter, marks: Sequence[LineMark], chosen: int | None, ratio: float) -> None:
    """Paint the names of the lines, on a screen with `ratio` pixels per unit."""
    for mark in sorted(marks, key=lambda mark: mark.line.unit == chosen):
        if not mark.tag.isEmpty():
            size = mark.tag.width(), mark.tag.height()
            tag = _tag(mark.name, size, mark.line.unit == chosen, ratio, theme.current().is_dark)
            painter.drawPixmap(mark.tag.topLeft(), tag)


@lru_cache(maxsize=256)
def _tag(name: str, size: tuple[float, float], strong: bool, ratio: float, is_dark: bool) -> QPixmap:  # noqa: ARG001
    """Return a name on its ground: it is the same in every picture, and letters take their time."""
    palette, rect = theme.current().palette, QRectF(0, 0, *size)
    pixmap = QPixmap(math.ceil(size[0] * ratio), math.ceil(size[1] * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(palette.text if strong else palette.border_strong, 1.5 if strong else 1))
    painter.setBrush(palette.surface)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
    painter.setFont(theme.font("caption-strong" if strong else "caption"))
    painter.setPen(palette.text if strong else palette.text2)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, name)
    painter.end()
    return pixmap


def paint_grips(painter: QPainter, mark: LineMark) -> None:
    """Paint where a line is taken to shift it, a square in its middle, and to turn it, rings near its ends."""
    palette = theme.current().palette
    painter.setPen(QPen(palette.accent, 2))
    painter.setBrush(palette.surface)
    side = 9.0
    angle = math.degrees(math.atan2(mark.drawn.dy(), mark.drawn.dx()))
    painter.save()
    painter.translate(mark.drawn.pointAt(0.5))
    painter.rotate(angle)
    painter.drawRect(QRectF(-side / 2, -side / 2, side, side))
    painter.restore()
    for share in (_TURNED / 2, 1 - _TURNED / 2):
        painter.drawEllipse(mark.drawn.pointAt(share), side / 2, side / 2)
