"""All units of a layer as one painted picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from digitapp.gui import theme
from digitapp.gui.images import indexed_image
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets.focus import FocusRing
from digitapp.gui.widgets.tile_layout import TileLayout, lay_out
from digitapp.inspection.colors import NOTHING_INDEX, diverging_indices, table_on
from digitapp.inspection.unit_images import TileHit, tile

_CORNER = 4
_FADED_PIXEL = 0.15
_FADED_UNIT = 0.3
_DOT = 7
NOWHERE = TileHit(-1, -1, -1)


class UnitGrid(QAbstractScrollArea):
    """Shows signed images, one a unit, in the diverging colours; scrolls when they do not fit.

    Only the rows in sight are coloured and painted, as one image, so that the cost depends on the window's size and
    not on the number of units. Tiles are a whole number of screen pixels a weight.
    """

    unit_hovered = Signal(int, int, int)
    """Unit, row and column under the pointer; three times −1 when there is none."""
    unit_selected = Signal(int)
    """The user selected a unit."""
    unit_activated = Signal(int)
    """Enter or a double click."""
    unit_toggled = Signal(int)
    """Space: switch the selected unit off or on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Unit grid"), "units")
        self._images: NDArray[np.floating] = np.zeros((0, 1, 1), dtype=np.float32)
        self._limit = 1.0
        self._cells: int | None = None  # of each image that stand for a weight; None is all
        self._dead: NDArray[np.bool_] | None = None
        self._fade_mask: NDArray[np.bool_] | None = None
        self._selected: int | None = None
        self._hover = NOWHERE
        self._pointer: QPoint | None = None
        self._whole = False
        self._tile: float | None = None  # of the longer side, chosen by hand; None is the size that suits the room
        self._tile_limits = (56.0, 224.0)
        self._layout: TileLayout | None = None
        self._picture: tuple[tuple[object, ...], QImage] | None = None
        self._frames: tuple[tuple[object, ...], QPixmap] | None = None
        self._version = 0
        self._ground = "window"
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Hidden units"))
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        FocusRing(self, 4)

    # What is shown

    def set_images(self, images: NDArray[np.floating] | None, limit: float = 1.0, cells: int | None = None) -> None:
        """Show images, shape (units, rows, columns), on the scale from −limit to +limit.

        The array is kept, not copied: give it away. Cells of an image after the first `cells` stand for nothing.
        """
        before = self._images.shape
        self._images = np.zeros((0, 1, 1), dtype=np.float32) if images is None else images
        self._limit, self._cells = limit, cells
        self._version += 1
        if self._images.shape != before:
            units, rows, columns = self._images.shape
            if self._selected is not None and self._selected >= units:
                self._selected = None
            if self._dead is not None and self._dead.shape != (units,):
                self._dead = None
            if self._fade_mask is not None and self._fade_mask.shape != (rows, columns):
                self._fade_mask = None
            self._relayout()
        self.viewport().update()

    def set_dead(self, dead: NDArray[np.bool_] | None) -> None:
        """Mark units that never wake, bool array of shape (units,): faded, with a warning dot."""
        if not _same(self._dead, dead):
            self._dead = dead
            self._version += 1
            self.viewport().update()

    def set_fade_mask(self, mask: NDArray[np.bool_] | None) -> None:
        """Fade pixels that mean nothing, bool array of shape (rows, columns), such as those that are always blank."""
        if not _same(self._fade_mask, mask):
            self._fade_mask = mask
            self._version += 1
            self.viewport().update()

    def set_tile_limits(self, least: float, largest: float) -> None:
        """Set the bounds of a tile's longer side in device-independent pixels."""
        self._tile_limits = (least, largest)
        self._relayout()

    def set_whole(self, whole: bool) -> None:
        """Fit all units into the room there is instead of scrolling."""
        self._whole = whole
        policy = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if whole else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(policy)
        self._relayout()

    def set_ground(self, token: str) -> None:
        """Name the palette's colour behind the grid, "window" (stage) or "surface" (card)."""
        self._ground = token
        self._frames = None
        self._picture = None
        self.viewport().update()

    def count(self) -> int:
        """Return the number of units."""
        return len(self._images)

    def selected(self) -> int | None:
        return self._selected

    def set_selected(self, unit: int | None) -> None:
        """Select a unit without ``unit_selected``, and scroll to it."""
        self._selected = unit
        if unit is not None:
            self._scroll_to(unit)
        self.viewport().update()

    def hovered(self) -> TileHit | None:
        """Return what is under the pointer."""
        return None if self._hover == NOWHERE else self._hover

    # Geometry

    def _relayout(self) -> None:
        units, rows, columns = self._images.shape
        bar = self.verticalScrollBar()
        if not units:
            self._layout = None
            bar.setRange(0, 0)
            self.viewport().update()
            return
        room = self.maximumViewportSize()
        least, largest = self._tile_limits
        options = {
            "ratio": self.devicePixelRatioF(),
            "least_tile": least,
            "largest_tile": largest,
            "whole": self._whole,
            "tile": self._tile,
        }
        layout = lay_out(units, rows, columns, room.width(), room.height(), **options)
        if layout.height > room.height() and not self._whole:
            layout = lay_out(units, rows, columns, room.width() - bar.sizeHint().width(), room.height(), **options)
        self._layout = layout
        bar.setRange(0, 0 if self._whole else max(0, round(layout.height - room.height())))
        bar.setPageStep(room.height())
        bar.setSingleStep(max(1, round(layout.row_pitch / 2)))
        self.viewport().update()

    def layout_of_tiles(self) -> TileLayout | None:
        """Return where the tiles stand, None without units."""
        return self._layout

    def tile_rect(self, unit: int) -> QRectF:
        """Return a unit's tile in the viewport's coordinates."""
        assert self._layout is not None
        return QRectF(*self._layout.rectangle(unit)).translated(0, -self.verticalScrollBar().value())

    def unit_at(self, point: QPoint | QPointF) -> TileHit | None:
        """Return unit, row and column at a point of the viewport."""
        if self._layout is None:
            return None
        return self._layout.tile_at(point.x() + 0.0, point.y() + self.verticalScrollBar().value())

    def is_cell(self, row: int, column: int) -> bool:
        """Return whether a cell of an image stands for a weight."""
        return self._cells is None or row * self._images.shape[2] + column < self._cells

    def _scroll_to(self, unit: int) -> None:
        if self._layout is None or not 0 <= unit < len(self._images):
            return
        rect = self.tile_rect(unit).adjusted(0, -4, 0, 4)
        bar = self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + int(rect.top()))
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + round(rect.bottom() - self.viewport().height()))

    # Events

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._pointer = None
            self._set_hover(None)
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._relayout()
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._relayout()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002
        self.viewport().update()
        if self._pointer is not None:
            self._set_hover(self.unit_at(self._pointer))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        self._set_hover(self.unit_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        hit = self.unit_at(event.position())
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self._select(hit.unit)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        hit = self.unit_at(event.position())
        if hit is not None and event.button() == Qt.MouseButton.LeftButton:
            self.unit_activated.emit(hit.unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        target = self._target(key)
        if target is not None:
            self._select(target)
        elif self._selected is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.unit_activated.emit(self._selected)
        elif self._selected is not None and key == Qt.Key.Key_Space:
            self.unit_toggled.emit(self._selected)
        else:
            super().keyPressEvent(event)

    def _target(self, key: Qt.Key) -> int | None:
        """Return the unit that a key moves to, None for other keys."""
        if self._layout is None:
            return None
        across = self._layout.tiles.across
        page = across * max(1, int(self.viewport().height() / self._layout.row_pitch))
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -across,
            Qt.Key.Key_Down: across,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
        }
        last = len(self._images) - 1
        if key == Qt.Key.Key_Home:
            return 0
        if key == Qt.Key.Key_End:
            return last
        if key not in steps:
            return None
        if self._selected is None:
            return 0
        target = self._selected + steps[key]
        # One row up or down keeps the column, so beyond the first and last row there is nowhere to go.
        return target if 0 <= target <= last else self._selected

    def _select(self, unit: int) -> None:
        if unit != self._selected:
            self.set_selected(unit)
            self.unit_selected.emit(unit)

    def _set_hover(self, hit: TileHit | None) -> None:
        place = NOWHERE if hit is None else hit
        if place != self._hover:
            old = self._hover
            self._hover = place
            for where in (old, place):
                if where != NOWHERE and where.unit < len(self._images):
                    self.viewport().update(self.tile_rect(where.unit).toAlignedRect().adjusted(-5, -5, 5, 5))
            self.unit_hovered.emit(*place)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        layout = self._layout
        painter = QPainter(self.viewport())
        p = theme.current().palette
        ground: QColor = getattr(p, self._ground)
        painter.fillRect(self.viewport().rect(), ground)
        if layout is None:
            return
        first, last = self._rows_in_sight(layout)
        picture = self._composed(layout, first, last)
        pitch = layout.tiles.rows * layout.tiles.scale + layout.tiles.gap
        painter.save()
        painter.scale(1 / layout.ratio, 1 / layout.ratio)
        painter.translate(layout.margin, layout.margin - round(self.verticalScrollBar().value() * layout.ratio))
        painter.drawImage(0, round(first * pitch * layout.zoom), picture)
        if layout.zoom == 1.0:
            self._paint_frames(painter, layout, first, last)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_dots(painter, layout, first, last, ground)
        self._paint_hover(painter, layout)
        if self._selected is not None:
            painter.setPen(QPen(p.accent, 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.tile_rect(self._selected).adjusted(-2.5, -2.5, 2.5, 2.5), 6.5, 6.5)

    def _rows_in_sight(self, layout: TileLayout) -> tuple[int, int]:
        top = self.verticalScrollBar().value()
        first = max(0, int((top - layout.margin) / layout.row_pitch))
        last = int((top + self.viewport().height()) / layout.row_pitch) + 1
        return min(first, layout.tiles.down - 1), min(layout.tiles.down, last)

    def _composed(self, layout: TileLayout, first: int, last: int) -> QImage:
        """Return the picture of some rows of tiles; it is made anew only when something in it changed."""
        key = (self._version, layout, first, last, theme.current().name)
        if self._picture is None or self._picture[0] != key:
            across = layout.tiles.across
            chosen = slice(first * across, last * across)
            values = self._images[chosen]
            if self._fade_mask is not None:
                values = values * np.where(self._fade_mask, values.dtype.type(_FADED_PIXEL), values.dtype.type(1))
            if self._dead is not None:
                factors = np.where(self._dead[chosen], values.dtype.type(_FADED_UNIT), values.dtype.type(1))
                values = values * factors[:, np.newaxis, np.newaxis]
            indices = diverging_indices(values, self._limit, self._cells)
            table = table_on(getattr(theme.current().palette, self._ground).getRgb()[:3], theme.current().name)
            tiles, _ = tile(indices, across, layout.tiles.gap, scale=layout.tiles.scale, background=NOTHING_INDEX)
            picture = indexed_image(tiles, table)
            if layout.zoom < 1:
                # Below one screen pixel a weight the picture is an overview: averaging lies less than dropping pixels.
                width, height = round(picture.width() * layout.zoom), round(picture.height() * layout.zoom)
                smooth = Qt.TransformationMode.SmoothTransformation
                picture = picture.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
            self._picture = (key, picture)
        return self._picture[1]

    def _paint_frames(self, painter: QPainter, layout: TileLayout, first: int, last: int) -> None:
        """Paint each tile's rounded hairline from one strip made for a row of tiles."""
        key = (layout, theme.current().name, self._ground)
        if self._frames is None or self._frames[0] != key:
            self._frames = (key, self._frame_strip(layout))
        strip = self._frames[1]
        tiles = layout.tiles
        for row in range(first, last):
            filled = min(tiles.across, tiles.units - row * tiles.across)
            place = tiles.rectangle(row * tiles.across)
            width = filled * (tiles.columns * tiles.scale + tiles.gap)
            painter.drawPixmap(QPoint(0, place.y), strip, QRect(0, 0, width, strip.height()))

    def _frame_strip(self, layout: TileLayout) -> QPixmap:
        p = theme.current().palette
        tiles, ratio = layout.tiles, layout.ratio
        strip = QPixmap(tiles.width + tiles.gap, tiles.rows * tiles.scale)
        strip.fill(Qt.GlobalColor.transparent)
        with QPainter(strip) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for i in range(tiles.across):
                outline = QRectF(*tiles.rectangle(i))
                frame = QPainterPath()
                frame.addRoundedRect(outline, _CORNER * ratio, _CORNER * ratio)
                corners = QPainterPath()
                corners.addRect(outline)
                painter.fillPath(corners.subtracted(frame), getattr(p, self._ground))
                half = ratio / 2
                painter.setPen(QPen(p.border, ratio))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                radius = _CORNER * ratio - half
                painter.drawRoundedRect(outline.adjusted(half, half, -half, -half), radius, radius)
        return strip

    def _paint_dots(self, painter: QPainter, layout: TileLayout, first: int, last: int, ground: QColor) -> None:
        if self._dead is None:
            return
        across = layout.tiles.across
        painter.setPen(QPen(ground, 1.5))
        painter.setBrush(theme.current().palette.warning)
        for unit in np.flatnonzero(self._dead[first * across : last * across]) + first * across:
            rect = self.tile_rect(int(unit))
            size = min(_DOT, rect.width() / 3)
            painter.drawEllipse(QRectF(rect.right() - size - 2, rect.top() + 2, size, size))

    def _paint_hover(self, painter: QPainter, layout: TileLayout) -> None:
        if self._hover == NOWHERE or self._hover.unit >= len(self._images):
            return
        p = theme.current().palette
        rect = self.tile_rect(self._hover.unit)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._hover.unit != self._selected:
            painter.setPen(QPen(p.text2, 1.5))
            painter.drawRoundedRect(rect.adjusted(-0.25, -0.25, 0.25, 0.25), _CORNER, _CORNER)
        cell = rect.width() / layout.tiles.columns
        if cell >= 1.5 and self.is_cell(self._hover.row, self._hover.column):
            mark = QRectF(rect.left() + self._hover.column * cell, rect.top() + self._hover.row * cell, cell, cell)
            grow = max(0.75, (5 - cell) / 2)
            painter.setPen(QPen(p.text, 1.5))
            painter.drawRect(mark.adjusted(-grow, -grow, grow, grow))


def _same(old: NDArray[np.bool_] | None, new: NDArray[np.bool_] | None) -> bool:
    return old is new or (old is not None and new is not None and np.array_equal(old, new))
