"""The ways from the Train page to other pages: a sample of the data, or a unit, is looked at more closely there."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.pages.train.mistakes import MistakesView
from digitapp.gui.pages.train.units import UnitsCard
from digitapp.gui.state.artwork import ink_of
from digitapp.gui.state.session import Session
from digitapp.gui.state.stepping import Stepper


class Elsewhere(QObject):
    """Lays samples on the canvas, and chooses units, for other pages.

    Signals: `page_wanted(name, what)`, as that of a page.
    """

    page_wanted = Signal(str, object)

    def __init__(self, session: Session, mistakes: MistakesView, units: UnitsCard, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._mistakes = session, mistakes
        mistakes.why_wanted.connect(self._ask_why)
        mistakes.draw_wanted.connect(self._draw_on)
        mistakes.step_wanted.connect(self._step_through)
        units.opened.connect(self._open_unit)

    def _lay_on_canvas(self, inputs: np.ndarray, name: str) -> bool:
        """Lay a sample on the canvas; return whether it belongs there, which it no longer does for another problem."""
        if self._mistakes.problem is not self._session.problem:
            return False
        ink = ink_of(self._session.problem, inputs, name)
        self._session.artwork.commit(ink, self.tr("Look at an image"))
        return True

    @Slot(object, str, int)
    def _ask_why(self, inputs: np.ndarray, name: str, _label: int) -> None:
        if self._lay_on_canvas(inputs, name):
            self.page_wanted.emit("whyPage", None)

    @Slot(object, str, int)
    def _draw_on(self, inputs: np.ndarray, name: str, _label: int) -> None:
        if self._lay_on_canvas(inputs, name):
            self.page_wanted.emit("drawPage", None)

    @Slot(object, str, int)
    def _step_through(self, inputs: np.ndarray, name: str, label: int) -> None:
        """Let the walk follow what is on the canvas: of many samples it offers those that train alone."""
        if not self._lay_on_canvas(inputs, name):
            return
        stepper = Stepper.of(self._session)
        stepper.choose_sample(None)
        stepper.set_target(label)
        self.page_wanted.emit("stepPage", None)

    @Slot(int)
    def _open_unit(self, unit: int) -> None:
        if unit >= 0:
            self._session.select_unit(0, unit)
        self.page_wanted.emit("featuresPage", None)
