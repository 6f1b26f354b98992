"""Networks of several sizes side by side: their final losses as dots on one axis, and their maps as small pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.axes import LOSS_FLOOR, loss_ticks, tick_text
from digitapp.gui.plots.plane_picture import Frame, map_image, paint_lines
from digitapp.gui.translation import itemised
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.numbers import figure, thousands
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.size_trial import Ended, Row, SizeResult

_TITLE, _STRIP, _GAP, _BETWEEN = 20, 24, 4, 14  # heights of a row's parts, and between pictures and rows
_MOST_SIDE = 44
_MARGIN = 6  # on the left and the right
_DOT = 4.0
_REACH = 9.0  # of a dot, for the pointer


class Place(NamedTuple):
    """Which network: the row of its size, and its place in that row."""

    row: int
    at: int


class SizeWall(QWidget):
    """A row for each size: dots by the final loss, and below them the maps in the same order.

    Signals: `chosen(Ended)`, a network was clicked or reached with the arrow keys; `taken(Ended)`, Enter was pressed.
    """

    chosen = Signal(object)
    taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: SizeResult | None = None
        self._rows, self._seeds = 3, 20  # for which there is room while nothing is known
        self._chosen: Place | None = None
        self._hovered: Place | None = None
        self._limits = (-1.0, 0.0)
        self._pictures: tuple[object, QPixmap] | None = None
        self._readout: HoverReadout | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Where the networks end"))
        offer_picture(self, self.tr("Small and large networks"), "sizes")
        FocusRing(self)

    # What is shown

    @property
    def row_of_chosen(self) -> Row | None:
        """The row of the chosen network."""
        return None if self._result is None or self._chosen is None else self._result.rows[self._chosen.row]

    @property
    def chosen_network(self) -> Ended | None:
        """The chosen network."""
        row = self.row_of_chosen
        return None if row is None or self._chosen is None else row.networks[self._chosen.at]

    def show_result(self, result: SizeResult | None, rows: int = 3) -> None:
        """Show the networks of a trial, or room for so many rows."""
        self._result, self._chosen, self._hovered, self._pictures = result, None, None, None
        self._rows = rows if result is None else len(result.rows)
        finite = [
            math.log10(max(loss, LOSS_FLOOR))
            for row in (() if result is None else result.rows)
            for loss in row.losses
            if math.isfinite(loss)
        ]
        low, high = (min(finite), max(finite)) if finite else (-1.0, 0.0)
        margin = max(0.05, 0.03 * (high - low))
        self._limits = low - margin, high + margin
        self.setAccessibleDescription("" if result is None else itemised(self._words(row) for row in result.rows))
        self.updateGeometry()
        self.update()

    def _title(self, row: Row) -> str:
        return self.tr("%n unit(s)", "", row.size)

    def _words(self, row: Row) -> str:
        text = self.tr("{0}: loss {1} in the middle, half of them within {2}")
        return text.format(self._title(row), figure(row.middle, 3), figure(row.spread, 2))

    # Layout

    def _side(self) -> float:
        return min(_MOST_SIDE, (self.width() - 2 * _MARGIN - (self._seeds - 1) * _GAP) / self._seeds)

    def _row_height(self) -> float:
        most = _MOST_SIDE
        return theme.scaled(_TITLE) + theme.scaled(_STRIP) + most + _BETWEEN

    def sizeHint(self) -> QSize:
        side = _MOST_SIDE
        width = self._seeds * (side + _GAP) - _GAP + 2 * _MARGIN
        return QSize(width, round(self._rows * self._row_height()) + theme.scaled(18))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._seeds * (24 + _GAP), self.sizeHint().height())

    def _x(self, loss: float) -> float:
        low, high = self._limits
        share = 1.0 if not math.isfinite(loss) else (math.log10(max(loss, LOSS_FLOOR)) - low) / (high - low)
        return 2 * _MARGIN + share * (self.width() - 4 * _MARGIN)

    def _base(self, row: int) -> float:
        """Return the height of the line on which a row's dots stand."""
        return row * self._row_height() + theme.scaled(_TITLE) + theme.scaled(_STRIP) / 2

    def picture_place(self, place: Place) -> QRectF:
        """Return where a network's map is painted."""
        side = self._side()
        top = place.row * self._row_height() + theme.scaled(_TITLE) + theme.scaled(_STRIP)
        return QRectF(_MARGIN + place.at * (side + _GAP), top, side, side)

    def _place_at(self, point: QPointF) -> Place | None:
        nearest, best = None, _REACH
        for place, each in self._all():
            if self.picture_place(place).contains(point):
                return place
            away = max(abs(point.x() - self._x(each.loss)), abs(point.y() - self._base(place.row)))
            if away <= best:
                nearest, best = place, away
        return nearest

    def _all(self) -> Iterator[tuple[Place, Ended]]:
        for index, row in enumerate(() if self._result is None else self._result.rows):
            for at, each in enumerate(row.networks):
                yield Place(index, at), each

    # Choosing

    def _choose(self, place: Place | None) -> None:
        if place is not None and place != self._chosen:
            self._chosen = place
            self.update()
            self.chosen.emit(self.chosen_network)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._place_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._place_at(event.position()) is not None:
            self.taken.emit(self.chosen_network)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if place != self._hovered:
            self._hovered = place
            self.update()
        self._show_readout(place, event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self._show_readout(None, QPoint())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step, result = ARROWS.get(Qt.Key(event.key())), self._result
        if result is not None and step is not None:
            at = self._chosen or Place(0, -1 if step.across > 0 else 0)
            row = min(max(at.row + step.down, 0), len(result.rows) - 1)
            self._choose(Place(row, min(max(at.at + step.across, 0), len(result.rows[row].networks) - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen_network is not None:
            self.taken.emit(self.chosen_network)
        else:
            super().keyPressEvent(event)

    def _show_readout(self, place: Place | None, point: QPoint) -> None:
        if place is None or self._result is None:
            if self._readout is not None:
                self._readout.hide()
            return
        row = self._result.rows[place.row]
        each = row.networks[place.at]
        rows = [
            ReadoutRow(self.tr("loss"), figure(each.loss, 3)),
            ReadoutRow(self.tr("points right"), thousands(each.right)),
        ]
        if each.validation_loss is not None:
            rows.insert(1, ReadoutRow(self.tr("loss of those that validate"), figure(each.validation_loss, 3)))
        self._readout = readout_in(self.window(), self._readout)
        title = self.tr("{0}, seed {1}").format(self._title(row), each.seed)
        self._readout.show_at(self.mapTo(self.window(), point), title, rows)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axis(painter)
        if self._result is None:
            return
        painter.drawPixmap(0, 0, self._layer(painter.device().devicePixelRatioF()))
        for place, width in ((self._hovered, 1.0), (self._chosen, 2.5)):
            if place is not None:
                self._paint_ring(painter, place, width)

    def _paint_axis(self, painter: QPainter) -> None:
        p = theme.current().palette
        bottom = self._rows * self._row_height()
        painter.setFont(theme.tabular(theme.font("tick")))
        height = painter.fontMetrics().height()
        if self._result is None:
            return
        ticks = loss_ticks(*self._limits)
        for tick in ticks:
            x = self._x(10**tick)
            painter.setPen(QPen(p.border, 1))
            for row in range(self._rows):
                base = self._base(row)
                painter.drawLine(QPointF(x, base - 7), QPointF(x, base + 7))
            painter.setPen(p.text2)
            text = tick_text(float(f"{10**tick:.3g}"))
            if tick == ticks[-1]:
                text = self.tr("loss {0}").format(text)
            width = painter.fontMetrics().horizontalAdvance(text) + 2
            left = min(max(x - width / 2, _MARGIN), self.width() - _MARGIN - width)
            painter.drawText(QRectF(left, bottom - 4, width, height), int(Qt.AlignmentFlag.AlignHCenter), text)

    def _layer(self, ratio: float) -> QPixmap:
        """Return all that does not change under the pointer as a picture."""
        key = self._result, theme.current().name, ratio, self.size()
        if self._pictures is None or self._pictures[0] != key:
            layer = QPixmap(self.size() * ratio)
            layer.setDevicePixelRatio(ratio)
            layer.fill(Qt.GlobalColor.transparent)
            with QPainter(layer) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                for index, row in enumerate(() if self._result is None else self._result.rows):
                    self._paint_row(painter, index, row)
            self._pictures = key, layer
        return self._pictures[1]

    def _paint_row(self, painter: QPainter, index: int, row: Row) -> None:
        p = theme.current().palette
        line = QRectF(_MARGIN, index * self._row_height(), self.width() - 2 * _MARGIN, theme.scaled(_TITLE))
        painter.setPen(p.text)
        painter.setFont(theme.font("caption-strong"))
        painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter), self._title(row))
        painter.setPen(p.text2)
        painter.setFont(theme.tabular(theme.font("caption")))
        text = self.tr("{0} in the middle, half of them within {1}")
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        painter.drawText(line, flags, text.format(figure(row.middle, 3), figure(row.spread, 2)))
        base = self._base(index)
        painter.setPen(QPen(p.border_strong, 1))
        painter.drawLine(QPointF(_MARGIN, base), QPointF(self.width() - _MARGIN, base))
        painter.setPen(QPen(p.surface, 1))
        painter.setBrush(theme.blend(p.surface, p.text, 0.75))
        for each in row.networks:
            painter.drawEllipse(QPointF(self._x(each.loss), base), _DOT, _DOT)
        for at, each in enumerate(row.networks):
            self._paint_map(painter, self.picture_place(Place(index, at)), each)

    def _paint_map(self, painter: QPainter, place: QRectF, each: Ended) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, map_image(each.map))
        painter.save()
        painter.setClipRect(place)
        paint_lines(painter, Frame(each.map.bounds, place), each.map, 1.0)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.current().palette.border_strong, 1))
        painter.drawRect(place)

    def _paint_ring(self, painter: QPainter, place: Place, width: float) -> None:
        assert self._result is not None
        each = self._result.rows[place.row].networks[place.at]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.current().palette.accent, width))
        painter.drawRoundedRect(self.picture_place(place).adjusted(-1, -1, 1, 1), 3, 3)
        painter.drawEllipse(QPointF(self._x(each.loss), self._base(place.row)), _DOT + 2, _DOT + 2)
