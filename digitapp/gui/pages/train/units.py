"""The card that shows the first layer's units while they learn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Problem
from digitapp.gui import theme
from digitapp.gui.pages.train.lower_room import LowerView
from digitapp.gui.plots.plane_picture import bounds_around, points_of
from digitapp.gui.widgets import ElidedLabel, LinkButton, ScaleBar, UnitGrid
from digitapp.gui.widgets.numbers import thousands
from digitapp.inspection.colors import symmetric_limit
from digitapp.inspection.regions import unit_regions
from digitapp.nn.network import Network

_PLACES = 32  # a side of a half-plane
MOST_UNITS = 256  # more would be dots, and cost time that the training wants


class UnitsCard(LowerView):
    """Every hidden unit as a small picture of its weights, or of its half-plane.

    Signals: `opened(unit)` asks for the Features page; −1 is no unit.
    """

    opened = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Units in training"), "units", parent)
        self.grid = UnitGrid()
        self.grid.set_whole(True)
        self.grid.set_tile_limits(8, 160)
        self.grid.set_ground("surface")
        self._scale = ScaleBar()
        self._scale.setFixedWidth(theme.scaled(120))
        self._caption = ElidedLabel("", "caption", "text2")
        link = LinkButton(self.tr("Open in Features ›"), tip=self.tr("See every unit large, with what it votes for"))
        link.clicked.connect(self._on_link)
        self.slot.addStretch(1)
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

    def show_network(self, network: Network, problem: Problem, limit: float, dataset: Dataset | None) -> None:
        """Show another network, perhaps of another shape: its weights in colours up to `limit`, or half-planes."""
        has_hidden = len(network.sizes) > 2
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
        if problem.is_plane:
            self.show_regions(network, dataset)
        else:
            self.refresh(network, problem, limit)

    def _show_images(self, images: NDArray[np.floating], limit: float) -> None:
        self._scale.set_limit(limit)
        self.grid.set_images(images, limit)

    def refresh(self, network: Network, problem: Problem, limit: float) -> None:
        """Show the present weights of the same network."""
        weights = network.unit_weights[0].T[:MOST_UNITS]
        self._show_images(np.array(weights, order="C").reshape(-1, problem.rows, problem.columns), limit)

    def show_regions(self, network: Network, dataset: Dataset | None) -> None:
        """Show where in the plane each unit of the same network wakes."""
        sums = unit_regions(network, 0, bounds_around(points_of(dataset)), _PLACES)[:MOST_UNITS]
        self._show_images(sums, symmetric_limit(sums))
