"""How far a walk is: a bar in parts, each of which can be gone to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets.focus import FocusRing

_BAR, _GAP = 8.0, 5.0


class _Part(QAbstractButton):
    """One stage: its name, and a bar that fills."""

    def __init__(self, key: Any, name: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = key
        self.share = 0.0
        self.note = ""
        self.is_present = False
        self.setText(name)
        self.setToolTip(tip)
        self.setAccessibleDescription(tip)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        FocusRing(self)

    def _font(self) -> QFont:
        return theme.font("caption-strong" if self.is_present else "caption")

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(theme.font("caption-strong"))
        width = metrics.horizontalAdvance(self.text())
        return QSize(round(width) + 6, round(metrics.height() + _GAP + _BAR) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(40), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        metrics = QFontMetricsF(self._font())
        painter.setPen(p.text if self.is_present or self.underMouse() else p.text3)
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        line = QRectF(0, 0, self.width(), metrics.height())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft), text)
        if self.note and metrics.horizontalAdvance(f"{self.text()}  {self.note}") <= self.width():
            painter.setFont(theme.font("caption"))
            painter.setPen(p.text2)
            painter.drawText(line, int(Qt.AlignmentFlag.AlignRight), self.note)
        groove = QRectF(0, metrics.height() + _GAP, self.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.sunken)
        painter.drawRoundedRect(groove, _BAR / 2, _BAR / 2)
        if self.share > 0:
            filled = QRectF(groove)
            filled.setWidth(max(_BAR, groove.width() * self.share))
            painter.setBrush(p.accent)
            painter.drawRoundedRect(filled, _BAR / 2, _BAR / 2)


class Track(QWidget):
    """Equal parts, each a stage with a key, a name, and a sentence about it.

    Signals: `wanted(key)`, somebody wants to go to a stage.
    """

    wanted = Signal(object)

    def __init__(self, stages: Sequence[tuple[Any, str, str]], *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.parts = [_Part(*stage, self) for stage in stages]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for part in self.parts:
            row.addWidget(part, 1)
            part.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        part = self.sender()
        assert isinstance(part, _Part)
        self.wanted.emit(part.key)

    def set_note(self, note: str) -> None:
        """Show a text at the right end where there is room for it, such as "step 7 of 8"."""
        if self.parts[-1].note != note:
            self.parts[-1].note = note
            self.parts[-1].update()

    def show_progress(self, key: Any, share: float) -> None:
        """Show that the walk has come so far in a stage; those before it are full."""
        present = next(index for index, part in enumerate(self.parts) if part.key == key)
        for index, part in enumerate(self.parts):
            filled = 1.0 if index < present else share if index == present else 0.0
            if part.share != filled or part.is_present != (index == present):
                part.share, part.is_present = filled, index == present
                part.update()
        self.setAccessibleDescription(self.parts[present].text())
