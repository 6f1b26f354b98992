"""One bar for each layer: how many digits its two gradients agree to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.translation import itemised
from digitapp.gui.widgets.numbers import MINUS
from digitapp.nn.gradient_check import TOLERANCE

_BAR, _ROW, _GAP = 10, 26, 16
_LEAST = 1e-12  # the bar's beginning; a central difference is never closer
_TICKS = (1e-12, 1e-9, 1e-6, 1e-3, 1.0)


class ErrorBars(QWidget):
    """The largest relative error of each layer on a logarithmic scale, with the line that it must not cross."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._errors: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Largest relative error of each layer"))

    def set_errors(self, names: Sequence[str], errors: Sequence[float]) -> None:
        """Show one row for each layer; without errors the grooves stay empty."""
        self._names, self._errors = tuple(names), tuple(errors)
        rows = zip(self._names, self._errors, strict=False)
        said = (self.tr("{0}: {1}").format(name, exponent_text(error)) for name, error in rows)
        self.setAccessibleDescription(itemised(said))
        self.updateGeometry()
        self.update()

    def text(self, layer: int) -> str:
        """Return the number that stands behind a bar."""
        return exponent_text(self._errors[layer])

    def sizeHint(self) -> QSize:
        rows = max(1, len(self._names)) * theme.scaled(_ROW)
        return QSize(theme.scaled(420), rows + QFontMetrics(theme.font("tick")).height() + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body, number, tick = theme.font("body"), theme.tabular(theme.font("caption")), theme.tabular(theme.font("tick"))
        metrics, row_height = QFontMetrics(body), theme.scaled(_ROW)
        left = max((metrics.horizontalAdvance(name) for name in self._names), default=0) + _GAP
        right = QFontMetrics(number).horizontalAdvance(exponent_text(2e-12)) + _GAP
        groove = QRectF(left, 0, self.width() - left - right, _BAR)
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, name in enumerate(self._names):
            top = row * row_height
            painter.setFont(body)
            painter.setPen(p.text2)
            painter.drawText(QRectF(0, top, left, row_height), middle, name)
            groove.moveTop(top + (row_height - _BAR) / 2)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.bar_groove)
            painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
            if row < len(self._errors):
                error = self._errors[row]
                is_wrong = error > TOLERANCE
                length = max(_BAR, groove.width() * _share(error))
                painter.setBrush(p.danger if is_wrong else p.accent)
                painter.drawRoundedRect(QRectF(groove.left(), groove.top(), length, _BAR), _BAR / 2, _BAR / 2)
                painter.setFont(number)
                painter.setPen(p.danger if is_wrong else p.text)
                place = QRectF(groove.right(), top, right, row_height)
                painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, exponent_text(error))
        bottom = len(self._names) * row_height
        limit = groove.left() + groove.width() * _share(TOLERANCE)
        painter.setPen(QPen(p.text3, 1, Qt.PenStyle.DashLine))
        painter.drawLine(round(limit), 0, round(limit), bottom)
        painter.setFont(tick)
        painter.setPen(p.text2)
        for value in _TICKS:
            x = groove.left() + groove.width() * _share(value)
            painter.drawText(QRectF(x - 40, bottom + 2, 80, 20), int(Qt.AlignmentFlag.AlignHCenter), _power(value))


def _share(error: float) -> float:
    """Return how long a bar is, 0 to 1: proportional to the logarithm of the error."""
    return min(1.0, max(0.0, 1 - math.log10(max(error, _LEAST)) / math.log10(_LEAST)))


def _power(value: float) -> str:
    exponent = round(math.log10(value))
    return f"1e{exponent}".replace("-", MINUS) if exponent else "1"


def exponent_text(value: float) -> str:
    """Return "2.1e−11", or "0.1" for an error that is no trifle."""
    text = f"{value:.2g}" if value == 0 or value >= 1e-3 else f"{value:.1e}".replace("e-0", "e-")
    return text.replace("-", MINUS)
