"""The left side of the Train page: the run's buttons, what it lacks or why it ended, its curves and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import Problem
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.pages.train.confusion import Cell, ConfusionCard
from digitapp.gui.pages.train.data import DataCard
from digitapp.gui.pages.train.layers.card import LayersView
from digitapp.gui.pages.train.lower_room import LowerRoom
from digitapp.gui.pages.train.mistakes import MistakesView
from digitapp.gui.pages.train.plane import PlaneCard
from digitapp.gui.pages.train.transport import TransportBar
from digitapp.gui.pages.train.units import UnitsCard
from digitapp.gui.plots.curve_cards import CurveCards
from digitapp.gui.settings import Settings
from digitapp.gui.state.data_source import DataSource
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.widgets import GhostButton, NoteBar, PlainButton, SegmentedControl
from digitapp.gui.words.messages import Message

MOST_REMEDIES = 2
_SETUP_WIDTH, _NARROW_SETUP_WIDTH = 312, 264
_WIDE_SETUP_SHARE = 1.25
_COMPACT_WIDTH, _COMPACT_HEIGHT = 1080, 660
_WIDTH_BESIDE = 880  # of a page that has room for a plane beside the curves
_PLOT_HEIGHT, _COMPACT_PLOT_HEIGHT, _LOW_PLOT_HEIGHT = 80, 180, 160
_CURVES_SHARE, _LOWER_SHARE = 3, 5  # of the height
_CURVES_SHARE_BESIDE, _LOWER_SHARE_BESIDE = 6, 7  # of the width
_LOW_HEIGHT = 600  # the smallest window with the time machine below the page
_LONGEST_LABEL, _LONGEST_LABEL_PX = "Hidden layers", 84  # in the design's font at 13 pixels


class RunNote(NoteBar):
    """Why a run ended or a file was refused, or what was noticed, with buttons for what helps.

    Signals: `remedy_taken(index)`, `dismissed`, by the user alone.
    """

    remedy_taken = Signal(int)
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("error", parent=parent)
        self.setObjectName("trainNote")
        self.remedy_buttons = [PlainButton("") for _ in range(MOST_REMEDIES)]
        for index, button in enumerate(self.remedy_buttons):
            button.clicked.connect(partial(self.remedy_taken.emit, index))
            self.button_row.addWidget(button)
        dismiss = GhostButton(self.tr("Dismiss"))
        dismiss.clicked.connect(self.dismissed)
        self.button_row.addWidget(dismiss)
        self.hide()

    def show_message(self, message: Message, remedies: Sequence[str] = (), *, is_error: bool = True) -> None:
        """Show a message, and a button for each remedy, of which there are `MOST_REMEDIES` at most."""
        self.set_note("error" if is_error else "warning", message.text, title=message.title, remedy=message.remedy)
        for index, button in enumerate(self.remedy_buttons):
            button.setText(remedies[index] if index < len(remedies) else "")
            button.setVisible(index < len(remedies))
        self.show()


class TrainStage(QWidget):
    """Lays out its parts; what they show is the page's business."""

    def __init__(
        self, data: DataSource, start_job: StartJob, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self.transport = TransportBar()
        self.note = RunNote()
        self.data_card = DataCard(data)
        self.data_card.hide()
        self.curves = CurveCards()
        self.confusion = ConfusionCard()
        self.units = UnitsCard()
        self.plane = PlaneCard(start_job)
        self.layers = LayersView(start_job)
        self.mistakes = MistakesView(start_job)
        self.room = self._make_lower()
        self._compact: bool | None = None
        self._problem: Problem | None = None
        self._beside = False
        self._width = 0
        self._lay_out()
        self.room.chosen.connect(self._on_chosen)
        self.confusion.cell_opened.connect(self.show_cell)
        self.arrange(0, 0)  # the smallest: a page may grow, but not shrink below what it holds

    def _make_lower(self) -> LowerRoom:
        room = LowerRoom()
        room.add("map", self.tr("Plane"), self.plane)
        room.add("confusion", self.tr("Confusion"), self.confusion)
        room.add("units", self.tr("Units"), self.units)
        room.add("layers", self.tr("Layers"), self.layers)
        room.add("mistakes", self.tr("Mistakes"), self.mistakes)
        room.offer("map", False)
        return room

    @property
    def tabs(self) -> SegmentedControl:
        """What chooses between the views of the lower room."""
        return self.room.tabs

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setSpacing(theme.CARD_GAP)
        self._column.addWidget(self.transport)
        self._column.addWidget(self.note)
        self._column.addWidget(self.data_card)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.addWidget(self.curves, _CURVES_SHARE)
        self._body.addWidget(self.room, _LOWER_SHARE)
        self._column.addLayout(self._body, 1)

    def arrange(self, width: int, height: int) -> None:
        """Lay the parts out for a page of this size: in little room narrower margins and curves of a size to read."""
        self._set_beside(self._has_plane and width >= theme.scaled(_WIDTH_BESIDE))
        self._width = width
        compact = is_compact(width, height)
        least = _LOW_PLOT_HEIGHT if height < theme.scaled(_LOW_HEIGHT) else _COMPACT_PLOT_HEIGHT
        for plot in (self.curves.loss, self.curves.accuracy):
            plot.setMinimumHeight(least if compact else _PLOT_HEIGHT)
        if compact == self._compact:
            return
        self._compact = compact
        margin = 16 if compact else theme.STAGE_MARGIN
        self._column.setContentsMargins(margin, margin - 2, margin, margin)
        for layout in (self._column, self._body):
            layout.setSpacing(12 if compact else theme.CARD_GAP)
        self.show_lower()

    @property
    def _has_plane(self) -> bool:
        return self._problem is not None and self._problem.is_plane

    def show_problem(self, problem: Problem) -> None:
        """Give a plane the most room, beside the curves; what other problems show stands below them."""
        if problem is self._problem:
            return
        self._problem = problem
        self.room.offer("map", problem.is_plane)
        self.room.choose(self._settings.get(remembered.tab_key(problem.key)))
        self._set_beside(self._has_plane and self._width >= theme.scaled(_WIDTH_BESIDE))
        self.show_lower()

    @Slot(object)
    def show_cell(self, cell: Cell) -> None:
        """Show the samples of a cell of the confusion matrix."""
        self.mistakes.show_cell(cell)
        self.room.choose("mistakes")

    @Slot(str)
    def _on_chosen(self, key: str) -> None:
        if self._problem is not None:
            self._settings.set(remembered.tab_key(self._problem.key), key)

    def _set_beside(self, beside: bool) -> None:
        """Put the lower room beside the curves, which are then above each other, or below them."""
        if beside == self._beside:
            return
        self._beside = beside
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.RightToLeft if beside else directions.TopToBottom)
        self._body.setStretch(0, _CURVES_SHARE_BESIDE if beside else _CURVES_SHARE)
        self._body.setStretch(1, _LOWER_SHARE_BESIDE if beside else _LOWER_SHARE)
        self.curves.set_stacked(beside)
        self.show_lower()

    def show_card(self, shown: bool) -> None:
        """Show or hide the card about the data. In little room the lower one goes first: both make the page grow."""
        if shown and self._compact:
            self.room.hide()
        self.data_card.setVisible(shown)
        self.show_lower()

    @Slot()
    def show_lower(self) -> None:
        """Show the lower room, unless in little room a note or a card needs its place."""
        needed = self.data_card.isVisibleTo(self) or self.note.isVisibleTo(self)
        self.room.setVisible(self._beside or not (self._compact and needed))


def is_compact(width: int, height: int) -> bool:
    """Return whether a page of this size has to save room."""
    return width < theme.scaled(_COMPACT_WIDTH) or height < theme.scaled(_COMPACT_HEIGHT)


def setup_width(page_width: int, page_height: int) -> int:
    """Return how wide the setup stands beside the stage; a font wider than the design's needs more."""
    if is_compact(page_width, page_height):
        width = _NARROW_SETUP_WIDTH
    else:
        grown = _SETUP_WIDTH + max(0, page_width - 1208) // 8
        width = min(grown, round(_SETUP_WIDTH * _WIDE_SETUP_SHARE))
    breadth = QFontMetrics(theme.font("body")).horizontalAdvance(_LONGEST_LABEL) / _LONGEST_LABEL_PX
    return round(width * min(max(breadth, 1.0), 1.4))
