"""One small picture, its pixels sharp."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import ink_image, weights_image
from digitapp.gui.widgets.hovering import HoverPicture
from digitapp.inspection.colors import DIVERGING_STOPS

_RADIUS = 6


class PixelImage(HoverPicture):
    """Shows ink or weights, each pixel an equal square of whole screen pixels, centred in a frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.float32] | None = None
        self._kind: Literal["ink", "weights"] = "ink"
        self._limit = 1.0
        self._smooth = False
        self._cells: int | None = None
        self._outlined = False
        self._crosshair: tuple[float, float] | None = None
        self._marked: tuple[int, int] | None = None
        self._image: QImage | None = None
        self._image_theme = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def set_ink(self, grey: ArrayLike | None, *, smooth: bool = False) -> None:
        """Show ink, shape (rows, columns), 0 the page and 1 full ink; ``smooth`` for pictures finer than the screen."""
        self._show("ink", grey, 1.0, smooth)

    def set_weights(
        self, values: ArrayLike | None, limit: float = 1.0, cells: int | None = None, *, smooth: bool = False
    ) -> None:
        """Show signed values, shape (rows, columns), on the scale from −limit to +limit.

        Cells after the first `cells` stand for nothing; ``smooth`` for pictures of what has no pixels.
        """
        self._show("weights", values, limit, smooth, cells)

    def _show(
        self,
        kind: Literal["ink", "weights"],
        values: ArrayLike | None,
        limit: float,
        smooth: bool,
        cells: int | None = None,
    ) -> None:
        self._values = None if values is None else np.array(values, dtype=np.float32)
        self._kind, self._limit, self._smooth, self._cells = kind, limit, smooth, cells
        self._image = None
        self.update()

    def set_outlined(self, outlined: bool) -> None:
        """Mark the picture as the one that counts by an accent outline."""
        self._outlined = outlined
        self.update()

    def set_crosshair(self, point: tuple[float, float] | None) -> None:
        """Draw an accent cross through a point (x, y) in the picture's pixels; the centre of 28×28 is (14, 14)."""
        self._crosshair = point
        self.update()

    def set_marked(self, pixel: tuple[int, int] | None) -> None:
        """Outline one pixel (row, column)."""
        self._marked = pixel
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(76, 76)

    def minimumSizeHint(self) -> QSize:
        return QSize(32, 32)

    def picture_rect(self) -> QRectF:
        """Return where the picture itself stands; empty without one."""
        if self._values is None:
            return QRectF()
        rows, columns = self._values.shape
        # The frame may lie on the outermost pixels, so that 28×28 fills a square of 168 at exactly 6×.
        room = min(self.width() / columns, self.height() / rows)
        ratio = self.devicePixelRatioF()
        scale = room if self._smooth else max(1, int(room * ratio)) / ratio
        size = QPointF(columns * scale, rows * scale)
        left = round((self.width() - size.x()) / 2 * ratio) / ratio
        top = round((self.height() - size.y()) / 2 * ratio) / ratio
        return QRectF(left, top, size.x(), size.y())

    def pixel_shape(self) -> tuple[int, int] | None:
        """Return the picture's rows and columns, None without a picture."""
        if self._values is None:
            return None
        rows, columns = self._values.shape
        return rows, columns

    def pixel_at(self, point: QPointF) -> tuple[int, int] | None:
        """Return the pixel at a point of the widget, None where the picture has a cell for nothing."""
        pixel = super().pixel_at(point)
        if pixel is None or self._values is None or self._cells is None:
            return pixel
        return pixel if pixel[0] * self._values.shape[1] + pixel[1] < self._cells else None

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        current = theme.current()
        p = current.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self._outlined else 1
        half = width / 2
        frame = QRectF(self.rect()).adjusted(half, half, -half, -half)
        shape = QPainterPath()
        shape.addRoundedRect(frame, _RADIUS, _RADIUS)
        neutral = QColor(DIVERGING_STOPS[current.name][3])
        whole = self._values is None or self._cells is None or self._cells >= self._values.size
        painter.fillPath(shape, p.paper if self._kind == "ink" else neutral if whole else p.surface)
        if self._values is not None:
            if self._image is None or self._image_theme != current.name:
                self._image = self._make_image()
                self._image_theme = current.name
            painter.save()
            painter.setClipPath(shape)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
            painter.drawImage(self.picture_rect(), self._image)
            painter.restore()
        self._paint_marks(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.accent if self._outlined else p.border_strong, width))
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)

    def _make_image(self) -> QImage:
        assert self._values is not None
        if self._kind == "ink":
            return ink_image(self._values, theme.current().name)
        return weights_image(self._values, self._limit, theme.current().name, self._cells)

    def _paint_marks(self, painter: QPainter) -> None:
        if self._values is None:
            return
        p = theme.current().palette
        picture = self.picture_rect()
        rows, columns = self._values.shape
        cell = picture.width() / columns
        if self._crosshair is not None:
            x = picture.left() + self._crosshair[0] * cell
            y = picture.top() + self._crosshair[1] * picture.height() / rows
            painter.setPen(QPen(p.accent, 1))
            inside = QRectF(self.rect()).adjusted(3, 3, -3, -3)
            painter.drawLine(QPointF(x, inside.top()), QPointF(x, inside.bottom()))
            painter.drawLine(QPointF(inside.left(), y), QPointF(inside.right(), y))
        if self._marked is not None:
            row, column = self._marked
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(p.text, 1.5))
            painter.drawRect(QRectF(picture.left() + column * cell, picture.top() + row * cell, cell, cell))
