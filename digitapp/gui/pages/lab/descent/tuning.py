"""What one runner can be told: its learning rate, what else its rule has, and how many samples a step looks at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.descent.words import ETA, batch_title, optimizer_title, rate_text, rule_text
from digitapp.gui.pages.lab.parameter import ParameterRow, logarithmic, scale_of
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.widgets import ComboBox, ElidedLabel, FieldRow, Label, LinkButton, SectionHeader
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.choices import option_words
from digitapp.lab.contest import LEAST_RATE, MOST_RATE, PRESETS, Contest
from digitapp.lab.descent import WHOLE_SET, Runner
from digitapp.lab.rates import HIGHEST_RATE, LOWEST_RATE, RateSearch
from digitapp.nn.optimizers import OPTIMIZERS
from digitapp.nn.options import Range

_BATCHES = WHOLE_SET, 32, 8, 1
_LABEL, _PLOT = 108, 112
_LEAST_SHOWN = 1e-12  # of the errors over the rates


class TuningPanel(QWidget):
    """The settings of the runner that is looked at.

    Signals
    -------
    wanted(Contest) : another contest is to be run
    removed : the runner is to go
    """

    wanted = Signal(object)
    removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._contest, self._index = PRESETS["rules"], 0
        self._head = SectionHeader("")
        self.remove = LinkButton(self.tr("Remove"))
        self._rule = ElidedLabel("", "caption", "text2")
        self.rate = ParameterRow()
        self.options = [ParameterRow() for _ in range(max(len(made.options) for made in OPTIMIZERS.values()))]
        self.batch = ComboBox()
        for batch in _BATCHES:
            self.batch.addItem(batch_title(batch), batch)
        self._batch_row = FieldRow(self.tr("Looks at"), self.batch, label_column=_LABEL)
        self._search = Label("", "caption", "text2", wrap=True)
        self.search_plot = LinePlot(
            self.tr("Error after the last step, over the logarithm of the learning rate"),
            log=True,
            x_title=self.tr("log₁₀ η"),
        )
        self.search_plot.setFixedHeight(theme.scaled(_PLOT))
        self.take_over = LinkButton(self.tr("Keep these rates as each one's own"))
        self._build()
        self.rate.changed.connect(self._on_rate)
        for row in self.options:
            row.changed.connect(self._on_option)
        self.batch.activated.connect(self._on_batch)
        self.remove.clicked.connect(self.removed)
        self.take_over.clicked.connect(self._on_take_over)
        self._searches: tuple[RateSearch, ...] = ()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        self._head.add(self.remove)
        column.addWidget(self._head)
        column.addWidget(self._rule)
        for row in (self.rate, *self.options, self._batch_row, self._search, self.search_plot):
            column.addWidget(row)
        column.addWidget(self.take_over, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def _runner(self) -> Runner:
        return self._contest.runners[self._index]

    # What is shown

    def show_contest(self, contest: Contest, index: int) -> None:
        """Show what one of the runners can be told."""
        self._contest, self._index = contest, index
        runner = self._runner
        made = OPTIMIZERS[runner.optimizer]
        self._head.title.setText(optimizer_title(runner.optimizer))
        self._rule.setText(rule_text(runner.optimizer))
        self._rule.setVisible(bool(self._rule.text()))
        self.remove.setVisible(len(contest.runners) > 1)
        is_same = contest.rates == "same"
        name = self.tr("{0} of all").format(ETA) if is_same else self.tr("Learning rate {0}").format(ETA)
        self.rate.set_range(name, Range(LEAST_RATE, MOST_RATE), logarithmic(LOWEST_RATE, HIGHEST_RATE))
        if contest.rates != "best":
            self.rate.set_value(contest.rate if is_same else runner.learning_rate)
        for row, option in zip(self.options, made.options, strict=False):
            row.set_range(option_words(runner.optimizer, option).title, option.allowed, scale_of(option))
            row.set_value(runner.option(option.name))
        for place, row in enumerate(self.options):
            row.setVisible(place < len(made.options))
        may_look = contest.has_samples and made.uses_gradient and not made.whole_set
        self._batch_row.setVisible(may_look)
        self.batch.setCurrentIndex(self.batch.findData(runner.batch))
        self.show_searches(())

    def show_searches(self, searches: tuple[RateSearch, ...], done: int = 0) -> None:
        """Show how the best rates were found; () where there are none, or not yet."""
        self._searches = searches
        self._search.set_tone("text2")
        is_best, has = self._contest.rates == "best", self._index < len(searches)
        for part in (self.search_plot, self.take_over):
            part.setVisible(is_best and has)
        self._search.setVisible(is_best)
        if is_best and has:
            self._show_search(searches[self._index])
        elif is_best:
            self.rate.set_value(self._runner.learning_rate, is_fixed=True)
            text = self.tr("Looking for the best rate of each: {0} of {1} found")
            self._search.setText(text.format(thousands(done), thousands(len(self._contest.runners))))

    def show_failure(self) -> None:
        """Say that there are no best rates, and why."""
        self._search.set_tone("danger")
        self._search.setText(
            self.tr("C is hardly anywhere a number on the map, so rates cannot be tried. Let the map reach less far.")
        )

    def _show_search(self, search: RateSearch) -> None:
        self.rate.set_value(search.best, is_fixed=True)
        self._search.setText(
            self.tr("Best of {0} rates from 20 other starts: {1}. Error after the last step, by rate:").format(
                thousands(len(search.rates)), rate_text(search.best)
            )
        )
        lowest = self._contest.made_surface().lowest
        errors = np.where(np.isfinite(search.heights), np.maximum(search.heights - lowest, _LEAST_SHOWN), np.nan)
        line = Line(self.tr("error"), np.log10(search.rates), errors, self._index)
        self.search_plot.show_lines([line], x_range=(np.log10(LOWEST_RATE), np.log10(HIGHEST_RATE)))
        self.search_plot.set_cursor(float(np.log10(search.best)))

    # What is wanted

    def _want(self, runner: Runner) -> None:
        runners = list(self._contest.runners)
        runners[self._index] = runner
        self.wanted.emit(replace(self._contest, runners=tuple(runners)))

    @Slot(object)
    def _on_rate(self, rate: float) -> None:
        if self._contest.rates == "same":
            self.wanted.emit(replace(self._contest, rate=rate))
        else:
            self._want(replace(self._runner, learning_rate=rate))

    @Slot(object)
    def _on_option(self, value: float) -> None:
        place = next(place for place, row in enumerate(self.options) if row is self.sender())
        made = OPTIMIZERS[self._runner.optimizer]
        values = {option.name: self._runner.option(option.name) for option in made.options}
        values[made.options[place].name] = value
        changed = tuple(
            (option.name, values[option.name]) for option in made.options if values[option.name] != option.default
        )
        self._want(replace(self._runner, options=changed))

    @Slot()
    def _on_batch(self) -> None:
        self._want(replace(self._runner, batch=self.batch.currentData()))

    @Slot()
    def _on_take_over(self) -> None:
        """Let each run at the rate that was found, from where it can be changed."""
        pairs = zip(self._contest.runners, self._searches, strict=True)
        runners = tuple(replace(runner, learning_rate=search.best) for runner, search in pairs)
        self.wanted.emit(replace(self._contest, runners=runners, rates="own"))
