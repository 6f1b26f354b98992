"""Words: labels in the design's sizes and tones, labels that elide, the state dot."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from digitapp.gui import theme

Tone = Literal["text", "text2", "text3", "accent", "danger", "warning", "positive", "negative", "gradient"]

_RECOLORS = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)
_BRINGS_BACK_FONTS = (QEvent.Type.FontChange, QEvent.Type.StyleChange)


class Label(QLabel):
    """A plain-text label; text that came from outside is never read as markup."""

    def __init__(
        self,
        text: str = "",
        role: theme.FontRole = "body",
        tone: Tone = "text",
        *,
        weight: QFont.Weight | None = None,
        wrap: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._tone: Tone = tone
        font = theme.font(role, weight)
        self._own_font = theme.tabular(font) if tabular else font
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(self._own_font)
        self.setWordWrap(wrap)
        self._recolor()

    @property
    def tone(self) -> Tone:
        return self._tone

    def set_tone(self, tone: Tone) -> None:
        """Take another colour of the theme."""
        self._tone = tone
        self._recolor()

    def setFont(self, font: QFont | str | Sequence[str]) -> None:
        self._own_font = QFont(font)
        super().setFont(self._own_font)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        kind = event.type()
        if kind in _RECOLORS:
            self._recolor()
        if kind in _BRINGS_BACK_FONTS:
            self._keep_font()

    def _keep_font(self) -> None:
        # With a style sheet Qt brings back the font of the first polish whenever a widget changes place or style.
        font, own = self.font(), self._own_font
        if (font.pixelSize(), font.weight()) != (own.pixelSize(), own.weight()):
            super().setFont(own)

    def _recolor(self) -> None:
        color: QColor = getattr(theme.current().palette, self._tone)
        palette = self.palette()
        if palette.color(QPalette.ColorRole.WindowText) != color:
            palette.setColor(QPalette.ColorRole.WindowText, color)
            self.setPalette(palette)


class ElidedLabel(Label):
    """A label of one line that shortens its text instead of forcing its width; the tooltip then has all of it."""

    def __init__(
        self,
        text: str = "",
        role: theme.FontRole = "body",
        tone: Tone = "text",
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        **options,
    ) -> None:
        super().__init__(text, role, tone, **options)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._refresh_tip()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(min(metrics.horizontalAdvance("…") * 3, self.sizeHint().width()), metrics.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh_tip()

    def _refresh_tip(self) -> None:
        # Escaped, because a tooltip reads what looks like markup, and a file may be called anything.
        tip = f"<span>{escape(self.text())}</span>" if self.sizeHint().width() > self.width() + 2 else ""
        if tip != self.toolTip():
            self.setToolTip(tip)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.width())
        alignment = self.alignment() | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(0, 0, self.width(), self.height()), int(alignment), text)


class StatusDot(QWidget):
    """A small filled circle: accent when all is well, danger or warning otherwise, grey at rest."""

    def __init__(self, tone: Tone = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone: Tone = tone
        self.setFixedSize(8, 8)

    def set_tone(self, tone: Tone) -> None:
        """Take another colour of the theme."""
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(theme.current().palette, self._tone))
        painter.drawEllipse(QRectF(self.rect()))
