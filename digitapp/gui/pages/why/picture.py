"""The drawing, large, with what explains it laid over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import ink_image, rgb_image, weights_image
from digitapp.gui.widgets.hovering import HoverPicture
from digitapp.inspection.colors import DIVERGING_STOPS
from digitapp.inspection.overlay import INKED, change_map, outline

Grey = NDArray[np.floating]

_FEW = 8  # pixels each way


class OverlayPicture(HoverPicture):
    """A square picture of sharp pixels: ink, a map of signed values under the ink's outline, or ink that changed."""

    def __init__(self, *, hint: int = 112, line: float = 2.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint, self._line = hint, line
        self._ink: Grey | None = None
        self._values: Grey | None = None
        self._after: Grey | None = None
        self._limit = 1.0
        self._edges: list[QLineF] = []
        self._dots: list[QPointF] = []
        self._image: QImage | None = None
        self._image_theme = ""
        self._marked: tuple[int, int] | None = None
        self._selected = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # What is shown

    def clear(self) -> None:
        """Show nothing."""
        self._show(None)

    def set_ink(self, ink: Grey) -> None:
        """Show ink of shape (rows, columns), 0 the page and 1 full ink."""
        self._show(ink)

    def set_map(self, values: Grey, limit: float, ink: Grey) -> None:
        """Show signed values on the scale from −limit to +limit, with the outline of the ink over them."""
        self._show(ink, values=values, limit=limit)

    def set_change(self, before: Grey, after: Grey) -> None:
        """Show ink that stayed, came and went."""
        self._show(before, after=after)

    def _show(
        self, ink: Grey | None, *, values: Grey | None = None, after: Grey | None = None, limit: float = 1.0
    ) -> None:
        self._ink, self._values, self._after, self._limit = ink, values, after, limit
        edges = outline(ink) if ink is not None and values is not None else []
        self._edges = [QLineF(*edge) for edge in edges]
        self._dots = dots(ink) if ink is not None and values is not None else []
        self._image, self._marked = None, None
        self.update()

    def set_marked(self, pixel: tuple[int, int] | None) -> None:
        """Outline one pixel (row, column)."""
        self._marked = pixel
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Put an accent outline around the picture."""
        if selected != self._selected:
            self._selected = selected
            self.update()

    @property
    def values(self) -> Grey | None:
        """The signed values that are shown, None where there are none."""
        return self._values

    @property
    def ink(self) -> Grey | None:
        """The ink that is shown, alone or as an outline."""
        return self._ink

    @property
    def is_change(self) -> bool:
        """Whether ink that came and went is shown."""
        return self._after is not None

    # Geometry

    def sizeHint(self) -> QSize:
        return QSize(self._hint, self._hint)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._hint, 56), min(self._hint, 56))

    def picture_rect(self) -> QRectF:
        """Return where the picture stands: at the top, in the middle, its pixels as large as fits."""
        if self._ink is None:
            return QRectF()
        rows, columns = self._ink.shape
        ratio = self.devicePixelRatioF()
        room = min(self.width() / columns, self.height() / rows)
        # Whole screen pixels, but where a pixel is only a few of them the picture had better fill its place.
        scale = int(room * ratio) / ratio if room * ratio >= 6 else room
        width, height = columns * scale, rows * scale
        left = round((self.width() - width) / 2 * ratio) / ratio
        return QRectF(left, 0, width, height)

    def pixel_shape(self) -> tuple[int, int] | None:
        """Return the picture's rows and columns, None without a picture."""
        if self._ink is None:
            return None
        rows, columns = self._ink.shape
        return rows, columns

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self._ink is None:
            return
        current = theme.current()
        p = current.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = self.picture_rect()
        if self._image is None or self._image_theme != current.name:
            self._image, self._image_theme = self._make_image(), current.name
        radius = 8 if place.width() > 200 else 4
        shape = QPainterPath()
        shape.addRoundedRect(place, radius, radius)
        painter.save()
        painter.setClipPath(shape)
        fine = self._ink.shape[1] * self.devicePixelRatioF() * 2 > place.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, fine)
        painter.drawImage(place, self._image)
        if max(self._ink.shape) <= _FEW:
            self._paint_grid(painter, place)
        self._paint_edges(painter, place)
        painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = 2.5 if self._selected else 1.0
        painter.setPen(QPen(p.accent if self._selected else p.border_strong, width))
        painter.drawRoundedRect(place.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)

    def _paint_grid(self, painter: QPainter, place: QRectF) -> None:
        """Part pixels that are so few that each counts."""
        assert self._ink is not None
        rows, columns = self._ink.shape
        painter.setPen(QPen(theme.current().palette.border, 1))
        for row in range(1, rows):
            y = round(place.top() + row * place.height() / rows) + 0.5
            painter.drawLine(QPointF(place.left(), y), QPointF(place.right(), y))
        for column in range(1, columns):
            x = round(place.left() + column * place.width() / columns) + 0.5
            painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()))

    def _make_image(self) -> QImage:
        assert self._ink is not None
        name = theme.current().name
        if self._values is not None:
            return weights_image(self._values, self._limit, name)
        if self._after is not None:
            return rgb_image(change_map(self._ink, self._after, name))
        return ink_image(self._ink, name)

    def _paint_edges(self, painter: QPainter, place: QRectF) -> None:
        assert self._ink is not None
        p = theme.current().palette
        rows, columns = self._ink.shape
        down, across = place.height() / rows, place.width() / columns
        if self._edges:
            painter.save()
            painter.translate(place.topLeft())
            painter.scale(across, down)
            lines = [(p.text, self._line)]
            if self._line > 1:  # a pale seam, so that the outline shows on every colour
                lines.insert(0, (QColor(DIVERGING_STOPS[theme.current().name][3]), 2 * self._line))
            for color, width in lines:
                pen = QPen(color, width)
                pen.setCosmetic(True)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                painter.drawLines(self._edges)
            painter.setPen(QPen(QColor(DIVERGING_STOPS[theme.current().name][3]), 0.02))
            painter.setBrush(p.text)
            for dot in self._dots:
                painter.drawEllipse(dot, 0.1, 0.1)
            painter.restore()
        if self._marked is not None:
            row, column = self._marked
            pen = QPen(p.accent, 2.5)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            corner = QPointF(place.left() + column * across, place.top() + row * down)
            painter.drawRect(QRectF(corner.x(), corner.y(), across, down).adjusted(1, 1, -1, -1))


def dots(ink: Grey) -> list[QPointF]:
    """Return the middles of inked pixels where they are so few that an outline does not tell inside from outside."""
    if min(ink.shape) > _FEW:
        return []
    return [QPointF(column + 0.5, row + 0.5) for row, column in np.argwhere(ink >= INKED).tolist()]
