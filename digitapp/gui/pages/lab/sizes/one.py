"""One network by its sizes: typed, drawn, counted, and a step of its learning measured."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab.sizes.sketch import NetworkSketch
from digitapp.gui.pages.lab.sizes.words import memory_text, shape_text, sizes_refusal, time_text
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.widgets import Card, ComboBox, Label, NumberField, TextField
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.words.choices import choice_words
from digitapp.gui.words.settings import number_refusal
from digitapp.lab.sizes import MOST_BYTES, NetworkSize, StepTime, measure_step, parse_sizes
from digitapp.nn.optimizers import OPTIMIZERS
from digitapp.nn.options import Range
from digitapp.progress import Report
from digitapp.training.config import MAX_BATCH_SIZE, check_whole, parse_whole

USUAL = NetworkSize((784, 30, 10))
USUAL_BATCH, USUAL_OPTIMIZER = 10, "sgd"
EXAMPLES = ("3-4-2", "3-4-4-1", "12-3-2", "784-30-10", "784-128-10", "784-1000-500-10")


class OneNetworkView(QWidget):
    """Fields for the sizes and a step, the network drawn, and its four figures.

    Signals
    -------
    changed : the network, the batch or the optimiser is another
    measured : the time of a step is known, or is not any more
    """

    changed = Signal()
    measured = Signal()

    def __init__(self, start_job: StartJob, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.network = USUAL
        self.step_time: StepTime | None = None  # of a step, once it is known
        self.layers = TextField(
            parse_sizes, USUAL, show=lambda size: shape_text(size.sizes), describe=sizes_refusal, name=self.tr("Layers")
        )
        self.examples = ComboBox()
        self.batch = self._make_batch_field()
        self.optimizer = ComboBox()
        self.examples.setAccessibleName(self.tr("Examples"))
        self.optimizer.setAccessibleName(self.tr("Optimiser"))
        self.sketch = NetworkSketch()
        self._figures: list[Label] = []
        self._error = Label("", "tick", "danger", wrap=True)
        self._measure = Errand(start_job, self)
        self._build()
        self._measure.found.connect(self._on_measured)
        for field in (self.layers, self.batch):
            field.value_changed.connect(self._on_changed)
            field.error_changed.connect(self._show_error)
        self.optimizer.currentIndexChanged.connect(self._on_changed)
        self.examples.activated.connect(self._on_example)

    def _make_batch_field(self) -> NumberField:
        def read(text: str) -> int:
            number = parse_whole("batch_size", text)
            check_whole("batch_size", number, 1, MAX_BATCH_SIZE)
            return number

        return NumberField(
            read,
            USUAL_BATCH,
            step=lambda value, direction: max(1, min(MAX_BATCH_SIZE, value + direction)),
            describe=lambda error: number_refusal(error, Range(1, MAX_BATCH_SIZE, is_whole=True), "32"),
            name=self.tr("Samples in a batch"),
        )

    def _build(self) -> None:
        self.examples.add_entry(self.tr("Examples"))
        for text in EXAMPLES:
            self.examples.add_entry(text, data=text)
        for key, entry in OPTIMIZERS.items():
            if entry.uses_gradient:
                self.optimizer.add_entry(choice_words("optimizer", key, entry).title, data=key)
        self.optimizer.setCurrentIndex(self.optimizer.findData(USUAL_OPTIMIZER))
        settings = Card()
        first = self._row((self.tr("Layers"), self.layers, 1), ("", self.examples, 0))
        second = self._row(
            (self.tr("Samples in a batch"), self.batch, 0),
            (self.tr("Optimiser"), self.optimizer, 0),
            ("", QWidget(), 1),
        )
        self.batch.setFixedWidth(theme.scaled(88))
        self._error.hide()
        for part in (first, second):
            settings.body.addLayout(part)
        settings.body.addWidget(self._error)
        drawn = Card()
        drawn.body.addWidget(self.sketch, 1)
        drawn.body.addLayout(self._make_figures())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.CARD_GAP)
        column.addWidget(settings)
        column.addWidget(drawn, 1)

    @staticmethod
    def _row(*parts: tuple[str, QWidget, int]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE)
        for title, widget, stretch in parts:
            if title:
                label = Label(title, "body", "text2")
                label.setBuddy(widget)
                row.addWidget(label)
            row.addWidget(widget, stretch)
        return row

    def _make_figures(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.CARD_GAP)
        titles = (
            self.tr("neurons"),
            self.tr("parameters"),
            self.tr("memory of a step"),
            self.tr("time of a step, measured"),
        )
        for title in titles:
            cell = QVBoxLayout()
            cell.setSpacing(2)
            figure = Label("", "title", tabular=True)
            caption = Label(title, "caption", "text2", wrap=True)
            caption.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            figure.setAccessibleName(title)
            cell.addWidget(figure)
            cell.addWidget(caption)
            row.addLayout(cell, 1)
            self._figures.append(figure)
        return row

    # What is shown

    @property
    def batch_size(self) -> int:
        """How many samples a step learns."""
        return self.batch.value()

    @property
    def optimizer_key(self) -> str:
        """The key of the optimiser."""
        return self.optimizer.currentData()

    def show_values(self, size: NetworkSize, batch_size: int, optimizer: str) -> None:
        """Show a network and how it learns; `changed` is not emitted."""
        blocked = self.blockSignals(True)
        self.layers.set_value(size)
        self.batch.set_value(batch_size)
        self.optimizer.setCurrentIndex(max(0, self.optimizer.findData(optimizer)))
        self.blockSignals(blocked)
        self._show_error()
        self.show_size()

    def show_size(self) -> None:
        """Draw and count the network, and have a step measured."""
        self.network = size = self.layers.value()
        self.sketch.show_size(size)
        needed = size.step_bytes(self.batch_size, self.optimizer_key)
        texts = thousands(size.neurons), thousands(size.parameters), memory_text(needed), "…"
        for figure, text in zip(self._figures, texts, strict=True):
            figure.setText(text)
        self.step_time = None
        if needed > MOST_BYTES:
            self._measure.cancel()
            self._figures[3].setText("–")
            self._figures[3].setToolTip(self.tr("A step that takes so much memory is not measured."))
            return
        self._figures[3].setToolTip("")

    def measure(self) -> None:
        """Have a step of the shown network measured beside the window; once it is known nothing is done again."""
        key = self.network, self.batch_size, self.optimizer_key
        if self.step_time is not None or self.network.step_bytes(*key[1:]) > MOST_BYTES:
            return

        def work(_report: Report, cancelled: threading.Event) -> StepTime | None:
            return measure_step(*key, cancelled)

        self._measure.ask(work, key)

    # What is done

    @Slot(object, object)
    def _on_measured(self, found: StepTime | None, key: object) -> None:
        if found is not None and key == (self.network, self.batch_size, self.optimizer_key):
            self.step_time = found
            self._figures[3].setText(time_text(found.seconds))
            self.measured.emit()

    @Slot()
    def _on_changed(self) -> None:
        if not self.signalsBlocked():
            self.show_size()
            self.changed.emit()

    @Slot(int)
    def _on_example(self, index: int) -> None:
        if index > 0:
            self.layers.setText(self.examples.itemData(index))
            self.layers.commit()
        self.examples.setCurrentIndex(0)

    @Slot()
    def _show_error(self) -> None:
        text = self.layers.error() or self.batch.error()
        self._error.setText(text)
        self._error.setVisible(bool(text))
