"""What a run or a network with fresh weights starts from, made beside the window when it is large."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from digitapp.calibration import UNCALIBRATED
from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import Problem
from digitapp.gui.marks import Marks
from digitapp.gui.time_machine import Place
from digitapp.modelfile import Model
from digitapp.nn.network import Network
from digitapp.training.config import NetworkConfig, TrainConfig
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
    def is_large(self) -> bool:
        """Whether making it would hold up the window."""
        if self.source is not None:
            return self.source.network.parameter_count > 10 * _MADE_AT_ONCE
        problem = self.problem
        return self.network.parameter_count(problem.features, problem.classes) > _MADE_AT_ONCE

    def make(self) -> Start:
        """Return the network that was asked for. Raises ConfigError where it would be too large."""
        problem, loss = self.problem, self.config.loss
        if self.source is not None:
            network, calibration = self.source.network.copy(), self.source.calibration
            if loss != self.source.loss:
                calibration = UNCALIBRATED
            shown = replace(self.source, network=network, loss=loss, training={}, name="", calibration=calibration)
        else:
            rng = np.random.default_rng(self.config.seed)
            network = build_network(problem.features, problem.classes, self.network, loss, rng)
            shown = Model(network, loss, problem.key, problem.class_names, problem.preprocessing)
        # What is shown is the network as it is used; only the one in training is normalised batch by batch.
        return Start(self, network, replace(shown, network=network.folded()))


@dataclass(frozen=True, eq=False)
class Start:
    """The network to train, and the model to show meanwhile, which shares no memory with it."""

    plan: Plan
    network: Network
    shown: Model
