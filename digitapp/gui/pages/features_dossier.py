"""The right side of the Features page: everything that is known about one unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.data_source import DataState
from digitapp.gui.pages.features_charts import ExampleRows, SumsHistogram, VotesChart
from digitapp.gui.pages.features_evidence import UnitEvidence
from digitapp.gui.pages.features_words import UnitWords
from digitapp.gui.session import Answer, Session
from digitapp.gui.widgets import (
    ElidedLabel,
    GhostButton,
    HairLine,
    HoverReadout,
    Label,
    NoteBar,
    PixelImage,
    PlainButton,
    ReadoutRow,
    ScrollPanel,
    SectionHeader,
)
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.inspection.dossier import unit_answer, votes

_PICTURE, _SMALL_PICTURE, _ROOMY = 168, 128, 360
_UNKNOWN = "–"


@dataclass(frozen=True, eq=False)
class UnitPicture:
    """The picture of a unit's weights: values (rows, columns) on the scale from −limit to +limit.

    `cell_name(row, column)` is what a readout calls a cell, empty for one that means nothing.
    """

    values: NDArray[np.floating]
    limit: float
    cell_name: Callable[[int, int], str]


class Dossier(ScrollPanel):
    """What the network, the present drawing and the data tell about the selected unit.

    Signals: `step_wanted(±1)` for the previous and the next unit.
    """

    step_wanted = Signal(int)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._session = session
        self._words = UnitWords(session)
        self._votes: NDArray[np.floating] | None = None
        self._evidence: UnitEvidence | None = None
        self._picture: UnitPicture | None = None
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(24, 16, 24, 8)
        self._column.setSpacing(0)
        self._build_head()
        self._build_weights()
        self._build_votes()
        self._build_data()
        self._column.addStretch(1)

    # Its parts

    def _build_head(self) -> None:
        self.title = Label("", "title", tabular=True)
        self._previous = GhostButton("", "chevron-left", tip=self.tr("Previous unit"))
        self._next = GhostButton("", "chevron-right", tip=self.tr("Next unit"))
        self._previous.clicked.connect(self._step_back)
        self._next.clicked.connect(self._step_on)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.title, 1)
        row.addWidget(self._previous)
        row.addWidget(self._next)
        self.sentence = Label("", "body", "text2", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        # Two lines are always kept, so that nothing below jumps from unit to unit.
        self.sentence.setMinimumHeight(2 * QFontMetrics(self.sentence.font()).lineSpacing() + 4)
        self._column.addLayout(row)
        self._column.addSpacing(4)
        self._column.addWidget(self.sentence)

    def _build_weights(self) -> None:
        self.picture = PixelImage()
        self.picture.setFixedSize(_PICTURE, _PICTURE)
        self.picture.setAccessibleName(self.tr("Weights of the unit"))
        self.picture.pixel_hovered.connect(self._on_pixel_hovered)
        self._readout: HoverReadout | None = None
        self._facts = QGridLayout()
        self._facts.setContentsMargins(0, 0, 0, 0)
        self._facts.setVerticalSpacing(0)
        self._values: list[tuple[ElidedLabel, Label]] = []
        for index in range(5):
            if index:
                self._facts.addWidget(HairLine(), 2 * index - 1, 0, 1, 2)
            name, value = ElidedLabel("", "caption", "text2"), Label("", "caption-strong", tabular=True)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._facts.addWidget(name, 2 * index, 0)
            self._facts.addWidget(value, 2 * index, 1)
            self._facts.setRowStretch(2 * index, 1)
            self._values.append((name, value))
        self._facts.setColumnStretch(0, 1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.picture)
        row.addLayout(self._facts, 1)
        self._column.addSpacing(8)
        self._column.addLayout(row)

    def _section(self, title: str) -> tuple[QWidget, QVBoxLayout, SectionHeader]:
        """Append a part that can be hidden whole, its layout and its head."""
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(0)
        column.addWidget(HairLine())
        column.addSpacing(8)
        header = SectionHeader(title)
        column.addWidget(header)
        column.addSpacing(4)
        self._column.addWidget(part)
        return part, column, header

    def _build_votes(self) -> None:
        self._votes_part, column, header = self._section(self.tr("Votes"))
        self._votes_caption = ElidedLabel("", "caption", "text2")
        header.add(self._votes_caption)
        self.votes = VotesChart()
        column.addWidget(self.votes)

    def _build_data(self) -> None:
        self._data_part, column, header = self._section(self.tr("Pre-activation"))
        self._legend_all, self._legend_one = _Legend("bar"), _Legend("accent")
        header.add(self._legend_all)
        header.add(self._legend_one)
        self.histogram = SumsHistogram()
        column.addWidget(self.histogram)
        column.addSpacing(6)
        column.addWidget(HairLine())
        column.addSpacing(10)
        self.examples = ExampleRows((self.tr("Most"), self.tr("Threshold"), self.tr("Least")))
        column.addWidget(self.examples)
        column.addSpacing(4)
        self._source = Label("", "tick", "text3", wrap=True)
        column.addWidget(self._source)
        self._column.addSpacing(4)
        self.note = NoteBar("info", "")
        self._handwriting = PlainButton(self.tr("Use the built-in handwriting"), "pen")
        self._handwriting.clicked.connect(self._choose_handwriting)
        self.note.button_row.addWidget(self._handwriting)
        self._column.addWidget(self.note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = _PICTURE if self.width() >= _ROOMY else _SMALL_PICTURE
        self.picture.setFixedSize(side, side)

    # What it shows

    def show_network(self, picture: UnitPicture) -> None:
        """Show what the weights tell; `show_answer` shows what they make of the drawing."""
        session = self._session
        network, unit = session.network, session.selected
        self._picture = picture
        self.picture.set_weights(picture.values, picture.limit)
        self.title.setText(self._words.title(unit))
        last = len(network.weights) - 1
        self._votes = votes(network, unit.layer)[unit.unit] if unit.layer < last else None
        self._votes_part.setVisible(self._votes is not None)
        if self._votes is not None:
            self.votes.set_votes(self._votes, session.problem.class_names)
            direct = unit.layer == last - 1
            caption = self.tr("outgoing weight to each class") if direct else self.tr("summed over all paths")
            self._votes_caption.setText(caption)
        self._show_sentence()

    def _show_sentence(self) -> None:
        self.sentence.setText(self._words.sentence(self._session.selected, self._votes, self._evidence))

    def show_answer(self) -> None:
        """Show the unit's part in the answer to the present drawing."""
        session = self._session
        network, unit, answer = session.network, session.selected, session.answer
        drawing = self._words.drawing()
        rows = [(self.tr("Bias"), signed(float(network.unit_biases[unit.layer][unit.unit])))]
        on_it = self.tr("On {0}").format(drawing)
        mark = None
        if answer.inputs is None or answer.label is None or answer.trace is None or answer.probabilities is None:
            rows += [(self.tr("Its sum"), _UNKNOWN), (self.tr("Activation"), _UNKNOWN)]
            if self._votes is not None:
                rows.append((self.tr("It adds"), _UNKNOWN))
        else:
            mark = float(answer.trace.pre_activations[unit.layer][0, unit.unit])
            rows.append((self.tr("Its sum"), signed(mark)))
            if self._votes is None:
                rows.append((on_it, decimal(float(answer.probabilities[unit.unit]))))
            else:
                rows.append((on_it, decimal(float(answer.trace.activations[unit.layer][0, unit.unit]))))
                name = session.problem.class_names[answer.label]
                rows.append((self.tr("It adds to “{0}”").format(name), signed(self._contribution(answer))))
        if self._picture is not None:
            largest = float(np.abs(self._picture.values).max())
            rows.append((self.tr("Largest weight"), decimal(largest) if np.isfinite(largest) else _UNKNOWN))
        for index, (name, value) in enumerate(self._values):
            name.setText(rows[index][0] if index < len(rows) else "")
            value.setText(rows[index][1] if index < len(rows) else "")
        self.histogram.set_mark(mark, drawing)
        self._show_group()

    def _contribution(self, answer: Answer) -> float:
        """Return what the answer's class would lose without the unit."""
        network, unit = self._session.network, self._session.selected
        assert answer.inputs is not None
        assert answer.label is not None
        assert answer.trace is not None
        if unit.layer == len(network.weights) - 2:
            activation = answer.trace.activations[unit.layer][0, unit.unit]
            return float(activation * network.weights[-1][unit.unit, answer.label])
        # Later layers react to the silence of the unit, so they are computed anew.
        contributions = unit_answer(network, unit.layer, unit.unit, answer.inputs).contributions
        assert contributions is not None
        return float(contributions[answer.label])

    def forget_evidence(self) -> None:
        """Drop what the data told about another network, whose classes may be others, before this one is shown."""
        self._evidence = None

    def show_evidence(self, evidence: UnitEvidence | None, source: str) -> None:
        """Show what the data tell, and which they are; None while that is not known."""
        self._evidence = evidence
        problem = self._session.problem
        rows = () if evidence is None else (evidence.most, evidence.threshold, evidence.least)
        self.examples.set_rows(rows, (problem.rows, problem.columns), problem.class_names)
        self._source.setText(source)
        self._show_group()
        self._show_sentence()
        self._show_data_state()

    def _show_group(self) -> None:
        """Show in front the sums of the class that the drawing was read as, else of the loudest."""
        facts = None if self._evidence is None else self._evidence.facts
        label = self._session.answer.label
        group = label if label is not None else int(facts.loudest_classes[0]) if facts is not None else 0
        name = self.tr("only {0}").format(self._session.problem.class_names[group])
        self.histogram.set_facts(facts, group, name)
        self._legend_all.set_text(self._words.all_of_them())
        self._legend_one.set_text(name)

    def _show_data_state(self) -> None:
        state = self._session.data.state(self._session.dataset_name)
        missing = state in (DataState.MISSING, DataState.FAILED, DataState.FETCHING)
        self._data_part.setVisible(not missing and bool(np.isfinite(self._session.network.parameters).all()))
        self.note.setVisible(missing)
        if missing:
            self.note.set_note("info", self._words.missing(state))
        can_offer = "handwriting" in self._session.problem.datasets and not self._session.run.is_active
        self._handwriting.setVisible(missing and can_offer and self._session.dataset_name != "handwriting")

    # What it does

    def _step_back(self) -> None:
        self.step_wanted.emit(-1)

    def _step_on(self) -> None:
        self.step_wanted.emit(1)

    def _choose_handwriting(self) -> None:
        self._session.choose_dataset("handwriting")

    def _on_pixel_hovered(self, row: int, column: int) -> None:
        host = self.window()
        if self._readout is None or self._readout.parentWidget() is not host:
            self._readout = HoverReadout(host)
        picture = self._picture
        self.picture.set_marked(None if row < 0 else (row, column))
        if row < 0 or picture is None or row >= picture.values.shape[0] or column >= picture.values.shape[1]:
            self._readout.hide()
            return
        place = self.picture.picture_rect()
        rows, columns = picture.values.shape
        x = place.left() + (column + 1) * place.width() / columns
        y = place.top() + (row + 1) * place.height() / rows
        title = self.title.text()
        rows_ = [ReadoutRow(picture.cell_name(row, column), signed(float(picture.values[row, column])))]
        self._readout.show_at(self.picture.mapTo(host, QPoint(round(x), round(y))), title, rows_)

    def readout_text(self) -> str:
        """Return what the panel beside the pointer says, empty while there is none."""
        return self._readout.text() if self._readout is not None and self._readout.isVisible() else ""


class _Legend(QWidget):
    """A coloured square and its meaning."""

    def __init__(self, color: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._square = _Square(color)
        self._label = Label("", "caption", "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._square)
        row.addWidget(self._label)

    def set_text(self, text: str) -> None:
        self._label.setText(text)


class _Square(QWidget):
    def __init__(self, color: str) -> None:
        super().__init__()
        self._color = color
        self.setFixedSize(9, 9)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(theme.current().palette, self._color))
        painter.drawRoundedRect(self.rect(), 2, 2)
