"""Looks at what came of a run, beside the window: learning that goes nowhere is noticed."""

from __future__ import annotations

import threading

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.gui.state.errand import Errand
from digitapp.gui.state.session import Session
from digitapp.progress import Report
from digitapp.runs.branches import Branch
from digitapp.training.findings import Finding, look_at_data, look_at_run


class RunWatch(QObject):
    """Finds out what is wrong with the newest run of the shown problem once it has ended, and with its data.

    Signals: `found`, when `findings` has something new to tell.
    """

    found = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._known: tuple[Branch, list[Finding]] | None = None
        self._data: tuple[object, list[Finding]] = (None, [])
        self._read: Branch | None = None  # the run whose findings somebody has read
        self._errand = Errand(session.start_job, self)
        self._errand.found.connect(self._on_found)
        session.model_described.connect(self._look)

    def findings(self) -> list[Finding]:
        """Return what is wrong, causes first, unless it was read; of data that no run has begun with as well."""
        branches = self._session.time_machine.branches
        newest = branches[-1] if branches and not self._session.run.is_active else None
        of_run = self._known[1] if self._known is not None and self._known[0] is newest is not self._read else []
        return [*self._of_data(), *of_run]

    def forget(self) -> None:
        """Say no more of the newest run and the present data: that was read."""
        branches = self._session.time_machine.branches
        self._read = branches[-1] if branches else None
        self._data = (self._session.dataset, [])

    def _of_data(self) -> list[Finding]:
        dataset = self._session.dataset
        if dataset is not self._data[0]:
            self._data = (dataset, look_at_data(dataset) if dataset is not None else [])
        return self._data[1]

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
        self._known = branch, findings
        self.found.emit()
