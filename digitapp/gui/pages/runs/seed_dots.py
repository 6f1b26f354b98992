"""Every seed of the chosen experiments as a mark on one axis, with the mean of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.axes import round_ticks
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import HoverReadout, ReadoutRow
from digitapp.gui.widgets.numbers import figure, per_cent
from digitapp.gui.widgets.readout import readout_in
from digitapp.gui.widgets.series import paint_mark, series_color
from digitapp.gui.words.comparison import name_words, result_words
from digitapp.kept.experiments import Experiment, Measure

_ROW, _MARK, _GAP = 24, 8.0, 8.0
_NAMES = 0.34  # of the width, at most
_NEAR = 8.0


class SeedDots(QWidget):
    """A row for each experiment: its seeds by what they came to, and a line for their mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._experiments: tuple[Experiment, ...] = ()
        self._measure = Measure.ACCURACY
        self._limits = (0.0, 1.0)
        self._readout: HoverReadout | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Every seed"))
        offer_picture(self, self.tr("Every seed"), "runs-seeds")

    def show_experiments(self, experiments: Sequence[Experiment], measure: Measure) -> None:
        """Show the results of experiments."""
        self._experiments, self._measure = tuple(experiments), measure
        values = [value for each in experiments for value in each.results(measure).values()]
        low, high = (min(values), max(values)) if values else (0.0, 1.0)
        room = 0.08 * (high - low) or max(0.005, 0.05 * abs(high))
        self._limits = low - room, high + room
        self.setAccessibleDescription(itemised(self._said()))
        self._hide_readout()
        self.updateGeometry()
        self.update()

    def _said(self) -> Iterator[str]:
        for each in self._experiments:
            for seed, value in each.results(self._measure).items():
                text = self.tr("{0}, seed {1}: {2}")
                yield text.format(name_words(each), seed, result_words(value, self._measure))

    # Places

    def sizeHint(self) -> QSize:
        high = len(self._experiments) * theme.scaled(_ROW) + QFontMetricsF(theme.font("tick")).height() + 4
        return QSize(theme.scaled(220), math.ceil(high))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(140), self.sizeHint().height())

    def _left(self) -> float:
        metrics = QFontMetricsF(theme.font("caption"))
        widest = max((metrics.horizontalAdvance(name_words(each)) for each in self._experiments), default=0.0)
        return min(widest, _NAMES * self.width()) + _GAP + _MARK

    def _place(self, row: int, value: float) -> QPointF:
        (low, high), left = self._limits, self._left()
        x = left + (self.width() - _MARK - left) * (value - low) / (high - low)
        return QPointF(x, (row + 0.5) * theme.scaled(_ROW))

    def places(self) -> list[tuple[QPointF, int, int, float]]:
        """Return where each mark stands, with its row, its seed and its result."""
        return [
            (self._place(row, value), row, seed, value)
            for row, each in enumerate(self._experiments)
            for seed, value in each.results(self._measure).items()
        ]

    # Pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        near = [each for each in self.places() if (each[0] - point).manhattanLength() <= _NEAR]
        if not near:
            self._hide_readout()
            return
        row = near[0][1]
        rows = [
            ReadoutRow(self.tr("Seed {0}").format(seed), result_words(value, self._measure), series_color(row))
            for _, other, seed, value in near
            if other == row
        ]
        self._readout = readout_in(self.window(), self._readout)
        title = name_words(self._experiments[row])
        self._readout.show_at(self.mapTo(self.window(), point.toPoint()), title, rows)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hide_readout()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hide_readout()

    def _hide_readout(self) -> None:
        if self._readout is not None:
            self._readout.hide()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, font = self._left(), theme.font("caption")
        for row, each in enumerate(self._experiments):
            middle = (row + 0.5) * theme.scaled(_ROW)
            painter.setPen(QPen(p.border, 1))
            painter.drawLine(QPointF(left - _MARK / 2, middle), QPointF(self.width(), middle))
            painter.setFont(font)
            painter.setPen(p.text2)
            room = left - _GAP - _MARK + 1
            name = QFontMetricsF(font).elidedText(name_words(each), Qt.TextElideMode.ElideRight, room)
            place = QRectF(0, middle - theme.scaled(_ROW) / 2, room, theme.scaled(_ROW))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
        for point, row, _, _ in self.places():
            paint_mark(painter, row, point, theme.scaled(_MARK), outline=p.surface)
        painter.setPen(QPen(p.text, 2))
        for row, each in enumerate(self._experiments):
            mean = each.mean(self._measure)
            if mean is not None:
                half, point = theme.scaled(_ROW) / 2 - 4, self._place(row, mean)
                painter.drawLine(point - QPointF(0, half), point + QPointF(0, half))
        self._paint_axis(painter)

    def _paint_axis(self, painter: QPainter) -> None:
        font = theme.tabular(theme.font("tick"))
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.current().palette.text2)
        top, free = len(self._experiments) * theme.scaled(_ROW) + 2, -math.inf
        is_share = self._measure is Measure.ACCURACY
        for tick in round_ticks(*self._limits, 4):
            text = per_cent(f"{100 * tick:.6g}") if is_share else figure(tick, 3)
            width, x = metrics.horizontalAdvance(text), self._place(0, tick).x()
            start = min(x - width / 2, self.width() - width)
            if start >= free:
                free = start + width + 8
                painter.drawText(QPointF(start, top + metrics.ascent()), text)
