"""The marks and colours of what is shown side by side: runs, classes of points, runners of a race.

A colour alone tells nothing to many eyes, so each has a mark of its own, on curves, on maps and in legends. There are
more marks than colours: the fifth has the first one's colour, and another form.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.inspection.colors import class_color

SYMBOLS = ("●", "■", "▲", "◆", "▼", "★")
"""The marks as letters, for texts."""

_TOP, _DOWN = -math.pi / 2, math.pi / 2


def series_color(index: int) -> QColor:
    """Return the colour of the series with this place, from 0, in the present theme."""
    colors = theme.current().palette.series
    return colors[index % len(colors)]


def class_shade(label: int, *, is_series: bool) -> QColor:
    """Return the colour of a class: of points the one of their marks, else one of ten."""
    return series_color(label) if is_series else QColor(class_color(label, theme.current().name))


def series_symbol(index: int) -> str:
    """Return the mark of a series as a letter."""
    return SYMBOLS[index % len(SYMBOLS)]


def mark_path(index: int, center: QPointF, size: float) -> QPainterPath:
    """Return the outline of a mark as large to the eye as a circle of this diameter; its mass is about the centre."""
    form, half = index % len(SYMBOLS), size / 2
    path = QPainterPath()
    if form == 0:
        path.addEllipse(center, half, half)
    elif form == 1:
        path.addRect(QRectF(-0.88 * half, -0.88 * half, 1.76 * half, 1.76 * half).translated(center))
    elif form in (2, 4):
        path.addPolygon(_star(3, center, 1.25 * half, 0.625 * half, _TOP if form == 2 else _DOWN))
    elif form == 3:
        path.addPolygon(_star(4, center, 1.25 * half, 1.25 * half / math.sqrt(2), _TOP))
    else:
        path.addPolygon(_star(5, center, 1.3 * half, 0.6 * half, _TOP))
    path.closeSubpath()
    return path


def _star(points: int, center: QPointF, outer: float, inner: float, first: float) -> QPolygonF:
    """Return a star, a regular polygon where its inner corners lie on the sides between the outer ones."""
    corners = []
    for k in range(2 * points):
        angle, radius = first + k * math.pi / points, inner if k % 2 else outer
        corners.append(center + QPointF(math.cos(angle), math.sin(angle)) * radius)
    return QPolygonF(corners)


def paint_mark(
    painter: QPainter,
    index: int,
    center: QPointF,
    size: float,
    *,
    outline: QColor | None = None,
    hollow: bool = False,
) -> None:
    """Paint the mark of a series.

    Parameters
    ----------
    size : the diameter of a circle as large to the eye
    outline : of a thin line around it, which keeps it apart from what lies below, such as a map; None for none
    hollow : whether only its border is painted, on the colour of the surface
    """
    color = series_color(index)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if hollow:
        painter.setPen(QPen(color, max(1.5, size / 6)))
        painter.setBrush(theme.current().palette.surface)
    else:
        painter.setPen(Qt.PenStyle.NoPen if outline is None else QPen(outline, 1))
        painter.setBrush(color)
    painter.drawPath(mark_path(index, center, size))
    painter.restore()


class SeriesMark(QWidget):
    """The mark of a series beside its name, with a piece of its line where it has one."""

    def __init__(self, index: int, *, line: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index, self._line = index, line
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(26 if self._line else 12), theme.scaled(16))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        middle = QRectF(self.rect()).center()
        if self._line:
            painter.setPen(QPen(series_color(self._index), 2))
            painter.drawLine(QPointF(0, middle.y()), QPointF(self.width(), middle.y()))
        paint_mark(painter, self._index, middle, theme.scaled(9))
