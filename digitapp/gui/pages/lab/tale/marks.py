"""How outcomes are marked: by form as well as by colour."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from digitapp.gui import theme
from digitapp.inspection.tale import Outcome


def outcome_color(outcome: Outcome) -> QColor:
    """Return an outcome's colour in the theme in use."""
    p = theme.current().palette
    return {Outcome.TALE: p.accent, Outcome.OTHER: p.bar_strong, Outcome.FAILED: p.danger}[outcome]


def paint_mark(painter: QPainter, place: QRectF, outcome: Outcome) -> None:
    """Paint an outcome's mark: a disc where the tale came true, a ring for another solution, a cross for a failure."""
    color = outcome_color(outcome)
    width = max(1.5, place.width() / 6)
    inner = place.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, width))
    if outcome is Outcome.FAILED:
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
        return
    if outcome is Outcome.TALE:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        inner = place
    painter.drawEllipse(QPointF(place.center()), inner.width() / 2, inner.height() / 2)
