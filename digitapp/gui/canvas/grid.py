"""The toy's pixels on the canvas: a click switches one, a drag paints."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QCursor, QKeyEvent, QPainter, QPen

from digitapp.drawing.grid import BinaryGrid
from digitapp.gui import theme
from digitapp.gui.canvas.strokes import paint_shadow
from digitapp.gui.canvas.surface import Surface, Touch
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.session import Session

GAP = 8
RING = 4.0  # room around the grid for the ring of a marked pixel
_RADIUS = 10.0

Cell = tuple[int, int]


class GridSurface(Surface):
    """Shows a grid, centred and as large as fits, its pixels numbered from 1 row by row.

    A drag gives every pixel that it meets the value that the first one got, and is one step of undo.

    Parameters
    ----------
    grid : an artwork with a grid of its own to be drawn on; the session's by default

    Signals: `pixel_hovered(int | None)`, the pixel under the pointer, counted from 0 row by row.
    """

    pixel_hovered = Signal(object)

    def __init__(self, session: Session, parent: QObject | None = None, grid: Artwork | None = None) -> None:
        super().__init__(session, parent)
        self._own = grid
        self._artwork: Artwork | None = None
        self._painted: BinaryGrid = self._grid
        self._value = True
        self._last = QPointF()
        self._hovered: Cell | None = None
        self._marked: Cell | None = None
        self._cursor: Cell = (0, 0)

    @property
    def _target(self) -> Artwork:
        """What is drawn on."""
        return self._own or self.session.artwork

    @property
    def _grid(self) -> BinaryGrid:
        """The pixels as they are shown."""
        value = self._target.value
        return value if isinstance(value, BinaryGrid) else self.session.grid

    # Geometry

    def cell_rect(self, cell: Cell) -> QRectF:
        """Return where a pixel is, in the canvas's coordinates."""
        rows, columns = self._grid.shape
        room = self.area.adjusted(RING, RING, -RING, -RING)
        side = min((room.width() + GAP) / columns, (room.height() + GAP) / rows) - GAP
        left = self.area.center().x() - (columns * (side + GAP) - GAP) / 2
        top = self.area.center().y() - (rows * (side + GAP) - GAP) / 2
        return QRectF(left + cell[1] * (side + GAP), top + cell[0] * (side + GAP), side, side)

    def cell_at(self, place: QPointF) -> Cell | None:
        """Return the pixel at a place; the gaps between pixels belong to the nearer one."""
        rows, columns = self._grid.shape
        first = self.cell_rect((0, 0))
        pitch = first.width() + GAP
        column = int((place.x() - first.left() + GAP / 2) // pitch)
        row = int((place.y() - first.top() + GAP / 2) // pitch)
        return (row, column) if 0 <= row < rows and 0 <= column < columns else None

    # Gestures

    def begin(self, touch: Touch) -> None:
        """Switch the pixel under the pointer."""
        self._artwork = self._target
        self._painted = self._grid
        self._last = touch.place
        cell = self.cell_at(touch.place)
        self._value = not touch.erases and (cell is None or not self._painted[cell])
        self._paint_pixels(touch.place)
        self.hover(touch.place)
        self.flush()

    def move(self, touch: Touch) -> None:
        """Paint the pixels on the way."""
        self._paint_pixels(touch.place)
        self.hover(touch.place)

    def flush(self) -> None:
        """Let the session see the pixels."""
        if self._artwork is not None and self._painted != self._artwork.value:
            self._artwork.show_live(self._painted)

    def finish(self) -> None:
        """Make one step of undo of the drag."""
        if self._artwork is not None:
            artwork, self._artwork = self._artwork, None
            artwork.commit(self._painted, self.tr("Pixels"))

    def abandon(self) -> None:
        """Forget the drag."""
        if self._artwork is not None:
            artwork, self._artwork = self._artwork, None
            artwork.abandon()

    def _paint_pixels(self, place: QPointF) -> None:
        """Give every pixel between the last place and this one the drag's value."""
        way = place - self._last
        length = (way.x() ** 2 + way.y() ** 2) ** 0.5
        steps = max(1, int(length / max(self.cell_rect((0, 0)).width() / 4, 1.0)))
        for step in range(1, steps + 1):
            cell = self.cell_at(self._last + way * (step / steps))
            if cell is not None:
                self._painted = self._painted.set(*cell, self._value)
        self._last = place

    # Keys and marks

    def hover(self, place: QPointF | None) -> None:
        """Ring the pixel under the pointer."""
        cell = None if place is None else self.cell_at(place)
        if cell != self._hovered:
            self._hovered = cell
            self.pixel_hovered.emit(None if cell is None else cell[0] * self._grid.shape[1] + cell[1])
            self._repaint_all()

    def mark_pixel(self, index: int | None) -> None:
        """Ring a pixel that is hovered elsewhere in the window."""
        self._marked = None if index is None else divmod(index, self._grid.shape[1])
        self._repaint_all()

    @property
    def key_help(self) -> str:
        return self.tr("Arrow keys move over the pixels, Space switches one")

    def press_key(self, event: QKeyEvent) -> bool:
        """Arrow keys move over the pixels, Space switches one."""
        rows, columns = self._grid.shape
        row, column = self._cursor
        match event.key():
            case Qt.Key.Key_Left:
                column = max(column - 1, 0)
            case Qt.Key.Key_Right:
                column = min(column + 1, columns - 1)
            case Qt.Key.Key_Up:
                row = max(row - 1, 0)
            case Qt.Key.Key_Down:
                row = min(row + 1, rows - 1)
            case Qt.Key.Key_Space:
                self._target.commit(self._grid.toggle(row, column), self.tr("Pixel"))
            case _:
                return False
        self._cursor = (row, column)
        self._repaint_all()
        return True

    def show_session(self) -> None:
        """Repaint the pixels."""
        self._repaint_all()

    def _repaint_all(self) -> None:
        self.repaint.emit(self.area.toAlignedRect())

    # Painting

    def paint(self, painter: QPainter, focused: bool) -> None:
        """Paint the pixels with their numbers, and rings around those that are pointed at."""
        palette = theme.current().palette
        painter.fillRect(self.area, palette.window)
        grid = self._grid
        rows, columns = grid.shape
        font = theme.font("caption-strong")
        painter.setFont(font)
        for row in range(rows):
            for column in range(columns):
                rect = self.cell_rect((row, column))
                on = grid[row, column]
                if not on:
                    paint_shadow(painter, rect, _RADIUS)
                painter.setPen(Qt.PenStyle.NoPen if on else QPen(palette.border, 1))
                painter.setBrush(palette.ink if on else palette.paper)
                edge = 0.0 if on else 0.5
                painter.drawRoundedRect(rect.adjusted(edge, edge, -edge, -edge), _RADIUS, _RADIUS)
                painter.setPen(theme.blend(palette.ink, palette.paper, 0.65) if on else palette.text3)
                place = rect.adjusted(12, 8, -8, -8)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, str(row * columns + column + 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(palette.accent, 2))
        for cell in {self._hovered, self._marked, self._cursor if focused else None} - {None}:
            assert cell is not None
            painter.drawRoundedRect(self.cell_rect(cell).adjusted(-3, -3, 3, 3), _RADIUS + 3, _RADIUS + 3)

    def cursor(self) -> QCursor:
        """Return the pointer."""
        return QCursor(Qt.CursorShape.PointingHandCursor)
