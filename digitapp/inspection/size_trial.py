"""What textbooks claim of small and large networks, tried: many of each size learn the same points from other weights.

Small networks are said to end anywhere, large ones nearly alike: there are more ways down, and what a bad start costs
shows less. Source of the claim: Choromanska et al., "The Loss Surfaces of Multilayer Networks" (AISTATS 2015).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.calibration import Calibration
from digitapp.datasets.dataset import Dataset, Split
from digitapp.inspection.boundary import Bounds, DecisionMap, decision_map
from digitapp.modelfile import Model
from digitapp.nn import Network
from digitapp.progress import Report
from digitapp.training.config import ConfigError, LayerSizes, NetworkConfig, TrainConfig, check_whole
from digitapp.training.evaluate import evaluate
from digitapp.training.record import settings_record
from digitapp.training.stack import check, train_together

USUAL_SIZES = (3, 6, 20)
MOST_SIZES, MOST_UNITS, MOST_SEEDS = 4, 200, 100
_MAP = 48  # places a side: as much as a small picture can show


@dataclass(frozen=True)
class SizeTrial:
    """What is tried: how many networks of each size, and how they learn.

    Attributes
    ----------
    sizes : units of the one hidden layer, 1 to `MOST_SIZES` different numbers
    seeds : how many networks of each size; theirs are the seeds 0, 1, 2 and so on
    network, config : as for a single run; the layers, `config.seed` and `config.threads` are not used

    Raises
    ------
    ConfigError : a value that cannot be used, or a setting that networks trained together do not know
    """

    sizes: tuple[int, ...] = USUAL_SIZES
    seeds: int = 20
    network: NetworkConfig = field(default_factory=NetworkConfig)
    config: TrainConfig = field(default_factory=TrainConfig)

    def __post_init__(self) -> None:
        check_whole("seeds", self.seeds, 1, MOST_SEEDS)
        if not 1 <= len(set(self.sizes)) == len(self.sizes) <= MOST_SIZES:
            raise ConfigError("sizes", self.sizes, LayerSizes(MOST_SIZES, MOST_UNITS))
        for size in self.sizes:
            check_whole("sizes", size, 1, MOST_UNITS)
            check(self.shape(size), self.config)

    def shape(self, size: int) -> NetworkConfig:
        """Return the layers of the networks with so many hidden units, all of the first hidden layer's activation."""
        return replace(self.network, hidden=(size,), activation=self.network.activation.partition(",")[0])


class Ended(NamedTuple):
    """Where a network ended.

    Attributes
    ----------
    network : as it is after the last step
    seed : that it began with
    loss, right : on the points that it learned from, the mean without penalties and how many it reads right
    validation_loss : on those that validate; None where there are none
    map : what it answers everywhere, coarsely
    """

    network: Network
    seed: int
    loss: float
    right: int
    validation_loss: float | None
    map: DecisionMap


@dataclass(frozen=True, eq=False)
class Row:
    """The networks of one size, by their loss, the smallest first; those that are not finite last."""

    size: int
    networks: tuple[Ended, ...]

    @cached_property
    def losses(self) -> NDArray[np.float64]:
        """The final losses, rising; not finite ones, as they are, at the end."""
        return np.array([each.loss for each in self.networks])

    @property
    def middle(self) -> float:
        """The median of the losses."""
        return self._quantile(0.5)

    @property
    def spread(self) -> float:
        """How far the middle half of the networks ends apart, in loss: the interquartile range."""
        return self._quantile(0.75) - self._quantile(0.25)

    def _quantile(self, share: float) -> float:
        finite = self.losses[np.isfinite(self.losses)]
        return float(np.quantile(finite, share)) if finite.size else float("nan")


@dataclass(frozen=True, eq=False)
class SizeResult:
    """The networks of a trial, a row for each size, in the order of the trial."""

    trial: SizeTrial
    dataset: Dataset
    rows: tuple[Row, ...]

    @property
    def is_as_claimed(self) -> bool:
        """Return whether the middle half of the largest networks ends within half the distance of the smallest."""
        ordered = sorted(self.rows, key=lambda row: row.size)
        return len(ordered) > 1 and ordered[-1].spread < ordered[0].spread / 2

    def model(self, row: Row, ended: Ended, name: str) -> Model:
        """Return one of the networks as a model, whose record says how it was made; its weights are a copy."""
        problem, trial = self.dataset.problem, self.trial
        record: dict[str, Any] = settings_record(
            trial.shape(row.size), replace(trial.config, seed=ended.seed), self.dataset
        )
        samples = len(self.dataset.train)
        results: dict[str, Any] = {"train_loss": ended.loss, "train_accuracy": ended.right / samples}
        record |= {
            "trained_together": trial.seeds,
            "epochs": trial.config.epochs,
            "finished": True,
            "results": results | {"train_samples": samples},
        }
        return Model(
            ended.network.copy(),
            trial.config.loss,
            problem.key,
            problem.class_names,
            problem.preprocessing,
            record,
            name,
        )


def run_size_trial(
    trial: SizeTrial,
    dataset: Dataset,
    bounds: Bounds,
    report: Report | None = None,
    cancelled: threading.Event | None = None,
) -> SizeResult | None:
    """Train the networks of a trial, those of one size all together.

    Parameters
    ----------
    trial : what is tried
    dataset : points in a plane
    bounds : of the maps
    report : is told how many epochs of all sizes are done, and of how many
    cancelled : ends the trial without a result

    Returns
    -------
    the result; None where it was cancelled
    """
    epochs, rows = trial.config.epochs, []
    for place, size in enumerate(trial.sizes):

        def tell(done: int, _all: int, before: int = place * epochs) -> None:
            if report is not None:
                report(before + done, len(trial.sizes) * epochs)

        networks = train_together(
            dataset, trial.shape(size), trial.config, range(trial.seeds), cancelled=cancelled, report=tell
        )
        if cancelled is not None and cancelled.is_set():
            return None
        rows.append(_row(size, networks, trial.config.loss, dataset, bounds))
    return SizeResult(trial, dataset, tuple(rows))


def _row(size: int, networks: Sequence[Network], loss: str, dataset: Dataset, bounds: Bounds) -> Row:
    ended = []
    for seed, network in enumerate(networks):
        learned, right = _measured(network, loss, dataset.train)
        validated = None if dataset.validation is None else _measured(network, loss, dataset.validation)[0]
        found = decision_map(network, lambda outputs: Calibration().probabilities(loss, outputs), bounds, _MAP)
        ended.append(Ended(network, seed, learned, right, validated, found))
    return Row(size, tuple(sorted(ended, key=lambda each: (not np.isfinite(each.loss), each.loss))))


def _measured(network: Network, loss: str, split: Split) -> tuple[float, int]:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = evaluate(network, loss, split)
    return found.loss, int(np.trace(found.confusion))
