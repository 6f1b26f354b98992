"""Every activation as a small picture of its curve and its slope, to choose one."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.words.choices import activation_words
from digitapp.lab.units.activation_curve import unit_curve
from digitapp.nn import ACTIVATIONS

_CELL, _HEIGHT, _GAP = 72, 52, 8
_REACH, _TOP = 3.0, 1.6
_POINTS = 61


class Gallery(QWidget):
    """Cells in as many columns as there is width for.

    Signals
    -------
    chosen(key) : an activation was chosen, by the pointer or the arrow keys
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = tuple(ACTIVATIONS)
        self._names = [activation_words(key).title for key in self._keys]
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Activations; the arrow keys choose another"))
        FocusRing(self, 4)

    def set_current(self, key: str) -> None:
        """Mark an activation as the chosen one."""
        self._current = self._keys.index(key)
        self.setAccessibleDescription(self._names[self._current])
        self.update()

    # Layout

    @property
    def columns(self) -> int:
        """How many cells stand beside each other: as many rows as are needed, all as full as can be."""
        most = max(1, (self.width() + _GAP) // (theme.scaled(_CELL) + _GAP))
        rows = -(-len(self._keys) // most)
        return -(-len(self._keys) // rows)

    def _row_height(self) -> int:
        return theme.scaled(_HEIGHT) + QFontMetrics(theme.font("tick")).height() + 2

    def _needed(self) -> int:
        rows = -(-len(self._keys) // self.columns)
        return rows * (self._row_height() + _GAP) - _GAP

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(480), self._needed())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(2 * _CELL), self._needed())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().height() != self._needed():
            self.updateGeometry()

    def cell(self, index: int) -> QRectF:
        """Return where an activation stands."""
        columns, height = self.columns, self._row_height()
        width = (self.width() - _GAP * (columns - 1)) / columns
        row, column = divmod(index, columns)
        return QRectF(column * (width + _GAP), row * (height + _GAP), width, height)

    # Pointer and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        here = [index for index in range(len(self._keys)) if self.cell(index).contains(event.position())]
        if here and event.button() == Qt.MouseButton.LeftButton:
            self._choose(here[0])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            here = [name for index, name in enumerate(self._names) if self.cell(index).contains(event.pos())]
            QToolTip.showText(event.globalPos(), here[0] if here else "", self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = ARROWS.get(key)
        if step is not None:
            self._choose(self._current + step.across + step.down * self.columns)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._choose(0 if key == Qt.Key.Key_Home else len(self._keys) - 1)
        else:
            super().keyPressEvent(event)

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._keys) and index != self._current:
            self.set_current(self._keys[index])
            self.chosen.emit(self._keys[index])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(len(self._keys)):
            self._paint_cell(painter, index)

    def _paint_cell(self, painter: QPainter, index: int) -> None:
        p, place = theme.current().palette, self.cell(index)
        is_chosen = index == self._current
        frame = place.adjusted(1, 1, -1, theme.scaled(_HEIGHT) - place.height())
        painter.setPen(QPen(p.accent, 2) if is_chosen else QPen(p.border, 1))
        painter.setBrush(p.surface)
        painter.drawRoundedRect(frame, 6, 6)
        curve = unit_curve(self._keys[index], np.linspace(-_REACH, _REACH, _POINTS))
        painter.save()
        painter.setClipRect(frame.adjusted(2, 2, -2, -2))
        middle = frame.center().y() + 0.15 * frame.height()
        painter.setPen(QPen(p.border, 1))
        painter.drawLine(QPointF(frame.left(), middle), QPointF(frame.right(), middle))
        scale = (frame.width() - 12) / (2 * _REACH), 0.5 * frame.height() / _TOP
        for ys, pen in (
            (curve.slopes, QPen(p.gradient, 1.2, Qt.PenStyle.DashLine)),
            (curve.values, QPen(p.accent, 1.8)),
        ):
            painter.setPen(pen)
            xs = frame.center().x() + curve.inputs * scale[0]
            points = np.stack([xs, middle - np.clip(ys, -3, 3) * scale[1]], axis=1)
            for part in np.split(points, np.flatnonzero(np.abs(np.diff(ys)) > 0.5) + 1):
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in part.tolist()]))
        painter.restore()
        painter.setFont(theme.font("caption-strong" if is_chosen else "tick"))
        painter.setPen(p.text if is_chosen else p.text2)
        line = QRectF(place.left(), frame.bottom() + 2, place.width(), place.bottom() - frame.bottom())
        name = painter.fontMetrics().elidedText(self._names[index], Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), name)
