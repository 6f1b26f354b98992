"""The one place of the window's changing state: problem, network, drawing, answer, training run, selected unit.

Pages show the session and call it; it knows no page. Signals name what has happened, in the past tense.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import FIRST, Problem
from digitapp.gui.state.calibrator import Calibrator
from digitapp.gui.state.desk import Desk, Interrupted
from digitapp.gui.state.hand_collection import HandCollection
from digitapp.gui.state.models import OWN_NETWORK, ModelEntry
from digitapp.gui.state.network_choice import NetworkChoice
from digitapp.gui.state.own_images import OwnImages
from digitapp.gui.state.own_points import OwnPoints
from digitapp.gui.state.resuming import Resumer
from digitapp.gui.state.run_list import RunList
from digitapp.gui.state.starting import Starter
from digitapp.modelfile import Model
from digitapp.runs.branches import Branch, TimeMachine, has_shape_of
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan, Repeat, Start
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.events import RunStarted
from digitapp.training.history import History
from digitapp.training.moments import Moment


class Session(NetworkChoice):
    """The state behind the window: what the desks hold, the choice of networks, and here the runs and their past.

    Its signals are those of `Desks`.
    """

    def __init__(self, problem: str = FIRST.key, data_dir: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(problem, data_dir, parent)
        self.hand = HandCollection(self._jobs.start, self)
        self.images = OwnImages(self.data, self)
        self.points = OwnPoints(self)
        self.run_list = RunList(self._jobs.start, self)
        self._starter = Starter(self._jobs.start, self)
        self._starter.made.connect(self._on_made)
        self._starter.begun.connect(self._on_begun)
        self._starter.resumed.connect(self._on_resumed)
        self.resumer = Resumer(self.data, self._starter, self)
        self.resumer.changed.connect(self._on_interrupted_changed)
        self._calibrator = Calibrator(self._jobs.start, self)
        self._calibrator.calibrated.connect(self._on_calibrated)
        for desk in self.desks:
            self._watch(desk)

    def _watch(self, desk: Desk) -> None:
        """Hear of a desk's runs, all in the window's thread: the worker's own signals end at TrainingRun."""
        run = desk.run
        run.state_changed.connect(partial(self._on_run_state_changed, desk))
        run.progressed.connect(partial(self._pass_on, desk, self.run_progressed))
        run.epoch_finished.connect(partial(self._pass_on, desk, self.epoch_finished))
        run.weights_arrived.connect(partial(self._on_weights_arrived, desk))
        run.failed.connect(partial(self._pass_on, desk, self.run_failed))
        run.failed.connect(self.faults.report_unforeseen)
        run.ended.connect(partial(self._on_run_ended, desk))

    # The training run

    @property
    def any_run_active(self) -> bool:
        """Whether any problem's run is active."""
        return any(desk.run.is_active for desk in self._desks.values())

    @property
    def foils(self) -> int:
        """How many drawings that are no digits are in the data of the newest run, or of the one being made."""
        plan, branches = self._desk.plan, self.time_machine.branches
        if plan is not None:
            return plan.foils
        return branches[-1].facts.get("foils", 0) if branches else 0

    def data_for_run(self, source: Model | None = None) -> Dataset | None:
        """Return what a run on the chosen data set learns from; None while that is not in memory.

        A new network learns all classes of the data, and one that goes on with `source` those that this model knows.
        """
        classes = self.problem.classes if source is None else source.network.sizes[-1]
        return self.data.of_classes(self.dataset_name, classes)

    @property
    def problem_of_data(self) -> Problem:
        """The shown problem with the classes that a new network for the chosen data set tells apart."""
        dataset = self.data_for_run()
        return self.problem.of_classes(self.problem.fewest_classes if dataset is None else dataset.problem.classes)

    def start_training(
        self,
        network: NetworkConfig,
        config: TrainConfig,
        *,
        source: Model | None = None,
        paused: bool = False,
        repeat: Repeat | None = None,
    ) -> None:
        """Train a network on the chosen data set; it becomes the shown network.

        It is a new one, or with `source` a copy of that model's. With `repeat` it is trained with each of its seeds.

        A source that knows what is no digit learns from such drawings as well (`foils`), so that it does not forget.
        They, and a large network, are made in the background first: the run is active meanwhile, and the shown network
        stays.
        Raises RuntimeError while the data set is not in memory or a run is active, ConfigError as `Plan.make`.
        """
        dataset = self.data_for_run(source)
        if dataset is None:
            raise RuntimeError("the data set is not in memory")
        if self.run.is_active:
            raise RuntimeError("a run is active already")
        origin, marks, after = None, Marks(), None
        if source is not None and source.network is self.network:
            origin = self.time_machine.place
            marks = self.current_entry.marks if origin is None else origin.branch.marks
            if self.shows_end_of_run:
                origin, after = self.time_machine.end(), self.run.reached
        self.resumer.leave(self._desk)
        if repeat is not None:
            config = replace(config, seed=repeat.seeds[0])
        plan = Plan(self.problem_of_data, network, config, source, dataset, paused, marks, origin, after, repeat)
        self._starter.start(self._desk, plan)

    def begin_experiment(self, plan: Plan, seeds: Sequence[int], name: str = "") -> None:
        """Train what a plan says with several seeds, one of them perhaps; each is a run of its own, of this name.

        The network of the first seed is shown; small ones are learned together, others one after the other. Without a
        name they are called by the beginning of the first one's key. The plan's own seed does not count.
        Raises RuntimeError while a run of the plan's problem is active or where the plan has no data, ValueError for
        seeds that are not all different, ConfigError as `Plan.make`.
        """
        desk = self._desks[plan.problem.key]
        if plan.dataset is None:
            raise RuntimeError("the data set is not in memory")
        if desk.run.is_active:
            raise RuntimeError("a run is active already")
        repeat = Repeat(name, tuple(seeds))
        self.resumer.leave(desk)
        self._starter.start(desk, replace(plan, config=replace(plan.config, seed=repeat.seeds[0]), repeat=repeat))

    @property
    def shows_end_of_run(self) -> bool:
        """Whether the shown network is what the newest run has made of it."""
        run = self.run
        return self._desk.shows_own_now and not run.is_active and run.history.started is not None

    @property
    def can_go_on(self) -> bool:
        """Whether a run can go on from what is shown: a moment of a run, or the end of the newest."""
        return not self.run.is_active and (self.time_machine.place is not None or self.shows_end_of_run)

    def go_on(self, config: TrainConfig, *, paused: bool = False) -> None:
        """Start a run from what is shown, with these settings; see `can_go_on`.

        What the network cannot change, or would lose its weights by, is as it was. From the end of a run, and with the
        same settings, it takes the steps that a longer run would have taken.
        Raises RuntimeError where nothing can go on, and as `start_training`.
        """
        if not self.can_go_on:
            raise RuntimeError("there is no run to go on from")
        place, model = self.time_machine.place, self.model
        branch = self.time_machine.branches[-1] if place is None else place.branch
        config = replace(config, loss=model.loss, pretrain_epochs=0)
        self.start_training(branch.configs[0], config, source=model, paused=paused)

    def renew_weights(self, network: NetworkConfig, config: TrainConfig) -> None:
        """Show a network with fresh random weights, as a run with these settings would start; it has had no run yet.

        Raises RuntimeError while a run is active, whose weights it would not fit.
        """
        if self.run.is_active:
            raise RuntimeError("a run is active")
        self.resumer.leave(self._desk)
        self._starter.start(self._desk, Plan(self.problem_of_data, network, config))

    def begin_by_hand(self, network: NetworkConfig, config: TrainConfig, dataset: Dataset) -> Branch:
        """Let the time machine have a run for steps that are taken by hand, from what is shown, and return it.

        What is shown becomes the own network: a shipped or opened one, or one of the past, is copied and stays.
        Raises RuntimeError while a run is active.
        """
        desk, model, place = self._desk, self.model, self.time_machine.place
        marks = self.current_entry.marks if place is None else place.branch.marks
        origin = desk.machine.end() if place is None and desk.shows_own_now else place
        if origin is not None and not np.array_equal(origin.moment.parameters, model.network.parameters):
            origin = None  # changed since
        self.resumer.leave(desk)
        if not desk.shows_own_now:
            own = replace(model, network=model.network.copy())
            self._adopt(desk, ModelEntry(OWN_NETWORK, "own", own, marks=marks))
        samples, held_out = len(dataset.train), len(dataset.validation) if dataset.validation is not None else 0
        history = History()
        history.add(RunStarted(config.epochs, -(-samples // config.batch_size), samples, held_out))
        desk.run.take_up(history, 0.0)
        facts = {"by_hand": True, **({"start_from": model.name} if model.name else {})}
        branch = desk.machine.begin(self.model, history, (network, config), dataset, marks, origin, facts)
        entry = self.current_entry
        entry.loaded = replace(entry.model, training={**branch.before, **branch.facts})
        self.begun_by_hand.emit(desk)
        self.model_described.emit()
        self.run_state_changed.emit()
        self.branches_changed.emit()
        self.moment_changed.emit()
        return branch

    @property
    def interrupted(self) -> Interrupted | None:
        """The shown problem's run that was under way when the program ended, as long as nothing has taken its place."""
        return None if self.run.is_active else self._desk.interrupted

    @Slot(object)
    def _on_resumed(self, desk: Desk) -> None:
        """Show the network that goes on learning."""
        desk.models.choose(OWN_NETWORK)
        desk.machine.back()
        if desk is self._desk:
            self._network_replaced()
            self.moment_changed.emit()

    def tell_of_past(self, desk: Desk) -> None:
        """Tell that a desk has the runs of an earlier start."""
        self._pass_on(desk, self.run_state_changed)
        self._pass_on(desk, self.branches_changed)
        self._pass_on(desk, self.moment_changed)
        self._pass_on(desk, self.interrupted_changed)

    @Slot(object)
    def _on_interrupted_changed(self, desk: Desk) -> None:
        self._pass_on(desk, self.branches_changed)
        self._pass_on(desk, self.interrupted_changed)

    @Slot(object, object)
    def _on_made(self, desk: Desk, start: Start) -> None:
        is_new = start.plan.dataset is None and not desk.run.is_active
        if is_new:
            desk.run.forget()
        self._adopt(desk, ModelEntry(OWN_NETWORK, "own", start.shown, marks=start.plan.marks))
        if is_new:
            self._pass_on(desk, self.run_state_changed)

    @Slot(object)
    def _on_begun(self, desk: Desk) -> None:
        self.run_begun.emit(desk)
        self._pass_on(desk, self.branches_changed)
        self._pass_on(desk, self.moment_changed)

    def _on_weights_arrived(self, desk: Desk, parameters: np.ndarray) -> None:
        desk.models.own.model.network.parameters[:] = parameters
        if desk is self._desk and desk.shows_own_now:
            self.tell_of_edit()

    def _on_run_state_changed(self, desk: Desk) -> None:
        if not desk.run.is_active and desk.plan is not None and desk.plan.dataset is not None:
            self._starter.forget(desk)  # stopped before it began
        self._pass_on(desk, self.run_state_changed)
        self.activity_changed.emit()

    def _on_run_ended(self, desk: Desk) -> None:
        entry = desk.models.own
        entry.loaded = replace(entry.model, training=desk.machine.branches[-1].record())
        self._pass_on(desk, self.model_described)
        if desk is self._desk and desk.shows_own_now:
            self.tell_of_edit()  # what is steadied while a network learns is now as it is
        self._calibrator.calibrate(desk)

    @Slot(object)
    def _on_calibrated(self, desk: Desk) -> None:
        if desk is self._desk:
            self.tell_of_edit()

    # The time machine

    def choose_branch(self, branch: Branch) -> None:
        """Let the slider run along another run, and show its end."""
        self._travel(lambda machine: machine.choose(branch))

    def show_moment(self, moment: Moment) -> None:
        """Show the network as it was at a moment of the chosen run."""
        self._travel(lambda machine: machine.go_to(moment))

    def back_to_now(self) -> None:
        """Show the own network as it is now."""
        self._travel(lambda machine: machine.back())

    def _travel(self, go: Callable[[TimeMachine], object]) -> None:
        desk, before, was_own = self._desk, self.network, self._desk.models.shows_own
        go(desk.machine)
        desk.models.choose(OWN_NETWORK)
        if was_own and has_shape_of(before, self.network):
            self.tell_of_edit()
        else:
            self._network_replaced()
        self.moment_changed.emit()

    def close(self) -> None:
        """End every thread and wait for it."""
        self.closing.emit()
        self._jobs.close()
        self.hand.close()
        for desk in self._desks.values():
            desk.run.close()
