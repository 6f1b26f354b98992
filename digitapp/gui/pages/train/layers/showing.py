"""Keeps the view Layers with the session: which run it shows, and what a click in it does."""

from __future__ import annotations

from bisect import bisect_left

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.pages.train.layers.card import LayersView
from digitapp.gui.pages.train.layers.dead_dialog import DeadUnitsDialog
from digitapp.gui.pages.train.layers.words import layer_name
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.widgets.refresher import Refresher
from digitapp.runs.branches import Branch
from digitapp.training.remedies import Remedy


class LayersShowing(QObject):
    """Lets the view follow the run that the slider runs along.

    Signals: `remedy_taken(Remedy)`, to be entered in the form of the next run.
    """

    remedy_taken = Signal(object)

    def __init__(self, session: Session, view: LayersView, refresher: Refresher, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        on = (
            session.problem_changed,
            session.moment_changed,
            session.branches_changed,
            session.dataset_changed,
            session.run_state_changed,
            session.epoch_finished,
            view.more_known,
        )
        refresher.add("layers", self._show, on=on, in_turn=(session.run_progressed,), of=view)
        view.moment_wanted.connect(self._go_to)
        view.remedy_taken.connect(self._take)
        view.dead_wanted.connect(self.show_dead)
        view.hidden.connect(view.watch.rest)
        view.watch.changed.connect(self._tell_deaths)

    def _show(self, shown: Snapshot) -> None:
        branch = self._session.time_machine.branch
        self._view.show_run(shown, branch, self._data_of(branch))

    def _data_of(self, branch: Branch | None) -> Dataset | None:
        """Return what a run learned from; of a run of an earlier start, what is chosen at present."""
        if branch is None or branch.dataset is not None:
            return None if branch is None else branch.dataset
        return self._session.data_for_run()

    @Slot()
    def _tell_deaths(self) -> None:
        """Let the time machine know when units fell silent."""
        followed = self._view.watch.followed
        if followed is None or followed.dead is None:
            return
        deaths = tuple(sorted({unit.since for unit in followed.dead if not unit.from_start}))
        if deaths != followed.branch.deaths:
            followed.branch.deaths = deaths
            self._session.deaths_found.emit()

    @Slot(int)
    def _go_to(self, step: int) -> None:
        """Show the kept moment that is nearest to a step."""
        branch = self._session.time_machine.branch
        kept = branch.moments.kept if branch is not None else ()
        if kept:
            right = min(bisect_left([moment.step for moment in kept], step), len(kept) - 1)
            near = kept[max(0, right - 1) : right + 1]
            self._session.show_moment(min(near, key=lambda moment: abs(moment.step - step)))

    @Slot(int)
    def show_dead(self, layer: int) -> None:
        """List the dead units of a layer."""
        followed = self._view.watch.followed
        if followed is None or not followed.dead:
            return
        name = layer_name(layer, len(followed.branch.model.network.layers))
        title = self.tr("{0}: dead units").format(name)
        dialog = DeadUnitsDialog(self._session, followed, layer, title, self._view)
        dialog.moment_wanted.connect(self._go_to)
        dialog.open()

    @Slot(object)
    def _take(self, remedy: Remedy) -> None:
        self.remedy_taken.emit(remedy)
