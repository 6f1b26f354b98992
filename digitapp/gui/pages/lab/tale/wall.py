"""All networks of a trial as one painted wall of small pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import indexed_image
from digitapp.gui.pages.lab.tale.groups import Group
from digitapp.gui.pages.lab.tale.marks import paint_mark
from digitapp.gui.pages.lab.tale.wall_layout import Sizes, WallLayout, lay_out
from digitapp.gui.pages.lab.tale.words import kind_text, match_text, network_title
from digitapp.gui.pictures import offer_picture
from digitapp.gui.translation import itemised, translate
from digitapp.gui.widgets import FocusRing, HoverReadout, ReadoutRow
from digitapp.gui.widgets.keys import ARROWS
from digitapp.gui.widgets.readout import readout_in
from digitapp.inspection.colors import NOTHING_INDEX, diverging_indices, table_on
from digitapp.inspection.tale_trial import Judged

_PIXEL = 5
_PARTED = 3
_PADDING = 4
_GAP = 6
_ROWS, _COLUMNS = 4, 3
_CORNER = 5


class Wall(QWidget):
    """Shows for each network the three units that are most like the demons A, B and C, in the colours of weights.

    Arrow keys walk over the pictures, Enter opens.

    Signals
    -------
    chosen(Judged) : a network is to be looked at
    opened(Judged) : Enter or a double click
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._groups: Sequence[Group] = ()
        self._limit = 1.0
        self._current: Judged | None = None
        self._hovered: int | None = None
        self._layout = WallLayout()
        self._heights: dict[int, int] = {}  # by width
        self._atlas: tuple[tuple[object, ...], QImage] | None = None
        self._readout: HoverReadout | None = None
        self._area: QScrollArea | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Wall of networks"))

    def in_scroll_area(self) -> QScrollArea:
        """Return the area that the wall scrolls in; it can be saved as a picture, with what is out of sight."""
        self._area = area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self)
        area.viewport().setAutoFillBackground(False)
        self.setAutoFillBackground(False)
        offer_picture(area, self.tr("Wall of networks"), "tale-wall")
        FocusRing(self, 4, target=area)
        return area

    # What is shown

    def show_groups(self, groups: Sequence[Group], limit: float) -> None:
        """Show other networks, on the scale from −limit to +limit."""
        count = len(self.order)
        self._groups, self._limit = groups, limit
        self._atlas = None
        self._heights.clear()
        self._lay_out()
        if len(self.order) != count:  # else the network of all pages has learned
            self._hover(None, QPoint())
        self.updateGeometry()
        self.update()

    def show_current(self, judged: Judged | None) -> None:
        """Ring the network that is looked at."""
        before, self._current = self.place_of(self._current), judged
        self._update_at(before, self.place_of(judged))
        self.setAccessibleDescription("" if judged is None else self.describe(judged))

    def bring_into_sight(self) -> None:
        """Scroll until the network that is looked at is seen, with what stands above it."""
        place = self.place_of(self._current)
        if place is not None and self._area is not None:
            center, margins = place.center(), (round(place.width()), round(3 * place.height()))
            self._area.ensureVisible(round(center.x()), round(center.y()), *margins)

    @property
    def order(self) -> list[Judged]:
        """The networks as they are read."""
        return [judged for _, judged in self._layout.tiles]

    def place_of(self, judged: Judged | None) -> QRectF | None:
        """Return where a network stands."""
        return next((place for place, other in self._layout.tiles if other is judged), None)

    def describe(self, judged: Judged) -> str:
        """Return what is said of a network, as a screen reader says it."""
        title, rows = self._facts(judged)
        return itemised((title, *(translate("Tale", "{0} {1}").format(row.name, row.value) for row in rows)))

    def _facts(self, judged: Judged) -> tuple[str, list[ReadoutRow]]:
        verdict = judged.verdict
        title = self.tr("Your network") if judged.seed is None else network_title(judged.seed)
        rows = [ReadoutRow(kind_text(verdict.found))]
        for match in verdict.matches:
            value = "–" if match.unit is None else match_text(match)
            rows.append(ReadoutRow(self.tr("Match with {0}").format(match.demon.name), value))
        rows.append(ReadoutRow(self.tr("Right"), self.tr("{0} of 64").format(verdict.right)))
        return title, rows

    # Geometry

    def _sizes(self) -> Sizes:
        pixel = theme.scaled(_PIXEL)
        width = 3 * _COLUMNS * pixel + 2 * _PARTED + 2 * _PADDING
        line = QFontMetrics(theme.font("section")).height()
        caption = QFontMetrics(theme.font("caption")).height()
        return Sizes(QSizeF(width, _ROWS * pixel + 2 * _PADDING), _GAP, line + 10, caption + 6, 12)

    def _lay_out(self) -> None:
        self._layout = lay_out(self._groups, self.width(), self._sizes())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:  # a layout asks often
            self._heights[width] = round(lay_out(self._groups, width, self._sizes()).height)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(400), self.heightForWidth(theme.scaled(400)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._sizes().tile.width()), 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # Pointer and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self._layout.at(event.position()), event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None, QPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._layout.at(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self._layout.tiles[number][1])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self._layout.at(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self._layout.tiles[number][1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, order = Qt.Key(event.key()), self.order
        target = self._target(key)
        if target is not None and order:
            self.chosen.emit(order[target])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current in order:
            self.opened.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _target(self, key: Qt.Key) -> int | None:
        """Return the number of the picture that a key moves to, None for other keys."""
        order = self.order
        if key == Qt.Key.Key_Home:
            return 0
        if key == Qt.Key.Key_End:
            return len(order) - 1
        if key not in ARROWS:
            return None
        if self._current not in order:
            return 0
        return self._layout.beside(order.index(self._current), *ARROWS[key])

    def _hover(self, number: int | None, point: QPoint) -> None:
        if number != self._hovered:
            tiles = self._layout.tiles
            there = (each for each in (number, self._hovered) if each is not None and each < len(tiles))
            self._update_at(*(tiles[each][0] for each in there))
            self._hovered = number
        if number is None:
            if self._readout is not None:
                self._readout.hide()
            return
        self._readout = readout_in(self.window(), self._readout)
        title, rows = self._facts(self._layout.tiles[number][1])
        self._readout.show_at(self.mapTo(self.window(), point), title, rows)

    # Painting

    def _update_at(self, *places: QRectF | None) -> None:
        """Paint some pictures anew."""
        for place in places:
            if place is not None:
                self.update(place.toAlignedRect().adjusted(-1, -1, 1, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRectF(event.rect())
        for place, group in self._layout.headings:
            if place.intersects(seen):
                self._paint_heading(painter, place, group)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.current().palette.text2)
        for place, text in self._layout.captions:
            if place.intersects(seen):
                _paint_text(painter, place, text, Qt.AlignmentFlag.AlignLeft)
        tiles = [number for number, (place, _) in enumerate(self._layout.tiles) if place.intersects(seen)]
        self._paint_tiles(painter, tiles)

    def _paint_heading(self, painter: QPainter, place: QRectF, group: Group) -> None:
        p = theme.current().palette
        line = QRectF(place.left(), place.top(), place.width(), place.height() - 6)
        side = theme.scaled(10)
        mark = QRectF(line.left(), line.center().y() - side / 2, side, side)
        if group.outcome is not None:
            paint_mark(painter, mark, group.outcome)
            line.setLeft(mark.right() + 8)
        painter.setFont(theme.font("section"))
        painter.setPen(p.text)
        line.setLeft(line.left() + _paint_text(painter, line, group.title, Qt.AlignmentFlag.AlignLeft) + 12)
        painter.setFont(theme.tabular(theme.font("section")))
        line.setLeft(line.left() + _paint_text(painter, line, group.share, Qt.AlignmentFlag.AlignLeft) + 16)
        painter.setFont(theme.font("caption"))
        painter.setPen(p.text2)
        if painter.fontMetrics().horizontalAdvance(group.remark) <= line.width():
            _paint_text(painter, line, group.remark, Qt.AlignmentFlag.AlignRight)

    def _paint_tiles(self, painter: QPainter, numbers: Sequence[int]) -> None:
        """Paint some pictures, their frames as one path: each call lets a training thread go first."""
        p = theme.current().palette
        tiles, atlas = self._layout.tiles, self._pictures(painter.device().devicePixelRatioF())
        frames = QPainterPath()
        for number in numbers:
            frames.addRoundedRect(tiles[number][0].adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
        painter.setBrush(p.surface)
        painter.setPen(QPen(p.border, 1))
        painter.drawPath(frames)
        height = atlas.height() / max(1, len(tiles))
        for number in numbers:
            inside = tiles[number][0].adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
            painter.drawImage(inside, atlas, QRectF(0, number * height, atlas.width(), height))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number in numbers:
            place, judged = tiles[number]
            if judged is self._current:
                painter.setPen(QPen(p.accent, 3))
                painter.drawRoundedRect(place.adjusted(1.5, 1.5, -1.5, -1.5), _CORNER - 1, _CORNER - 1)
            elif number == self._hovered:
                painter.setPen(QPen(p.text2, 1.5))
                painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)

    def _pictures(self, ratio: float) -> QImage:
        """Return the pictures of all networks below each other, in pixels of the screen."""
        key = (theme.current().name, ratio, theme.scaled(_PIXEL))
        if self._atlas is None or self._atlas[0] != key:
            scale, parted = max(1, round(theme.scaled(_PIXEL) * ratio)), round(_PARTED * ratio)
            indices = _pictures(self.order, self._limit, scale, parted)
            self._atlas = key, indexed_image(indices, table_on(_ground(), theme.current().name))
        return self._atlas[1]


def _ground() -> tuple[int, int, int]:
    color: QColor = theme.current().palette.surface
    return color.red(), color.green(), color.blue()


def _pictures(networks: Sequence[Judged], limit: float, scale: int, parted: int) -> NDArray[np.uint8]:
    """Return the three units of each network beside each other, the networks below each other, as indices of colours.

    Where a unit is missing there is nothing.
    """
    if not networks:
        return np.full((1, 1), NOTHING_INDEX, np.uint8)
    weights = np.array([judged.weights for judged in networks]).reshape(len(networks), -1, _ROWS, _COLUMNS)
    units = np.where(np.isnan(weights), np.uint8(NOTHING_INDEX), diverging_indices(weights, limit))
    large = units.repeat(scale, axis=2).repeat(scale, axis=3)
    spaced = np.pad(large, ((0, 0), (0, 0), (0, 0), (0, parted)), constant_values=NOTHING_INDEX)
    beside = spaced.swapaxes(1, 2).reshape(len(networks) * _ROWS * scale, -1)
    return beside[:, : beside.shape[1] - parted]


def _paint_text(painter: QPainter, place: QRectF, text: str, side: Qt.AlignmentFlag) -> int:
    """Paint a line of words, shortened where there is no room, and return how wide it is."""
    room = QRect(place.toAlignedRect())
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
    painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), shown)
    return painter.fontMetrics().horizontalAdvance(shown)
