"""What the session keeps for each problem."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digitapp.datasets.problems import Problem
from digitapp.gui.state.artwork import Artwork
from digitapp.gui.state.experiment import PendingExperiment
from digitapp.gui.state.models import ModelEntry, Models
from digitapp.gui.state.training_run import TrainingRun
from digitapp.modelfile import Model
from digitapp.nn.network import UnitRef
from digitapp.runs.branches import Branch, TimeMachine
from digitapp.runs.plan import Plan


@dataclass(frozen=True, eq=False)
class Interrupted:
    """A run that was under way when the program ended.

    Attributes
    ----------
    desk : that it belongs to
    branch : of the time machine, the newest
    checkpoint : the file of its state; None where it can only begin anew
    dataset_name : that it learned from
    foils : how many drawings that are no digits were mixed in
    step, seconds : how far it was then
    pending : the experiment that it is of, if there are seeds to be trained besides; its branch is then the run of the
        first seed, and checkpoint and step are of the one that was under way
    """

    desk: Desk
    branch: Branch
    checkpoint: Path | None
    dataset_name: str
    foils: int
    step: int
    seconds: float
    pending: PendingExperiment | None = None


@dataclass(eq=False)
class Desk:
    """Everything that belongs to one problem; each problem keeps its own while another is shown."""

    problem: Problem
    artwork: Artwork
    run: TrainingRun
    machine: TimeMachine
    models: Models
    dataset_name: str
    unit: UnitRef = UnitRef(0, 0)  # noqa: RUF009 - it never changes; chosen last, perhaps in another network
    plan: Plan | None = None  # the network that is being made
    interrupted: Interrupted | None = None  # the run that can be taken up again
    deleted: ModelEntry | None = None  # the network that was deleted last
    fitted: Branch | None = None  # the run that the own network was calibrated after

    @property
    def model(self) -> Model:
        """The network that is shown for the problem, perhaps one of the past."""
        return self.machine.past or self.models.chosen.model

    @property
    def selected(self) -> UnitRef:
        """The unit whose dossier is open: the one that was chosen last, or the first where the network has none such.

        A network may be replaced while another problem is shown, and be smaller.
        """
        sizes, (layer, unit) = self.model.network.sizes, self.unit
        return self.unit if layer < len(sizes) - 1 and unit < sizes[layer + 1] else UnitRef(0, 0)

    @property
    def shows_own_now(self) -> bool:
        """Whether the network that is trained is shown, as it is now."""
        return self.models.shows_own and self.machine.past is None
