"""The map of shift × turn: the answer to the present digit in many positions, and where it flips."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import rgb_image
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import probability, signed
from digitapp.inspection.flip_map import SHIFTS, TURNS, FlipMap

_ROW_HEIGHT, _HIGHEST_ROW = 10, 18
_DIGIT_ROOM = 12  # pixels that a digit needs; in lower cells every second row has none
_NAMED_SHIFTS = (-6, -3, 0, 3, 6)
_NAMED_TURNS = (-40, -20, 0, 20, 40)


class FlipMapView(QWidget):
    """Cells in teal give the present answer, grey ones another; the ring is the digit as it is.

    Left and right it is shifted, up and down turned. Arrow keys walk over the cells.
    """

    def __init__(self, readouts: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map: FlipMap | None = None
        self._class_names: tuple[str, ...] = ()
        self._place: tuple[int, int] | None = None
        self._message = ""
        self._readouts = readouts
        self._readout = HoverReadout(readouts)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Map of shifts and turns"))
        FocusRing(self, 4)

    def show_map(self, found: FlipMap | None, class_names: tuple[str, ...], message: str = "") -> None:
        """Show a map, or where there is none a message."""
        if self._map is None or found is None or self._map.labels.shape != found.labels.shape:
            self._place = None
            self._readout.hide()
        self._map, self._class_names, self._message = found, class_names, message
        self.update()

    @property
    def map(self) -> FlipMap | None:
        """The map that is shown."""
        return self._map

    # Layout

    def sizeHint(self) -> QSize:
        return QSize(220, len(TURNS) * theme.scaled(_ROW_HEIGHT) + self._axis_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _axis_height(self) -> int:
        return QFontMetrics(theme.font("tick")).height() + 2

    def cells(self) -> QRect:
        """Return where the cells stand."""
        left = QFontMetrics(theme.font("tick")).horizontalAdvance("+40°") + 6
        width = (self.width() - left) // len(SHIFTS) * len(SHIFTS)
        row = min(theme.scaled(_HIGHEST_ROW), (self.height() - self._axis_height()) // len(TURNS))
        return QRect(self.width() - width, 0, width, max(1, row) * len(TURNS))

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Return where one cell of the present map stands."""
        rows, columns = (len(TURNS), len(SHIFTS)) if self._map is None else self._map.labels.shape
        return _cell(self.cells(), rows, columns, row, column)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return row and column of the cell at a point."""
        cells = self.cells()
        if self._map is None or not QRectF(cells).contains(point):
            return None
        rows, columns = self._map.labels.shape
        row = int((point.y() - cells.y()) / cells.height() * rows)
        column = int((point.x() - cells.x()) / cells.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def describe(self, row: int, column: int) -> tuple[str, list[ReadoutRow]]:
        """Return the title and the lines of the readout for a cell."""
        found = self._map
        if found is None:
            return "", []
        label = int(found.labels[row, column])
        shift, turn = found.shifts[column], found.turns[row]
        across = found.direction == "across"
        name = self._class_names[label] if label >= 0 else "?"
        rows = [
            ReadoutRow(
                self.tr("Shifted to the right") if across else self.tr("Shifted down"),
                self.tr("{0} px").format(signed(shift, 0)),
            ),
            ReadoutRow(self.tr("Turned clockwise"), self.tr("{0}°").format(signed(turn, 0))),
        ]
        if label >= 0 and label != found.answer and found.answer >= 0:
            own = probability(float(found.own[row, column]))
            rows.append(ReadoutRow(self.tr("Still {0}").format(self._class_names[found.answer]), own))
        sure = "" if label < 0 else probability(float(found.probabilities[row, column]))
        return self.tr("{0}, {1} sure").format(name, sure) if sure else name, rows

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        palette = theme.current().palette
        cells = self.cells()
        self._paint_axes(painter)
        if self._map is None:
            painter.fillRect(cells, palette.bar_groove)
            painter.setFont(theme.font("caption"))
            painter.setPen(palette.text3)
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(cells.adjusted(12, 12, -12, -12), flags, self._message)
            return
        painter.drawImage(QRectF(cells), rgb_image(self._colors(self._map)))
        self._paint_digits(painter, self._map)
        self._paint_borders(painter, self._map)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, color, width in ((self._map.origin, palette.accent, 2.0), (self._place, palette.text, 1.5)):
            if place is not None:
                painter.setPen(QPen(color, width))
                painter.drawRoundedRect(self.cell_rect(*place).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def _colors(self, found: FlipMap) -> np.ndarray:
        """Return a colour per cell, uint8 array of shape (turns, shifts, 3): the surer, the stronger."""
        palette = theme.current().palette
        own = found.labels == found.answer
        sure = np.nan_to_num(found.probabilities)[..., None]
        same = palette.surface, theme.blend(palette.surface, palette.accent, 0.38)
        other = palette.surface, theme.blend(palette.surface, palette.text3, 0.34)
        pale, strong = (np.where(own[..., None], _rgb(a), _rgb(b)) for a, b in zip(same, other, strict=True))
        return np.round(pale + (strong - pale) * (0.3 + 0.7 * sure)).astype(np.uint8)

    def _paint_digits(self, painter: QPainter, found: FlipMap) -> None:
        palette = theme.current().palette
        painter.setFont(theme.font("micro"))
        rows, columns = found.labels.shape
        cells = self.cells()
        every = 1 if cells.height() / rows >= theme.scaled(_DIGIT_ROOM) else 2
        answer = found.answer
        for row, labels in enumerate(found.labels.tolist()):
            if row % every:
                continue
            for column, label in enumerate(labels):
                painter.setPen(palette.text if label == answer else palette.text2)
                place = _cell(cells, rows, columns, row, column).adjusted(0, -2, 0, 2)
                name = self._class_names[label] if label >= 0 else "?"
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_borders(self, painter: QPainter, found: FlipMap) -> None:
        """Draw a line between the present answer and every other."""
        own = found.labels == found.answer
        painter.setPen(QPen(theme.current().palette.accent, 1.5))
        cells, (rows, columns) = self.cells(), own.shape
        for row, column in np.argwhere(own[:, 1:] != own[:, :-1]).tolist():
            cell = _cell(cells, rows, columns, row, column)
            painter.drawLine(cell.topRight(), cell.bottomRight())
        for row, column in np.argwhere(own[1:] != own[:-1]).tolist():
            cell = _cell(cells, rows, columns, row, column)
            painter.drawLine(cell.bottomLeft(), cell.bottomRight())

    def _paint_axes(self, painter: QPainter) -> None:
        cells = self.cells()
        painter.setFont(theme.tabular(theme.font("tick")))
        painter.setPen(theme.current().palette.text3)
        height = self._axis_height()
        for turn in _NAMED_TURNS:
            y = cells.y() + (TURNS.index(turn) + 0.5) * cells.height() / len(TURNS)
            place = QRectF(0, y - height / 2, cells.x() - 5, height)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, flags, self.tr("{0}°").format(signed(turn, 0)))
        for shift in _NAMED_SHIFTS:
            x = cells.x() + (SHIFTS.index(shift) + 0.5) * cells.width() / len(SHIFTS)
            place = QRectF(x - 30, cells.bottom() + 2, 60, height)
            text = self.tr("{0} px").format(signed(shift, 0)) if shift == 0 else signed(shift, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    # Looking at single cells

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the cell under the pointer shows."""
        super().mouseMoveEvent(event)
        self._look_at(self.cell_at(event.position()), event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._look_at(None, QPoint())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._look_at(None, QPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk over the cells with the arrow keys, from the digit as it is."""
        step = ARROWS.get(Qt.Key(event.key()))
        if self._map is None or step is None:
            super().keyPressEvent(event)
            return
        rows, columns = self._map.labels.shape
        row, column = self._place if self._place is not None else self._map.origin
        place = min(max(row + step.down, 0), rows - 1), min(max(column + step.across, 0), columns - 1)
        self._look_at(place, self.cell_rect(*place).center().toPoint())

    def _look_at(self, place: tuple[int, int] | None, point: QPoint) -> None:
        if place != self._place:
            self._place = place
            self.update()
        if place is None:
            self._readout.hide()
            return
        title, rows = self.describe(*place)
        self._readout.show_at(self.mapTo(self._readouts, point), title, rows)


def _cell(cells: QRect, rows: int, columns: int, row: int, column: int) -> QRectF:
    width, height = cells.width() / columns, cells.height() / rows
    return QRectF(cells.x() + column * width, cells.y() + row * height, width, height)


def _rgb(color: QColor) -> np.ndarray:
    return np.array([color.red(), color.green(), color.blue()], dtype=np.float64)
