"""The dark panel that names what the pointer is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme

_MARGIN = 12
_GAP = 16
_DOT = 8
_DISTANCE = 14


class ReadoutRow(NamedTuple):
    """One line: a name, its value, and optionally the colour of the curve or line it belongs to."""

    name: str
    value: str = ""
    color: QColor | None = None


def readout_in(window: QWidget, readout: HoverReadout | None) -> HoverReadout:
    """Return a readout, or a new one where there is none yet or it stands in another window.

    For what may be smaller than the panel, or has moved to another window since.
    """
    return HoverReadout(window) if readout is None or readout.parentWidget() is not window else readout


class HoverReadout(QWidget):
    """A panel inside its parent, near a point, out of the pointer's way. It never takes pointer or focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._title = ""
        self._rows: tuple[ReadoutRow, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_at(self, point: QPoint, title: str, rows: Sequence[ReadoutRow] = (), *, above: bool = False) -> None:
        """Show title and rows near a point of the parent, wholly inside the parent."""
        content = tuple(rows)
        if (title, content) != (self._title, self._rows):
            self._title, self._rows = title, content
            self.resize(self.sizeHint())
            self.update()
        self.move(self._corner(point, above))
        self.show()
        self.raise_()

    def text(self) -> str:
        """Return all that the panel says."""
        lines = (self.tr("{0} {1}").format(row.name, row.value) if row.value else row.name for row in self._rows)
        return "\n".join(filter(None, (self._title, *lines)))

    def _corner(self, point: QPoint, above: bool) -> QPoint:
        parent = self.parentWidget()
        room = QRect() if parent is None else parent.rect().adjusted(4, 4, -4, -4)
        x = point.x() + _DISTANCE
        if x + self.width() > room.right():
            x = point.x() - _DISTANCE - self.width()
        y = point.y() - _DISTANCE - self.height() if above else point.y() + _DISTANCE
        if y + self.height() > room.bottom():
            y = point.y() - _DISTANCE - self.height()
        x = max(room.left(), min(x, room.right() - self.width()))
        return QPoint(x, max(room.top(), min(y, room.bottom() - self.height())))

    def _line_height(self) -> int:
        return round(QFontMetrics(theme.font("caption")).height() * 1.2)

    def sizeHint(self) -> QSize:
        strong = QFontMetrics(theme.tabular(theme.font("caption-strong")))
        plain = QFontMetrics(theme.font("caption"))
        widths = [strong.horizontalAdvance(self._title)]
        for row in self._rows:
            dot = _DOT + 6 if row.color is not None else 0
            value = _GAP + strong.horizontalAdvance(row.value) if row.value else 0
            widths.append(dot + plain.horizontalAdvance(row.name) + value)
        lines = len(self._rows) + bool(self._title)
        return QSize(max(widths) + 2 * _MARGIN + 1, lines * self._line_height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.tooltip)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        middle = Qt.AlignmentFlag.AlignVCenter
        line = QRect(_MARGIN, 6, self.width() - 2 * _MARGIN, self._line_height())
        strong, plain = theme.tabular(theme.font("caption-strong")), theme.font("caption")
        if self._title:
            painter.setPen(p.tooltip_text)
            painter.setFont(strong)
            painter.drawText(line, left | middle, self._title)
            line.translate(0, line.height())
        for row in self._rows:
            indent = 0
            if row.color is not None:
                indent = _DOT + 6
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(row.color)
                painter.drawEllipse(QRectF(line.left(), line.center().y() - _DOT / 2 + 0.5, _DOT, _DOT))
            painter.setPen(theme.blend(p.tooltip, p.tooltip_text, 0.82))
            painter.setFont(plain)
            painter.drawText(line.adjusted(indent, 0, 0, 0), left | middle, row.name)
            painter.setPen(p.tooltip_text)
            painter.setFont(strong)
            painter.drawText(line, right | middle, row.value)
            line.translate(0, line.height())
