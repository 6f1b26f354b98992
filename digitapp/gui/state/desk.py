"""What the session keeps for each problem, and what it says of the present drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from digitapp.datasets.problems import Problem
from digitapp.drawing.preprocess import Preprocessed
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.training_run import TrainingRun
from digitapp.modelfile import Model, load_model
from digitapp.nn.network import Trace
from digitapp.recognition import Reason
from digitapp.runs.branches import Branch, TimeMachine
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan

OWN_NETWORK = "own"


@dataclass(frozen=True)
class Answer:
    """What the network says to the present drawing.

    Attributes
    ----------
    inputs : float32 array, shape (features,), or None while there is no ink to read
    probabilities : float array, shape (classes,), calibrated, or None
    label : int or None, the most probable class, also where it is refused
    trace : every layer's pre-activations and activations for this one input, or None
    preprocessed : the pictures of the road from ink to input; None for problems whose pixels are set by hand
    seconds : float, the time from the drawing to the probabilities
    reason : why there is no answer, or None where there is one
    digits : the classes that the reason speaks of
    is_settled : False while the pen moves; what is refused then may still become a digit
    """

    inputs: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    label: int | None = None
    trace: Trace | None = None
    preprocessed: Preprocessed | None = None
    seconds: float = 0.0
    reason: Reason | None = None
    digits: tuple[int, ...] = ()
    is_settled: bool = True

    @property
    def is_refused(self) -> bool:
        """Whether there is ink to read, and it is not taken for a digit."""
        return self.label is not None and self.reason is not None


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
