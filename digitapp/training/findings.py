"""What is wrong with data or with a run that went nowhere, as facts: whoever shows them finds the words.

A run that ends with an accuracy of 9.9 % is not simply finished. `look_at_data` looks before it begins,
`look_at_run` when it has ended.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network
from digitapp.nn.activations import ACTIVATIONS
from digitapp.nn.losses import one_hot
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.course import (
    LEAST_EPOCHS,
    MOST_EPOCHS,
    CourseFinding,
    Oscillates,
    Overfits,
    Stuck,
    look_at_course,
    remedies_for_course,
)
from digitapp.training.history import History
from digitapp.training.remedies import (
    A_FEW_UNITS,
    Remedy,
    gentler_rate,
    other_activation,
    other_start,
    quicker_rate,
    shorter_gradients,
)

LEAST_STEPS = 100
"""Of a run that has hardly begun nothing is said but that its loss is absurd."""
DOUBTS = 3.0
"""Standard deviations of a guesser's luck above which an accuracy is better than guessing."""
ABSURD_LOSS, ABSURD_PEAK = 10.0, 1e4
"""Times the loss of a network that knows nothing: of the last epoch, and of any batch of a run that never recovered."""
RISING_EPOCHS, RISEN = 3, 2.0
"""A loss that has risen in so many epochs one after the other, and is now so many times what knowing nothing costs."""
LEAST_MISREAD = 0.1
"""The share of misread samples from which it matters whether their errors reach the weights."""
_NO_SLOPE = 1e-8
_LITTLE = 0.97  # of the loss of a network that knows nothing: it has learned something
_LOOKED_AT = 2000  # samples
_INKED_EDGE, _LESS_INSIDE = 0.5, 0.03  # from where on the edge is paper, and how much less of it is inside
_LEAST_SIDE = 8  # smaller pictures are nothing but edge


@dataclass(frozen=True)
class Reversed:
    """The pictures are dark on light, while a network here learns ink = 1 on paper = 0.

    Attributes
    ----------
    edge, middle : mean value of the outermost pixels and of the others
    """

    edge: float
    middle: float


@dataclass(frozen=True)
class RanAway:
    """The loss became absurd: the steps were too large.

    Attributes
    ----------
    peak : the largest loss of a batch
    step : where it was, counted from 1
    last : the mean loss of the last epoch
    ignorance : the loss of a network that knows nothing
    learning_rate : of the last batch
    """

    peak: float
    step: int
    last: float
    ignorance: float
    learning_rate: float


@dataclass(frozen=True)
class Guesses:
    """The network is no better than saying the most frequent class every time.

    Attributes
    ----------
    accuracy : share of the samples that are read right
    guess : what always saying the most frequent class gives
    part : "validation", or "train" where there is no validation part
    samples : how many there are
    """

    accuracy: float
    guess: float
    part: str
    samples: int


@dataclass(frozen=True)
class CutOff:
    """The errors of misread samples do not reach the weights of some layers, so that these learn nothing any more.

    Attributes
    ----------
    layers : of weights, counted from 1
    of : how many layers of weights there are
    misread : share of the training samples that are misread
    """

    layers: tuple[int, ...]
    of: int
    misread: float


Finding = Reversed | RanAway | Guesses | CutOff | CourseFinding

_KINDS: dict[type, str] = {
    Reversed: "reversed",
    RanAway: "ran away",
    Guesses: "guesses",
    CutOff: "cut off",
    Stuck: "stuck",
    Oscillates: "oscillates",
    Overfits: "overfits",
}


