"""What a run or a network with fresh weights starts from, made beside the window when it is large."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from digitapp.calibration import UNCALIBRATED, Calibration
from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Problem
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.runs.branches import Place
from digitapp.runs.marks import Marks
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.foils import foils_to_go_on, with_foils
from digitapp.training.presets import build_network

_MADE_AT_ONCE = 300_000  # parameters: about 4 ms


@dataclass(frozen=True, eq=False)
class Plan:
    """A network that was asked for.

    Attributes
    ----------
    source : the model to go on with, or None for random weights
    dataset : the data to train it with, or None when it is only to be shown
    paused : whether the training is to rest after its first batch
    marks : the units that the training leaves as they are
    origin : the moment of an earlier run that it goes on from
    """

    problem: Problem
    network: NetworkConfig
    config: TrainConfig
    source: Model | None = None
    dataset: Dataset | None = None
    paused: bool = False
    marks: Marks = Marks()  # noqa: RUF009 - it never changes
    origin: Place | None = None

    @property
    def calibration(self) -> Calibration:
        """That of the source; it does not hold for a network with another loss."""
        if self.source is None or self.config.loss != self.source.loss:
            return UNCALIBRATED
        return self.source.calibration

    @property
    def foils(self) -> int:
        """How many drawings that are no digits are mixed into the data."""
        if self.source is None or self.dataset is None:
            return 0
        return foils_to_go_on(self.source.training, self.calibration, len(self.dataset.train))

    @property
    def facts(self) -> dict[str, Any]:
        """What the record of the trained network says of where it began and what was mixed in."""
        began = {"start_from": self.source.name} if self.source is not None and self.source.name else {}
        return {**began, "foils": self.foils} if self.foils else began

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
        ConfigError : it would be too large
        GenerationCancelled : `cancelled` said so
        """
        problem, loss, foils = self.problem, self.config.loss, self.foils
        if self.source is not None:
            network = self.source.network.copy()
            record = {"foils": foils} if foils else {}
            shown = replace(
                self.source, network=network, loss=loss, training=record, name="", calibration=self.calibration
            )
        else:
            rng = np.random.default_rng(self.config.seed)
            network = build_network(problem.features, problem.classes, self.network, loss, rng)
            shown = Model(network, loss, problem.key, problem.class_names, problem.preprocessing)
        # What is shown is the network as it is used; only the one in training is normalised batch by batch.
        dataset = self.dataset and with_foils(self.dataset, foils, self.config.seed, cancelled)
        return Start(self, network, replace(shown, network=network.folded()), dataset)


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
