"""A widget with a picture on it whose pixels the pointer can be over."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget


class HoverPicture(QWidget):
    """Says which pixel the pointer is over. Subclasses say how many pixels there are and where the picture stands."""

    pixel_hovered = Signal(int, int)
    """Row and column under the pointer; −1, −1 when it is outside the picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hovered = (-1, -1)
        self.setMouseTracking(True)

    def pixel_shape(self) -> tuple[int, int] | None:
        """Return the picture's rows and columns, None without a picture."""
        raise NotImplementedError

    def picture_rect(self) -> QRectF:
        """Return where the picture itself stands; empty without one."""
        raise NotImplementedError

    def pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the pixel (row, column) at a point of the widget."""
        shape, place = self.pixel_shape(), self.picture_rect()
        if shape is None or not place.contains(point):
            return None
        rows, columns = shape
        row = int((point.y() - place.top()) / place.height() * rows)
        column = int((point.x() - place.left()) / place.width() * columns)
        return min(row, rows - 1), min(column, columns - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.pixel_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(None)

    def _hover(self, pixel: tuple[int, int] | None) -> None:
        place = (-1, -1) if pixel is None else pixel
        if place != self._hovered:
            self._hovered = place
            self.pixel_hovered.emit(*place)
