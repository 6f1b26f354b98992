"""The line that brings back a network that was just deleted."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from digitapp.gui.state.session import Session
from digitapp.gui.widgets import GhostButton, PlainButton
from digitapp.gui.window.offer_bar import OfferBar


class DeletedBar(OfferBar):
    """Says which network was deleted, and brings it back; hidden while there is none, and once that was read."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setObjectName("deletedBar")
        self._session = session
        self.undo = PlainButton(self.tr("Undo"), "undo", tip=self.tr("Bring the network back"))
        self.undo.setObjectName("undeleteButton")
        self.done = GhostButton(self.tr("Close"), "close", tip=self.tr("Hide this line; the network stays deleted"))
        self.add(self.done)
        self.add(self.undo)
        self.undo.clicked.connect(session.bring_back_network)
        self.done.clicked.connect(self.hide)
        session.models_changed.connect(self._show)
        self.hide()

    @Slot()
    def _show(self) -> None:
        deleted = self._session.deleted_network
        self.setVisible(deleted is not None)
        if deleted is not None:
            self.line.setText(self.tr("“{0}” was deleted.").format(deleted.title))
