"""A run that was under way when the program ended is taken up again, or left as it is."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.errors import DataMissingError
from digitapp.gui.state.data_source import DataSource, DataState
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.starting import Starter
from digitapp.runs.branches import has_shape_of


class Resumer(QObject):
    """Has interrupted runs of desks go on as soon as their data are there.

    Signals
    -------
    changed(Desk) : whether its run can be taken up, or waits for its data, is different
    left(Branch) : a run is not taken up again
    left_seeds(Interrupted) : the seeds that an experiment lacks are not trained
    """

    changed = Signal(object)
    left = Signal(object)
    left_seeds = Signal(object)

    def __init__(self, data: DataSource, starter: Starter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self._starter = starter
        self._waiting: Desk | None = None
        data.changed.connect(self._go_on)
        starter.resumed.connect(self.changed)

    def waits(self, desk: Desk) -> bool:
        """Return whether a desk's run goes on when its data are there."""
        return self._waiting is desk

    def resume(self, desk: Desk) -> None:
        """Go on with a desk's interrupted run as if it had never been interrupted.

        Where its data cannot be had, it ends as a run that has failed, and can be taken up later.
        """
        if desk.interrupted is None or desk.run.is_active:
            return
        self._waiting = desk
        self._data.request(desk.interrupted.dataset_name)
        self._go_on()
        self.changed.emit(desk)

    def leave(self, desk: Desk) -> None:
        """Do not go on with a desk's interrupted run; the network that it has left is the last of its moments."""
        kept, desk.interrupted = desk.interrupted, None
        if kept is None:
            return
        if self._waiting is desk:
            self._waiting = None
        own = desk.models.own.model.network
        if kept.pending is None or not kept.pending.is_first_over:
            if has_shape_of(own, kept.branch.model.network):
                kept.branch.moments.close(kept.step, own.parameters.copy())
            self.left.emit(kept.branch)
        if kept.pending is not None:
            self.left_seeds.emit(kept)
        self.changed.emit(desk)

    @Slot()
    def _go_on(self) -> None:
        desk = self._waiting
        if desk is None:
            return
        kept = desk.interrupted
        if kept is None or desk.run.is_active:
            self._waiting = None
            return
        name = kept.dataset_name
        dataset, state = self._data.get(name), self._data.state(name)
        if dataset is not None:
            self._waiting = None
            self._starter.resume(desk, dataset)
        elif state in (DataState.MISSING, DataState.FAILED):
            self._waiting = None
            desk.run.prepare(history=kept.branch.history, seconds=kept.seconds)
            desk.run.give_up(self._data.error(name) or DataMissingError((), (name,)))
            self.changed.emit(desk)
