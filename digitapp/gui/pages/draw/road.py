"""The road from ink to the network's input, in pictures."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import CENTRE, INPUT_SIZE, Preprocessed
from digitapp.gui import theme
from digitapp.gui.icons import paint_icon
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import Label, PixelImage

_FRAME = 2  # the line around a picture, on both sides
_CHEVRON = 10
_LEAST_GAP = 10
_CAPTION_GAP = 6
# Screen pixels for each of the input, and the side of the pictures before it.
_SMALL_SIDES = {5: 100, 4: 80, 3: 52, 2: 34, 1: 18}

Picture = NDArray[np.float32]


class RoadPictures(QWidget):
    """Ink, crop, shrink, centre, input: five pictures on one line, the last one larger and at whole multiples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Road from ink to input"), "road")
        names = (
            (self.tr("Ink"), self.tr("What you drew, as the canvas shows it")),
            (self.tr("Crop"), self.tr("Cut to the ink: where you draw does not matter")),
            (self.tr("Shrink to 20"), self.tr("The longer side becomes 20 pixels: how large you draw does not matter")),
            (self.tr("Centre"), self.tr("The ink's centre of mass goes to the middle of 28×28")),
            (self.tr("Input 28×28"), self.tr("The 784 numbers that the network sees")),
        )
        self.pictures = [PixelImage(self) for _ in names]
        self.captions = [Label(name, "caption", "text2", parent=self) for name, _ in names]
        for (name, tip), picture, caption in zip(names, self.pictures, self.captions, strict=True):
            picture.setToolTip(tip)
            picture.setAccessibleName(name)
            picture.setAccessibleDescription(tip)
            caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._names = tuple(name for name, _ in names)
        self._short_names = (*self._names[:2], self.tr("Shrink"), self._names[3], self.tr("Input"))
        self.pictures[-1].set_outlined(True)
        self.captions[-1].setFont(theme.font("caption-strong"))
        self.captions[-1].set_tone("text")
        self._room = 0
        self._road: Preprocessed | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pictures(self, road: Preprocessed | None) -> None:
        """Show where a drawing or a picture has come to; None or an empty one for blank sheets."""
        new = None if road is None or road.is_empty else road
        if new is not self._road:
            self._road = new
            self._show()

    def _show(self) -> None:
        road = self._road
        if road is None:
            for picture in self.pictures:
                picture.set_ink(None)
            self.pictures[3].set_crosshair(None)
            return
        ink, crop, shrunk, centred, result = self.pictures
        side = round((ink.width() - _FRAME) * self.devicePixelRatioF())
        ink.set_ink(canvas_picture(road, side), smooth=True)
        crop.set_ink(resampled(road.crop, side, margin=side / 20), smooth=True)
        shrunk.set_ink(resampled(road.shrunk, side), smooth=True)
        centred.set_ink(resampled(road.centred, side), smooth=True)
        middle = (CENTRE + 0.5) * side / INPUT_SIZE
        centred.set_crosshair((middle, middle))
        result.set_ink(road.input)

    def set_room(self, width: int) -> None:
        """Choose the pictures' sizes for this width: the present one may lack a scroll bar that they bring about."""
        self._room = width

    def _sizes(self, room: int) -> tuple[int, int]:
        """Return the sides of the small pictures and of the input, so that all five stand in a room of some width."""
        sides = [(small, INPUT_SIZE * scale + _FRAME) for scale, small in _SMALL_SIDES.items()]
        fitting = (pair for pair in sides if 4 * (pair[0] + _LEAST_GAP) + pair[1] <= room)
        return next(fitting, sides[-1])

    def heightForWidth(self, width: int) -> int:  # noqa: ARG002
        return self.sizeHint().height()

    def sizeHint(self) -> QSize:
        caption = self.captions[0].sizeHint().height()
        return QSize(344, self._sizes(self._room)[1] + _CAPTION_GAP + caption)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        small, large = self._sizes(min(self._room or self.width(), self.width()))
        gap = (self.width() - 4 * small - large) / 4
        for i, picture in enumerate(self.pictures):
            side = large if i == 4 else small
            picture.setGeometry(round(i * (small + gap)), large - side, side, side)
        for names, is_small in ((self._names, False), (self._short_names, False), (self._short_names, True)):
            if self._place_captions(names, large + _CAPTION_GAP, is_small=is_small):
                break
        else:  # the first and the last say which way the road goes
            for caption in self.captions[1:-1]:
                caption.setText("")
        self.updateGeometry()
        self._show()

    def _place_captions(self, names: tuple[str, ...], top: int, *, is_small: bool) -> bool:
        """Write a name below each picture and return whether none runs into the next."""
        for name, picture, caption in zip(names, self.pictures, self.captions, strict=True):
            caption.setText(name)
            is_input = caption is self.captions[-1]
            caption.setFont(theme.font("micro" if is_small else "caption-strong" if is_input else "caption"))
            size = caption.sizeHint()
            start = min(picture.geometry().center().x() + 1 - size.width() // 2, self.width() - size.width())
            caption.setGeometry(max(0, start), top, size.width(), size.height())
        places = [caption.geometry() for caption in self.captions]
        return all(left.right() + 4 < right.left() for left, right in pairwise(places))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        color = theme.current().palette.text3
        for left, right in zip(self.pictures[:-1], self.pictures[1:], strict=True):
            between = QRect(QPoint(left.geometry().right(), left.y()), QPoint(right.x(), left.geometry().bottom()))
            place = between.center() - QPoint(_CHEVRON // 2 - 1, _CHEVRON // 2)
            paint_icon(painter, "chevron-right", place, _CHEVRON, color)


def canvas_picture(road: Preprocessed, side: int) -> Picture:
    """Return the whole canvas with the ink as it was drawn, a picture of side × side pixels.

    For strokes that are read with their own pen the crop is put back to where it was cut out, which saves rendering
    them once more.
    """
    box = road.bounding_box
    if not isinstance(road.source, Drawing) or box is None or road.pen_factor != 1:
        return resampled(road.ink, side)
    half = box.longer_side / 2
    x, y = box.centre
    rows = _shares(len(road.crop), side, (y - half) * side, (y + half) * side)
    columns = _shares(len(road.crop), side, (x - half) * side, (x + half) * side)
    return np.asarray(rows @ road.crop @ columns.T, dtype=np.float32)


def resampled(picture: Picture, side: int, margin: float = 0.0) -> Picture:
    """Return a square picture scaled by areas to side × side pixels: enlarged pixels keep sharp edges.

    Parameters
    ----------
    picture : float32 array, shape (n, n)
    side : int, in pixels
    margin : float, pixels of paper around the picture
    """
    shares = _shares(len(picture), side, margin, side - margin)
    return np.asarray(shares @ picture @ shares.T, dtype=np.float32)


def _shares(count: int, side: int, start: float, end: float) -> Picture:
    """Return how much of each of `side` pixels each of `count` cells from start to end covers, shape (side, count)."""
    edges = np.linspace(start, end, count + 1)
    pixels = np.arange(side)[:, None]
    overlap = np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels)
    return np.maximum(overlap, 0).astype(np.float32)
