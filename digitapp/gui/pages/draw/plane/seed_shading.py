"""Where networks of other seeds disagree, as hatching over the plane, with the border of each as a thin line."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap

from digitapp.gui import theme
from digitapp.gui.plots.plane_picture import Frame
from digitapp.inspection.seed_maps import SeedMaps

_GAP = 6  # pixels between two lines of the hatching
_STRONGEST = 0.5  # where every other network says something else


class SeedShading:
    """Paints it, and keeps it for the next picture."""

    def __init__(self) -> None:
        self._kept: tuple[object, QPixmap] | None = None

    def paint(self, painter: QPainter, frame: Frame, seeds: SeedMaps, ratio: float) -> None:
        """Paint hatching, the stronger the less agree, and the borders."""
        size = round(frame.area.width()), round(frame.area.height())
        key = seeds, size, frame.bounds, ratio, theme.current().is_dark
        if self._kept is None or self._kept[0] != key:
            self._kept = key, _layer(frame, seeds, ratio)
        painter.drawPixmap(frame.area.topLeft(), self._kept[1])


def _layer(frame: Frame, seeds: SeedMaps, ratio: float) -> QPixmap:
    area = QRectF(0, 0, frame.area.width(), frame.area.height())
    pixmap = QPixmap(round(area.width() * ratio), round(area.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    palette = theme.current().palette
    painter.setPen(QPen(palette.text, 1.2))
    reach = area.width() + area.height()
    painter.drawLines([QLineF(at, 0, at - area.height(), area.height()) for at in range(0, int(reach), _GAP)])
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(area, _opacity(seeds))
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    local = Frame(frame.bounds, area)
    painter.setPen(QPen(theme.blend(palette.paper, palette.text, 0.6), 0.8))
    for found in seeds.maps:
        painter.drawLines([QLineF(*line) for line in local.all_at(found.lines).reshape(-1, 4).tolist()])
    painter.end()
    return pixmap


def _opacity(seeds: SeedMaps) -> QImage:
    """Return how strongly the hatching is seen, as a picture of nothing but opacity."""
    shares = np.minimum(seeds.disagreement[::-1] / _STRONGEST, 1.0) * 255
    levels = np.ascontiguousarray(np.rint(shares).astype(np.uint8))
    rows, columns = levels.shape
    return QImage(levels.tobytes(), columns, rows, columns, QImage.Format.Format_Alpha8).copy()
