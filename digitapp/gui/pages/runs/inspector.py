"""The right side of the page: what is known of the run that the keys are about, or how several compare."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.rows import Row
from digitapp.gui.pages.runs.run_panel import RunPanel
from digitapp.gui.widgets import Label, ScrollPanel

_MARGIN = 20


class RunsInspector(ScrollPanel):
    """Shows one row.

    Attributes
    ----------
    run : what is known of it
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._hint = Label(
            self.tr("Choose two or more runs by their check boxes, and they are compared here."),
            "caption",
            "text2",
            wrap=True,
        )
        self._comparison: QWidget | None = None
        self._has_run = self._compares = False
        self._column = column = QVBoxLayout(self.content)
        column.setContentsMargins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
        column.setSpacing(theme.SPACE)
        self.run = RunPanel(self.content)
        self.run.hide()
        column.addWidget(self.run)
        column.addSpacing(theme.SPACE)
        column.addWidget(self._hint)
        column.addStretch(1)

    def put_comparison(self, part: QWidget) -> None:
        """Put in what stands in the place of a single run while several are chosen."""
        self._comparison = part
        self._column.insertWidget(0, part)
        part.hide()

    def show_comparison(self, is_shown: bool) -> None:
        """Show what compares the chosen ones, or what is known of the one that the keys are about."""
        self._compares = is_shown
        self._hint.setHidden(is_shown)
        self.run.setVisible(self._has_run and not is_shown)
        if self._comparison is not None:
            self._comparison.setVisible(is_shown)

    def show_row(self, row: Row | None, *, is_deleted: bool = False, can_change: bool = True) -> None:
        """Show another row, None for none."""
        self._has_run = row is not None
        self.run.setVisible(self._has_run and not self._compares)
        if row is not None:
            self.run.show_row(row, is_deleted=is_deleted, can_change=can_change)
