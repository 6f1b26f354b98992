"""What width and depth change: networks of several shapes learn the same points in a plane, each from several seeds."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.plane_made import ordered, with_settings
from digitapp.datasets.problems import PLANE
from digitapp.inspection.boundary import Bounds, DecisionMap, decision_map
from digitapp.nn import Network
from digitapp.nn.losses import LOSSES
from digitapp.progress import Report
from digitapp.training.config import NetworkConfig
from digitapp.training.evaluate import Evaluation, evaluate
from digitapp.training.presets import empty_network, usual_configs
from digitapp.training.stack import train_together

WIDTHS, DEPTHS = (3, 6, 20), (1, 2, 3)
SHAPES = tuple((width,) * depth for depth in DEPTHS for width in WIDTHS)
"""The hidden layers that are compared: those of a depth side by side, the shallow ones first."""
SEEDS = tuple(range(5))
RESOLUTION = 48
"""Places a side of each network's map."""

_, _CONFIG = usual_configs(PLANE)
CONFIG = replace(_CONFIG, optimizer="adam", learning_rate=0.03, batch_size=32, epochs=400)
"""How all of them learn; the seeds are `SEEDS`."""
_ACTIVATION = "relu"
_NOISE = 2.0  # times the usual


@dataclass(frozen=True, eq=False)
class TriedShape:
    """The networks of one shape, in the order of their seeds.

    Attributes
    ----------
    hidden : sizes of the hidden layers
    networks : trained
    learned, held_back : what each comes to on the points that it learned from, and on those that validate
    best : the place of the network with the lowest loss on the points that it learned from
    map : what that network answers everywhere
    """

    hidden: tuple[int, ...]
    networks: tuple[Network, ...]
    learned: tuple[Evaluation, ...]
    held_back: tuple[Evaluation, ...]
    best: int
    map: DecisionMap = field(repr=False)

    @property
    def parameters(self) -> int:
        """Weights and biases of each."""
        return self.networks[0].parameters.size

    @property
    def loss(self) -> float:
        """The median of the networks' losses on the points that they learned from."""
        return float(np.median(self.losses[0]))

    @property
    def loss_held_back(self) -> float:
        """The median of their losses on the points that validate."""
        return float(np.median(self.losses[1]))

    @property
    def losses(self) -> NDArray[np.float64]:
        """Losses on the points that each learned from, and on those held back: array (2, networks)."""
        return np.array([[each.loss for each in results] for results in (self.learned, self.held_back)])

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """Shares of those points that are read right: array (2, networks)."""
        return np.array([[each.accuracy for each in results] for results in (self.learned, self.held_back)])


def try_shape(
    dataset: Dataset,
    hidden: tuple[int, ...],
    bounds: Bounds,
    report: Report | None = None,
    cancelled: threading.Event | None = None,
) -> TriedShape | None:
    """Train a network of this shape from each of `SEEDS`, all together, and judge them.

    Parameters
    ----------
    dataset : points in a plane, some of which validate
    hidden : sizes of the hidden layers
    bounds : of the map
    report : is told how many epochs are done, and of how many
    cancelled : ends the work without a result

    Returns None once cancelled.
    """
    shape = NetworkConfig(hidden=hidden, activation=_ACTIVATION, initializer="he")
    networks = train_together(dataset, shape, CONFIG, SEEDS, cancelled=cancelled, report=report)
    if cancelled is not None and cancelled.is_set():
        return None
    assert dataset.validation is not None, "a part of the points validates"
    with np.errstate(over="ignore", invalid="ignore"):
        learned, held_back = (
            tuple(evaluate(network, CONFIG.loss, split) for network in networks)
            for split in (dataset.train, dataset.validation)
        )
    best = int(np.argmin([each.loss if np.isfinite(each.loss) else np.inf for each in learned]))
    found = decision_map(networks[best], LOSSES[CONFIG.loss].probabilities, bounds, RESOLUTION, cancelled)
    return TriedShape(hidden, tuple(networks), learned, held_back, best, found)


def noisier(name: str) -> str:
    """Return the name of a made data set with more noise than it usually has, on which a network can learn too much."""
    return with_settings(name, noise=_NOISE * ordered(name).noise)


def parameters_of(hidden: tuple[int, ...], classes: int) -> int:
    """Return how many weights and biases a network with these hidden layers has in the plane."""
    return empty_network(PLANE.features, classes, NetworkConfig(hidden=hidden), CONFIG.loss).parameters.size