def as_record(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON values, for the record of a training; `kind` says which it is."""
    return {"kind": _KINDS[type(finding)], **asdict(finding)}


def look_at_data(dataset: Dataset) -> list[Finding]:
    """Return what is wrong with the pictures of a data set, from the first few thousand of them."""
    problem = dataset.problem
    if not problem.is_drawn or min(problem.shape) < _LEAST_SIDE:
        return []
    pictures = dataset.train.without_foils().inputs[:_LOOKED_AT].reshape(-1, *problem.shape)
    inner = pictures[:, 1:-1, 1:-1]
    middle = float(inner.mean())
    edge = (float(pictures.sum(dtype=np.float64)) - float(inner.sum(dtype=np.float64))) / (pictures.size - inner.size)
    return [Reversed(edge, middle)] if edge > _INKED_EDGE and edge - middle > _LESS_INSIDE else []


def look_at_run(network: Network, dataset: Dataset, config: TrainConfig, history: History) -> list[Finding]:
    """Return why a run went nowhere, causes first; nothing for one that learned.

    Parameters
    ----------
    network : as it is used, after the run
    dataset, config : what it learned from, and how
    history : what the run reported; of a resumed run the part since then
    """
    epoch = history.last_epoch
    if epoch is None or history.last_batch is None:
        return []
    found: list[Finding | None] = [_ran_away(dataset, config, history)]
    if history.last_batch.step >= LEAST_STEPS:
        found.append(_guesses(dataset, epoch.train_accuracy, epoch.validation_accuracy))
        found.append(_cut_off(network, dataset.train.without_foils(), config))
    causes = [finding for finding in found if finding is not None]
    return causes or [*look_at_course(history, config, loss_of_ignorance(config.loss, dataset.train))]


def look_on_the_way(dataset: Dataset, config: TrainConfig, history: History, ignorance: float) -> list[Finding]:
    """Return what is wrong with a run that is under way, causes first, as far as its epochs tell.

    It costs a millisecond at most, however long the run is.

    Parameters
    ----------
    dataset, config, history : as for `look_at_run`
    ignorance : what `loss_of_ignorance` says, which is the same for the whole run
    """
    epoch, batch = history.last_epoch, history.last_batch
    if epoch is None or batch is None or batch.step < LEAST_STEPS:
        return []
    worst = float(history.epochs.column("train_loss", MOST_EPOCHS).max())
    if worst > ABSURD_LOSS * max(ignorance, history.loss.value(0)) and epoch.train_loss > ignorance / 2:
        return [RanAway(worst, batch.step, epoch.train_loss, ignorance, batch.learning_rate)]
    guesses = None
    if len(history.epochs) >= LEAST_EPOCHS:
        guesses = _guesses(dataset, epoch.train_accuracy, epoch.validation_accuracy)
    return [guesses] if guesses is not None else [*look_at_course(history, config, ignorance)]


def _ran_away(dataset: Dataset, config: TrainConfig, history: History) -> RanAway | None:
    losses, epochs = history.loss.values, history.epochs.column("train_loss")
    assert history.last_batch is not None
    ignorance = loss_of_ignorance(config.loss, dataset.train)
    # Weights may begin large: that is no fault of the steps.
    reference = max(ignorance, float(losses[0]))
    peak, last = float(losses.max()), float(epochs[-1])
    recent = epochs[-RISING_EPOCHS - 1 :]
    rises = len(recent) > RISING_EPOCHS and bool((np.diff(recent) > 0).all()) and last > RISEN * reference
    never_recovered = peak > ABSURD_PEAK * reference and last > ignorance / 2
    if not (rises or never_recovered or last > ABSURD_LOSS * reference):
        return None
    return RanAway(peak, int(losses.argmax()) + 1, last, ignorance, history.last_batch.learning_rate)


def loss_of_ignorance(loss: str, split: Split) -> float:
    """Return the mean loss of a network whose output layer has sums of 0, whatever the input.

    It is a few thousandths at least: some losses cost nothing then.
    """
    labels = split.without_foils().labels[:_LOOKED_AT]
    sums = np.zeros((len(labels), int(labels.max()) + 1))
    outputs = np.empty_like(sums)
    ACTIVATIONS[LOSSES[loss].output_activation].value(sums, outputs)
    return max(LOSSES[loss].value_and_gradient(outputs, labels)[0], 1e-3)


def _guesses(dataset: Dataset, train_accuracy: float, validation_accuracy: float | None) -> Guesses | None:
    """Return what guessing would give, unless one of the parts is read better than luck would have it."""
    found = None
    for name, part, accuracy in (
        ("train", dataset.train.without_foils(), train_accuracy),
        ("validation", dataset.validation, validation_accuracy),
    ):
        if part is None or accuracy is None:
            continue
        guess = float(np.bincount(part.labels).max()) / len(part)
        if accuracy > guess + DOUBTS * math.sqrt(guess * (1 - guess) / len(part)):
            return None
        found = Guesses(accuracy, guess, name, len(part))
    return found


def _cut_off(network: Network, train: Split, config: TrainConfig) -> CutOff | None:
    """Return the layers whose weights get no gradient from the samples that are misread."""
    if not OPTIMIZERS[config.optimizer].uses_gradient or not np.isfinite(network.parameters).all():
        return None
    inputs, labels = train.inputs[:_LOOKED_AT], train.labels[:_LOOKED_AT]
    wrong = network.forward(inputs).argmax(axis=1) != labels
    misread = float(wrong.mean())
    if misread < LEAST_MISREAD:
        return None
    probe = Backpropagation(network, LOSSES[config.loss], int(wrong.sum()))
    probe.inputs[:] = inputs[wrong]
    probe.targets[:] = one_hot(labels[wrong], network.sizes[-1], network.dtype)
    with np.errstate(all="ignore"):
        probe()
        largest = [float(np.abs(probe.slopes(layer).weights).max()) for layer in range(len(network.weights))]
    layers = tuple(layer + 1 for layer, slope in enumerate(largest) if slope <= _NO_SLOPE)
    return CutOff(layers, len(largest), misread) if layers else None


def remedies_for_run(
    finding: Finding, network: NetworkConfig, config: TrainConfig, history: History, ignorance: float
) -> tuple[Remedy, ...]:
    """Return what to try after a run of which something was found, the best first; nothing where settings do not help.

    Parameters
    ----------
    network, config : the settings of the run
    ignorance : what `loss_of_ignorance` says
    """
    epoch, batch = history.last_epoch, history.last_batch
    rate = batch.learning_rate if batch is not None else config.learning_rate
    found: tuple[Remedy, ...] = ()
    if isinstance(finding, RanAway):
        found = Remedy("learning_rate", gentler_rate(rate)), shorter_gradients()
    elif isinstance(finding, Guesses):
        has_begun = epoch is not None and epoch.train_loss < _LITTLE * ignorance
        rate_to_try = gentler_rate(rate) if has_begun else quicker_rate(rate)
        found = (Remedy("learning_rate", rate_to_try), other_start(network))
        if not network.hidden and config.loss != "perceptron":
            found = (Remedy("hidden", A_FEW_UNITS), found[0])
    elif isinstance(finding, CutOff):
        found = Remedy("learning_rate", gentler_rate(rate)), other_activation(network)
    elif not isinstance(finding, Reversed):
        found = remedies_for_course(finding, network, config, ignorance)
    return tuple(remedy for remedy in found if remedy.changes(network, config))
