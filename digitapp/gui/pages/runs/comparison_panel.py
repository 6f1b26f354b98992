"""What is said about the chosen experiments: what differs, which is better, every seed, and what to beware of."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.gui.causes import cause
from digitapp.gui.pages.runs.final_figure import FinalFigure
from digitapp.gui.pages.runs.interval_bar import axes_of
from digitapp.gui.pages.runs.pair_card import PairCard
from digitapp.gui.pages.runs.seed_dots import SeedDots
from digitapp.gui.pages.runs.seeds_row import SeedsRow
from digitapp.gui.pages.runs.what_differs import WhatDiffers
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import ElidedLabel, HairLine, Label, NoteBar, SectionHeader
from digitapp.gui.words.comparison import caution_words, counting_words, luck_words, told
from digitapp.kept.comparing import Comparison, compare_experiments
from digitapp.kept.experiments import Experiment, Measure, different, same_runs
from digitapp.kept.reading_back import reader_of
from digitapp.progress import Report

_Key = tuple[tuple[Experiment, ...], Measure]


class ComparisonPanel(QWidget):
    """Compares all chosen experiments with the one that was chosen first."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._experiments: tuple[Experiment, ...] = ()
        self._measure = Measure.ACCURACY
        self.comparison: Comparison | None = None
        self._head = SectionHeader(self.tr("Comparison"), role="title", parent=self)
        self._by = ElidedLabel("", "caption", "text2", parent=self)
        self._differs_head = SectionHeader(self.tr("What differs"), parent=self)
        self._rest = ElidedLabel("", "caption", "text2", parent=self)
        self.differs = WhatDiffers(self)
        self._cautions = NoteBar("warning", parent=self)
        self._cards = [PairCard(self)]
        self.verdict = self._cards[0].verdict
        self.verdict.setObjectName("verdictLabel")
        self.seeds = SeedsRow(session, self)
        self._luck = NoteBar("warning", parent=self)
        self.dots = SeedDots(self)
        self._counting = Label("", "caption", "text2", wrap=True, parent=self)
        self.final = FinalFigure(session, self)
        self._trouble = NoteBar("error", parent=self)
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._build()
        self._show_facts()

    def _build(self) -> None:
        self._head.add(self._by)
        self._differs_head.add(self._rest)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for part in (self._head, self._differs_head, self.differs, self._cautions, self._trouble):
            column.addWidget(part)
        self._for_cards = QVBoxLayout()
        self._for_cards.setSpacing(12)
        self._for_cards.addWidget(self._cards[0])
        column.addLayout(self._for_cards)
        column.addWidget(self.seeds)
        column.addWidget(self._luck)
        column.addWidget(HairLine(parent=self))
        column.addWidget(SectionHeader(self.tr("Every seed"), parent=self))
        column.addWidget(self.dots)
        column.addWidget(self._counting)
        column.addWidget(self.final)

    # What is shown

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Compare experiments, two or more; the first is the reference. It is worked out beside the window."""
        if same_runs(experiments, self._experiments):
            return
        self._experiments = tuple(experiments)
        self._show_facts()
        self._ask()

    def set_measure(self, measure: Measure) -> None:
        """Compare by accuracy or by loss."""
        if measure is not self._measure:
            self._measure = measure
            self._show_facts()
            self._ask()

    def _show_facts(self) -> None:
        """Show what is known at once; the verdict follows in a moment, in the place of the one before."""
        experiments = self._experiments
        is_accuracy = self._measure is Measure.ACCURACY
        self._by.setText(self.tr("best validation") if is_accuracy else self.tr("lowest loss"))
        settings = different(experiments) if experiments else {}
        self.differs.show_settings(experiments, settings)
        self.differs.setVisible(bool(settings))
        self._rest.setText(self.tr("all else is the same") if settings else self.tr("nothing but the seeds"))
        self.dots.show_experiments(experiments, self._measure)
        self.final.show_experiments(experiments)
        self.seeds.show_experiments(experiments)
        self.comparison = None
        if len(experiments) < 2:
            self._show_comparison(None)

    def _ask(self) -> None:
        key = self._experiments, self._measure
        if len(self._experiments) < 2:
            self._errand.cancel()
            return
        self._errand.ask(partial(_compare, self._session.run_list.folder, *key), key)

    @Slot(object, object)
    def _on_found(self, comparison: Comparison, key: _Key) -> None:
        if key == (self._experiments, self._measure):
            self._show_comparison(comparison)

    @Slot(object, object)
    def _on_failed(self, error: Exception, key: _Key) -> None:
        if key == (self._experiments, self._measure):
            self._show_comparison(None)
            self._trouble.set_note("error", self.tr("They could not be compared: {0}").format(cause(error)))
            self._trouble.show()

    def _show_comparison(self, comparison: Comparison | None) -> None:
        self.comparison = comparison
        pairs = comparison.pairs if comparison is not None else ()
        while len(self._cards) < len(pairs):
            self._cards.append(PairCard(self))
            self._for_cards.addWidget(self._cards[-1])
        limits = axes_of([told(pair) for pair in pairs])
        for place, card in enumerate(self._cards):
            if place < len(pairs):
                card.show_pair(pairs[place], limits[place])
            card.setVisible(place < len(pairs))
        cautions = [] if comparison is None else [caution_words(caution) for caution in comparison.cautions]
        for note, text in (
            (self._cautions, "\n".join(cautions)),
            (self._luck, "" if comparison is None else luck_words(comparison)),
        ):
            note.set_note("warning", text)
            note.setVisible(bool(text))
        self._trouble.hide()
        self._counting.setText("" if comparison is None else counting_words(comparison))

    @property
    def cards(self) -> list[PairCard]:
        """The cards that are shown, in the order of the experiments."""
        return [card for card in self._cards if not card.isHidden()]


def _compare(
    folder: Path | None,
    experiments: tuple[Experiment, ...],
    measure: Measure,
    _report: Report,
    _cancelled: threading.Event,
) -> Comparison:
    """Compare experiments, in a thread."""
    if folder is None:
        return compare_experiments(experiments, measure)
    with reader_of(folder) as reader:
        return compare_experiments(experiments, measure, reader.readings)
