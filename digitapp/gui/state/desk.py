"""What the session keeps for each problem."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from digitapp.datasets.problems import Problem
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.training_run import TrainingRun
from digitapp.modelfile import Model, load_model
from digitapp.runs.branches import Branch, TimeMachine
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan

OWN_NETWORK = "own"


@dataclass(frozen=True)
class UnitRef:
    """One unit of one layer, both counted from 0; layer 0 is the first with weights."""

    layer: int
    unit: int


@dataclass
class ModelEntry:
    """A model that can be chosen: `key` tells them apart, `origin` says where it came from.

    A shipped model may be left on the disk until it is wanted; then `loaded` is None and `name` says which one it is.
    """

    key: str
    origin: str  # "shipped", "file", "own" in training, or "made" from another network
    loaded: Model | None
    path: Path | None = None
    marks: Marks = Marks()  # noqa: RUF009 - it never changes
    name: str = ""

    @property
    def model(self) -> Model:
        """The model, loaded from its file the first time it is asked for. Raises ModelFileError."""
        if self.loaded is None:
            self.loaded = load_model(self.name)
        return self.loaded


@dataclass
class Desk:
    """Everything that belongs to one problem; each problem keeps its own while another is shown."""

    problem: Problem
    artwork: Artwork
    run: TrainingRun
    machine: TimeMachine
    dataset_name: str
    entries: dict[str, ModelEntry] = field(default_factory=dict)
    current: str = ""
    selected: UnitRef = UnitRef(0, 0)
    plan: Plan | None = None  # the network that is being made
    fitted: Branch | None = None  # the run that the own network was calibrated after

    @property
    def model(self) -> Model:
        """The network that is shown for the problem, perhaps one of the past."""
        return self.machine.past or self.entries[self.current].model
