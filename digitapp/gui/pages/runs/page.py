"""The Runs page: every run that was ever trained here, found again, compared, opened, and trained once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.runs.actions import RunActions, line_of
from digitapp.gui.pages.runs.comparison_curves import ComparisonCurves
from digitapp.gui.pages.runs.comparison_panel import ComparisonPanel
from digitapp.gui.pages.runs.files import RunFiles
from digitapp.gui.pages.runs.inspector import RunsInspector
from digitapp.gui.pages.runs.model import RunsModel
from digitapp.gui.pages.runs.row_menu import row_menu
from digitapp.gui.pages.runs.rows import Order, Row
from digitapp.gui.pages.runs.search.view import SearchView
from digitapp.gui.pages.runs.stage import RunsStage
from digitapp.gui.pages.runs.tools import DELETED
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import Card, GhostButton, HairLine
from digitapp.gui.words.comparison import named_apart
from digitapp.gui.words.messages import Message
from digitapp.gui.words.run_list import bytes_words
from digitapp.gui.words.run_trouble import only_read_message, run_trouble
from digitapp.kept.belongings import Belongings
from digitapp.kept.experiments import Experiment
from digitapp.kept.register import RunLine

_TABLE, _SEARCH = "table", "search"
_COMPACT_WIDTH, _COMPACT_HEIGHT = 1080, 620
_WIDTH, _NARROW_WIDTH = 312, 272


class RunsPage(Page):
    """The table of runs on the stage, what is known of the chosen ones in the inspector."""

    NAME = "runsPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self.runs = session.run_list
        self.model = RunsModel(self)
        self.acts = RunActions(session, self)
        self._listed_deleted = False
        self._belongings: dict[str, Belongings] = {}
        self.files = RunFiles(session, settings, self._lines_to_export, self)
        self._make_header()
        self._build()
        self._connect()
        self._make_shortcuts()

    # Building

    def _make_header(self) -> None:
        self.import_button = GhostButton(
            self.tr("Import…"), "folder", tip=self.tr("List runs that were exported on another computer")
        )
        self.import_button.setObjectName("importRuns")
        self.export_button = GhostButton(
            self.tr("Export…"), "table", tip=self.tr("Write the chosen runs, or all that are listed, into a file")
        )
        self.export_button.setObjectName("exportRuns")

    def header_actions(self) -> Sequence[QWidget]:
        return (self.import_button, self.export_button)

    def _build(self) -> None:
        self.stage = RunsStage(self.model, self.runs, self)
        self.tools, self.table = self.stage.tools, self.stage.table
        self.inspector = RunsInspector(self)
        self.comparison = ComparisonPanel(self.session, self.inspector.content)
        self.inspector.put_comparison(self.comparison)
        card = Card(parent=self.stage)
        self.curves = ComparisonCurves(self.session, card)
        card.body.addWidget(self.curves)
        self.stage.put_below(card)
        self.tools.add_view(self.tr("Table"), _TABLE)
        self._table_view = QWidget(self)
        row = QHBoxLayout(self._table_view)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.stage, 1)
        row.addWidget(HairLine(Qt.Orientation.Vertical, self))
        row.addWidget(self.inspector)
        self.tools.add_view(self.tr("Search"), _SEARCH)
        self.search: SearchView | None = None  # made when it is wanted first
        self._views = QStackedLayout(self)
        self._views.addWidget(self._table_view)

    def _connect(self) -> None:
        runs, tools, table = self.runs, self.tools, self.table
        self.refresher.add("trouble", self._show_trouble, on=(runs.troubled, runs.changed))
        self._runs_part = self.refresher.add("runs", self._show_runs, on=(runs.changed, runs.troubled))
        runs.curves_arrived.connect(table.viewport().update)
        tools.filtered.connect(self._filter)
        tools.sorted.connect(self._sort)
        tools.finder.left.connect(self._go_to_table)
        tools.views.currentChanged.connect(self._show_view)
        table.sort_wanted.connect(self._sort)
        self.model.choice_changed.connect(self._show_choice)
        self.curves.measure_changed.connect(self.comparison.set_measure)
        table.current_changed.connect(self._show_current)
        table.opened.connect(self._open)
        table.delete_wanted.connect(self._delete)
        table.menu_wanted.connect(self._show_menu)
        self.model.renamed.connect(self.acts.rename)
        table.named.connect(self._runs_part.mark)
        self.stage.retry.clicked.connect(runs.try_again)
        self.stage.to_train.clicked.connect(self._go_to_train)
        self.stage.show_all.clicked.connect(tools.clear)
        self.stage.undo.clicked.connect(self.acts.undo)
        runs.measured.connect(self._show_room)
        self._connect_actions()

    def _connect_actions(self) -> None:
        acts, panel = self.acts, self.inspector.run
        self.import_button.clicked.connect(self.files.ask_import)
        self.export_button.clicked.connect(self._show_exports)
        self.files.told.connect(self.tell)
        self.files.said.connect(self.say)
        acts.told.connect(self.tell)
        acts.said.connect(self.say)
        acts.deleted.connect(self.stage.show_deleted)
        acts.looked.connect(self._on_looked)
        acts.page_wanted.connect(self.page_wanted)
        panel.open_wanted.connect(self._open_current)
        panel.noted.connect(acts.note)
        panel.mark_wanted.connect(self._mark_current)
        for signal, work in (
            (panel.exactly_wanted, acts.train_exactly),
            (panel.changed_wanted, acts.train_changed),
            (panel.name_wanted, self.table.edit_name),
            (panel.delete_wanted, acts.delete),
            (panel.restore_wanted, acts.restore),
        ):
            signal.connect(partial(self._with_current, work))

    def _make_shortcuts(self) -> None:
        for key, slot in (
            (QKeySequence.StandardKey.Find, self._find),
            (QKeySequence.StandardKey.Open, self.open_model),
            (QKeySequence.StandardKey.Save, self.save_model),
        ):
            QShortcut(QKeySequence(key), self).activated.connect(slot)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.runs.watch(True)
        if self.search is None and self.settings.get(remembered.RUNS_VIEW) == _SEARCH:
            self.tools.views.setCurrentIndex(1)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.runs.watch(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_compact = self.width() < theme.scaled(_COMPACT_WIDTH) or self.height() < theme.scaled(_COMPACT_HEIGHT)
        self.stage.arrange(is_compact=is_compact)
        self.inspector.setFixedWidth(theme.scaled(_NARROW_WIDTH if is_compact else _WIDTH))

    # Which view

    @Slot()
    def _show_view(self) -> None:
        """Show the table or the search, whichever is chosen."""
        name = self.tools.views.currentData()
        self.settings.set(remembered.RUNS_VIEW, name)
        if name == _SEARCH:
            self._views.setCurrentWidget(self._made_search())
        else:
            self._views.setCurrentWidget(self._table_view)
            self._say_count()

    def _made_search(self) -> SearchView:
        if self.search is None:
            self.search = SearchView(self.session, self.settings, self)
            self.search.table_wanted.connect(self._show_table)
            self.search.page_wanted.connect(self.page_wanted)
            self.search.said.connect(self._on_search_said)
            self._views.addWidget(self.search)
        return self.search

    @property
    def shows_search(self) -> bool:
        """Whether the search is in sight, and not the table."""
        return self.search is not None and self._views.currentWidget() is self.search

    @Slot()
    def _show_table(self) -> None:
        self.tools.views.setCurrentIndex(0)

    @Slot(str)
    def _on_search_said(self, text: str) -> None:
        if self.shows_search:
            self.say(text)

    # What is shown

    def _say_count(self) -> None:
        self.say(self.tr("%n run(s) recorded", "", len(self.runs.listed.lines)))

    def _show_trouble(self, _shown: Snapshot) -> None:
        trouble = self.runs.trouble
        if trouble is not None:
            self.stage.show_message(run_trouble(trouble), can_retry=True)
        elif self.runs.listed.only_read:
            self.stage.show_message(only_read_message(self.runs.listed.only_read), can_retry=True)
        elif self.stage.retry.isVisibleTo(self.stage):  # it was about this
            self.stage.note.hide()

    @property
    def _shows_deleted(self) -> bool:
        return self.tools.problems.currentData() == DELETED

    def _show_runs(self, _shown: Snapshot) -> None:
        self._list()
        self._show_state()
        if not self.shows_search:
            self._say_count()

    def _list(self) -> None:
        """List the runs that are there, or those that were deleted."""
        if self.table.is_naming:
            return  # it is listed when the name was typed
        self._listed_deleted, listed = self._shows_deleted, self.runs.listed
        self.model.show_experiments(listed.deleted if self._listed_deleted else listed.experiments)

    def _show_state(self) -> None:
        is_read = self.runs.is_read or self.runs.folder is None
        has_runs = self.model.count > 0 or self._shows_deleted
        self.inspector.setVisible(has_runs)
        self.stage.show_state(has_runs=has_runs, has_found=bool(self.model.rows), is_read=is_read)

    @property
    def chosen(self) -> list[Experiment]:
        """What is chosen to be compared, in the order in which it was; a single run is an experiment of one seed."""
        return [
            row.experiment
            if row.line is None
            else Experiment(
                self.tr("{0}, seed {1}").format(row.experiment.name, row.line.seed),
                (row.line,),
            )
            for row in self.model.chosen
        ]

    @Slot()
    def _show_choice(self) -> None:
        chosen = named_apart(self.chosen)
        self.tools.show_chosen(len(chosen))
        self.comparison.show_experiments(chosen)
        self.inspector.show_comparison(len(chosen) > 1)
        self.curves.show_experiments(chosen)
        self.stage.show_below(bool(chosen))

    @Slot(object)
    def _show_current(self, row: Row | None) -> None:
        can_change = self.runs.can_change and self.runs.trouble is None
        self.inspector.show_row(row, is_deleted=self._shows_deleted, can_change=can_change)
        if row is not None:
            line = line_of(row)
            self.inspector.run.show_belongings(self._belongings.get(line.key))
            self.acts.again.look(line)

    @Slot(object, object)
    def _on_looked(self, found: Belongings, key: str) -> None:
        self._belongings = {key: found}
        row = self.table.current
        if row is not None and line_of(row).key == key:
            self.inspector.run.show_belongings(found)

    @Slot()
    def _show_room(self) -> None:
        room = self.runs.room
        if room is not None:
            text = self.tr("All runs take {0} of {1}; the limit is set in the settings.")
            self.stage.room.setText(text.format(bytes_words(room.taken), bytes_words(room.limit)))

    def tell(self, message: Message) -> None:
        """Show in a prominent place of the page what went wrong."""
        self._show_table()
        self.stage.show_message(message)

    # What the user does

    @Slot(str, str)
    def _filter(self, text: str, problem: str) -> None:
        is_other = self._listed_deleted != self._shows_deleted
        self.model.filter(text, "" if problem == DELETED else problem)
        if is_other:
            self._list()
        self._show_state()

    def _with_current(self, work: Callable[[Row], object]) -> None:
        """Do something with the row that the keys are about."""
        row = self.table.current
        if row is not None:
            work(row)

    @Slot(object)
    def _open(self, row: Row) -> None:
        found = self._belongings.get(line_of(row).key)
        if found is not None and not self._shows_deleted:
            self.acts.open(row, found)

    @Slot(bool)
    def _open_current(self, best: bool) -> None:
        row = self.table.current
        found = self._belongings.get(line_of(row).key) if row is not None else None
        if row is not None and found is not None:
            self.acts.open(row, found, best=best)

    @Slot(bool)
    def _mark_current(self, is_marked: bool) -> None:
        row = self.table.current
        if row is not None:
            self.acts.mark(row, is_marked=is_marked)

    @Slot(object)
    def _delete(self, row: Row) -> None:
        if not self._shows_deleted and self.runs.can_change:
            self.acts.delete(row)

    @Slot(object, QPoint)
    def _show_menu(self, row: Row, place: QPoint) -> None:
        found = self._belongings.get(line_of(row).key, Belongings())
        rename = partial(self.table.edit_name, row)
        deleted, can_change = self._shows_deleted, self.runs.can_change
        menu = row_menu(row, found, self.acts, rename, self, is_deleted=deleted, can_change=can_change)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def _lines_to_export(self) -> list[RunLine]:
        """Return the runs that are chosen, or all that are listed."""
        rows = self.model.chosen or [row for row in self.model.rows if row.line is None]
        return [line for row in rows for line in row.lines]

    @Slot()
    def _show_exports(self) -> None:
        menu, button = self.files.menu(), self.export_button
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def undo(self) -> None:
        self.acts.undo()

    def redo(self) -> None:
        self.acts.redo()

    @Slot(object)
    def _sort(self, order: Order) -> None:
        self.model.sort_by(order)
        self.tools.show_order(order)
        self.table.horizontalHeader().viewport().update()

    @Slot()
    def _find(self) -> None:
        self._show_table()
        self.tools.finder.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.tools.finder.selectAll()

    @Slot()
    def _go_to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _go_to_train(self) -> None:
        self.page_wanted.emit("trainPage", None)
