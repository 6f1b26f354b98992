"""The column of numbers that add up to the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import weights_image
from digitapp.gui.pages.why.picture import dots
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import FocusRing
from digitapp.gui.widgets.numbers import signed
from digitapp.inspection.overlay import outline

ROW, _PLAIN_ROW = 40, 30
_PICTURE = 34
_GAP = 10
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True, eq=False)
class LedgerRow:
    """One line of the column.

    Attributes
    ----------
    name : what gives the amount
    amount : float, as it is shown
    detail : what the amount was made of, or nothing
    values : float array, shape (rows, columns), what a unit looks for; None for lines that are no unit
    limit : the end of its colour scale
    is_sum : whether it is a sum of several, which would dwarf the bars of single units
    is_total : whether it is the sum of those above
    """

    name: str
    amount: float
    detail: str = ""
    values: NDArray[np.floating] | None = None
    limit: float = 1.0
    is_sum: bool = False
    is_total: bool = False


class LedgerView(QWidget):
    """Rows with a name, a bar and a number. Units can be pointed at and chosen, by arrow keys too.

    Signals: `row_shown(row)` for the row that is pointed at or, without a pointer, chosen; −1 for none.
    """

    row_shown = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[LedgerRow, ...] = ()
        self._edges: list[QLineF] = []
        self._dots: list[QPointF] = []
        self._shape = (1, 1)
        self._chosen = self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Contributions"))
        FocusRing(self)

    # What is shown

    def set_rows(self, rows: Sequence[LedgerRow], ink: NDArray[np.floating]) -> None:
        """Show another column; what was chosen stays chosen if it is still there under its name."""
        chosen = self._rows[self._chosen].name if self._chosen >= 0 else ""
        resized = [row.values is None for row in rows] != [row.values is None for row in self._rows]
        self._rows = tuple(rows)
        self._shape = (ink.shape[0], ink.shape[1])
        self._edges = [QLineF(*edge) for edge in outline(ink)]
        self._dots = dots(ink)
        names = [row.name for row in rows]
        self._chosen = names.index(chosen) if chosen in names else -1
        if self._hovered >= len(rows):
            self._hovered = -1
        said = (self.tr("{0} {1}").format(row.name, signed(row.amount)) for row in rows)
        self.setAccessibleDescription(itemised(said))
        if resized:
            self.updateGeometry()
        self.update()

    @property
    def rows(self) -> tuple[LedgerRow, ...]:
        """What is shown, from top to bottom."""
        return self._rows

    @property
    def shown(self) -> int:
        """The row that is pointed at or chosen, −1 for none."""
        return self._hovered if self._hovered >= 0 else self._chosen

    def choose(self, row: int) -> None:
        """Choose a row; −1 for none."""
        if row != self._chosen:
            self._chosen = row
            self.update()
            self.row_shown.emit(self.shown)

    # Geometry

    def _heights(self) -> list[int]:
        return [theme.scaled(_PLAIN_ROW if row.values is None and not row.detail else ROW) for row in self._rows]

    def row_rect(self, index: int) -> QRectF:
        """Return where a row stands."""
        heights = self._heights()
        return QRectF(0, sum(heights[:index]), self.width(), heights[index])

    def row_at(self, point: QPointF) -> int:
        """Return the row at a point that can be chosen, −1 for none."""
        hits = (index for index in range(len(self._rows)) if self.row_rect(index).contains(point))
        index = next(hits, -1)
        return index if index >= 0 and self._is_choosable(index) else -1

    def _is_choosable(self, index: int) -> bool:
        return self._rows[index].values is not None

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(320), sum(self._heights()) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(240), self.sizeHint().height())

    # Pointer and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.row_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.update()
            self.row_shown.emit(self.shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        self.choose(-1 if row == self._chosen else row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if event.key() == Qt.Key.Key_Escape and self._chosen >= 0:
            self.choose(-1)
        elif event.key() in steps:
            self._step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        places = [index for index in range(len(self._rows)) if self._is_choosable(index)]
        if not places:
            return
        if self._chosen in places:
            place = min(max(places.index(self._chosen) + step, 0), len(places) - 1)
        else:
            place = 0 if step > 0 else len(places) - 1
        self.choose(places[place])

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._rows:
            return
        numbers = QFontMetricsF(theme.tabular(theme.font("section")))
        amounts = max(numbers.horizontalAdvance(signed(row.amount)) for row in self._rows) + 4
        texts, details = (QFontMetricsF(theme.tabular(theme.font(role))) for role in ("section", "caption"))
        named = [row for row in self._rows if row.detail]
        widths = [max(texts.horizontalAdvance(row.name), details.horizontalAdvance(row.detail)) for row in named]
        names = max(widths, default=0.0) + _GAP
        single = [abs(row.amount) for row in self._rows if not (row.is_total or row.is_sum)]
        largest = max(single, default=0.0) or 1.0
        for index, row in enumerate(self._rows):
            self._paint_row(painter, index, row, names, amounts, largest)

    def _paint_row(
        self, painter: QPainter, index: int, row: LedgerRow, names: float, amounts: float, largest: float
    ) -> None:
        p = theme.current().palette
        place = self.row_rect(index)
        if index == self.shown:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.accent_tint if index == self._chosen else p.sunken)
            painter.drawRoundedRect(place.adjusted(0, 1, 0, -1), 6, 6)
        if row.is_total:
            painter.setPen(QPen(p.border_strong, 1))
            painter.drawLine(QPointF(0, place.top() + 0.5), QPointF(self.width(), place.top() + 0.5))
        left = 4.0
        picture = theme.scaled(_PICTURE)
        if row.values is not None:
            self._paint_picture(painter, row, QRectF(left, place.center().y() - picture / 2, picture, picture))
        indent = left + picture + _GAP
        self._paint_names(painter, row, place, indent if row.values is not None or row.detail else left, names)
        font = theme.tabular(theme.font("section"))
        painter.setFont(font)
        painter.setPen(p.text)
        number = QRectF(place.right() - amounts - 6, place.top(), amounts, place.height())
        painter.drawText(number, _RIGHT, signed(row.amount))
        if not (row.is_total or row.is_sum):
            room = QRectF(indent + names, place.top(), number.left() - 8 - indent - names, place.height())
            self._paint_bar(painter, row.amount / largest, room)

    def _paint_names(self, painter: QPainter, row: LedgerRow, place: QRectF, left: float, names: float) -> None:
        p = theme.current().palette
        plain = row.values is None and not row.detail
        width = self.width() - left if plain else names
        painter.setFont(theme.font("section"))
        painter.setPen(p.text)
        if not row.detail:
            painter.drawText(QRectF(left, place.top(), width, place.height()), _LEFT, row.name)
            return
        middle = place.center().y()
        painter.drawText(QRectF(left, middle - 17, width, 17), _LEFT, row.name)
        painter.setFont(theme.tabular(theme.font("caption")))
        painter.setPen(p.text2)
        painter.drawText(QRectF(left, middle, width, 16), _LEFT, row.detail)

    def _paint_bar(self, painter: QPainter, share: float, room: QRectF) -> None:
        p = theme.current().palette
        middle = room.center()
        length = share * room.width() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(p.positive if share > 0 else p.negative)
        bar = QRectF(middle.x() + min(length, 0), middle.y() - 5, max(abs(length), 1), 10)
        painter.drawRoundedRect(bar, 1.5, 1.5)
        painter.setPen(QPen(p.border_strong, 1))
        x = round(middle.x()) + 0.5
        painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom()))

    def _paint_picture(self, painter: QPainter, row: LedgerRow, place: QRectF) -> None:
        assert row.values is not None
        current = theme.current()
        rows, columns = self._shape
        scale = place.height() / max(rows, columns)
        inside = QRectF(0, 0, columns * scale, rows * scale)
        inside.moveCenter(place.center())
        shape = QPainterPath()
        shape.addRoundedRect(inside, 3, 3)
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, rows > 8)
        painter.drawImage(inside, weights_image(row.values, row.limit, current.name))
        painter.translate(inside.topLeft())
        painter.scale(scale, scale)
        pen = QPen(current.palette.text, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(self._edges)
        if self._dots:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(current.palette.text)
            for dot in self._dots:
                painter.drawEllipse(dot, 0.2, 0.2)
        painter.restore()
