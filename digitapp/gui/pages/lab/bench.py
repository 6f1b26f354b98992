"""What the benches of the Lab have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import ScrollPanel
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.messages import Message


class Bench(QWidget):
    """One idea to play with: the bench itself on the page's stage, and what is known about it in the inspector.

    Subclasses fill three widgets: `tools` stands at the right of the tabs or below them, `for_header` in the window's
    header, and `details` is the inspector. What they show they tell the page's `refresher`. The page remembers the
    `state`, copies the `numbers`, and offers the whole bench as a picture.

    Signals
    -------
    state_changed : what `state` returns is another
    numbers_changed : `numbers` are there or not any more
    status_changed(text) : what the bench has to say at the right end of the status bar
    page_wanted(name, what) : as a page's
    told(Message) : something went wrong
    """

    state_changed = Signal()
    numbers_changed = Signal()
    status_changed = Signal(str)
    page_wanted = Signal(str, object)
    told = Signal(object)

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session, self.settings, self.refresher = session, settings, refresher
        self.tools: QWidget = QWidget()
        self.for_header: QWidget = QWidget()
        self.details = ScrollPanel("surface")
        self.status_text = ""

    # What the page remembers, and what a lesson opens it with

    def state(self) -> dict[str, Any]:
        """Return what was chosen on the bench, as values that JSON knows."""
        return {}

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Show a state. What it does not say is as at first, so that {} resets the bench; nonsense counts as unsaid."""

    def numbers(self) -> str:
        """Return what the bench shows as a table, its cells parted by tabs; "" where there is nothing to copy."""
        return ""

    def undo(self) -> None:
        """Take back the last edit; benches without edits do nothing."""

    # What it tells

    def say(self, text: str) -> None:
        """Show a text at the right end of the status bar while this bench is shown."""
        if text != self.status_text:
            self.status_text = text
            self.status_changed.emit(text)

    def tell(self, message: Message) -> None:
        """Have the page show what went wrong."""
        self.told.emit(message)
