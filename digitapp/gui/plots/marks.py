"""The marks of series, ● ■ ▲ ◆, each in its colour: classes of points, runs."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from digitapp.gui import theme

MARKS = "●■▲◆"
"""The marks in the order of the series, as they stand in texts."""
_PALE = 2.2  # below this contrast to the paper a mark has a dark outline, or nobody would see its shape
_OUTLINE, _HOLLOW = 1.2, 2.4


def paint_mark(painter: QPainter, place: QPointF, series: int, radius: float, *, hollow: bool = False) -> None:
    """Paint a mark of a series, counted from 0, around a place; it reaches about `radius` far."""
    palette = theme.current().palette
    color = palette.series[series % len(palette.series)]
    painter.setPen(QPen(_outline(color, palette.paper), _OUTLINE))
    painter.setBrush(color)
    path = _shape(series % len(MARKS), radius).translated(place)
    painter.drawPath(path)
    if hollow:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.paper)
        painter.drawPath(_shape(series % len(MARKS), radius - _HOLLOW).translated(place))


def mark_pixmap(series: int, radius: float, ratio: float, *, hollow: bool = False) -> QPixmap:
    """Return a mark in the middle of a square pixmap, for a screen with `ratio` pixels per unit."""
    return _mark_pixmap(series, radius, ratio, hollow, theme.current().is_dark)


@lru_cache(maxsize=256)
def _mark_pixmap(series: int, radius: float, ratio: float, hollow: bool, is_dark: bool) -> QPixmap:  # noqa: ARG001
    side = 2 * (radius + 2)
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, QPointF(side / 2, side / 2), series, radius, hollow=hollow)
    painter.end()
    return pixmap


def _outline(color: QColor, paper: QColor) -> QColor:
    return paper if theme.contrast(color, paper) >= _PALE else theme.blend(color, QColor("black"), 0.65)


@lru_cache(maxsize=64)
def _shape(kind: int, radius: float) -> QPainterPath:
    """Return a mark around the origin; all look about as large."""
    path = QPainterPath()
    if kind == 0:
        path.addEllipse(QPointF(), radius, radius)
    elif kind == 1:
        side = 0.9 * radius
        path.addRect(QRectF(-side, -side, 2 * side, 2 * side))
    elif kind == 2:
        corners = ((0, -1.2), (1.1, 0.85), (-1.1, 0.85))
        path.addPolygon(QPolygonF([QPointF(radius * x, radius * y) for x, y in corners]))
    else:
        path.addPolygon(QPolygonF([QPointF(1.25 * radius * x, 1.25 * radius * y) for x, y in _DIAMOND]))
    path.closeSubpath()
    return path


_DIAMOND = ((0, -1), (1, 0), (0, 1), (-1, 0))
