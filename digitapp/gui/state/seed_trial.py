"""Networks of other seeds that learn the same beside the window, so that it can be seen where they disagree."""

from __future__ import annotations

import threading
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.boundary import Bounds
from digitapp.inspection.seed_maps import SeedMaps, map_seeds
from digitapp.progress import Report
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig
from digitapp.training.presets import usual_configs


class SeedTrial(QObject):
    """Has networks trained, each with the settings of the shown one and a seed of its own.

    Signals
    -------
    changed : `found` or `share` is different

    Attributes
    ----------
    found : what they answer; None as long as that is not known, or cannot be
    share : of the work under way, from 0 to 1; None while there is none
    error : why they could not be trained
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.found: SeedMaps | None = None
        self.share: float | None = None
        self.error: Exception | None = None
        self._key: object = None
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        self._errand.failed.connect(self._on_failed)
        self._errand.progressed.connect(self._on_progressed)

    def ask(self, shown: Snapshot, bounds: Bounds) -> None:
        """Train for what is shown, unless that is done or under way."""
        dataset = self._session.data_for_run()
        if dataset is None or len(set(dataset.train.labels.tolist())) < 2:
            self.stop()
            return
        network, config = self._settings(shown)
        key = dataset, network, config, bounds
        if self._key is not None and self._key == key:
            return
        self._key, self.found, self.share, self.error = key, None, 0.0, None

        def work(report: Report, cancelled: threading.Event) -> SeedMaps | None:
            return map_seeds(dataset, network, config, bounds, report=report, cancelled=cancelled)

        self._errand.ask(work, key)
        self.changed.emit()

    def stop(self) -> None:
        """Train no more, and forget what was found."""
        self._errand.cancel()
        self._key = self.found = self.share = self.error = None
        self.changed.emit()

    def _settings(self, shown: Snapshot) -> tuple[NetworkConfig, TrainConfig]:
        """Return the settings of the run that the shown network comes from, or the usual ones with its layers."""
        machine = self._session.time_machine
        branch = shown.place.branch if shown.place is not None else None
        if branch is None and shown.entry.origin == "own" and machine.branches:
            branch = machine.branches[-1]
        if branch is not None:
            network, config = branch.configs
            return network, replace(config, seed=0)
        network, config = usual_configs(shown.problem)
        sizes, activations = shown.network.sizes[1:-1], shown.network.activations[:-1]
        try:
            network = replace(network, hidden=sizes, activation=",".join(activations) or network.activation)
            return network, replace(config, loss=shown.model.loss, seed=0)
        except ConfigError:  # layers that nobody could ask for here
            return usual_configs(shown.problem)

    @Slot(object, object)
    def _on_found(self, found: SeedMaps | None, key: object) -> None:
        if key == self._key:
            self.found, self.share = found, None
            self.changed.emit()

    @Slot(object, object)
    def _on_failed(self, error: Exception, key: object) -> None:
        if key == self._key:
            self.error, self.share = error, None
            self.changed.emit()

    @Slot(object, object)
    def _on_progressed(self, done: int, total: int) -> None:
        if self.share is not None:
            self.share = done / max(1, total)
            self.changed.emit()
