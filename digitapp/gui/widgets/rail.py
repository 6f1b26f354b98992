"""The rail on the window's left: the pages on top, settings and help at the bottom."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from digitapp.gui import theme
from digitapp.gui.icons import app_icon, paint_icon
from digitapp.gui.widgets.buttons import GhostButton, tip_with_key
from digitapp.gui.widgets.focus import KEYBOARD_REASONS

_ICON_ROLE = int(Qt.ItemDataRole.UserRole) + 1
_DOT_ROLE = int(Qt.ItemDataRole.UserRole) + 2
_PARTED_ROLE = int(Qt.ItemDataRole.UserRole) + 3
_PILL = QSize(56, 48)
_PITCH = 52  # ten pages in three gaps fit a window 700 high
_GAP = 9  # between groups, with a hairline in its middle
_HAIRLINE = 32
_FIRST = 58  # where the first page begins
_LOGO = 32
_ICON = 22


class _PageDelegate(QStyledItemDelegate):
    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002
        index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        return QSize(theme.scaled(_PILL.width()), _height(index.data(_PARTED_ROLE)))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        p = theme.current().palette
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        view: QAbstractItemView = option.widget  # type: ignore[attr-defined]
        current = view.currentIndex() == index
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        center = rect.center().x()
        painter.setPen(Qt.PenStyle.NoPen)
        if index.data(_PARTED_ROLE):
            half = theme.scaled(_HAIRLINE) // 2
            painter.fillRect(QRect(center - half, rect.top() + _GAP // 2, 2 * half, 1), p.border_strong)
        margin = (theme.RAIL_WIDTH - _PILL.width()) // 2
        height = theme.scaled(_PILL.height())
        top = rect.bottom() + 1 - theme.scaled(_PITCH) + (theme.scaled(_PITCH) - height) // 2
        item = QRectF(rect.left() + margin, top, rect.width() - 2 * margin, height)
        if current:
            painter.setBrush(p.accent_tint)
            painter.drawRoundedRect(item, 10, 10)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.blend(p.rail, p.text, 0.06))
            painter.drawRoundedRect(item, 10, 10)
        color = p.accent if current else p.text2
        size = theme.scaled(_ICON)
        paint_icon(painter, index.data(_ICON_ROLE), QPoint(center - size // 2, top + theme.scaled(5)), size, color)
        if index.data(_DOT_ROLE):
            painter.setBrush(p.accent)
            painter.setPen(QPen(p.rail, 2))
            painter.drawEllipse(QRectF(center + size / 2 - 4, top + 2, 10, 10))
        painter.setPen(color)
        painter.setFont(_label_font(current))
        line = QRect(rect.left(), top + theme.scaled(28), rect.width(), theme.scaled(18))
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, rect.width() - 6)
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)
        if current and isinstance(view, _PageList) and view.hasFocus() and view.shows_focus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(p.accent, 2))
            painter.drawRoundedRect(item.adjusted(-1, -1, 1, 1), 11, 11)
        painter.restore()


def _height(is_parted: bool) -> int:
    return theme.scaled(_PITCH) + (_GAP if is_parted else 0)


def _label_font(current: bool) -> QFont:
    return theme.font("caption", QFont.Weight.DemiBold if current else QFont.Weight.Medium)


class _PageList(QListWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pageList")
        self.setProperty("rail", True)
        self.shows_focus = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_PageDelegate(self))
        self.setFlow(QListView.Flow.TopToBottom)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.shows_focus = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.shows_focus = True
        super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(theme.RAIL_WIDTH, sum(_height(self.item(i).data(_PARTED_ROLE)) for i in range(self.count())))

    def minimumSizeHint(self) -> QSize:
        """Return room for a few pages: in a large font the list scrolls rather than make the window higher."""
        return QSize(theme.scaled(_PILL.width()), min(3 * theme.scaled(_PITCH), self.sizeHint().height()))


class Rail(QFrame):
    """The list of pages; ``pages`` is the QListWidget itself, a public part of the window (``pageList``)."""

    currentChanged = Signal(int)  # noqa: N815

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "rail")
        self.pages = _PageList(self)
        self.pages.setAccessibleName(self.tr("Pages"))
        self.pages.currentRowChanged.connect(self._row_changed)
        self._tools = QVBoxLayout()
        self._tools.setSpacing(12)
        self._tools.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, _FIRST, 0, 12)
        column.setSpacing(0)
        column.addWidget(self.pages)
        column.addStretch(1)
        column.addLayout(self._tools)

    def add_page(
        self,
        icon: str,
        text: str,
        tip: str = "",
        key: QKeySequence | QKeySequence.StandardKey | str | None = None,
        *,
        is_parted: bool = False,
    ) -> int:
        """Append a page, parted or not from the one above, and return its index; the first becomes the current one."""
        item = QListWidgetItem(text, self.pages)
        item.setData(_ICON_ROLE, icon)
        item.setData(_PARTED_ROLE, is_parted)
        item.setToolTip(tip_with_key(tip or text, key))
        self.pages.updateGeometry()
        self.setFixedWidth(self.sizeHint().width())
        if self.pages.count() == 1:
            self.pages.setCurrentRow(0)
        return self.pages.count() - 1

    def add_tool(
        self, icon: str, tip: str, key: QKeySequence | QKeySequence.StandardKey | str | None = None
    ) -> GhostButton:
        """Append a button at the bottom."""
        button = GhostButton(icon=icon, tip=tip, key=key)
        self._tools.addWidget(button)
        return button

    def currentIndex(self) -> int:
        return self.pages.currentRow()

    def setCurrentIndex(self, index: int) -> None:
        self.pages.setCurrentRow(index)

    def set_dot(self, index: int, shown: bool) -> None:
        """Mark a page on which something is going on."""
        self.pages.item(index).setData(_DOT_ROLE, shown)

    def has_dot(self, index: int) -> bool:
        """Return whether something is going on on a page."""
        return bool(self.pages.item(index).data(_DOT_ROLE))

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(_label_font(True))
        texts = (self.pages.item(i).text() for i in range(self.pages.count()))
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
        return QSize(max(theme.RAIL_WIDTH, widest + 16), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        app_icon().paint(painter, QRect((self.width() - _LOGO) // 2, 14, _LOGO, _LOGO))
        painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), theme.current().palette.border)

    def _row_changed(self, row: int) -> None:
        if row >= 0:
            self.currentChanged.emit(row)
