"""The networks that are trained in the window are calibrated when their run has ended, and whenever they are saved.

Until then the calibration of the network that a run began with stands, if it had one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from digitapp.calibration import Calibration, calibrate, fit_to_calibrate
from digitapp.gui.evaluator import Evaluator
from digitapp.gui.state.desk import OWN_NETWORK, Desk
from digitapp.modelfile import Model
from digitapp.runs.branches import Branch

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session


@dataclass(frozen=True, eq=False)
class _Ended:
    """A run that has ended."""

    desk: Desk
    branch: Branch


class Calibrator(QObject):
    """Fits temperature and threshold of the session's own networks on the validation part they did not learn from."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._fitted: Branch | None = None  # the run that the own network was calibrated after
        self._evaluator = Evaluator(session, self)
        self._evaluator.measured.connect(self._on_fitted)

    def calibrate(self, desk: Desk) -> None:
        """Fit the network of the run that has ended on a desk, beside the window."""
        branch = desk.machine.branches[-1]
        model, validation = branch.model, branch.dataset.validation
        if not fit_to_calibrate([validation]):
            return
        network = model.network.copy()  # it may be changed by hand, or trained on, meanwhile
        self._evaluator.measure(
            lambda: calibrate(network, model.loss, [validation], model.calibration), _Ended(desk, branch)
        )

    @Slot(object, object)
    def _on_fitted(self, calibration: Calibration, about: _Ended) -> None:
        desk, branch = about.desk, about.branch
        self._fitted = branch
        desk.machine.calibrate(branch, calibration)
        entry = desk.entries[OWN_NETWORK]
        if entry.model.network is branch.model.network:
            entry.loaded = replace(entry.model, calibration=calibration)
        if desk.current == OWN_NETWORK:
            self._session.tell_of_calibration(desk)

    def described(self) -> Model:
        """Return the shown model as a file should hold it: with its record, and calibrated as its weights are now."""
        session = self._session
        model, machine, run = session.model, session.time_machine, session.run
        if session.current_entry.key != OWN_NETWORK or not machine.branches:
            return model
        place, newest = machine.place, machine.branches[-1]
        if place is None:
            if model.network is not newest.model.network or (not run.is_active and self._fitted is newest):
                return model
            if run.is_active:
                model = replace(model, training=newest.record())
        branch = newest if place is None else place.branch
        return replace(
            model, calibration=calibrate(model.network, model.loss, [branch.dataset.validation], model.calibration)
        )
