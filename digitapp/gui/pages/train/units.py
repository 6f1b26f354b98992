"""The card that shows the first layer's units while they learn."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.datasets.problems import Problem
from digitapp.gui import theme
from digitapp.gui.pictures import offer_picture
from digitapp.gui.widgets import Card, ElidedLabel, LinkButton, ScaleBar, UnitGrid
from digitapp.gui.widgets.numbers import thousands
from digitapp.nn.network import Network

MOST_UNITS = 256  # more would be dots, and cost time that the training wants


class UnitsCard(Card):
    """Every hidden unit's weights as a small picture. `opened(unit)` asks for the Features page; −1 is no unit."""

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        offer_picture(self, self.tr("Units in training"), "units")
        self.set_title(self.tr("Hidden units, live"))
        self.grid = UnitGrid()
        self.grid.set_whole(True)
        self.grid.set_tile_limits(8, 160)
        self.grid.set_ground("surface")
        self._scale = ScaleBar()
        self._scale.setFixedWidth(theme.scaled(120))
        self._caption = ElidedLabel("", "caption", "text2")
        link = LinkButton(self.tr("Open in Features ›"), tip=self.tr("See every unit large, with what it votes for"))
        link.clicked.connect(self._on_link)
        self.slot.addWidget(link)
        below = QHBoxLayout()
        below.addWidget(self._scale, 0, Qt.AlignmentFlag.AlignTop)
        below.addSpacing(theme.SPACE)
        self._caption.setAlignment(Qt.AlignmentFlag.AlignRight)
        below.addWidget(self._caption, 1, Qt.AlignmentFlag.AlignTop)
        self.body.addWidget(self.grid, 1)
        self.body.addLayout(below)
        self.grid.unit_activated.connect(self.opened)

    def _on_link(self) -> None:
        self.opened.emit(-1)

    def show_network(self, network: Network, problem: Problem, limit: float) -> None:
        """Show another network, perhaps of another shape, its colours up to `limit`."""
        has_hidden = len(network.sizes) > 2
        self.set_title(self.tr("Hidden units, live") if has_hidden else self.tr("Output units, live"))
        units = network.sizes[1]
        if units > MOST_UNITS:
            text = self.tr("the first {0} of {1} units").format(MOST_UNITS, thousands(units))
        else:
            text = (
                self.tr("%n unit(s) of the first layer", "", units)
                if has_hidden
                else self.tr("%n unit(s), one for each class", "", units)
            )
        self._caption.setText(text)
        self.refresh(network, problem, limit)

    def refresh(self, network: Network, problem: Problem, limit: float) -> None:
        """Show the present weights of the same network."""
        weights = network.unit_weights[0].T[:MOST_UNITS]
        images = np.array(weights, order="C").reshape(-1, problem.rows, problem.columns)
        self._scale.set_limit(limit)
        self.grid.set_images(images, limit)
