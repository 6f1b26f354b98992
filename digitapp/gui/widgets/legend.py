"""What the marks of a plot stand for, with a value each, in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
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
    """Marks with names and values from the right; where room is short the names are left out, then the last entries."""

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

    @staticmethod
    def _fonts() -> tuple[QFont, QFont]:
        return theme.font("caption"), theme.tabular(theme.font("caption-strong"))

    def _width(self, entry: Entry, *, named: bool) -> float:
        name, value = (QFontMetricsF(font) for font in self._fonts())
        width = self._sign_width(entry)
        for part, metrics in ((entry.name if named else "", name), (entry.value, value)):
            width += _GAP + metrics.horizontalAdvance(part) if part else 0
        return width

    @staticmethod
    def _sign_width(entry: Entry) -> int:
        return theme.scaled(_PIECE if entry.series is None else _MARK)

    def _whole(self, *, named: bool) -> float:
        widths = [self._width(entry, named=named) for entry in self._entries]
        return sum(widths) + _APART * max(0, len(widths) - 1)

    def sizeHint(self) -> QSize:
        return QSize(round(self._whole(named=True)) + 2, theme.scaled(20))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(40), theme.scaled(20))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p, painter = theme.current().palette, QPainter(self)
        name_font, value_font = self._fonts()
        named = self._whole(named=True) <= self.width()
        x = max(0.0, self.width() - self._whole(named=named))
        for entry in self._entries:
            width = self._width(entry, named=named)
            if x + width > self.width() + 1:
                break
            self._paint_sign(painter, entry, x)
            place = QRectF(x + self._sign_width(entry) + _GAP, 0, width, self.height())
            flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
            if named:
                painter.setFont(name_font)
                painter.setPen(p.text2)
                painter.drawText(place, flags, entry.name)
                place.translate(QFontMetricsF(name_font).horizontalAdvance(entry.name) + _GAP, 0)
            painter.setFont(value_font)
            painter.setPen(p.text)
            painter.drawText(place, flags, entry.value)
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
