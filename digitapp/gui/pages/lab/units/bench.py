"""The bench "Units": what one unit does with a gradient, what many layers do, what centring does, and how units die."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from digitapp.gui.pages.lab.faced_bench import FacedBench, NamedFace
from digitapp.gui.pages.lab.units.centring_face import CentringFace
from digitapp.gui.pages.lab.units.chain_face import ChainFace
from digitapp.gui.pages.lab.units.dying_face import DyingFace
from digitapp.gui.pages.lab.units.slope_face import SlopeFace
from digitapp.gui.settings import Settings
from digitapp.gui.state.session import Session
from digitapp.gui.widgets.refresher import Refresher


class UnitsBench(FacedBench):
    """Four questions about units."""

    def __init__(
        self, session: Session, settings: Settings, refresher: Refresher, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, settings, refresher, parent)
        start_job = session.start_job
        self.slope, self.chain = SlopeFace(), ChainFace(start_job)
        self.centring, self.dying = CentringFace(start_job), DyingFace(start_job)
        faces = (
            NamedFace("slope", self.tr("Slope"), self.slope),
            NamedFace("chain", self.tr("Chain"), self.chain),
            NamedFace("centring", self.tr("Centring"), self.centring),
            NamedFace("dying", self.tr("Dying"), self.dying),
        )
        self.show_faces(faces, self.tr("Questions about units"))
