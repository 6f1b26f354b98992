"""Help: what the pages are for, the keys, and what this program is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp import __version__
from digitapp.gui import theme
from digitapp.gui.widgets import Label, PrimaryButton, ScrollPanel
from digitapp.gui.window.keys import FULL_SCREEN_KEY
from digitapp.gui.window.placement import FRAME
from digitapp.gui.window.registry import PageRow, page_key

TEXT_WIDTH = 360


class HelpDialog(QDialog):
    """One screen that answers what a newcomer asks; a low one scrolls."""

    def __init__(self, rows: Sequence[PageRow], parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setWindowTitle(self.tr("Help"))
        self.setProperty("panel", "surface")
        panel = ScrollPanel("surface")
        column = QVBoxLayout(panel.content)
        column.setContentsMargins(28, 24, 28, 8)
        column.setSpacing(10)
        column.addWidget(Label(self.tr("What you can do here"), "title"))
        column.addLayout(self._pages())
        column.addSpacing(8)
        column.addWidget(Label(self.tr("Keys"), "section"))
        column.addLayout(self._keys())
        column.addStretch(1)
        row = QHBoxLayout()
        row.setContentsMargins(28, 8, 28, 20)
        row.addWidget(Label(self.tr("digitapp {0}, MIT licence").format(__version__), "caption", "text3"))
        row.addStretch(1)
        close = PrimaryButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        row.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panel, 1)
        whole.addLayout(row)
        # Labels that wrap know their height for a width only when they are laid out.
        column.activate()
        wanted = QSize(panel.least_width, column.totalHeightForWidth(panel.least_width) + row.sizeHint().height() + 4)
        self.resize(wanted.boundedTo(parent.screen().availableSize() - FRAME))

    def _pages(self) -> QGridLayout:
        """Say what every page is for, in two columns."""
        texts = [(row.title, row.about) for row in self._rows]
        problems = self.tr(
            "Begin with the 4×3 toy at the top left: twelve pixels, three hidden units, every number in sight. "
            "In the plane, what a network answers everywhere is one picture. The 28×28 digits work the same way, with "
            "more of everything."
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(12)
        for index, (name, text) in enumerate([*texts, (self.tr("Three problems"), problems)]):
            paragraph = Label(text, "body", "text2", wrap=True)
            paragraph.setFixedWidth(theme.scaled(TEXT_WIDTH))
            cell = QVBoxLayout()
            cell.setSpacing(4)
            cell.addWidget(Label(name, "section"))
            cell.addWidget(paragraph)
            cell.addStretch(1)
            grid.addLayout(cell, index // 2, index % 2)
        return grid

    def _keys(self) -> QGridLayout:
        rows = [
            (
                self.tr("{0} to {1}").format(page_key(0), page_key(len(self._rows) - 1)),
                self.tr("the pages, from top to bottom"),
            ),
            (FULL_SCREEN_KEY, self.tr("the whole screen, and back")),
            ("Ctrl+Z, Ctrl+Shift+Z", self.tr("undo, redo")),
            ("Del", self.tr("clear the canvas")),
            ("[  ]", self.tr("thinner, thicker pen")),
            ("P, E, H", self.tr("pen, eraser, hand")),
            ("1 … 4, Enter", self.tr("class of points, set one")),
            ("Ctrl+O, Ctrl+S", self.tr("open, save")),
            ("Ctrl+Shift+S", self.tr("save a picture of any view")),
            ("Ctrl+C, Ctrl+V", self.tr("copy, paste the drawing")),
            ("Ctrl+Return", self.tr("start, pause, resume the training")),
            (".", self.tr("one step: of the training, or through the computation on Draw")),
            ("← → ↑ ↓", self.tr("move the pen or the ring, or over units, pixels and curves")),
            ("Space", self.tr("put the pen down, lift it; toggle a pixel of the toy; play on Step")),
            ("← →, PgUp PgDn", self.tr("on Step: back and next, another image")),
            ("↑ ↓, Shift, Alt", self.tr("the weight in hand: 0.1, 1, 0.01; Enter types it")),
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        half = (len(rows) + 1) // 2
        for index, (keys, meaning) in enumerate(rows):
            native = (
                QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
                if keys.startswith("Ctrl+R")
                else keys
            )
            row, column = index % half, index // half * 2
            grid.addWidget(Label(native, "caption-strong"), row, column, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Label(meaning, "caption", "text2"), row, column + 1)
        return grid
