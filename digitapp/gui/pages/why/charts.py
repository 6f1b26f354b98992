"""The small plot of what removing ink does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets.numbers import decimal
from digitapp.inspection.sanity import Deletion

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class DeletionChart(QWidget):
    """The score as ink is removed: the important pixels first in teal, in random order in grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Deletion | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_curves(self, found: Deletion | None) -> None:
        """Show two curves, or none."""
        self._found = found
        if found is not None:
            text = self.tr("Score from {0} to {1} as ink is removed; mean {2}, in random order {3}")
            ends = (found.by_map[0], found.by_map[-1], found.by_map.mean(), found.at_random.mean())
            self.setAccessibleName(text.format(*(decimal(float(value)) for value in ends)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, 112)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 64)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._found is None:
            return
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.tabular(theme.font("tick"))
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        curves = np.concatenate([self._found.by_map, self._found.at_random]).astype(np.float64)
        if not np.isfinite(curves).all():
            return
        high, low = max(0.0, float(curves.max())), min(0.0, float(curves.min()))
        span = (high - low) or 1.0
        labels = {decimal(high, 1): high, decimal(low, 1): low, "0": 0.0}
        margin = max(metrics.horizontalAdvance(text) for text in labels) + 6
        room = QRectF(margin, 6, self.width() - margin - 2, self.height() - 12)

        def y(value: float) -> float:
            return room.top() + room.height() * (high - value) / span

        taken: list[float] = []
        painter.setPen(p.text2)
        for text, value in (("0", 0.0), (decimal(high, 1), high), (decimal(low, 1), low)):
            if all(abs(y(value) - other) >= metrics.height() for other in taken):
                taken.append(y(value))
                place = QRectF(0, y(value) - metrics.height() / 2, margin - 5, metrics.height())
                painter.drawText(place, _RIGHT, text)
        painter.setPen(QPen(p.border_strong, 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(room.left(), y(0)), QPointF(room.right(), y(0)))
        for curve, color, width in ((self._found.at_random, p.text3, 1.5), (self._found.by_map, p.accent, 2.0)):
            self._paint_curve(painter, curve, room, (high, span), color, width)

    def _paint_curve(
        self,
        painter: QPainter,
        curve: NDArray[np.floating],
        room: QRectF,
        scale: tuple[float, float],
        color: QColor,
        width: float,
    ) -> None:
        assert self._found is not None
        high, span = scale
        x = room.left() + room.width() * self._found.shares
        y = room.top() + room.height() * (high - curve) / span
        painter.setPen(QPen(color, width))
        painter.drawPolyline(QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]))
