"""A bench of several faces, one question each, with a control that chooses between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout

from digitapp.gui.causes import cause
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.face import Face
from digitapp.gui.widgets import SegmentedControl
from digitapp.gui.words.messages import Message


class NamedFace(NamedTuple):
    """A face, by which name the bench's state calls it, and what stands on its button."""

    name: str
    title: str
    face: Face


class FacedBench(Bench):
    """Shows one face at a time; subclasses call `show_faces` when they have made them."""

    def show_faces(self, faces: Sequence[NamedFace], name: str) -> None:
        """Build the bench of its faces; `name` is that of the control for screen readers."""
        self._names = [each.name for each in faces]
        self.faces = [each.face for each in faces]
        self._said = [""] * len(faces)
        self.chooser = SegmentedControl([each.title for each in faces], name=name)
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addWidget(self.chooser)
        # Only when they have their places: a stack shows its first widget at once, which would be a window of its own.
        self._stage = QStackedLayout(self)
        column = QVBoxLayout(self.details.content)
        column.setContentsMargins(0, 0, 0, 0)
        for face in self.faces:
            self._stage.addWidget(face)
            column.addWidget(face.details)
            face.changed.connect(self._on_changed)
            face.said.connect(self._on_said)
            face.failed.connect(self._on_failed)
        self.chooser.currentChanged.connect(self._on_chosen)
        self._show_face()

    @property
    def face(self) -> Face:
        """The face that is shown."""
        return self.faces[self.chooser.currentIndex()]

    def show_face(self, name: str) -> None:
        """Show the face with this name."""
        self.chooser.setCurrentIndex(self._names.index(name))

    def _show_face(self) -> None:
        index = self.chooser.currentIndex()
        self._stage.setCurrentIndex(index)
        for place, face in enumerate(self.faces):
            face.details.setVisible(place == index)  # one that is not seen takes no room
        self.details.scroll_to_top()
        self.say(self._said[index])

    @Slot()
    def _on_chosen(self) -> None:
        self._show_face()
        self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        self.state_changed.emit()
        self.numbers_changed.emit()

    @Slot(str)
    def _on_said(self, text: str) -> None:
        face = self.sender()
        for index, each in enumerate(self.faces):
            if each is face:
                self._said[index] = text
        self.say(self._said[self.chooser.currentIndex()])

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.tell(Message(self.tr("This could not be computed"), cause(error)))

    # What the page remembers

    def state(self) -> dict[str, Any]:
        faces = {name: face.state() for name, face in zip(self._names, self.faces, strict=True)}
        return {"face": self._names[self.chooser.currentIndex()], **faces}

    def take_up(self, state: Mapping[str, Any]) -> None:
        for name, face in zip(self._names, self.faces, strict=True):
            own = state.get(name)
            face.take_up(own if isinstance(own, dict) else {})
        wanted = state.get("face")
        self.chooser.setCurrentIndex(self._names.index(wanted) if wanted in self._names else 0)

    def numbers(self) -> str:
        return self.face.numbers()
