"""What lies on the canvas where inputs are numbers and no picture: a sheet that says so."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QPainter

from digitapp.gui import theme
from digitapp.gui.canvas.surface import Surface, paint_invitation


class NumbersSurface(Surface):
    """A sheet that takes no pen."""

    @property
    def key_help(self) -> str:
        return self.tr("The inputs of this problem are numbers: there is nothing to draw")

    def show_session(self) -> None:
        self.repaint.emit(self.area.toAlignedRect())

    def cursor(self) -> QCursor:
        return QCursor(Qt.CursorShape.ArrowCursor)

    def paint(self, painter: QPainter, focused: bool) -> None:  # noqa: ARG002
        painter.fillRect(self.area, theme.current().palette.paper)
        paint_invitation(painter, self.area, self.key_help, by_keys=False)
