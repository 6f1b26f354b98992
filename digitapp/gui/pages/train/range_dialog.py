"""The learning-rate range test in a window: the rate grows, the loss says which rates are of use, one is taken."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.train.rate_plot import RatePlot
from digitapp.gui.pictures import offer_picture
from digitapp.gui.plots.curve_plot import loss_text
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.translation import in_a_row
from digitapp.gui.widgets import Label, NoteBar, PlainButton, PrimaryButton, ProgressBar, SegmentedControl
from digitapp.gui.widgets.numbers import percent, thousands
from digitapp.progress import Report
from digitapp.runs.plan import Plan
from digitapp.runs.range_test import Confirmation, RangeResult, RangeTest, Sweep, run_range_test

_WIDTH, _LEAST_WIDTH = 720, 560
_BESIDE = 104  # margins, and what of the window is still seen
_EVERY = 4  # rates from one picture to the next
_MIDDLE = 1  # of the three rates that are held


class RangeDialog(QDialog):
    """Tests rates beside the window, with networks of its own, for the settings that a plan has.

    Signals: `taken(rate)`, it is to be the learning rate.
    """

    taken = Signal(float)

    def __init__(self, start_job: StartJob, plan: Plan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rangeDialog")
        self.setWindowTitle(self.tr("Find a learning rate"))
        self.setProperty("panel", "surface")
        self.test = RangeTest(plan)
        self.range_result: RangeResult | None = None
        self._sweep = Sweep(self.test)
        self._drawn = 0
        self._errand = Errand(start_job, self)
        self._make_parts()
        self._lay_out()
        self.choice.currentChanged.connect(self._show_choice)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)
        self.finished.connect(self._errand.cancel)
        self.begin()

    # Building

    def _make_parts(self) -> None:
        self.plot = RatePlot()
        offer_picture(self.plot, self.tr("Learning rates"), "learning-rates")
        self.verdict = NoteBar("info")
        self.verdict.setObjectName("rangeVerdict")
        self.choice = SegmentedControl(
            [self.tr("Low end"), self.tr("Middle"), self.tr("High end")], name=self.tr("Which rate to take")
        )
        self.choice.setObjectName("rangeChoice")
        self.cells = [[Label("", "caption", tabular=True) for _ in range(4)] for _ in range(3)]
        self.held = QWidget()
        self.progress = ProgressBar()
        self.progress.setAccessibleName(self.tr("Progress of the test"))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.cancel_button = PlainButton(self.tr("Cancel"))
        self.cancel_button.clicked.connect(self._on_cancel)
        self.again_button = PlainButton(self.tr("Test again"))
        self.again_button.clicked.connect(self.begin)
        self.close_button = PlainButton(self.tr("Close"))
        self.close_button.clicked.connect(self.reject)
        self.take_button = PrimaryButton(self.tr("Take the rate"))
        self.take_button.setObjectName("takeRateButton")
        self.take_button.clicked.connect(self._take)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(12)
        column.addWidget(Label(self.tr("Which learning rate?"), "title"))
        text = self.tr(
            "{0} new networks learn side by side, and with every batch the rate grows a little. It is of use from "
            "where their loss falls fastest to where it has won what it can, before it turns. Your own network, its "
            "optimiser and its random numbers stay as they are."
        )
        if self.test.plan.source is not None:
            text = self.tr(
                "{0} copies of the network that is to go on learn side by side, and with every batch the rate grows a "
                "little. It is of use from where their loss falls fastest to where it has won what it can, before it "
                "turns. The network itself, its optimiser and its random numbers stay as they are."
            )
        text = text.format(self.test.seeds)
        label = Label(text, "body", "text2", wrap=True)
        label.setFixedWidth(self._room())
        column.addWidget(label)
        column.addWidget(self.plot, 1)
        column.addWidget(self.verdict)
        held = QHBoxLayout(self.held)
        held.setContentsMargins(0, 0, 0, 0)
        held.setSpacing(20)
        left = QVBoxLayout()
        left.setSpacing(6)
        left.addWidget(Label(self.tr("Take"), "caption", "text2"))
        left.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(1)
        held.addLayout(left)
        held.addLayout(self._table(), 1)
        policy = self.held.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.held.setSizePolicy(policy)
        column.addWidget(self.held)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.progress, 1)
        for button in (self.cancel_button, self.again_button, self.close_button, self.take_button):
            buttons.addWidget(button)
        column.addLayout(buttons)

    def _table(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        part = self.tr("right on validation") if self._validates else self.tr("right on training")
        heads = (self.tr("rate"), self.tr("networks that learned"), self.tr("loss at the end"), part)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, head in enumerate(heads):
            grid.addWidget(Label(head, "caption", "text2"), 0, place, right)
            for line, cells in enumerate(self.cells):
                grid.addWidget(cells[place], line + 1, place, right)
        return grid

    @property
    def _validates(self) -> bool:
        dataset = self.test.plan.dataset
        return dataset is not None and dataset.validation is not None

    def _room(self) -> int:
        """Return how wide the contents are: as wide as suits them, but not wider than the window that they lie over."""
        wanted, owner = theme.scaled(_WIDTH), self.parentWidget()
        return wanted if owner is None else max(_LEAST_WIDTH, min(wanted, owner.window().width() - _BESIDE))

    # Testing

    @Slot()
    def begin(self) -> None:
        """Do the test, from its beginning."""
        self.range_result, self._drawn = None, 0
        test, sweep = self.test, Sweep(self.test)
        self._sweep = sweep
        self.plot.show_sweep(sweep)
        self._show_testing(True)
        steps = thousands(test.steps)
        text = self.tr("{0} batches at rates that grow; then three rates are held for as long.").format(steps)
        self.verdict.set_note("info", text, title=self.tr("The test goes on beside the window"))

        def work(report: Report, cancelled: threading.Event) -> RangeResult | None:
            return run_range_test(test, report, cancelled, sweep)

        self._errand.ask(work, sweep)

    def _show_testing(self, tests: bool) -> None:
        self.progress.setRange(0, 0)
        self.progress.setVisible(tests)
        self.cancel_button.setVisible(tests)
        self.again_button.setVisible(not tests and self.range_result is None)
        self.held.setVisible(False)
        self.take_button.setText(self.tr("Take the rate"))
        self.take_button.setEnabled(False)

    @Slot()
    def _on_cancel(self) -> None:
        self._errand.cancel()
        self._show_testing(False)
        self.verdict.set_note("info", self.tr("Nothing was changed."), title=self.tr("The test was cancelled"))

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        if self._drawn < self._sweep.done and (done % _EVERY == 0 or self._sweep.done == self.test.steps):
            self._drawn = self._sweep.done
            self.plot.show_sweep(self._sweep)

    @Slot(object, object)
    def _on_failed(self, error: Exception, _sweep: object) -> None:
        self._show_testing(False)
        self.verdict.set_note("error", cause(error), title=self.tr("The rates could not be tested"))

    @Slot(object, object)
    def _on_found(self, result: RangeResult, _sweep: object) -> None:
        self.range_result = result
        self._show_testing(False)
        self.plot.show_reading(result.reading, result.found)
        if result.found is None:
            self.verdict.set_note("warning", self._why_none(result), title=self.tr("No rate can be recommended"))
            return
        title = self.tr("Rates from {0} to {1} are of use").format(f"{result.found.low:g}", f"{result.found.high:g}")
        text = self.tr("Each of these three was held for {0} batches, by {1} networks.")
        sentences = [text.format(thousands(result.test.steps), result.test.seeds), *self._left_out(result)]
        self.verdict.set_note("info", in_a_row(*sentences), title=title)
        for cells, confirmation in zip(self.cells, result.confirmations, strict=True):
            for cell, said in zip(cells, self._row(confirmation), strict=True):
                cell.setText(said)
        self.held.show()
        self.take_button.setEnabled(True)
        self.choice.setCurrentIndex(_MIDDLE)
        self._show_choice()
        self.take_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # Showing

    def _row(self, held: Confirmation) -> tuple[str, ...]:
        learned = self.tr("{0} of {1}").format(held.learned, held.seeds)
        return f"{held.rate:g}", learned, loss_text(held.loss), percent(held.accuracy)

    def _left_out(self, result: RangeResult) -> list[str]:
        """Return what is to be said of rates that did not hold."""
        text = self.tr("{0} looked possible too, but did not hold: the range ends before it.")
        return [text.format(f"{each.rate:g}") for each in result.refused]

    def _why_none(self, result: RangeResult) -> str:
        if result.refused:
            return self.tr("Rates at which the loss fell at first did not hold. Other first weights may help.")
        text = self.tr("At no rate does the loss fall clearly within {0} batches; the network may know all already.")
        sentences = [text.format(thousands(result.test.steps))]
        if result.reading.turned is not None:
            lost = self.tr("From {0} on it rises: a run with such a rate would lose what was learned.")
            sentences.append(lost.format(f"{result.reading.turned:.2g}"))
        return in_a_row(*sentences)

    @property
    def rate(self) -> float | None:
        """The rate that would be taken."""
        result = self.range_result
        if result is None or result.found is None:
            return None
        return result.found[self.choice.currentIndex()]

    @Slot()
    def _show_choice(self) -> None:
        rate = self.rate
        self.plot.choose(rate)
        if rate is not None:
            self.take_button.setText(self.tr("Take {0}").format(f"{rate:g}"))
        for line, cells in enumerate(self.cells):
            for cell in cells:
                cell.set_tone("text" if line == self.choice.currentIndex() else "text2")

    @Slot()
    def _take(self) -> None:
        if self.rate is not None:
            self.taken.emit(self.rate)
            self.accept()
