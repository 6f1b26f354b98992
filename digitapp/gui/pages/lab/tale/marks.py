"""How outcomes are marked: by form as well as by colour."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from digitapp.gui import theme
from digitapp.inspection.tale import Outcome


def outcome_color(outcome: Outcome) -> QColor:
    """Return an outcome's colour in the theme in use."""
    p = theme.current().palette
    return {Outcome.TALE: p.accent, Outcome.OTHER: p.bar_strong, Outcome.FAILED: p.danger}[outcome]


def marks(outcome: Outcome, places: Iterable[QPointF], size: float) -> QPainterPath:
    """Return the marks of an outcome at some places as one path, which is drawn much faster than each of them."""
    path, half = QPainterPath(), size / 2
    if outcome is not Outcome.TALE:
        half -= _width(size) / 2
    for place in places:
        if outcome is Outcome.FAILED:
            for slope in (1, -1):
                path.moveTo(place - QPointF(half, slope * half))
                path.lineTo(place + QPointF(half, slope * half))
        else:
            path.addEllipse(place, half, half)
    return path


def paint_marks(painter: QPainter, path: QPainterPath, outcome: Outcome, size: float) -> None:
    """Paint marks: discs where the tale came true, rings for other solutions, crosses for failures."""
    color = outcome_color(outcome)
    if outcome is Outcome.TALE:
        path.setFillRule(Qt.FillRule.WindingFill)
        painter.fillPath(path, color)
    else:
        painter.strokePath(path, QPen(color, _width(size)))


def paint_mark(painter: QPainter, place: QRectF, outcome: Outcome) -> None:
    """Paint one mark in a square."""
    paint_marks(painter, marks(outcome, [place.center()], place.width()), outcome, place.width())


def _width(size: float) -> float:
    return max(1.2, size / 6)
