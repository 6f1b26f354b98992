"""What the faces have in common of which some benches are made: one question each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Face(QWidget):
    """One question: the stage, and in `details` what the inspector shows beside it.

    Signals
    -------
    changed : `state` or `numbers` are others
    said(text) : for the status bar
    failed(error) : work beside the window has failed
    """

    changed = Signal()
    said = Signal(str)
    failed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.details = QWidget()

    def state(self) -> dict[str, Any]:
        """Return what was chosen, as values that JSON knows."""
        raise NotImplementedError

    def take_up(self, state: Mapping[str, Any]) -> None:
        """Show a state; what it does not say, or says wrong, is as at first."""
        raise NotImplementedError

    def numbers(self) -> str:
        """Return what is shown as a table, its cells parted by tabs; "" for nothing."""
        raise NotImplementedError
