"""What the marks of a plot stand for, with a value each, in one line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.translation import itemised, translate
from digitapp.gui.widgets.series import paint_mark

_MARK, _PIECE, _GAP, _APART = 9, 16, 7, 18


@dataclass(frozen=True)
class Entry:
    """A line of a plot: its place among the series, its name, and its present value as a text.

    One of no series (None) is grey; `pale` and `dashed` are as of `plots.line_plot.Line`.
    """

    series: int | None
    name: str
    value: str = ""
    pale: bool = False
    dashed: bool = False


class Legend(QWidget):
    """Marks with names and values from the right.

    Where room is short the values are left out; where it is shorter still the names instead, and then the last entries.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show other entries."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.setAccessibleName(itemised(map(_said, entries)))
            self.setToolTip(self.accessibleName())
            self.updateGeometry()
            self.update()

    def _width(self, entry: Entry) -> float:
        widths = (QFontMetricsF(font).horizontalAdvance(text) for text, font, _ in self._texts(entry))
        return self._sign_width(entry) + sum(_GAP + width for width in widths)

    def _texts(self, entry: Entry) -> list[tuple[str, QFont, QColor]]:
        p = theme.current().palette
        name = entry.name, theme.font("caption"), p.text2
        value = entry.value, theme.tabular(theme.font("caption-strong")), p.text
        return [text for text in (name, value) if text[0]]

    @staticmethod
    def _sign_width(entry: Entry) -> int:
        return theme.scaled(_PIECE if entry.series is None else _MARK)

    def _whole(self, entries: Sequence[Entry]) -> float:
        return sum(map(self._width, entries)) + _APART * max(0, len(entries) - 1)

    def _fitting(self) -> tuple[Entry, ...]:
        """Return what of the entries there is room for."""
        without_values = tuple(replace(entry, value="") for entry in self._entries)
        without_names = tuple(replace(entry, name="") if entry.value else entry for entry in self._entries)
        each = (self._entries, without_values, without_names)
        return next((entries for entries in each if self._whole(entries) <= self.width()), without_names)

    def sizeHint(self) -> QSize:
        return QSize(math.ceil(self._whole(self._entries)) + 2, theme.scaled(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(40), theme.scaled(20))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        entries = self._fitting()
        x = max(0.0, self.width() - self._whole(entries))
        for entry in entries:
            width = self._width(entry)
            if x + width > self.width() + 1:
                break
            self._paint_sign(painter, entry, x)
            place = QRectF(x + self._sign_width(entry) + _GAP, 0, width, self.height())
            for text, font, color in self._texts(entry):
                painter.setFont(font)
                painter.setPen(color)
                painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
                place.translate(QFontMetricsF(font).horizontalAdvance(text) + _GAP, 0)
            x += width + _APART

    def _paint_sign(self, painter: QPainter, entry: Entry, x: float) -> None:
        p, middle = theme.current().palette, self.height() / 2
        width = self._sign_width(entry)
        if entry.series is not None:
            paint_mark(painter, entry.series, QPointF(x + width / 2, middle), width)
            return
        color = theme.blend(p.surface, p.text2, 0.35) if entry.pale else p.text2
        style = Qt.PenStyle.DashLine if entry.dashed else Qt.PenStyle.SolidLine
        painter.setPen(QPen(color, 1.2 if entry.pale else 2, style))
        painter.drawLine(QPointF(x, middle), QPointF(x + width, middle))


def _said(entry: Entry) -> str:
    return translate("Legend", "{0}: {1}").format(entry.name, entry.value) if entry.value else entry.name
