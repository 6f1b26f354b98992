"""What one trial came to and with which settings; at the end, what its settings come to on new seeds."""

from __future__ import annotations

from statistics import stdev

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.runs.search.words import accuracy, drawn_title, fate_text, trial_title, value_text
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import HairLine, Label, LinkButton, NoteBar, PlainButton
from digitapp.gui.widgets.numbers import decimal
from digitapp.runs.search.spec import Side
from digitapp.runs.search.state import StudyState, TrialFate, TrialLine


class TrialPanel(QWidget):
    """A trial.

    Signals
    -------
    set_up_wanted : Train is to be set up with its settings
    best_wanted : the best trial is to be shown instead
    """

    set_up_wanted = Signal()
    best_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Label("", "card-title", wrap=True)
        self.value = Label("", "title", "accent", tabular=True)
        self.value.setObjectName("searchBest")
        self.remark = Label("", "caption", "text2", wrap=True)
        self.to_best = LinkButton(self.tr("Show the best"))
        self.set_up = PlainButton(self.tr("Set up Train with these"), "settings", parent=self)
        self.set_up.setObjectName("searchSetUp")
        self.fresh = NoteBar(parent=self)
        self.fresh.setObjectName("searchFresh")
        self.random = Label("", "caption", "text2", wrap=True)
        self._rows = QGridLayout()
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setVerticalSpacing(4)
        self._made: list[QWidget] = []
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.to_best)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self.value)
        line.addWidget(self.remark, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(line)
        column.addLayout(self._rows)
        column.addWidget(self.set_up)
        column.addWidget(self.fresh)
        column.addWidget(self.random)
        self.set_up.clicked.connect(self.set_up_wanted)
        self.to_best.clicked.connect(self.best_wanted)

    def show_trial(self, state: StudyState, trial: TrialLine | None) -> None:
        """Show a trial, or that there is none yet."""
        best = state.winner
        is_best = trial is not None and best is not None and (best.side, best.number) == (trial.side, trial.number)
        self.to_best.setVisible(best is not None and not is_best)
        self.set_up.setVisible(trial is not None)
        self.set_up.setEnabled(trial is not None and bool(trial.configs))
        self.value.setVisible(trial is not None)
        if trial is None:
            self.title.setText(self.tr("No trial has come to its end yet"))
            self.remark.setText(self.tr("The best one will stand here, with its settings."))
        else:
            self.title.setText(self._title(trial, is_best=is_best, is_over=state.over >= state.wanted))
            self.value.setText(accuracy(trial.reached))
            self.remark.setText(self._remark(state, trial))
        self._show_rows(state, trial)
        self._show_fresh(state, is_best=is_best)
        self._show_random(state)

    def _title(self, trial: TrialLine, *, is_best: bool, is_over: bool) -> str:
        if not is_best:
            return trial_title(trial)
        text = self.tr("{0}, the best") if is_over else self.tr("{0}, the best so far")
        return text.format(trial_title(trial))

    def _remark(self, state: StudyState, trial: TrialLine) -> str:
        if trial.fate is not TrialFate.DONE:
            return fate_text(trial)
        if state.spec.seeds_per_trial > 1:
            text = self.tr("of the validation images, mean of {0} seeds")
            return text.format(state.spec.seeds_per_trial)
        return self.tr("of the validation images")

    def _show_rows(self, state: StudyState, trial: TrialLine | None) -> None:
        for widget in self._made:
            self._rows.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._made = []
        drawn = {} if trial is None else trial.drawn
        for row, (name, value) in enumerate(drawn.items()):
            title = Label(drawn_title(state.spec.space, name), "caption", "text2", parent=self)
            shown = Label(value_text(name, value), "caption-strong", tabular=True, parent=self)
            line = HairLine(parent=self)
            self._rows.addWidget(title, 2 * row, 0)
            self._rows.addWidget(shown, 2 * row, 1, Qt.AlignmentFlag.AlignRight)
            self._rows.addWidget(line, 2 * row + 1, 0, 1, 2)
            self._made += [title, shown, line]
            for widget in (title, shown, line):
                widget.show()

    def _show_fresh(self, state: StudyState, *, is_best: bool) -> None:
        """Say what the best settings come to on seeds that chose nothing."""
        mean, best = state.fresh_mean, state.winner
        self.fresh.setVisible(is_best and mean is not None)
        if mean is None or best is None:
            return
        spread = f" ± {decimal(100 * stdev(state.fresh))}" if len(state.fresh) > 1 else ""
        text = self.tr("{0} in the search, {1}{2} on new seeds ({3}).").format(
            accuracy(best.value), accuracy(mean), spread, len(state.fresh)
        )
        why = self.tr(
            "The best of many trials is lucky besides being good; the new seeds chose nothing, so theirs is what to "
            "expect."
        )
        self.fresh.set_note("info", in_a_row(text, why))

    def _show_random(self, state: StudyState) -> None:
        """Say what the guidance is worth: as many trials at random."""
        guided, random = state.best_of(Side.GUIDED), state.best_of(Side.RANDOM)
        self.random.setVisible(random is not None and guided is not None)
        if random is None or guided is None:
            return
        text = self.tr("The best by what did well: {0}. The best of as many at random: {1}.")
        self.random.setText(text.format(accuracy(guided.value), accuracy(random.value)))
