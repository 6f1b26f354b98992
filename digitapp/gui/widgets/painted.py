"""What is painted once and kept as pixels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap


def painted(size: QSize | QSizeF, ratio: float, paint: Callable[[QPainter], None]) -> QPixmap:
    """Return a picture on a ground that can be seen through.

    Parameters
    ----------
    size : in device-independent pixels
    ratio : of the screen's pixels to these
    paint : is called with a painter that smooths edges
    """
    whole = QSizeF(size) * ratio
    pixmap = QPixmap(whole.toSize())
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
    return pixmap
