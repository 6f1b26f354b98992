"""The left side of the Features page: the tools, the grid of units, and below a single row of them the strip."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.features.grid import FeatureGrid, UnitStrip
from digitapp.gui.pages.features.tools import FeatureTools, SizeTools
from digitapp.gui.widgets import GhostButton, Label, NoteBar, Panel, ProgressBar
from digitapp.gui.widgets.tile_layout import TileLayout, lay_out

MOST_STRIP_UNITS = 4
_MOST_STRIP_CELLS, _STRIP_HEIGHT = 64, 212
_LEAST_TILE, _LARGEST_TILE = 56, 360
_MARGIN, _SPACING = 20, 12
_UNLIMITED = 16_777_215


class WorkBar(QWidget):
    """What is being worked out, how far it is, and a button to leave it.

    Signals: `cancel_wanted`.
    """

    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = Label("", "caption", "text2", tabular=True)
        self._bar = ProgressBar()
        cancel = GhostButton(self.tr("Cancel"))
        cancel.clicked.connect(self.cancel_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self._text)
        row.addWidget(self._bar, 1)
        row.addWidget(cancel)
        self.hide()

    def set_progress(self, text: str, done: int, total: int) -> None:
        """Show what is worked out and how much of it is done."""
        self._text.setText(text)
        self._bar.setMaximum(max(1, total))
        self._bar.setValue(done)

    def text(self) -> str:
        """Return what is being worked out."""
        return self._text.text()


class FeatureStage(Panel):
    """Lays out its parts; what they show is the page's business.

    Attributes
    ----------
    timeline_place : an empty layout below the units, for what concerns the whole run
    """

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
        self.sizes = SizeTools()
        self.hint = self.sizes.hint
        self.work = WorkBar()
        self.timeline_place = QVBoxLayout()
        self.sizes.zoom_wanted.connect(self.grid.zoom_by)
        self.sizes.whole_wanted.connect(self.grid.zoom_to_whole)
        self.sizes.suiting_wanted.connect(self.grid.reset_zoom)
        self.grid.zoom_changed.connect(self._on_zoomed)
        column = QVBoxLayout(self)
        # The grid's scroll bar stands in the stage's margin, so that it takes no column of tiles away.
        column.setContentsMargins(_MARGIN, _MARGIN, 8, _MARGIN)
        column.setSpacing(_SPACING)
        column.addWidget(self.tools)
        column.addWidget(self.note)
        body = QVBoxLayout()
        body.setSpacing(4)
        body.addWidget(self.grid, 1)
        body.addWidget(self.strip, 1)
        body.addWidget(self.sizes)
        body.addWidget(self.work)
        column.addLayout(body, 1)
        column.addLayout(self.timeline_place)

    @Slot()
    def _on_zoomed(self) -> None:
        self.sizes.show_zoom(is_whole=self.grid.is_whole())

    def show_work(self, works: bool) -> None:
        """Show what is being worked out in place of the line below the units, or that line again."""
        self.sizes.setVisible(not works)
        self.work.setVisible(works)

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
        # Counted from the stage's edges: its parts still have the places of what was shown before.
        parts = [self.tools, self.sizes, *([] if self.note.isHidden() else [self.note])]
        taken = sum(part.sizeHint().height() + _SPACING for part in parts)
        height = self.height() - 2 * _MARGIN - taken - self.timeline_place.sizeHint().height()
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
