"""What the window shows, taken at one moment, so that all that is shown belongs together."""

from __future__ import annotations

from dataclasses import dataclass

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Problem
from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Ink, Picture
from digitapp.gui.names import Names
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.desk import UnitRef
from digitapp.gui.state.models import ModelEntry
from digitapp.gui.state.training_run import TrainingRun
from digitapp.gui.state.weight_scale import WeightScale
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.reading import Answer
from digitapp.runs.branches import PlaceInRun
from digitapp.runs.marks import Marks


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The session at one moment.

    Who shows it may ask it later what a thing on the screen is about, whatever the session is about by then. The
    weights of the network, and the run, go on.

    Attributes
    ----------
    problem : the shown problem
    entry : the chosen network
    model : what is shown of it, perhaps one of the past
    version : grows with every change of the shown network: a key for what is computed of it
    ink : what is on the canvas
    pen_width : of all strokes, in canvas units
    answer : of the model to the ink
    selected : the unit whose dossier is open
    dataset_name, data_state, dataset : what the problem trains on, and the data once they are in memory
    run : the problem's training run
    place : the moment of the past that is shown, None for now
    shows_run : whether the shown network is the one in training
    scale : of the colours of weights
    """

    problem: Problem
    entry: ModelEntry
    model: Model
    version: int
    ink: Ink
    pen_width: float
    answer: Answer
    selected: UnitRef
    dataset_name: str
    data_state: DataState
    dataset: Dataset | None
    run: TrainingRun
    place: PlaceInRun | None
    shows_run: bool
    scale: WeightScale

    @property
    def network(self) -> Network:
        """The model's network."""
        return self.model.network

    @property
    def marks(self) -> Marks:
        """What of the network was switched off, frozen or locked by hand."""
        return self.entry.marks if self.place is None else self.place.branch.marks

    @property
    def names(self) -> Names:
        """What the parts of the network are called."""
        problem = self.problem
        return Names(self.network.sizes, self.model.class_names, problem.columns, problem.input_names)

    def weight_limit(self, layer: int) -> float:
        """Return the limit of the colours of a layer's weights, the same on every page."""
        return self.scale.limit(self.network, layer, self.version, self.shows_run)

    @property
    def drawing(self) -> Drawing:
        """The strokes on the canvas; an empty drawing where there are none."""
        return self.ink if isinstance(self.ink, Drawing) else Drawing()

    @property
    def picture(self) -> Picture | None:
        """The picture that lies on the canvas instead of strokes, if one does."""
        return self.ink if isinstance(self.ink, Picture) else None
