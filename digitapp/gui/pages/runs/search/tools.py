"""The line above a search: start, pause and stop, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.search_lab import Phase, SearchLab
from digitapp.gui.widgets import ElidedLabel, Label, PlainButton, PrimaryButton, ProgressBar, SegmentedControl
from digitapp.runs.search.spec import Side
from digitapp.runs.search.state import StudyState, TrialFate

_MINUTE = 60


class SearchTools(QWidget):
    """The tools; start and pause share one place.

    Signals
    -------
    start_wanted : the study of the form is to begin or to go on
    table_wanted : the other view of the page is to be shown
    """

    start_wanted = Signal()
    table_wanted = Signal()

    def __init__(self, lab: SearchLab, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lab = lab
        self.views = SegmentedControl([self.tr("Table"), self.tr("Search")], name=self.tr("View"), parent=self)
        self.views.setCurrentIndex(1)
        self.start = PrimaryButton(self.tr("Start"), "play", transport=True, parent=self)
        self.start.setObjectName("searchStart")
        self.start.set_tip(self.tr("Make trials until the study has all of them"), "Ctrl+Return")
        self.start.reserve(self.tr("Start"), self.tr("Go on"))
        self.pause = PrimaryButton(self.tr("Pause"), "pause", transport=True, parent=self)
        self.pause.setObjectName("searchPause")
        self.pause.set_tip(self.tr("Rest after the present batch, or go on"), "Ctrl+Return")
        self.pause.reserve(self.tr("Pause"), self.tr("Go on"))
        self.stop = PlainButton(self.tr("Stop"), "stop", transport=True, parent=self)
        self.stop.setObjectName("searchStop")
        self.stop.set_tip(self.tr("Ends after the present batch; what was found stays, and the study can go on later"))
        self.title = ElidedLabel("", "section", tabular=True)
        self.details = ElidedLabel("", "caption", "text2", tabular=True)
        self.left = Label("", "caption", "text2", tabular=True)
        self.bar = ProgressBar(self)
        self.bar.setObjectName("searchProgress")
        self._lay_out()
        self.views.currentChanged.connect(self._on_view)
        self.start.clicked.connect(self.start_wanted)
        self.pause.clicked.connect(self._on_pause)
        self.stop.clicked.connect(lab.stop)

    def _lay_out(self) -> None:
        words = QHBoxLayout()
        words.setSpacing(12)
        words.addWidget(self.title)
        words.addWidget(self.details, 1)
        words.addWidget(self.left)
        far = QVBoxLayout()
        far.setSpacing(4)
        far.addLayout(words)
        far.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE)
        row.addWidget(self.views)
        row.addSpacing(theme.SPACE)
        row.addWidget(self.start)
        row.addWidget(self.pause)
        row.addWidget(self.stop)
        row.addSpacing(16)
        row.addLayout(far, 1)

    def show_search(self, state: StudyState | None, *, can_start: bool) -> None:
        """Show how far a study is, and what can be done about it."""
        phase = self._lab.phase
        is_active = self._lab.is_active
        begun = state is not None and state.over > 0
        self.start.setVisible(not is_active)
        self.start.setText(self.tr("Go on") if begun else self.tr("Start"))
        self.start.setEnabled(can_start and phase is Phase.IDLE)
        self.pause.setVisible(is_active)
        self.pause.setText(self.tr("Go on") if phase is Phase.PAUSED else self.tr("Pause"))
        self.pause.set_icon_name("play" if phase is Phase.PAUSED else "pause")
        self.pause.setEnabled(phase is not Phase.STOPPING)
        self.stop.setEnabled(phase in (Phase.RUNNING, Phase.PAUSED))
        self.bar.setVisible(state is not None)
        has_random = state is not None and len(state.spec.sides) > 1
        self.title.setToolTip(self.tr("Half of them at random, beside the others") if has_random else "")
        self.title.setText("" if state is None else self._title(state))
        self.details.setText("" if state is None else self._details(state))
        self.left.setText(self._left())
        if state is not None:
            fresh = len([trial for trial in state.of(Side.FRESH) if trial.is_over])
            self.bar.setMaximum(max(1, state.wanted + state.spec.fresh_seeds))
            self.bar.setValue(state.over + fresh)

    def _title(self, state: StudyState) -> str:
        if self._lab.phase is Phase.STOPPING:
            return self.tr("Stopping")
        if self._lab.gives_way:
            return self.tr("Waits for the training")
        if self._lab.phase is Phase.PAUSED:
            return self.tr("Paused at {0} of {1}").format(state.over, state.wanted)
        if self._lab.phase is Phase.RUNNING and state.over >= state.wanted:
            return self.tr("The best, on new seeds")
        return self.tr("{0} of {1} trials").format(state.over, state.wanted)

    def _details(self, state: StudyState) -> str:
        done = sum(len(state.of(side, TrialFate.DONE)) for side in state.spec.sides)
        given_up = sum(len(state.of(side, TrialFate.GIVEN_UP)) for side in state.spec.sides)
        return self.tr("{0} to the end, {1} given up early").format(done, given_up)

    def _left(self) -> str:
        seconds = self._lab.seconds_left
        if seconds is None or self._lab.gives_way:
            return ""
        if seconds < 1.5 * _MINUTE:
            return self.tr("about {0} s left").format(max(1, round(seconds)))
        return self.tr("about {0} min left").format(round(seconds / _MINUTE))

    @Slot(int)
    def _on_view(self, index: int) -> None:
        if index == 0:
            self.table_wanted.emit()
            self.views.setCurrentIndex(1)  # as it is seen when this view is shown again

    @Slot()
    def _on_pause(self) -> None:
        if self._lab.phase is Phase.PAUSED:
            self._lab.go_on()
        else:
            self._lab.pause()
