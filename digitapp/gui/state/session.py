"""The one place of the window's changing state: problem, network, drawing, answer, training run, selected unit.

Pages show the session and call it; it knows no page. Signals name what has happened, in the past tense.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import FIRST, PROBLEMS, Problem
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Ink, Picture
from digitapp.drawing.render import CANVAS_PEN_WIDTH
from digitapp.gui.names import Names
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.calibrator import Calibrator, described
from digitapp.gui.state.data_source import DataSource
from digitapp.gui.state.desk import Desk, Interrupted
from digitapp.gui.state.faults import Faults
from digitapp.gui.state.hand_collection import HandCollection
from digitapp.gui.state.jobs import JobPool, StartJob
from digitapp.gui.state.models import OWN_NETWORK, ModelEntry, Models
from digitapp.gui.state.opening import Opener
from digitapp.gui.state.resuming import Resumer
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.starting import Starter
from digitapp.gui.state.training_run import TrainingRun
from digitapp.gui.state.weight_scale import WeightScale
from digitapp.modelfile import Model, load_model, save_model
from digitapp.nn.network import Network, UnitRef
from digitapp.reading import Answer, Prepared, prepare, read
from digitapp.runs.branches import Branch, TimeMachine, has_shape_of
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan, Start
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.moments import Archive, Moment


@dataclass(frozen=True)
class _Seen:
    """What was prepared last, and what it was prepared from."""

    ink: Ink
    pen_width: float
    prepared: Prepared


class Session(QObject):
    """The state behind the window.

    Signals
    -------
    problem_changed : another problem is shown; everything else may be different too
    network_changed : another network is shown, perhaps of another shape
    models_changed : the list of networks to choose from is different
    model_failed(error) : a model that was to be shown cannot be used
    weights_changed : the shown network has learned; its shape is as before
    drawing_changed, answer_changed, selection_changed : as they say
    dataset_changed : the chosen data set, or its state, is different
    run_state_changed, run_progressed, epoch_finished(EpochDone), run_failed(error) : of the shown problem's run
    activity_changed : a run of any problem started, paused or ended
    model_described : the shown model's training record was written
    branches_changed : the time machine has another run to show
    moment_changed : another moment of a run is shown, or now; the network's own signals were emitted before
    run_begun(Desk) : of any problem; its branch is the newest one of the desk's time machine
    interrupted_changed : of the shown problem, whether there is a run of an earlier start to be taken up
    """

    problem_changed = Signal()
    network_changed = Signal()
    models_changed = Signal()
    model_failed = Signal(object)
    weights_changed = Signal()
    drawing_changed = Signal()
    answer_changed = Signal()
    selection_changed = Signal()
    dataset_changed = Signal()
    run_state_changed = Signal()
    run_progressed = Signal()
    epoch_finished = Signal(object)
    run_failed = Signal(object)
    activity_changed = Signal()
    model_described = Signal()
    branches_changed = Signal()
    moment_changed = Signal()
    run_begun = Signal(object)
    interrupted_changed = Signal()

    def __init__(self, problem: str = FIRST.key, data_dir: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.faults = Faults(self)
        self._jobs = JobPool(self)
        self._jobs.broke.connect(self.faults.take_in)
        self.data = DataSource(self._jobs.start, data_dir, self)
        self.data.changed.connect(self._on_data_changed)
        self.pen_width = CANVAS_PEN_WIDTH
        self.network_version = 0  # grows with every change of the shown network: a key for what is computed of it
        self._weight_scale = WeightScale()
        self.answer = Answer()
        self._seen: _Seen | None = None
        # Of a data set, what a network with so many classes knows.
        self._part: tuple[Dataset, int, Dataset | None] | None = None
        self.hand = HandCollection(self._jobs.start, self)
        self._opener = Opener(self._jobs.start, self)
        self._opener.opened.connect(self._on_opened)
        self._opener.failed.connect(self._on_not_opened)
        self._archive = Archive()
        self._starter = Starter(self._jobs.start, self)
        self._starter.made.connect(self._on_made)
        self._starter.begun.connect(self._on_begun)
        self._starter.resumed.connect(self._on_resumed)
        self.resumer = Resumer(self.data, self._starter, self)
        self.resumer.changed.connect(self._on_interrupted_changed)
        self._calibrator = Calibrator(self._jobs.start, self)
        self._calibrator.calibrated.connect(self._on_calibrated)
        self._desks = {key: self._make_desk(PROBLEMS[key]) for key in PROBLEMS}
        self._desk = self._desks[problem]
        self._classes = self.network.sizes[-1]  # that the shown network knows
        self._show_answer()

    def _make_desk(self, problem: Problem) -> Desk:
        artwork = Artwork(problem.blank, self)
        models, machine = Models(problem), TimeMachine(self._archive)
        desk = Desk(problem, artwork, TrainingRun(self), machine, models, problem.usual_dataset)
        # All of these are emitted in the window's thread: the worker's own signals end at TrainingRun.
        desk.artwork.changed.connect(partial(self._on_artwork_changed, desk))
        desk.run.state_changed.connect(partial(self._on_run_state_changed, desk))
        desk.run.progressed.connect(partial(self._pass_on, desk, self.run_progressed))
        desk.run.epoch_finished.connect(partial(self._pass_on, desk, self.epoch_finished))
        desk.run.weights_arrived.connect(partial(self._on_weights_arrived, desk))
        desk.run.failed.connect(partial(self._pass_on, desk, self.run_failed))
        desk.run.failed.connect(self.faults.report_unforeseen)
        desk.run.ended.connect(partial(self._on_run_ended, desk))
        return desk

    @property
    def desks(self) -> tuple[Desk, ...]:
        """What there is for each problem; to be looked at, and filled when the program starts."""
        return tuple(self._desks.values())

    def snapshot(self) -> Snapshot:
        """Return all that the window shows at this moment."""
        return Snapshot(
            problem=self.problem,
            entry=self.current_entry,
            model=self.model,
            version=self.network_version,
            ink=self.artwork.value,
            pen_width=self.pen_width,
            answer=self.answer,
            selected=self.selected,
            dataset_name=self.dataset_name,
            data_state=self.data.state(self.dataset_name),
            dataset=self.dataset,
            run=self.run,
            place=self.time_machine.place,
            shows_run=self.shows_run,
            scale=self._weight_scale,
        )

    # The problem

    @property
    def problem(self) -> Problem:
        """The problem that every page shows."""
        return self._desk.problem

    def choose_problem(self, key: str) -> None:
        """Show another problem; what was done for the present one stays as it is, a run goes on."""
        self._opener.forget()
        if key == self.problem.key:
            return
        self._desk = self._desks[key]
        self.tell_all()

    def tell_all(self) -> None:
        """Tell that everything may be different, as with another problem or what was kept of an earlier start."""
        self._classes = self.network.sizes[-1]
        self.network_version += 1
        self._show_answer()
        self.problem_changed.emit()
        self.models_changed.emit()
        self.network_changed.emit()
        self.dataset_changed.emit()
        self.drawing_changed.emit()
        self.answer_changed.emit()
        self.selection_changed.emit()
        self.run_state_changed.emit()
        self.branches_changed.emit()
        self.moment_changed.emit()
        self.interrupted_changed.emit()

    # The network

    @property
    def model(self) -> Model:
        """The network that every page shows, with all that is needed to use it; perhaps one of the past."""
        return self._desk.model

    @property
    def network(self) -> Network:
        """The shown model's network."""
        return self.model.network

    @property
    def model_entries(self) -> list[ModelEntry]:
        """The networks that can be chosen for this problem."""
        return self._desk.models.entries

    @property
    def current_entry(self) -> ModelEntry:
        """The chosen one of `model_entries`."""
        return self._desk.models.chosen

    @property
    def shows_run(self) -> bool:
        """Whether the shown network is the one in training."""
        return self.run.is_active and self._desk.shows_own_now

    def choose_model(self, key: str) -> None:
        """Show another of `model_entries`; a large file is read beside the window first.

        Raises ModelFileError where its file cannot be used, and changes nothing; of a large one `model_failed` tells.
        """
        unread = self._desk.models.unread(key)
        if unread is not None and self._opener.takes(unread, (self._desk, key)):
            return
        self._opener.forget()
        if self._desk.models.choose(key):
            self._desk.machine.back()
            self._network_replaced()
            self.moment_changed.emit()

    def open_model(self, path: Path) -> None:
        """Load a model file and show it, and its problem with it; a large one is read beside the window.

        Raises ModelFileError where it cannot be used, and changes nothing; of a large one `model_failed` tells.
        """
        if not self._opener.takes(path, path):
            self._show_opened(load_model(path), path)

    def _show_opened(self, model: Model, path: Path) -> None:
        desk = self._desks[model.problem]
        self._adopt(desk, ModelEntry(str(path), "file", model, path))
        self.choose_problem(model.problem)

    @Slot(object, object)
    def _on_opened(self, model: Model, key: Path | tuple[Desk, str]) -> None:
        if isinstance(key, Path):
            self._show_opened(model, key)
            return
        desk, name = key
        desk.models.take_in(name, model)
        if desk is self._desk:
            self.choose_model(name)

    @Slot(object, object)
    def _on_not_opened(self, error: Exception, key: Path | tuple[Desk, str]) -> None:
        if isinstance(key, tuple):
            desk, name = key
            desk.models.remove(name, desk.models.chosen.key)
            self._pass_on(desk, self.models_changed)
        self.model_failed.emit(error)

    def offer_models(self, files: Mapping[str, Sequence[Path]]) -> None:
        """Offer the networks of files, by the key of their problem, without reading them yet."""
        for key, paths in files.items():
            for path in paths:
                if key in self._desks:
                    self._desks[key].models.offer(path)
        self.models_changed.emit()

    @property
    def opened_models(self) -> dict[str, list[Path]]:
        """The files of all networks that were opened, by the key of their problem."""
        return {key: desk.models.files for key, desk in self._desks.items()}

    def save_model(self, path: Path) -> None:
        """Write the shown model to a file. Raises ModelFileError; the file is whole or not there."""
        save_model(described(self._desk), path)

    def add_network(self, key: str, model: Model) -> None:
        """Offer a network that was made here, in the place of an earlier one of this key, and show it.

        The model's name is what people see. Its problem must be the shown one.
        """
        self._adopt(self._desk, ModelEntry(key, "made", model))

    def remove_network(self, key: str, instead: str) -> None:
        """Forget a network that was made here; where it was shown, `instead` is, or the first one."""
        models = self._desk.models
        shown = models.chosen
        if models.remove(key, instead):
            self.models_changed.emit()
            if models.chosen is not shown:
                self._network_replaced()

    def delete_network(self, key: str, instead: str = "") -> None:
        """Forget a network that was made here, as `remove_network`, until `bring_back_network` undoes that."""
        entry = next((entry for entry in self.model_entries if entry.key == key and entry.origin == "made"), None)
        if entry is not None:
            self._desk.deleted = entry
            self.remove_network(key, instead)

    @property
    def deleted_network(self) -> ModelEntry | None:
        """The network of the shown problem that was deleted last and can be brought back."""
        return self._desk.deleted

    @Slot()
    def bring_back_network(self) -> None:
        """Offer and show the network again that was deleted last."""
        entry, self._desk.deleted = self._desk.deleted, None
        if entry is not None:
            self._adopt(self._desk, entry)

    def _network_replaced(self) -> None:
        self._desk.unit = self._desk.selected
        # Nobody may see the new network beside an answer of the old one, which may have another shape.
        self.network_version += 1
        self._show_answer()
        self.network_changed.emit()
        self.selection_changed.emit()
        self.answer_changed.emit()
        before, self._classes = self._classes, self.network.sizes[-1]
        if before != self._classes:
            self.dataset_changed.emit()

    @Slot(object)
    def _on_calibrated(self, desk: Desk) -> None:
        if desk is self._desk:
            self.tell_of_edit()

    def tell_of_edit(self) -> None:
        """Tell that somebody has changed the shown network's weights in place."""
        self.network_version += 1
        self.weights_changed.emit()
        self._refresh_answer()

    def weight_limit(self, layer: int) -> float:
        """Return the limit of the colours of a layer's weights, the same on every page."""
        return self._weight_scale.limit(self.network, layer, self.network_version, self.shows_run)

    @property
    def names(self) -> Names:
        """What the parts of the shown network are called."""
        problem = self.problem
        return Names(self.network.sizes, self.model.class_names, problem.columns, problem.input_names)

    # The drawing and the answer to it

    @property
    def artwork(self) -> Artwork:
        """The shown problem's drawing with its undo stack."""
        return self._desk.artwork

    @property
    def drawing(self) -> Drawing:
        """The strokes on the canvas; an empty drawing where a picture lies, or pixels are set by hand."""
        value = self.artwork.value
        return value if isinstance(value, Drawing) else Drawing()

    @property
    def picture(self) -> Picture | None:
        """The picture that lies on the canvas instead of strokes, if one does."""
        value = self.artwork.value
        return value if isinstance(value, Picture) else None

    @property
    def grid(self) -> BinaryGrid:
        """The pixels set by hand; a blank grid for a problem that is drawn with strokes."""
        value = self.artwork.value
        return value if isinstance(value, BinaryGrid) else BinaryGrid.blank(self.problem.rows, self.problem.columns)

    def set_pen_width(self, width: float) -> None:
        """Draw all strokes with another pen; width in canvas units."""
        if width != self.pen_width:
            self.pen_width = width
            self.drawing_changed.emit()
            self._refresh_answer()

    def _on_artwork_changed(self, desk: Desk) -> None:
        if desk is self._desk:
            self.drawing_changed.emit()
            self._refresh_answer()

    def _refresh_answer(self) -> None:
        self._show_answer()
        self.answer_changed.emit()

    def _show_answer(self) -> None:
        self.answer = read(self.model, self._prepared(), is_settled=self.artwork.is_settled)

    def _prepared(self) -> Prepared:
        """Prepare what is drawn for the network, unless only the network has changed since the last time."""
        ink, pen_width = self.artwork.value, self.pen_width
        if self._seen is None or self._seen.ink is not ink or self._seen.pen_width != pen_width:
            prepared = prepare(ink.grey if isinstance(ink, Picture) else ink, pen_width)
            self._seen = _Seen(ink, pen_width, prepared)
        return self._seen.prepared

    # The selected unit

    @property
    def selected(self) -> UnitRef:
        """The unit whose dossier is open."""
        return self._desk.selected

    def select_unit(self, layer: int, unit: int) -> None:
        """Open another unit's dossier."""
        chosen = UnitRef(layer, unit)
        if chosen != self._desk.selected:
            self._desk.unit = chosen
            self.selection_changed.emit()

    # The data set

    @property
    def dataset_name(self) -> str:
        """The name of the data set that the shown problem trains on."""
        return self._desk.dataset_name

    @property
    def dataset(self) -> Dataset | None:
        """The data set, once it is in memory; of a network that knows fewer classes, the samples of those."""
        return self._data_of(self.network.sizes[-1])

    def _data_of(self, classes: int) -> Dataset | None:
        whole = self.data.get(self.dataset_name)
        if whole is None or classes >= whole.problem.classes:
            return whole
        if self._part is None or self._part[0] is not whole or self._part[1] != classes:
            self._part = whole, classes, whole.of_classes(classes)
        return self._part[2]

    def choose_dataset(self, name: str) -> None:
        """Train on another data set; it is loaded in the background."""
        if name != self._desk.dataset_name:
            self._desk.dataset_name = name
            self.data.request(name)
            self.dataset_changed.emit()

    @Slot(str)
    def _on_data_changed(self, name: str) -> None:
        if name == self.dataset_name:
            self.dataset_changed.emit()

    # The training run

    @property
    def run(self) -> TrainingRun:
        """The shown problem's training run."""
        return self._desk.run

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

    def start_training(
        self,
        network: NetworkConfig,
        config: TrainConfig,
        *,
        source: Model | None = None,
        paused: bool = False,
    ) -> None:
        """Train a network on the chosen data set; it becomes the shown network.

        It is a new one, or with `source` a copy of that model's.

        A source that knows what is no digit learns from such drawings as well (`foils`), so that it does not forget.
        They, and a large network, are made in the background first: the run is active meanwhile, and the shown network
        stays.
        Raises RuntimeError while the data set is not in memory or a run is active, ConfigError as `Plan.make`.
        """
        dataset = self._data_of(self.problem.classes if source is None else source.network.sizes[-1])
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
        plan = Plan(self.problem, network, config, source, dataset, paused, marks, origin, after)
        self._starter.start(self._desk, plan)

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
        """Show a network with fresh random weights, as a run with these settings would start; it has had no run yet."""
        self.resumer.leave(self._desk)
        self._starter.start(self._desk, Plan(self.problem, network, config))

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

    def _adopt(self, desk: Desk, entry: ModelEntry) -> None:
        """Offer a network, in the place of an earlier one of its key, and show it."""
        desk.models.put(entry)
        desk.machine.back()
        if desk is self._desk:
            self.models_changed.emit()
            self._network_replaced()
            self.moment_changed.emit()

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

    def _pass_on(self, desk: Desk, signal: SignalInstance, *arguments: object) -> None:
        """Emit a signal of the shown problem; what happens on the other desk waits until it is looked at."""
        if desk is self._desk:
            signal.emit(*arguments)

    # The time machine

    @property
    def time_machine(self) -> TimeMachine:
        """The runs of the shown problem, to be gone back in; changed by the methods below alone."""
        return self._desk.machine

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

    # Work in the background

    @property
    def start_job(self) -> StartJob:
        """Start work in a thread that `close` waits for; see `JobPool.start`."""
        return self._jobs.start

    def close(self) -> None:
        """End every thread and wait for it."""
        self._jobs.close()
        self.hand.close()
        for desk in self._desks.values():
            desk.run.close()
