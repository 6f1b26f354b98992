"""The histogram of a unit's sums over the data, and the legend by which one class is put in front."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.features.charts import Chart
from digitapp.gui.widgets import FocusRing, ReadoutRow
from digitapp.gui.widgets.numbers import percent, signed, thousands
from digitapp.gui.widgets.series import class_shade
from digitapp.inspection.dossier import UnitFacts

_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class SumsHistogram(Chart):
    """How often a unit's sum takes which value, coloured by class, and where the drawing is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(84, parent)
        self._facts: UnitFacts | None = None
        self._names: tuple[str, ...] = ()
        self._is_series = False
        self._front: int | None = None
        self._mark: float | None = None
        self._mark_name = ""

    def set_facts(self, facts: UnitFacts | None, names: tuple[str, ...], *, is_series: bool = False) -> None:
        """Show the sums of all samples, each class in its colour; None for an empty picture.

        `is_series` gives the classes the colours of points' marks.
        """
        if facts is self._facts and names == self._names:
            return
        self._facts, self._names, self._is_series = facts, names, is_series
        if facts is not None:
            ends = signed(float(facts.edges[0]), 1), signed(float(facts.edges[-1]), 1)
            self.setAccessibleName(self.tr("Sums between {0} and {1}").format(*ends))
        self.update()

    def set_front(self, label: int | None) -> None:
        """Show one class in its colour and in front, all others grey; None for all in their colours."""
        if label != self._front:
            self._front = label
            self.update()

    def front(self) -> int | None:
        """Return the class that stands in front, None for all."""
        return self._front

    def set_mark(self, value: float | None, name: str) -> None:
        """Mark the sum on the present drawing."""
        if (value, name) != (self._mark, self._mark_name):
            self._mark, self._mark_name = value, name
            self.update()

    def part_at(self, point: QPointF) -> int | None:
        if self._facts is None:
            return None
        bins = self._facts.histogram.shape[1]
        part = int(point.x() * bins / self.width())
        return part if 0 <= part < bins else None

    def describe(self, part: int) -> tuple[str, Sequence[ReadoutRow]]:
        assert self._facts is not None
        counts = self._facts.histogram[:, part]
        edges = self._facts.edges
        title = self.tr("Sum {0} to {1}").format(signed(float(edges[part])), signed(float(edges[part + 1])))
        rows = [ReadoutRow(self.tr("of all samples"), percent(counts.sum() / self._facts.samples))]
        strongest = [int(label) for label in np.argsort(-counts, kind="stable")[:3] if counts[label]]
        for label in strongest:
            color = class_shade(label, is_series=self._is_series)
            rows.append(ReadoutRow(self._names[label], thousands(int(counts[label])), color))
        return title, rows

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.tabular(theme.font("tick"))
        base = self.height() - QFontMetricsF(font).height() - 3
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(0, round(base) + 0.5), QPointF(self.width(), round(base) + 0.5))
        if self._facts is None:
            return
        counts = self._facts.histogram
        scale = (base - 16) / max(1, int(counts.sum(axis=0).max()))
        pitch = self.width() / counts.shape[1]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        tops = np.full(counts.shape[1], base)
        labels = sorted(range(len(counts)), key=lambda label: label != self._front)
        for label in labels:
            color = class_shade(label, is_series=self._is_series)
            painter.setBrush(color if self._front in (None, label) else p.bar)
            for index in np.flatnonzero(counts[label]).tolist():
                height = float(counts[label, index]) * scale
                painter.drawRect(QRectF(index * pitch, tops[index] - height, max(1.0, pitch - 1), height))
                tops[index] -= height
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered is not None:
            painter.setPen(QPen(p.text2, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self._hovered * pitch - 0.5, 8, pitch, base - 8))
        self._paint_axis(painter, base, font)
        self._paint_mark(painter, base)

    def _x(self, value: float) -> float:
        assert self._facts is not None
        low, high = float(self._facts.edges[0]), float(self._facts.edges[-1])
        return float(np.clip((value - low) / (high - low), 0, 1)) * self.width()

    def _paint_axis(self, painter: QPainter, base: float, font: QFont) -> None:
        assert self._facts is not None
        p = theme.current().palette
        low, high = float(self._facts.edges[0]), float(self._facts.edges[-1])
        painter.setFont(font)
        below = QRectF(0, base + 2, self.width(), self.height() - base - 2)
        painter.setPen(p.text2)
        painter.drawText(below, _LEFT, signed(low, 1))
        painter.drawText(below, _RIGHT, signed(high, 1))
        if low < 0 < high:
            zero = self._x(0.0)
            painter.setPen(QPen(p.text3, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(zero, 4), QPointF(zero, base))
            margin = QFontMetricsF(font).horizontalAdvance("−00.0") + 8
            if margin < zero < self.width() - margin:
                painter.setPen(p.text2)
                painter.drawText(QRectF(zero - 20, below.top(), 40, below.height()), _CENTRE, "0")

    def _paint_mark(self, painter: QPainter, base: float) -> None:
        if self._mark is None or not np.isfinite(self._mark):
            return
        p = theme.current().palette
        x = min(max(self._x(self._mark), 3.0), self.width() - 3.0)
        painter.setPen(QPen(p.text, 1.5))
        painter.drawLine(QPointF(x, 7), QPointF(x, base))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.text)
        painter.drawEllipse(QPointF(x, 7), 3, 3)
        font = theme.font("caption-strong")
        width = QFontMetricsF(font).horizontalAdvance(self._mark_name) + 2
        left = x + 7 if x + 7 + width <= self.width() else x - 7 - width
        painter.setFont(font)
        painter.setPen(p.text)
        painter.drawText(QRectF(left, -1, width, 16), _LEFT, self._mark_name)


