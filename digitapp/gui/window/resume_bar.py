"""The line that offers to go on with a training that was cut off."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from digitapp.gui.state.session import Session
from digitapp.gui.widgets import GhostButton, PlainButton
from digitapp.gui.widgets.numbers import epoch_text, thousands
from digitapp.gui.window.offer_bar import OfferBar
from digitapp.gui.words.problems import dataset_title


class ResumeBar(OfferBar):
    """Says which run of an earlier start can be taken up, and has it go on or leaves it; hidden where there is none."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("pause", parent)
        self.setObjectName("resumeBar")
        self._session = session
        self.go_on = PlainButton(
            self.tr("Go on"), "play", tip=self.tr("Go on as if the training had never been interrupted")
        )
        self.go_on.setObjectName("resumeButton")
        self.leave = GhostButton(
            self.tr("Leave it"), tip=self.tr("Do not go on; the network and its moments stay as they are")
        )
        self.leave.setObjectName("leaveRunButton")
        self.add(self.leave)
        self.add(self.go_on)
        self.go_on.clicked.connect(self._resume)
        self.leave.clicked.connect(self._leave)
        session.interrupted_changed.connect(self._show)
        session.run_state_changed.connect(self._show)
        self._show()

    def text(self) -> str:
        """Return what is offered, empty where nothing is."""
        return self.line.text() if not self.isHidden() else ""

    @Slot()
    def _show(self) -> None:
        session = self._session
        kept = session.interrupted
        self.setVisible(kept is not None)
        if kept is None:
            return
        waits = session.resumer.waits(kept.desk)
        if waits:
            self.line.setText(self.tr("Loading {0}…").format(dataset_title(kept.dataset_name)))
        else:
            started, number = kept.branch.history.started, kept.branch.number
            epochs = thousands(started.epochs if started is not None else kept.branch.configs[1].epochs)
            reached = epoch_text(kept.step / started.batches_per_epoch) if started is not None else thousands(0)
            text = self.tr("The training of run {0} was interrupted. It can go on from epoch {1} of {2}.")
            if kept.pending is not None:
                text = self.tr("An experiment was interrupted in seed {3} of {4}. It can go on from epoch {1} of {2}.")
            seeds = () if kept.pending is None else (kept.pending.under_way + 1, len(kept.pending.repeat.seeds))
            self.line.setText(text.format(number, reached, epochs, *seeds))
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
