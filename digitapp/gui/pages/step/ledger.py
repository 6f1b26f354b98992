"""Lines of numbers under each other: a name, how it comes about, and the number; each is marked with its wire."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import LEFT, RIGHT, fonts, paint_fitted
from digitapp.gui.pages.step.explain import Row
from digitapp.gui.state.scene import Focus
from digitapp.gui.translation import in_a_row, itemised
from digitapp.gui.widgets import FocusRing

_ROW, _BELOW, _TOTAL = 22.0, 15.0, 30.0


class Ledger(QWidget):
    """Rows of an explanation. Those that are about a wire or a unit can be pointed at and chosen, by arrow keys too.

    Signals: `chosen(Focus)`.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._marked: Focus | None = None
        self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Numbers"))
        FocusRing(self)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown, from top to bottom."""
        return self._rows

    def show_rows(self, rows: Sequence[Row], marked: Focus | None) -> None:
        """Show other rows, and mark those about a wire or a unit."""
        before = [self._height(row) for row in self._rows]
        self._rows, self._marked = tuple(rows), marked
        said = (in_a_row(row.name, row.detail, row.below, row.value) for row in rows)
        self.setAccessibleDescription(itemised(said))
        if before != [self._height(row) for row in self._rows]:
            self._hovered = -1
            self.setFixedHeight(self.sizeHint().height())
        self.update()

    def _height(self, row: Row) -> float:
        return theme.scaled(_TOTAL if row.tone == "total" else _ROW + _BELOW * bool(row.below))

    def row_rect(self, index: int) -> QRectF:
        """Return where a row stands."""
        return QRectF(0, sum(map(self._height, self._rows[:index])), self.width(), self._height(self._rows[index]))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(300), round(sum(map(self._height, self._rows))) + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(200), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        p = theme.current().palette
        for index, row in enumerate(self._rows):
            place = self.row_rect(index)
            if row.focus is not None and (row.focus == self._marked or index == self._hovered):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(p.accent_tint)
                painter.drawRoundedRect(place.adjusted(-4, 0, 4, 0), 5, 5)
            if row.tone == "total":
                painter.setPen(p.border)
                painter.drawLine(place.topLeft(), place.topRight())
            self._paint_row(painter, row, place)

    def _paint_row(self, painter: QPainter, row: Row, place: QRectF) -> None:
        p = theme.current().palette
        if row.below:
            lower = place.adjusted(0, theme.scaled(_ROW) - 3, 0, 0)
            paint_fitted(painter, lower, [row.below], fonts("tick", "micro"), p.text3, RIGHT, elide=True)
            place = place.adjusted(0, 0, 0, -theme.scaled(_BELOW))
        strong = row.tone in ("strong", "total", "gradient")
        value_tone = {"muted": p.text2, "gradient": p.gradient}.get(row.tone, p.text)
        name_tone = p.text if strong and row.tone != "gradient" else p.text2
        width = place.width()
        values = fonts("caption-strong" if strong or row.focus is not None else "caption", "tick")
        if row.tone == "total":
            values = fonts("section", "caption-strong")
        needed = min(0.5 * width, QFontMetricsF(values[0]).horizontalAdvance(row.value) + 4)
        value = QRectF(place.right() - needed, place.top(), needed, place.height())
        paint_fitted(painter, value, [row.value], values, value_tone, RIGHT, elide=True)
        left = width - needed - 10
        small = fonts("caption", "tick", "micro")
        if not row.detail:
            room = QRectF(place.left(), place.top(), left, place.height())
            paint_fitted(
                painter,
                room,
                [row.name],
                fonts("section" if row.tone == "total" else "caption", "tick"),
                name_tone,
                LEFT,
                elide=True,
            )
            return
        name_width = min(0.42 * left, QFontMetricsF(small[0]).horizontalAdvance(row.name) + 4)
        paint_fitted(
            painter,
            QRectF(place.left(), place.top(), name_width, place.height()),
            [row.name],
            small,
            name_tone,
            LEFT,
            elide=True,
        )
        middle = QRectF(place.left() + name_width + 6, place.top(), left - name_width - 6, place.height())
        paint_fitted(painter, middle, [row.detail], small, p.text2, RIGHT, elide=True)

    # Pointer and keys

    def _at(self, y: float) -> int:
        hits = (
            index for index in range(len(self._rows)) if self.row_rect(index).top() <= y < self.row_rect(index).bottom()
        )
        return next(hits, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self._at(event.position().y())
        index = index if index >= 0 and self._rows[index].focus is not None else -1
        if index != self._hovered:
            self._hovered = index
            self.setCursor(Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._choose(self._at(event.position().y()))

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._rows) and self._rows[index].focus is not None:
            self.chosen.emit(self._rows[index].focus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        choosable = [index for index, row in enumerate(self._rows) if row.focus is not None]
        if way is None or not choosable:
            super().keyPressEvent(event)
            return
        present = [index for index in choosable if self._rows[index].focus == self._marked]
        place = (choosable.index(present[0]) + way) % len(choosable) if present else 0
        self._choose(choosable[place])
