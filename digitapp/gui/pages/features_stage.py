"""The left side of the Features page: the tools, the grid of units, and below a single row of them the strip."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.features_grid import FeatureGrid, UnitStrip
from digitapp.gui.pages.features_tools import FeatureTools
from digitapp.gui.widgets import Label, NoteBar, Panel
from digitapp.gui.widgets.tile_layout import TileLayout, lay_out

MOST_STRIP_UNITS = 4
_MOST_STRIP_CELLS, _STRIP_HEIGHT = 64, 212
_LEAST_TILE, _LARGEST_TILE = 56, 360
_UNLIMITED = 16_777_215


class FeatureStage(Panel):
    """Lays out its parts; what they show is the page's business."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("window", parent)
        self.tools = FeatureTools()
        self.note = NoteBar("error")
        self.note.hide()
        self.grid = FeatureGrid()
        self.grid.setObjectName("unitGrid")
        self.grid.set_tile_limits(_LEAST_TILE, _LARGEST_TILE)
        self.strip = UnitStrip(self.grid)
        self.strip.hide()
        self.hint = Label("", "caption", "text2", wrap=True)
        column = QVBoxLayout(self)
        # The grid's scroll bar stands in the stage's margin, so that it takes no column of tiles away.
        column.setContentsMargins(20, 20, 8, 20)
        column.setSpacing(12)
        column.addWidget(self.tools)
        column.addWidget(self.note)
        body = QVBoxLayout()
        body.setSpacing(4)
        body.addWidget(self.grid, 1)
        body.addWidget(self.strip, 1)
        hint_row = QHBoxLayout()
        hint_row.setContentsMargins(4, 0, 16, 0)
        hint_row.addWidget(self.hint)
        body.addLayout(hint_row)
        column.addLayout(body, 1)

    def arrange(self, shape: tuple[int, ...], *, of_pixels: bool) -> bool:
        """Give the grid all the room, or where a few small pictures need less, put the strip below them.

        Parameters
        ----------
        shape : units, rows and columns of the pictures
        of_pixels : whether the pictures' cells are the inputs' pixels

        Returns
        -------
        whether the strip is shown
        """
        units, rows, columns = shape
        few = 0 < units <= MOST_STRIP_UNITS and rows * columns <= _MOST_STRIP_CELLS and of_pixels
        layout = self._above_strip(units, rows, columns) if few else None
        self.grid.set_tile_limits(_LEAST_TILE, 2 * _LARGEST_TILE if few else _LARGEST_TILE)
        if layout is not None:
            self.grid.setFixedHeight(int(layout.height) + 1)
        else:
            self.grid.setMinimumHeight(0)
            self.grid.setMaximumHeight(_UNLIMITED)
        self.strip.setVisible(layout is not None)
        return layout is not None

    def _above_strip(self, units: int, rows: int, columns: int) -> TileLayout | None:
        """Return where the tiles stand when the strip takes its part, None where they do not fit in a row."""
        # Counted from the stage's edges: grid and strip still have the sizes of what was shown before.
        height = self.height() - 28 - self.hint.heightForWidth(self.hint.width()) - self.grid.geometry().top()
        if height <= 2 * _STRIP_HEIGHT:
            return None
        layout = lay_out(
            units,
            rows,
            columns,
            self.grid.width(),
            height - _STRIP_HEIGHT,
            ratio=self.devicePixelRatioF(),
            least_tile=_LEAST_TILE,
            largest_tile=2 * _LARGEST_TILE,
        )
        return layout if layout.tiles.down == 1 else None
