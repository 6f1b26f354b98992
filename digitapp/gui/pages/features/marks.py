"""What was done to units by hand, marked on their tiles."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon

_VEIL = 0.62
_BADGE = 18
_LEAST_TILE = 24  # below that a badge would hide the picture


def paint_marks(painter: QPainter, off: Sequence[QRectF], frozen: Sequence[QRectF]) -> None:
    """Veil and cross out the tiles of units that are switched off, and put a lock on those that are frozen."""
    p = theme.current().palette
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    veil = p.window.toRgb()
    veil.setAlphaF(_VEIL)
    for tile in off:
        painter.fillRect(tile, veil)
        inner = tile.adjusted(4, 4, -4, -4)
        for color, width in ((p.window, 4.0), (p.text2, 1.6)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(inner.bottomLeft(), inner.topRight())
    for tile in frozen:
        if tile.width() < _LEAST_TILE:
            continue
        badge = QRectF(tile.left() + 2, tile.bottom() - _BADGE - 2, _BADGE, _BADGE)
        painter.setPen(QPen(p.border, 1))
        painter.setBrush(p.surface)
        painter.drawRoundedRect(badge, 5, 5)
        size = _BADGE - 6
        paint_icon(painter, "lock", QPoint(round(badge.left()) + 3, round(badge.top()) + 3), size, p.text)
