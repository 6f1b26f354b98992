"""The way of two weights over the lines of equal error, step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.axes import tick_text
from digitapp.gui.widgets.series import paint_mark, series_color
from digitapp.inspection.contours import contour
from digitapp.lab.units.zigzag import BEST, START, Path, loss_at

_REACH = 2.0
_CELLS = 61
_RATIOS = (0.02, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)  # of the error at the start
_GAP, _DOT = 6, 2.0


class WalkMap(QWidget):
    """A square map of the two weights, from −2 to 2 each."""

    def __init__(self, mark: int, name: str, picture: str, parent: QWidget | None = None) -> None:
        """Show nothing yet; `mark` is the series, `name` for screen readers, `picture` the name of its file."""
        super().__init__(parent)
        self._mark = mark
        self._path: Path | None = None
        self._lines: list[NDArray[np.float64]] = []
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        offer_picture(self, name, picture)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(280), theme.scaled(280))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(150), theme.scaled(130))

    def show_path(self, path: Path) -> None:
        """Show a walk."""
        self._path = path
        axis = np.linspace(-_REACH, _REACH, _CELLS)
        costs = loss_at(path.walk, np.stack(np.meshgrid(axis, axis), axis=-1))
        self._lines = [contour(costs, axis, axis, ratio * float(path.losses[0])) for ratio in _RATIOS]
        self.setAccessibleDescription(
            self.tr("After {0} updates the weights are {1} and {2}.").format(
                len(path.weights) - 1, *(f"{weight:.2f}" for weight in path.weights[-1])
            )
        )
        self.update()

    def _plot(self) -> QRectF:
        metrics = QFontMetrics(theme.tabular(theme.font("tick")))
        left, below = metrics.horizontalAdvance(tick_text(-2.0)) + _GAP, metrics.height() + _GAP
        room = QRectF(self.rect()).adjusted(
            left, metrics.height() / 2, -metrics.horizontalAdvance(tick_text(2.0)), -below
        )
        side = min(room.width(), room.height())
        return QRectF(room.center().x() - side / 2, room.top(), side, side)

    def _in_pixels(self, weights: ArrayLike) -> NDArray[np.float64]:
        plot = self._plot()
        shares = (np.asarray(weights, dtype=np.float64) + _REACH) / (2 * _REACH)
        return np.array([plot.left(), plot.bottom()]) + shares * np.array([plot.width(), -plot.height()])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._path is None:
            return
        p, plot = theme.current().palette, self._plot()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        painter.setClipRect(plot)
        painter.setPen(QPen(p.border_strong, 1))
        for lines in self._lines:
            starts, ends = self._in_pixels(lines[:, 0]).tolist(), self._in_pixels(lines[:, 1]).tolist()
            painter.drawLines([QLineF(*start, *end) for start, end in zip(starts, ends, strict=True)])
        self._paint_path(painter, self._path)

    def _paint_axes(self, painter: QPainter) -> None:
        p, plot = theme.current().palette, self._plot()
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawRect(plot)
        painter.setFont(theme.tabular(theme.font("tick")))
        painter.setPen(p.text2)
        height = painter.fontMetrics().height()
        for tick in (-2.0, -1.0, 0.0, 1.0, 2.0):
            x, y = self._in_pixels([tick, tick]).tolist()
            below = QRectF(x - 20, plot.bottom() + 2, 40, height)
            painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter), tick_text(tick))
            beside = QRectF(plot.left() - 44, y - height / 2, 40, height)
            painter.drawText(beside, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), tick_text(tick))

        painter.drawText(plot.adjusted(4, 2, 0, 0), self.tr("weight 2"))
        flags = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        painter.drawText(plot.adjusted(0, 0, -4, -2), flags, self.tr("weight 1"))

    def _paint_path(self, painter: QPainter, path: Path) -> None:
        p = theme.current().palette
        places = [QPointF(x, y) for x, y in self._in_pixels(np.clip(path.weights, -9, 9)).tolist()]
        color = series_color(self._mark)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1.6))
        painter.drawPolyline(QPolygonF(places))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for place in places:
            painter.drawEllipse(place, _DOT, _DOT)
        best, start = (QPointF(*self._in_pixels(place).tolist()) for place in (BEST, START))
        painter.setPen(QPen(p.text, 2))
        for across, down in ((6, 0), (0, 6)):
            painter.drawLine(best - QPointF(across, down), best + QPointF(across, down))
        paint_mark(painter, self._mark, start, 10, hollow=True)
        paint_mark(painter, self._mark, places[-1], 10, outline=p.surface)
