"""The bench "Any function": one hidden layer makes any curve, learned, built by hand, and measured."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from digitapp.gui.pages.lab.any_function.build_face import BuildFace
from digitapp.gui.pages.lab.any_function.learn_face import LearnFace
from digitapp.gui.pages.lab.any_function.needed_face import NeededFace
from digitapp.gui.pages.lab.any_function.target import Target
from digitapp.gui.pages.lab.faced_bench import FacedBench, NamedFace
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets.refresher import Refresher
from digitapp.nn import Network


class AnyFunctionBench(FacedBench):
    """Three questions about one curve."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        self.target = Target(self)
        self.learn, self.build = LearnFace(self.target), BuildFace(self.target)
        self.needed = NeededFace(self.target, session.start_job)
        self.build.handed_on.connect(self._on_handed_on)
        self.needed.wanted.connect(self._on_wanted)
        faces = (
            NamedFace("learn", self.tr("Learn"), self.learn),
            NamedFace("build", self.tr("By hand"), self.build),
            NamedFace("needed", self.tr("How many units"), self.needed),
        )
        self.show_faces(faces, self.tr("Questions about curves"))

    def undo(self) -> None:
        self.target.undo()

    @Slot(object, str)
    def _on_handed_on(self, network: Network, activation: str) -> None:
        self.show_face("learn")
        self.learn.take(network, activation)

    @Slot(int, str)
    def _on_wanted(self, units: int, activation: str) -> None:
        self.show_face("learn")
        self.learn.begin(units, activation)
