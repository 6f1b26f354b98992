"""The probability of each class as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitapp.gui import theme
from digitapp.gui.translation import itemised
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.numbers import decimal, per_cent, probability
from digitapp.gui.widgets.series import paint_mark

_BAR = 10
_ROW = 24
_LEAST_ROW = 18
_TRIFLE = 0.0005  # "<0.1 %"
_SLIVER = 4  # what is not nothing stays visible
_NOTABLE = 0.1
_MARK = 24  # room for the mark of a series


class _Layout(NamedTuple):
    """Where the parts stand, and what they are written with: each font for names and for numbers."""

    plain: tuple[QFont, QFont]
    strong: tuple[QFont, QFont]
    names: list[str]
    name_places: list[QRectF]
    number_places: list[QRect]
    grooves: list[QRectF]
    all_grooves: QPainterPath


class ProbabilityBars(QWidget):
    """One row a class: its name, a bar, its probability; the answer in accent and bold.

    Without values the grooves stay empty and there are no numbers: unknown is not zero.

    Parameters
    ----------
    labels : the names of the classes
    numbers : "percent" for "77.1 %", "decimal" for "0.77"
    marks : whether the mark of its series stands before each name, as beside the points of a plane
    """

    def __init__(
        self,
        labels: Sequence[str] = (),
        *,
        numbers: Literal["percent", "decimal"] = "percent",
        marks: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._labels = tuple(labels)
        self._numbers = numbers
        self._marks = marks
        self._values: NDArray[np.float64] | None = None
        self._answered = True
        self._marked = -1
        self._layout: tuple[object, _Layout] | None = None  # what it holds for, and the layout
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
        p, layout = theme.current().palette, self._laid_out()
        if 0 <= self._marked < len(self._labels) and self.hasFocus():
            painter.fillRect(self.row_rect(self._marked), p.sunken)
        painter.fillPath(layout.all_grooves, p.bar_groove)
        if self._values is not None:
            self._paint_bars(painter, layout.grooves, self._values)
        answer = self.answer
        others = [index for index in range(len(self._labels)) if index != answer]
        chosen = [] if answer is None else [answer]
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        for fonts, color, indices in ((layout.plain, p.text2, others), (layout.strong, p.text, chosen)):
            painter.setFont(fonts[0])
            painter.setPen(color)
            for index in indices:
                place = layout.name_places[index]
                if self._marks:
                    paint_mark(painter, index, QPointF(theme.scaled(8), place.center().y()), theme.scaled(10))
                painter.drawText(place, middle, layout.names[index])
            if self._values is None:
                continue
            painter.setFont(fonts[1])
            for index in indices:
                if self._is_trifle(index):
                    painter.setPen(p.text3)
                painter.drawText(layout.number_places[index], right, self.text(index))
                if self._is_trifle(index):
                    painter.setPen(color)

    def _paint_bars(self, painter: QPainter, grooves: Sequence[QRectF], values: NDArray[np.float64]) -> None:
        p, answer = theme.current().palette, self.answer
        for index, (groove, value) in enumerate(zip(grooves, np.clip(values, 0, 1).tolist(), strict=True)):
            if not value >= _TRIFLE:
                continue
            length = max(_SLIVER, groove.width() * value)
            bar = _rounded(QRectF(groove.left(), groove.top(), length, groove.height()))
            if length < groove.height():  # its ends are less round than those of the groove
                bar = _rounded(groove).intersected(bar)
            strong = value >= _NOTABLE and self._answered
            painter.fillPath(bar, p.accent if index == answer else p.bar_strong if strong else p.bar)

    def _laid_out(self) -> _Layout:
        """Return where everything stands; while the pen moves, that is asked for at every frame and stays the same."""
        key = self.size(), self._labels, theme.current().scale, QGuiApplication.font().key()
        if self._layout is None or self._layout[0] != key:
            self._layout = key, self._lay_out()
        return self._layout[1]

    def _lay_out(self) -> _Layout:
        plain, strong = (
            (theme.tabular(theme.font("body", body)), theme.tabular(theme.font("caption", caption)))
            for body, caption in ((QFont.Weight.Medium, None), (QFont.Weight.Bold, QFont.Weight.Bold))
        )
        metrics = QFontMetrics(strong[0])
        label_width = max((metrics.horizontalAdvance(label) for label in self._labels), default=0)
        label_width = min(label_width, self.width() // 3)
        widest = per_cent(">99.9") if self._numbers == "percent" else "0.00"
        number_width = QFontMetrics(strong[1]).horizontalAdvance(widest)
        indent = theme.scaled(_MARK) if self._marks else 0
        left, height = indent + label_width + 16, self._row_height()
        thickness = min(_BAR, height - 6)
        rows = [self.row_rect(index) for index in range(len(self._labels))]
        width = self.width() - left - number_width - 16
        grooves = [QRectF(left, row.center().y() - thickness / 2, width, thickness) for row in rows]
        all_grooves = QPainterPath()
        for groove in grooves:
            all_grooves.addPath(_rounded(groove))
        right = self.width() - number_width - 8
        return _Layout(
            plain,
            strong,
            [metrics.elidedText(label, Qt.TextElideMode.ElideRight, label_width) for label in self._labels],
            [QRectF(indent, row.top(), label_width, row.height()) for row in rows],
            [QRect(right, int(row.top()), number_width + 8, round(row.height())) for row in rows],
            grooves,
            all_grooves,
        )


def _rounded(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    radius = min(rect.width(), rect.height()) / 2
    path.addRoundedRect(rect, radius, radius)
    return path
