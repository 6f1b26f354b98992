"""The grid of units with numbers on large cells, and the strip below a single row of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import rgb_image
from digitapp.gui.pages.features.marks import paint_marks
from digitapp.gui.translation import in_a_row, itemised
from digitapp.gui.widgets import UnitGrid, ZoomableGrid
from digitapp.gui.widgets.numbers import signed
from digitapp.gui.widgets.weight_text import text_on_weight
from digitapp.inspection.colors import ink_map
from digitapp.inspection.unit_images import tile

_PRINTED_CELL = 40.0  # from this size on a cell has room for its number
_PRINTED_SIZES: tuple[theme.FontRole, ...] = ("body", "caption", "tick", "micro")
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class FeatureGrid(ZoomableGrid):
    """A unit grid that prints the weights where the cells are large enough, as those of the toy are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: NDArray[np.floating] | None = None
        self._scale = 1.0
        self._scales: NDArray[np.floating] | None = None  # one for each unit
        self._off: tuple[int, ...] = ()
        self._frozen: tuple[int, ...] = ()

    def set_images(self, images: NDArray[np.floating] | None, limit: float = 1.0, cells: int | None = None) -> None:
        """Show images, shape (units, rows, columns), on the scale from −limit to +limit."""
        self._values, self._scales = images, None
        self._scale = limit
        super().set_images(images, limit, cells)

    def set_own_scales(
        self, images: NDArray[np.floating], limits: NDArray[np.floating], cells: int | None = None
    ) -> None:
        """Show images, each on its own scale up to its limit, shape (units,), above 0."""
        self._values, self._scales = images, limits
        super().set_images(images / limits[:, np.newaxis, np.newaxis].astype(images.dtype), 1.0, cells)

    def set_marks(self, off: Sequence[int], frozen: Sequence[int]) -> None:
        """Mark the tiles of units that were switched off or frozen by hand."""
        if (tuple(off), tuple(frozen)) != (self._off, self._frozen):
            self._off, self._frozen = tuple(off), tuple(frozen)
            self.viewport().update()

    def marks(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return which tiles are marked as off and as frozen."""
        return self._off, self._frozen

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._print_weights()
        tiles = ([self.tile_rect(unit) for unit in units if unit < self.count()] for units in (self._off, self._frozen))
        paint_marks(QPainter(self.viewport()), *tiles)

    def _print_weights(self) -> None:
        if self._values is None or not self.count():
            return
        cell = self.tile_rect(0).width() / self._values.shape[2]
        fonts = [theme.tabular(theme.font(role)) for role in _PRINTED_SIZES]
        fitting = (font for font in fonts if QFontMetricsF(font).horizontalAdvance("−0.00") + 4 <= cell)
        font = next(fitting, None)
        if cell < _PRINTED_CELL or font is None:
            return
        painter = QPainter(self.viewport())
        painter.setFont(font)
        for unit, values in enumerate(self._values):
            place = self.tile_rect(unit)
            scale = self._scale if self._scales is None else float(self._scales[unit])
            for (row, column), value in np.ndenumerate(values):
                if not self.is_cell(row, column):
                    continue
                box = QRectF(place.left() + column * cell, place.top() + row * cell, cell, cell)
                painter.setPen(text_on_weight(float(value), scale))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), signed(float(value)))


class StripEntry:
    """What the strip says about one unit.

    Parameters
    ----------
    title, detail : the ends of the first line
    sentence : what the unit does
    state : what it does with the present drawing, `is_awake` whether it wakes
    images : the samples by falling sum, shape (samples, rows, columns); None while unknown
    awake : how many of them wake it
    caption : what these samples are
    """

    def __init__(
        self,
        title: str,
        detail: str,
        sentence: str,
        state: str,
        is_awake: bool,
        images: NDArray[np.floating] | None,
        awake: int,
        caption: str,
    ) -> None:
        self.title, self.detail, self.sentence, self.state = title, detail, sentence, state
        self.is_awake, self.images, self.awake, self.caption = is_awake, images, awake, caption


class UnitStrip(QWidget):
    """Below each tile of a single row: what the unit does, and every sample in the order in which it likes them."""

    def __init__(self, grid: UnitGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = grid
        self._entries: list[StripEntry] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_entries(self, entries: list[StripEntry]) -> None:
        """Show one entry for each tile, in the grid's order."""
        self._entries = entries
        said = (self.tr("{0}: {1}").format(entry.title, in_a_row(entry.sentence, entry.state)) for entry in entries)
        self.setAccessibleName(itemised(said))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 220)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        for unit, entry in enumerate(self._entries[: self._grid.count()]):
            place = self._grid.tile_rect(unit)
            left = self.mapFrom(self.window(), self._grid.viewport().mapTo(self.window(), QPoint(0, 0))).x()
            self._paint_entry(painter, QRectF(left + place.left(), 8, place.width() - 16, self.height() - 8), entry)

    def _paint_entry(self, painter: QPainter, room: QRectF, entry: StripEntry) -> None:
        p = theme.current().palette
        fonts = theme.font("card-title"), theme.tabular(theme.font("caption"))
        line = QFontMetricsF(fonts[0]).height() * 1.3
        first = QRectF(room.left(), room.top(), room.width(), line)
        self._text(painter, first, entry.title, fonts[0], p.text, _LEFT)
        widths = [
            QFontMetricsF(font).horizontalAdvance(text)
            for font, text in zip(fonts, (entry.title, entry.detail), strict=True)
        ]
        if sum(widths) + theme.SPACE > room.width():
            first.translate(0, line)
            self._text(painter, first, entry.detail, fonts[1], p.text2, _LEFT)
        else:
            self._text(painter, first, entry.detail, fonts[1], p.text2, _RIGHT)
        body = theme.font("body")
        flags = Qt.TextFlag.TextWordWrap
        y = first.bottom() + 2
        for text, color in ((entry.sentence, p.text2), (entry.state, p.accent if entry.is_awake else p.text2)):
            needed = QFontMetricsF(body).boundingRect(QRectF(0, 0, room.width(), 400), int(flags), text).height()
            self._text(painter, QRectF(room.left(), y, room.width(), needed + 2), text, body, color, _WRAPPED)
            y += needed + 4
        if entry.images is not None:
            self._paint_samples(painter, QRectF(room.left(), y + 6, room.width(), room.bottom() - y - 6), entry)

    def _paint_samples(self, painter: QPainter, room: QRectF, entry: StripEntry) -> None:
        """Paint the samples, those that wake the unit first; the others are faded."""
        assert entry.images is not None
        current = theme.current()
        p = current.palette
        caption = theme.font("caption")
        wrapped = QRectF(0, 0, room.width(), room.height())
        line = QFontMetricsF(caption).boundingRect(wrapped, _WRAPPED, entry.caption).height() + 4
        if room.height() < line + 24:
            return
        place = QRectF(room.left(), room.top(), room.width(), line)
        self._text(painter, place, entry.caption, caption, p.text2, _WRAPPED)
        count, rows, columns = entry.images.shape
        ratio, gap = self.devicePixelRatioF(), 4
        scale, across = _fit(count, rows, columns, gap, room.width(), room.height() - line)
        if not across:
            return
        colors = ink_map(entry.images, current.name).astype(np.float32)
        ground = (p.window.red(), p.window.green(), p.window.blue())
        asleep = np.arange(count) >= entry.awake
        colors[asleep] = colors[asleep] * 0.3 + np.array(ground, dtype=np.float32) * 0.7
        pixels = round(scale * ratio)
        picture, _ = tile(colors.astype(np.uint8), across, round(gap * ratio), scale=pixels, background=ground)
        image = rgb_image(picture)
        target = QRectF(room.left(), room.top() + line, image.width() / ratio, image.height() / ratio)
        painter.drawImage(target, image)

    def _text(self, painter: QPainter, place: QRectF, text: str, font: QFont, color: QColor, flags: int) -> None:
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(place, flags, text)


def _fit(count: int, rows: int, columns: int, gap: int, width: float, height: float) -> tuple[int, int]:
    """Return the largest whole scale at which `count` images fit, and how many stand side by side; 0 when none fits."""
    for scale in range(8, 0, -1):
        across = int((width + gap) // (columns * scale + gap))
        if across and -(-count // across) * (rows * scale + gap) - gap <= height:
            return scale, across
    return 1, 0
