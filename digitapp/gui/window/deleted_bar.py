"""The line that brings back a network that was just deleted."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from digitapp.gui import theme
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import ElidedLabel, GhostButton, HairLine, Panel, PlainButton

_HEIGHT = 44


class DeletedBar(Panel):
    """Says which network was deleted, and brings it back; hidden while there is none, and once that was read."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("deletedBar")
        self._session = session
        self._text = ElidedLabel("", "caption-strong")
        self.undo = PlainButton(self.tr("Undo"), "undo", tip=self.tr("Bring the network back"))
        self.undo.setObjectName("undeleteButton")
        self.done = GhostButton(self.tr("Close"), "close", tip=self.tr("Hide this line; the network stays deleted"))
        line = QWidget()
        line.setFixedHeight(theme.scaled(_HEIGHT))
        row = QHBoxLayout(line)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self.done)
        row.addWidget(self.undo)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(line)
        column.addWidget(HairLine(Qt.Orientation.Horizontal))
        self.undo.clicked.connect(session.bring_back_network)
        self.done.clicked.connect(self.hide)
        session.models_changed.connect(self._show)
        self.hide()

    @Slot()
    def _show(self) -> None:
        deleted = self._session.deleted_network
        self.setVisible(deleted is not None)
        if deleted is not None:
            self._text.setText(self.tr("“{0}” was deleted.").format(deleted.title))
