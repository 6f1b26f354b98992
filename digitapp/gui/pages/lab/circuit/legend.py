"""What stands above and below a wire, and what its beads mean."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from digitapp.gui import theme
from digitapp.gui.diagram.backward import paint_beads
from digitapp.gui.pages.lab.circuit.machine import Scene
from digitapp.gui.translation import translate
from digitapp.gui.widgets import ElidedLabel, Label


class CircuitLegend(QWidget):
    """One line; of the gradients it speaks as soon as there are some."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below = ElidedLabel(translate("Circuit", "below: the gradient of f"), "caption", "gradient")
        self._beads = QWidget(self)
        beads = QHBoxLayout(self._beads)
        beads.setContentsMargins(0, 0, 0, 0)
        beads.setSpacing(8)
        for sign, text in ((1.0, translate("Circuit", "f grows")), (-1.0, translate("Circuit", "f falls"))):
            beads.addWidget(_Beads(sign, self._beads))
            beads.addWidget(Label(text, "caption", "text2"))
            beads.addSpacing(8)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(ElidedLabel(translate("Circuit", "above a wire: its value"), "caption", "text2"))
        row.addWidget(self._below)
        row.addStretch(1)
        row.addWidget(self._beads)
        self.setFixedHeight(theme.scaled(20))

    def show_scene(self, scene: Scene) -> None:
        """Speak of gradients, or not yet."""
        goes_back = scene.position > len(scene.walk.forward)
        self._below.setVisible(goes_back)
        self._beads.setVisible(goes_back)


class _Beads(QWidget):
    """Four beads of a sign."""

    def __init__(self, sign: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._sign = sign
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(48, 12)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        paint_beads(painter, np.array([0.0, middle, float(self.width()), middle]), self._sign, 1.0)
