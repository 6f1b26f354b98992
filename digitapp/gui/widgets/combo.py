"""A drop-down list whose entries may have a name and a paler detail, "Shipped model  784-128-10"."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.widgets.focus import FocusRing

DETAIL_ROLE = int(Qt.ItemDataRole.UserRole) + 1
DOT_ROLE = int(Qt.ItemDataRole.UserRole) + 2

_PADDING = 10
_CHEVRON = 14
_DOT = 6
_GAP = 8


def _entry_width(text: str, detail: str, dot: bool, font: QFont) -> int:
    metrics = QFontMetrics(font)
    width = metrics.horizontalAdvance(text)
    if dot:
        width += _GAP + _DOT
    if detail:
        width += _GAP + metrics.horizontalAdvance(detail)
    return width


def _paint_entry(painter: QPainter, place: QRect, text: str, detail: str, dot: bool, *, enabled: bool = True) -> None:
    """Paint name, dot and detail from the left; the detail gives way first when room is short."""
    p = theme.current().palette
    metrics = painter.fontMetrics()
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    name = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
    painter.setPen(p.text if enabled else p.text3)
    painter.drawText(place, flags, name)
    rest = place.adjusted(metrics.horizontalAdvance(name) + _GAP, 0, 0, 0)
    if dot and rest.width() > _DOT:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.accent)
        painter.drawEllipse(QRectF(rest.left(), rest.center().y() - _DOT / 2 + 0.5, _DOT, _DOT))
        rest.adjust(_DOT + _GAP, 0, 0, 0)
    if detail and rest.width() > metrics.horizontalAdvance("…") * 2:
        painter.setPen(p.text2 if enabled else p.text3)
        painter.drawText(rest, flags, metrics.elidedText(detail, Qt.TextElideMode.ElideRight, rest.width()))


class _EntryDelegate(QStyledItemDelegate):
    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002
        index: QModelIndex | QPersistentModelIndex,
    ) -> QSize:
        width = _entry_width(
            index.data() or "", index.data(DETAIL_ROLE) or "", bool(index.data(DOT_ROLE)), theme.font("body")
        )
        return QSize(width + 2 * _PADDING, theme.scaled(30))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        p = theme.current().palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.sunken)
            painter.drawRoundedRect(QRectF(rect), 6, 6)
        painter.setFont(theme.font("body"))
        place = rect.adjusted(_PADDING, 0, -_PADDING, 0)
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        detail, dot = index.data(DETAIL_ROLE) or "", bool(index.data(DOT_ROLE))
        _paint_entry(painter, place, index.data() or "", detail, dot, enabled=enabled)
        painter.restore()


class ComboBox(QComboBox):
    """A QComboBox in the kit's look. Entries are added with ``add_entry`` or Qt's own ``addItem``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(theme.font("body"))
        self.setItemDelegate(_EntryDelegate(self))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        FocusRing(self)

    def add_entry(self, text: str, detail: str = "", data: Any = None, *, dot: bool = False) -> None:
        """Append an entry; ``dot`` marks the one that is being worked on."""
        self.addItem(text, data)
        self.set_entry(self.count() - 1, text, detail, dot=dot)

    def set_entry(self, index: int, text: str, detail: str = "", *, dot: bool = False) -> None:
        """Change what an entry says; its data stay."""
        self.setItemText(index, text)
        self.setItemData(index, detail, DETAIL_ROLE)
        self.setItemData(index, dot, DOT_ROLE)
        said = self.tr("{0}, {1}").format(text, detail) if detail else text
        self.setItemData(index, said, int(Qt.ItemDataRole.AccessibleTextRole))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        font = self.font()
        widths = [
            _entry_width(self.itemText(i), self.itemData(i, DETAIL_ROLE) or "", bool(self.itemData(i, DOT_ROLE)), font)
            for i in range(self.count())
        ]
        content = max(widths, default=60)
        return QSize(content + 2 * _PADDING + _GAP + _CHEVRON, theme.scaled(theme.CONTROL_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(72), theme.scaled(theme.CONTROL_HEIGHT))

    def showPopup(self) -> None:
        # Entries may be wider than the closed control.
        view = self.view()
        view.setMinimumWidth(max(self.width(), view.sizeHintForColumn(0) + 12))
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A wheel that scrolls the page must not change a choice it happens to pass over.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        enabled = self.isEnabled()
        painter.setPen(QPen(p.border_strong if enabled else p.border, 1))
        painter.setBrush(p.window if not enabled else p.sunken if self.underMouse() else p.surface)
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(outline, theme.CONTROL_RADIUS, theme.CONTROL_RADIUS)
        chevron = QPoint(self.width() - _PADDING - _CHEVRON, (self.height() - _CHEVRON) // 2)
        paint_icon(painter, "chevron-down", chevron, _CHEVRON, p.text2 if enabled else p.border_strong)
        painter.setFont(self.font())
        place = QRect(_PADDING, 0, chevron.x() - _PADDING - 4, self.height())
        index = self.currentIndex()
        if index < 0:
            painter.setPen(p.text3)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self.placeholderText())
            return
        detail, dot = self.itemData(index, DETAIL_ROLE) or "", bool(self.itemData(index, DOT_ROLE))
        if detail:
            painter.setFont(theme.font("body", QFont.Weight.Medium))
        _paint_entry(painter, place, self.itemText(index), detail, dot, enabled=enabled)
