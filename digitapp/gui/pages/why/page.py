"""The Why page: what made the network give this answer to the drawing on the canvas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.inks import Picture
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.why.change import ChangeFace
from digitapp.gui.pages.why.ledger import ROW
from digitapp.gui.pages.why.pixels import PixelsFace
from digitapp.gui.pages.why.save import explanation_to_save
from digitapp.gui.pages.why.stage import WhyStage
from digitapp.gui.pages.why.units import UnitsFace
from digitapp.gui.pages.why.work import (
    Case,
    ChangeFindings,
    PixelFindings,
    TemplateFindings,
    examine_pixels,
    make_templates,
    search_change,
)
from digitapp.gui.pictures import ComposedPicture
from digitapp.gui.settings import Settings
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.translation import Name
from digitapp.gui.widgets import (
    EmptyState,
    HairLine,
    Label,
    NoteBar,
    Panel,
    PlainButton,
    PrimaryButton,
    ScrollPanel,
    SegmentedControl,
)
from digitapp.gui.words.messages import Message
from digitapp.inspection.contributions import Question

UNITS, PIXELS, CHANGE = range(3)

# The inspector's width at the page widths of a 1024, a 1280 and a 1920 pixels wide window.
_PAGE_WIDTHS = (952, 1208, 1848)
_INSPECTOR_WIDTHS = (420, 532, 665)
_LARGEST_SHARE = 0.52
_AROUND_UNITS = 330  # what stands above and below the list of units


class WhyPage(Page):
    """The drawing large on the left; on the right the answer as a sum, its pixels, and what would change it."""

    NAME = "whyPage"

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(session, settings, parent)
        self._case: Case | None = None
        self._asked: Question | None = None
        self._target: int | None = None
        self._rests = False  # a change was accepted or rejected: nothing is searched until something is asked
        self._pixels_of: Case | None = None  # for which case maps are shown or on their way
        self._change_of: tuple[Case, int] | None = None
        self._unit_errand, self._pixel_errand, self._change_errand = (Errand(session.start_job, self) for _ in range(3))
        self._build()
        self._connect()

    # Building

    def _build(self) -> None:
        self.stage = WhyStage(self.session)
        self.units, self.pixels, self.change = UnitsFace(), PixelsFace(), ChangeFace()
        self.faces = SegmentedControl(name=self.tr("What is shown"))
        self.faces.add_segment(self.tr("Units"), tip=self.tr("The answer as a sum of what each unit gives"))
        self.faces.add_segment(self.tr("Pixels"), tip=self.tr("Which pixels speak for the answer"))
        self.faces.add_segment(self.tr("Change"), tip=self.tr("The smallest change that turns it into another digit"))
        self.note = NoteBar("error")
        self.note.hide()
        self.inspector = ScrollPanel()
        column = QVBoxLayout(self.inspector.content)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(14)
        column.addWidget(self.faces)
        column.addWidget(self.note)
        self._lack = Label("", "body", "text2", wrap=True)
        column.addWidget(self._lack)
        for face in (self.units, self.pixels, self.change):
            column.addWidget(face)
        column.addStretch(1)
        self._full = QWidget()
        row = QHBoxLayout(self._full)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.stage, 1)
        row.addWidget(HairLine(Qt.Orientation.Vertical))
        row.addWidget(self.inspector)
        self.draw_button = PrimaryButton(self.tr("Draw something"), "pen")
        self.sample_button = PlainButton(self.tr("Show me an example"))
        self.empty = EmptyState("why", "", "", [self.draw_button, self.sample_button])
        self._blank = Panel("window")
        place = QVBoxLayout(self._blank)
        place.setContentsMargins(24, 24, 24, 24)
        self._blank_note = NoteBar("error")
        self._blank_note.hide()
        place.addWidget(self._blank_note)
        place.addWidget(self.empty)
        place.addStretch(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._full)
        whole.addWidget(self._blank)
        self._show_face()

    def _connect(self) -> None:
        session = self.session
        for signal in (session.problem_changed, session.network_changed, session.drawing_changed):
            signal.connect(self._on_new_case)
        another = (session.problem_changed, session.network_changed, session.drawing_changed)
        self._whole = self.refresher.add("case", self._show_case, on=another, in_turn=(session.answer_changed,))
        on = (session.dataset_changed, session.run_state_changed)
        self.refresher.add("places", self._show_plane, on=on, in_turn=(session.weights_changed,), of=self.stage.plane)
        self.stage.question_asked.connect(self._on_question_asked)
        self.faces.currentChanged.connect(self._on_face_changed)
        self.units.changed.connect(self._show_stage)
        self.pixels.changed.connect(self._show_stage)
        self.change.target_chosen.connect(self._on_target_chosen)
        self.change.accepted.connect(self.accept)
        self.change.rejected.connect(self.reject)
        self.change.undo_wanted.connect(self.undo)
        self._unit_errand.found.connect(self._on_templates_found)
        self._pixel_errand.found.connect(self._on_pixels_found)
        self._pixel_errand.failed.connect(self._on_pixels_failed)
        self._change_errand.found.connect(self._on_change_found)
        self._change_errand.failed.connect(self._on_change_failed)
        self.draw_button.clicked.connect(self._go_and_draw)
        self.sample_button.clicked.connect(self.show_sample)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Open), self).activated.connect(self.open_model)

    # What the user can do

    @Slot()
    def _go_and_draw(self) -> None:
        self.page_wanted.emit("drawPage", None)

    @Slot()
    def show_sample(self) -> None:
        """Draw a digit, undoably."""
        if self.session.problem.sample is not None:
            self.session.artwork.commit(self.session.problem.sample, self.tr("Sample"))

    def undo(self) -> None:
        """Take back the last edit of the drawing."""
        self.session.artwork.undo_stack.undo()

    def redo(self) -> None:
        """Do the edit that was taken back again."""
        self.session.artwork.undo_stack.redo()

    @Slot()
    def accept(self) -> None:
        """Put the changed picture on the canvas, undoably, and say what it is read as there."""
        findings = self.change.findings
        if findings is None or not findings.change.reached:
            return
        change, name = findings.change, Name(findings.case.names[findings.change.target])
        if findings.case.crop is None:
            ink: BinaryGrid | Picture = BinaryGrid.from_vector(change.after, *findings.case.shape)
        else:
            was = Name(findings.case.names[findings.case.first])
            ink = Picture(findings.case.on_canvas(change.after), self.tr("{0} made from {1:a}").format(name, was))
        self.session.artwork.commit(ink, self.tr("Change"))
        self._rests = True
        self.refresher.catch_up()
        if self._case is None or self._case.first != change.target:
            text = self.tr("On the canvas, but not read as {0:a}: the network has changed meanwhile.")
            self.change.show_note("warning", text.format(name))
        elif self.shown.answer.best is None:
            text = self.tr("On the canvas. {0} comes first there, but it is too unlike a digit to be read as one.")
            self.change.show_note("warning", text.format(name))
        else:
            text = self.tr("On the canvas, and read as {0:a} there. Ctrl+Z takes it back.")
            self.change.show_note("info", text.format(name))

    @Slot()
    def reject(self) -> None:
        """Drop the change that is offered."""
        self._rests = True
        self._show_change()
        self._show_stage()

    def composed_pictures(self) -> Sequence[ComposedPicture]:
        """Return the explanation as one page, where there is one."""
        case = self._case
        if case is None or not case.is_finite or not case.has_picture:
            return ()
        return (explanation_to_save(case, self._wanted(case), self.shown.model.name),)

    def tell(self, message: Message) -> None:
        note = self._blank_note if self._case is None else self.note
        note.set_note("error", self.tr("{0}: {1}").format(message.title, message.text))
        note.show()

    # What has happened

    @Slot()
    def _on_new_case(self) -> None:
        """Another drawing or network: what was asked about the last one is of the past."""
        self._asked = self._target = None
        self._rests = False
        self.note.hide()
        self._blank_note.hide()
        self._cancel()

    @property
    def is_busy(self) -> bool:
        """Whether something is being found out in the background."""
        return any(errand.is_busy for errand in (self._unit_errand, self._pixel_errand, self._change_errand))

    @property
    def _rest(self) -> float:
        """How long to rest between two findings: as long as the last one took while the network learns."""
        return 1.0 if self.shown.shows_run else 0.0

    def _cancel(self) -> None:
        for errand in (self._unit_errand, self._pixel_errand, self._change_errand):
            errand.cancel()

    def hideEvent(self, event: QHideEvent) -> None:
        """Find out nothing while nobody looks; it is begun anew when somebody does."""
        super().hideEvent(event)
        self._cancel()
        self._whole.mark()

    @Slot(object)
    def _on_question_asked(self, question: Question) -> None:
        self._asked = question
        self._whole.mark()
        self.refresher.catch_up()  # the next question is asked about this one

    @Slot(int)
    def _on_face_changed(self, _index: int) -> None:
        self._show_face()
        self._show_present()

    @Slot(int)
    def _on_target_chosen(self, target: int) -> None:
        self._target, self._rests = target, False
        self._show_change()
        self._show_stage()

    # Showing

    def _show_face(self) -> None:
        """Show the chosen face, or why it has nothing to show."""
        chosen = self.faces.currentIndex()
        lacking = chosen != UNITS and self._case is not None and not self._case.has_picture
        for index, face in enumerate((self.units, self.pixels, self.change)):
            face.setVisible(index == chosen and not lacking)
        self._lack.setVisible(lacking)
        self._lack.setText(
            self.tr("The inputs of this problem are numbers: there are no pixels to examine.")
            if chosen == PIXELS
            else self.tr("The inputs of this problem are numbers: there is no ink that could be changed.")
        )

    def _show_case(self, shown: Snapshot) -> None:
        """Show the drawing and the answer to it."""
        self._case = Case.of(shown, self._asked)
        self._full.setVisible(self._case is not None)
        self._blank.setVisible(self._case is None)
        if self._case is None:
            self._cancel()
            self.say("")
            self._show_blank(shown)
            return
        self.stage.show_case(self._case)
        self.stage.show_plane(shown)
        self._show_present()

    def _show_plane(self, shown: Snapshot) -> None:
        if shown.problem.is_plane:
            self.stage.plane.show_snapshot(shown)

    def _show_blank(self, shown: Snapshot) -> None:
        """Say how to get an answer that can be taken apart."""
        problem = shown.problem
        self.draw_button.setVisible(problem.has_picture)
        self.sample_button.setVisible(problem.sample is not None)
        if problem.has_picture:
            title, text = (
                self.tr("Nothing is drawn yet"),
                self.tr(
                    "This page takes an answer apart: which units and which pixels led to it, and what would change "
                    "it. Draw something first, then come back."
                ),
            )
        else:
            title, text = (
                self.tr("Nothing is chosen yet"),
                self.tr("This page takes an answer apart: which units led to it."),
            )
        self.empty.set_text(title, text)

    def _show_present(self) -> None:
        """Show the chosen face of the case."""
        case = self._case
        if case is None:
            return
        if not case.is_finite:
            self._show_nothing(case)
            return
        self._show_face()
        face = self.faces.currentIndex()
        if self._lack.isVisibleTo(self.inspector):
            self.stage.show_ink(case)
            return
        if face == UNITS:
            self._show_units(case)
        elif face == PIXELS:
            self._show_pixels()
        else:
            self._show_change()
        self._show_stage()

    def _show_units(self, case: Case) -> None:
        self.units.show_case(case, round((self.height() - theme.scaled(_AROUND_UNITS)) / theme.scaled(2 * ROW)))
        wanted = self.units.wanted
        if wanted is not None:
            self._unit_errand.ask(make_templates(case, *wanted), (case, wanted[1]), rest=self._rest)

    @Slot(object, object)
    def _on_templates_found(self, findings: TemplateFindings, _case: object) -> None:
        if self._case is not None and findings.case.is_like(self._case):
            self.units.show_templates(findings)
            self._show_stage()

    def _show_nothing(self, case: Case) -> None:
        for face in (self.units, self.pixels, self.change):
            face.hide()
        text = self.tr("This network's answers are no numbers: a weight is not a number, or too large. Choose another.")
        self.note.set_note("error", text)
        self.note.show()
        self.stage.show_ink(case)

    @Slot()
    def _show_stage(self) -> None:
        face = self.faces.currentIndex()
        (self.units, self.pixels, self.change)[face].show_on(self.stage)

    def _show_pixels(self) -> None:
        case = self._case
        assert case is not None
        if self._pixels_of is case:
            return
        learning = self.shown.shows_run
        self._pixels_of = case
        self.pixels.show_case(case, keep=learning and self.pixels.blocks[0].evidence is not None)
        self.say(self.tr("Examining the pixels…"))
        self._pixel_errand.ask(examine_pixels(case), case, rest=self._rest)

    @Slot(object, object)
    def _on_pixels_found(self, findings: PixelFindings, _case: object) -> None:
        if self._case is None or not findings.case.is_like(self._case):
            return
        self.pixels.show_findings(findings)
        self.say("")
        if self.faces.currentIndex() == PIXELS:
            self._show_stage()

    @Slot(object, object)
    def _on_pixels_failed(self, error: Exception, case: Case) -> None:
        if self._case is None or not case.is_like(self._case):
            return
        self.pixels.show_failure(self.tr("This cannot be computed: {0}").format(cause(error)))
        self.say("")

    def _show_change(self) -> None:
        case = self._case
        assert case is not None
        target = self._wanted(case)
        if target is None:
            self.change.show_failure(self.tr("This network knows one answer only: there is no other."))
            return
        if self._rests:
            self.change.show_case(case, target, self._share(case.logits, case.first))
            self.change.rest()
            self._change_errand.cancel()
            self._change_of = None
            return
        if self._change_of is not None and self._change_of == (case, target):
            return
        self._change_of = (case, target)
        shown = self.change.findings
        # While the network learns, the last change stays until the next one is found.
        if not (self.shown.shows_run and shown and shown.change.target == target and shown.case.is_like(case)):
            self.change.show_case(case, target, self._share(case.logits, case.first))
            self.change.wait()
        self._change_errand.ask(search_change(case, target), (case, target), rest=self._rest)

    def _wanted(self, case: Case) -> int | None:
        """Return the class to turn the drawing into: the chosen one, or the one that is second now."""
        if self._target is not None and self._target != case.first:
            return self._target
        order = np.argsort(-case.logits, kind="stable")
        return int(order[1]) if len(order) > 1 else None

    def _share(self, logits: np.ndarray, label: int) -> float:
        """Return the probability of a class, as the model states it."""
        model = self.shown.model
        outputs, activation = logits.copy(), model.network.layers[-1].activation
        if activation.pieces == 1:
            activation.value(logits, outputs)
        return float(model.calibration.probabilities(model.loss, outputs[np.newaxis])[0, label])

    @Slot(object, object)
    def _on_change_found(self, findings: ChangeFindings, _case: object) -> None:
        if self._case is None or not findings.case.is_like(self._case):
            return
        change = findings.change
        self.change.show_findings(findings, self._share(change.logits, int(change.logits.argmax())))
        if self.faces.currentIndex() == CHANGE:
            self._show_stage()

    @Slot(object, object)
    def _on_change_failed(self, error: Exception, asked: tuple[Case, int]) -> None:
        if self._case is None or not asked[0].is_like(self._case):
            return
        self.change.show_failure(self.tr("This cannot be computed: {0}").format(cause(error)))

    # Size

    def minimumSizeHint(self) -> QSize:
        """Return what the smallest window leaves to a page: everything here scrolls or shrinks."""
        return QSize(860, 440)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        breadth = theme.scaled(100) / 100
        width = float(np.interp(self.width() / breadth, _PAGE_WIDTHS, _INSPECTOR_WIDTHS)) * breadth
        width = round(min(width, _LARGEST_SHARE * self.width()))
        self.inspector.setFixedWidth(width)
        self.pixels.set_width(width)
        self.change.set_width(width)
        if self.isVisible() and event.size().height() != event.oldSize().height():
            self._show_present()
