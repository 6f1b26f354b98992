"""The right side of the page: what is known of the run that the keys are about."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.rows import Row
from digitapp.gui.widgets import Label, ScrollPanel

_MARGIN = 20


class RunsInspector(ScrollPanel):
    """Shows one row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._hint = Label(
            self.tr("Choose two or more runs by their check boxes, and they are compared here."),
            "body",
            "text2",
            wrap=True,
        )
        self._comparison: QWidget | None = None
        self._column = column = QVBoxLayout(self.content)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(theme.SPACE)
        column.addWidget(self._hint)
        column.addStretch(1)

    def put_comparison(self, part: QWidget) -> None:
        """Put in what stands in the place of a single run while several are chosen."""
        self._comparison = part
        self._column.insertWidget(0, part)
        part.hide()

    def show_comparison(self, is_shown: bool) -> None:
        """Show what compares the chosen ones, or what is known of the one that the keys are about."""
        self._hint.setHidden(is_shown)
        if self._comparison is not None:
            self._comparison.setVisible(is_shown)

    def show_row(self, _row: Row | None) -> None:
        """Show another row."""
