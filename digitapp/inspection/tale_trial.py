"""The tale put to the test: many networks learn the toy from other random weights, and each is judged."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.noise import flip_pixels
from digitapp.datasets.problems import TOY
from digitapp.datasets.toy import load_toy
from digitapp.inspection.intervals import wilson_interval
from digitapp.inspection.tale import DEMONS, Outcome, Verdict, as_demon, judge
from digitapp.modelfile import Model
from digitapp.nn import ACTIVATIONS, LOSSES, Network
from digitapp.progress import Report
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig, check_number, check_whole
from digitapp.training.evaluate import evaluate
from digitapp.training.presets import usual_configs
from digitapp.training.record import settings_record
from digitapp.training.stack import check, train_together

MOST_NETWORKS = 10_000
MOST_HIDDEN = 8
MOST_NOISE = 0.5
"""From here on more pixels would be wrong than right."""

_SHAPE, _CONFIG = usual_configs(TOY)


@dataclass(frozen=True)
class Trial:
    """What is tried: how many networks, and how they learn. What is not named here is as the toy usually has it.

    Attributes
    ----------
    seeds : how many networks; theirs are the seeds 0, 1, 2 and so on
    hidden : units of the hidden layer
    activation, initializer, learning_rate, epochs : as in `NetworkConfig` and `TrainConfig`
    noise : the probability that a pixel is wrong. Each network learns from images of its own, in which every pixel was
        flipped with it, once and for all; it is judged on the clean ones

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    seeds: int = 100
    hidden: int = 3
    activation: str = _SHAPE.activation
    initializer: str = _SHAPE.initializer
    learning_rate: float = _CONFIG.learning_rate
    epochs: int = _CONFIG.epochs
    noise: float = 0.0

    def __post_init__(self) -> None:
        check_whole("seeds", self.seeds, 1, MOST_NETWORKS)
        check_whole("hidden", self.hidden, 1, MOST_HIDDEN)
        check_number("noise", self.noise, 0, MOST_NOISE)
        check(self.shape, self.config)

    @property
    def shape(self) -> NetworkConfig:
        """The layers of each network."""
        return replace(_SHAPE, hidden=(self.hidden,), activation=self.activation, initializer=self.initializer)

    @property
    def config(self) -> TrainConfig:
        """How each network learns; the seed is that of the first."""
        return replace(_CONFIG, learning_rate=self.learning_rate, epochs=self.epochs, seed=0)

    def updates(self, samples: int) -> int:
        """Return how often each network's weights are changed when it learns so many images."""
        return self.epochs * -(-samples // min(_CONFIG.batch_size, samples))


@cache
def possible_activations() -> tuple[str, ...]:
    """Return the keys of the activations that a trial knows."""
    return tuple(key for key in ACTIVATIONS if _is_possible(key))


def _is_possible(activation: str) -> bool:
    try:
        Trial(activation=activation)
    except ConfigError:
        return False
    return True


@dataclass(frozen=True, eq=False)
class Judged:
    """A network, and what became of the tale in it.

    Attributes
    ----------
    network : with one hidden layer
    verdict : what it found
    error : its loss over all images together, in the tale's squared error the C_T of the book; not finite where its
        numbers have overflowed
    weights : float array (demons, features), those of each demon's unit as the demon has them, see `as_demon`; not a
        number where no unit is left for it
    seed : that it began with, None for one that is of no trial
    """

    network: Network
    verdict: Verdict
    error: float
    weights: np.ndarray
    seed: int | None = None


class Share(NamedTuple):
    """How many of all, their share of one, and between which shares the true one lies with 95 % certainty."""

    number: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class TrialResult:
    """The networks of a trial, in the order of their seeds."""

    trial: Trial
    networks: tuple[Judged, ...]

    @cached_property
    def by_outcome(self) -> dict[Outcome, tuple[Judged, ...]]:
        """The networks of each outcome."""
        return {
            outcome: tuple(each for each in self.networks if each.verdict.outcome is outcome) for outcome in Outcome
        }

    @property
    def kinds(self) -> list[tuple[tuple[str, ...], tuple[Judged, ...]]]:
        """The other solutions by the demons that they found, the most frequent kind first."""
        kinds: dict[tuple[str, ...], list[Judged]] = {}
        for each in self.by_outcome[Outcome.OTHER]:
            kinds.setdefault(each.verdict.found, []).append(each)
        return sorted(
            ((found, tuple(some)) for found, some in kinds.items()), key=lambda kind: (-len(kind[1]), kind[0])
        )

    def share(self, count: int) -> Share:
        """Return what so many of the networks say about all that could be trained."""
        total = len(self.networks)
        return Share(count, count / total, *wilson_interval(count, total))

    def model(self, judged: Judged, name: str) -> Model:
        """Return one of the networks as a model, whose record says how it was made; its weights are a copy."""
        assert judged.seed is not None, "it is of this trial"
        return Model(
            judged.network.copy(),
            self.trial.config.loss,
            TOY.key,
            TOY.class_names,
            TOY.preprocessing,
            self._record(judged, judged.seed),
            name,
        )

    def _record(self, judged: Judged, seed: int) -> dict[str, Any]:
        """Return a network's record: as that of a run, but with what is known of its end alone."""
        trial, toy = self.trial, load_toy()
        record = settings_record(trial.shape, replace(trial.config, seed=seed), toy)
        if trial.noise:
            record["flipped_pixels"] = trial.noise
        results: dict[str, Any] = {}
        if toy.validation is not None and np.isfinite(judged.network.parameters).all():
            measured = evaluate(judged.network, trial.config.loss, toy.validation)
            results = {
                "validation_loss": measured.loss,
                "validation_accuracy": measured.accuracy,
                "validation_samples": measured.samples,
            }
        return {
            **record,
            "trained_together": trial.seeds,
            "epochs": trial.epochs,
            "steps": trial.updates(len(toy.train)),
            "finished": True,
            "learning_rate": trial.learning_rate,
            "results": results,
        }

    def table(self, separator: str = ",") -> str:
        """Return the outcomes as a table, CSV by default: for each network what it found and how well it reads."""
        text = io.StringIO()
        lines = csv.writer(text, delimiter=separator, lineterminator="\n")
        names = [demon.name for demon in DEMONS]
        per_demon = (f"{what}_{name}" for name in names for what in ("unit", "match", "vote", "turned_round"))
        lines.writerow(["seed", "outcome", "found", "right", "error", *per_demon])
        for each in self.networks:
            verdict = each.verdict
            cells: list[object] = [each.seed, verdict.outcome.value, "".join(verdict.found), verdict.right]
            cells.append(f"{each.error:.6g}")
            for match in verdict.matches:
                unit = "" if match.unit is None else match.unit + 1
                cells += [unit, f"{match.correlation:.4f}", f"{match.vote:.4f}", int(match.is_mirrored)]
            lines.writerow(cells)
        return text.getvalue()


def examine(network: Network, loss: str, images: Split, seed: int | None = None) -> Judged:
    """Return a network judged on images. Raises ValueError for one that has not one hidden layer."""
    verdict = judge(network, images)
    with np.errstate(over="ignore", invalid="ignore"):
        mean, _ = LOSSES[loss].value_and_gradient(network.forward(images.inputs), images.labels)
    weights = np.full((len(verdict.matches), network.sizes[0]), np.nan)
    for row, match in enumerate(verdict.matches):
        own = as_demon(network, match)
        if own is not None:
            weights[row] = own
    return Judged(network, verdict, float(mean) * len(images), weights, seed)


def run_trial(
    trial: Trial, report: Report | None = None, cancelled: threading.Event | None = None, toy: Dataset | None = None
) -> TrialResult | None:
    """Train and judge the networks of a trial, all together.

    Parameters
    ----------
    trial : what is tried
    report : is told how many epochs are done, and of how many
    cancelled : ends the trial without a result
    toy : the images; those that come with the program by default

    Returns
    -------
    the result; None where it was cancelled
    """
    toy = load_toy() if toy is None else toy
    seeds = range(trial.seeds)
    inputs = noisy_inputs(toy.train.inputs, trial.noise, seeds) if trial.noise else None
    networks = train_together(
        toy, trial.shape, trial.config, seeds, cancelled=cancelled, own_inputs=inputs, report=report
    )
    images, judged = toy.all_but_test, []
    for seed, network in zip(seeds, networks, strict=True):
        if cancelled is not None and cancelled.is_set():
            return None
        judged.append(examine(network, trial.config.loss, images, seed))
    return TrialResult(trial, tuple(judged))


def noisy_inputs(inputs: np.ndarray, noise: float, seeds: Sequence[int]) -> np.ndarray:
    """Return the images that each network learns from: pixels flipped with a probability, others for each seed.

    The seed of a network also draws its weights and its batches; the pixels are drawn by a generator of their own, so
    that they are the only difference to the network without noise.

    Returns
    -------
    float array (networks, samples, features)
    """
    return np.stack([flip_pixels(inputs, noise, np.random.default_rng((seed, 1))) for seed in seeds])
