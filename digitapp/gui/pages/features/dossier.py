"""The right side of the Features page: everything that is known about one unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.features.charts import ExampleBlocks, VotesChart
from digitapp.gui.pages.features.evidence import Evidence
from digitapp.gui.pages.features.faces import UNKNOWN, LooksFace, WorthFace, share, with_and_without
from digitapp.gui.pages.features.gallery import why_unknown
from digitapp.gui.pages.features.histogram import ClassLegend, SumsHistogram
from digitapp.gui.pages.features.shown import Lack, Shown
from digitapp.gui.pages.features.trials import Trials
from digitapp.gui.pages.features.words import UnitWords
from digitapp.gui.pictures import offer_picture
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import in_a_row
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
    SegmentedControl,
)
from digitapp.gui.widgets.numbers import decimal, probability, signed
from digitapp.gui.widgets.readout import readout_in
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.problems import dataset_offer
from digitapp.inspection.dossier import answer_from_trace, unit_votes
from digitapp.inspection.looks import LayerEvidence, UnitEvidence
from digitapp.inspection.unit_images import as_images
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.network import UnitRef
from digitapp.reading import Answer

_PICTURES = ((440, 168), (360, 140), (0, 112))  # from this width of the dossier on, the side of the picture


_LARGEST_SHARE = 0.46  # of the page
LOOKS_FACE, WORTH_FACE = 1, 2  # after the overview


@dataclass(frozen=True, eq=False)
class UnitPicture:
    """The picture of a unit's weights: values (rows, columns) on the scale from −limit to +limit.

    The cells after the first `cells` stand for nothing; `cell_name(row, column)` is what a readout calls the others.
    It is `smooth` where the cells are places that the picture was made at and no pixels.
    """

    values: NDArray[np.floating]
    limit: float
    cells: int
    cell_name: Callable[[int, int], str]
    smooth: bool = False


def dossier_width(page_width: int, least: int) -> int:
    """Return how wide the dossier is on a page of some width; `least` shows all of it, whatever the font."""
    # The design's widths are for its font; a larger one needs more.
    width = float(np.interp(page_width, (952, 1208, 1848), (336, 384, 480))) * max(theme.scaled(100) / 100, 1.0)
    return max(round(min(width, max(336.0, _LARGEST_SHARE * page_width))), min(least, page_width // 2))


class Dossier(ScrollPanel):
    """What the network, the present drawing and the data tell about the selected unit.

    Three faces: an overview, what the unit looks for, and tests: what is lost without it, what can be done to it. What
    takes time to work out is asked for when its face is seen.

    Signals: `step_wanted(±1)` for the previous and the next unit, `unit_wanted(unit)` for another of the same layer.
    """

    step_wanted = Signal(int)
    unit_wanted = Signal(int)

    def __init__(
        self,
        session: Session,
        refresher: Refresher,
        evidence: Evidence,
        trials: Trials,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("surface", parent)
        offer_picture(self, self.tr("Dossier of the unit"), "dossier")
        self._session, self._refresher = session, refresher
        self._evidence, self._trials = evidence, trials
        self._words = UnitWords(session, refresher)
        self._votes: NDArray[np.floating] | None = None
        self._picture: UnitPicture | None = None
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(24, 16, 24, 8)
        self._column.setSpacing(0)
        self._build_head()
        self._build_faces()
        self._column.addStretch(1)
        refresher.add("trials", self._show_changed_trials, on=(trials.changed,), of=self)

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

    def _build_faces(self) -> None:
        self.faces = SegmentedControl(name=self.tr("What the dossier shows"))
        self._column.addSpacing(10)
        self._column.addWidget(self.faces, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addSpacing(12)
        self._faces: list[QWidget] = []
        overview = QWidget()
        self._overview = QVBoxLayout(overview)
        self._overview.setContentsMargins(0, 0, 0, 0)
        self._overview.setSpacing(0)
        self._build_weights()
        self._build_votes()
        self._build_data()
        self.looks, self.worth = LooksFace(), WorthFace()
        self.worth.twin_wanted.connect(self.unit_wanted)
        self.add_face(self.tr("Overview"), overview)
        self.add_face(self.tr("Looks for"), self.looks)
        self.add_face(self.tr("Test it"), self.worth)
        self.faces.currentChanged.connect(self._on_face_chosen)

    def add_face(self, title: str, face: QWidget) -> int:
        """Add another face with its title, and return its index."""
        self._faces.append(face)
        self.faces.add_segment(title)
        self._column.insertWidget(self._column.indexOf(self.faces) + 1 + len(self._faces), face)
        face.setVisible(len(self._faces) == 1)
        return len(self._faces) - 1

    def show_face(self, index: int) -> None:
        """Turn to another face."""
        self.faces.setCurrentIndex(index)

    def _on_face_chosen(self, index: int) -> None:
        for place, face in enumerate(self._faces):
            face.setVisible(place == index)
        self.scroll_to_top()
        self._show_trials()

    def _build_weights(self) -> None:
        self.picture = PixelImage()
        self.picture.setFixedSize(_PICTURES[1][1], _PICTURES[1][1])
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
        self._overview.addLayout(row)

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
        self._overview.addWidget(part)
        return part, column, header

    def _build_votes(self) -> None:
        self._votes_part, column, header = self._section(self.tr("Votes"))
        self._votes_caption = ElidedLabel("", "caption", "text2")
        header.add(self._votes_caption)
        self.votes = VotesChart()
        column.addWidget(self.votes)

    def _build_data(self) -> None:
        self._data_part, column, header = self._section(self.tr("Pre-activation"))
        header.add(ElidedLabel(self.tr("each class in its colour"), "caption", "text2"))
        self.legend = ClassLegend()
        column.addWidget(self.legend)
        self.histogram = SumsHistogram()
        self.legend.front_changed.connect(self._on_front_chosen)
        column.addWidget(self.histogram)
        column.addSpacing(6)
        column.addWidget(HairLine())
        column.addSpacing(8)
        self.examples = ExampleBlocks((self.tr("Most"), self.tr("Threshold"), self.tr("Least")))
        column.addWidget(self.examples)
        self._no_examples = Label("", "caption", "text2", wrap=True)
        self._no_examples.setText(
            self.tr("The samples are numbers, not pictures: where they lie is shown under “Looks for”.")
        )
        column.addWidget(self._no_examples)
        column.addSpacing(4)
        self._source = Label("", "tick", "text3", wrap=True)
        column.addWidget(self._source)
        self._overview.addSpacing(4)
        self.note = NoteBar("info", "")
        self._instead = PlainButton("", "pen")
        self._instead.clicked.connect(self._use_instead)
        self.note.button_row.addWidget(self._instead)
        self._overview.addWidget(self.note)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = next(side for width, side in _PICTURES if self.width() >= width)
        self.picture.setFixedSize(side, side)
        self.looks.fit(self.width())

    # What it shows

    @property
    def _shown(self) -> Snapshot:
        return self._refresher.shown

    @property
    def _selected(self) -> UnitRef:
        return self._shown.selected

    @property
    def _known(self) -> UnitEvidence | None:
        return self._evidence.unit

    @property
    def _layer_known(self) -> LayerEvidence | None:
        return self._evidence.layer

    def show_network(self, picture: UnitPicture) -> None:
        """Show what the weights tell; `show_answer` shows what they make of the drawing."""
        shown = self._shown
        network, unit = shown.network, shown.selected
        self._picture = picture
        self.picture.set_weights(picture.values, picture.limit, picture.cells, smooth=picture.smooth)
        self.title.setText(self._words.title(unit))
        last = len(network.weights) - 1
        self._votes = unit_votes(network, unit.layer, unit.unit) if unit.layer < last else None
        self._votes_part.setVisible(self._votes is not None)
        if self._votes is not None:
            self.votes.set_votes(self._votes, shown.model.class_names)
            direct = unit.layer == last - 1
            caption = self.tr("outgoing weight to each class") if direct else self.tr("summed over all paths")
            self._votes_caption.setText(caption)
        self._show_sentence()
        self._show_trials()

    def _show_sentence(self) -> None:
        sentence = self._words.sentence(self._selected, self._votes, self._known)
        self.sentence.setText(in_a_row(sentence, self._words.alert(self._selected, self._layer_known)))

    def show_answer(self) -> None:
        """Show the unit's part in the answer to the present drawing."""
        shown = self._shown
        network, unit, answer = shown.network, shown.selected, shown.answer
        drawing = self._words.drawing()
        rows = [(self.tr("Bias"), signed(float(network.unit_biases[unit.layer][unit.unit])))]
        mark = None
        if answer.inputs is None or answer.best is None or answer.trace is None or answer.probabilities is None:
            rows += [(self.tr("Its sum"), UNKNOWN), (self.tr("Activation"), UNKNOWN)]
            if self._votes is not None:
                rows.append((self.tr("It adds"), UNKNOWN))
        else:
            on_it = self.tr("On your {0}").format(shown.model.class_names[answer.best])
            mark = float(answer.trace.pre_activations[unit.layer][0, unit.unit])
            rows.append((self.tr("Its sum"), signed(mark)))
            if self._votes is None:
                rows.append((on_it, decimal(float(answer.probabilities[unit.unit]))))
            else:
                rows.append((on_it, decimal(float(answer.trace.activations[unit.layer][0, unit.unit]))))
                name = shown.model.class_names[answer.best]
                rows.append(
                    (self.tr("It adds to “{0}”").format(name), signed(float(self._contributions(answer)[answer.best])))
                )
        if self._picture is not None:
            largest = float(np.abs(network.unit_weights[unit.layer][:, unit.unit]).max())
            rows.append((self.tr("Peak weight"), decimal(largest) if np.isfinite(largest) else UNKNOWN))
        for index, (name, value) in enumerate(self._values):
            name.setText(rows[index][0] if index < len(rows) else "")
            value.setText(rows[index][1] if index < len(rows) else "")
        self.histogram.set_mark(mark, drawing)
        if self.faces.currentIndex() == WORTH_FACE or shown.problem.is_plane:
            self._show_trials()

    def _contributions(self, answer: Answer) -> NDArray[np.floating]:
        """Return what each class's sum would lose without the unit; later layers react to its silence."""
        assert answer.trace is not None
        unit = self._selected
        found = answer_from_trace(self._shown.network, unit.layer, unit.unit, answer.trace)
        assert found.contributions is not None
        return found.contributions

    def show_evidence(self, source: str) -> None:
        """Show what the data tell, and which they are, as far as it is known."""
        evidence, problem, names = self._known, self._shown.problem, self._shown.model.class_names
        blocks = () if evidence is None else (evidence.most, evidence.threshold, evidence.least)
        self.examples.set_blocks(blocks, problem.shape, names)
        self.examples.setVisible(problem.has_picture)
        self._no_examples.setVisible(not problem.has_picture)
        self.legend.set_names(names, is_series=problem.is_plane)
        self.histogram.set_facts(None if evidence is None else evidence.facts, names, is_series=problem.is_plane)
        self._source.setText(source)
        self._show_sentence()
        self._show_data_state()
        self._show_trials()

    def _on_front_chosen(self, label: int) -> None:
        self.histogram.set_front(None if label < 0 else label)

    # What is tried out for it

    def _show_changed_trials(self, _shown: Snapshot) -> None:
        self._show_trials()

    def _show_trials(self) -> None:
        """Show the face that is seen, and ask for what it still lacks."""
        if self._picture is None:
            return
        if self.faces.currentIndex() == LOOKS_FACE:
            self._show_looks()
        elif self.faces.currentIndex() == WORTH_FACE:
            self._show_worth()

    def _show_looks(self) -> None:
        unit, problem, network = self._selected, self._shown.problem, self._shown.network
        shape = problem.rows, problem.columns
        picture = self._picture
        weights = network.unit_weights[unit.layer][:, unit.unit]
        filter_ = as_images(weights[:, np.newaxis], shape if unit.layer == 0 else None)[0]

        def name(row: int, column: int) -> str:
            if unit.layer == 0:
                return self._words.cell(row, column)
            return self._words.source_unit(unit.layer, row * filter_.shape[1] + column)

        assert picture is not None
        limit = self._shown.weight_limit(unit.layer)
        self.looks.weights.show_signed(filter_, name, self._words.filter(unit.layer), len(weights), limit)
        self.looks.set_plane(problem.is_plane)
        if problem.is_plane:
            self.looks.region.show_unit(self._shown, self._words.region(unit))
            return
        known = self._layer_known
        if not problem.has_picture:
            nothing = self._words.lack(Lack.NO_PICTURE, Shown.PATTERN)
            self.looks.pattern.show_signed(None, self._words.cell, nothing)
            self.looks.show_ideal(None, shape, self._words.cell, nothing)
            return
        pattern = None if known is None else known.survey.patterns[unit.unit].reshape(shape)
        lack = self._words.lack(why_unknown(self._shown, self._evidence), Shown.PATTERN)
        self.looks.pattern.show_signed(pattern, self._words.cell, self._words.pattern(known, lack))
        self._trials.want_ideal(unit.layer, unit.unit, self._known)
        ideal = self._trials.ideal(unit.layer, unit.unit)
        if not self._trials.is_possible:
            missing = self.tr("Looked for when the run rests.")
        elif self._trials.has_failed("ideal", unit.layer, unit.unit):
            missing = self.tr("Not to be found: some of its weights are not numbers.")
        else:
            missing = self.tr("Looking for it…")
        self.looks.show_ideal(ideal, shape, self._words.cell, missing)

    def _show_worth(self) -> None:
        unit, trials = self._selected, self._trials
        trials.want_loss(unit.layer, unit.unit)
        loss = trials.loss(unit.layer, unit.unit)
        samples = trials.samples()
        failed = trials.has_failed("loss", unit.layer, unit.unit)
        self.worth.text.setText(self._words.worth(unit, samples, is_possible=trials.is_possible, has_failed=failed))
        is_output = unit.layer == len(self._shown.network.weights) - 1
        rows = [] if is_output else self._worth_of_answer()
        if loss is not None:
            rows.append((self.tr("Accuracy"), share(loss.baseline.accuracy), share(loss.without.accuracy)))
        elif not is_output and samples is not None:
            rows.append((self.tr("Accuracy"), UNKNOWN, UNKNOWN))
        self.worth.show_rows(rows)
        self.worth.show_loss(loss, self._shown.model.class_names, is_countable=not is_output and samples is not None)
        self.worth.source.setText(self._words.worth_source(samples) if loss is not None else "")
        twin = self._words.twin(unit, self._layer_known)
        name = self._words.title(UnitRef(unit.layer, twin)) if twin >= 0 else ""
        text = self._words.condition(unit, self._layer_known)
        self.worth.show_condition(text, twin, self.tr("Open {0} ›").format(name))

    def _worth_of_answer(self) -> list[tuple[str, str, str]]:
        """Return what the present answer would be without the unit."""
        shown = self._shown
        answer, names = shown.answer, shown.model.class_names
        if answer.best is None or answer.trace is None or answer.probabilities is None:
            return [(self.tr("Answer to your drawing"), UNKNOWN, UNKNOWN)]
        label, logits = answer.best, answer.trace.pre_activations[-1][0]
        contributions = self._contributions(answer)
        outputs = np.empty_like(logits)
        ACTIVATIONS[shown.network.activations[-1]].value(logits - contributions, outputs)
        without = shown.model.calibration.probabilities(shown.model.loss, outputs[np.newaxis])[0]
        name = names[label]
        rows = [
            (
                self.tr("Sure of “{0}”").format(name),
                probability(float(answer.probabilities[label])),
                probability(float(without[label])),
            ),
            (
                self.tr("Sum for “{0}”").format(name),
                *with_and_without(float(logits[label]), float(contributions[label])),
            ),
        ]
        if len(logits) > 1:
            second = int(np.argsort(-logits, kind="stable")[1 if int(np.argmax(logits)) == label else 0])
            lead, loss = float(logits[label] - logits[second]), float(contributions[label] - contributions[second])
            rows.append((self.tr("Lead over “{0}”").format(names[second]), *with_and_without(lead, loss)))
        return rows

    def _show_data_state(self) -> None:
        state = self._shown.data_state
        missing = state in (DataState.MISSING, DataState.FAILED, DataState.FETCHING)
        self._data_part.setVisible(not missing and not self._evidence.is_broken)
        self.note.setVisible(missing)
        if missing:
            self.note.set_note("info", self._words.missing(state))
        at_hand = self._shown.problem.dataset_at_hand
        can_offer = bool(at_hand) and at_hand != self._shown.dataset_name and not self._shown.run.is_active
        self._instead.setText(dataset_offer(at_hand))
        self._instead.setVisible(missing and can_offer)

    # What it does

    def _step_back(self) -> None:
        self.step_wanted.emit(-1)

    def _step_on(self) -> None:
        self.step_wanted.emit(1)

    def _use_instead(self) -> None:
        self._session.choose_dataset(self._session.problem.dataset_at_hand)

    def _on_pixel_hovered(self, row: int, column: int) -> None:
        host = self.window()
        self._readout = readout_in(host, self._readout)
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
