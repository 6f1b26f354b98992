"""What every page of the window has in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from digitapp.gui.session import Session
from digitapp.gui.settings import Settings


class Page(QWidget):
    """One page: a stage on the left, an inspector on the right, and its own actions in the window's header.

    Subclasses set `objectName`, connect themselves to the session in their constructor, and show the session's state
    whenever it changes. `status_changed(text)` is what the page has to say at the right end of the status bar.
    """

    status_changed = Signal(str)

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.settings = settings
        self.status_text = ""

    def header_actions(self) -> Sequence[QWidget]:
        """Return the buttons that stand at the right of the header while this page is shown."""
        return ()

    def say(self, text: str) -> None:
        """Show a text at the right end of the status bar while this page is shown."""
        if text != self.status_text:
            self.status_text = text
            self.status_changed.emit(text)

    def undo(self) -> None:
        """Take back the last edit on this page; pages without edits do nothing."""

    def redo(self) -> None:
        """Do the last edit that was taken back again; pages without edits do nothing."""
