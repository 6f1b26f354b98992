"""Looks at what came of a run, beside the window: learning that goes nowhere is noticed."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.progress import Report
from digitapp.runs.branches import Branch
from digitapp.training.findings import (
    Finding,
    look_at_data,
    look_at_run,
    look_on_the_way,
    loss_of_ignorance,
    remedies_for_run,
)
from digitapp.training.remedies import Remedy

_AGAIN_S = 1.0  # between two figures of the same
_SURE_S = 0.5  # so long something has to be so in a run under way before it is told


class RunWatch(QObject):
    """Finds out what is wrong with the newest run of the shown problem, on its way and at its end, and with its data.

    Signals: `found`, when `findings` has something new to tell, or something that was told is no more.
    """

    found = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: tuple[Branch, list[Finding]] | None = None
        self._data: tuple[object, list[Finding]] = (None, [])
        self._read: Branch | None = None  # the run whose findings somebody has read
        self._ignorance: tuple[object, str, float] | None = None  # of data and a loss
        self._suspicion: tuple[type, float] | None = None  # what the last look has found, and since when
        self._told_at = 0.0
        self.has_passed = False  # whether what was told of a run under way is no more
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        session.model_described.connect(self._look)
        session.epoch_finished.connect(self._look_on_the_way)

    def findings(self) -> list[Finding]:
        """Return what is wrong, causes first, unless it was read; of data that no run has begun with as well."""
        newest = self._newest
        of_run = self._known[1] if self._known is not None and self._known[0] is newest is not self._read else []
        return [*self._of_data(), *of_run]

    @property
    def _newest(self) -> Branch | None:
        branches = self._session.time_machine.branches
        return branches[-1] if branches else None

    def remedies(self, finding: Finding) -> tuple[Remedy, ...]:
        """Return what to try, the best first."""
        newest = self._newest
        if newest is None or newest.dataset is None:
            return ()
        return remedies_for_run(finding, *newest.configs, newest.history, self._ignorance_of(newest, newest.dataset))

    def forget(self) -> None:
        """Say no more of the newest run and the present data: that was read."""
        self._read = self._newest
        self._data = (self._session.dataset, [])

    def _of_data(self) -> list[Finding]:
        dataset = self._session.dataset
        if dataset is not self._data[0]:
            self._data = (dataset, look_at_data(dataset) if dataset is not None else [])
        return self._data[1]

    def _ignorance_of(self, branch: Branch, dataset: Dataset) -> float:
        loss = branch.configs[1].loss
        if self._ignorance is None or self._ignorance[:2] != (dataset, loss):
            self._ignorance = dataset, loss, loss_of_ignorance(loss, dataset.train)
        return self._ignorance[2]

    @Slot(object)
    def _look_on_the_way(self, _epoch: object) -> None:
        """Look at the run under way; what is told has to be so for a while, and is told until it is no more."""
        branch = self._newest
        if branch is None or branch.dataset is None or branch.history is not self._session.run.history:
            return
        if branch is self._read or not self._session.run.is_active:
            return
        ignorance = self._ignorance_of(branch, branch.dataset)
        found = look_on_the_way(branch.dataset, branch.configs[1], branch.history, ignorance)
        told = self._known[1] if self._known is not None and self._known[0] is branch else []
        kind, now = (type(found[0]) if found else type(None)), time.monotonic()
        if self._suspicion is None or self._suspicion[0] is not kind:
            self._suspicion = kind, now
        is_sure = now - self._suspicion[1] >= _SURE_S
        if found == told or not is_sure or now - self._told_at < _AGAIN_S:
            return
        self._told_at = now
        self._known, self.has_passed = (branch, found), not found
        self.found.emit()

    @Slot()
    def _look(self) -> None:
        branches = self._session.time_machine.branches
        own = next((entry.model for entry in self._session.model_entries if entry.origin == "own"), None)
        if not branches or own is None:
            return
        branch, network = branches[-1], own.network.copy()
        dataset = branch.dataset
        if dataset is None:
            return

        def look(_report: Report, _cancelled: threading.Event) -> list[Finding]:
            return look_at_run(network, dataset, branch.configs[1], branch.history)

        self._errand.ask(look, branch)

    @Slot(object, object)
    def _on_found(self, findings: list[Finding], branch: Branch) -> None:
        self.has_passed = self._known is not None and self._known[0] is branch and not findings
        self._known = branch, findings
        self.found.emit()