class ClassLegend(QWidget):
    """A chip for each class in its colour; the chosen one stands in front.

    Signals: `front_changed(label)`, −1 for all alike.
    """

    front_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._chips: list[_Chip] = []
        self._shown: tuple[tuple[str, ...], bool] = (), False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_names(self, names: tuple[str, ...], *, is_series: bool = False) -> None:
        """Offer these classes; none is chosen when they are others than before. `is_series` as for the histogram."""
        if (names, is_series) == self._shown:
            return
        self._shown = names, is_series
        for chip in self._chips:
            self._row.removeWidget(chip)
            chip.hide()  # until it is gone
            chip.deleteLater()
        self._chips = [_Chip(label, name, is_series, self) for label, name in enumerate(names)]
        for chip in self._chips:
            chip.setToolTip(self.tr("Only {0} in colour").format(chip.text()))
            chip.toggled.connect(self._on_toggled)
            self._row.addWidget(chip, 1)

    def chosen(self) -> int:
        """Return the chosen class, −1 for none."""
        return next((chip.label for chip in self._chips if chip.isChecked()), -1)

    def choose(self, label: int) -> None:
        """Choose a class, −1 for none."""
        for chip in self._chips:
            chip.setChecked(chip.label == label)

    def _on_toggled(self, checked: bool) -> None:
        chip = self.sender()
        if checked:
            for other in self._chips:
                if other is not chip and other.isChecked():
                    other.blockSignals(True)
                    other.setChecked(False)
                    other.blockSignals(False)
                    other.update()
        self.front_changed.emit(self.chosen())


class _Chip(QAbstractButton):
    """A coloured square and the class's name."""

    def __init__(self, label: int, name: str, is_series: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.label, self._is_series = label, is_series
        self.setText(name)
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        FocusRing(self, 4)

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme.font("caption"))
        return QSize(round(metrics.horizontalAdvance(self.text())) + 16, round(metrics.height()) + 6)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(p.accent_tint if self.isChecked() else p.sunken)
            painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setFont(theme.font("caption-strong" if self.isChecked() else "caption"))
        width = painter.fontMetrics().horizontalAdvance(self.text()) + 12
        left = (self.width() - width) / 2
        painter.setBrush(class_shade(self.label, is_series=self._is_series))
        painter.drawRoundedRect(QRectF(left, self.height() / 2 - 4, 8, 8), 2, 2)
        painter.setPen(p.text if self.isChecked() else p.text2)
        painter.drawText(QRectF(left + 12, 0, self.width(), self.height()), _LEFT, self.text())
