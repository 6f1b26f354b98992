"""A line of the window that says what has happened and offers what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import ElidedLabel, HairLine, IconView, Panel

_HEIGHT = 44


class OfferBar(Panel):
    """A text behind an icon, if any, and before the buttons that are added to it; below them a hairline.

    Attributes
    ----------
    line : the text
    """

    def __init__(self, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.line = ElidedLabel("", "caption-strong")
        whole = QWidget()
        whole.setFixedHeight(theme.scaled(_HEIGHT))
        self._row = QHBoxLayout(whole)
        self._row.setContentsMargins(16, 0, 16, 0)
        self._row.setSpacing(12)
        if icon:
            self._row.addWidget(IconView(icon, 16))
        self._row.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(whole)
        column.addWidget(HairLine(Qt.Orientation.Horizontal))

    def add(self, button: QWidget) -> None:
        """Append a button."""
        self._row.addWidget(button)
