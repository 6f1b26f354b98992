"""The networks that are trained in the window are calibrated when their run has ended, and whenever they are saved.

Until then the calibration of the network that a run began with stands, if it had one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.calibration import Calibration, calibrate, fit_to_calibrate
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.jobs import StartJob
from digitapp.modelfile import Model
from digitapp.progress import Report
from digitapp.runs.branches import Branch


@dataclass(frozen=True, eq=False)
class _Fitted:
    """What was found for a run that has ended."""

    desk: Desk
    branch: Branch
    calibration: Calibration


class Calibrator(QObject):
    """Fits temperature and threshold of desks' own networks on the validation part they did not learn from.

    Signals: `calibrated(Desk)`, the desk's own network, now or in the past that is shown, states other probabilities.
    """

    calibrated = Signal(object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start_job = start_job

    def calibrate(self, desk: Desk) -> None:
        """Fit the network of the run that has ended on a desk, beside the window; no run's fit replaces another's."""
        branch = desk.machine.branches[-1]
        model, validation = branch.model, branch.dataset and branch.dataset.validation
        if not fit_to_calibrate([validation]):
            return
        network = model.network.copy()  # it may be changed by hand, or trained on, meanwhile

        def work(_report: Report, _cancelled: threading.Event) -> _Fitted:
            return _Fitted(desk, branch, calibrate(network, model.loss, [validation], model.calibration))

        self._start_job(work, succeeded=self._on_fitted, failed=self._on_failed)

    @Slot(object)
    def _on_fitted(self, fitted: _Fitted) -> None:
        desk, branch, calibration = fitted.desk, fitted.branch, fitted.calibration
        desk.fitted = branch
        desk.machine.calibrate(branch, calibration)
        entry = desk.models.own
        if entry.model.network is branch.model.network:
            entry.loaded = replace(entry.model, calibration=calibration)
        if desk.models.shows_own:
            self.calibrated.emit(desk)

    @Slot(object)
    def _on_failed(self, _error: Exception) -> None:
        """Leave the network as it was, as where there is nothing to calibrate on."""


def described(desk: Desk) -> Model:
    """Return a desk's model as a file should hold it: with its record, and calibrated as its weights are now."""
    model, machine, run = desk.model, desk.machine, desk.run
    if not desk.models.shows_own or not machine.branches:
        return model
    place, newest = machine.place, machine.branches[-1]
    if place is None:
        if model.network is not newest.model.network or (not run.is_active and desk.fitted is newest):
            return model
        if run.is_active:
            model = replace(model, training=newest.record())
    branch = newest if place is None else place.branch
    validation = branch.dataset and branch.dataset.validation
    return replace(model, calibration=calibrate(model.network, model.loss, [validation], model.calibration))
