"""The line that offers to go on with a training that was cut off."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import ElidedLabel, GhostButton, HairLine, IconView, Panel, PlainButton
from digitapp.gui.widgets.numbers import epoch_text, thousands
from digitapp.gui.words.problems import dataset_title

_HEIGHT = 44


class ResumeBar(Panel):
    """Says which run of an earlier start can be taken up, and has it go on or leaves it; hidden where there is none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("resumeBar")
        self._session = session
        self._text = ElidedLabel("", "caption-strong")
        self.go_on = PlainButton(
            self.tr("Go on"), "play", tip=self.tr("Go on as if the training had never been interrupted")
        )
        self.go_on.setObjectName("resumeButton")
        self.leave = GhostButton(
            self.tr("Leave it"), tip=self.tr("Do not go on; the network and its moments stay as they are")
        )
        self.leave.setObjectName("leaveRunButton")
        line = QWidget()
        line.setFixedHeight(theme.scaled(_HEIGHT))
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(IconView("pause", 16))
        row.addWidget(self._text, 1)
        row.addWidget(self.leave)
        row.addWidget(self.go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addWidget(HairLine(Qt.Orientation.Horizontal))
        self.go_on.clicked.connect(self._resume)
        self.leave.clicked.connect(self._leave)
        session.interrupted_changed.connect(self._show)
        session.run_state_changed.connect(self._show)
        self._show()

    def text(self) -> str:
        """Return what is offered, empty where nothing is."""
        return self._text.text() if not self.isHidden() else ""

    @Slot()
    def _show(self) -> None:
        session = self._session
        kept = session.interrupted
        self.setVisible(kept is not None)
        if kept is None:
            return
        waits = session.resumer.waits(kept.desk)
        if waits:
            self._text.setText(self.tr("Loading {0}…").format(dataset_title(kept.dataset_name)))
        else:
            started, number = kept.branch.history.started, kept.branch.number
            epochs = thousands(started.epochs if started is not None else kept.branch.configs[1].epochs)
            reached = epoch_text(kept.step / started.batches_per_epoch) if started is not None else thousands(0)
            text = self.tr("The training of run {0} was interrupted. It can go on from epoch {1} of {2}.")
            self._text.setText(text.format(number, reached, epochs))
        self.go_on.setEnabled(not waits)

    @Slot()
    def _resume(self) -> None:
        kept = self._session.interrupted
        if kept is not None:
            self._session.choose_dataset(kept.dataset_name)
            self._session.resumer.resume(kept.desk)

    @Slot()
    def _leave(self) -> None:
        kept = self._session.interrupted
        if kept is not None:
            self._session.resumer.leave(kept.desk)
