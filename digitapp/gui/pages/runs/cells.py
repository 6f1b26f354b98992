"""How the cells of the table of runs are painted: check box, mark and name, chips, figures, a small curve."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.pages.runs.model import RunsModel
from digitapp.gui.pages.runs.rows import Column, Row
from digitapp.gui.widgets.series import paint_mark, series_color
from digitapp.gui.words.run_settings import Chip
from digitapp.kept.register import RunLine

if TYPE_CHECKING:
    Index = QModelIndex | QPersistentModelIndex

Curve = Callable[[RunLine], np.ndarray | None]

ROW_HEIGHT = 32
PADDING = 12
_BOX, _MARK, _GAP, _INDENT = 16, 9, 8, 20
_CHIP_HEIGHT, _CHIP_PADDING, _CHIP_GAP = 20, 6, 6
_ALIGN_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_ALIGN_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class RunCells(QStyledItemDelegate):
    """Paints rows of a `RunsModel`; `curve(line)` returns what is known of a run's curve."""

    def __init__(self, model: RunsModel, curve: Curve, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._curve = curve

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(theme.scaled(80), theme.scaled(ROW_HEIGHT))

    # Where things stand in the cell of a name

    def box_of(self, cell: QRect, row: Row) -> QRect:
        """Return where the check box stands."""
        size = theme.scaled(_BOX)
        left = cell.left() + theme.scaled(PADDING + (_INDENT if row.line is not None else 4))
        return QRect(left, cell.top() + (cell.height() - size) // 2, size, size)

    def seeds_of(self, cell: QRect, row: Row) -> QRect:
        """Return where it says how many seeds there are; what opens them."""
        width = QFontMetrics(theme.font("tick")).horizontalAdvance(self.seeds_text(row))
        name = self._name_of(cell, row)
        font = theme.font("body", QFont.Weight.Medium)
        used = QFontMetrics(font).horizontalAdvance(self._model.text_of(row, Column.NAME))
        left = name.left() + min(used, name.width()) + theme.scaled(_GAP)
        return QRect(left, cell.top(), width + theme.scaled(14), cell.height())

    def seeds_text(self, row: Row) -> str:
        """Return "5 seeds", "" where there is nothing to unfold."""
        return self.tr("%n seed(s)", "", len(row.lines)) if row.is_many else ""

    def _name_of(self, cell: QRect, row: Row) -> QRect:
        left = self.box_of(cell, row).right() + 1 + theme.scaled(10)
        if self._model.mark_of(row) is not None:
            left += theme.scaled(_MARK + 3 + _GAP)
        seeds = self.seeds_text(row)
        room = cell.right() - left - theme.scaled(4)
        if seeds:
            room -= QFontMetrics(theme.font("tick")).horizontalAdvance(seeds) + theme.scaled(14 + _GAP)
        return QRect(left, cell.top(), max(0, room), cell.height())

    # Painting

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, column = self._model.rows[index.row()], Column(index.column())
        cell: QRect = option.rect  # type: ignore[attr-defined]
        state: QStyle.StateFlag = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, cell, row, is_current=bool(state & QStyle.StateFlag.State_Selected))
        inside = cell.adjusted(theme.scaled(6), 0, -theme.scaled(6), -1)
        match column:
            case Column.NAME:
                self._paint_name(painter, cell, row)
            case Column.DIFFERS:
                self._paint_differences(painter, inside, row, is_current=bool(state & QStyle.StateFlag.State_Selected))
            case Column.CURVE:
                self._paint_curves(painter, inside, row)
            case _:
                self._paint_text(painter, inside, row, column)
        painter.restore()

    def _paint_ground(self, painter: QPainter, cell: QRect, row: Row, *, is_current: bool) -> None:
        p = theme.current().palette
        if self._model.mark_of(row) is not None:
            painter.fillRect(cell, p.accent_tint)
        elif is_current:
            painter.fillRect(cell, p.sunken)
        painter.fillRect(QRect(cell.left(), cell.bottom(), cell.width(), 1), p.border)

    def _paint_name(self, painter: QPainter, cell: QRect, row: Row) -> None:
        p, mark = theme.current().palette, self._model.mark_of(row)
        box = self.box_of(cell, row)
        if mark is None:
            painter.setPen(QPen(p.border_strong, 1))
            painter.setBrush(p.surface)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.accent)
            painter.drawRoundedRect(QRectF(box), 4, 4)
            paint_icon(painter, "check", box.topLeft() + QPoint(2, 2), box.width() - 4, p.on_accent)
        name = self._name_of(cell, row)
        if mark is not None:
            size = theme.scaled(_MARK)
            middle = QPointF(name.left() - theme.scaled(_GAP) - size / 2, cell.center().y() + 0.5)
            paint_mark(painter, mark, middle, size)
        font = theme.font("body", QFont.Weight.Medium) if row.line is None else theme.font("body")
        painter.setFont(font)
        painter.setPen(p.text if row.line is None else p.text2)
        text = self._model.text_of(row, Column.NAME)
        text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, name.width())
        painter.drawText(name, _ALIGN_LEFT, text)
        if all(line.is_marked for line in row.lines):
            size = theme.scaled(11)
            middle = QPoint(box.left() - size - 3, cell.center().y() - size // 2)
            paint_icon(painter, "star-full", middle, size, p.text2)
        if row.is_many:
            self._paint_seeds(painter, self.seeds_of(cell, row), row)

    def _paint_seeds(self, painter: QPainter, place: QRect, row: Row) -> None:
        p, size = theme.current().palette, theme.scaled(10)
        painter.setFont(theme.font("tick"))
        painter.setPen(p.text2)
        painter.drawText(place, _ALIGN_LEFT, self.seeds_text(row))
        icon = "chevron-down" if self._model.is_unfolded(row) else "chevron-right"
        paint_icon(painter, icon, QPoint(place.right() - size, place.center().y() - size // 2 + 1), size, p.text2)

    def _paint_text(self, painter: QPainter, place: QRect, row: Row, column: Column) -> None:
        p = theme.current().palette
        is_result = column is Column.BEST and row.best is not None
        role: theme.FontRole = "section" if is_result else "caption" if column is not Column.BEST else "body"
        font = theme.tabular(theme.font(role))
        painter.setFont(font)
        painter.setPen(p.text if is_result else p.text2)
        text = self._model.text_of(row, column)
        text = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        is_right = column in (Column.BEST, Column.TIME, Column.STARTED)
        painter.drawText(place, _ALIGN_RIGHT if is_right else _ALIGN_LEFT, text)

    def _paint_differences(self, painter: QPainter, place: QRect, row: Row, *, is_current: bool) -> None:
        p, found = theme.current().palette, self._model.differences(row)
        is_chosen = self._model.mark_of(row) is not None
        if found.remark:
            painter.setFont(theme.font("caption"))
            painter.setPen(p.text2)
            painter.drawText(place, _ALIGN_LEFT, found.remark)
            return
        ground, ink = (p.warning_tint, p.warning) if is_chosen else (p.raised if is_current else p.sunken, p.text2)
        x, right = place.left(), place.right()
        for number, chip in enumerate(found.chips):
            width = _chip_width(chip)
            rest = len(found.chips) - number
            needed = width if rest == 1 else width + theme.scaled(28)
            if x + needed > right and number:
                painter.setFont(theme.font("tick"))
                painter.setPen(p.text2)
                more = QRect(x, place.top(), right - x, place.height())
                painter.drawText(more, _ALIGN_LEFT, self.tr("+{0}").format(rest))
                return
            height = theme.scaled(_CHIP_HEIGHT)
            box = QRect(x, place.center().y() - height // 2 + 1, min(width, right - x), height)
            _paint_chip(painter, box, chip, ground, ink, p.warning if is_chosen else p.text)
            x += width + theme.scaled(_CHIP_GAP)

    def _paint_curves(self, painter: QPainter, place: QRect, row: Row) -> None:
        """Paint the curves of all runs of a row upon one another, each in the room that they have together."""
        p, mark = theme.current().palette, self._model.mark_of(row)
        curves = [curve for curve in map(self._curve, row.lines) if curve is not None and len(curve) > 1]
        if not curves:
            return
        low, high = min(map(np.min, curves)), max(map(np.max, curves))
        longest = max(map(len, curves))
        room = QRectF(place).adjusted(0, theme.scaled(8), 0, -theme.scaled(8))
        color = p.text2 if mark is None else series_color(mark)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1.4))
        painter.setOpacity(1.0 if len(curves) == 1 else 0.7)
        for curve in curves:
            x = room.left() + room.width() * np.arange(len(curve)) / max(longest - 1, 1)
            y = room.bottom() - room.height() * (curve - low) / max(high - low, 1e-9)
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in zip(x.tolist(), y.tolist(), strict=True)]))

    # Naming

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:  # noqa: ARG002
        editor = QLineEdit(parent)
        editor.setFont(theme.font("body", QFont.Weight.Medium))
        editor.setMaxLength(80)
        editor.setAccessibleName(self.tr("Name of the run"))
        editor.setPlaceholderText(self.tr("Name"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        cell: QRect = option.rect  # type: ignore[attr-defined]
        name = self._name_of(cell, self._model.rows[index.row()])
        editor.setGeometry(QRect(name.left() - theme.scaled(10), cell.top(), cell.right() - name.left(), cell.height()))


def _chip_width(chip: Chip) -> int:
    plain, strong = QFontMetrics(theme.font("tick")), QFontMetrics(theme.font("tick", QFont.Weight.DemiBold))
    before, value, after = _parts(chip)
    width = plain.horizontalAdvance(before) + strong.horizontalAdvance(value) + plain.horizontalAdvance(after)
    return width + 2 * theme.scaled(_CHIP_PADDING)


def _parts(chip: Chip) -> tuple[str, str, str]:
    """Return a chip's text with its value apart."""
    before, value, after = chip.text.rpartition(chip.value)
    return before, value, after


def _paint_chip(painter: QPainter, box: QRect, chip: Chip, ground: QColor, ink: QColor, strong_ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(box), 4, 4)
    left, end = box.left() + theme.scaled(_CHIP_PADDING), box.right() - theme.scaled(_CHIP_PADDING) + 2
    for part, is_value in zip(_parts(chip), (False, True, False), strict=True):
        font = theme.font("tick", QFont.Weight.DemiBold) if is_value else theme.font("tick")
        metrics = QFontMetrics(font)
        room = max(0, end - left)
        painter.setFont(font)
        painter.setPen(strong_ink if is_value else ink)
        shown = metrics.elidedText(part, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, box.top(), room, box.height()), _ALIGN_LEFT, shown)
        left += metrics.horizontalAdvance(part)
