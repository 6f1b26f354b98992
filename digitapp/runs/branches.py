"""Going back in training: the runs of one problem with the moments kept of each, and the moment that is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import numpy as np

from digitapp.calibration import Calibration
from digitapp.datasets.dataset import Dataset
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.runs.marks import Marks
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.history import History
from digitapp.training.moments import LEAST_MOMENTS, Archive, Moment, Moments
from digitapp.training.record import training_record

MOST_BRANCHES = 12  # older ones leave the list


def new_key() -> str:
    """Return a key that no other run has."""
    return uuid4().hex


@dataclass(eq=False)
class Branch:
    """One run: what it learned with, how it went, and what is kept of it.

    Attributes
    ----------
    number : counted from 1 in the order of their starts
    model : what its networks are like, all but the parameters; calibrated as the run began, and as it ended once it has
    dataset : that it learned from; None of a run of an earlier start, whose data nobody has loaded
    facts : what a model's record says of the run besides settings and results, such as where it began
    key : the same for this run in every process and at every start
    marks : the units that it left as they were
    parent : the branch that this one set out from, None for one that began with other weights
    start : where it began, in epochs since the start of the first of its ancestors
    before : the record of the settings and the data, as it was before the first step
    deaths : the steps at which units fell silent for good, rising, as far as somebody has looked
    """

    number: int
    moments: Moments
    history: History
    model: Model
    configs: tuple[NetworkConfig, TrainConfig]
    dataset: Dataset | None
    marks: Marks = Marks()  # noqa: RUF009 - it never changes
    parent: Branch | None = None
    start: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    key: str = field(default_factory=new_key)
    before: Mapping[str, Any] = field(default_factory=dict)
    deaths: tuple[int, ...] = ()

    def epochs_at(self, step: int) -> float:
        """Return where a step is on the common axis, in epochs."""
        history = self.history
        return self.start + (history.scale.epochs_at(step) if history.started is not None else 0.0)

    def record(self) -> dict[str, Any]:
        """Return the record of the network as the run has left it, or as it is now. Its data must be there."""
        assert self.dataset is not None
        return {**training_record(*self.configs, self.dataset, self.history), **self.facts}

    def record_at(self, step: int) -> dict[str, Any]:
        """Return the record of the network after a step, without the results: they are those of later."""
        history = self.history
        whole = history.scale.place_of(step)[0] if history.started is not None else 0
        return {**self.before, **self.facts, "epochs": whole, "steps": step, "moment": self.place_at(step)}

    def place_at(self, step: int) -> dict[str, float]:
        """Return where a step is, for records: the run's number, the step in it, and the epoch on the common axis."""
        return {"run": self.number, "step": step, "epoch": round(self.epochs_at(step), 3)}

    @property
    def ancestors(self) -> tuple[Branch, ...]:
        """The branches that this one comes from, the nearest first."""
        return () if self.parent is None else (self.parent, *self.parent.ancestors)

    @property
    def can_be_scrubbed(self) -> bool:
        """Whether there is more than one moment to go to."""
        return len(self.moments) >= LEAST_MOMENTS


@dataclass(frozen=True, eq=False)
class PlaceInRun:
    """A moment of a branch."""

    branch: Branch
    moment: Moment


class TimeMachine:
    """The branches of one problem, and the place in them that is shown.

    Attributes
    ----------
    branches : in the order of their starts, the newest last
    branch : the one that the slider runs along, None before the first run
    place : the moment that is shown, None for now
    past : the model of that moment, None for now; its network is changed when another moment is shown
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._count = 0
        self.branches: list[Branch] = []
        self.branch: Branch | None = None
        self.place: PlaceInRun | None = None
        self.past: Model | None = None

    def begin(
        self,
        model: Model,
        history: History,
        configs: tuple[NetworkConfig, TrainConfig],
        dataset: Dataset,
        marks: Marks,
        origin: PlaceInRun | None,
        facts: Mapping[str, Any],
    ) -> Branch:
        """Return the branch of a run that begins with `model`, and show now.

        Parameters
        ----------
        model : with the weights of `origin` where the run goes on from a moment, or of another model
        history : of the run, to be filled
        configs, dataset, marks : of the run
        facts : what its record says besides; where it began in the past, and what it held, are added
        """
        self.back()
        moments = self._archive.open(model.network.parameters.nbytes)
        number = self.next_number()
        parent, start = None, 0.0
        if origin is not None:
            parent, start = origin.branch, origin.branch.epochs_at(origin.moment.step)
        facts = dict(facts)
        if origin is not None:
            facts["branched_from"] = origin.branch.place_at(origin.moment.step)
        if marks.held:
            facts["held"] = marks.held.as_json()
        before = training_record(*configs, dataset, History())
        self.branch = Branch(
            number, moments, history, model, configs, dataset, marks, parent, start, facts, before=before
        )
        self.branches = [*self.branches, self.branch][-MOST_BRANCHES:]
        return self.branch

    def next_number(self) -> int:
        """Count a run of the problem that is not among the branches, and return its number."""
        self._count += 1
        return self._count

    def count_from(self, number: int) -> None:
        """Number the next run after this one, of an earlier start, which may not be in the list yet."""
        self._count = max(self._count, number)

    def take_up(self, earlier: Sequence[Branch]) -> None:
        """Put runs of earlier starts before those there are; what is shown stays."""
        self.branches = [*earlier, *self.branches][-MOST_BRANCHES:]
        for branch in earlier:
            self.count_from(branch.number)
            self._archive.take_up(branch.moments, branch.model.network.parameters.nbytes)
        if self.branch is None and self.branches:
            self.branch = self.branches[-1]

    def end(self) -> PlaceInRun | None:
        """Return the last moment that is kept of the newest run, None where there is none."""
        kept = self.branches[-1].moments.kept if self.branches else ()
        return PlaceInRun(self.branches[-1], kept[-1]) if kept else None

    def choose(self, branch: Branch) -> None:
        """Let the slider run along another branch, of which the end is shown; of the newest, now."""
        self.branch = branch
        if branch is self.branches[-1] or not branch.moments.kept:
            self.back()
        else:
            self.go_to(branch.moments.kept[-1])

    def go_to(self, moment: Moment) -> None:
        """Show a moment of the chosen branch."""
        assert self.branch is not None
        model = self.branch.model
        if self.past is None or not has_shape_of(self.past.network, model.network):
            network = Network(model.network.sizes, model.network.activations, model.network.dtype)
        else:
            network = self.past.network
        np.copyto(network.parameters, moment.parameters)
        self.past = replace(model, network=network, training=self.branch.record_at(moment.step))
        self.place = PlaceInRun(self.branch, moment)

    def calibrate(self, branch: Branch, calibration: Calibration) -> None:
        """Take over the calibration that a run has ended with, for all its moments."""
        branch.model = replace(branch.model, calibration=calibration)
        if self.past is not None and self.place is not None and self.place.branch is branch:
            self.past = replace(self.past, calibration=calibration)

    def back(self) -> None:
        """Show now."""
        self.place = self.past = None
        if self.branches:
            self.branch = self.branches[-1]


def has_shape_of(network: Network, other: Network) -> bool:
    """Return whether two networks have the same layers."""
    return network.sizes == other.sizes and network.activations == other.activations
