"""The walk through one step of learning: where it is, which sample it follows, and what it does to the network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.followed import FEW_SAMPLES, sample_at, samples_in_order, settings_of
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.scene import Focus, Scene, terms_of
from digitapp.gui.state.session import Session
from digitapp.gui.state.snapshot import Snapshot
from digitapp.inspection.backward_steps import SampleNumbers, Totals, sample_numbers, totals
from digitapp.inspection.walk import START, Grain, Kind, Place, Route, Stage, stops_of
from digitapp.nn.network import Network
from digitapp.runs.branches import Branch
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.stepwise import LearnFrom, Request, Stepwise, TooManyTogether, Update

MOST_PARAMETERS = 600_000
"""Networks with more are followed, but not changed: a step of theirs would hold up the window."""


@dataclass(eq=False)
class _Walk:
    """What is remembered of the walk of one problem."""

    place: Place = START
    grain: Grain = Grain.LAYER
    sample: int | None = 0
    target: int = 0  # of what is on the canvas
    learn_from: LearnFrom = LearnFrom.SAMPLE
    learning_rate: float | None = None  # another than that of the training
    focus: Focus = Focus(0, 0)  # noqa: RUF009 - it never changes
    stepwise: Stepwise | None = None
    of: tuple[ModelEntry, Dataset, TrainConfig, object, object] | None = None  # what the stepwise run belongs to
    branch: Branch | None = None
    done: tuple[Update, SampleNumbers, Network] | None = None  # the step at whose stop the walk is
    trail: list[tuple[int | None, Request]] = field(default_factory=list)  # the samples followed, a step each
    order: tuple[object, NDArray[np.int64]] | None = None
    offered: NDArray[np.int64] | None = None
    counted: tuple[object, ...] = ()
    totals: Totals | None = None


class Stepper(QObject):
    """Walks through a step of learning of the shown network.

    Only the update changes the network. What is changed elsewhere, by hand or by a run, is followed: the walk stays
    where it is, its numbers are those of the network as it is now.

    Signals
    -------
    changed : the walk is elsewhere, or looks at something else
    stepped : a step was taken, or taken back
    """

    changed = Signal()
    stepped = Signal()

    @staticmethod
    def of(session: Session) -> Stepper:
        """Return a session's stepper, the same for all who ask; it is made when it is wanted first."""
        return session.findChild(Stepper) or Stepper(session)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._walks: dict[str, _Walk] = {}
        session.network_changed.connect(self._on_network_changed)

    @property
    def _walk(self) -> _Walk:
        return self._walks.setdefault(self._session.problem.key, _Walk())

    # What is followed

    def scene(self, shown: Snapshot) -> Scene | None:
        """Return what there is to show, None where there is no sample to follow."""
        walk = self._walks.setdefault(shown.problem.key, _Walk())
        self._settle(walk, shown)
        sample = self._sample(walk, shown)
        if sample is None:
            return None
        inputs, label, number = sample
        stops, lack = stops_of(len(shown.network.weights)), self._lack(walk, shown)
        update = None
        if walk.done is not None:
            update, numbers, network = walk.done
        else:
            network = self._network(walk, shown)
            numbers = sample_numbers(network, shown.model.loss, inputs, label)
            back = stops[walk.place.stop].stage is Stage.BACKWARD  # nobody asks for the step before
            if back and not lack and numbers.is_finite and walk.stepwise is not None:
                update = walk.stepwise.preview(self._request(walk, inputs, label))
        return Scene(
            shown,
            network,
            numbers,
            stops,
            walk.place,
            walk.grain,
            number,
            self._position(number, shown),
            0 if shown.dataset is None else len(self.order(shown)),
            self._count(walk, shown),
            update,
            lack,
            walk.learn_from,
            self._rate(walk),
            self._config(walk, shown),
            walk.focus,
            walk.stepwise.updates if walk.stepwise is not None else 0,
            walk.stepwise.batch_size if walk.stepwise is not None else 0,
        )

    def order(self, shown: Snapshot) -> NDArray[np.int64]:
        """Return the samples that are offered, in their order."""
        walk, every = self._walks.setdefault(shown.problem.key, _Walk()), self.every(shown)
        return walk.offered if walk.offered is not None and len(walk.offered) else every

    def offer(self, samples: NDArray[np.int64] | None) -> None:
        """Offer some of the samples alone, such as those that are misread; None for all of them."""
        walk = self._walk
        same = walk.offered is samples or (
            walk.offered is not None and samples is not None and np.array_equal(walk.offered, samples)
        )
        if not same:
            walk.offered = samples
            self._renew()

    def every(self, shown: Snapshot) -> NDArray[np.int64]:
        """Return all samples in their order: of few, class by class."""
        walk, dataset = self._walks.setdefault(shown.problem.key, _Walk()), shown.dataset
        if dataset is None:
            return np.empty(0, np.int64)
        if walk.order is None or walk.order[0] is not dataset:
            walk.order, walk.offered = (dataset, samples_in_order(dataset)), None
        return walk.order[1]

    def _position(self, sample: int | None, shown: Snapshot) -> int:
        found = np.flatnonzero(self.order(shown) == sample) if sample is not None else np.empty(0)
        return int(found[0]) if len(found) else 0

    def _settle(self, walk: _Walk, shown: Snapshot) -> None:
        """Bring what is remembered into line with what is shown."""
        layers = len(shown.network.weights)
        count = 4 * layers + 3
        if walk.place.stop >= count:
            walk.place, walk.done = START, None
        focus, sizes = walk.focus, shown.network.sizes
        if focus.layer >= layers or focus.unit >= sizes[focus.layer + 1]:
            walk.focus = Focus(0, 0)
        elif focus.source is not None and focus.source >= sizes[focus.layer]:
            walk.focus = Focus(focus.layer, focus.unit)
        self._follow(walk, shown)
        if walk.sample is not None and shown.dataset is not None and walk.sample not in self.order(shown):
            walk.sample = int(self.order(shown)[0])

    def _follow(self, walk: _Walk, shown: Snapshot) -> None:
        """Have a stepwise run of the shown network, where there is one to be had."""
        dataset, config = shown.dataset, self._config(walk, shown)
        network = shown.network
        if dataset is None or network.parameter_count > MOST_PARAMETERS or any(network.normalized):
            walk.stepwise, walk.of, walk.done = None, None, None
            return
        stepwise, of = walk.stepwise, walk.of
        belongs = of is not None and of[0] is shown.entry and of[1] is dataset and of[2] == config
        if stepwise is None or of is None or not belongs or stepwise.network.sizes != network.sizes:
            self._begin(walk, shown, dataset, config)
            return
        if of[3] is not shown.entry.marks or of[4] is not shown.place:  # other units are held, or another time is shown
            self._begin(walk, shown, dataset, config)
        elif stepwise.adopt(network.parameters):
            walk.trail.clear()
            if walk.done is not None:
                walk.done, walk.place = None, START

    def _begin(self, walk: _Walk, shown: Snapshot, dataset: Dataset, config: TrainConfig) -> None:
        held = shown.entry.marks.held
        walk.stepwise = Stepwise(shown.network, dataset, config, held or None)
        walk.of = shown.entry, dataset, config, shown.entry.marks, shown.place
        walk.trail.clear()
        walk.branch = None
        if walk.done is not None:
            walk.done, walk.place = None, START

    def _network(self, walk: _Walk, shown: Snapshot) -> Network:
        if walk.stepwise is not None:
            return walk.stepwise.network
        network = Network(shown.network.sizes, shown.network.activations, np.float64)
        np.copyto(network.parameters, shown.network.parameters)
        return network

    def _sample(self, walk: _Walk, shown: Snapshot) -> tuple[NDArray[np.floating], int, int | None] | None:
        """Return inputs and label of the followed sample and its index, None of the canvas; None for nothing there."""
        dataset, answer = shown.dataset, shown.answer
        if walk.sample is not None and dataset is not None:
            return (*sample_at(dataset, walk.sample), walk.sample)
        if answer.inputs is None:
            return None
        return answer.inputs, min(walk.target, shown.network.sizes[-1] - 1), None

    def _count(self, walk: _Walk, shown: Snapshot) -> Totals | None:
        dataset = shown.dataset
        if dataset is None or len(dataset.train) > FEW_SAMPLES:
            return None
        network = self._network(walk, shown)
        key = dataset, shown.model.loss, network.parameters.tobytes()
        if walk.counted != key:
            every = dataset.all_but_test
            walk.counted = key
            walk.totals = totals(network, shown.model.loss, every.inputs.astype(np.float64), every.labels)
        return walk.totals

    # The settings of a step

    def _config(self, walk: _Walk, shown: Snapshot) -> TrainConfig:
        """Return the settings that the network was trained with, as far as they hold for a step by hand."""
        return settings_of(shown, walk.branch, self._session.time_machine)

    def _rate(self, walk: _Walk) -> float:
        if walk.learning_rate is not None:
            return walk.learning_rate
        return walk.of[2].learning_rate if walk.of is not None else TrainConfig().learning_rate

    def _request(self, walk: _Walk, inputs: NDArray[np.floating], label: int) -> Request:
        own = (inputs, label) if walk.sample is None else None
        return Request(walk.learn_from, -1 if walk.sample is None else walk.sample, self._rate(walk), own)

    def _lack(self, walk: _Walk, shown: Snapshot) -> str:
        """Return why no step can be taken, empty where one can."""
        if shown.shows_run:
            return self.tr("This network is learning. Stop the run to take a step by hand.")
        if shown.run.is_active:
            return self.tr("A run of this problem is active. Stop it to take a step by hand.")
        if shown.network.parameter_count > MOST_PARAMETERS:
            return self.tr("This network is too large to be changed step by step: it can be followed up to here.")
        if shown.dataset is None:
            if shown.data_state in (DataState.LOADING, DataState.FETCHING):
                return self.tr("The images are on their way.")
            return self.tr("There are no images to learn from.")
        if walk.stepwise is None:
            return self.tr("This network cannot be changed step by step.")
        try:
            walk.stepwise.coming(Request(walk.learn_from, 0, 1.0))
        except TooManyTogether as error:
            text = self.tr("{0} images at once are too many to follow. Learn from this image instead.")
            return text.format(error.samples)
        return ""

    def set_learn_from(self, learn_from: LearnFrom) -> None:
        """Let the coming steps learn from something else."""
        self._walk.learn_from = learn_from
        self._renew()

    def set_learning_rate(self, rate: float) -> None:
        """Let the coming steps be of another size. Raises ConfigError for one that cannot be used."""
        replace(TrainConfig(), learning_rate=rate)
        self._walk.learning_rate = rate
        self._renew()

    def set_grain(self, grain: Grain) -> None:
        """Walk in larger or smaller steps; where the walk is inside a stop, it sees all of it."""
        walk = self._walk
        walk.grain = grain
        if grain not in (Grain.UNIT, Grain.TERM):
            walk.place = Place(walk.place.stop)
        elif grain is Grain.UNIT and walk.place.unit is not None:
            walk.place = Place(walk.place.stop, walk.place.unit)
        self.changed.emit()

    def focus(self, layer: int, unit: int, source: int | None = None) -> None:
        """Look at a unit, or at one of its wires."""
        if self._walk.focus != Focus(layer, unit, source):
            self._walk.focus = Focus(layer, unit, source)
            self.changed.emit()

    # The sample

    def choose_sample(self, sample: int | None) -> None:
        """Follow a sample of the data by its index, or what is on the canvas."""
        walk = self._walk
        if sample == walk.sample:
            return
        if sample is None:
            answer = self._session.answer
            walk.target = answer.best if answer.best is not None else 0
        walk.sample = sample
        self._renew()

    def move_sample(self, by: int) -> None:
        """Follow the sample so many places further on; from the canvas, the first or the last."""
        order = self.order(self._session.snapshot())
        if not len(order):
            return
        walk = self._walk
        at = np.flatnonzero(order == walk.sample) if walk.sample is not None else np.empty(0)
        place = (int(at[0]) + by) % len(order) if len(at) else (0 if by > 0 else len(order) - 1)
        self.choose_sample(int(order[place]))

    def set_target(self, label: int) -> None:
        """Say what the drawing on the canvas is meant to be."""
        self._walk.target = label
        self._renew()

    def _renew(self) -> None:
        """Something else is followed: after an update, the walk begins anew."""
        walk = self._walk
        if walk.done is not None:
            walk.done, walk.place = None, START
        self.changed.emit()

    # The walk

    @property
    def can_go_back(self) -> bool:
        """Whether there is anything before."""
        walk = self._walk
        return walk.place != START or bool(walk.trail)

    def next(self) -> bool:
        """Go on, and return whether that was possible."""
        shown = self._session.snapshot()
        scene = self.scene(shown)
        if scene is None:
            return False
        went = self._go_on(self._walk, scene)
        if went:
            self.changed.emit()
        return went

    def following(self, scene: Scene) -> Place | None:
        """Return where the walk would go on to, None where it cannot."""
        if scene.is_done:
            return START
        route = self._route(scene)
        place = route.following(scene.place, scene.grain)
        if place is None or self._is_beyond_numbers(scene, place):
            return None
        if scene.stops[place.stop].kind is Kind.UPDATE and scene.lack:
            return None
        return place

    def _go_on(self, walk: _Walk, scene: Scene) -> bool:
        if walk.grain in (Grain.BATCH, Grain.EPOCH):
            return self._learn_batches(walk, scene)
        if walk.grain is Grain.SAMPLE:
            return self._go_on_by_samples(walk, scene)
        place = self.following(scene)
        if place is None:
            return False
        if scene.is_done:
            walk.done, walk.place = None, START
            return True
        if scene.stops[place.stop].kind is Kind.UPDATE:
            return self._learn(walk, scene)
        walk.place = place
        if place.unit is not None:
            walk.focus = Focus(scene.stops[place.stop].layer, place.unit)
        return True

    def _go_on_by_samples(self, walk: _Walk, scene: Scene) -> bool:
        """Learn from this sample where that is what is learned from, and follow the next one."""
        last = len(scene.stops) - 2
        if walk.place.stop < last:
            if self._is_beyond_numbers(scene, Place(last)):
                return False
            walk.place = Place(last)
            return True
        if walk.learn_from is LearnFrom.SAMPLE and walk.done is None and not self._learn(walk, scene):
            return False
        order = self.order(scene.shown)
        at = np.flatnonzero(order == walk.sample) if walk.sample is not None else np.empty(0)
        walk.sample = int(order[(int(at[0]) + 1) % len(order)]) if len(at) else walk.sample
        walk.done, walk.place = None, Place(last)
        return True

    def _learn_batches(self, walk: _Walk, scene: Scene) -> bool:
        """Learn one batch, or as many as an epoch has."""
        if walk.stepwise is None or scene.lack:
            return False
        walk.done = None
        walk.learn_from = LearnFrom.BATCH
        count = walk.stepwise.batches_per_epoch if walk.grain is Grain.EPOCH else 1
        for _ in range(min(count, _MOST_IN_A_ROW)):
            again = self.scene(self._session.snapshot())
            if again is None or not self._learn(walk, again):
                return False
            if count > 1:
                walk.done = None
        if walk.done is None:
            walk.place = START
        return True

    def back(self) -> bool:
        """Go back, exactly, and return whether that was possible."""
        walk, shown = self._walk, self._session.snapshot()
        scene = self.scene(shown)
        if scene is None or not self.can_go_back:
            return False
        if walk.done is not None:
            if scene.lack:
                return False
            self._take_back(walk)
            walk.place = Place(len(scene.stops) - 2)
        elif walk.place == START or walk.grain in (Grain.BATCH, Grain.EPOCH):
            if scene.lack or not walk.trail:
                return False
            self._return_to_update(walk, shown)
        else:
            place = self._route(scene).preceding(scene.place, scene.grain if scene.grain in _FINE else Grain.LAYER)
            assert place is not None
            walk.place = place
            if place.unit is not None:
                walk.focus = Focus(scene.stops[place.stop].layer, place.unit)
        self.changed.emit()
        return True

    def home(self) -> None:
        """Go to the first stop; a step that was taken stays taken."""
        walk = self._walk
        walk.done, walk.place = None, START
        self.changed.emit()

    def go_to(self, stage: Stage) -> bool:
        """Go to the last stop of a stage before the update; to the update by taking the step."""
        scene = self.scene(self._session.snapshot())
        if scene is None:
            return False
        walk = self._walk
        if stage is Stage.UPDATE:
            went = walk.done is not None or self._learn(walk, scene)
        else:
            wanted = max(index for index, stop in enumerate(scene.stops) if stop.stage is stage)
            went = not self._is_beyond_numbers(scene, Place(wanted))
            if went:
                if walk.done is not None:
                    self._take_back(walk)
                walk.place = Place(wanted)
        self.changed.emit()
        return went

    def _route(self, scene: Scene) -> Route:
        return Route(scene.stops, scene.shown.network.sizes[1:], lambda stop, _unit: len(terms_of(scene, stop)))

    def _is_beyond_numbers(self, scene: Scene, place: Place) -> bool:
        """Return whether something on the way to a place is not a number: there the walk ends."""
        layers = scene.numbers.layers
        for stop in scene.stops[: place.stop]:
            if stop.kind is Kind.SUMS and not np.isfinite(layers[stop.layer].sums).all():
                return True
            if stop.kind is Kind.ACTIVATIONS and not np.isfinite(layers[stop.layer].activations).all():
                return True
            if stop.kind is Kind.ERROR and not scene.numbers.is_finite:
                return True
        return False

    # The update

    def _learn(self, walk: _Walk, scene: Scene) -> bool:
        """Take the step: the only thing here that changes the network."""
        stepwise = walk.stepwise
        if stepwise is None or scene.lack:
            return False
        before = stepwise.network.copy()
        self._open_branch(walk, scene.shown)
        stepwise = walk.stepwise
        assert stepwise is not None
        inputs, label, _ = self._sample(walk, self._session.snapshot()) or (scene.numbers.inputs, 0, None)
        request = self._request(walk, inputs, label)
        update = stepwise.advance(request)
        if not update.is_finite:
            return False
        walk.trail.append((walk.sample, request))
        walk.done = update, scene.numbers, before
        walk.place = Place(len(scene.stops) - 1)
        self._show(update.after)
        moments = walk.branch.moments if walk.branch is not None else None
        if moments is not None and moments.wants(update.number):
            moments.add(update.number, self._session.network.parameters.copy())
        self._session.branches_changed.emit()
        self.stepped.emit()
        return True

    def _open_branch(self, walk: _Walk, shown: Snapshot) -> None:
        """Let the time machine have a run for these steps; a network that others rely on is copied first."""
        if walk.branch is not None:
            return
        stepwise = walk.stepwise
        assert stepwise is not None and shown.dataset is not None
        config = self._config(walk, shown)
        network = NetworkConfig(shown.network.sizes[1:-1], ",".join(shown.network.activations[:-1]) or "relu")
        walk.branch = self._session.begin_by_hand(network, config, shown.dataset)
        entry = self._session.current_entry
        walk.of = entry, shown.dataset, config, entry.marks, None
        walk.branch.moments.add(0, shown.network.parameters.copy())

    def _take_back(self, walk: _Walk) -> None:
        stepwise = walk.stepwise
        assert stepwise is not None
        stepwise.go_back()
        walk.sample, _ = walk.trail.pop()
        walk.done = None
        if walk.branch is not None:
            walk.branch.moments.forget_after(stepwise.updates)
        self._show(stepwise.network.parameters)
        self._session.branches_changed.emit()
        self.stepped.emit()

    def _return_to_update(self, walk: _Walk, shown: Snapshot) -> None:
        """Be at the stop of the last step, with the numbers that led to it."""
        stepwise = walk.stepwise
        assert stepwise is not None
        sample, request = walk.trail[-1]
        stepwise.go_back()
        before = stepwise.network.copy()
        inputs, labels = stepwise.samples(replace(request, learn_from=LearnFrom.SAMPLE))
        numbers = sample_numbers(before, shown.model.loss, inputs[0], int(labels[0]))
        update = stepwise.advance(request)
        walk.sample, walk.learn_from = sample, request.learn_from
        walk.done, walk.place = (update, numbers, before), Place(4 * len(shown.network.weights) + 2)

    def _show(self, parameters: NDArray[np.float64]) -> None:
        """Have the window show the network as it is after a step."""
        np.copyto(self._session.network.parameters, parameters, casting="same_kind")
        self._session.tell_of_edit()

    @Slot()
    def _on_network_changed(self) -> None:
        """Another network: what was walked through of the last one is over."""
        walk = self._walk
        if walk.of is not None and walk.of[0] is not self._session.current_entry:
            walk.place, walk.done, walk.branch = START, None, None
        self.changed.emit()


_FINE = (Grain.UNIT, Grain.TERM)
_MOST_IN_A_ROW = 2_000  # batches of an epoch that are learned at one go
