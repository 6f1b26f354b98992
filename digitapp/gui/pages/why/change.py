"""The smallest change of ink that turns one answer into another, to accept or reject."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.pages.why import words
from digitapp.gui.pages.why.picture import OverlayPicture
from digitapp.gui.pages.why.stage import WhyStage
from digitapp.gui.pages.why.work import Case, ChangeFindings
from digitapp.gui.pictures import offer_picture
from digitapp.gui.translation import Name
from digitapp.gui.widgets import ComboBox, Label, NoteBar, PlainButton, PrimaryButton
from digitapp.gui.widgets.containers import NoteKind
from digitapp.inspection.smallest_change import Change

_PICTURE, _SMALL_PICTURE = 168, 128
_NARROW = 440


class ChangeFace(QWidget):
    """Asks for a class, shows what had to change, and lets it be put on the canvas.

    Signals: `target_chosen(int)` and `accepted` and `rejected`, by the user; `undo_wanted` after an acceptance.
    """

    target_chosen = Signal(int)
    accepted = Signal()
    rejected = Signal()
    undo_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        offer_picture(self, self.tr("The smallest change"), "why-change")
        self.target_box = ComboBox()
        self.target_box.setObjectName("whyTarget")
        self.target_box.setAccessibleName(self.tr("The answer that is wanted"))
        self.before, self.after = OverlayPicture(), OverlayPicture()
        self._before_text = Label("", "section", tabular=True)
        self._after_text = Label("", "section", tabular=True)
        self.sentence = Label("", "body", wrap=True)
        self.method = Label("", "caption", "text2", wrap=True)
        self.accept_button = PrimaryButton(self.tr("Put it on the canvas"), "check")
        self.accept_button.setObjectName("whyAccept")
        self.reject_button = PlainButton(self.tr("Reject"), "close")
        self.reject_button.setObjectName("whyReject")
        self.undo_button = PlainButton(self.tr("Undo"), "undo")
        self.note = NoteBar("info")
        self.findings: ChangeFindings | None = None
        self._case: Case | None = None
        self._build()
        self.target_box.activated.connect(self._on_target)
        self.accept_button.clicked.connect(self.accepted)
        self.reject_button.clicked.connect(self.rejected)
        self.undo_button.clicked.connect(self.undo_wanted)

    def _build(self) -> None:
        question = QHBoxLayout()
        question.setSpacing(theme.SPACE)
        self._question = Label("", "body", "text2")
        question.addWidget(self._question)
        question.addWidget(self.target_box)
        question.addStretch(1)
        pictures = QGridLayout()
        pictures.setHorizontalSpacing(16)
        pictures.setVerticalSpacing(6)
        for column, (title, picture, text) in enumerate(
            (
                (self.tr("Now"), self.before, self._before_text),
                (self.tr("Changed"), self.after, self._after_text),
            )
        ):
            pictures.addWidget(Label(title, "caption", "text2"), 0, column)
            pictures.addWidget(picture, 1, column)
            pictures.addWidget(text, 2, column)
        pictures.setColumnStretch(2, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.SPACE)
        for button in (self.accept_button, self.reject_button, self.undo_button):
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(question)
        column.addLayout(pictures)
        column.addWidget(self.sentence)
        column.addWidget(self.note)
        column.addLayout(self._buttons)
        column.addWidget(self.method)
        column.addStretch(1)
        self.note.hide()
        self.undo_button.hide()

    def set_width(self, width: int) -> None:
        """Adapt to a width."""
        side = theme.scaled(_SMALL_PICTURE if width < theme.scaled(_NARROW) else _PICTURE)
        for picture in (self.before, self.after):
            picture.setFixedSize(side, side)

    # What is shown

    @Slot()
    def _on_target(self) -> None:
        self.target_chosen.emit(int(self.target_box.currentData()))

    def show_case(self, case: Case, target: int, share: float) -> None:
        """Show another case, whose change is being searched; `share` is the probability of its answer."""
        self._case, self.findings = case, None
        first = case.first
        self._question.setText(self.tr("The smallest change that turns this {0} into:").format(case.names[first]))
        self.target_box.clear()
        for index, name in enumerate(case.names):
            if index != first:
                self.target_box.add_entry(name, data=index)
        self.target_box.setCurrentIndex(self.target_box.findData(target))
        self.before.set_ink(case.ink)
        self._before_text.setText(words.read_as(case.names[first], share))
        self.after.clear()
        self._after_text.setText("")
        self._show_buttons(offered=False)
        self.note.hide()
        self.method.setText("")

    def wait(self) -> None:
        """Say that the search is under way."""
        self.sentence.setText(self.tr("Searching…"))

    def rest(self) -> None:
        """Show no change until another answer is wanted."""
        self.sentence.setText(self.tr("Choose an answer above to see another change."))

    def show_findings(self, findings: ChangeFindings, share: float) -> None:
        """Show what had to change; `share` is the probability of the wanted class afterwards."""
        self.findings = findings
        case, change = findings.case, findings.change
        shown = change.inputs.reshape(case.shape)
        self.after.set_ink(shown)
        self._after_text.setText(words.read_as(case.names[int(change.logits.argmax())], share))
        self.sentence.setText(self._what_changes(case, change))
        self.method.setText(words.change_method(change))
        self._show_buttons(offered=change.reached)

    def _what_changes(self, case: Case, change: Change) -> str:
        old, new = Name(case.names[case.first]), Name(case.names[change.target])
        drawn, erased = change.drawn, change.erased
        if not change.reached:
            if change.is_smallest:
                text = self.tr("No picture of these pixels is {1:a} to this network.")
            else:
                text = self.tr("No way from this {0} to {1:a} was found. Shown is how near the search came.")
        elif not drawn and not erased:
            text = self.tr("Nothing has to change to make {1:a} of this {0}.")
        elif change.is_smallest:
            if not erased:
                text = self.tr("To make {1:a} of this {0}: switch on %n pixel(s).", "", drawn)
            elif not drawn:
                text = self.tr("To make {1:a} of this {0}: switch off %n pixel(s).", "", erased)
            else:
                text = self.tr("To make {1:a} of this {0}: switch on %n pixel(s), switch off {2}.", "", drawn)
        elif not erased:
            text = self.tr("To make {1:a} of this {0}: draw at %n place(s).", "", drawn)
        elif not drawn:
            text = self.tr("To make {1:a} of this {0}: erase at %n place(s).", "", erased)
        else:
            text = self.tr("To make {1:a} of this {0}: draw at %n place(s), erase at {2}.", "", drawn)
        return text.format(old, new, erased)

    def show_note(self, kind: NoteKind, text: str) -> None:
        """Say what became of the change that was accepted."""
        self.note.set_note(kind, text)
        self.note.show()
        self.undo_button.show()

    def show_failure(self, text: str) -> None:
        """Say that there is no change, and why."""
        self.sentence.setText(text)

    def _show_buttons(self, *, offered: bool) -> None:
        self.accept_button.setVisible(offered)
        self.reject_button.setVisible(offered)
        self.undo_button.hide()

    @property
    def change(self) -> Change | None:
        """The change that is offered."""
        return self.findings.change if self.findings is not None else None

    def show_on(self, stage: WhyStage) -> None:
        """Show ink that comes and goes, or the drawing while that is searched."""
        if self._case is None:
            return
        if self.findings is None:
            stage.show_ink(self._case)
            return
        change = self.findings.change
        stage.show_change(change.before, change.after, self.tr("Orange: ink that comes. Blue: ink that goes."))
