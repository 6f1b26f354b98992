"""What is averaged and how, and what the mean is made of at one step."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from digitapp.gui.pages.lab.averages.words import beta_text
from digitapp.gui.pages.lab.parameter import ParameterRow, linear, near_one
from digitapp.gui.widgets import HairLine, Label, LinkButton, ScrollPanel, SectionHeader, SegmentedControl
from digitapp.lab.averages import MOST_BETA
from digitapp.nn.options import Range

MOST_NOISE = 2.0
SIGNALS = "cosine", "run"
_MARGIN = 24
_FACTS = 4


class AveragesInspector(ScrollPanel):
    """The settings of a mean and its facts; `signal` stands where the bench lays it out.

    Signals: `changed`, a setting is another; `redrawn`, other noise is wanted.
    """

    changed = Signal()
    redrawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.signal = SegmentedControl(
            [self.tr("Noisy cosine"), self.tr("Loss of your run")], name=self.tr("What is averaged")
        )
        self.again = LinkButton(self.tr("Other noise"), "reset")
        self.beta, self.noise = ParameterRow(), ParameterRow()
        self.beta.set_range(self.tr("Memory β"), Range(0, MOST_BETA), near_one(MOST_BETA))
        self.noise.set_range(self.tr("Noise"), Range(0, MOST_NOISE), linear(0, MOST_NOISE))
        self._facts = [
            (Label("", "body", "text2", wrap=True), Label("", "section", tabular=True)) for _ in range(_FACTS)
        ]
        self._facts_head = SectionHeader("")
        self._story = Label("", "body", "text2", wrap=True)
        self._build()
        self.signal.currentChanged.connect(self._on_changed)
        self.beta.changed.connect(self._on_changed)
        self.noise.changed.connect(self._on_changed)
        self.again.clicked.connect(self.redrawn)

    def _build(self) -> None:
        column = QVBoxLayout(self.content)
        column.setContentsMargins(_MARGIN, 20, _MARGIN, 20)
        column.setSpacing(12)
        column.addWidget(Label(self.tr("A mean that forgets"), "title", wrap=True))
        column.addWidget(
            Label(
                self.tr(
                    "Each new value counts 1 − β, and all that was before fades by β. So momentum, RMSprop and Adam "
                    "remember gradients."
                ),
                "body",
                "text2",
                wrap=True,
            )
        )
        head = SectionHeader(self.tr("Mean"))
        head.add(Label(self.tr("vₜ = β vₜ₋₁ + (1 − β) xₜ"), "caption", "text2"))
        column.addWidget(head)
        column.addWidget(self.beta)
        column.addWidget(self._make_signal())
        column.addWidget(HairLine())
        column.addWidget(self._facts_head)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, (name, value) in enumerate(self._facts):
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(name, row, 0)
            grid.addWidget(value, row, 1)
        column.addLayout(grid)
        column.addWidget(HairLine())
        column.addWidget(SectionHeader(self.tr("What happens here")))
        column.addWidget(self._story)
        column.addStretch(1)

    def _make_signal(self) -> QWidget:
        """Return what only the made signal has: its noise."""
        self._of_cosine = QWidget()
        column = QVBoxLayout(self._of_cosine)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        head = SectionHeader(self.tr("Signal"))
        head.add(self.again)
        for part in (HairLine(), head, self.noise):
            column.addWidget(part)
        return self._of_cosine

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()

    @property
    def is_cosine(self) -> bool:
        """Whether the made signal is averaged, and not a run's loss."""
        return self.signal.currentIndex() == 0

    def show_settings(self, signal: str, beta: float, noise: float) -> None:
        """Show other settings without telling of them."""
        blocked = self.blockSignals(True)
        self.signal.setCurrentIndex(SIGNALS.index(signal))
        self.blockSignals(blocked)
        self.beta.set_value(beta)
        self.noise.set_value(noise)

    def show_facts(self, title: str, facts: Sequence[tuple[str, str]], story: str) -> None:
        """Show what the mean is made of, and what is to be seen."""
        self._of_cosine.setVisible(self.is_cosine)
        self._facts_head.title.setText(title)
        for labels, texts in zip(self._facts, facts, strict=True):
            for label, text in zip(labels, texts, strict=True):
                label.setText(text)
        self._story.setText(story)
        self.beta.slider.setToolTip(self.tr("β = {0}").format(beta_text(self.beta.field.value())))
