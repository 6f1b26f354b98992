"""What is known about the drawing: the answer, the probabilities, the road to the input, or the toy's whole network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.datasets.problems import Problem
from digitapp.drawing.ink import Drawing
from digitapp.gui import theme
from digitapp.gui.pages.draw.answer import AnswerHeader
from digitapp.gui.pages.draw.road import RoadPictures
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets import (
    ElidedLabel,
    GhostButton,
    HairLine,
    NoteBar,
    ProbabilityBars,
    ScrollPanel,
    SectionHeader,
    SegmentedControl,
)
from digitapp.gui.widgets.containers import NoteKind
from digitapp.gui.widgets.numbers import thousands
from digitapp.gui.widgets.refresher import Refresher

if TYPE_CHECKING:
    from digitapp.gui.diagram.network_diagram import NetworkDiagram
    from digitapp.gui.pages.draw.doctor import DoctorPanel

_MARGIN = 28
_DESIGN_HEIGHT = 716
_LOW = 690  # below this height, everything stands closer together
_TOY_BARS, _COMPACT_TOY_BARS = 232, 132
_TOY_BARS_SHARE = 0.34  # of the inspector, at most
_BARS_NAME = "probabilityBars"


class Inspector(ScrollPanel):
    """The right part of the Draw page.

    The doctor and the diagram of the whole network are made when they are wanted: a start shows one of them at most.

    Signals: `pen_suggested(width)` in canvas units, by the doctor; `pixel_hovered(int | None)`, in the diagram.
    """

    pen_suggested = Signal(float)
    pixel_hovered = Signal(object)

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self._session, self._refresher = session, refresher
        self._shown = session.snapshot()
        self._height, self._row_height = _DESIGN_HEIGHT, theme.scaled(24)
        self.header = AnswerHeader(session)
        self.bars = ProbabilityBars(name=self.tr("Probability of each digit"))
        self.toy_bars = ProbabilityBars(numbers="decimal", name=self.tr("Output of each class"))
        self.road = RoadPictures()
        self.faces = SegmentedControl(name=self.tr("What to see about the drawing"))
        self.faces.add_segment(self.tr("Answer"), tip=self.tr("The probabilities, and the road to the input"))
        self.faces.add_segment(self.tr("Doctor"), tip=self.tr("Why is it read so: steps, measures, and where it flips"))
        self.faces.currentChanged.connect(self._show_face)
        self.browser = FileBrowser()
        self.browser.hide()
        self.note = NoteBar()
        self.note.hide()
        self._bars_title = SectionHeader(self.tr("Probability of each digit"))
        self._road_title = SectionHeader(self.tr("From your ink to the network's input"))
        self._lower_line = HairLine()
        self._build()
        self.show_problem(self._shown)

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.scaled(16))
        top.addWidget(self.header, 1)
        top.addWidget(self.toy_bars)
        column = self._column = QVBoxLayout(self.content)
        column.setContentsMargins(_MARGIN, 0, _MARGIN, 12)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(HairLine())
        self._title_gap = _Gap(column)
        self._bars_title.add(self.faces)
        column.addWidget(self._bars_title)
        self._bars_gap = _Gap(column)
        column.addWidget(self.bars)
        self._line_gap = _Gap(column)
        column.addWidget(self._lower_line)
        self._road_gap = _Gap(column)
        column.addWidget(self._road_title)
        self._pictures_gap = _Gap(column)
        column.addWidget(self.road)
        self._note_gap = _Gap(column)
        column.addWidget(self.browser)
        column.addWidget(self.note)
        self._filler = QWidget()
        column.addWidget(self._filler, 1)

    @cached_property
    def doctor(self) -> DoctorPanel:
        """Why the digit is read as it is."""
        from digitapp.gui.pages.draw.doctor import DoctorPanel

        doctor = DoctorPanel(self._session)
        doctor.pen_suggested.connect(self.pen_suggested)
        doctor.fit(self.width() - 2 * _MARGIN)
        self._column.insertWidget(self._column.indexOf(self.bars) + 1, doctor, 1)
        return doctor

    @cached_property
    def diagram(self) -> NetworkDiagram:
        """The whole network of a problem that is not drawn."""
        from digitapp.gui.diagram.network_diagram import NetworkDiagram

        diagram = NetworkDiagram(self._session)
        diagram.pixel_hovered.connect(self.pixel_hovered)
        diagram.follow(self._session, self._refresher)
        self._column.insertWidget(self._column.indexOf(self._filler), diagram, 1)
        return diagram

    def _is_made(self, name: str) -> bool:
        """Return whether the doctor or the diagram is there."""
        return name in self.__dict__

    def prepare(self, problem: Problem) -> None:
        """Make what a problem needs and none before it did."""
        if not problem.is_drawn and not self._is_made("diagram"):
            self.diagram.hide()

    def lend_names(self) -> None:
        """Leave the names by which the answer is found to another inspector."""
        for widget in (self.header.digit, self.bars, self.toy_bars):
            widget.setObjectName("")

    def mark_pixel(self, pixel: int | None) -> None:
        """Mark an input in the diagram that is hovered on the canvas."""
        if self._is_made("diagram"):
            self.diagram.mark_pixel(pixel)

    def show_problem(self, shown: Snapshot) -> None:
        """Show the parts that the problem needs; `refresh` follows."""
        self._shown, problem = shown, shown.problem
        drawn = problem.is_drawn
        other, bars = (self.toy_bars, self.bars) if drawn else (self.bars, self.toy_bars)
        other.setObjectName("")
        self.header.digit.setObjectName("predictionLabel")
        bars.setObjectName(_BARS_NAME)
        bars.set_labels(shown.model.class_names)
        for widget in (self._bars_title, self._bars_gap):
            widget.setVisible(drawn)
        self.toy_bars.setVisible(not drawn)
        if not drawn or self._is_made("diagram"):
            self.diagram.setVisible(not drawn)
        self._turn_to_face()

    @property
    def shows_doctor(self) -> bool:
        """Whether the doctor stands where the probabilities do otherwise; what is not drawn needs none."""
        return self.faces.currentIndex() == 1 and self._shown.problem.is_drawn

    @Slot()
    def _show_face(self) -> None:
        self._turn_to_face()
        self.refresh(self._shown)
        self._fit_bars()

    def _turn_to_face(self) -> None:
        doctor = self.shows_doctor
        answer = not doctor and self._shown.problem.is_drawn
        lower = (self._line_gap, self._lower_line, self._road_gap, self._road_title, self._pictures_gap, self.road)
        for widget in (self.bars, *lower, self._filler):
            widget.setVisible(answer)
        self._name_section()
        if doctor or self._is_made("doctor"):
            self.doctor.setVisible(doctor)
        self._place_note()

    def fit(self, width: int, height: int, compact: bool) -> None:
        """Arrange everything for this size; `compact` for a narrow window."""
        self.setFixedWidth(width)
        self._height = height
        self.road.set_room(width - 2 * _MARGIN)
        if self._is_made("doctor"):
            self.doctor.fit(width - 2 * _MARGIN)
        low = height < theme.scaled(_LOW)
        self.header.fit(self._shown, compact=compact, low=low)
        self.header.refresh(self._shown)
        spare = max(0, height - _DESIGN_HEIGHT)
        self._row_height = theme.scaled(20 if low else min(30, 24 + spare // 30))
        self.toy_bars.setFixedHeight(theme.scaled(28) * max(1, len(self.toy_bars.labels())))
        toy_bars = theme.scaled(_COMPACT_TOY_BARS if compact else _TOY_BARS)
        self.toy_bars.setFixedWidth(min(toy_bars, round(_TOY_BARS_SHARE * width)))
        airy = min(24, spare // 10)
        for gap, pixels in (
            (self._title_gap, 8 if low else 12),
            (self._bars_gap, 6 if low else 8),
            (self._line_gap, 12 if low else 14 + airy),
            (self._road_gap, 14 if low else 16 + airy),
            (self._pictures_gap, 8),
            (self._note_gap, 8 if low else 16 + airy),
        ):
            gap.setFixedHeight(pixels)
        self._fit_bars()

    def _fit_bars(self) -> None:
        """Give the bars what the other parts leave, down to the height of their text; then the inspector scrolls."""
        rows = max(1, len(self.bars.labels()))
        self.bars.setFixedHeight(rows)
        self._column.invalidate()
        room = (self._height - self._column.minimumSize().height()) // rows
        least = QFontMetrics(theme.font("body")).height() - 2
        self.bars.setFixedHeight(rows * max(least, min(self._row_height, room)))

    def show_note(self, kind: NoteKind, text: str) -> None:
        """Show a note, or none for an empty text. It shares its place with the browser, which gives way to errors."""
        self.note.set_note(kind, text)
        self._place_note()
        self._fit_bars()

    def _place_note(self) -> None:
        """Show the browser or the note; the doctor says himself what a note of less weight would say."""
        browsing = self.browser.is_open and self.note.kind != "error"
        self.browser.setVisible(browsing)
        worth = bool(self.note.text()) and (self.note.kind == "error" or not self.shows_doctor)
        self.note.setVisible(worth and not browsing)
        drawn = self._shown.problem.is_drawn
        self._note_gap.setVisible(drawn and (worth or browsing or not self.shows_doctor))

    def _name_section(self) -> None:
        answer = self._shown.answer
        if self.shows_doctor:
            title = self.tr("Why this answer?")
        elif answer.is_refused and answer.is_settled:
            title = self.tr("If it must be one digit")
        else:
            title = self.tr("Probability of each digit")
        self._bars_title.title.setText(title)

    def refresh(self, shown: Snapshot) -> None:
        """Show the drawing and the answer to it."""
        self._shown, answer = shown, shown.answer
        self.header.refresh(shown)
        bars, names = self.bars if shown.problem.is_drawn else self.toy_bars, shown.model.class_names
        if bars.labels() != names:  # a network may know fewer than the problem has
            bars.set_labels(names)
        if not shown.problem.is_drawn:
            self.toy_bars.set_values(answer.probabilities)
        elif self.shows_doctor:
            self.doctor.refresh(shown)
        else:
            self._name_section()
            self.bars.set_values(answer.probabilities, answered=not answer.is_refused)
            self.road.show_pictures(answer.preprocessed)


class FileBrowser(QWidget):
    """Walks through the drawings of an opened file.

    Signals: `chosen(Drawing)`, `closed`.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawings: Sequence[Drawing] = ()
        self._name = ""
        self.index = 0
        self.back = GhostButton(icon="chevron-left", tip=self.tr("Drawing before"), key="PgUp")
        self.forth = GhostButton(icon="chevron-right", tip=self.tr("Next drawing"), key="PgDown")
        self.label = ElidedLabel("", "caption", "text2", tabular=True)
        self.close_button = GhostButton(icon="close", tip=self.tr("Close the file; the drawing stays"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.back)
        row.addWidget(self.forth)
        row.addSpacing(4)
        row.addWidget(self.label, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.close_button)
        self.back.clicked.connect(self.step_back)
        self.forth.clicked.connect(self.step_forth)
        self.close_button.clicked.connect(self.close_file)

    @property
    def is_open(self) -> bool:
        """Whether there is a file with several drawings to walk through."""
        return len(self._drawings) > 1

    def open_file(self, drawings: Sequence[Drawing], name: str) -> None:
        """Offer the drawings of a file, the first one being on the canvas."""
        self._drawings, self._name, self.index = drawings, name, 0
        self._describe()

    def close_file(self) -> None:
        """Forget the file."""
        self._drawings = ()
        self.closed.emit()

    def step_back(self) -> None:
        """Show the drawing before."""
        self._step(-1)

    def step_forth(self) -> None:
        """Show the next drawing."""
        self._step(1)

    def _step(self, steps: int) -> None:
        index = self.index + steps
        if self.is_open and 0 <= index < len(self._drawings):
            self.index = index
            self._describe()
            self.chosen.emit(self._drawings[index])

    def _describe(self) -> None:
        count = len(self._drawings)
        self.back.setEnabled(self.index > 0)
        self.forth.setEnabled(self.index < count - 1)
        if not count:
            return
        label = self._drawings[self.index].label
        if label is None:
            text = self.tr("Drawing {0} of {1} · no label · {3}")
        else:
            text = self.tr("Drawing {0} of {1} · labelled {2} · {3}")
        self.label.setText(text.format(thousands(self.index + 1), thousands(count), label, self._name))


class _Gap(QWidget):
    """Room between two widgets of a column that can be changed and hidden."""

    def __init__(self, column: QVBoxLayout) -> None:
        super().__init__()
        column.addWidget(self)
