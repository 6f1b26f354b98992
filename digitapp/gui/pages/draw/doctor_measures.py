"""A digit's measures on scales with those of the training digits."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.draw.doctor_words import comparison_words, measure_name, measure_value
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import HoverReadout, ReadoutRow
from digitapp.inspection.digit_measures import ALL_DIGITS, Measure, distribution
from digitapp.inspection.doctor import Comparison

# What the scales reach; what lies beyond stands at their ends.
_SCALES = {
    Measure.STROKE_WIDTH: (0.5, 6.0),
    Measure.SLANT: (-60.0, 60.0),
    Measure.ASPECT: (0.0, 2.0),
    Measure.SIZE: (0.0, 28.0),
    Measure.OFFSET: (0.0, 10.0),
}
_DOT = 4.5
_BAND, _CORE = 8, 8
_GAP = 8
_WIDE = 265
_MARK_WIDTHS = {"ring": 12, "dot": 12, "band": 22}  # of the marks in the legend, each with a gap


class MeasuresView(QWidget):
    """One line per measure: its name, a scale with the training digits and this one, its value.

    A wide pale band holds 98 of 100 training digits, the dark one in it the middle half; the ring is the digit as it
    was drawn (merely shrunk to the input's size), the dot as it is read.
    """

    def __init__(self, readouts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparisons: tuple[Comparison, ...] = ()
        self._finding: Comparison | None = None
        self._readouts = readouts
        self._readout = HoverReadout(readouts)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Measures compared with the training digits"))

    def show_comparisons(self, comparisons: Sequence[Comparison], finding: Comparison | None) -> None:
        """Show the measures of a digit; none for the training digits alone."""
        self._comparisons, self._finding = tuple(comparisons), finding
        self.setAccessibleDescription(in_a_row(*map(comparison_words, comparisons)))
        self.update()

    def _row_height(self) -> int:
        airy = self.width() >= theme.scaled(_WIDE)
        return max(theme.scaled(32 if airy else 25), QFontMetrics(theme.font("caption")).height() + 8)

    def _legend_height(self) -> int:
        return QFontMetrics(theme.font("tick")).height() + 6

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(200, len(Measure) * self._row_height() + self._legend_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _columns(self) -> tuple[int, int]:
        """Return where the scales begin and end."""
        names, values = QFontMetrics(theme.font("caption-strong")), QFontMetrics(theme.font("caption"))
        left = max(names.horizontalAdvance(measure_name(measure)) for measure in Measure) + _GAP + 4
        return left, self.width() - values.horizontalAdvance("0.75 : 1") - _GAP - 2

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        start, end = self._columns()
        for index, measure in enumerate(Measure):
            row = QRect(0, index * self._row_height(), self.width(), self._row_height())
            comparison = self._comparisons[index] if self._comparisons else None
            self._paint_words(painter, row, measure, comparison, end)
            self._paint_scale(painter, QRect(start, row.y(), end - start, row.height()), measure, comparison)
        self._paint_legend(painter)

    def _paint_words(
        self, painter: QPainter, row: QRect, measure: Measure, comparison: Comparison | None, end: int
    ) -> None:
        palette = theme.current().palette
        is_finding = comparison is not None and comparison is self._finding
        painter.setFont(theme.font("caption-strong" if is_finding else "caption"))
        painter.setPen(palette.warning if is_finding else palette.text)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignLeft, measure_name(measure))
        if comparison is not None:
            painter.setFont(theme.tabular(theme.font("caption-strong" if is_finding else "caption")))
            value = row.adjusted(end, 0, 0, 0)
            painter.drawText(value, middle | Qt.AlignmentFlag.AlignRight, measure_value(measure, comparison.read))

    def _paint_scale(self, painter: QPainter, place: QRect, measure: Measure, comparison: Comparison | None) -> None:
        palette = theme.current().palette
        middle = place.y() + place.height() / 2
        values = distribution(measure, ALL_DIGITS if comparison is None else comparison.class_name)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.bar_groove)
        painter.drawRoundedRect(QRectF(place.x(), middle - _BAND / 2, place.width(), _BAND), _BAND / 2, _BAND / 2)
        for first, last, color, height in ((1, 99, palette.bar, _BAND), (25, 75, palette.bar_strong, _CORE)):
            low, high = (self._x(place, measure, values.quantile(percentage)) for percentage in (first, last))
            band = QRectF(low, middle - height / 2, max(3.0, high - low), height)
            painter.setBrush(color)
            painter.drawRoundedRect(band, 3, 3)
        if comparison is None or not math.isfinite(comparison.read):
            return
        ground = palette.surface
        if math.isfinite(comparison.drawn):
            painter.setBrush(ground)
            painter.setPen(QPen(palette.text2, 1.5))
            painter.drawEllipse(QPointF(self._x(place, measure, comparison.drawn), middle), _DOT, _DOT)
        painter.setPen(QPen(ground, 1.5))
        painter.setBrush(palette.warning if comparison is self._finding else palette.accent)
        painter.drawEllipse(QPointF(self._x(place, measure, comparison.read), middle), _DOT + 0.5, _DOT + 0.5)

    @staticmethod
    def _x(place: QRect, measure: Measure, value: float) -> float:
        low, high = _SCALES[measure]
        share = min(1.0, max(0.0, (value - low) / (high - low)))
        return place.x() + _DOT + share * (place.width() - 2 * _DOT)

    def _paint_legend(self, painter: QPainter) -> None:
        palette = theme.current().palette
        painter.setFont(theme.font("tick"))
        metrics = painter.fontMetrics()
        entries = ("ring", self.tr("drawn")), ("dot", self.tr("read")), ("band", self.tr("training digits"))
        widths = [_MARK_WIDTHS[kind] + metrics.horizontalAdvance(text) for kind, text in entries]
        gap = min(12.0, max(4.0, (self.width() - sum(widths)) / (len(widths) - 1)))
        y = self.height() - self._legend_height() / 2 + 1
        x = 0.0
        for (kind, text), width in zip(entries, widths, strict=True):
            if kind == "band":
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(palette.bar)
                painter.drawRoundedRect(QRectF(x, y - 3.5, 18, 7), 3, 3)
                painter.setBrush(palette.bar_strong)
                painter.drawRoundedRect(QRectF(x + 5, y - 3.5, 8, 7), 3, 3)
            else:
                painter.setPen(QPen(palette.text2, 1.5) if kind == "ring" else QPen(palette.accent, 1))
                painter.setBrush(palette.surface if kind == "ring" else palette.accent)
                painter.drawEllipse(QPointF(x + 4, y), 3.5, 3.5)
            painter.setPen(palette.text3)
            left = x + _MARK_WIDTHS[kind]
            place = QRectF(left, y - self._legend_height() / 2, self.width() - left, self._legend_height())
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, math.ceil(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
            x += width + gap

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say in words what the line under the pointer shows."""
        super().mouseMoveEvent(event)
        index = int(event.position().y()) // self._row_height()
        if not 0 <= index < len(self._comparisons):
            self._readout.hide()
            return
        title, rows = self.describe(index)
        self._readout.show_at(self.mapTo(self._readouts, event.position().toPoint()), title, rows)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._readout.hide()

    def describe(self, index: int) -> tuple[str, list[ReadoutRow]]:
        """Return the title and the lines of the readout for a measure."""
        comparison = self._comparisons[index]
        measure, values = comparison.measure, distribution(comparison.measure, comparison.class_name)
        quarter, three_quarters, least, most = (
            measure_value(measure, values.quantile(percentage)) for percentage in (25, 75, 1, 99)
        )
        return comparison_words(comparison).rstrip("."), [
            ReadoutRow(self.tr("As it is read"), measure_value(measure, comparison.read)),
            ReadoutRow(self.tr("As drawn, merely shrunk"), measure_value(measure, comparison.drawn)),
            ReadoutRow(self.tr("Half of them"), self.tr("{0} to {1}").format(quarter, three_quarters)),
            ReadoutRow(self.tr("98 % of them"), self.tr("{0} to {1}").format(least, most)),
        ]
