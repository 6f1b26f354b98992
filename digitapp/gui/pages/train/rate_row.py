"""The line below the learning rate that leads to the test of rates, or says why there is none to be found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.widgets import ComboBox, Label, LinkButton
from digitapp.nn import OPTIMIZERS

_LABEL_COLUMN = 96  # as that of the rows of fields


class RateRow(QWidget):
    """A button in the column of the fields. `button` is clicked when a rate is to be found.

    Parameters
    ----------
    optimizer : the list in which the optimiser is chosen
    """

    def __init__(self, optimizer: ComboBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._optimizer = optimizer
        self.button = LinkButton(
            self.tr("Find a rate… ›"),
            tip=self.tr("Let the rate grow with every batch, and see where the loss falls"),
        )
        self.button.setObjectName("findRateButton")
        self.note = Label(self.tr("This optimiser finds the length of its steps itself."), "tick", "text2", wrap=True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        grid.setColumnMinimumWidth(0, theme.scaled(_LABEL_COLUMN) + theme.SPACE)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.button, 0, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self.note, 0, 1)
        optimizer.currentIndexChanged.connect(self._show_optimizer)
        self._show_optimizer()

    @Slot()
    def _show_optimizer(self) -> None:
        entry = OPTIMIZERS.get(self._optimizer.currentData())
        finds_own_steps = entry is not None and entry.finds_own_steps
        self.button.setVisible(not finds_own_steps)
        self.note.setVisible(finds_own_steps)

    def set_locked(self, locked: bool) -> None:
        """Let no rate be found, as while a run is active, or let it again."""
        self.button.setEnabled(not locked)
