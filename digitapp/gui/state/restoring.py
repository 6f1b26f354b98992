"""The next start is where the last one was left: what was kept is put back into a session.

What is seen at once, and is small, is read before the window opens: the canvas with its steps of undo, the choices, the
shown network. A large one, and the runs, whose moments may be a hundred megabytes, come beside the window.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.problems import MY_IMAGES, MY_POINTS
from digitapp.gui.state.desk import Desk, Interrupted
from digitapp.gui.state.models import OWN_NETWORK, ModelEntry
from digitapp.gui.state.pending_seeds import pending_of
from digitapp.gui.state.session import Session
from digitapp.kept import FILE_NAME
from digitapp.kept.errors import KeptDamagedError, KeptError
from digitapp.kept.image_sets import read_images
from digitapp.kept.networks import read_networks
from digitapp.kept.packing import PacketError, unpack
from digitapp.kept.pending import KeptExperiment, read_pending
from digitapp.kept.point_sets import read_points
from digitapp.kept.runs import KeptRun, RunFate, branch_of, history_of, newest_number, read_moments, read_runs
from digitapp.kept.seats import Seat, read_part, seats_by_use, take_seat
from digitapp.kept.sheets import read_sheet
from digitapp.modelfile import SUFFIX, Model, ModelFileError
from digitapp.nn.network import UnitRef
from digitapp.progress import Report
from digitapp.runs.branches import Branch
from digitapp.training.checkpoint import CheckpointError, load_checkpoint, state_of
from digitapp.training.run_state import RunState

if TYPE_CHECKING:
    from digitapp.kept.store import Store


@dataclass(frozen=True, eq=False)
class Past:
    """The runs of a desk as they were read.

    Attributes
    ----------
    desk : whose they are
    branches : the oldest first
    newest : how the last of them is kept; None without any
    seconds : how long that one took
    reached : where it ended, None of one that was cut off
    own : the desk's own network, None where there is none that can be read
    experiment : that was not done, with its first run the newest of these; None where there is none
    """

    desk: Desk
    branches: tuple[Branch, ...]
    newest: KeptRun | None
    seconds: float
    reached: RunState | None
    own: Model | None
    experiment: KeptExperiment | None = None


@dataclass(frozen=True, eq=False)
class Trouble:
    """What could not be read: the file that was set aside, or the parts that were left out, and why."""

    reason: str
    aside: Path | None


class Restorer(QObject):
    """Puts what was kept in a folder into a session that has just been made.

    Signals: `restored`, when the runs are there, too; `troubled(Trouble)`, where they cannot be read.
    """

    restored = Signal()
    troubled = Signal(object)

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__(session)
        self._session = session
        self._folder = folder
        self._shows_run: dict[str, bool] = {}
        self._places: dict[str, tuple[str, int]] = {}
        self.trouble: Trouble | None = None
        self.seat = self._restore()

    # At once

    def _restore(self) -> Seat:
        """Read what is small; return the seat that this window takes."""
        if not (self._folder / FILE_NAME).exists():
            return self._sit([])
        from digitapp.kept.store import Store  # a start that finds nothing kept imports no SQLite

        try:
            store = Store(self._folder, reading=True)
        except KeptError as error:
            self.trouble = Trouble(error.reason, None)
            return self._sit([])
        try:
            seat = self._read(store)
        except KeptError as error:
            self.trouble = self.trouble or Trouble(error.reason, None)
            return self._sit([])
        finally:
            store.close()
        self._session.tell_all()
        self._session.show_awaited()
        return seat

    def _sit(self, wanted: list[int]) -> Seat:
        return take_seat(self._folder, wanted)

    def _read(self, store: Store) -> Seat:
        """Read what a seat shows, and return the seat; where damage shows on the way, what can be read after all."""
        if store.aside is not None:
            self.trouble = Trouble(store.reason, store.aside)
        seat: Seat | None = None
        try:
            seat = self._sit(seats_by_use(store))
            for desk in self._session.desks:
                self._restore_desk(store, seat.number, desk)
        except KeptError as error:
            if seat is not None:
                seat.leave()
            if not isinstance(error, KeptDamagedError) or store.aside is not None:
                raise
            store.renew()
            return self._read(store)
        return seat

    def _restore_desk(self, store: Store, seat: int, desk: Desk) -> None:
        problem = desk.problem.key
        sheet = read_part(store, seat, f"{problem}/sheet")
        if sheet is not None:
            self._try(lambda: desk.artwork.take_up(read_sheet(sheet, desk.problem.blank)))
        images = read_part(store, seat, f"{problem}/images")
        if images is not None:
            self._try(lambda: self._session.images.take_up(read_images(images, desk.problem)))
        points = read_part(store, seat, f"{problem}/points")
        if points is not None:
            self._try(lambda: self._session.points.take_up(read_points(points, desk.problem)))
        desk.models.take_up(read_networks(store, seat, problem))
        desk.machine.count_from(newest_number(store, seat, problem))
        choices = read_part(store, seat, f"{problem}/desk")
        if choices is not None:
            self._try(lambda: self._restore_choices(desk, choices))

    def _restore_choices(self, desk: Desk, packet: bytes) -> None:
        facts = unpack(packet)[0]
        desk.dataset_name = str(facts["dataset"])
        gone = {MY_IMAGES: not self._session.images.own, MY_POINTS: self._session.points.own is None}
        if gone.get(desk.dataset_name):  # they were damaged
            desk.dataset_name = desk.problem.usual_dataset
        self._shows_run[desk.problem.key] = bool(facts["shows run"])
        if facts["place"] is not None:
            self._places[desk.problem.key] = (str(facts["place"][0]), int(facts["place"][1]))
        key = str(facts["chosen"])
        if key.endswith(SUFFIX) and Path(key).is_file():
            desk.models.offer(Path(key))
        if desk.models.slow(key) is not None:
            desk.models.awaited = key
        else:
            desk.models.choose(key)
        layer, unit = facts["selected"]
        desk.unit = UnitRef(max(0, int(layer)), max(0, int(unit)))

    def _try(self, work: Callable[[], object]) -> None:
        """Leave out what was damaged, and say so."""
        try:
            work()
        except (PacketError, ModelFileError, KeyError, TypeError, ValueError) as error:
            self.trouble = self.trouble or Trouble(str(error), None)

    # Beside the window

    def restore_runs(self) -> None:
        """Read the runs; `restored` tells when they are there."""
        folder, seat, desks = self._folder, self.seat.number, self._session.desks
        if not (folder / FILE_NAME).exists():
            return

        def read(_report: Report, cancelled: threading.Event) -> list[Past]:
            from digitapp.kept.store import Store

            store = Store(folder, reading=True)
            try:
                return [_read_past(store, seat, desk) for desk in desks if not cancelled.is_set()]
            finally:
                store.close()

        self._session.start_job(read, succeeded=self._on_read, failed=self._on_failed)

    @Slot(object)
    def _on_read(self, pasts: list[Past]) -> None:
        for past in pasts:
            if past.branches:
                self._put_past(past)
        self.restored.emit()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        self.trouble = self.trouble or Trouble(str(error), None)
        self.troubled.emit(self.trouble)

    def _put_past(self, past: Past) -> None:
        desk, newest, kept = past.desk, past.branches[-1], past.newest
        assert kept is not None
        is_first = not desk.machine.branches and not desk.run.is_active  # else somebody was quicker than the disk
        desk.machine.take_up(past.branches)
        if is_first and self._shows_run.get(desk.problem.key, True):
            self._put_newest(past, newest, kept)
        elif kept.fate is RunFate.UNDER_WAY:
            newest.moments.is_open = False
        self._session.tell_of_past(desk)
        self._show_place(desk)

    def _put_newest(self, past: Past, newest: Branch, kept: KeptRun) -> None:
        """Let the newest run be the one whose network and curves are shown."""
        desk = past.desk
        own = _own_network(desk, newest, past.own)
        newest.model = replace(newest.model, network=own.network, calibration=own.calibration)
        desk.fitted = newest
        desk.run.take_up(newest.history, past.seconds)
        desk.run.reached = past.reached
        dataset, foils = str(kept.facts["dataset"]), int(kept.facts["foils"])
        pending = pending_of(past.experiment, newest, kept.fate) if past.experiment is not None else None
        if kept.fate is RunFate.UNDER_WAY and kept.checkpoint is not None:
            path, step = kept.checkpoint, kept.step
            desk.interrupted = Interrupted(desk, newest, path, dataset, foils, step, past.seconds, pending)
        elif pending is not None and pending.is_first_over and past.experiment is not None:
            cut = past.experiment.runs.get(pending.seed_under_way)
            path, step = (None, 0) if cut is None else (cut.checkpoint, cut.step)
            desk.interrupted = Interrupted(desk, newest, path, dataset, foils, step, past.seconds, pending)

    def _show_place(self, desk: Desk) -> None:
        """Show the moment of the past that was shown."""
        key, step = self._places.get(desk.problem.key, ("", 0))
        branch = next((branch for branch in desk.machine.branches if branch.key == key), None)
        moment = next((moment for moment in branch.moments.kept if moment.step == step), None) if branch else None
        if branch is not None and moment is not None and desk.problem is self._session.problem:
            if branch is not desk.machine.branch:
                self._session.choose_branch(branch)
            self._session.show_moment(moment)


def _read_past(store: Store, seat: int, desk: Desk) -> Past:
    """Read the runs of a desk; what was damaged is left out."""
    runs = read_runs(store, seat, desk.problem.key)
    branches: dict[str, Branch] = {}
    newest, seconds, own = None, 0.0, None
    for run in runs:
        try:
            history = history_of(run)
            branch = branch_of(run, history, branches)
        except PacketError:
            continue
        branch.moments = read_moments(store, run, history, branch.model.network.parameters.nbytes)
        branches[run.key] = branch
        newest, seconds = run, history.seconds
    experiment = None
    if newest is not None:
        own = _read_own(desk)
        pending = read_pending(store, seat, desk.problem.key)
        experiment = pending if pending is not None and pending.first == newest.key else None
    return Past(desk, tuple(branches.values()), newest, seconds, _read_reached(newest), own, experiment)


def _read_own(desk: Desk) -> Model | None:
    try:
        entry = desk.models.own
        return entry.loaded or entry.load()
    except (KeyError, ModelFileError):
        return None


def _read_reached(newest: KeptRun | None) -> RunState | None:
    if newest is None or newest.checkpoint is None or newest.fate is RunFate.UNDER_WAY:
        return None
    try:
        return state_of(load_checkpoint(newest.checkpoint))
    except CheckpointError:
        return None  # a run that goes on from there begins with a fresh optimiser


def _own_network(desk: Desk, newest: Branch, read: Model | None) -> Model:
    """Return the desk's own model as it was read; where it cannot be, that of the newest run's last moment."""
    if read is not None:
        desk.models.take_in(OWN_NETWORK, read)
        return desk.models.own.model
    if newest.moments.kept:
        newest.model.network.parameters[:] = newest.moments.kept[-1].parameters
    chosen, awaited = desk.models.chosen.key, desk.models.awaited
    desk.models.put(ModelEntry(OWN_NETWORK, "own", newest.model, marks=newest.marks))
    desk.models.choose(chosen)
    desk.models.awaited = awaited
    return newest.model
