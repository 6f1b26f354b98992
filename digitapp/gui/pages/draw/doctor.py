"""The doctor: a second face of the Draw page's inspector that says why a digit is read as it is read."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Picture
from digitapp.drawing.preprocess import ALL_STEPS, Preprocessed, Steps
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.draw.doctor_map import FlipMapView
from digitapp.gui.pages.draw.doctor_measures import MeasuresView
from digitapp.gui.pages.draw.doctor_steps import StepsView
from digitapp.gui.pages.draw.doctor_words import Verdict, edit_name, shifts_words, verdict
from digitapp.gui.pages.draw.tools import NARROWEST, WIDEST
from digitapp.gui.pictures import offer_picture
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import HairLine, Label, LinkButton, PlainButton, SectionHeader
from digitapp.inspection.doctor import Classify, Examination, Source, examine, manageable
from digitapp.inspection.flip_map import COARSE_SHIFTS, COARSE_TURNS, SHIFTS, TURNS, Direction, FlipMap, flip_map
from digitapp.progress import Report

_REST_MS = 80  # the map is drawn when the pen has rested so long
_SIDE_BY_SIDE = 440  # from this width on, measures and map stand beside each other
_VERDICT_LINES, _CAPTION_LINES = 3, 3


@dataclass(frozen=True, eq=False)
class _Question:
    """What a map is drawn for."""

    source: Source
    pen_width: float
    road: Preprocessed
    steps: Steps
    classify: Classify
    direction: Direction
    class_names: tuple[str, ...]


class DoctorPanel(QWidget):
    """Verdict, steps, measures and map of the session's drawing, live while the pen moves.

    Signals: `pen_suggested(float)`, the user wants the pen that the doctor suggests, in canvas units.
    """

    pen_suggested = Signal(float)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("Digit doctor"), "doctor")
        self.setObjectName("doctorPanel")
        self._session = session
        self._shown = session.snapshot()
        self.examination: Examination | None = None
        self._verdict = Verdict("")
        self._question: _Question | None = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_map)
        self._errand.failed.connect(self._on_map_failed)
        self._direction: Direction = "across"
        self._small: tuple[Picture, Source] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(self._draw_map)
        self.sentence = Label("", "section", wrap=True)
        self.rest = Label("", "body", "text2", wrap=True)
        self.button = PlainButton("")
        self.button.setObjectName("doctorRemedyButton")
        self.steps = StepsView()
        self.measures = MeasuresView(self)
        self.map = FlipMapView(self)
        self.map_caption = Label("", "caption", "text2", wrap=True)
        self.map_caption.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
        self.direction_button = LinkButton(
            self.tr("Shift up, down"), tip=self.tr("Shift the digit up and down instead of sideways")
        )
        self.button.clicked.connect(self._apply)
        self.steps.steps_chosen.connect(self._examine)
        self.direction_button.clicked.connect(self._change_direction)
        self._build()

    def _build(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.sentence)
        words.addWidget(self.rest)
        words.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addLayout(words, 1)
        head.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self._head = QWidget()
        self._head.setLayout(head)
        head.setContentsMargins(0, 0, 0, 0)
        self._left, self._right = left, right = QVBoxLayout(), QVBoxLayout()
        for column in (left, right):
            column.setSpacing(4)
        left.addWidget(SectionHeader(self.tr("Beside the training digits")))
        left.addWidget(self.measures)
        left.addStretch(1)
        title = SectionHeader(self.tr("Where the answer flips"))
        title.add(self.direction_button)
        right.addWidget(title)
        right.addWidget(self.map, 1)
        self._lower = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lower.setSpacing(16)
        self._lower.addLayout(left, 1)
        self._lower.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._head)
        column.addWidget(self.steps)
        column.addWidget(HairLine())
        column.addLayout(self._lower, 1)

    def fit(self, width: int) -> None:
        """Arrange everything for this width."""
        beside = width >= theme.scaled(_SIDE_BY_SIDE)
        self._lower.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        for side in (self._left, self._right):
            side.removeWidget(self.map_caption)
        (self._left if beside else self._right).addWidget(self.map_caption)
        line = self.rest.fontMetrics().lineSpacing()
        self._head.setFixedHeight((_VERDICT_LINES if beside else _VERDICT_LINES + 1) * line + 6)
        self.map_caption.setFixedHeight(_CAPTION_LINES * self.map_caption.fontMetrics().lineSpacing())

    # The drawing and what is found about it

    def refresh(self, shown: Snapshot) -> None:
        """Examine a drawing."""
        self._shown = shown
        self._examine()

    @Slot()
    def _examine(self) -> None:
        shown = self._shown
        if shown.answer.preprocessed is None:
            return
        steps, source = self.steps.steps, self._source()
        road = shown.answer.preprocessed if steps == ALL_STEPS and shown.picture is None else None
        model, names = shown.model, shown.model.class_names
        self.examination = found = examine(source, shown.pen_width, model.probabilities, names, steps, road)
        self.steps.show_examination(found, names)
        self.measures.show_comparisons(found.comparisons, found.finding)
        self._say(verdict(found, names, refused=shown.answer.is_refused))
        if found.road.is_empty:
            self._ask_nothing(self.tr("Here you will see which shifts and turns of your digit change the answer."))
            return
        road = found.road
        self._question = _Question(source, shown.pen_width, road, steps, model.probabilities, self._direction, names)
        # The map waits for the pen to rest: computing beside it, it would take its turns from every move.
        self._errand.cancel()
        self._timer.start()

    def _source(self) -> Source:
        """Return the drawing, or the picture in a size that can be examined while one looks."""
        picture = self._shown.picture
        if picture is None:
            return self._shown.drawing
        if self._small is None or self._small[0] is not picture:
            self._small = picture, manageable(picture.grey)
        return self._small[1]

    def _say(self, said: Verdict) -> None:
        self._verdict = said
        self.sentence.setText(said.sentence)
        self.rest.setText(said.rest)
        possible = bool(said.action) and (said.action != "pen" or self._suggested_pen() is not None)
        self.button.setVisible(possible)
        if possible:
            self.button.setText(said.button)
            self.button.setAccessibleName(said.button)

    def _suggested_pen(self) -> float | None:
        """Return the pen that would be typical, None where the canvas has no such pen."""
        found = self.examination
        if found is None or found.finding is None or found.finding.measure not in found.remedies:
            return None
        pen = round(found.remedies[found.finding.measure].pen_width, 3)
        return pen if NARROWEST <= pen * 1000 <= WIDEST else None

    @Slot()
    def _apply(self) -> None:
        """Do what the button says."""
        found, action = self.examination, self._verdict.action
        if self._shown.ink is not self._session.artwork.value:
            return  # it is about a drawing that is no more
        if action == "all_steps":
            self.steps.set_steps(ALL_STEPS)
            return
        if found is None or found.finding is None or found.finding.measure not in found.remedies:
            return
        remedy = found.remedies[found.finding.measure]
        pen = self._suggested_pen()
        if action == "pen" and pen is not None:
            self.pen_suggested.emit(pen)
        elif action == "edit":
            picture = self._shown.picture
            if isinstance(remedy.source, Drawing):
                self._session.artwork.commit(remedy.source, edit_name(remedy.measure))
            elif picture is not None:
                self._session.artwork.commit(Picture(remedy.source, picture.name), edit_name(remedy.measure))

    # The map

    @Slot()
    def _change_direction(self) -> None:
        across = self._direction == "across"
        self._direction = "down" if across else "across"
        self.direction_button.setText(self.tr("Shift sideways") if across else self.tr("Shift up, down"))
        self.direction_button.set_tip(
            self.tr("Shift the digit sideways")
            if across
            else self.tr("Shift the digit up and down instead of sideways")
        )
        self._examine()

    def _ask_nothing(self, message: str) -> None:
        self._question = None
        self._timer.stop()
        self._errand.cancel()
        self.map.show_map(None, (), message)
        self.map_caption.setText("")

    @Slot()
    def _draw_map(self) -> None:
        """Start with a coarse map; a fine one follows where nothing has changed meanwhile."""
        if self._question is not None and self.isVisible():
            self._ask_for_map(self._question, coarse=True)

    def _ask_for_map(self, question: _Question, *, coarse: bool) -> None:
        self._errand.ask(partial(_map_of, question, coarse), (question, coarse))

    @Slot(object, object)
    def _on_map(self, found: FlipMap, key: tuple[_Question, bool]) -> None:
        question, coarse = key
        if question is not self._question or not self.isVisible():
            return
        self.map.show_map(found, question.class_names)
        self.map_caption.setText("" if coarse else shifts_words(found, question.class_names))
        if coarse:
            self._ask_for_map(question, coarse=False)

    @Slot(object, object)
    def _on_map_failed(self, error: Exception, _key: object) -> None:
        self.map.show_map(None, (), self.tr("The map could not be drawn: {0}").format(cause(error)))

    def showEvent(self, event: QShowEvent) -> None:
        """Go on with the map."""
        super().showEvent(event)
        if self._question is not None:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Work for nobody."""
        super().hideEvent(event)
        self._timer.stop()
        self._errand.cancel()


def _map_of(question: _Question, coarse: bool, _report: Report, cancelled: threading.Event) -> FlipMap | None:
    return flip_map(
        question.source,
        question.pen_width,
        question.road,
        question.classify,
        steps=question.steps,
        direction=question.direction,
        shifts=COARSE_SHIFTS if coarse else SHIFTS,
        turns=COARSE_TURNS if coarse else TURNS,
        cancelled=cancelled,
    )
