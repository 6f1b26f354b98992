"""A row of pictures, one for each class, with lines of numbers below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import CENTRE, fonts, paint_fitted
from digitapp.gui.images import weights_image

_LARGEST = 168
_NAME, _LINE, _GAP, _LEAST_GAP = 26.0, 19.0, 20.0, 3.0


@dataclass(frozen=True, eq=False)
class TemplateRowContent:
    """What a row shows.

    Attributes
    ----------
    names : of the classes
    images : float array, shape (classes, rows, columns)
    limit : of the colours
    marked : the class to bring out, or None
    lines : one text for each class, line by line; the last one is bold
    """

    names: tuple[str, ...]
    images: NDArray[np.floating]
    limit: float
    marked: int | None = None
    lines: tuple[tuple[str, ...], ...] = ()


class TemplateRow(QWidget):
    """Paints the pictures as large as they fit side by side.

    Signals: `pixel_hovered(place, row, column, corner)`, −1 −1 −1 on leaving; `corner` is where to name it.
    """

    pixel_hovered = Signal(int, int, int, QPoint)

    def __init__(self, line_count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line_count = line_count
        self._most = float(_LARGEST)
        self._content: TemplateRowContent | None = None
        self._images: list[QImage] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.current().changed.connect(self._refresh)

    def set_content(self, content: TemplateRowContent | None) -> None:
        """Show other pictures; None shows an empty row of the same height."""
        self._content = content
        self._refresh()
        self._settle()

    def set_most(self, height: float) -> None:
        """Let the pictures be at most so high."""
        self._most = min(float(_LARGEST), height)
        self._settle()
        self.update()

    def _refresh(self) -> None:
        content = self._content
        name = theme.current().name
        self._images = (
            [] if content is None else [weights_image(image, content.limit, name) for image in content.images]
        )
        self.update()

    # Geometry

    def _side(self) -> tuple[float, float, float]:
        """Return width and height of a picture, and the distance of two, in whole pixels for each weight."""
        content = self._content
        if content is None:
            return 84.0, 84.0, 92.0
        count, (rows, columns) = len(content.names), content.images.shape[1:]
        room = self.width() / count
        cell = int(min(self._most / max(rows, columns), (room - _LEAST_GAP) / columns))
        width = float(columns * max(1, cell))
        pitch = min(room, max(width + _GAP, theme.scaled(80)))
        return width, float(rows * max(1, cell)), pitch

    def image_rect(self, place: int) -> QRectF:
        """Return where a picture is."""
        width, height, pitch = self._side()
        return QRectF(round(place * pitch + (pitch - width) / 2), theme.scaled(_NAME), width, height)

    def _height(self) -> int:
        return round(theme.scaled(_NAME) + self._side()[1] + self._line_count * theme.scaled(_LINE) + 8)

    def _settle(self) -> None:
        if self.height() != self._height():
            self.setFixedHeight(self._height())

    def resizeEvent(self, event: object) -> None:  # noqa: ARG002
        self._settle()

    def sizeHint(self) -> QSize:
        return QSize(640, self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self._height())

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        content = self._content
        if content is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in range(len(content.names)):
            self._paint_class(painter, content, place)

    def _paint_class(self, painter: QPainter, content: TemplateRowContent, place: int) -> None:
        p = theme.current().palette
        image = self.image_rect(place)
        marked = place == content.marked
        centre = int(Qt.AlignmentFlag.AlignCenter)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(image, self._images[place])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.accent if marked else p.border_strong, 2 if marked else 1))
        gap = 1.5 if marked else 0.5
        painter.drawRoundedRect(image.adjusted(-gap, -gap, gap, gap), 3, 3)
        _, _, pitch = self._side()
        column = QRectF(image.center().x() - pitch / 2, 0, pitch, image.top() - 4)
        painter.setFont(theme.font("section"))
        painter.setPen(p.accent if marked else p.text)
        painter.drawText(column, centre, content.names[place])
        for index, texts in enumerate(content.lines):
            last = index == len(content.lines) - 1
            line = QRectF(column.left(), image.bottom() + 6 + index * theme.scaled(_LINE), pitch, theme.scaled(_LINE))
            color = (p.accent if marked else p.text) if last else p.text2
            shown, font = _written(texts, "caption-strong" if last else "caption", pitch - 4)
            paint_fitted(painter, line, [shown[place]], [font], color, CENTRE, elide=True)

    # Pointer

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        content = self._content
        for place in range(0 if content is None else len(content.names)):
            image = self.image_rect(place)
            if image.contains(event.position()):
                assert content is not None
                rows, columns = content.images.shape[1:]
                row = min(int((event.position().y() - image.top()) / image.height() * rows), rows - 1)
                column = min(int((event.position().x() - image.left()) / image.width() * columns), columns - 1)
                self.pixel_hovered.emit(place, row, column, event.position().toPoint())
                return
        self.pixel_hovered.emit(-1, -1, -1, QPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pixel_hovered.emit(-1, -1, -1, QPoint())


def _written(texts: Sequence[str], role: theme.FontRole, room: float) -> tuple[Sequence[str], QFont]:
    """Return the numbers of a line and their font, one for all: without "=", then smaller, where one has no room."""
    plain = [text.removeprefix("= ") for text in texts]
    tried = fonts(role, "tick", "micro")
    for shown, font in ((texts, tried[0]), *((plain, font) for font in tried)):
        if max(map(QFontMetricsF(font).horizontalAdvance, shown)) <= room:
            return shown, font
    return plain, tried[-1]
