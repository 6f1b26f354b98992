"""A unit grid that can be zoomed: from all units of a layer at a glance to one that fills the view."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui.widgets.tile_layout import MARGIN, TileLayout, lay_out
from digitapp.gui.widgets.unit_grid import UnitGrid

_STEP = 1.1  # smaller turns are collected
_NOTCH = 1.25  # of a wheel
_KEYS = {Qt.Key.Key_Plus: 1.5, Qt.Key.Key_Equal: 1.5, Qt.Key.Key_Minus: 1 / 1.5}
_LARGEST = 4096
_A_LITTLE_LESS = 0.998


class ZoomableGrid(UnitGrid):
    """Ctrl and the wheel, two fingers, and the keys +, − and 0 make the tiles larger and smaller.

    The tiles flow: as many stand side by side as have room, so there is only one direction to scroll in.
    """

    zoom_changed = Signal()
    """The tiles have another size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._turned = 1.0
        self._keeps_whole = False  # all units were wanted in sight, however many there are and whatever room

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Make the tiles larger or smaller; what is under a point of the viewport keeps its height there.

        From one screen pixel a weight on, tiles grow by whole pixels. All units in sight are the smallest size, one
        unit that fills the view is the largest.
        """
        layout = self._layout
        if layout is None:
            return
        middle = QPointF(self.viewport().width() / 2, self.viewport().height() / 2)
        place = self._place_at(middle if around is None else around)
        least, largest = self._zoom_limits()
        tile = self._next_tile(layout, factor)
        self._tile = min(max(tile, least), largest)
        self._keeps_whole = False
        self._relayout()
        self._bring(*place)
        self.zoom_changed.emit()

    def reset_zoom(self) -> None:
        """Give the tiles the size that suits the room."""
        if self._tile is not None:
            self._tile = None
            self._keeps_whole = False
            self._relayout()
            if self._selected is not None:
                self._scroll_to(self._selected)
            self.zoom_changed.emit()

    def zoom_to_whole(self) -> None:
        """Show all units at once, however small."""
        if self._layout is None:
            return
        self._keeps_whole = True
        self._fit_whole()
        self.zoom_changed.emit()

    def is_zoomed(self) -> bool:
        """Return whether the tiles have another size than the one that suits the room."""
        return self._tile is not None

    def is_whole(self) -> bool:
        """Return whether all units are kept in sight."""
        return self._keeps_whole

    def _fit_whole(self) -> None:
        if self._keeps_whole and len(self._images):
            self._tile = self._zoom_limits()[0]
            self._relayout()

    def set_images(self, images: NDArray[np.floating] | None, limit: float = 1.0, cells: int | None = None) -> None:
        """Show images, shape (units, rows, columns), on the scale from −limit to +limit."""
        before = self._images.shape
        super().set_images(images, limit, cells)
        if self._images.shape != before:
            self._fit_whole()

    def _next_tile(self, layout: TileLayout, factor: float) -> float:
        longer = max(self._images.shape[1:])
        now = layout.tiles.scale * layout.zoom  # screen pixels a weight
        wanted = now * factor
        if factor > 1 and wanted >= 1:
            wanted = max(int(now) + 1, round(wanted))
        elif factor < 1 and now > 1:
            wanted = min(ceil(now) - 1, max(1, round(wanted))) or wanted
        return wanted * longer / layout.ratio

    def _zoom_limits(self) -> tuple[float, float]:
        """Return the tile at which everything is in sight, and the one that fills the view."""
        units, rows, columns = self._images.shape
        room, ratio = self.maximumViewportSize(), self.devicePixelRatioF()
        whole = lay_out(
            units, rows, columns, room.width(), room.height(), ratio=ratio, whole=True, largest_tile=_LARGEST
        )
        least = max(rows, columns) * whole.tiles.scale * whole.zoom / ratio
        return least, max(least, float(min(room.width(), room.height()) - 2 * MARGIN))

    def _place_at(self, point: QPointF) -> tuple[int, float, float]:
        """Return the unit of the row under a point, how far down its tile the point is, and the point's height."""
        assert self._layout is not None
        y = point.y() + self.verticalScrollBar().value() - self._layout.margin / self._layout.ratio
        row = min(max(0, int(y / self._layout.row_pitch)), self._layout.tiles.down - 1)
        hit = self.unit_at(point)
        unit = hit.unit if hit is not None else min(row * self._layout.tiles.across, len(self._images) - 1)
        return unit, y / self._layout.row_pitch - row, point.y()

    def _bring(self, unit: int, share: float, height: float) -> None:
        """Scroll so that a share of a unit's tile stands at a height of the viewport."""
        assert self._layout is not None
        top = self._layout.rectangle(unit)[1]
        self.verticalScrollBar().setValue(round(top + share * self._layout.row_pitch - height))

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_whole()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._turn(1 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        event.accept()
        self._turn(_NOTCH ** (event.angleDelta().y() / 120), event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _KEYS:
            self.zoom_by(_KEYS[key])
        elif key == Qt.Key.Key_0:
            self.reset_zoom()
        else:
            super().keyPressEvent(event)

    def _turn(self, factor: float, around: QPointF) -> None:
        """Collect small turns of a wheel or moves of two fingers until they make a step."""
        self._turned *= factor
        if not 1 / _STEP < self._turned < _STEP:
            turned, self._turned = self._turned, 1.0
            self.zoom_by(turned, around)
