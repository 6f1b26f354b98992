"""The left side of the page: the table of runs with its tools, and below it what is put there."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.runs.model import RunsModel
from digitapp.gui.pages.runs.table import RunsTable
from digitapp.gui.pages.runs.tools import RunsTools
from digitapp.gui.state.run_list import RunList
from digitapp.gui.widgets import ElidedLabel, EmptyState, GhostButton, NoteBar, PlainButton, PrimaryButton


class _TableCard(QFrame):
    """The surface that the table stands on."""

    def __init__(self, table: RunsTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, theme.SPACE)
        column.addWidget(table)
        table.setParent(self)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        p = theme.current().palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(p.border, 1))
        painter.setBrush(p.surface)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, theme.CARD_RADIUS, theme.CARD_RADIUS)


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
        self._column = column = QVBoxLayout(self)
        column.setSpacing(theme.CARD_GAP)
        for part in (self.tools, self.note, self.empty, self.nothing):
            column.addWidget(part)
        column.addWidget(self.deleted)
        column.addWidget(self._card, 3)
        column.addWidget(self.room)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self.below: QWidget | None = None
        self.arrange(is_compact=False)

    def put_below(self, part: QWidget) -> None:
        """Put something below the table, which is hidden until `show_below`."""
        self.below = part
        self._column.insertWidget(self._column.indexOf(self.room), part, 2)
        part.hide()

    def show_below(self, is_shown: bool) -> None:
        """Show or hide what was put below the table."""
        if self.below is not None:
            self.below.setVisible(is_shown)

    def arrange(self, *, is_compact: bool) -> None:
        """Take narrower margins in little room."""
        margin = 16 if is_compact else theme.STAGE_MARGIN
        self._column.setContentsMargins(margin, margin - 4, margin, margin)
        self._column.setSpacing(12 if is_compact else theme.CARD_GAP)

    def show_state(self, *, has_runs: bool, has_found: bool, is_read: bool) -> None:
        """Show the table, or what stands in its place."""
        self.tools.of_table.setVisible(has_runs)
        self.tools.setVisible(has_runs or self.tools.views.count() > 1)
        self.empty.setVisible(is_read and not has_runs and not self.note.isVisibleTo(self))
        self.nothing.setVisible(has_runs and not has_found)
        self._card.setVisible(has_runs and has_found)
        self.room.setVisible(has_runs)
        self._rest.setVisible(not (has_runs and has_found))

    def show_deleted(self, text: str) -> None:
        """Say what was deleted, and offer to bring it back; "" for nothing."""
        self.deleted.set_note("info", text)
        self.deleted.setVisible(bool(text))
