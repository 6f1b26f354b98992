"""The learning rate is turned up until units die: the same network is trained with one rate after the other.

A unit is dead where its slope is nothing for every sample: no gradient comes through it any more, so nothing can bring
it back. With ReLU that happens when one large step makes its weighted sum negative for all of the data; see the notes
of Stanford's CS231n, "Neural Networks Part 1".
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.handwriting import generate
from digitapp.nn import ACTIVATIONS, Network
from digitapp.progress import Report
from digitapp.training.config import MAX_SEED, NetworkConfig, TrainConfig, check_choice, check_whole
from digitapp.training.errors import TrainingDiverged
from digitapp.training.evaluate import evaluate
from digitapp.training.events import BatchDone
from digitapp.training.loop import train
from digitapp.training.presets import build_network

DEAD = 1e-3
"""A unit whose slope stays below this for every sample is dead. ReLU's is exactly 0 then; a sigmoid's never is."""
RATES = (0.03, 0.06, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
MOST_ACTIVATIONS = 4
MOST_UNITS = 200
MOST_EPOCHS = 20
DIGITS = 1200
BATCH_SIZE = 20

_MEASURED_EVERY = 10  # batches


@dataclass(frozen=True)
class Trial:
    """What is tried.

    Attributes
    ----------
    activations : keys of `ACTIVATIONS`, each tried with every rate
    units : of the one hidden layer
    epochs : passes over the training part
    initializer : key of `INITIALIZERS`
    seed : of weights and batches, the same for all runs

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    activations: tuple[str, ...] = ("relu", "leaky_relu", "maxout2", "sigmoid")
    units: int = 50
    epochs: int = 3
    initializer: str = "he"
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "activations", tuple(self.activations))
        check_whole("activations", len(self.activations), 1, MOST_ACTIVATIONS)
        for activation in self.activations:
            check_choice("activations", activation, ACTIVATIONS)
        check_whole("units", self.units, 1, MOST_UNITS)
        check_whole("epochs", self.epochs, 1, MOST_EPOCHS)
        check_whole("seed", self.seed, 0, MAX_SEED)
        self.shape(self.activations[0])

    def shape(self, activation: str) -> NetworkConfig:
        """Return the layers of the networks with an activation."""
        return NetworkConfig(hidden=(self.units,), activation=activation, initializer=self.initializer)

    def config(self, rate: float) -> TrainConfig:
        """Return how a network learns at a rate: by plain SGD, which takes the whole of it."""
        return TrainConfig(
            optimizer="sgd", learning_rate=rate, batch_size=BATCH_SIZE, epochs=self.epochs, seed=self.seed, threads=1
        )

    @property
    def runs(self) -> list[tuple[str, float]]:
        """Every activation with every rate, the lowest rates first."""
        return [(activation, rate) for rate in RATES for activation in dict.fromkeys(self.activations)]


@dataclass(frozen=True, eq=False)
class Course:
    """How one network fared.

    Attributes
    ----------
    activation, rate : what it was trained with
    steps : (measures,), batches learned at each measure, 0 for the beginning
    dead : (measures,), how many of its hidden units were dead then
    accuracy : at the end, of the validation part
    diverged_at : the batch at which its numbers overflowed, None where they did not; the counts end there, and the
        accuracy is that of the last good ones
    """

    activation: str
    rate: float
    steps: NDArray[np.int64]
    dead: NDArray[np.int64]
    accuracy: float
    diverged_at: int | None = None

    @property
    def first_death(self) -> int | None:
        """The batch by which the first unit had died, None where none has."""
        there = np.flatnonzero(self.dead > self.dead[0])
        return int(self.steps[there[0]]) if len(there) else None


@dataclass(frozen=True, eq=False)
class TrialResult:
    """The courses of a trial."""

    trial: Trial
    courses: dict[tuple[str, float], Course]

    def of(self, activation: str) -> list[Course]:
        """Return the courses of an activation, the lowest rate first."""
        return [self.courses[activation, rate] for rate in RATES]

    def safe_rate(self, activation: str) -> float | None:
        """Return the highest rate up to which no unit died and no number overflowed, None where even the lowest did."""
        safe = None
        for course in self.of(activation):
            if course.dead[-1] > course.dead[0] or course.diverged_at is not None:
                break
            safe = course.rate
        return safe


@lru_cache(maxsize=1)
def digits() -> Dataset:
    """Return the handwriting that comes with the program, enough of it to be learned in a moment: 1,000 to train on."""
    return generate(DIGITS, seed=0)


def dead_units(network: Network, inputs: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which units of the hidden layers are dead for inputs (samples, features), all layers one after the other.

    A maxout unit is dead where every one of its pieces is, which no data can bring about: one of them always wins.
    """
    found = []
    values = np.asarray(inputs, network.dtype).T
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in network.layers[:-1]:
            z, values = layer.states(values)
            slopes = np.empty_like(z)
            layer.activation.derivative(z, values, slopes)
            steepest = np.abs(slopes).max(axis=1)
            found.append((steepest.reshape(layer.activation.pieces, -1) < DEAD).all(axis=0))
    return np.concatenate(found) if found else np.empty(0, dtype=bool)


def run(
    trial: Trial, activation: str, rate: float, data: Dataset, cancelled: threading.Event | None = None
) -> Course | None:
    """Train one network of a trial, and count its dead units on the way; None where it was cancelled."""
    rng, config = np.random.default_rng(trial.seed), trial.config(rate)
    problem = data.problem
    network = build_network(problem.features, problem.classes, trial.shape(activation), config.loss, rng)
    steps, dead, diverged_at = [0], [_count(network, data)], None
    last = 0
    try:
        for event in train(network, data, config, rng):
            if cancelled is not None and cancelled.is_set():
                return None
            if isinstance(event, BatchDone):
                last = event.step
                if last % _MEASURED_EVERY == 0:
                    steps.append(last)
                    dead.append(_count(network, data))
    except TrainingDiverged as error:
        diverged_at = error.step
    if diverged_at is None and steps[-1] != last:
        steps.append(last)
        dead.append(_count(network, data))
    with np.errstate(over="ignore", invalid="ignore"):
        accuracy = evaluate(network, config.loss, data.validation or data.train).accuracy
    return Course(activation, rate, np.array(steps), np.array(dead), accuracy, diverged_at)


def _count(network: Network, data: Dataset) -> int:
    return int(np.count_nonzero(dead_units(network, data.train.inputs)))


def run_trial(
    trial: Trial, report: Report | None = None, cancelled: threading.Event | None = None, data: Dataset | None = None
) -> TrialResult | None:
    """Train every network of a trial.

    Parameters
    ----------
    trial : what is tried
    report : is told how many runs are done, and of how many
    cancelled : ends the trial without a result
    data : what is learned; handwriting that comes with the program by default

    Returns
    -------
    the result; None where it was cancelled
    """
    data = digits() if data is None else data
    courses = {}
    for done, (activation, rate) in enumerate(trial.runs, 1):
        course = run(trial, activation, rate, data, cancelled)
        if course is None:
            return None
        courses[activation, rate] = course
        if report is not None:
            report(done, len(trial.runs))
    return TrialResult(trial, courses)
