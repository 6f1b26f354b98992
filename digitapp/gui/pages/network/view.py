"""What the views of the Network page have in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.refresher import Refresher


class NetworkView(QWidget):
    """One way to look at the whole network, a part of what the page refreshes: hidden, it does no work.

    `needs_pictures` says that it shows inputs as pictures, and is nothing for a problem whose inputs are none.

    Subclasses implement `refresh_network`, and `refresh_answer` where they show the present drawing. `tools` stands at
    the right of the choice between the views, `details` below the drawing in the inspector.

    Signals
    -------
    sentence_changed : `sentence`, what is seen in plain words, is different
    page_wanted(name, what) : as a page's
    """

    needs_pictures = False
    sentence_changed = Signal()
    page_wanted = Signal(str, object)

    def __init__(self, session: Session, refresher: Refresher, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.refresher = refresher
        self.sentence = ""
        self.tools: QWidget = QWidget()
        self.details: QWidget = QWidget()
        self._version = -1  # of the network that is shown
        self.part = refresher.add(
            type(self).__name__,
            self._refresh,
            on=(session.network_changed,),
            in_turn=(session.weights_changed, session.answer_changed),
            of=self,
        )

    @property
    def shown(self) -> Snapshot:
        """What the page shows, or showed when it was seen last."""
        return self.refresher.shown

    def say(self, sentence: str) -> None:
        """Say in plain words what is seen."""
        if sentence != self.sentence:
            self.sentence = sentence
            self.sentence_changed.emit()

    def refresh_network(self, shown: Snapshot) -> None:
        """Show another network, or other weights; the answer is shown right after."""

    def refresh_answer(self, shown: Snapshot) -> None:
        """Show what the network makes of the drawing."""

    def _refresh(self, shown: Snapshot) -> None:
        if shown.version != self._version:
            self._version = shown.version
            self.refresh_network(shown)
        self.refresh_answer(shown)
