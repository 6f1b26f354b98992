"""What the coming step learns from, how large it is, and what it does to the errors."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.step.explain import Row
from digitapp.gui.pages.step.ledger import Ledger
from digitapp.gui.pages.step.sample_words import sample_words
from digitapp.gui.state.scene import Scene
from digitapp.gui.widgets import ElidedLabel, HairLine, Label, NumberField, SectionHeader, SegmentedControl
from digitapp.gui.widgets.numbers import decimal, thousands
from digitapp.gui.words.settings import number_refusal
from digitapp.inspection.backward_steps import sample_numbers, totals
from digitapp.nn.network import Network
from digitapp.training.config import MAX_LEARNING_RATE, Range, TrainConfig, parse_number
from digitapp.training.stepwise import LearnFrom

_RATES = Range(0, MAX_LEARNING_RATE, above=True)


class LearnPanel(QWidget):
    """What the coming step, or the one that was just taken, learns from.

    Signals
    -------
    learn_from_chosen(LearnFrom), rate_chosen(float)
    """

    learn_from_chosen = Signal(object)
    rate_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = SectionHeader(self.tr("Learn from"))
        self._aside = ElidedLabel("", "caption", "text2")
        self._title.add(self._aside)
        self.learn_from = SegmentedControl(name=self.tr("Learn from"))
        self.learn_from.setObjectName("stepLearnFrom")
        self.rate = NumberField(
            _rate,
            0.1,
            step=lambda value, way: value * (1.25 if way > 0 else 0.8),
            show=lambda value: f"{value:.6g}",
            describe=lambda error: number_refusal(error, _RATES, "0.1"),
            name=self.tr("Learning rate"),
        )
        self.rate.setObjectName("stepLearningRate")
        self.rate.setMaximumWidth(theme.scaled(150))
        self._rate_error = Label("", "caption", "danger", wrap=True)
        self._rate_error.hide()
        self.effects = Ledger()
        self.effects.setAccessibleName(self.tr("Errors before and after"))
        self._lack = Label("", "caption", "text2", wrap=True)
        self._sources: tuple[LearnFrom, ...] = ()
        self._lay_out()
        self.learn_from.currentChanged.connect(self._on_learn_from)
        self.rate.value_changed.connect(self.rate_chosen)
        self.rate.error_changed.connect(self._on_rate_error)

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.learn_from)
        first.addStretch(1)
        second.addWidget(Label(self.tr("Learning rate"), "body", "text2"))
        second.addStretch(1)
        second.addWidget(self.rate)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(HairLine())
        column.addWidget(self._title)
        column.addLayout(first)
        column.addLayout(second)
        for part in (self._rate_error, self.effects, self._lack):
            column.addWidget(part)

    # What it shows

    def show_scene(self, scene: Scene) -> None:
        """Show what the step of a scene learns from, and what it does to the errors."""
        self._lack.setText(scene.lack)
        self._lack.setVisible(bool(scene.lack))
        text = self.tr("changes all {0} weights and biases")
        self._aside.setText(text.format(thousands(scene.shown.network.parameter_count)))
        self._show_sources(scene)
        if not self.rate.hasFocus():
            self.rate.set_value(scene.learning_rate)
        self._show_effects(scene)

    def _show_sources(self, scene: Scene) -> None:
        sources = [LearnFrom.SAMPLE, LearnFrom.BATCH]
        texts = [sample_words(scene.shown.problem).this, self.tr("Batch ({0})").format(scene.batch_size)]
        if scene.totals is not None:
            sources.append(LearnFrom.ALL)
            texts.append(self.tr("All {0}").format(len(scene.totals.answers)))
        if tuple(sources) != self._sources:
            self._sources = tuple(sources)
            self.learn_from.set_segments(texts)
        for index, text in enumerate(texts):
            self.learn_from.set_text(index, text)
        blocked = self.learn_from.blockSignals(True)
        if scene.learn_from in self._sources:
            self.learn_from.setCurrentIndex(self._sources.index(scene.learn_from))
        self.learn_from.blockSignals(blocked)
        self.learn_from.setEnabled(scene.batch_size > 0)

    def _show_effects(self, scene: Scene) -> None:
        update = scene.update
        if update is None or not update.is_finite:
            self.effects.hide()
            return
        after = Network(scene.network.sizes, scene.network.activations, np.float64)
        np.copyto(after.parameters, update.after)
        loss, numbers = scene.shown.model.loss, scene.numbers
        cost = sample_numbers(after, loss, numbers.inputs, numbers.label).cost
        rows = [
            Row(
                sample_words(scene.shown.problem).error_of_this,
                "",
                f"{decimal(numbers.cost, 4)} → {decimal(cost, 4)}",
            )
        ]
        dataset = scene.shown.dataset
        if scene.totals is not None and dataset is not None:
            every = dataset.all_but_test
            then = totals(after, loss, every.inputs.astype(np.float64), every.labels)
            before = totals(scene.network, loss, every.inputs.astype(np.float64), every.labels)
            name = self.tr("All {0}").format(len(every))
            text = self.tr("{0} → {1}, {2} right").format(decimal(before.cost, 3), decimal(then.cost, 3), then.right)
            rows.append(Row(name, "", text))
        self.effects.show_rows(rows, None)
        self.effects.show()

    # What is chosen

    @Slot(int)
    def _on_learn_from(self, index: int) -> None:
        if 0 <= index < len(self._sources):
            self.learn_from_chosen.emit(self._sources[index])

    @Slot(str)
    def _on_rate_error(self, text: str) -> None:
        self._rate_error.setText(text)
        self._rate_error.setVisible(bool(text))


def _rate(text: str) -> float:
    """Return a learning rate. Raises ConfigError for one that cannot be used."""
    value = parse_number("learning_rate", text)
    TrainConfig(learning_rate=value)
    return value
