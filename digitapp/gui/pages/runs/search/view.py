"""A search for settings: set up, steered and looked at; its study is in a storage and is there at the next start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.atomic import atomic_write_text
from digitapp.datasets.problems import MY_IMAGES, MY_POINTS, Preset
from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.pages.runs.search.best_plot import BestPlot
from digitapp.gui.pages.runs.search.form import StudyForm
from digitapp.gui.pages.runs.search.importance_bars import ImportanceBars
from digitapp.gui.pages.runs.search.legend import SearchLegend, Sign
from digitapp.gui.pages.runs.search.parallel import ParallelPlot
from digitapp.gui.pages.runs.search.tools import SearchTools
from digitapp.gui.pages.runs.search.trial_panel import TrialPanel
from digitapp.gui.pages.runs.search.words import accuracy, trial_title
from digitapp.gui.pictures import offer_picture
from digitapp.gui.settings import Settings
from digitapp.gui.state.search_lab import Phase, SearchLab
from digitapp.gui.state.session import Session
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import Card, EmptyState, GhostButton, HairLine, Label, LinkButton, NoteBar, ScrollPanel
from digitapp.plain import file_name
from digitapp.runs.search.importance import LEAST_TRIALS
from digitapp.runs.search.spec import Side
from digitapp.runs.search.state import StudyState, TrialLine
from digitapp.runs.search.storage import INSTALL, is_installed, without_password
from digitapp.runs.search.table import trials_table

_WIDTH, _NARROW_WIDTH = 312, 288
_COMPACT_WIDTH, _COMPACT_HEIGHT = 1080, 620


class SearchView(QWidget):
    """The stage with what was found on the left, the best trial and the study's form on the right.

    Signals
    -------
    table_wanted : the page's other view is to be shown
    page_wanted(name, what) : as `Page.page_wanted`
    said(text) : for the right end of the status line
    """

    table_wanted = Signal()
    page_wanted = Signal(str, object)
    said = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("searchView")
        self.session, self.settings = session, settings
        self.lab = SearchLab.of(session)
        self._chosen: tuple[Side, int] | None = None
        self._wants_new = False
        self._make_parts()
        self._lay_out()
        self._connect()
        self._make_shortcuts()
        self._offer_new()
        self._show()

    # Building

    def _make_parts(self) -> None:
        self.tools = SearchTools(self.lab, self)
        self.note = NoteBar(parent=self)
        self.note.hide()
        self.empty = EmptyState(
            "search",
            self.tr("Let the computer look for good settings"),
            self.tr(
                "It tries many settings, gives up early what does badly, and looks closer where it went well. At the "
                "end the best are trained anew on seeds that chose nothing, so that you know what to expect. Press "
                "Start, or change on the right what is searched."
            ),
            parent=self,
        )
        self.best_card = Card(self.tr("Best so far"), self)
        self.best_plot = BestPlot(self)
        self.best_said = Label("", "caption-strong", tabular=True)
        self.best_legend = SearchLegend(self)
        self.matters_card = Card(self.tr("What matters"), self)
        self.matters = ImportanceBars(self)
        self.matters_said = Label("", "tick", "text2", wrap=True)
        self.every_card = Card(self.tr("Every trial"), self)
        self.parallel = ParallelPlot(self)
        self.kept_said = Label("", "caption", "text2", tabular=True)
        self.keep_all = LinkButton(self.tr("Show all"))
        self.save = GhostButton(icon="table", tip=self.tr("Save all trials as a table (CSV)"))
        self.save.setObjectName("searchSave")
        self.every_legend = SearchLegend(self)
        self.panel = ScrollPanel("surface", self)
        self.trial = TrialPanel(self)
        self.form = StudyForm(self)
        offer_picture(self.best_card, self.tr("Best so far"), "search-best")
        offer_picture(self.every_card, self.tr("Every trial"), "search-trials")

    def _lay_out(self) -> None:
        self.best_card.slot.addWidget(self.best_said)
        self.best_card.body.addWidget(self.best_plot, 1)
        self.best_card.body.addWidget(self.best_legend)
        self.matters_card.slot.addWidget(Label(self.tr("of 100"), "caption", "text2"))
        self.matters_card.body.addWidget(self.matters, 1)
        self.matters_card.body.addWidget(self.matters_said)
        self.every_card.slot.addWidget(self.kept_said)
        self.every_card.slot.addWidget(self.keep_all)
        self.every_card.slot.addWidget(self.save)
        self.every_card.body.addWidget(self.parallel, 1)
        self.every_card.body.addWidget(self.every_legend)
        self._upper = QWidget(self)
        upper = QHBoxLayout(self._upper)
        upper.setContentsMargins(0, 0, 0, 0)
        upper.setSpacing(theme.CARD_GAP)
        upper.addWidget(self.best_card, 5)
        upper.addWidget(self.matters_card, 3)
        self._stage = QVBoxLayout()
        self._stage.setSpacing(theme.CARD_GAP)
        self._stage.addWidget(self.tools)
        self._stage.addWidget(self.note)
        self._stage.addWidget(self.empty)
        self._stage.addWidget(self._upper, 2)
        self._stage.addWidget(self.every_card, 3)
        self._rest = QWidget(self)
        self._stage.addWidget(self._rest, 1)
        column = QVBoxLayout(self.panel.content)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(14)
        column.addWidget(self.trial)
        self._line = HairLine(parent=self)
        column.addWidget(self._line)
        column.addWidget(self.form)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(self._stage, 1)
        row.addWidget(HairLine(Qt.Orientation.Vertical, self))
        row.addWidget(self.panel)

    def _connect(self) -> None:
        self.lab.changed.connect(self._show)
        self.session.problem_changed.connect(self._on_problem_changed)
        self.session.dataset_changed.connect(self._on_problem_changed)
        self.tools.start_wanted.connect(self.start)
        self.tools.table_wanted.connect(self.table_wanted)
        self.best_plot.chosen.connect(self._choose)
        self.parallel.chosen.connect(self._choose)
        self.parallel.kept_changed.connect(self._show_kept)
        self.keep_all.clicked.connect(self.parallel.keep_all)
        self.save.clicked.connect(self.save_trials)
        self.trial.set_up_wanted.connect(self._set_up_train)
        self.trial.best_wanted.connect(self._choose_best)
        self.form.new_wanted.connect(self._on_new)
        self.form.changed.connect(self._show)
        self.panel.least_width_changed.connect(self._fit_panel)

    def _make_shortcuts(self) -> None:
        key = QShortcut(QKeySequence("Ctrl+Return"), self)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self._start_or_pause)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        name, state = self.settings.get(remembered.STUDY), self.state
        if not name or self._wants_new or not is_installed():
            return
        if state is None:
            self.form.url.set_value(self.settings.get(remembered.STUDIES_AT))
        if state is None or not state.is_over:  # other machines may have gone on with it
            self.lab.look(name, self.form.address)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_compact = self.width() < theme.scaled(_COMPACT_WIDTH) or self.height() < theme.scaled(_COMPACT_HEIGHT)
        margin = 16 if is_compact else theme.STAGE_MARGIN
        self._stage.setContentsMargins(margin, 16 if is_compact else 18, margin, margin)
        self._fit_panel()
        self.matters_said.setVisible(not is_compact)
        self.tools.details.setVisible(not is_compact)

    @Slot()
    def _fit_panel(self) -> None:
        """Give the right side its width, and more where a language or large letters need it."""
        is_compact = self.width() < theme.scaled(_COMPACT_WIDTH)
        usual = theme.scaled(_NARROW_WIDTH if is_compact else _WIDTH)
        self.panel.setFixedWidth(max(usual, min(self.panel.least_width, self.width() // 2)))

    # What is shown

    @property
    def state(self) -> StudyState | None:
        """The study that is shown, None while another one is being set up."""
        return None if self._wants_new else self.lab.state

    @property
    def current(self) -> TrialLine | None:
        """The trial that is shown: the chosen one, or else the best."""
        state = self.state
        if state is None:
            return None
        chosen = [trial for trial in state.trials if (trial.side, trial.number) == self._chosen]
        return chosen[0] if chosen else state.winner

    @Slot()
    def _show(self) -> None:
        """Show the study as it was told last."""
        state = self.state
        self.empty.setVisible(state is None)
        self._rest.setVisible(state is None)
        for part in (self._upper, self.every_card):
            part.setVisible(state is not None)
        self.trial.setVisible(state is not None)
        self._line.setVisible(state is not None)
        if state is not None:
            current = self.current
            self.best_plot.show_study(state, current)
            self.matters.show_study(state)
            self.parallel.show_study(state, current)
            self.trial.show_trial(state, current)
            self._show_words(state)
            self.form.show_study(state)
        self.tools.show_search(state, can_start=is_installed() and self._has_work(state))
        self._show_lock()
        self._show_note()
        self.said.emit(self._status(state))

    def _has_work(self, state: StudyState | None) -> bool:
        """Return whether there is a trial to be made: of a study that is over where it is to get more."""
        wanted = self.form.trials.value() or 0
        return state is None or not state.is_over or wanted > state.target

    def _show_words(self, state: StudyState) -> None:
        best, found = state.winner, state.importance
        self.best_said.setText(
            "" if best is None else self.tr("{0} in {1}").format(accuracy(best.value), trial_title(best))
        )
        has_random = Side.RANDOM in state.spec.sides
        at_random = [(Sign.AT_RANDOM, self.tr("at random")), (Sign.BEST_AT_RANDOM, self.tr("best at random"))]
        self.best_legend.show_entries(
            [
                (Sign.TO_THE_END, self.tr("run to the end")),
                (Sign.GIVEN_UP, self.tr("given up early")),
                (Sign.BELOW, self.tr("below the axis")),
                *(at_random if has_random else []),
            ]
        )
        self.every_legend.show_entries(
            [
                (Sign.BEST, self.tr("best")),
                (Sign.LINE_TO_THE_END, self.tr("run to the end")),
                (Sign.LINE_GIVEN_UP, self.tr("given up early")),
            ]
        )
        if found is None:
            text = self.tr("After {0} trials it can be said.").format(LEAST_TRIALS)
        else:
            text = self.tr("By what the best quarter of {0} trials has in common after epoch {1}.").format(
                found.trials, found.epoch
            )
        self.matters_said.setText(text)
        self.matters.setToolTip(
            in_a_row(
                text,
                self.tr("All trials have come so far, also those given up later; few trials say little."),
            )
        )

    def _show_lock(self) -> None:
        if not self.lab.is_active or self._wants_new:
            self.form.lock()
        elif self.lab.phase is Phase.PAUSED:
            self.form.lock(self.tr("Locked while it is paused"))
        else:
            self.form.lock(self.tr("Locked while it runs"))

    def _show_note(self) -> None:
        """Say what is wrong, or what is missing."""
        trouble = self.lab.trouble
        if not is_installed():
            self.note.set_note(
                "info",
                self.tr("It stands on Optuna, which is not installed."),
                title=self.tr("The search for settings is an extra"),
                remedy=self.tr("Install it with: {0}").format(INSTALL),
            )
        elif trouble is not None and not self._wants_new:
            self.note.set_note(
                "error",
                trouble or self.tr("The process that makes the trials has ended unexpectedly."),
                title=self.tr("The search has stopped"),
                remedy=self.tr("What was found is kept."),
            )
        self.note.setVisible(not is_installed() or (trouble is not None and not self._wants_new))

    def _status(self, state: StudyState | None) -> str:
        if state is None:
            return ""
        return self.tr("{0}: {1} of {2} trials").format(state.spec.name, state.over, state.wanted)

    @Slot(int, int)
    def _show_kept(self, kept: int, of: int) -> None:
        everything = kept == of
        self.keep_all.setVisible(not everything)
        text = self.tr("{0} of {1} trials").format(kept, of)
        self.kept_said.setText(self.tr("drag along an axis to keep only a part") if everything else text)

    # What the user does

    @Slot()
    def start(self) -> None:
        """Begin the study of the form, or go on with the one that is shown."""
        if not is_installed() or self.lab.phase is not Phase.IDLE:
            return
        state = self.state
        if not self.form.trials.commit():
            self.form.trials.setFocus()
            return
        spec = self.form.spec() if state is None else state.spec
        if spec is None:
            return
        self._wants_new = False
        if state is None:
            self.lab.forget()
            self._chosen = None
        self.settings.set(remembered.STUDY, spec.name)
        self.settings.set(remembered.STUDIES_AT, without_password(self.form.url.text()))
        self.lab.start(spec, self.form.trials.value(), self.form.address)

    @Slot()
    def save_trials(self) -> None:
        """Let the user choose where, and write a line for each trial."""
        state = self.state
        if state is None:
            return
        folder = Path(self.settings.get(remembered.LAST_FOLDER))
        name = self.tr("trials.csv")
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save all trials"), str(folder / name), self.tr("Tables (*.csv)")
        )
        if not path:
            return
        self.settings.set(remembered.LAST_FOLDER, str(Path(path).parent))
        try:
            atomic_write_text(Path(path), trials_table(state))
        except OSError as error:
            self.said.emit(self.tr("Not saved: {0}").format(error.strerror or str(error)))
        else:
            self.said.emit(self.tr("Saved as {0}").format(file_name(path)))

    @Slot()
    def _start_or_pause(self) -> None:
        button = self.tools.pause if self.lab.is_active else self.tools.start
        button.click()

    @Slot(object)
    def _choose(self, trial: TrialLine) -> None:
        self._chosen = trial.side, trial.number
        self._show()

    @Slot()
    def _choose_best(self) -> None:
        self._chosen = None
        self._show()

    @Slot()
    def _on_new(self) -> None:
        self._wants_new = True
        self._offer_new()
        self._show()
        self.form.name.setFocus()

    @Slot()
    def _on_problem_changed(self) -> None:
        if self.state is None and not self.lab.is_active:
            self._offer_new()
            self._show()

    def _offer_new(self) -> None:
        """Offer a study for what the window shows; what is in this window alone no other process can load."""
        problem, dataset = self.session.problem, self.session.dataset_name
        if dataset in (MY_IMAGES, MY_POINTS):
            dataset = problem.usual_dataset
        began = QLocale().toString(QDateTime.currentDateTime(), "d MMM HH:mm")
        self.form.show_new(problem, dataset, self.tr("Search of {0}").format(began))

    @Slot()
    def _set_up_train(self) -> None:
        """Fill Train's form with the settings of the shown trial."""
        state, trial = self.state, self.current
        if state is None or trial is None or not trial.configs:
            return
        self.session.choose_problem(state.spec.problem)
        training = {name: value for name, value in trial.configs["training"].items() if name != "threads"}
        network = {**trial.configs["network"], "hidden": tuple(trial.configs["network"]["hidden"])}
        self.page_wanted.emit("trainPage", Preset("", network, training, state.spec.dataset))
