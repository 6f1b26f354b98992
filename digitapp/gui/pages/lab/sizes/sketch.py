"""A network of any size, drawn as textbooks draw it: columns of units, and a line for each weight."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import CENTRE, paint_fitted
from digitapp.gui.widgets.numbers import thousands
from digitapp.lab.sizes import NetworkSize

_WHOLE = 12  # units of a column that is drawn whole; of a longer one the first and the last few
_SHOWN = 5
_RADIUS = 8.0
_GAP = 14.0  # at most, between two of a column


class NetworkSketch(QWidget):
    """The columns of a network with how many units and weights there are; of long columns a part is drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = NetworkSize((1, 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_size(self, size: NetworkSize) -> None:
        """Draw another network."""
        self._size = size
        texts = [self.tr("{0} inputs").format(thousands(size.sizes[0]))]
        texts += [self.tr("{0} units").format(thousands(units)) for units in size.sizes[1:]]
        self.setAccessibleName(self.tr("The network, drawn"))
        self.setAccessibleDescription("\n".join(texts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(420), theme.scaled(260))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(240), theme.scaled(150))

    def _columns(self, area: QRectF) -> list[list[QPointF | None]]:
        """Return where the units of each column are painted, None for those that are left out."""
        sizes = self._size.sizes
        apart = area.width() / (len(sizes) - 1)
        columns: list[list[QPointF | None]] = []
        for place, units in enumerate(sizes):
            room = max(3, int(area.height() / (2 * 3.0 + 2)))  # units of the least size
            whole = units <= min(_WHOLE, room)
            shown = units if whole else 2 * min(_SHOWN, (room - 1) // 2) + 1
            pitch = min(2 * _RADIUS + _GAP, area.height() / max(1, shown - 1))
            top = area.center().y() - pitch * (shown - 1) / 2
            x = area.left() + apart * place
            points: list[QPointF | None] = [QPointF(x, top + pitch * row) for row in range(shown)]
            if not whole:
                points[shown // 2] = None
            columns.append(points)
        return columns

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QFontMetricsF(theme.font("caption")).height()
        side = min(float(theme.scaled(48)), self.width() / (2 * len(self._size.sizes)))
        area = QRectF(self.rect()).adjusted(side, 2 * line + 16, -side, -line - 16)
        columns = self._columns(area)
        painter.setPen(QPen(palette.border_strong, 1))
        for left, right in pairwise(columns):
            lines = [QLineF(a, b) for a in left for b in right if a is not None and b is not None]
            painter.drawLines(lines)
        for place, points in enumerate(columns):
            self._paint_column(painter, place, points, area)
        self._paint_words(painter, area, line)

    def _paint_column(self, painter: QPainter, place: int, points: list[QPointF | None], area: QRectF) -> None:
        palette = theme.current().palette
        pitch = area.height() / max(1, len(points))
        radius = max(2.0, min(_RADIUS, pitch / 2 - 1.5, area.width() / (3 * len(self._size.sizes))))
        painter.setPen(QPen(palette.text2 if place == 0 else palette.accent, 1.4))
        for number, point in enumerate(points):
            if point is not None:
                painter.setBrush(palette.paper if place == 0 else palette.accent_tint)
                painter.drawEllipse(point, radius, radius)
                continue
            before, after = points[number - 1], points[number + 1]
            assert before is not None and after is not None, "the first and the last are never left out"
            painter.setBrush(palette.text2)
            painter.save()
            painter.setPen(Qt.PenStyle.NoPen)
            for step in (-1, 0, 1):
                painter.drawEllipse((before + after) / 2 + QPointF(0, step * min(5.0, radius)), 1.5, 1.5)
            painter.restore()

    def _paint_words(self, painter: QPainter, area: QRectF, line: float) -> None:
        palette, size = theme.current().palette, self._size
        apart = area.width() / (len(size.sizes) - 1)
        font, strong = theme.tabular(theme.font("caption")), theme.tabular(theme.font("caption-strong"))
        for place, units in enumerate(size.sizes):
            middle = area.left() + apart * place
            half = min(apart / 2, middle, self.width() - middle)
            title = QRectF(middle - half, 0, 2 * half, line + 2)
            paint_fitted(painter, title, self._titles(place), [font], palette.text2, CENTRE, elide=True)
            paint_fitted(
                painter, title.translated(0, line + 1), [thousands(units)], [strong], palette.text, CENTRE, elide=True
            )
        for place, layer in enumerate(size.layers):
            left = area.left() + apart * place
            texts = [self.tr("{0} weights").format(thousands(layer.weights)), thousands(layer.weights)]
            below = QRectF(left, self.height() - line - 4, apart, line + 4)
            paint_fitted(painter, below, texts, [font], palette.text2, CENTRE)

    def _titles(self, place: int) -> list[str]:
        """Return what stands above a column, the longest words first."""
        last = len(self._size.sizes) - 1
        if place == 0:
            return [self.tr("Inputs")]
        if place == last:
            return [self.tr("Output")]
        return [self.tr("Hidden layer {0}").format(place), self.tr("Hidden {0}").format(place), str(place)]
