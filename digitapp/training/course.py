"""What the course of a training says: it goes nowhere any more, to and fro, or learns its samples by heart.

Read from what every epoch ended with alone, so that it can be asked while a run is under way; whoever shows the facts
finds the words. Goodfellow, Bengio, Courville, "Deep Learning" (2016), sections 7.8, 8.2 and 11.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.nn import OPTIMIZERS
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.history import History
from digitapp.training.remedies import A_FEW_UNITS, Remedy, earlier_end, quicker, slower

MOST_EPOCHS = 1000
"""That are looked at, evenly spread: the course of a million is the same."""
LEAST_STEPS, LEAST_EPOCHS = 100, 6
STUCK_SHARE, STUCK_GAIN, STUCK_MISREAD = 0.4, 0.01, 0.25
"""Stuck: in this last share of its epochs the best loss has become less by no more than this; so much is misread."""
SWINGS, SWUNG, SWINGING_MISREAD = 8, 0.2, 0.1
"""Oscillates: over so many epochs the loss goes up and down, by this share of itself a time, and so much is misread."""
RISEN, RISEN_BY, FALLEN = 1.25, 0.05, 0.9
"""Overfits: the validation loss is so many times its best, and worse by this share of what knowing nothing costs, while
the training loss has fallen to this share of what it was then."""
_MUCH = 0.9  # of the loss of a network that knows nothing: it has hardly begun to learn
_PATIENCE = 3


@dataclass(frozen=True)
class Stuck:
    """The loss falls no more, and much is misread.

    Attributes
    ----------
    since : the epoch from which on it has not become better
    loss : the mean training loss of the last epoch
    misread : share of the training samples
    """

    since: int
    loss: float
    misread: float


@dataclass(frozen=True)
class Oscillates:
    """The loss goes up and down from epoch to epoch and becomes no better.

    Attributes
    ----------
    low, high : between which it goes
    misread : share of the training samples
    """

    low: float
    high: float
    misread: float


@dataclass(frozen=True)
class Overfits:
    """The validation loss has risen since an epoch while the training loss went on falling.

    Attributes
    ----------
    since : the epoch with the best validation loss
    best, last : the validation loss then and now
    """

    since: int
    best: float
    last: float


CourseFinding = Stuck | Oscillates | Overfits


def look_at_course(history: History, config: TrainConfig, ignorance: float) -> list[CourseFinding]:
    """Return what is wrong with a run's course so far; nothing of one that has hardly begun.

    Parameters
    ----------
    ignorance : the loss of a network that knows nothing
    """
    if history.last_batch is None or history.last_batch.step < LEAST_STEPS or len(history.epochs) < LEAST_EPOCHS:
        return []
    columns = {name: history.epochs.column(name, MOST_EPOCHS) for name in history.epochs.columns}
    epochs, losses = columns["epoch"], columns["train_loss"]
    misread = 1 - float(columns["train_accuracy"][-1])
    found: list[CourseFinding | None] = [_oscillates(losses, misread)]
    if found[0] is None:
        found.append(_stuck(epochs, losses, misread))
    if config.patience == 0 and not _grows_with_weights(config):
        found.append(_overfits(epochs, losses, columns["validation_loss"], ignorance))
    return [finding for finding in found if finding is not None]


def _stuck(epochs: NDArray[np.float64], losses: NDArray[np.float64], misread: float) -> Stuck | None:
    window = max(LEAST_EPOCHS - 1, math.ceil(STUCK_SHARE * len(losses)))
    if misread < STUCK_MISREAD or len(losses) <= window:
        return None
    before, now = float(losses[:-window].min()), float(losses[-window:].min())
    if not now > (1 - STUCK_GAIN) * before:
        return None
    since = int(np.argmax(losses <= (1 + STUCK_GAIN) * min(before, now)))
    return Stuck(int(epochs[since]), float(losses[-1]), misread)


def _oscillates(losses: NDArray[np.float64], misread: float) -> Oscillates | None:
    recent = losses[-SWINGS:]
    if misread < SWINGING_MISREAD or len(losses) < SWINGS + 2:
        return None
    changes = np.diff(recent)
    turns = int((changes[1:] * changes[:-1] < 0).sum())
    half = SWINGS // 2
    goes_nowhere = float(recent[half:].mean()) > 0.9 * float(recent[:half].mean())
    if turns < SWINGS - 3 or np.abs(changes).mean() < SWUNG * recent.mean() or not goes_nowhere:
        return None
    return Oscillates(float(recent.min()), float(recent.max()), misread)


def _overfits(
    epochs: NDArray[np.float64], losses: NDArray[np.float64], validation: NDArray[np.float64], ignorance: float
) -> Overfits | None:
    if not np.isfinite(validation).all():
        return None
    at = int(validation.argmin())
    best, last = float(validation[at]), float(np.median(validation[-3:]))
    if len(validation) - 1 - at < max(3, len(validation) // 10):
        return None
    has_risen = last > RISEN * best and last > best + RISEN_BY * ignorance
    return Overfits(int(epochs[at]), best, last) if has_risen and losses[-1] < FALLEN * losses[at] else None


def remedies_for_course(
    finding: CourseFinding, network: NetworkConfig, config: TrainConfig, ignorance: float
) -> tuple[Remedy, ...]:
    """Return what to try, the best first, of settings that are not so yet."""
    found: list[Remedy] = []
    if isinstance(finding, Overfits):
        found = [earlier_end(config, _PATIENCE), Remedy("l2", max(10 * config.l2, 0.001))]
    elif isinstance(finding, Oscillates):
        found = [slower(config)]
    else:
        held = next((name for name in ("l2", "l1", "weight_decay") if getattr(config, name) > 0.005), None)
        if held is not None:
            found.append(Remedy(held, getattr(config, held) / 10))
        if not network.hidden and not _grows_with_weights(config):
            found.append(Remedy("hidden", A_FEW_UNITS))
        elif finding.loss > _MUCH * ignorance and OPTIMIZERS[config.optimizer].uses_gradient:
            found.append(quicker(config))
        else:
            found += [slower(config), Remedy("hidden", tuple(2 * units for units in network.hidden))]
    return tuple(remedy for remedy in found if remedy.changes(network, config))


def _grows_with_weights(config: TrainConfig) -> bool:
    """Return whether a loss says how long the weights are as well: that of the perceptron, of a single layer."""
    return config.loss == "perceptron"
