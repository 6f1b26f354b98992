"""What a network answers everywhere in a plane: coarse at once while it learns, fine beside the window at rest."""

from __future__ import annotations

import threading
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.jobs import StartJob
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.boundary import Bounds, DecisionMap, Probabilities, coarse_resolution, decision_map
from digitapp.modelfile import Model
from digitapp.progress import Report

FINE = 256
"""Places a side of a map at rest."""


class Mapper(QObject):
    """Makes maps of the shown network, the newest that was asked for.

    Signals
    -------
    mapped(DecisionMap) : a map is there, a coarse one within the call of `ask`
    """

    mapped = Signal(object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errand = Errand(start_job, self)
        self._errand.found.connect(self._on_found)
        self._wanted: object = None

    def ask(self, shown: Snapshot, bounds: Bounds) -> None:
        """Map what a snapshot's network answers within bounds; nothing happens where that is known already."""
        key = shown.model, shown.version, bounds, shown.run.is_active and shown.shows_run
        if key == self._wanted:
            return
        self._wanted = key
        model, follows = shown.model, key[-1]
        self.mapped.emit(map_of_model(model, bounds, coarse_resolution(model.network)))
        if follows:
            self._errand.cancel()
            return
        # What is learned or changed meanwhile is not to be seen in half of the map.
        copy = model.network.copy()

        def work(_report: Report, cancelled: threading.Event) -> DecisionMap:
            return decision_map(copy, _probabilities(model), bounds, FINE, cancelled)

        self._errand.ask(work, key)

    @Slot(object, object)
    def _on_found(self, found: DecisionMap, key: object) -> None:
        if key == self._wanted:
            self.mapped.emit(found)


def map_of_model(model: Model, bounds: Bounds, resolution: int) -> DecisionMap:
    """Return the map of a model's probabilities."""
    return decision_map(model.network, _probabilities(model), bounds, resolution)


def _probabilities(model: Model) -> Probabilities:
    return partial(model.calibration.probabilities, model.loss)
