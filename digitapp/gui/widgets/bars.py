"""The probability of each class as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitapp.gui import theme
from digitapp.gui.translation import itemised
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.numbers import decimal, per_cent, probability

_BAR = 10
_ROW = 24
_LEAST_ROW = 18
_TRIFLE = 0.0005  # "<0.1 %"
_SLIVER = 4  # what is not nothing stays visible
_NOTABLE = 0.1


class ProbabilityBars(QWidget):
    """One row a class: its name, a bar, its probability; the answer in accent and bold.

    Without values the grooves stay empty and there are no numbers: unknown is not zero.

    Parameters
    ----------
    labels : the names of the classes
    numbers : "percent" for "77.1 %", "decimal" for "0.77"
    """

    def __init__(
        self,
        labels: Sequence[str] = (),
        *,
        numbers: Literal["percent", "decimal"] = "percent",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._labels = tuple(labels)
        self._numbers = numbers
        self._values: NDArray[np.float64] | None = None
        self._answered = True
        self._marked = -1
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(name or self.tr("Probability of each class"))
        FocusRing(self, 4)
        self._describe()

    def labels(self) -> tuple[str, ...]:
        return self._labels

    def set_labels(self, labels: Sequence[str]) -> None:
        """Set the names of the classes; values of another number of classes are dropped."""
        self._labels = tuple(labels)
        if self._values is not None and len(self._values) != len(self._labels):
            self._values = None
        self._marked = -1
        self._describe()
        self.updateGeometry()
        self.update()

    def values(self) -> NDArray[np.float64] | None:
        return None if self._values is None else self._values.copy()

    def set_values(self, values: ArrayLike | None, *, answered: bool = True) -> None:
        """Show probabilities, shape (classes,), or none; without an answer, no bar stands out.

        Raises
        ------
        ValueError : as many values as there are labels are needed
        """
        self._answered = answered
        if values is None:
            self._values = None
        else:
            array = np.array(values, dtype=np.float64)
            if array.shape != (len(self._labels),):
                raise ValueError(f"{len(self._labels)} classes need as many values, not {array.shape}")
            self._values = array
        self._describe()
        self.update()

    @property
    def answer(self) -> int | None:
        """The most probable class, None without values or where the network does not answer."""
        known = self._values is not None and self._values.size and self._answered
        return int(self._values.argmax()) if known and self._values is not None else None

    def text(self, index: int) -> str:
        """Return the number that stands behind a bar, "" without values."""
        if self._values is None:
            return ""
        value = float(self._values[index])
        return probability(value) if self._numbers == "percent" else decimal(value)

    def _is_trifle(self, index: int) -> bool:
        """Whether a value is too small for the decimals that are shown."""
        return self._numbers == "percent" and self._values is not None and float(self._values[index]) < _TRIFLE

    def exact_text(self, index: int) -> str:
        """Return class and unrounded probability for the tooltip."""
        if self._values is None:
            return self.tr("{0}: unknown").format(self._labels[index])
        return self.tr("{0}: {1}").format(self._labels[index], per_cent(f"{self._values[index] * 100:.4g}"))

    def _describe(self) -> None:
        if self._values is None:
            self.setAccessibleDescription(self.tr("unknown"))
        else:
            parts = (self.tr("{0}: {1}").format(label, self.text(i)) for i, label in enumerate(self._labels))
            self.setAccessibleDescription(itemised(parts))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(240), max(1, len(self._labels)) * theme.scaled(_ROW))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(120), max(1, len(self._labels)) * theme.scaled(_LEAST_ROW))

    def _row_height(self) -> float:
        return min(theme.scaled(_ROW) * 1.25, self.height() / max(1, len(self._labels)))

    def row_rect(self, index: int) -> QRectF:
        """Return where a class stands."""
        height = self._row_height()
        return QRectF(0, index * height, self.width(), height)

    def row_at(self, point: QPoint) -> int | None:
        """Return the class at a point."""
        index = int(point.y() // self._row_height())
        return index if self.rect().contains(point) and 0 <= index < len(self._labels) else None

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.row_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if row is None else self.exact_text(row), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None or not self._labels:
            super().keyPressEvent(event)
            return
        start = self._marked if self._marked >= 0 else -1 if step > 0 else len(self._labels)
        self._marked = max(0, min(len(self._labels) - 1, start + step))
        place = self.row_rect(self._marked).toRect().bottomLeft() + QPoint(24, 2)
        QToolTip.showText(self.mapToGlobal(place), self.exact_text(self._marked), self)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain = theme.tabular(theme.font("body", QFont.Weight.Medium))
        strong = theme.tabular(theme.font("body", QFont.Weight.Bold))
        number = theme.tabular(theme.font("caption"))
        number_strong = theme.tabular(theme.font("caption", QFont.Weight.Bold))
        metrics = QFontMetrics(strong)
        label_width = max((metrics.horizontalAdvance(label) for label in self._labels), default=0)
        label_width = min(label_width, self.width() // 3)
        widest = per_cent(">99.9") if self._numbers == "percent" else "0.00"
        number_width = QFontMetrics(number_strong).horizontalAdvance(widest)
        left = label_width + 16
        groove_width = self.width() - left - number_width - 16
        thickness = min(_BAR, self._row_height() - 6)
        p = theme.current().palette
        middle = Qt.AlignmentFlag.AlignVCenter
        for i, label in enumerate(self._labels):
            row = self.row_rect(i)
            is_answer = i == self.answer
            if i == self._marked and self.hasFocus():
                painter.fillRect(row, p.sunken)
            painter.setFont(strong if is_answer else plain)
            painter.setPen(p.text if is_answer else p.text2)
            name = metrics.elidedText(label, Qt.TextElideMode.ElideRight, label_width)
            painter.drawText(QRectF(0, row.top(), label_width, row.height()), middle, name)
            groove = QRectF(left, row.center().y() - thickness / 2, groove_width, thickness)
            self._paint_bar(painter, groove, i, is_answer)
            text = self.text(i)
            painter.setFont(number_strong if is_answer else number)
            painter.setPen(p.text if is_answer else p.text3 if self._is_trifle(i) else p.text2)
            place = QRect(self.width() - number_width - 8, int(row.top()), number_width + 8, round(row.height()))
            painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, text)

    def _paint_bar(self, painter: QPainter, groove: QRectF, index: int, is_answer: bool) -> None:
        p = theme.current().palette
        shape = QPainterPath()
        shape.addRoundedRect(groove, groove.height() / 2, groove.height() / 2)
        painter.fillPath(shape, p.bar_groove)
        if self._values is None:
            return
        value = float(np.clip(self._values[index], 0, 1))
        if value < 0.0005:
            return
        length = max(_SLIVER, groove.width() * value)
        color: QColor = p.accent if is_answer else p.bar_strong if value >= _NOTABLE and self._answered else p.bar
        radius = min(length, groove.height()) / 2
        done = QPainterPath()
        done.addRoundedRect(QRectF(groove.left(), groove.top(), length, groove.height()), radius, radius)
        painter.fillPath(shape.intersected(done), color)
