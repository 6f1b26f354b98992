"""The left side of the page: the table of runs with its tools, and below it what is put there."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.model import RunsModel
from digitapp.gui.pages.runs.table import RunsTable
from digitapp.gui.pages.runs.tools import RunsTools
from digitapp.gui.state.run_list import RunList
from digitapp.gui.widgets import (
    ElidedLabel,
    EmptyState,
    GhostButton,
    NoteBar,
    PlainButton,
    PrimaryButton,
    SegmentedControl,
)
from digitapp.gui.widgets.containers import paint_surface
from digitapp.gui.words.messages import Message


class _TableCard(QFrame):
    """The surface that the table stands on."""

    def __init__(self, table: RunsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, theme.SPACE)
        column.addWidget(table)
        table.setParent(self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        paint_surface(self)


class RunsStage(QWidget):
    """Lays its parts out.

    Attributes
    ----------
    tools, note, deleted, table, room : from the top; `room` says what the runs take of the disk
    empty, nothing : stand in the table's place while nothing was trained, and while nothing is found
    """

    def __init__(self, model: RunsModel, runs: RunList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = RunsTools(self)
        self.note = NoteBar(parent=self)
        self.note.hide()
        self.retry = PlainButton(self.tr("Try again"), "reset", parent=self)
        self.note.button_row.addWidget(self.retry)
        dismiss = GhostButton(self.tr("Dismiss"), parent=self)
        dismiss.clicked.connect(self.note.hide)
        self.note.button_row.addWidget(dismiss)
        self.table = RunsTable(model, runs.curve, self)
        self.to_train = PrimaryButton(self.tr("Go to Train"), "train")
        self.empty = EmptyState(
            "runs",
            self.tr("Runs appear here when you train"),
            self.tr("Each one is kept with its settings, its curves and its network, so that you can compare them."),
            [self.to_train],
            parent=self,
        )
        self.show_all = PlainButton(self.tr("Show all runs"), "close")
        self.nothing = EmptyState("search", self.tr("No run is like that"), "", [self.show_all], parent=self)
        self._card = _TableCard(self.table, self)
        self.deleted = NoteBar("info", parent=self)
        self.deleted.hide()
        self.undo = PlainButton(self.tr("Undo"), "undo", parent=self)
        self.done = GhostButton(self.tr("Close"), parent=self)
        for button in (self.undo, self.done):
            self.deleted.button_row.addWidget(button)
        self.done.clicked.connect(self.deleted.hide)
        self.room = ElidedLabel("", "caption", "text2", tabular=True, parent=self)
        self.room.setObjectName("runsRoom")
        self.parts = SegmentedControl(
            [self.tr("Runs"), self.tr("Curves")], name=self.tr("What is shown of the chosen runs"), parent=self
        )
        self.parts.setObjectName("runsParts")
        self.parts.currentChanged.connect(self._show_parts)
        self.below: QWidget | None = None
        self._has_table = self._has_below = self._is_compact = False
        foot = QHBoxLayout()
        foot.addWidget(self.room, 1)
        foot.addWidget(self.parts)
        self._column = column = QVBoxLayout(self)
        column.setSpacing(theme.CARD_GAP)
        for part in (self.tools, self.note, self.empty, self.nothing):
            column.addWidget(part)
        column.addWidget(self.deleted)
        column.addWidget(self._card, 3)
        column.addLayout(foot)
        self._foot = foot
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self.arrange(is_compact=False)

    def put_below(self, part: QWidget) -> None:
        """Put something below the table, which is hidden until `show_below`."""
        self.below = part
        self._column.insertWidget(self._column.indexOf(self._foot), part, 2)
        part.hide()

    def show_below(self, is_shown: bool) -> None:
        """Show or hide what was put below the table."""
        self._has_below = is_shown
        self._show_parts()

    @Slot()
    def _show_parts(self) -> None:
        """Show the table with what is below it; in little room one of the two, as a tab says."""
        one_at_a_time = self._is_compact and self._has_below and self._has_table
        self.parts.setVisible(one_at_a_time)
        shows_below = self.parts.currentIndex() == 1
        self._card.setVisible(self._has_table and not (one_at_a_time and shows_below))
        if self.below is not None:
            self.below.setVisible(self._has_below and (not one_at_a_time or shows_below))

    def arrange(self, *, is_compact: bool) -> None:
        """Take narrower margins in little room, and show one thing at a time."""
        self._is_compact = is_compact
        margin = 16 if is_compact else theme.STAGE_MARGIN
        self._column.setContentsMargins(margin, margin - 4, margin, margin)
        self._column.setSpacing(12 if is_compact else theme.CARD_GAP)
        self._show_parts()

    def show_state(self, *, has_runs: bool, has_found: bool, is_read: bool) -> None:
        """Show the table, or what stands in its place."""
        self.tools.of_table.setVisible(has_runs)
        self.tools.setVisible(has_runs or self.tools.views.count() > 1)
        self.empty.setVisible(is_read and not has_runs and not self.note.isVisibleTo(self))
        self.nothing.setVisible(has_runs and not has_found)
        self._has_table = has_runs and has_found
        self._show_parts()
        self.room.setVisible(has_runs)
        self._rest.setVisible(not (has_runs and has_found))

    def show_message(self, message: Message, *, can_retry: bool = False) -> None:
        """Say what went wrong, with a button to try again where that may help."""
        self.note.set_note("error", message.text, title=message.title, remedy=message.remedy)
        self.retry.setVisible(can_retry)
        self.note.show()

    def show_deleted(self, text: str) -> None:
        """Say what was deleted, and offer to bring it back; "" for nothing."""
        self.deleted.set_note("info", text)
        self.deleted.setVisible(bool(text))
