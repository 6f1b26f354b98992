"""What is dropped on the window is copied: whoever hears that a file was moved deletes it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDropEvent


def welcome(event: QDropEvent) -> None:
    """Say to a drag that it may be dropped here."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()


def taken(event: QDropEvent) -> None:
    """Say that what was dropped was copied; where it was only offered to be moved, that nothing was done to it."""
    may_copy = bool(event.possibleActions() & Qt.DropAction.CopyAction)
    event.setDropAction(Qt.DropAction.CopyAction if may_copy else Qt.DropAction.IgnoreAction)
    event.accept()
