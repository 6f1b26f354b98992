"""The gradient check of a shown network: the work itself, and what came out, layer by layer. Knows no widget."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from digitapp.datasets.dataset import Dataset
from digitapp.modelfile import Model
from digitapp.nn.gradient_check import (
    TOLERANCE,
    GradientCheck,
    ParameterPlace,
    check_gradient,
    locate,
    sample_parameters,
)
from digitapp.nn.losses import LOSSES
from digitapp.nn.network import Network
from digitapp.progress import Report

BATCH = 16
MOST_PARAMETERS = 2000  # networks with more are checked by a sample: every parameter costs two passes over the batch
PER_LAYER = 200  # weights, and as many biases, of each layer in the sample
WORST = 6

_REPORT_EVERY = 20


class CheckCancelled(Exception):
    """The check ended early because nobody waits for it any more."""

    def __init__(self) -> None:
        super().__init__("the check was cancelled")


@dataclass(frozen=True)
class WorstParameter:
    """One row of the table: where, both derivatives, and how far they are apart."""

    place: ParameterPlace
    back_propagated: float
    central_difference: float
    relative_error: float


@dataclass(frozen=True)
class GradientReport:
    """What a check has found.

    Attributes
    ----------
    sizes : of the network
    checked, parameters : how many parameters were checked, of how many
    samples : images in the batch; `is_random` says that they were drawn at random, for want of a data set
    layer_errors : the largest relative error in each layer; differences that rounding explains are compared with the
        layer's largest derivative, for beside one near zero they say nothing
    wrong : how many of the derivatives differ by more than rounding
    guilty_layer : the layer whose derivative is wrong, or None
    worst : the parameters with the largest errors, the worst first
    bug_in_layer : where a bug was planted, or None
    """

    sizes: tuple[int, ...]
    checked: int
    parameters: int
    samples: int
    is_random: bool
    layer_errors: tuple[float, ...]
    wrong: int
    guilty_layer: int | None
    worst: tuple[WorstParameter, ...]
    bug_in_layer: int | None

    @property
    def largest_error(self) -> float:
        """The largest relative error of all."""
        return max(self.layer_errors)

    @property
    def digits(self) -> int:
        """The number of digits to which every derivative agrees."""
        return 15 if self.largest_error <= 1e-15 else max(0, int(-np.log10(self.largest_error)))


def check_model(
    model: Model, dataset: Dataset | None, bug_in_layer: int | None, report: Report, cancelled: threading.Event
) -> GradientReport:
    """Check the gradient of a model's loss for one batch of the data set, or random inputs where there is none.

    Raises
    ------
    CheckCancelled : `cancelled` was set on the way
    """
    rng = np.random.default_rng(0)
    inputs, labels = _batch(model.network, dataset, rng)
    indices = None
    if model.network.parameter_count > MOST_PARAMETERS:
        indices = sample_parameters(model.network, PER_LAYER, rng)

    def watch(done: int, total: int) -> None:
        if cancelled.is_set():
            raise CheckCancelled
        if done % _REPORT_EVERY == 0 or done == total:
            report(done, total)

    loss = LOSSES[model.loss]
    check = check_gradient(model.network, loss, inputs, labels, bug_in_layer=bug_in_layer, indices=indices, watch=watch)
    return _summary(model.network, check, len(labels), dataset is None, bug_in_layer)


def _batch(network: Network, dataset: Dataset | None, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    if dataset is None:
        return rng.random((BATCH, network.sizes[0])), rng.integers(0, network.sizes[-1], BATCH)
    split = dataset.train
    chosen = rng.choice(len(split), min(BATCH, len(split)), replace=False)
    return split.inputs[chosen], split.labels[chosen]


def _summary(
    network: Network, check: GradientCheck, samples: int, is_random: bool, bug_in_layer: int | None
) -> GradientReport:
    places = [locate(network, index) for index in check.indices.tolist()]
    layers = np.array([place.layer for place in places])
    errors = check.relative_error.copy()
    difference = np.abs(check.back_propagated - check.central_difference)
    size = np.maximum(np.abs(check.back_propagated), np.abs(check.central_difference))
    for layer in range(len(network.layers)):
        here = layers == layer
        errors[here] = np.maximum(errors[here], difference[here] / max(size[here].max(), check.noise))
    worst = np.argsort(-errors, kind="stable")[:WORST]
    rows = [
        WorstParameter(
            places[index],
            float(check.back_propagated[index]),
            float(check.central_difference[index]),
            float(errors[index]),
        )
        for index in worst.tolist()
    ]
    wrong = check.relative_error > TOLERANCE
    return GradientReport(
        sizes=network.sizes,
        checked=len(places),
        parameters=network.parameter_count,
        samples=samples,
        is_random=is_random,
        layer_errors=tuple(float(errors[layers == layer].max()) for layer in range(len(network.layers))),
        wrong=int(np.count_nonzero(wrong)),
        guilty_layer=_guilty(layers, wrong, size > 100 * check.noise),
        worst=tuple(rows),
        bug_in_layer=bug_in_layer,
    )


def _guilty(layers: np.ndarray, wrong: np.ndarray, notable: np.ndarray) -> int | None:
    """Return the topmost layer of which at least half of the derivatives are wrong, of those that are not near zero.

    An error is passed back, so it spoils its own layer and all below. Single wrong derivatives are no mistake: there
    the central difference spans the kink of an activation such as ReLU.
    """
    spoiled = [
        layer
        for layer in np.unique(layers).tolist()
        if np.count_nonzero(wrong & (layers == layer)) >= max(1, 0.5 * np.count_nonzero(notable & (layers == layer)))
    ]
    return spoiled[-1] if spoiled else None
