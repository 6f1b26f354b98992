"""Images as the points of a plot: coloured by class, as large as the zoom allows, drawn from one atlas."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.images import ink_image, tinted_image
from digitapp.inspection.colors import class_color

_LEAST, _MOST = 14.0, 84.0
_COVER = 0.85  # of the picture, if the images lay side by side
_GROWTH = 0.7  # images grow with this power of the zoom, so that they part
_OWN_LEAST = 40.0
_NAME = 26
_SHARP = 64  # pixels of an image


class ImageCloud(pg.GraphicsObject):
    """Draws every point as its image; above them the classes' names, and the present drawing."""

    def __init__(self) -> None:
        super().__init__()
        self._places = np.zeros((0, 2))
        self._images = np.zeros((0, 1, 1), np.float32)
        self._labels = np.zeros(0, np.int64)
        self._wrong = np.zeros(0, dtype=bool)
        self._names: tuple[str, ...] = ()
        self._atlas: QPixmap | None = None
        self._scaled: tuple[int, int, QPixmap] | None = None  # pitches of a tile of the atlas at the present size
        self._layer: tuple[tuple[Any, ...], QPixmap] | None = None  # the finished images, and what they were made for
        self._tiles_across = 1
        self._hovered = -1
        self._own: tuple[QPointF, NDArray[np.floating]] | None = None
        self._home_scale = 1.0  # pixels for one unit of the map when all of it is seen

    # What it shows

    def show_points(
        self,
        places: NDArray[np.floating],
        images: NDArray[np.floating],
        labels: NDArray[np.integer],
        wrong: NDArray[np.bool_],
        names: tuple[str, ...],
    ) -> None:
        """Show other points.

        Parameters
        ----------
        places : float array, shape (points, 2)
        images : float array, shape (points, rows, columns), ink = 1
        labels : int array, shape (points,)
        wrong : bool array, shape (points,), which ones the network reads wrong
        names : of the classes
        """
        self.prepareGeometryChange()
        if images is not self._images:
            self._atlas = self._scaled = None
        self._places, self._images, self._labels = places.astype(np.float64), images, labels
        self._wrong, self._names = wrong, names
        self._hovered = -1
        self._layer = None
        self.update()

    def show_own(self, place: NDArray[np.floating] | None, image: NDArray[np.floating] | None) -> None:
        """Mark where the present drawing lies."""
        shown = place is not None and image is not None and bool(np.isfinite(place).all())
        self._own = (QPointF(float(place[0]), float(place[1])), image) if shown else None  # type: ignore[index,assignment]
        self.update()

    def set_hovered(self, point: int) -> None:
        """Frame one point, −1 for none."""
        if point != self._hovered:
            self._hovered = point
            self.update()

    def set_home_scale(self, scale: float) -> None:
        """Tell how many pixels one unit of the map has when all of it is seen: zoom is counted from there."""
        self._home_scale = max(scale, 1e-12)

    def forget_colors(self) -> None:
        """The theme has changed."""
        self._atlas = self._scaled = self._layer = None
        self.update()

    @property
    def count(self) -> int:
        return len(self._places)

    # Geometry

    def boundingRect(self) -> QRectF:
        if not len(self._places):
            return QRectF(-1, -1, 2, 2)
        (left, top), (right, bottom) = self._places.min(axis=0), self._places.max(axis=0)
        # Images hang over their places, the drawing may lie beside them all: nothing of either is cut off.
        margin = max(right - left, bottom - top, 1e-9)
        return QRectF(left - margin, top - margin, right - left + 2 * margin, bottom - top + 2 * margin)

    def image_side(self, room: tuple[float, float], zoom: float) -> float:
        """Return how large an image is drawn, in pixels, in a picture of (width, height)."""
        side = sqrt(_COVER * room[0] * room[1] / max(1, self.count))
        return float(np.clip(np.clip(side, _LEAST, 32.0) * zoom**_GROWTH, _LEAST, _MOST))

    def zoom(self, scale: float) -> float:
        """Return how much larger than at the start the map is, for a scale in pixels a unit."""
        return max(scale / self._home_scale, 1e-3)

    # Painting

    def paint(self, painter: QPainter, option: Any, widget: QWidget | None = None) -> None:  # noqa: ARG002
        if not self.count:
            return
        view: Any = self.getViewBox()
        transform = painter.worldTransform()
        scale = sqrt(abs(transform.m11() * transform.m22()))
        side = self.image_side((view.width(), view.height()), self.zoom(scale))
        slopes, shift = (transform.m11(), transform.m22()), (transform.dx(), transform.dy())
        points = self._places * slopes + shift
        seen = self._in_view(view.viewRect(), side / scale)
        painter.save()
        painter.resetTransform()
        device = painter.device()
        if isinstance(device, QWidget) and painter.deviceTransform().m11() == device.devicePixelRatioF():
            self._paint_layer(painter, points, seen, side, (*slopes, *shift))
        else:  # a picture to be saved
            self._paint_images(painter, points, seen, side)
            self._paint_names(painter, points)
        if 0 <= self._hovered < self.count:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.current().palette.text, 2))
            painter.drawRoundedRect(_centred(points[self._hovered], side + 4, side + 4), 3, 3)
        if self._own is not None:
            own = self._own[0]
            place = QPointF(own.x() * slopes[0] + shift[0], own.y() * slopes[1] + shift[1])
            self._paint_own(painter, place, max(_OWN_LEAST, side * 1.3))
        painter.restore()

    def _paint_layer(
        self,
        painter: QPainter,
        points: NDArray[np.float64],
        seen: NDArray[np.int64],
        side: float,
        transform: tuple[float, ...],
    ) -> None:
        """Paint the images, from memory unless the view has changed: pen and pointer only move what lies above them."""
        device: Any = painter.device()
        ratio = device.devicePixelRatioF()
        made_for = (transform, device.width(), device.height(), ratio)
        if self._layer is None or self._layer[0] != made_for:
            layer = QPixmap(round(device.width() * ratio), round(device.height() * ratio))
            layer.setDevicePixelRatio(ratio)
            layer.fill(Qt.GlobalColor.transparent)
            with QPainter(layer) as inner:
                inner.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_images(inner, points, seen, side)
                self._paint_names(inner, points)
            self._layer = made_for, layer
        painter.drawPixmap(0, 0, self._layer[1])

    def _in_view(self, view: QRectF, margin: float) -> NDArray[np.int64]:
        """Return the points that are seen, with a margin in units of the map."""
        x, y = self._places.T
        inside = (x > view.left() - margin) & (x < view.right() + margin)
        return np.flatnonzero(inside & (y > view.top() - margin) & (y < view.bottom() + margin))

    def _paint_images(
        self, painter: QPainter, points: NDArray[np.float64], seen: NDArray[np.int64], side: float
    ) -> None:
        rows, columns = self._images.shape[1:]
        longer = max(rows, columns)
        width, height = side * columns / longer, side * rows / longer
        ratio = painter.device().devicePixelRatioF()
        pitch_x, pitch_y, atlas = self._atlas_for(side * ratio / longer)
        # Whole pixels of the screen, copied as they are: ten times as quick as scaling each image.
        corners = np.rint(points[seen] * ratio - (pitch_x / 2, pitch_y / 2)) / ratio
        for index, (x, y) in zip(seen.tolist(), corners.tolist(), strict=True):
            down, across = divmod(index, self._tiles_across)
            source = QRectF(across * pitch_x, down * pitch_y, pitch_x, pitch_y)
            painter.drawPixmap(QPointF(x, y), atlas, source)
        p = theme.current().palette
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.danger, 1.5))
        for index in seen[self._wrong[seen]].tolist():
            painter.drawRect(_centred(points[index], width, height))

    def _atlas_for(self, scale: float) -> tuple[int, int, QPixmap]:
        """Return the atlas at a scale, and the pitches of its tiles, both in whole pixels."""
        if self._atlas is None:
            self._atlas = self._make_atlas()
        rows, columns = self._images.shape[1:]
        pitch_x, pitch_y = max(2, round((columns + 2) * scale)), max(2, round((rows + 2) * scale))
        if self._scaled is None or self._scaled[:2] != (pitch_x, pitch_y):
            across, down = self._tiles_across, ceil(self.count / self._tiles_across)
            # Grey digits are smoothed; the few pixels of a grid stay what they are.
            smooth = rows * columns > _SHARP
            mode = Qt.TransformationMode.SmoothTransformation if smooth else Qt.TransformationMode.FastTransformation
            aspect = Qt.AspectRatioMode.IgnoreAspectRatio
            self._scaled = pitch_x, pitch_y, self._atlas.scaled(across * pitch_x, down * pitch_y, aspect, mode)
        return self._scaled

    def _make_atlas(self) -> QPixmap:
        """Return all images in one pixmap, each in the colour of its class, two clear pixels between two of them."""
        count, rows, columns = self._images.shape
        self._tiles_across = across = max(1, ceil(sqrt(count)))
        down = ceil(count / across)
        ink = np.zeros((down, rows + 2, across, columns + 2), np.float32)
        tint = np.zeros((down, rows + 2, across, columns + 2, 3), np.uint8)
        name = theme.current().name
        table = np.array([_rgb(class_color(label, name)) for label in range(len(self._names))], np.uint8)
        for index in range(count):
            y, x = divmod(index, across)
            ink[y, 1:-1, x, 1:-1] = self._images[index]
            tint[y, :, x] = table[self._labels[index]]
        shape = (down * (rows + 2), across * (columns + 2))
        return QPixmap.fromImage(tinted_image(ink.reshape(shape), tint.reshape(*shape, 3)))

    def _paint_names(self, painter: QPainter, points: NDArray[np.float64]) -> None:
        p = theme.current().palette
        font = theme.font("title", QFont.Weight.Bold)
        font.setPixelSize(theme.scaled(_NAME))
        for label, name in enumerate(self._names):
            own = self._labels == label
            if not own.any():
                continue
            x, y = np.median(points[own], axis=0)
            path = QPainterPath()
            path.addText(0, 0, font, name)
            path.translate(x - path.boundingRect().center().x(), y - path.boundingRect().center().y())
            painter.setPen(
                QPen(p.surface, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            painter.fillPath(path, p.text)

    def _paint_own(self, painter: QPainter, place: QPointF, side: float) -> None:
        assert self._own is not None
        p = theme.current().palette
        image = self._own[1]
        rows, columns = image.shape
        longer = max(rows, columns)
        box = QRectF(0, 0, side * columns / longer, side * rows / longer)
        box.moveCenter(place)
        painter.drawImage(box, ink_image(image, theme.current().name))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.accent, 3))
        painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 5, 5)


def _centred(point: NDArray[np.float64], width: float, height: float) -> QRectF:
    return QRectF(point[0] - width / 2, point[1] - height / 2, width, height)


def _rgb(color: str) -> tuple[int, int, int]:
    named = QColor(color)
    return named.red(), named.green(), named.blue()
