"""Buttons: one primary a page, plain ones with a border, ghosts for tools."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QPushButton, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.translation import translate
from digitapp.gui.widgets.focus import FocusRing

ButtonKind = Literal["primary", "plain", "ghost", "link"]

ICON_SIZE = 16
_GAP = 8
_PADDING: dict[ButtonKind, int] = {"primary": 16, "plain": 16, "ghost": 12, "link": 2}
_NO_COLOR = QColor(Qt.GlobalColor.transparent)


def tip_with_key(text: str, key: QKeySequence | QKeySequence.StandardKey | str | None) -> str:
    """Return a tooltip's text with the key that does the same, in the platform's notation."""
    if key is None:
        return text
    name = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
    if len(name) == 1 and not name.isalnum():  # a full stop alone would look like a slip
        return translate("Button", "{0} (key “{1}”)").format(text, name)
    return translate("Button", "{0} ({1})").format(text, name)


class Button(QPushButton):
    """A button with an optional icon. Without text it is square, and its tooltip is its accessible name."""

    def __init__(
        self,
        text: str = "",
        icon: str | None = None,
        kind: ButtonKind = "plain",
        *,
        tip: str = "",
        key: QKeySequence | QKeySequence.StandardKey | str | None = None,
        transport: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon
        self._transport = transport
        self._hint_texts = (text,)
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        weight = QFont.Weight.Medium if kind == "ghost" else QFont.Weight.DemiBold
        self.setFont(theme.font("button", weight))
        FocusRing(self)
        if tip:
            self.set_tip(tip, key)

    @property
    def kind(self) -> ButtonKind:
        return self.property("kind")

    def set_icon_name(self, icon: str | None) -> None:
        """Show another icon, or none."""
        self._icon_name = icon
        self.updateGeometry()
        self.update()

    def set_tip(self, tip: str, key: QKeySequence | QKeySequence.StandardKey | str | None = None) -> None:
        """Set the tooltip, with the key that does the same (the key itself is installed elsewhere)."""
        self.setToolTip(tip_with_key(tip, key))
        if not self.text():
            self.setAccessibleName(tip)
        else:
            self.setAccessibleDescription(tip)

    def reserve(self, *texts: str) -> None:
        """Keep room for other texts that this button will show, so that nothing moves when it changes."""
        self._hint_texts = texts
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        height = theme.scaled(theme.TRANSPORT_HEIGHT if self._transport else theme.CONTROL_HEIGHT)
        texts = [text for text in (self.text(), *self._hint_texts) if text]
        if not texts:
            return QSize(height, height)
        metrics = QFontMetrics(self.font())
        if self.kind == "link":
            height = theme.scaled(24)
        padding = theme.scaled(_PADDING[self.kind] + (4 if self._transport else 0))
        content = max(metrics.size(Qt.TextFlag.TextShowMnemonic, text).width() for text in texts)
        if self._icon_name is not None:
            content += theme.scaled(ICON_SIZE) + _GAP
        return QSize(content + 2 * padding, height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, border, text = self._colors()
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if border.alpha() == 0:
            outline = QRectF(self.rect())
        painter.setPen(QPen(border, 1) if border.alpha() else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(outline, theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)
        self._paint_content(painter, text)

    def _paint_content(self, painter: QPainter, color: QColor) -> None:
        metrics = QFontMetrics(self.font())
        size = theme.scaled(ICON_SIZE)
        text_width = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width() if self.text() else 0
        icon_width = 0 if self._icon_name is None else size + (_GAP if text_width else 0)
        x = max(2, (self.width() - icon_width - text_width) // 2)
        if self._icon_name is not None:
            paint_icon(painter, self._icon_name, QPoint(x, (self.height() - size) // 2), size, color)
        if text_width:
            painter.setPen(color)
            painter.setFont(self.font())
            place = QRect(x + icon_width, 0, self.width() - x - icon_width - 2, self.height())
            text = self.text()
            if text_width > place.width():
                text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(place, int(flags) | int(Qt.TextFlag.TextShowMnemonic), text)

    def _colors(self) -> tuple[QColor, QColor, QColor]:
        """Return fill, border and text for the present state."""
        p = theme.current().palette
        hover, down, enabled = self.underMouse(), self.isDown(), self.isEnabled()
        if self.kind == "primary":
            if not enabled:
                return p.sunken, _NO_COLOR, p.text3
            fill = p.accent_hover if hover or down else p.accent
            return (theme.blend(fill, p.ink, 0.12) if down else fill), _NO_COLOR, p.on_accent
        if self.kind == "link":
            color = p.accent_hover if hover or down else p.accent
            return _NO_COLOR, _NO_COLOR, color if enabled else p.text3
        if self.isChecked():
            return p.accent_tint, _NO_COLOR, p.accent if enabled else p.text3
        pressed = theme.blend(p.sunken, p.text, 0.08)
        if self.kind == "plain":
            if not enabled:
                return _NO_COLOR, p.border, p.text3
            return (pressed if down else p.sunken if hover else p.surface), p.border_strong, p.text
        if not enabled:
            return _NO_COLOR, _NO_COLOR, p.border_strong
        return (pressed if down else p.sunken if hover else _NO_COLOR), _NO_COLOR, p.text2


class PrimaryButton(Button):
    """The page's one main action."""

    def __init__(self, text: str = "", icon: str | None = None, **options) -> None:
        super().__init__(text, icon, "primary", **options)


class PlainButton(Button):
    """An action beside the main one."""

    def __init__(self, text: str = "", icon: str | None = None, **options) -> None:
        super().__init__(text, icon, "plain", **options)


class GhostButton(Button):
    """A tool without a border; checkable ghosts show their state by the accent tint."""

    def __init__(self, text: str = "", icon: str | None = None, **options) -> None:
        super().__init__(text, icon, "ghost", **options)


class LinkButton(Button):
    """A way to another place, as high as a line of text: "Open in Features ›"."""

    def __init__(self, text: str = "", icon: str | None = None, **options) -> None:
        super().__init__(text, icon, "link", **options)
        self.setFont(theme.font("caption-strong"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class CheckBox(QCheckBox):
    """A check box in the kit's colours."""

    _BOX = 16

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setFont(theme.font("body"))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        FocusRing(self, 4)

    def sizeHint(self) -> QSize:
        text = QFontMetrics(self.font()).size(Qt.TextFlag.TextShowMnemonic, self.text())
        box = theme.scaled(self._BOX)
        return QSize(box + _GAP + text.width() + 2, max(text.height(), box) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = theme.scaled(self._BOX)
        top = (self.height() - size) // 2
        enabled, checked = self.isEnabled(), self.isChecked()
        hover = self.underMouse() and enabled
        if checked:
            fill = p.border_strong if not enabled else p.accent_hover if hover else p.accent
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(0, top, size, size), 4, 4)
            paint_icon(painter, "check", QPoint(2, top + 2), size - 4, p.on_accent)
        else:
            painter.setPen(QPen(p.border_strong if enabled else p.border, 1))
            painter.setBrush(p.sunken if hover else p.surface)
            painter.drawRoundedRect(QRectF(0.5, top + 0.5, size - 1, size - 1), 4, 4)
        painter.setPen(p.text if enabled else p.text3)
        place = QRect(size + _GAP, 0, self.width() - size - _GAP, self.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, int(flags) | int(Qt.TextFlag.TextShowMnemonic), self.text())
