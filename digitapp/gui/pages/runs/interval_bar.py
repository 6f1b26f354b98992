"""An interval on its axis: where a difference lies, how sure that is, and where none would be."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.plots.axes import round_ticks, tick_text
from digitapp.gui.words.comparison import Told

_RING, _BAR, _TICK = 9.0, 4.0, 12.0
_MOST_TICKS = 4
_NARROWEST = 0.1  # of an axis, for an interval to be read on it


class IntervalBar(QWidget):
    """A thick line for the interval, a ring for the difference, a tick for zero. Several share one axis."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: Told | None = None
        self._limits = (-1.0, 1.0)
        self._is_told_apart = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Interval of the difference"))

    def show_told(self, told: Told, limits: tuple[float, float], said: str, *, is_told_apart: bool) -> None:
        """Show a difference on an axis between two limits; `said` is the same in words."""
        self._told, self._limits, self._is_told_apart = told, limits, is_told_apart
        self.setAccessibleDescription(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(160), math.ceil(theme.scaled(22) + QFontMetricsF(theme.font("tick")).height()))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(80), self.sizeHint().height())

    def _x(self, value: float) -> float:
        low, high = self._limits
        return _RING + (self.width() - 2 * _RING) * (value - low) / (high - low)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        told = self._told
        if told is None:
            return
        p, middle = theme.current().palette, theme.scaled(9) + 0.5
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(p.border_strong, 2))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        self._paint_ticks(painter, middle)
        color = p.accent if self._is_told_apart else p.text2
        painter.setPen(QPen(color, _BAR, c=Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(self._x(told.low), middle), QPointF(self._x(told.high), middle))
        painter.setPen(QPen(color, 2))
        painter.setBrush(p.surface)
        painter.drawEllipse(QPointF(self._x(told.mean), middle), _RING / 2, _RING / 2)

    def _paint_ticks(self, painter: QPainter, middle: float) -> None:
        p, font = theme.current().palette, theme.tabular(theme.font("tick"))
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        free = -math.inf
        for tick in round_ticks(*self._limits, _MOST_TICKS):
            x, text = self._x(tick), tick_text(tick)
            half = _TICK / 2 if tick == 0 else _TICK / 4
            painter.setPen(QPen(p.text if tick == 0 else p.border_strong, 1.5))
            painter.drawLine(QPointF(x, middle - half), QPointF(x, middle + half))
            width = metrics.horizontalAdvance(text)
            left = min(max(0.0, x - width / 2), self.width() - width)
            if left >= free:
                free = left + width + 6
                painter.setPen(p.text if tick == 0 else p.text2)
                place = QRectF(left, middle + _TICK / 2 + 2, width + 1, metrics.height())
                painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft), text)


def axes_of(several: list[Told]) -> list[tuple[float, float]]:
    """Return the limits of an axis for each of several differences: one for all, unless some would be too short."""
    common = _limits(several)
    narrowest = min((told.high - told.low for told in several if told.has_interval), default=0.0)
    if narrowest >= _NARROWEST * (common[1] - common[0]):
        return [common] * len(several)
    return [_limits([told]) for told in several]


def _limits(several: list[Told]) -> tuple[float, float]:
    """Return limits that hold intervals and zero, with a little room."""
    values = [0.0, *(value for told in several if told.has_interval for value in (told.low, told.mean, told.high))]
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room
