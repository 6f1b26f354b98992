"""The sections of an explanation as widgets: made once, and filled with what is to be said."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.step.activation_curve import ActivationCurve
from digitapp.gui.pages.step.explain import Block, unit_of
from digitapp.gui.pages.step.ledger import Ledger
from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import HairLine, Label, SectionHeader


class Formula(Label):
    """A formula with subscripts. Its text is made by the program; names in it are escaped."""

    def __init__(self, *, wrap: bool, parent: QWidget | None = None) -> None:
        super().__init__("", "caption", "text2", wrap=wrap, tabular=True, parent=parent)
        self.setTextFormat(Qt.TextFormat.RichText)


class BlockView(QWidget):
    """One section: its title with a formula, lines of numbers, formulas with the numbers put in, perhaps a curve.

    Signals: `chosen(Focus)` of a line.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._header = SectionHeader("")
        self._aside, self._below = Formula(wrap=False), Formula(wrap=True)
        self._header.add(self._aside)
        self.ledger = Ledger()
        self.ledger.chosen.connect(self.chosen)
        self._lines = Formula(wrap=True)
        self._curve = ActivationCurve()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(HairLine())
        column.addSpacing(2)
        for part in (self._header, self._below, self.ledger, self._lines, self._curve):
            column.addWidget(part)

    def show_block(self, block: Block, scene: Scene) -> None:
        """Show a section of a scene."""
        self._header.title.setText(block.title)
        self._place_aside(block.aside)
        self.ledger.show_rows(block.rows, scene.focus)
        self.ledger.setVisible(bool(block.rows))
        self._lines.setText(block.line)
        self._lines.setVisible(bool(block.line))
        self._curve.setVisible(block.plots_activation)
        if block.plots_activation:
            self._curve.show_unit(scene, scene.stop.layer, unit_of(scene))

    def _place_aside(self, text: str) -> None:
        """Put a formula beside the title, or below it where there is no room."""
        self._aside.setText(text)
        self._below.setText(text)
        needed = self._header.title.sizeHint().width() + self._aside.sizeHint().width() + 2 * theme.SPACE
        fits = needed <= self.width()
        self._aside.setVisible(bool(text) and fits)
        self._below.setVisible(bool(text) and not fits)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_aside(self._below.text())
