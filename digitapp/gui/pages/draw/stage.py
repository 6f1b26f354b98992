"""The left part of the Draw page: the canvas, as large as fits, and the tools below it."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui import theme
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.canvas.grid import GAP, RING
from digitapp.gui.canvas.strokes import paint_shadow
from digitapp.gui.pages.draw.tools import ToolsLine
from digitapp.gui.widgets import Panel

_LARGEST = 900
_TOOLS_GAP = 20
_BOTTOM = 28


class DrawStage(Panel):
    """Places a square canvas, or for a grid one of the grid's shape, with the tools on a line of the same width.

    Signals: `canvas_resized(side)` in pixels.
    """

    canvas_resized = Signal(float)

    def __init__(self, canvas: Canvas, tools: ToolsLine, parent: QWidget | None = None) -> None:
        super().__init__("window", parent)
        self._canvas, self._tools = canvas, tools
        self._grid: tuple[int, int] | None = None
        canvas.setParent(self)
        tools.setParent(self)
        self.setMinimumWidth(380)

    def set_grid(self, shape: tuple[int, int] | None) -> None:
        """Make room for a grid of (rows, columns) pixels, or with None for a sheet of paper."""
        self._grid = shape
        self._arrange()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        tools_height = self._tools.height()
        width = max(1, self.width() - 2 * theme.STAGE_MARGIN)
        height = max(1, self.height() - theme.STAGE_MARGIN - _TOOLS_GAP - tools_height - _BOTTOM)
        sheet = self._grid_sheet(width, height) if self._grid else self._square(width, height)
        self._canvas.setGeometry(sheet)
        inset = ceil(RING) if self._grid else 0
        line = QRect(sheet.left() + inset, sheet.bottom() + 1 - inset + _TOOLS_GAP, 0, tools_height)
        line.setWidth(sheet.width() - 2 * inset)
        self._tools.setGeometry(line)
        self.canvas_resized.emit(float(sheet.width()))

    def _square(self, width: int, height: int) -> QRect:
        side = min(width, height, _LARGEST)
        return QRect((self.width() - side) // 2, theme.STAGE_MARGIN, side, side)

    def _grid_sheet(self, width: int, height: int) -> QRect:
        """Return the room for whole pixels of equal size, and for the rings around those at the edge."""
        assert self._grid is not None
        rows, columns = self._grid
        height = min(height, _LARGEST)
        side = int(min((width + GAP) / columns, (height + GAP) / rows)) - GAP
        ring = ceil(RING)
        sheet_width, sheet_height = columns * (side + GAP) - GAP + 2 * ring, rows * (side + GAP) - GAP + 2 * ring
        return QRect((self.width() - sheet_width) // 2, theme.STAGE_MARGIN - ring, sheet_width, sheet_height)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shadow of the sheet of paper."""
        super().paintEvent(event)
        if self._grid is None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_shadow(painter, QRectF(self._canvas.geometry()), theme.CARD_RADIUS)
