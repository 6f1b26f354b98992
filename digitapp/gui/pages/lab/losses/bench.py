"""The bench "Losses": the same scores under three losses, and what penalties pull at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.lab import remembered
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.losses.penalties import MOST_STRENGTH, MOST_WEIGHT, PenaltiesView
from digitapp.gui.pages.lab.losses.scores import MOST_SCORE, ScoresCard
from digitapp.gui.pages.lab.losses.words import CLASSES, loss_name, loss_sentence, penalty_sentences
from digitapp.gui.plots.line_plot import Line, LinePlot
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import Card, Label, ScrollPanel, SegmentedControl
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.widgets.series import SeriesMark
from digitapp.lab.losses import COMPARED, along_score, read_losses

_SCORES = [1.0, 2.0, -0.5]
_WEIGHT, _STRENGTH = 2.0, 0.5
_REACH = 5.0  # of the axis of scores
_POINTS = 161
_MARGIN = 24


class LossesBench(Bench):
    """Three scores and a weight to be dragged, and what losses and penalties make of them."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self._moved = 0  # the score that the plot is drawn over
        self.view = SegmentedControl([self.tr("Three scores"), self.tr("L1 and L2")], name=self.tr("What is shown"))
        self.scores = ScoresCard()
        self.curves = LinePlot(self.tr("Loss along one score"), x_title=self.tr("score"))
        self.moved = SegmentedControl(CLASSES, name=self.tr("Whose score the plot is drawn over"))
        self.penalties = PenaltiesView()
        self._build()
        self._build_inspector()
        self.view.currentChanged.connect(self._on_view_chosen)
        self.scores.changed.connect(self._on_changed)
        self.scores.looked_at.connect(self.moved.setCurrentIndex)
        self.moved.currentChanged.connect(self._on_moved_chosen)
        self.curves.moved.connect(self._on_cursor_moved)
        self.penalties.changed.connect(self._on_changed)
        self.take_up({})

    # Building

    def _build(self) -> None:
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addWidget(self.view)
        plot = Card(self.tr("Loss along one score"))
        plot.slot.addWidget(Label(self.tr("Score of"), "body", "text2"))
        plot.slot.addWidget(self.moved)
        plot.body.addWidget(self.curves, 1)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.CARD_GAP)
        column.addWidget(self.scores)
        column.addWidget(plot, 1)
        self._views = QStackedLayout(self)
        self._views.setContentsMargins(0, 0, 0, 0)
        self._views.addWidget(first)
        self._views.addWidget(self.penalties)

    def _build_inspector(self) -> None:
        self.details = ScrollPanel("surface")
        column = QVBoxLayout(self.details.content)
        column.setContentsMargins(_MARGIN, 20, _MARGIN, 20)
        column.setSpacing(10)
        self._title = Label("", "title", wrap=True)
        self._lead = Label("", "body", "text2", wrap=True)
        column.addWidget(self._title)
        column.addWidget(self._lead)
        self._names, self._sentences, self._parts = [], [], []
        for number in range(len(COMPARED)):
            part = QWidget()
            rows = QVBoxLayout(part)
            rows.setContentsMargins(0, 8, 0, 0)
            rows.setSpacing(4)
            head = QHBoxLayout()
            head.setSpacing(8)
            name, sentence = Label("", "section"), Label("", "body", "text2", wrap=True)
            head.addWidget(SeriesMark(number, line=True))
            head.addWidget(name, 1)
            rows.addLayout(head)
            rows.addWidget(sentence)
            column.addWidget(part)
            self._names.append(name)
            self._sentences.append(sentence)
            self._parts.append(part)
        column.addStretch(1)

    # State

    def state(self) -> dict[str, Any]:
        return {
            "view": self.view.currentIndex(),
            "scores": self.scores.scores(),
            "right": self.scores.right.currentIndex(),
            "moved": self._moved,
            "weight": self.penalties.weight,
            "strength": self.penalties.strength,
        }

    def take_up(self, state: Mapping[str, Any]) -> None:
        self._moved = remembered.place(state, "moved", len(CLASSES))
        self.scores.show_scores(
            remembered.numbers(state, "scores", _SCORES, -MOST_SCORE, MOST_SCORE),
            remembered.place(state, "right", len(CLASSES)),
        )
        self.moved.setCurrentIndex(self._moved)
        self.penalties.show_values(
            remembered.number(state, "weight", _WEIGHT, -MOST_WEIGHT, MOST_WEIGHT),
            remembered.number(state, "strength", _STRENGTH, 0.0, MOST_STRENGTH),
        )
        self.view.setCurrentIndex(remembered.place(state, "view", self.view.count()))
        self._show()

    def numbers(self) -> str:
        """Return what is shown as a table: the losses and gradients, or the weight's way."""
        if self.view.currentIndex() == 1:
            lines = self.penalties.numbers()
        else:
            scores, right = self.scores.scores(), self.scores.right.currentIndex()
            lines = [["loss", "value", *(f"gradient of {name}" for name in CLASSES)]]
            for reading in read_losses(scores, right):
                lines.append([reading.key, repr(reading.value), *(repr(float(slope)) for slope in reading.gradient)])
        return "\n".join("\t".join(line) for line in lines)

    # What is shown

    def _show(self) -> None:
        if self.view.currentIndex() == 0:
            self._show_losses()
        else:
            self._show_penalties()

    def _show_losses(self) -> None:
        scores, right = self.scores.scores(), self.scores.right.currentIndex()
        readings = read_losses(scores, right)
        self.scores.show_readings(readings, right)
        reach = max(_REACH, abs(scores[self._moved]))
        values = np.linspace(-reach, reach, _POINTS)
        costs = along_score(scores, right, self._moved, values)
        lines = [
            Line(loss_name(key), values, cost, number)
            for number, (key, cost) in enumerate(zip(COMPARED, costs, strict=True))
        ]
        self.curves.show_lines(lines, y_range=(0.0, max(1.0, float(costs.max()) * 1.05)))
        self.curves.set_cursor(scores[self._moved])
        self._title.setText(self.tr("The same scores, three losses"))
        self._lead.setText(
            self.tr(
                "A loss says how wrong the scores are, and its gradient in which direction each should go: up where it "
                "is negative."
            )
        )
        for part, name, sentence, reading in zip(self._parts, self._names, self._sentences, readings, strict=True):
            name.setText(loss_name(reading.key))
            sentence.setText(loss_sentence(reading, scores, right))
            part.show()
        self.say(self.tr("The right class is {0}").format(CLASSES[right]))

    def _show_penalties(self) -> None:
        self._title.setText(self.tr("What L1 and L2 pull at"))
        self._lead.setText(
            self.tr(
                "A penalty adds the size of the weights to the loss, so that each step also pulls them to zero. How it "
                "measures size decides whom it pulls."
            )
        )
        names = self.tr("L1: λ Σ |w|"), self.tr("L2: ½ λ Σ w²")
        sentences = penalty_sentences(self.penalties.weight, self.penalties.strength)
        for place, part in enumerate(self._parts):
            part.setVisible(place < len(names))
        for name, sentence, title, text in zip(self._names, self._sentences, names, sentences, strict=False):
            name.setText(title)
            sentence.setText(text)
        self.say(self.tr("The training adds the data's gradient to this pull"))

    # What is done

    @Slot()
    def _on_view_chosen(self) -> None:
        self._views.setCurrentIndex(self.view.currentIndex())
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self._show()
        self.state_changed.emit()
        self.numbers_changed.emit()

    @Slot()
    def _on_moved_chosen(self) -> None:
        self._moved = self.moved.currentIndex()
        self._on_changed()

    @Slot(float)
    def _on_cursor_moved(self, score: float) -> None:
        scores = self.scores.scores()
        scores[self._moved] = score
        self.scores.show_scores(scores, self.scores.right.currentIndex())
        self._on_changed()
