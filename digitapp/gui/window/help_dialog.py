"""Help: what the three pages are for, the keys, and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp import __version__
from digitapp.gui import theme
from digitapp.gui.widgets import Label, PrimaryButton

TEXT_WIDTH = 560


class HelpDialog(QDialog):
    """One screen that answers what a newcomer asks."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self.setProperty("panel", "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(10)
        column.addWidget(Label(self.tr("What you can do here"), "title"))
        for name, text in self._pages():
            paragraph = Label(text, "body", "text2", wrap=True)
            paragraph.setFixedWidth(theme.scaled(TEXT_WIDTH))
            column.addWidget(Label(name, "section"))
            column.addWidget(paragraph)
        column.addSpacing(8)
        column.addWidget(Label(self.tr("Keys"), "section"))
        column.addLayout(self._keys())
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addWidget(Label(self.tr("digitapp {0}, MIT licence").format(__version__), "caption", "text3"))
        row.addStretch(1)
        close = PrimaryButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        row.addWidget(close)
        column.addLayout(row)

    def _pages(self) -> list[tuple[str, str]]:
        return [
            (
                self.tr("Draw"),
                self.tr(
                    "Draw a digit with mouse, pen or finger. The network answers while you draw; the small pictures "
                    "show what becomes of your ink before the network sees it."
                ),
            ),
            (
                self.tr("Train"),
                self.tr(
                    "Choose a network and press Start. The loss falls, the accuracy rises, and the network in training "
                    "is at once the one that the other pages show."
                ),
            ),
            (
                self.tr("Features"),
                self.tr(
                    "Every picture is one hidden unit: orange pixels excite it, blue ones quiet it. Click one to see "
                    "which digits wake it and what it votes for."
                ),
            ),
            (
                self.tr("Two problems"),
                self.tr(
                    "Begin with the 4×3 toy at the top left: twelve pixels, three hidden units, every number in sight. "
                    "The 28×28 digits work the same way, with more of everything."
                ),
            ),
        ]

    def _keys(self) -> QGridLayout:
        rows = [
            ("Ctrl+1 … 6", self.tr("the pages, from top to bottom")),
            ("Ctrl+Z, Ctrl+Shift+Z", self.tr("undo, redo")),
            ("Del", self.tr("clear the canvas")),
            ("[  ]", self.tr("thinner, thicker pen")),
            ("P, E, H", self.tr("pen, eraser, hand")),
            ("Ctrl+O, Ctrl+S", self.tr("open, save")),
            ("Ctrl+Shift+S", self.tr("save a picture of any view")),
            ("Ctrl+C, Ctrl+V", self.tr("copy, paste the drawing")),
            ("Ctrl+Return", self.tr("start, pause, resume the training")),
            (".", self.tr("one training step while paused")),
            ("← → ↑ ↓", self.tr("move the pen, or over units, pixels and curves")),
            ("Space", self.tr("put the pen down, lift it; toggle a pixel of the toy")),
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
