"""What stands in the header beside the Draw page: copy, open and save a drawing, or the points of a plane."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence

from digitapp.datasets.problems import Problem
from digitapp.gui.widgets import GhostButton


class DrawActions(QObject):
    """Three buttons; what they do is connected by the page."""

    def __init__(self, problem: Problem, parent: QObject) -> None:
        super().__init__(parent)
        self.copy = GhostButton(self.tr("Copy"), "copy")
        self.open = GhostButton(self.tr("Open…"), "folder")
        self.save = GhostButton(self.tr("Save…"), "download")
        self.show_problem(problem)

    @property
    def buttons(self) -> tuple[GhostButton, GhostButton, GhostButton]:
        """All of them, from the left."""
        return self.copy, self.open, self.save

    def show_problem(self, problem: Problem) -> None:
        """Say what is copied, opened and saved."""
        key = QKeySequence.StandardKey
        if problem.is_plane:
            tips = self.tr("Copy the points"), self.tr("Open points from a table (CSV)"), self.tr("Save the points")
        else:
            tips = self.tr("Copy the drawing"), self.tr("Open a drawing"), self.tr("Save the drawing")
        for button, tip, keys in zip(self.buttons, tips, (key.Copy, key.Open, key.Save), strict=True):
            button.set_tip(tip, keys)

    def enable(self, *, takes: bool, has_any: bool) -> None:
        """Offer what makes sense: where something can be opened, and where there is something to keep."""
        self.open.setEnabled(takes)
        self.copy.setEnabled(has_any)
        self.save.setEnabled(has_any)
