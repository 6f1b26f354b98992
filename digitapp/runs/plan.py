"""How a run is begun: once for the window, the command line and experiments.

A plan says what network is wanted and what it is to learn; making it, which may take a while, gives a start, from which
any number of runs can begin, each the same to the byte.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.datasets.dataset import FOIL, Dataset
from digitapp.datasets.problems import Problem
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.runs.branches import PlaceInRun
from digitapp.runs.marks import Marks
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.foils import foils_to_go_on, with_foils
from digitapp.training.loop import Run, begin
from digitapp.training.presets import build_network, empty_network, start_from
from digitapp.training.run_state import RunState

_MADE_AT_ONCE = 300_000  # parameters: about 4 ms
MOST_SEEDS = 20
"""So many seeds tell apart what is worth telling apart; more are for the command line."""


@dataclass(frozen=True)
class Repeat:
    """What an experiment is called, and the seeds that it is repeated with.

    Attributes
    ----------
    name : of all its runs in the list of runs; "" for the beginning of the first one's key
    seeds : of its runs in their order, one at least

    Raises
    ------
    ValueError : no seed, or one of them twice
    """

    name: str
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds that are all different are needed, not {self.seeds}")


@dataclass(frozen=True, eq=False)
class Plan:
    """A network that was asked for.

    Attributes
    ----------
    problem, network, config : what it is for, with the classes that a new one is to tell apart; its
        layers; how it learns
    source : the model whose weights it begins with, or None for random ones
    dataset : the data to train it with, or None when it is only to be shown
    paused : whether the training is to rest after its first batch
    marks : the units that the training leaves as they are
    origin : the moment of an earlier run that it goes on from
    after : where that run has ended, if it goes on from its end: it goes on as that one would have
    repeat : the seeds that it is trained with one after the other, of which `config` has the first; None for that alone
    """

    problem: Problem
    network: NetworkConfig
    config: TrainConfig
    source: Model | None = None
    dataset: Dataset | None = None
    paused: bool = False
    marks: Marks = Marks()  # noqa: RUF009 - it never changes
    origin: PlaceInRun | None = None
    after: RunState | None = None
    repeat: Repeat | None = None

    @property
    def calibration(self) -> Calibration:
        """That of the source; it does not hold for a network with another loss."""
        if self.source is None or self.config.loss != self.source.loss:
            return UNCALIBRATED
        return self.source.calibration

    @property
    def foils(self) -> int:
        """How many drawings that are no digits are mixed into the data, unless these bring their own."""
        if self.source is None or self.dataset is None or (self.dataset.train.labels == FOIL).any():
            return 0
        return foils_to_go_on(self.source.training, self.calibration, len(self.dataset.train))

    @property
    def facts(self) -> dict[str, Any]:
        """What the record of the trained network says of where it began and what was mixed in."""
        began = {"start_from": self.source.name} if self.source is not None and self.source.name else {}
        foils = {"foils": self.foils} if self.foils else {}
        seeds = self.repeat.seeds if self.repeat is not None else ()
        return {**began, **foils, **({"seeds": list(seeds)} if len(seeds) > 1 else {})}

    @property
    def takes_time(self) -> bool:
        """Whether making it would hold up the window."""
        if self.foils:
            return True
        if self.source is not None:
            return self.source.network.parameter_count > 10 * _MADE_AT_ONCE
        problem = self.problem
        return self.network.parameter_count(problem.features, problem.classes) > _MADE_AT_ONCE

    def make(self, cancelled: threading.Event | None = None) -> Start:
        """Return the network that was asked for, and what it is to learn from.

        Raises
        ------
        ConfigError : it would be too large, or its layers are not those of the source
        GenerationCancelled : `cancelled` said so
        """
        problem, config = self.problem, self.config
        if self.source is None:
            rng = np.random.default_rng(config.seed)
            network = build_network(problem.features, problem.classes, self.network, config.loss, rng)
        else:
            classes = self.source.network.sizes[-1]  # perhaps fewer than the problem has
            network = empty_network(problem.features, classes, self.network, config.loss)
            start_from(network, self.source.network)
        # What is shown is the network as it is used; only the one in training is normalised batch by batch.
        shown = Model(
            network.folded(),
            config.loss,
            problem.key,
            problem.class_names if self.source is None else self.source.class_names,
            problem.preprocessing,
            {"foils": self.foils} if self.foils else {},
            calibration=self.calibration,
        )
        dataset = self.dataset and with_foils(self.dataset, self.foils, config.seed, cancelled)
        return Start(self, network, shown, dataset)


@dataclass(frozen=True, eq=False)
class Start:
    """What a plan has become.

    Attributes
    ----------
    network : the one to train
    shown : the model to show meanwhile, which shares no memory with it
    dataset : the plan's, with the foils that belong to it
    """

    plan: Plan
    network: Network
    shown: Model
    dataset: Dataset | None

    def begin(self, network: Network | None = None) -> Run:
        """Return the run, which changes the start's network, or a copy of it that is given instead.

        Raises
        ------
        ValueError : the plan has no data to learn from, or holds units that the network does not have
        DataMismatch, DataNotFinite : the data do not fit
        """
        if self.dataset is None:
            raise ValueError("this plan has no data to learn from")
        plan = self.plan
        rng = np.random.default_rng(plan.config.seed)
        network = self.network if network is None else network
        return begin(network, self.dataset, plan.config, rng, plan.marks.held, plan.after)
