"""What the views of the Network page have in common."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from digitapp.gui.state.session import Session

FRAME_MS = 33


class NetworkView(QWidget):
    """One way to look at the whole network. A hidden view does no work: it looks again when it is shown.

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

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.sentence = ""
        self.tools: QWidget = QWidget()
        self.details: QWidget = QWidget()
        self._network_is_old = self._answer_is_old = True
        # While a network learns, or several strokes come at once, a frame shows the newest of them.
        self._frame = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._frame.timeout.connect(self._catch_up)
        session.network_changed.connect(self._on_network_changed)
        session.weights_changed.connect(self._on_weights_changed)
        session.answer_changed.connect(self._on_answer_changed)

    def say(self, sentence: str) -> None:
        """Say in plain words what is seen."""
        if sentence != self.sentence:
            self.sentence = sentence
            self.sentence_changed.emit()

    def refresh_network(self) -> None:
        """Show the session's network; the answer is shown right after."""

    def refresh_answer(self) -> None:
        """Show what the network makes of the present drawing."""

    @Slot()
    def _on_network_changed(self) -> None:
        self._network_is_old = self._answer_is_old = True
        if self.isVisible():
            self._frame.stop()
            self._catch_up()

    @Slot()
    def _on_weights_changed(self) -> None:
        self._network_is_old = self._answer_is_old = True
        self._soon()

    @Slot()
    def _on_answer_changed(self) -> None:
        self._answer_is_old = True
        self._soon()

    def _soon(self) -> None:
        """Show what has changed at once, but no more than once a frame."""
        if self.isVisible() and not self._frame.isActive():
            self._catch_up()
            self._frame.start()

    @Slot()
    def _catch_up(self) -> None:
        if not self.isVisible():
            return
        network_is_old, self._network_is_old = self._network_is_old, False
        if network_is_old:
            self.refresh_network()
        if self._answer_is_old or network_is_old:
            self._answer_is_old = False
            self.refresh_answer()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frame.stop()
