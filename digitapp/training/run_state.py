"""How far a run is: what a checkpoint saves of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitapp.nn import OPTIMIZERS, Network
from digitapp.nn.optimizer import Optimizer
from digitapp.training.config import TrainConfig


@dataclass(slots=True, eq=False)
class RunState:
    """How far a run is: all that the rest of it depends on besides the data and the settings. A checkpoint saves this.

    Attributes
    ----------
    network, optimizer : changed in place
    learning_rate : the base rate, which the schedule multiplies
    kept : states of the network, by name: the last good one and that being tried, the best for `patience`, the average
    parts : into how many parts a step is divided, which decides how sums are rounded
    silencing : draws the units that dropout silences
    shuffling : of the generator that shuffles, its state at the beginning of the present epoch
    pretraining : of the generator for the pretraining, its state at the beginning
    augmentation_seed : that the variations of the inputs are drawn with
    epoch : epochs completed
    batch : batches learned in the present epoch
    step, samples : batches learned and samples seen in the run
    seconds : time spent in training so far, without the time a listener took
    epoch_loss, epoch_right : sums over the samples of the present epoch
    last_loss : of the last batch, None before the first
    best_loss, epochs_since_best : for `patience`
    is_pretrained : whether the pretraining, if one was asked for, is done
    """

    network: Network
    optimizer: Optimizer
    learning_rate: float
    kept: dict[str, np.ndarray]
    parts: int
    silencing: np.random.Generator
    shuffling: Mapping[str, Any]
    pretraining: Mapping[str, Any]
    augmentation_seed: int
    epoch: int = 0
    batch: int = 0
    step: int = 0
    samples: int = 0
    seconds: float = 0.0
    epoch_loss: float = 0.0
    epoch_right: int = 0
    last_loss: float | None = None
    best_loss: float = math.inf
    epochs_since_best: int = 0
    is_pretrained: bool = False

    @classmethod
    def at_start(cls, network: Network, config: TrainConfig, rng: np.random.Generator, parts: int) -> RunState:
        """Return the state of a run that begins."""
        shuffling, silencing, pretraining, augmenting = rng.spawn(4)
        names = ["good", "candidate"] + ["best"] * (config.patience > 0) + ["average"] * (config.averaging > 0)
        return cls(
            network,
            OPTIMIZERS[config.optimizer](network.parameters, **config.optimizer_arguments()),
            config.learning_rate,
            {name: network.state.copy() for name in names},
            parts,
            silencing,
            shuffling.bit_generator.state,
            pretraining.bit_generator.state,
            int(augmenting.integers(2**63)),
            is_pretrained=config.pretrain_epochs == 0,
        )

    def go_on_from(self, before: RunState) -> None:
        """Begin as a longer run `before` would go on: with its optimiser's state, and its random numbers from where it
        left them. An optimiser of another kind, or for other parameters, begins afresh.

        The network is not touched: whoever begins this run has given it the weights.
        """
        old, new = before.optimizer, self.optimizer
        shapes = [{name: vector.shape for name, vector in optimizer.state.items()} for optimizer in (old, new)]
        if type(old) is not type(new) or shapes[0] != shapes[1]:
            return
        for name, vector in new.state.items():
            np.copyto(vector, old.state[name])
        new.steps = old.steps
        self.silencing.bit_generator.state = before.silencing.bit_generator.state
        self.shuffling = before.shuffling
