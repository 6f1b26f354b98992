"""The progress bar with its epochs, and the slider."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QSlider, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets.focus import FocusRing

_BAR = 8
_MIN_SEGMENT = 6


class ProgressBar(QProgressBar):
    """A QProgressBar whose groove is parted into equal segments, such as epochs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments = 1
        self.setTextVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_segments(self, count: int) -> None:
        """Part the groove into ``count`` equal segments; they are left out where they would be too narrow to see."""
        self._segments = max(1, count)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _BAR)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, _BAR)

    def fraction(self) -> float:
        """Return how far it is, 0 to 1; 0 while the end is unknown."""
        span = self.maximum() - self.minimum()
        return max(0.0, min(1.0, (self.value() - self.minimum()) / span)) if span > 0 else 0.0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(0, (self.height() - _BAR) / 2, self.width(), _BAR)
        shape = QPainterPath()
        shape.addRoundedRect(groove, _BAR / 2, _BAR / 2)
        painter.fillPath(shape, p.sunken)
        done = QPainterPath()
        done.addRoundedRect(QRectF(groove.left(), groove.top(), groove.width() * self.fraction(), _BAR), 2, 2)
        painter.fillPath(shape.intersected(done), p.accent)
        if self._segments > 1 and groove.width() / self._segments >= _MIN_SEGMENT:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            for i in range(1, self._segments):
                x = round(groove.width() * i / self._segments)
                painter.fillRect(QRectF(x - 1, groove.top(), 1, _BAR), p.window)


class Slider(QSlider):
    """A horizontal slider: four pixels of groove, a round handle that follows a click anywhere on the groove."""

    _HANDLE = 16
    _GROOVE = 4

    def __init__(self, minimum: int = 0, maximum: int = 100, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(minimum, maximum)
        self.setAccessibleName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        FocusRing(self, 6)

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(112), theme.scaled(24))

    def minimumSizeHint(self) -> QSize:
        return QSize(48, self._HANDLE + 2)

    def _handle_x(self) -> float:
        span = self.maximum() - self.minimum()
        share = (self.value() - self.minimum()) / span if span else 0.0
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        return self._HANDLE / 2 + share * (self.width() - self._HANDLE)

    def _follow(self, x: float) -> None:
        share = (x - self._HANDLE / 2) / max(1, self.width() - self._HANDLE)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            share = 1 - share
        span = self.maximum() - self.minimum()
        self.setSliderPosition(self.minimum() + round(max(0.0, min(1.0, share)) * span))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self._follow(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle, x, half = self.height() / 2, self._handle_x(), self._GROOVE / 2
        on_window = p.sunken if theme.current().is_dark else p.border
        painter.setBrush(on_window)
        painter.drawRoundedRect(QRectF(0, middle - half, self.width(), self._GROOVE), half, half)
        color = p.accent if self.isEnabled() else p.border_strong
        painter.setBrush(color)
        start, end = (x, self.width()) if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else (0, x)
        painter.drawRoundedRect(QRectF(start, middle - half, end - start, self._GROOVE), half, half)
        active = self.isSliderDown() or self.underMouse()
        painter.setPen(QPen(p.accent_hover if active and self.isEnabled() else color, 2))
        painter.setBrush(p.text if theme.current().is_dark else p.surface)
        radius = self._HANDLE / 2 - 1
        painter.drawEllipse(QPointF(x, middle), radius, radius)
