"""What lies on the desks, one for each problem, and which of them is shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance, Slot

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import FIRST, PROBLEMS, Problem
from digitapp.drawing.grid import BinaryGrid
from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Picture
from digitapp.drawing.render import CANVAS_PEN_WIDTH
from digitapp.gui.names import Names
from digitapp.gui.state.answering import Answering
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.data_source import DataSource
from digitapp.gui.state.desk import Desk
from digitapp.gui.state.faults import Faults
from digitapp.gui.state.jobs import JobPool, StartJob
from digitapp.gui.state.models import ModelEntry, Models
from digitapp.gui.state.snapshot import Snapshot
from digitapp.gui.state.training_run import TrainingRun
from digitapp.gui.state.weight_scale import WeightScale
from digitapp.modelfile import Model
from digitapp.nn.network import Network, UnitRef
from digitapp.reading import Answer
from digitapp.runs.branches import TimeMachine
from digitapp.training.moments import Archive


class Desks(QObject):
    """The shown problem with its network, drawing, answer, selected unit and data; the other desks wait.

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
    begun_by_hand(Desk) : the same for a run of steps that are taken by hand
    deaths_found : of a run, when units of it fell silent
    interrupted_changed : of the shown problem, whether there is a run of an earlier start to be taken up
    closing : the program ends, and so must whatever works for it
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
    begun_by_hand = Signal(object)
    deaths_found = Signal()
    interrupted_changed = Signal()
    closing = Signal()

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
        self._answering = Answering()
        archive = Archive()
        self._desks = {key: self._make_desk(PROBLEMS[key], archive) for key in PROBLEMS}
        self._desk = self._desks[problem]
        self._classes = self.network.sizes[-1]  # that the shown network knows
        self._show_answer()

    def _make_desk(self, problem: Problem, archive: Archive) -> Desk:
        artwork = Artwork(problem.blank, self)
        models, machine = Models(problem), TimeMachine(archive)
        desk = Desk(problem, artwork, TrainingRun(self), machine, models, problem.usual_dataset)
        artwork.changed.connect(partial(self._on_artwork_changed, desk))
        return desk

    @property
    def desks(self) -> tuple[Desk, ...]:
        """What there is for each problem; to be looked at, and filled when the program starts."""
        return tuple(self._desks.values())

    @property
    def start_job(self) -> StartJob:
        """Start work in a thread that `close` waits for; see `JobPool.start`."""
        return self._jobs.start

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

    def _pass_on(self, desk: Desk, signal: SignalInstance, *arguments: object) -> None:
        """Emit a signal of the shown problem; what happens on the other desk waits until it is looked at."""
        if desk is self._desk:
            signal.emit(*arguments)

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
    def names(self) -> Names:
        """What the parts of the shown network are called."""
        problem = self.problem
        return Names(self.network.sizes, self.model.class_names, problem.columns, problem.input_names)

    def weight_limit(self, layer: int) -> float:
        """Return the limit of the colours of a layer's weights, the same on every page."""
        return self._weight_scale.limit(self.network, layer, self.network_version, self.shows_run)

    def tell_of_edit(self) -> None:
        """Tell that somebody has changed the shown network's weights in place."""
        self.network_version += 1
        self.weights_changed.emit()
        self._refresh_answer()

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

    # The run

    @property
    def run(self) -> TrainingRun:
        """The shown problem's training run."""
        return self._desk.run

    @property
    def shows_run(self) -> bool:
        """Whether the shown network is the one in training."""
        return self.run.is_learning and self._desk.shows_own_now

    @property
    def time_machine(self) -> TimeMachine:
        """The runs of the shown problem, to be gone back in; changed by the session's methods alone."""
        return self._desk.machine

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
        artwork = self.artwork
        self.answer = self._answering.answer(self.model, artwork.value, self.pen_width, is_settled=artwork.is_settled)

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
        return self.data.of_classes(self.dataset_name, self.network.sizes[-1])

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
