"""The bench "Units": what one unit does with a gradient, what many layers do, what centring does, and how units die."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from digitapp.gui.causes import cause
from digitapp.gui.pages.lab.bench import Bench
from digitapp.gui.pages.lab.units.centring_face import CentringFace
from digitapp.gui.pages.lab.units.chain_face import ChainFace
from digitapp.gui.pages.lab.units.dying_face import DyingFace
from digitapp.gui.pages.lab.units.face import Face
from digitapp.gui.pages.lab.units.slope_face import SlopeFace
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets import SegmentedControl
from digitapp.gui.widgets.refresher import Refresher
from digitapp.gui.words.messages import Message

_NAMES = ("slope", "chain", "centring", "dying")


class UnitsBench(Bench):
    """Four faces, one question each."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        start_job = session.start_job
        self.slope, self.chain = SlopeFace(), ChainFace(start_job)
        self.centring, self.dying = CentringFace(start_job), DyingFace(start_job)
        self.faces: tuple[Face, ...] = (self.slope, self.chain, self.centring, self.dying)
        self._said = [""] * len(self.faces)
        self._build()
        for face in self.faces:
            face.changed.connect(self._on_changed)
            face.said.connect(self._on_said)
            face.failed.connect(self._on_failed)
        self.chooser.currentChanged.connect(self._on_chosen)
        self._show_face()

    def _build(self) -> None:
        names = [self.tr("Slope"), self.tr("Chain"), self.tr("Centring"), self.tr("Dying")]
        self.chooser = SegmentedControl(names, name=self.tr("Questions about units"))
        tools = QHBoxLayout(self.tools)
        tools.setContentsMargins(0, 0, 0, 0)
        tools.addWidget(self.chooser)
        # Only when they have their places: a stack shows its first widget at once, which would be a window of its own.
        self._stage, self._inspectors = QStackedLayout(self), QStackedLayout(self.details.content)
        for face in self.faces:
            self._stage.addWidget(face)
            self._inspectors.addWidget(face.details)

    @property
    def face(self) -> Face:
        """The face that is shown."""
        return self.faces[self.chooser.currentIndex()]

    def _show_face(self) -> None:
        index = self.chooser.currentIndex()
        self._stage.setCurrentIndex(index)
        self._inspectors.setCurrentIndex(index)
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
        faces = {name: face.state() for name, face in zip(_NAMES, self.faces, strict=True)}
        return {"face": _NAMES[self.chooser.currentIndex()], **faces}

    def take_up(self, state: Mapping[str, Any]) -> None:
        for name, face in zip(_NAMES, self.faces, strict=True):
            own = state.get(name)
            face.take_up(own if isinstance(own, dict) else {})
        wanted = state.get("face")
        self.chooser.setCurrentIndex(_NAMES.index(wanted) if wanted in _NAMES else 0)

    def numbers(self) -> str:
        return self.face.numbers()
