"""Going back in training: the runs of one problem with the moments kept of each, and the moment that is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from digitapp.gui.marks import Marks
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.history import History
from digitapp.training.moments import LEAST_MOMENTS, Archive, Moment, Moments

MOST_BRANCHES = 12  # older ones leave the list


@dataclass(eq=False)
class Branch:
    """One run: what it learned with, how it went, and what is kept of it.

    Attributes
    ----------
    number : counted from 1 in the order of their starts
    model : what its networks are like, all but the parameters
    marks : the units that it left as they were
    parent : the branch that this one set out from, None for one that began with other weights
    start : where it began, in epochs since the start of the first of its ancestors
    """

    number: int
    moments: Moments
    history: History
    model: Model
    configs: tuple[NetworkConfig, TrainConfig]
    marks: Marks = Marks()  # noqa: RUF009 - it never changes
    parent: Branch | None = None
    start: float = 0.0

    def epochs_at(self, step: int) -> float:
        """Return where a step is on the common axis, in epochs."""
        started = self.history.started
        return self.start + (step / started.batches_per_epoch if started is not None else 0.0)

    @property
    def ancestors(self) -> tuple[Branch, ...]:
        """The branches that this one comes from, the nearest first."""
        return () if self.parent is None else (self.parent, *self.parent.ancestors)

    @property
    def can_be_scrubbed(self) -> bool:
        """Whether there is more than one moment to go to."""
        return len(self.moments) >= LEAST_MOMENTS


@dataclass(frozen=True, eq=False)
class Place:
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
        self.place: Place | None = None
        self.past: Model | None = None

    def begin(
        self,
        model: Model,
        history: History,
        configs: tuple[NetworkConfig, TrainConfig],
        marks: Marks,
        origin: Place | None,
    ) -> Branch:
        """Return the branch of a run that begins with `model`, at `origin` where it goes on from a moment; show now."""
        self.back()
        moments = self._archive.open(model.network.parameters.nbytes)
        self._count += 1
        parent, start = None, 0.0
        if origin is not None:
            parent, start = origin.branch, origin.branch.epochs_at(origin.moment.step)
        self.branch = Branch(self._count, moments, history, model, configs, marks, parent, start)
        self.branches = [*self.branches, self.branch][-MOST_BRANCHES:]
        return self.branch

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
            self.past = replace(model, network=network, training={})
        elif self.place is None or self.place.branch is not self.branch:
            self.past = replace(model, network=self.past.network, training={})
        np.copyto(self.past.network.parameters, moment.parameters)
        self.place = Place(self.branch, moment)

    def back(self) -> None:
        """Show now."""
        self.place = self.past = None
        if self.branches:
            self.branch = self.branches[-1]


def has_shape_of(network: Network, other: Network) -> bool:
    """Return whether two networks have the same layers."""
    return network.sizes == other.sizes and network.activations == other.activations
