"""The Lab: ideas of the textbooks as benches to play with, each made when it is wanted first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import theme
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.benches import BenchRow, registered_benches
from digitapp.gui.pages.page import Page
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import EmptyState, HairLine, NoteBar, Panel, PrimaryButton, SegmentedControl
from digitapp.gui.words.messages import Message
from digitapp.gui.words.problems import problem_title

_INSPECTOR = {952: 320, 1208: 384, 1848: 480}  # width of the page to width of its inspector


class LabPage(Page):
    """Chooses between the benches."""

    NAME = "labPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.rows = registered_benches()
        self._benches: dict[str, Bench] = {}
        self._actions = QWidget()
        self._build()
        self.refresher.add("problem", self._show_problem, on=(session.problem_changed,))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self).activated.connect(self.open_model)
        self._show_problem(self.shown)

    # Building

    def _build(self) -> None:
        self.tabs = SegmentedControl([row.title for row in self.rows], name=self.tr("Benches"))
        self.tabs.setObjectName("labTabs")
        self.tabs.currentChanged.connect(self._on_bench_chosen)
        self.note = NoteBar("error")
        self.note.hide()
        self._tools, self._inspectors = QWidget(), QWidget()
        self._tools.setFixedHeight(theme.scaled(theme.CONTROL_HEIGHT))
        self._stacks = QStackedLayout(self._tools), QStackedLayout(), QStackedLayout(self._inspectors)
        actions = QHBoxLayout(self._actions)
        actions.setContentsMargins(0, 0, 0, 0)
        self._line = HairLine(Qt.Orientation.Vertical)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._make_stage(), 1)
        whole.addWidget(self._line)
        whole.addWidget(self._inspectors)

    def _make_stage(self) -> Panel:
        stage = Panel("window")
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.tabs)
        head.addStretch(1)
        head.addWidget(self._tools)
        self._switch = PrimaryButton("", "chevron-right")
        self._switch.clicked.connect(self._on_switch)
        self._elsewhere = EmptyState("lab", "", "", [self._switch])
        place = QWidget()
        inner = QVBoxLayout(place)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._elsewhere)
        inner.addStretch(1)
        column = QVBoxLayout(stage)
        column.setContentsMargins(theme.STAGE_MARGIN, 20, theme.STAGE_MARGIN, 12)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.note)
        column.addLayout(self._stages, 1)
        # Not before it has its place: it shows the first widget at once, which would be a window of its own.
        self._stages.addWidget(place)
        return stage

    @property
    def _stages(self) -> QStackedLayout:
        return self._stacks[1]

    def header_actions(self) -> Sequence[QWidget]:
        return (self._actions,)

    # The benches

    @property
    def row(self) -> BenchRow:
        """The chosen bench's row."""
        return self.rows[self.tabs.currentIndex()]

    def bench(self, name: str = "") -> Bench:
        """Return a bench by its name, the chosen one by default; one that is not there yet is made."""
        row = next(row for row in self.rows if row.name == name) if name else self.row
        if row.name not in self._benches:
            bench = self._benches[row.name] = row.make(self.session, self.settings, self.refresher)
            for stack, part in zip(self._stacks, (bench.tools, bench, bench.details), strict=True):
                stack.addWidget(part)
            layout = self._actions.layout()
            assert layout is not None
            layout.addWidget(bench.for_header)
            bench.status_changed.connect(self._show_status)
            bench.page_wanted.connect(self.page_wanted)
            bench.told.connect(self.tell)
            bench.details.least_width_changed.connect(self._fit)
            self._fit()
        return self._benches[row.name]

    def take_up(self, what: object) -> None:
        """Show the bench of a name, which another page asked for."""
        names = [row.name for row in self.rows]
        if what in names:
            self.tabs.setCurrentIndex(names.index(str(what)))

    @Slot()
    def _on_bench_chosen(self) -> None:
        self.note.hide()
        self._show_problem(self.shown)

    def _show_problem(self, shown: Snapshot) -> None:
        """Show the chosen bench, or which problem it is about where that is another one."""
        row = self.row
        fits = row.problem in ("", shown.problem.key)
        if fits:
            bench = self.bench()
            for stack, part in zip(self._stacks, (bench.tools, bench, bench.details), strict=True):
                stack.setCurrentWidget(part)
        else:
            name = problem_title(PROBLEMS[row.problem])
            self._elsewhere.set_text(
                self.tr("“{0}” belongs to the {1}").format(row.title, name),
                self.tr("Another problem is shown now. What was done here is kept."),
            )
            self._switch.setText(self.tr("Show the {0}").format(name))
            self._stages.setCurrentIndex(0)
        for bench in self._benches.values():
            bench.for_header.setVisible(fits and bench is self._benches.get(row.name))
        for part in (self._tools, self._inspectors, self._line):
            part.setVisible(fits)
        self._show_status()

    @Slot()
    def _on_switch(self) -> None:
        self.session.choose_problem(self.row.problem)
        self.refresher.catch_up()

    @Slot()
    def _show_status(self) -> None:
        bench = self._benches.get(self.row.name)
        self.say(bench.status_text if bench is not None and self._stages.currentWidget() is bench else "")

    @Slot(object)
    def tell(self, message: Message) -> None:
        self.note.set_note("error", message.text, title=message.title, remedy=message.remedy)
        self.note.show()

    # Size

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        width = float(np.interp(self.width(), list(_INSPECTOR), list(_INSPECTOR.values())))
        width = round(width * max(1.0, theme.scaled(100) / 100))
        shown = self._benches.get(self.row.name)
        least = shown.details.least_width if shown is not None else 0
        self._inspectors.setFixedWidth(min(max(width, least), self.width() // 2))
