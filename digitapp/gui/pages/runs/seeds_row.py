"""More seeds of the chosen experiments: the button that trains them, and how many are left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitapp.datasets.errors import DataError
from digitapp.gui import theme
from digitapp.gui.causes import cause
from digitapp.gui.state.more_seeds import MoreSeeds, can_repeat
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import Label, LinkButton, NoteBar, PrimaryButton
from digitapp.gui.words.messages import data_message
from digitapp.kept.experiments import Experiment

MORE = 5


class SeedsRow(QWidget):
    """Trains five more seeds of each, or those that some of them lack."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._experiments: tuple[Experiment, ...] = ()
        self.seeds = MoreSeeds(session, self)
        self.button = PrimaryButton("", "play", parent=self)
        self._text = Label("", "caption", "text2", wrap=True, parent=self)
        self.cancel = LinkButton(self.tr("No more after this"), parent=self)
        self._trouble = NoteBar("error", parent=self)
        self._trouble.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE)
        column.addWidget(self.button)
        column.addWidget(self._text)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._trouble)
        self.button.clicked.connect(self._on_clicked)
        self.cancel.clicked.connect(self.seeds.cancel)
        self.seeds.changed.connect(self._show)
        self.seeds.failed.connect(self._on_failed)
        session.run_state_changed.connect(self._show)
        self._show()

    def show_experiments(self, experiments: Sequence[Experiment]) -> None:
        """Offer more seeds of experiments."""
        self._experiments = tuple(experiments)
        self._show()

    @Slot()
    def _show(self) -> None:
        experiments, left = self._experiments, self.seeds.left
        self.button.setVisible(len({each.problem for each in experiments}) == 1 and not left)
        self.cancel.setVisible(bool(left))
        if left:
            self._tell(self.tr("%n seed(s) to be trained; Train shows how far they are.", "", left))
            return
        is_each = len({each.seeds for each in experiments}) == 1
        text = self.tr("%n more seed(s) each", "", MORE) if is_each else self.tr("Train the missing seeds")
        self.button.setText(text)
        reason = "" if self.button.isHidden() else self._reason()
        self.button.setEnabled(not reason)
        self.button.set_tip(self.tr("Each new seed is a run of its own, so that the comparison becomes surer"))
        self._tell(reason)

    def _tell(self, text: str) -> None:
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def _reason(self) -> str:
        """Return why nothing can be trained now, "" where it can."""
        problems = {each.problem for each in self._experiments}
        if any(desk.run.is_active and desk.problem.key in problems for desk in self._session.desks):
            return self.tr("More seeds can be trained when the training under way has ended.")
        if not all(map(can_repeat, self._experiments)):
            return self.tr("Runs that set out from other weights have no more seeds here: train them again on Train.")
        return ""

    @Slot()
    def _on_clicked(self) -> None:
        self._trouble.hide()
        self.seeds.begin(self._experiments, MORE)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        why = data_message(error) if isinstance(error, DataError) else cause(error)
        self._trouble.set_note("error", self.tr("No more seeds could be trained: {0}").format(why))
        self._trouble.show()
