"""The small matrices on the cards of one step: weights, what they add and how they change, with their numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import floor, isfinite, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import CENTRE, fonts, paint_fitted, ways_to_write
from digitapp.gui.images import blended_image, weights_image
from digitapp.gui.widgets.painted import painted
from digitapp.gui.widgets.weight_text import texts_on_weights
from digitapp.inspection.unit_images import as_images

_MOST_KEPT = 64
_RIM = 4  # pixels around a matrix, for the ring around a cell

Values = NDArray[np.float64]


class PictureCache:
    """Pictures of cards and matrices, by everything that is on them; the oldest are forgotten."""

    def __init__(self) -> None:
        self._drawn: dict[object, QPixmap] = {}

    def drawn(self, painter: QPainter, key: object, room: QRectF, paint: Callable[[QPainter], None]) -> QPixmap:
        """Return a picture as it was painted before, or paint it on a ground that can be seen through.

        Parameters
        ----------
        painter : with which it will be painted
        key : everything that is on it, but the theme
        room : of which only the size counts
        """
        ratio = painter.device().devicePixelRatioF()
        whole = key, room.width(), room.height(), ratio, theme.current().name, theme.font_key()
        if whole not in self._drawn:
            if len(self._drawn) >= _MOST_KEPT:
                del self._drawn[next(iter(self._drawn))]
            self._drawn[whole] = painted(room.size(), ratio, paint)
        return self._drawn[whole]


def power_for(values: NDArray[np.floating]) -> int:
    """Return by which power of ten values are multiplied so that the largest has one digit before the point.

    0 for values that are large enough, or none.
    """
    largest = float(np.abs(values).max(initial=0.0))
    if not isfinite(largest) or largest == 0 or largest >= 0.5:
        return 0
    return min(9, -floor(log10(largest)))


class MatrixPainter:
    """Paints matrices with one painter, in the present theme.

    Parameters
    ----------
    shape : rows and columns of the pixels that the values of a matrix belong to; None where they are no pixels
    kept : pictures that were painted before; None to paint all of them, as for a picture to be saved
    """

    def __init__(self, painter: QPainter, shape: tuple[int, int] | None, kept: PictureCache | None) -> None:
        self._painter = painter
        self._shape = shape
        self._kept = kept

    def paint_weights(self, place: QRectF, values: Values, limit: float, ring: int | None = None) -> None:
        """Paint values in the colours of weights, with numbers where they can be read, and a ring around one."""
        self._paint(
            place,
            ("weights", values.tobytes(), limit, ring, self._shape),
            lambda alone, at: alone._paint_weights(at, values, limit, ring),
        )

    def paint_change(self, place: QRectF, change: Values, largest: float, power: int) -> None:
        """Paint how weights change.

        Parameters
        ----------
        largest : of all changes beside it, which has the full colour
        power : of ten, by which the numbers are multiplied
        """
        self._paint(
            place,
            ("change", change.tobytes(), largest, power, self._shape),
            lambda alone, at: alone._paint_change(at, change, largest, power),
        )

    def _paint(self, place: QRectF, key: tuple[object, ...], paint: Callable[[MatrixPainter, QRectF], None]) -> None:
        if self._kept is None:
            paint(self, place)
            return
        corner = QPointF(floor(place.left()) - _RIM, floor(place.top()) - _RIM)
        at = place.translated(-corner)
        room = at.adjusted(-_RIM, -_RIM, _RIM + 1, _RIM + 1)
        whole = *key, at.left(), at.top()

        def paint_alone(painter: QPainter) -> None:
            paint(MatrixPainter(painter, self._shape, None), at)

        self._painter.drawPixmap(corner, self._kept.drawn(self._painter, whole, room, paint_alone))

    def _paint_weights(self, place: QRectF, values: Values, limit: float, ring: int | None) -> None:
        p, painter = theme.current().palette, self._painter
        picture, width, height = self._cells(place, values)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        clip = QPainterPath()
        clip.addRoundedRect(place, 3, 3)
        painter.setClipPath(clip)
        painter.drawImage(place, weights_image(picture, limit, theme.current().name, len(values)))
        painter.restore()
        self._paint_frame(place)
        if _can_be_read(width, height):
            tones = texts_on_weights(values, limit)
            self._write_cells(place, picture.shape[1], (width, height), values.tolist(), tones)
        if ring is not None and 0 <= ring < len(values):
            row, column = divmod(ring, picture.shape[1])
            box = QRectF(place.left() + column * width, place.top() + row * height, width, height)
            painter.setPen(QPen(p.text, 2))
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 2, 2)

    def _paint_change(self, place: QRectF, change: Values, largest: float, power: int) -> None:
        picture, width, height = self._cells(place, change)
        shares = np.where(picture == 0, 0, 0.1 + 0.5 * np.minimum(1, np.abs(np.nan_to_num(picture)) / largest))
        painter, p = self._painter, theme.current().palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, blended_image(shares, p.surface, p.gradient))
        painter.restore()
        self._paint_frame(place)
        if _can_be_read(width, height):
            tones = [_ink_on(share) for share in shares.ravel()[: change.size].tolist()]
            self._write_cells(place, picture.shape[1], (width, height), (change * 10.0**power).tolist(), tones)

    def _paint_frame(self, place: QRectF) -> None:
        self._painter.setPen(QPen(theme.current().palette.border, 1))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(place)

    def _cells(self, place: QRectF, values: Values) -> tuple[Values, float, float]:
        """Return values as a picture, and the width and height of one of its cells."""
        picture = as_images(values[:, np.newaxis], self._shape)[0]
        return picture, place.width() / picture.shape[1], place.height() / picture.shape[0]

    def _write_cells(
        self, place: QRectF, across: int, size: tuple[float, float], values: Sequence[float], tones: Sequence[QColor]
    ) -> None:
        """Write a number on each cell of a picture."""
        width, height = size
        tried, box, quiet = fonts("micro"), QRectF(0, 0, width, height), theme.current().palette.text3
        for index, (value, tone) in enumerate(zip(values, tones, strict=True)):
            row, column = divmod(index, across)
            box.moveTo(place.left() + column * width, place.top() + row * height)
            texts = ("0",) if value == 0 else ways_to_write(value, 1, sign=True)
            paint_fitted(self._painter, box, texts, tried, quiet if value == 0 else tone, CENTRE)


def _can_be_read(width: float, height: float) -> bool:
    """Return whether a number can be read on a cell of this size."""
    return height >= 12 and width >= 20


def _ink_on(share: float) -> QColor:
    """Return what is read best on the tint of a share of the largest change."""
    p = theme.current().palette
    ground = theme.blend(p.surface, p.gradient, share)
    return max((p.text, p.surface), key=lambda ink: theme.contrast(ink, ground))
