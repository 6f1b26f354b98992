"""The Network page: the whole network at once, as paths, as templates, as a map, and by what can be read from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.network.map import MapView
from digitapp.gui.pages.network.pad import DrawingPad
from digitapp.gui.pages.network.paths import PathsView
from digitapp.gui.pages.network.probes import ProbesView
from digitapp.gui.pages.network.templates import TemplatesView
from digitapp.gui.pages.network.view import NetworkView
from digitapp.gui.pages.page import Page
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import EmptyState, HairLine, Label, NoteBar, Panel, SegmentedControl
from digitapp.gui.widgets.containers import ScrollPanel
from digitapp.gui.words.messages import Message

_INSPECTOR = {952: 232, 1208: 280, 1848: 320}  # width of the page to width of its inspector


class NetworkPage(Page):
    """Chooses between the views."""

    NAME = "networkPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self._build()
        self._connect()
        self._fit()
        self._show_problem(self.shown)

    # Building

    def _build(self) -> None:
        self.refresher.add("problem", self._show_problem, on=(self.session.problem_changed,))
        self.pad = DrawingPad(self.session, self.refresher)
        self.paths = PathsView(self.session, self.refresher)
        self.templates = TemplatesView(self.session, self.refresher)
        self.map = MapView(self.session, self.refresher)
        self.probes = ProbesView(self.session, self.refresher)
        self._views: tuple[NetworkView, ...] = (self.paths, self.templates, self.map, self.probes)
        titles = (self.tr("Paths"), self.tr("Templates"), self.tr("Map"), self.tr("Probes"))
        self.choice = SegmentedControl(titles, name=self.tr("View of the network"))
        self.sentence = Label("", "body", "text2", wrap=True)
        self.note = NoteBar("error")
        self.note.hide()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._make_stage(), 1)
        whole.addWidget(HairLine(Qt.Orientation.Vertical))
        whole.addWidget(self._make_inspector())

    def _make_stage(self) -> Panel:
        stage = Panel("window")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.choice)
        head.addStretch(1)
        self._stack = QStackedLayout()
        column = QVBoxLayout(stage)
        column.setContentsMargins(theme.STAGE_MARGIN, 20, theme.STAGE_MARGIN, 20)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.note)
        column.addLayout(self._stack, 1)
        # Not before it has its place: it shows the first widget at once, which would be a window of its own.
        for view in self._views:
            head.addWidget(view.tools)
            self._stack.addWidget(view)
        self._no_pictures = EmptyState(
            "image",
            self.tr("This view shows pictures, and there are none"),
            self.tr("The inputs of this problem are numbers. Paths and Probes show its network as well."),
        )
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._no_pictures)
        column.addStretch(1)
        self._stack.addWidget(place)
        return stage

    def _make_inspector(self) -> ScrollPanel:
        self.inspector = ScrollPanel("surface")
        self.inspector.least_width_changed.connect(self._fit)
        column = QVBoxLayout(self.inspector.content)
        column.setContentsMargins(theme.STAGE_MARGIN, 20, theme.STAGE_MARGIN, 20)
        column.setSpacing(16)
        column.addWidget(self.pad)
        column.addWidget(HairLine(Qt.Orientation.Horizontal))
        self._details = QStackedLayout()
        column.addLayout(self._details)
        for view in self._views:
            self._details.addWidget(view.details)
        self._details.addWidget(QWidget())
        column.addStretch(1)
        return self.inspector

    def _connect(self) -> None:
        self.choice.currentChanged.connect(self._on_view_chosen)
        for view in self._views:
            view.sentence_changed.connect(self._show_sentence)
            view.page_wanted.connect(self.page_wanted)
        self._warning = self.refresher.add("warning", self._show_warning, on=(self.session.network_changed,))
        shortcuts: tuple[tuple[QKeySequence, Callable[[], object]], ...] = (
            (QKeySequence("Delete"), self.pad.clear),
            (QKeySequence(QKeySequence.StandardKey.Open), self.open_model),
        )
        for key, slot in shortcuts:
            QShortcut(key, self).activated.connect(slot)

    # What is shown

    @property
    def view(self) -> NetworkView:
        """The shown view."""
        return self._views[self.choice.currentIndex()]

    @property
    def _lacks_pictures(self) -> bool:
        """Whether the chosen view is nothing for the shown problem."""
        return self.view.needs_pictures and not self.shown.problem.has_picture

    def _show_problem(self, _shown: Snapshot) -> None:
        """Show the chosen view, or why it is nothing for this problem."""
        index = self.choice.currentIndex()
        lacking = self._lacks_pictures
        for other, view in enumerate(self._views):
            view.tools.setVisible(other == index and not lacking)
        for stack in (self._stack, self._details):
            stack.setCurrentIndex(len(self._views) if lacking else index)
        self._show_sentence()

    @Slot()
    def _on_view_chosen(self) -> None:
        self._show_problem(self.shown)
        self._warning.mark()

    @Slot()
    def _show_sentence(self) -> None:
        self.sentence.setText("" if self._lacks_pictures else self.view.sentence)

    def takes_turns(self, shown: Snapshot) -> bool:  # noqa: ARG002
        """Take turns under a moving pen as well: the views take longer than its next move."""
        return True

    def _show_warning(self, shown: Snapshot) -> None:
        """Say what in the network's weights keeps the views from saying much."""
        parameters, weights = shown.network.parameters, shown.network.weight_vector
        missing = int(np.count_nonzero(~np.isfinite(parameters)))
        if missing:
            text = self.tr(
                "%Ln weights of this network are not numbers: what depends on them cannot be shown.", "", missing
            )
            self.note.set_note("error", text)
        elif not weights.any():
            self.note.set_note(
                "warning", self.tr("All weights of this network are zero: nothing has been learned yet.")
            )
        self.note.setVisible(bool(missing) or not weights.any())

    def tell(self, message: Message) -> None:
        self.note.set_note("error", message.text, title=message.title, remedy=message.remedy)
        self.note.show()

    def undo(self) -> None:
        """Take back the last stroke on the drawing."""
        self.pad.canvas.end_gesture()
        self.session.artwork.undo_stack.undo()

    def redo(self) -> None:
        """Draw the stroke that was taken back again."""
        self.pad.canvas.end_gesture()
        self.session.artwork.undo_stack.redo()

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        width = float(np.interp(self.width(), list(_INSPECTOR), list(_INSPECTOR.values())))
        width = max(round(width * max(1.0, theme.scaled(100) / 100)), self.inspector.least_width)
        self.inspector.setFixedWidth(min(width, self.width() // 2))
