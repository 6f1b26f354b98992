"""The Lab: ideas of the textbooks as benches to play with, each made when it is wanted first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import PROBLEMS
from digitapp.gui import clipboard, theme
from digitapp.gui import settings as remembered
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.benches import BenchRow, registered_benches
from digitapp.gui.pages.page import Page
from digitapp.gui.pictures import offer_picture
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import EmptyState, GhostButton, HairLine, NoteBar, Panel, PrimaryButton, SegmentedControl
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
        self._build()
        names = [row.name for row in self.rows]
        if (last := settings.get(remembered.BENCH)) in names:
            self.tabs.setCurrentIndex(names.index(last))
        self.tabs.currentChanged.connect(self._on_bench_chosen)
        self.refresher.add("problem", self._show_problem, on=(session.problem_changed,))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self).activated.connect(self.open_model)
        self._show_problem(self.shown)

    # Building

    def _build(self) -> None:
        self.tabs = SegmentedControl([row.title for row in self.rows], name=self.tr("Benches"), wraps=True)
        self.tabs.setObjectName("labTabs")
        self.note = NoteBar("error")
        self.note.hide()
        self._tools, self._inspectors = QWidget(), QWidget()
        self._tools.setFixedHeight(theme.scaled(theme.CONTROL_HEIGHT))
        self._stacks = QStackedLayout(self._tools), QStackedLayout(), QStackedLayout(self._inspectors)
        self._build_actions()
        self._line = HairLine(Qt.Orientation.Vertical)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._make_stage(), 1)
        whole.addWidget(self._line)
        whole.addWidget(self._inspectors)

    def _build_actions(self) -> None:
        self._actions = QWidget(self)  # until the header takes it: shown without a parent it would be a window
        self.copy = GhostButton(icon="copy", tip=self.tr("Copy the numbers of this bench as a table"))
        self.reset = GhostButton(icon="reset", tip=self.tr("Reset this bench to its first state"))
        self.copy.clicked.connect(self._on_copy)
        self.reset.clicked.connect(self._on_reset)
        row = QHBoxLayout(self._actions)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.copy, self.reset):
            row.addWidget(button)

    def _make_stage(self) -> Panel:
        stage = Panel("window")
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(12)
        self._head.addWidget(self.tabs)
        self._head.addWidget(self._tools, 1)
        self._head.addStretch(0)  # beside the tabs of a bench without tools
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
        column.addLayout(self._head)
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
            self._benches[row.name] = self._make(row)
            self._fit()
        return self._benches[row.name]

    def _make(self, row: BenchRow) -> Bench:
        """Return a new bench in its place, as it was left."""
        bench = row.make(self.session, self.settings, self.refresher)
        tools = QWidget()
        line = QHBoxLayout(tools)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        line.addWidget(bench.tools)
        for stack, part in zip(self._stacks, (tools, bench, bench.details), strict=True):
            stack.addWidget(part)
        header = self._actions.layout()
        assert isinstance(header, QHBoxLayout)
        header.insertWidget(0, bench.for_header)
        offer_picture(bench, row.title, f"lab-{row.name}")
        bench.take_up(_read(self.settings.get(remembered.bench_key(row.name))))
        bench.state_changed.connect(self._on_state_changed)
        bench.numbers_changed.connect(self._show_actions)
        bench.status_changed.connect(self._show_status)
        bench.page_wanted.connect(self.page_wanted)
        bench.told.connect(self.tell)
        bench.details.least_width_changed.connect(self._fit)
        return bench

    def take_up(self, what: object) -> None:
        """Show a bench that another page asked for: its name, or its name and the state to show it in."""
        name, state = what if isinstance(what, tuple) else (what, None)
        names = [row.name for row in self.rows]
        if name in names:
            self.tabs.setCurrentIndex(names.index(str(name)))
            if state is not None:
                self.bench().take_up(state)
                self._remember(self.row.name)

    @Slot()
    def _on_bench_chosen(self) -> None:
        self.note.hide()
        self.settings.set(remembered.BENCH, self.row.name)
        self._show_problem(self.shown)

    def _show_problem(self, shown: Snapshot) -> None:
        """Show the chosen bench, or which problem it is about where that is another one."""
        row = self.row
        fits = row.problem in ("", shown.problem.key)
        if fits:
            bench = self.bench()
            place = self._stages.indexOf(bench)
            self._stages.setCurrentIndex(place)
            for stack in (self._stacks[0], self._stacks[2]):
                stack.setCurrentIndex(place - 1)  # the first stage is that of a bench of another problem
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
        for part in (self._inspectors, self._line, self._actions):
            part.setVisible(fits)
        self._fit()
        self._show_actions()
        self._show_status()

    def undo(self) -> None:
        if (bench := self._shown_bench) is not None:
            bench.undo()

    @property
    def _shown_bench(self) -> Bench | None:
        """The bench on the stage, None where the chosen one belongs to another problem."""
        bench = self._benches.get(self.row.name)
        return bench if bench is not None and self._stages.currentWidget() is bench else None

    @Slot()
    def _on_state_changed(self) -> None:
        for name, bench in self._benches.items():
            if bench is self.sender():
                self._remember(name)

    def _remember(self, name: str) -> None:
        self.settings.set(remembered.bench_key(name), json.dumps(self._benches[name].state()))

    @Slot()
    def _show_actions(self) -> None:
        bench = self._shown_bench
        self.copy.setEnabled(bench is not None and bool(bench.numbers()))

    @Slot()
    def _on_copy(self) -> None:
        bench = self._shown_bench
        if bench is not None and (numbers := bench.numbers()):
            data = QMimeData()
            data.setText(numbers)
            clipboard.put(data)
            self.say(self.tr("Copied the numbers of “{0}”").format(self.row.title))

    @Slot()
    def _on_reset(self) -> None:
        bench = self._shown_bench
        if bench is not None:
            self.note.hide()
            bench.take_up({})
            self._remember(self.row.name)

    @Slot()
    def _on_switch(self) -> None:
        self.session.choose_problem(self.row.problem)
        self.refresher.catch_up()

    @Slot()
    def _show_status(self) -> None:
        bench = self._shown_bench
        self.say("" if bench is None else bench.status_text)

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
        shown = self._shown_bench
        least = shown.details.least_width if shown is not None else 0
        self._inspectors.setFixedWidth(min(max(width, least), self.width() // 2))
        tools = shown.tools.sizeHint().width() if shown is not None else 0
        self._tools.setVisible(tools > 0)
        stage = self.width() - self._inspectors.width() - 2 * theme.STAGE_MARGIN
        fits = self.tabs.sizeHint().width() + self._head.spacing() + tools <= stage
        self._head.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)


def _read(text: str) -> Mapping[str, Any]:
    """Return the state that a bench was left in, {} where what is stored is none."""
    try:
        state = json.loads(text)
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}
