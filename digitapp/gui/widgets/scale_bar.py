"""The colour scale that stands by every picture of weights or activations."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.images import weights_image
from digitapp.inspection.colors import signed_label

_BAR = 8
_GAP = 3
_STEPS = 253


class ScaleBar(QWidget):
    """A bar from −limit over 0 to +limit in the diverging colours, or from 0 to the limit in the accent."""

    def __init__(self, kind: Literal["weights", "activation"] = "weights", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._limit = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._describe()

    def set_limit(self, limit: float) -> None:
        """Set the value of the bar's end, > 0."""
        if limit != self._limit:
            self._limit = limit
            self._describe()
            self.update()

    def labels(self) -> tuple[str, ...]:
        """Return the numbers under the bar, from left to right."""
        if self._kind == "weights":
            return signed_label(-self._limit), signed_label(0), signed_label(self._limit)
        return "0", f"{self._limit:.4g}"

    def _describe(self) -> None:
        labels = self.labels()
        self.setAccessibleName(self.tr("Colour scale from {0} to {1}").format(labels[0], labels[-1]))

    def sizeHint(self) -> QSize:
        return QSize(theme.scaled(160), _BAR + _GAP + QFontMetrics(theme.font("tick")).height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.scaled(88), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        current = theme.current()
        p = current.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 0, self.width(), _BAR)
        shape = QPainterPath()
        shape.addRoundedRect(bar, 1.5, 1.5)
        if self._kind == "weights":
            painter.save()
            painter.setClipPath(shape)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(bar, weights_image(np.linspace(-1, 1, _STEPS)[np.newaxis], 1.0, current.name))
            painter.restore()
        else:
            from PySide6.QtGui import QLinearGradient  # brings 170 presets, which take 4 ms of a start

            gradient = QLinearGradient(bar.topLeft(), bar.topRight())
            gradient.setColorAt(0, p.sunken)
            gradient.setColorAt(1, p.accent)
            painter.fillPath(shape, gradient)
        painter.setPen(p.text2)
        painter.setFont(theme.tabular(theme.font("tick")))
        line = QRect(0, _BAR + _GAP, self.width(), self.height() - _BAR - _GAP)
        labels = self.labels()
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, labels[0])
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop, labels[-1])
        if len(labels) == 3:
            painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, labels[1])
