"""All images side by side: which one is drawn on is chosen here, with the mouse or the arrow keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from digitapp.datasets.toy import GridImage
from digitapp.gui import theme
from digitapp.gui.images import ink_image
from digitapp.gui.widgets.keys import ARROWS

_PIXEL, _GAP, _TEXT = 8, 12, 18
_FRAME = 3


class ImageWall(QWidget):
    """Shows images with their labels, those that only check underlined; one is chosen.

    Signals: `chosen(int)`, by the user; `delete_wanted`.
    """

    chosen = Signal(int)
    delete_wanted = Signal()

    def __init__(self, class_names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("imageWall")
        self.setAccessibleName(self.tr("All images"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._class_names = class_names
        self._images: Sequence[GridImage] = ()
        self._current = 0

    def show_images(self, images: Sequence[GridImage], current: int) -> None:
        """Show these images, and which of them is chosen."""
        self._images, self._current = images, current
        self._fit()
        self.setAccessibleDescription(self.describe(current))
        self.update()

    def describe(self, index: int) -> str:
        """Return in words what an image is."""
        image = self._images[index]
        text = self.tr("Image {0} of {1}: labelled {2}, learned from")
        if image.validates:
            text = self.tr("Image {0} of {1}: labelled {2}, it only checks what was learned")
        return text.format(index + 1, len(self._images), self._class_names[image.label])

    # Where everything stands

    @property
    def _tile(self) -> QSize:
        rows, columns = self._images[0].grid.shape if self._images else (1, 1)
        return QSize(theme.scaled(columns * _PIXEL), theme.scaled(rows * _PIXEL))

    @property
    def _columns(self) -> int:
        return max(1, (self.width() - _FRAME) // (self._tile.width() + _GAP))

    def rect_of(self, index: int) -> QRect:
        """Return where an image is shown, without its label."""
        row, column = divmod(index, self._columns)
        tile = self._tile
        left = _FRAME + column * (tile.width() + _GAP)
        return QRect(left, _FRAME + row * (tile.height() + theme.scaled(_TEXT) + _GAP), tile.width(), tile.height())

    def index_at(self, x: float, y: float) -> int | None:
        """Return the image at a place, its label included."""
        room = theme.scaled(_TEXT) + _GAP // 2
        places = (self.rect_of(index).adjusted(0, 0, 0, room) for index in range(len(self._images)))
        return next((index for index, place in enumerate(places) if place.contains(int(x), int(y))), None)

    def _fit(self) -> None:
        if self._images:
            height = self.rect_of(len(self._images) - 1).bottom() + theme.scaled(_TEXT) + _GAP
            if height != self.minimumHeight():
                self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(12 * (3 * _PIXEL + _GAP)), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        palette = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("caption"))
        for index, image in enumerate(self._images):
            rect = self.rect_of(index)
            if not rect.adjusted(-_GAP, -_GAP, _GAP, theme.scaled(_TEXT) + _GAP).intersects(event.rect()):
                continue
            painter.drawImage(rect, ink_image(image.grid.to_vector().reshape(image.grid.shape), theme.current().name))
            is_current = index == self._current
            painter.setPen(QPen(palette.accent, 2) if is_current else QPen(palette.border_strong, 1))
            edge = 2.0 if is_current else 0.5
            painter.drawRoundedRect(QRectF(rect).adjusted(-edge, -edge, edge, edge), 3, 3)
            label = QRect(rect.left(), rect.bottom() + 2, rect.width(), theme.scaled(_TEXT))
            painter.setPen(palette.accent if is_current else palette.text2)
            painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self._class_names[image.label])
            if image.validates:
                line = QRectF(rect.left() + 4, label.bottom() - 1, rect.width() - 8, 2)
                painter.fillRect(line, palette.accent)
        painter.end()

    # The pointer and the keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().x(), event.position().y())
        if event.button() != Qt.MouseButton.LeftButton or index is None:
            event.ignore()
        elif index != self._current:
            self.chosen.emit(index)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            place = event.pos()  # type: ignore[attr-defined]
            index = self.index_at(place.x(), place.y())
            QToolTip.showText(event.globalPos(), "" if index is None else self.describe(index), self)  # type: ignore[attr-defined]
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit()
        elif key in ARROWS:
            across, down = ARROWS[key]
            self._go_to(self._current + across + down * self._columns)
        elif key == Qt.Key.Key_Home:
            self._go_to(0)
        elif key == Qt.Key.Key_End:
            self._go_to(len(self._images) - 1)
        else:
            super().keyPressEvent(event)

    def _go_to(self, index: int) -> None:
        if 0 <= index < len(self._images) and index != self._current:
            self.chosen.emit(index)
