"""What networks that began with other random weights answer in a plane, and where they disagree."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from digitapp.calibration import Calibration
from digitapp.datasets.dataset import Dataset
from digitapp.inspection.boundary import UNKNOWN, Bounds, DecisionMap, decision_map, disagreement
from digitapp.nn import Network
from digitapp.progress import Report
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig
from digitapp.training.errors import TrainingDiverged
from digitapp.training.events import EpochDone
from digitapp.training.loop import train
from digitapp.training.presets import build_network
from digitapp.training.stack import check, train_together

USUAL_SEEDS = 8
_RESOLUTION = 128


@dataclass(frozen=True, eq=False)
class SeedMaps:
    """What several networks answer that differ by their seed alone.

    Attributes
    ----------
    maps : of one resolution, one for each seed
    """

    maps: tuple[DecisionMap, ...]

    @cached_property
    def disagreement(self) -> NDArray[np.float32]:
        """Which share of the networks does not answer what most of them do, (rows, columns)."""
        return disagreement(self.maps)

    @property
    def agreed(self) -> float:
        """In which share of the plane all networks answer the same."""
        return float((self.disagreement == 0).mean())

    def votes(self, x: float, y: float) -> dict[int, int]:
        """Return how many networks answer each class at a place, the most frequent first; nothing where it is unseen.

        Read from the nearest place of the maps; whose numbers are not finite has no vote.
        """
        bounds, (rows, columns) = self.maps[0].bounds, self.maps[0].labels.shape
        if not bounds.contains(x, y):
            return {}
        row = round((y - bounds.bottom) / bounds.height * (rows - 1))
        column = round((x - bounds.left) / bounds.width * (columns - 1))
        labels = np.array([found.labels[row, column] for found in self.maps])
        classes, counts = np.unique(labels[labels != UNKNOWN], return_counts=True)
        pairs = zip(classes.tolist(), counts.tolist(), strict=True)
        return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def map_seeds(
    dataset: Dataset,
    network: NetworkConfig,
    config: TrainConfig,
    bounds: Bounds,
    seeds: Sequence[int] = range(USUAL_SEEDS),
    report: Report | None = None,
    cancelled: threading.Event | None = None,
) -> SeedMaps | None:
    """Train a network for each seed on points of a plane, and return what they answer; None where it was cancelled.

    They learn all together where the settings allow it, else one after the other: each as a run of its own would.

    Parameters
    ----------
    network, config : as for a single run; `config.seed` is not used
    bounds : of the maps
    report : is told how much of the work is done

    Raises
    ------
    ConfigError, DataMismatch, DataNotFinite : as `train`
    """
    try:
        check(network, config)
        together = True
    except ConfigError:
        together = False
    if together:
        networks = train_together(dataset, network, config, seeds, cancelled=cancelled, report=report)
    else:
        networks = _one_by_one(dataset, network, config, seeds, report, cancelled)
    if cancelled is not None and cancelled.is_set():
        return None
    probabilities = partial(Calibration().probabilities, config.loss)
    return SeedMaps(tuple(decision_map(each, probabilities, bounds, _RESOLUTION, cancelled) for each in networks))


def _one_by_one(
    dataset: Dataset,
    shape: NetworkConfig,
    config: TrainConfig,
    seeds: Sequence[int],
    report: Report | None,
    cancelled: threading.Event | None,
) -> list[Network]:
    """Return what single runs end with; one that diverges ends with the last weights that were finite."""
    problem, networks = dataset.problem, []
    for place, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        network = build_network(problem.features, problem.classes, shape, config.loss, rng)
        try:
            for event in train(network, dataset, replace(config, seed=seed), rng):
                if cancelled is not None and cancelled.is_set():
                    return networks
                if report is not None and isinstance(event, EpochDone):
                    report(place * config.epochs + round(event.epoch), len(seeds) * config.epochs)
        except TrainingDiverged:
            pass
        networks.append(network.folded())
    return networks
