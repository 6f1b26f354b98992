"""What a walk through a step can follow: samples of a data set, and the settings that a network was trained with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import FOIL, Dataset
from digitapp.gui.state.snapshot import Snapshot
from digitapp.runs.branches import Branch, TimeMachine
from digitapp.training.config import ConfigError, TrainConfig
from digitapp.training.presets import usual_configs

FEW_SAMPLES = 1_000
"""Of so few samples all can be learned together, and C_T is counted at once."""


def samples_in_order(dataset: Dataset) -> NDArray[np.int64]:
    """Return the indices of the samples to be followed: of few all of them, class by class, else those that train."""
    labels = dataset.train.labels
    if len(labels) <= FEW_SAMPLES:
        return np.argsort(dataset.all_but_test.labels, kind="stable")
    return np.flatnonzero(labels != FOIL)


def sample_at(dataset: Dataset, index: int) -> tuple[NDArray[np.floating], int]:
    """Return inputs (features,) and label of a sample; those for validation are counted after those that train."""
    part = dataset.train
    if index >= len(part) and dataset.validation is not None:
        part, index = dataset.validation, index - len(part)
    return part.inputs[index], int(part.labels[index])


def settings_of(shown: Snapshot, branch: Branch | None, machine: TimeMachine) -> TrainConfig:
    """Return the settings that the shown network was trained with, as far as they hold for a step by hand.

    Parameters
    ----------
    branch : the run that the steps by hand belong to already, if any
    machine : that knows the runs of an own network
    """
    if branch is None and shown.place is not None:
        branch = shown.place.branch
    if branch is None and shown.entry.origin == "own" and machine.branches:
        branch = machine.branches[-1]
    config = branch.configs[1] if branch is not None else _recorded(shown.model.training)
    if config is None:
        config = usual_configs(shown.problem)[1]
    return replace(config, loss=shown.model.loss, augmentation={}, patience=0, pretrain_epochs=0)


def _recorded(training: Mapping[str, Any]) -> TrainConfig | None:
    """Return the settings in a model's record, None where there are none that can be used."""
    config = training.get("config")
    if not isinstance(config, dict):
        return None
    known = {each.name for each in fields(TrainConfig)}
    try:
        return TrainConfig(**{name: value for name, value in config.items() if name in known})
    except (ConfigError, TypeError):
        return None
