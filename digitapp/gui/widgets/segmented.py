"""A row of choices of which one holds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.widgets.flow import Flow
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.series import paint_mark

_PADDING = 3
_ICON = 16


class _Segment(QAbstractButton):
    def __init__(self, text: str, icon: str | None, mark: int | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(text)
        self._icon_name, self._mark = icon, mark
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(theme.font("button"))

    def sizeHint(self) -> QSize:
        height = theme.scaled(theme.CONTROL_HEIGHT) - 2 * _PADDING
        icon = theme.scaled(_ICON) if self._has_picture else 0
        if not self.text():
            return QSize(icon + theme.scaled(14), height)
        gap = 6 if icon else 0
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self.text()) + icon + gap + theme.scaled(26), height)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @property
    def _has_picture(self) -> bool:
        return self._icon_name is not None or self._mark is not None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        checked, enabled = self.isChecked(), self.isEnabled()
        if checked:
            painter.setPen(QPen(p.border if p.raised == p.surface else p.raised, 1))
            painter.setBrush(p.raised)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        active = checked or self.underMouse()
        color = p.text3 if not enabled else p.text if active else p.text2
        size = theme.scaled(_ICON) if self._has_picture else 0
        text_width = QFontMetrics(self.font()).horizontalAdvance(self.text())
        gap = 6 if size and text_width else 0
        x = (self.width() - size - gap - text_width) // 2
        if self._icon_name:
            paint_icon(painter, self._icon_name, QPoint(x, (self.height() - size) // 2), size, color)
        if self._mark is not None:
            middle = QPointF(x + size / 2, self.height() / 2)
            paint_mark(painter, self._mark, middle, size * 0.7, outline=p.text if enabled else None)
        painter.setPen(color)
        painter.setFont(self.font())
        place = QRect(x + size + gap, 0, self.width(), self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())


class SegmentedControl(QWidget):
    """Exclusive choices side by side, which `wraps` lets go on in further lines where the width ends.

    Tab reaches the chosen one, arrow keys choose another.
    """

    currentChanged = Signal(int)  # noqa: N815

    def __init__(
        self,
        texts: tuple[str, ...] | list[str] = (),
        *,
        name: str = "",
        wraps: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._data: list[Any] = []
        self._index = -1
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(_PADDING, _PADDING, _PADDING, _PADDING)
        self._layout.setSpacing(2)
        self._flow = Flow(across=2, down=2) if wraps else None
        policy = QSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        if self._flow is not None:
            self._layout.addWidget(self._flow)
            policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)
        self._group.idToggled.connect(self._toggled)
        for text in texts:
            self.add_segment(text)

    def add_segment(
        self,
        text: str = "",
        icon: str | None = None,
        *,
        mark: int | None = None,
        data: Any = None,
        tip: str = "",
    ) -> None:
        """Append a choice, with an icon or the mark of a series; the first one is chosen.

        A choice without text needs a tip, which is also its name.
        """
        index = len(self._data)
        segment = _Segment(text, icon, mark, self)
        segment.setToolTip(tip)
        segment.setAccessibleName(text or tip)
        self._data.append(data)
        self._group.addButton(segment, index)
        if self._flow is not None:
            self._flow.add(segment)
        else:
            self._layout.addWidget(segment)
        FocusRing(segment, theme.CONTROL_RADIUS, target=self)
        if index == 0:
            segment.setChecked(True)

    def count(self) -> int:
        return len(self._data)

    def currentIndex(self) -> int:
        return self._index

    def currentData(self) -> Any:
        return self._data[self._index] if self._index >= 0 else None

    def setCurrentIndex(self, index: int) -> None:
        self._group.button(index).setChecked(True)

    def set_text(self, index: int, text: str) -> None:
        """Change the words of a choice, such as the number of its units."""
        segment = self._group.button(index)
        segment.setText(text)
        segment.setAccessibleName(text)
        segment.updateGeometry()

    def set_segments(self, texts: list[str]) -> None:
        """Replace all choices; the first one becomes the chosen one without ``currentChanged``."""
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.deleteLater()
            self._layout.removeWidget(button)
            button.hide()
        self._data.clear()
        self._index = -1
        blocked = self.blockSignals(True)
        for text in texts:
            self.add_segment(text)
        self.blockSignals(blocked)

    def _toggled(self, index: int, checked: bool) -> None:
        if checked and index != self._index:
            self._index = index
            self.currentChanged.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.current().palette.sunken)
        painter.drawRoundedRect(QRectF(self.rect()), theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)
