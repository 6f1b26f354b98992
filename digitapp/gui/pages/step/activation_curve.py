"""The curve of a layer's activation, with a dot for each of its units."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.state.scene import Scene
from digitapp.gui.translation import listed
from digitapp.gui.widgets.numbers import decimal
from digitapp.nn import ACTIVATIONS

_HEIGHT = 128
_MOST_DOTS = 40
_MOST_NAMES = 8
_ALIKE = 0.25  # sums that are so near have one place on the curve


class ActivationCurve(QWidget):
    """f(z) over z: the unit that is told about with its lines to both axes, the others as grey dots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Scene | None = None
        self._layer = self._unit = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Curve of the activation"))

    def show_unit(self, scene: Scene, layer: int, unit: int) -> None:
        """Show where a unit of a layer stands on the curve."""
        self._scene, self._layer, self._unit = scene, layer, unit
        numbers = scene.numbers.layers[layer]
        name = scene.shown.names.unit(layer, unit)
        said = self.tr("{0}: sum {1}, activation {2}")
        self.setAccessibleDescription(
            said.format(name, decimal(float(numbers.sums[unit]), 3), decimal(float(numbers.activations[unit]), 3))
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(280), theme.scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(160), theme.scaled(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        scene = self._scene
        if scene is None:
            return
        numbers = scene.numbers.layers[self._layer]
        finite = numbers.sums[np.isfinite(numbers.sums)]
        if not finite.size:
            return
        reach = max(6.0, math.ceil(float(np.abs(finite).max())))
        z = np.linspace(-reach, reach, 121)[np.newaxis]
        key = scene.network.activations[self._layer]
        a = np.empty_like(z)
        activation = ACTIVATIONS[key]
        if activation.pieces > 1:  # the piece that won is passed on as it is
            a[...] = z
        else:
            activation.value(z.copy(), a)
        low, high = min(0.0, float(a.min())), max(1.0, float(a.max()))
        self._paint(z[0], a[0], (low, high), reach)

    def _paint(self, z: np.ndarray, a: np.ndarray, span: tuple[float, float], reach: float) -> None:
        p, painter = theme.current().palette, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tick = theme.font("tick")
        painter.setFont(tick)
        low, high = span
        plot = QRectF(theme.scaled(30), 8, self.width() - theme.scaled(30) - 8, self.height() - theme.scaled(18) - 14)

        def at(x: float, y: float) -> QPointF:
            across = plot.left() + (x + reach) / (2 * reach) * plot.width()
            return QPointF(across, plot.bottom() - (y - low) / (high - low) * plot.height())

        for level in np.linspace(low, high, 3).tolist():
            y = at(0, level).y()
            painter.setPen(QPen(p.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(p.text2)
            text = decimal(level, 0 if float(level).is_integer() else 1)
            painter.drawText(
                QRectF(0, y - 8, plot.left() - 6, 16),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                text,
            )
        for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
            x = at(share * reach, low)
            painter.setPen(p.text2)
            text = decimal(share * reach, 0 if (share * reach).is_integer() else 1)
            painter.drawText(QRectF(x.x() - 24, plot.bottom() + 3, 48, 16), int(Qt.AlignmentFlag.AlignCenter), text)
        curve = QPainterPath(at(float(z[0]), float(a[0])))
        for x, y in zip(z[1:].tolist(), a[1:].tolist(), strict=True):
            curve.lineTo(at(x, y))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(p.text3, 1.6))
        painter.drawPath(curve)
        self._paint_dots(painter, at, plot)

    def _paint_dots(self, painter: QPainter, at: Callable[[float, float], QPointF], plot: QRectF) -> None:
        scene, p = self._scene, theme.current().palette
        assert scene is not None
        numbers, names = scene.numbers.layers[self._layer], scene.shown.names
        order = [unit for unit in range(min(_MOST_DOTS, numbers.sums.size)) if unit != self._unit] + [self._unit]
        for unit in order:
            z, a = float(numbers.sums[unit]), float(numbers.activations[unit])
            if not (math.isfinite(z) and math.isfinite(a)):
                continue
            point = at(z, a)
            here = unit == self._unit
            if here:
                painter.setPen(QPen(p.accent, 1.2, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(plot.left(), point.y()), point)
                painter.drawLine(QPointF(point.x(), plot.bottom()), point)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(p.accent if here else p.bar_strong)
            painter.drawEllipse(point, 5 if here else 3.5, 5 if here else 3.5)
            if numbers.sums.size <= _MOST_NAMES:
                alike = [other for other in order if abs(float(numbers.sums[other]) - z) < _ALIKE]
                if unit != max(alike, key=order.index):  # the last one that is painted here says all their names
                    continue
                painter.setFont(theme.font("caption-strong" if here else "tick"))
                painter.setPen(p.text if here else p.text2)
                above = point.y() > plot.center().y()
                box = QRectF(point.x() - 40, point.y() + (-22 if above else 6), 80, 16)
                text = listed(names.short(self._layer, other) for other in sorted(alike))
                painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
