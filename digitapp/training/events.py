"""What happens during a run, as plain data, and what a listener may send back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from digitapp.training.config import MAX_LEARNING_RATE, TrainConfig, check_choice, check_number


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The run begins; every step of it is divided into so many parts, see `training.parallel`."""

    epochs: int
    batches_per_epoch: int
    training_samples: int
    validation_samples: int
    parts: int = 1


class BatchDone(NamedTuple):
    """One batch was learned.

    A named tuple, as immutable as the frozen dataclasses beside it: there is one for every batch, and on a network of a
    dozen units making it took a thirtieth of the step as a dataclass, a third of that as a tuple.

    Attributes
    ----------
    epoch : counted from 1
    batch : within the epoch, counted from 1
    step : batches so far in the run
    samples : samples seen so far in the run
    loss, accuracy : mean over the batch, before the step
    learning_rate : used for the step
    """

    epoch: int
    batch: int
    step: int
    samples: int
    loss: float
    accuracy: float
    learning_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class EpochDone:
    """One pass over the training part is complete.

    Attributes
    ----------
    epoch, step : as in `BatchDone`
    train_loss, train_accuracy : means over the epoch's batches, while the network was changing
    validation_loss, validation_accuracy : measured after the epoch; None without a validation part
    confusion : int array (classes, classes), rows are true labels; of the validation part, or else the training part
    predictions : int array (samples,), one for each sample of that part
    seconds : time spent in training so far; the time a listener took is not counted
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    confusion: np.ndarray
    predictions: np.ndarray
    seconds: float


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; the network holds the result."""

    epochs: int
    steps: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PretrainingStep:
    """One batch of the pretraining, before the first `BatchDone`.

    Attributes
    ----------
    layer, layers : the hidden layer that learns, counted from 1, and how many there are
    epoch, epochs : of this layer, counted from 1
    batch, batches : of this epoch, counted from 1
    error : mean squared error of the restored inputs, of one value, over this epoch's samples so far
    """

    layer: int
    layers: int
    epoch: int
    epochs: int
    batch: int
    batches: int
    error: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Settings were changed while the run was under way.

    Attributes
    ----------
    step : batches learned before it
    epoch, batch : whole epochs before it, and batches of the present one
    settings, before : the new values and the former ones, by their names in `TrainConfig`
    batches_per_epoch : of the epochs to come; a batch size is changed where an epoch begins
    """

    step: int
    epoch: int
    batch: int
    settings: Mapping[str, float]
    before: Mapping[str, float]
    batches_per_epoch: int


Event = RunStarted | PretrainingStep | BatchDone | EpochDone | RunFinished | Changed


@dataclass(frozen=True, slots=True)
class SetLearningRate:
    """Use another learning rate from the next batch on.

    Raises
    ------
    ConfigError : not a number above 0 and at most 1000
    """

    learning_rate: float

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, 0, MAX_LEARNING_RATE, above=True)


CHANGEABLE = ("learning_rate", "batch_size", "weight_decay", "input_dropout", "hidden_dropout")
"""The settings that can be changed while a run is under way."""


@dataclass(frozen=True, slots=True)
class Change:
    """Use other settings: a batch size from the next epoch on, all else from the next batch on.

    Attributes
    ----------
    settings : new values by their names in `TrainConfig`

    Raises
    ------
    ConfigError : a value that `TrainConfig` refuses, or a setting that is not among `CHANGEABLE`
    """

    settings: Mapping[str, float]

    def __post_init__(self) -> None:
        for name in self.settings:
            check_choice("change", name, dict.fromkeys(CHANGEABLE))
        values: dict[str, Any] = dict(self.settings)
        TrainConfig(**values)


Command = SetLearningRate | Change
