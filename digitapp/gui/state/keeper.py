"""What a person makes in the window is written as it changes, so that nobody has to save anything.

Signals mark what is stale. When the turn of the event loop ends, what is stale is taken as it is, each part once, and
handed to the one thread that writes. Nothing here waits for a disk but `close`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from digitapp.datasets.problems import Problem
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.restoring import Trouble
from digitapp.gui.state.run_keeper import RunKeeper
from digitapp.gui.state.seed_keeper import SeedKeeper
from digitapp.gui.state.session import Session
from digitapp.gui.state.training_run import RunPhase
from digitapp.kept.errors import KeptBusyError, KeptDamagedError
from digitapp.kept.image_sets import write_images
from digitapp.kept.networks import remove_network, write_network
from digitapp.kept.packing import pack
from digitapp.kept.point_sets import write_points
from digitapp.kept.presence import Presence
from digitapp.kept.seats import Seat, mark_used, write_part
from digitapp.kept.sheets import write_sheet
from digitapp.kept.sweeping import sweep_kept
from digitapp.kept.writer import Writer

CLOSING_S = 10.0
"""How long closing waits for a disk at most; what it writes is there in a fraction of a second on a usual one."""


class Keeper(QObject):
    """Watches a session, and has what changes written.

    Signals
    -------
    told : there is something else to be said about the disk

    Attributes
    ----------
    seat : what this window shows and writes
    trouble : for which nothing can be written at the moment, None when all of it has been
    unkeepable : for which a single thing can never be written
    unread : what could not be read at the start
    """

    told = Signal()
    _from_writer = Signal(object)
    _of_one = Signal(object)

    def __init__(self, session: Session, folder: Path, seat: Seat) -> None:
        super().__init__(session)
        self.seat = seat
        self.folder = folder
        self.trouble: Exception | None = None
        self.unkeepable: Exception | None = None
        self.unread: Trouble | None = None
        self._session = session
        self._writer = Writer(folder, self._from_writer.emit, self._of_one.emit)
        session.run_list.open(folder, self._writer.put)
        self._from_writer.connect(self._on_told, Qt.ConnectionType.QueuedConnection)
        self._of_one.connect(self._on_spoilt, Qt.ConnectionType.QueuedConnection)
        self._stale: set[tuple[Desk, str]] = set()
        self._written: dict[tuple[str, str], tuple[object, ...]] = {}  # what of each network was handed over last
        self._facts = {desk: _facts_of(desk) for desk in session.desks}
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self.keep)
        self._presence = Presence(folder)
        beside = self._writer, self._presence, self
        self._runs = [RunKeeper(session, desk, seat.number, *beside) for desk in session.desks]
        self._seeds = [SeedKeeper(session, desk, seat.number, *beside) for desk in session.desks]
        self._waiting: set[Desk] = set()  # whose run waits for the disk
        for desk in session.desks:
            self._remember_written(desk)
            self._watch(desk)
        self._connect()

    def _watch(self, desk: Desk) -> None:
        desk.artwork.undo_stack.indexChanged.connect(partial(self._mark, desk, "sheet"))
        desk.run.checkpoint_taken.connect(partial(self._mark, desk, "own network"))
        desk.run.ended.connect(partial(self._mark, desk, "own network"))

    def _connect(self) -> None:
        session = self._session
        session.drawing_changed.connect(self._on_drawn)
        session.images.changed.connect(self._mark_images)
        session.points.changed.connect(self._mark_points)
        for signal in (session.models_changed, session.network_changed, session.model_described):
            signal.connect(self._mark_networks)
        session.weights_changed.connect(self._on_weights_changed)
        for signal in (
            session.models_changed,
            session.network_changed,
            session.selection_changed,
            session.dataset_changed,
            session.moment_changed,
            session.run_state_changed,
        ):
            signal.connect(self._mark_desk)

    # What is stale

    def _shown(self) -> Desk:
        return self._desk_of(self._session.problem)

    def _mark(self, desk: Desk, part: str, *_what: object) -> None:
        self._stale.add((desk, part))
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _on_drawn(self) -> None:
        desk = self._shown()
        if desk.artwork.is_settled:  # what has no step of undo, such as a new sheet
            self._mark(desk, "sheet")

    @Slot()
    def _mark_images(self) -> None:
        self._mark(self._desk_of(self._session.images.problem), "images")

    @Slot()
    def _mark_points(self) -> None:
        self._mark(self._desk_of(self._session.points.problem), "points")

    def _desk_of(self, problem: Problem) -> Desk:
        return next(desk for desk in self._session.desks if desk.problem is problem)

    @Slot()
    def _mark_networks(self) -> None:
        self._mark(self._shown(), "networks")

    @Slot()
    def _on_weights_changed(self) -> None:
        desk = self._shown()
        if not desk.run.is_active and desk.machine.past is None and desk.models.chosen.is_own:
            self._mark(desk, "shown network")

    @Slot()
    def _mark_desk(self) -> None:
        self._mark(self._shown(), "desk")

    # What is handed over

    @Slot()
    def keep(self) -> None:
        """Hand over what is stale, as it is now."""
        stale, self._stale = self._stale, set()
        for desk, part in stale:
            if part == "sheet":
                sheet = desk.artwork.sheet
                self._put_part(desk, part, partial(write_sheet, sheet))
            elif part == "images":
                self._put_part(desk, part, partial(write_images, self._session.images.own))
            elif part == "points":
                self._put_part(desk, part, partial(write_points, self._session.points.own))
            elif part == "desk":
                facts = _facts_of(desk)
                if facts != self._facts[desk]:
                    self._facts[desk] = facts
                    self._put_part(desk, part, partial(pack, facts))
            else:
                self._keep_networks(desk, part)

    def _put_part(self, desk: Desk, part: str, packet: Callable[[], bytes]) -> None:
        key, seat = f"{desk.problem.key}/{part}", self.seat.number
        self._writer.put(("part", key), lambda store: write_part(store, seat, key, packet()))

    def _keep_networks(self, desk: Desk, part: str) -> None:
        """Hand over the networks of a desk that are different, or of which `part` says that their weights are."""
        problem, written = desk.problem.key, self._written
        entries = [entry for entry in desk.models.entries if entry.is_own]
        for place, entry in enumerate(entries):
            is_shown = entry is desk.models.chosen
            is_changed = part == f"{entry.origin} network" or (part == "shown network" and is_shown)
            if is_changed or written.get((problem, entry.key)) != _state_of(entry):
                self._put_network(problem, place, entry)
        there = {entry.key for entry in entries}
        for key in [key for of, key in written if of == problem and key not in there]:
            del written[problem, key]
            self._put_removal(problem, key)

    def _put_network(self, problem: str, place: int, entry: ModelEntry) -> None:
        if entry.loaded is None:
            return  # nobody has looked at it since it was read
        self._written[problem, entry.key] = _state_of(entry)
        model = replace(entry.loaded, network=entry.loaded.network.copy())
        seat, names, marks, edits = self.seat.number, (entry.key, entry.origin), entry.marks, entry.edits
        self._writer.put(
            ("network", problem, entry.key),
            lambda store: write_network(store, seat, problem, place, names, model, marks, edits),
        )

    def _put_removal(self, problem: str, key: str) -> None:
        seat = self.seat.number
        self._writer.put(("network", problem, key), lambda store: remove_network(store, seat, problem, key))

    def _remember_written(self, desk: Desk) -> None:
        """What was read at the start is on the disk."""
        for entry in desk.models.entries:
            if entry.is_own and entry.kept is not None:
                self._written[desk.problem.key, entry.key] = _state_of(entry)

    @Slot()
    def know_past(self) -> None:
        """What was read of earlier runs is on the disk; what earlier processes left there is not wanted any more."""
        for run in self._runs:
            run.know_past()
        self._writer.put("sweep", sweep_kept)

    # The disk

    @Slot(object)
    def _on_told(self, error: Exception | None) -> None:
        self.trouble = error
        if isinstance(error, KeptDamagedError) and error.aside is not None:
            self.unread = Trouble(error.reason, error.aside)
        if error is None:
            self._let_runs_go_on()
        elif not isinstance(error, KeptBusyError | KeptDamagedError):  # these pass by themselves
            self._let_runs_wait()
        self.told.emit()

    def _let_runs_wait(self) -> None:
        """Hold the runs while nothing of them can be written, so that no more of them is lost than they are behind."""
        for desk in self._session.desks:
            if desk.run.phase is RunPhase.RUNNING:
                desk.run.pause()
                self._waiting.add(desk)

    def _let_runs_go_on(self) -> None:
        waiting, self._waiting = self._waiting, set()
        for desk in waiting:
            desk.run.resume()  # unless it has ended, or somebody has had it go on

    @Slot(object)
    def _on_spoilt(self, error: Exception) -> None:
        self.unkeepable = error
        self.told.emit()

    @Slot(object)
    def tell(self, unread: Trouble | None) -> None:
        """Say what could not be read."""
        if unread is not None:
            self.unread = unread
            self.told.emit()

    @property
    def unkept(self) -> set[str]:
        """The kinds of what is not on the disk yet: "drawing", "choices", "networks", "runs"."""
        kinds = {"network": "networks", "part": "choices"}
        found = {kinds.get(str(key[0]), "runs") for key in self._writer.waiting if isinstance(key, tuple)}
        drawn = any(str(key[-1]).endswith("/sheet") for key in self._writer.waiting if isinstance(key, tuple))
        return found | ({"drawing"} if drawn else set())

    @property
    def has_runs_wait(self) -> bool:
        """Whether a run waits until it can be written."""
        return any(desk.run.phase is RunPhase.PAUSED for desk in self._waiting)

    @property
    def is_behind(self) -> bool:
        """Whether something is not on the disk because it could not be written."""
        return self.trouble is not None and bool(self._writer.waiting)

    def try_again(self) -> bool:
        """Try at once to write what could not be written; return whether that has worked."""
        self.keep()
        done = self._writer.flush(CLOSING_S)
        if done:
            self.trouble = None
        return done

    def close(self) -> bool:
        """Write the rest when the session has ended, and give the seat back; return whether all is on the disk."""
        self._timer.stop()
        for run in (*self._runs, *self._seeds):
            run.close()
        for desk in self._session.desks:
            self._stale.add((desk, "desk"))
        self.keep()
        seat, moment = self.seat.number, time.time()
        self._writer.put(("part", "used"), lambda store: mark_used(store, seat, moment))
        done = self._writer.close(0.0 if self.is_behind else CLOSING_S)  # who gave it up does not wait
        self._presence.leave_all()
        self.seat.leave()
        return done


def _state_of(entry: ModelEntry) -> tuple[object, ...]:
    """Return what is replaced whenever a network, its record or its marks are; its weights may change in place."""
    loaded = entry.loaded if entry.loaded is not entry.read else None
    return loaded or entry.kept, entry.marks, entry.edits


def _facts_of(desk: Desk) -> dict[str, object]:
    machine, run = desk.machine, desk.run
    newest = machine.branches[-1] if machine.branches else None
    place = machine.place
    return {
        "chosen": desk.models.awaited or desk.models.chosen.key,
        "dataset": desk.dataset_name,
        "selected": list(desk.unit),
        "place": [place.branch.key, place.moment.step] if place is not None else None,
        # Whether the curves are those of the newest run, or forgotten with new weights.
        "shows run": newest is not None and newest.history is run.history,
    }
