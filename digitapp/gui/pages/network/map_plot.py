"""The plot of the map: zoom with the wheel, move by dragging, name what is under the pointer."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.pages.network.cloud import ImageCloud
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import FocusRing

_PADDING = 0.06
_ZOOM_STEP = 1.4
_MOVE_STEP = 0.15


class MapPlot(pg.PlotWidget):
    """A map of images.

    Signals: `point_hovered(index)`, −1 for none.
    """

    point_hovered = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, enableMenu=False)
        offer_picture(self, self.tr("Map"), "map")
        self.setObjectName("activationMap")
        self.setAccessibleName(self.tr("Map of the images: plus and minus zoom, arrows move, 0 shows all"))
        self.cloud = ImageCloud()
        self._places: NDArray[np.floating] = np.zeros((0, 2))
        self._hovered = -1
        self._is_home = True
        plot: Any = self.getPlotItem()
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.hideAxis("left")
        plot.hideAxis("bottom")
        plot.setContentsMargins(0, 0, 0, 0)
        self._view: pg.ViewBox = plot.getViewBox()
        self._view.setAspectLocked(True)
        self._view.setDefaultPadding(0)
        self._view.disableAutoRange()
        self._view.sigRangeChangedManually.connect(self._on_moved)
        plot.addItem(self.cloud)
        self.setMouseTracking(True)
        FocusRing(self)
        self.apply_theme()
        theme.current().changed.connect(self.apply_theme)

    @Slot()
    def apply_theme(self) -> None:
        """Wear the present theme."""
        self.setBackground(theme.current().palette.surface)
        self.cloud.forget_colors()

    def show_places(self, places: NDArray[np.floating], *, keep_view: bool) -> None:
        """Tell where the points of `cloud` are; the view stays if it may and the user has moved it."""
        self._places = places
        if self._is_home or not keep_view:
            self.show_all()

    @Slot()
    def show_all(self) -> None:
        """Show the whole map."""
        self._is_home = True
        if not len(self._places):
            return
        # Plain float64: pyqtgraph compares these with limits that float32 cannot hold.
        low, high = (edge.astype(np.float64) for edge in (self._places.min(axis=0), self._places.max(axis=0)))
        middle, reach = (low + high) / 2, np.maximum((high - low) / 2 * (1 + 2 * _PADDING), 1e-3)
        self._view.setRange(
            xRange=(float(middle[0] - reach[0]), float(middle[0] + reach[0])),
            yRange=(float(middle[1] - reach[1]), float(middle[1] + reach[1])),
            padding=0,
        )
        self._view.updateMatrix()
        self.cloud.set_home_scale(self._scale())

    def _scale(self) -> float:
        pixel = self._view.viewPixelSize()
        return 1 / max(sqrt(abs(pixel[0] * pixel[1])), 1e-12)

    @Slot()
    def _on_moved(self) -> None:
        self._is_home = False

    # Pointer and keyboard

    def resizeEvent(self, ev: QResizeEvent) -> None:
        super().resizeEvent(ev)
        if getattr(self, "_is_home", False):  # pyqtgraph resizes before the constructor is done
            self.show_all()

    def point_at(self, place: QPointF) -> int:
        """Return the image at a place of the widget, the nearest of several; −1 for none."""
        if not len(self._places):
            return -1
        origin, unit = (self._on_widget(QPointF(value, value)) for value in (0.0, 1.0))
        scale = np.array([unit.x() - origin.x(), unit.y() - origin.y()])
        pixels = self._places * scale + np.array([origin.x(), origin.y()])
        distances = np.abs(pixels - np.array([place.x(), place.y()])).max(axis=1)
        nearest = int(np.argmin(distances))
        side = self.cloud.image_side((self._view.width(), self._view.height()), self.cloud.zoom(self._scale()))
        return nearest if distances[nearest] <= side / 2 else -1

    def _on_widget(self, point: QPointF) -> QPointF:
        """Return where a point of the map is in the widget."""
        return self.viewportTransform().map(self._view.mapViewToScene(point))

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        super().mouseMoveEvent(ev)
        self._hover(self.point_at(ev.position()))

    def leaveEvent(self, ev: QEvent) -> None:
        super().leaveEvent(ev)
        self._hover(-1)

    def _hover(self, point: int) -> None:
        if point != self._hovered:
            self._hovered = point
            self.cloud.set_hovered(point)
            self.point_hovered.emit(point)

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(ev)
        self.show_all()

    def keyPressEvent(self, ev: QKeyEvent) -> None:
        text, key = ev.text(), ev.key()
        moves = {16777234: (-1, 0), 16777236: (1, 0), 16777235: (0, 1), 16777237: (0, -1)}
        if text in ("+", "="):
            self.zoom(1 / _ZOOM_STEP)
        elif text == "-":
            self.zoom(_ZOOM_STEP)
        elif text == "0":
            self.show_all()
        elif int(key) in moves:
            (left, right), (low, high) = self._view.viewRange()
            across, up = moves[int(key)]
            self._is_home = False
            self._view.translateBy(x=across * _MOVE_STEP * (right - left), y=up * _MOVE_STEP * (high - low))
        else:
            super().keyPressEvent(ev)

    def zoom(self, factor: float) -> None:
        """Show a part of the map `factor` times as wide."""
        self._is_home = False
        self._view.scaleBy((factor, factor))
