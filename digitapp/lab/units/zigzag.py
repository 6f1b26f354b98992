"""Two weights on their way to the best place, with inputs that are about zero on average, or all positive.

Where all inputs are positive, a sample's gradient has the same sign for both weights: they can only grow together or
shrink together. Where one has to grow and the other to shrink, the path is a zigzag.

Sources: LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.3; the notes of Stanford's CS231n, "Neural
Networks Part 1", on activations that are not zero-centred.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.nn import LOSSES, OPTIMIZERS, Backpropagation, Network
from digitapp.progress import Report
from digitapp.training.config import MAX_SEED, check_number, check_whole

SAMPLES = 64
START = (-1.0, 1.0)
BEST = (1.0, -1.0)
MOST_MEAN = 1.0
"""From this mean on all inputs are positive: they lie within 1 of it."""
MOST_RATE = 10.0
MOST_STEPS = 1000
REACHED = 0.01
"""The best place counts as reached when the loss has fallen to this share of what it was at the start."""
RATES = tuple(float(f"{rate:.2g}") for rate in np.geomspace(0.05, 4, 20))
"""The learning rates of which the fastest one is searched."""
SEARCHED = 200  # steps that each of them is given
ORDERS = 5


@dataclass(frozen=True)
class Walk:
    """How a unit with two weights and no bias learns.

    Attributes
    ----------
    mean : of both inputs, 0 for zero-centred ones to 1, where all of them are positive
    learning_rate, batch_size, steps : as in a training
    seed, order : of the inputs, and of the order in which they are learned

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    mean: float = 0.0
    learning_rate: float = 0.2
    batch_size: int = 1
    steps: int = 60
    seed: int = 0
    order: int = 0

    def __post_init__(self) -> None:
        check_number("mean", self.mean, 0, MOST_MEAN)
        check_number("learning_rate", self.learning_rate, 0, MOST_RATE, above=True)
        check_whole("batch_size", self.batch_size, 1, SAMPLES)
        check_whole("steps", self.steps, 1, MOST_STEPS)
        check_whole("seed", self.seed, 0, MAX_SEED)
        check_whole("order", self.order, 0, MAX_SEED)

    def inputs(self) -> NDArray[np.float64]:
        """Return the inputs (samples, 2); those of two walks with one seed differ by their means alone."""
        u = np.random.default_rng((self.seed, 0)).uniform(-1, 1, (SAMPLES, 2))
        u -= u.mean(axis=0)
        return 0.95 * u / np.abs(u).max() + self.mean


@dataclass(frozen=True, eq=False)
class Path:
    """Where a walk led.

    Attributes
    ----------
    walk : how it was made
    weights : (steps + 1, 2); fewer where they have overflowed
    losses : (steps + 1,), the mean loss over all samples at each place
    """

    walk: Walk
    weights: NDArray[np.float64]
    losses: NDArray[np.float64]

    @cached_property
    def together(self) -> float:
        """The share of the steps in which both weights grew or both shrank."""
        change = np.diff(self.weights, axis=0)
        moved = np.abs(change).max(axis=1, initial=0) > 0
        return float((change[moved].prod(axis=1) > 0).mean()) if moved.any() else 0.0

    @cached_property
    def reached(self) -> int | None:
        """After how many steps the best place was reached and not left again, None where it was not."""
        away = np.flatnonzero(~(self.losses <= REACHED * self.losses[0]))
        has_arrived = len(self.losses) == self.walk.steps + 1 and away[-1] < self.walk.steps
        return int(away[-1]) + 1 if has_arrived else None


def walk(plan: Walk) -> Path:
    """Return the path of the weights, step by step, learned by `Backpropagation` and plain SGD."""
    network = Network((2, 1), ("identity",), np.float64)
    network.weights[0][:, 0] = START
    inputs = plan.inputs()
    targets = inputs @ np.array(BEST)
    batch = Backpropagation(network, LOSSES["squared_error"], plan.batch_size)
    optimizer = OPTIMIZERS["sgd"](network.parameters)
    order = np.random.default_rng((plan.seed, 1 + plan.order))
    waiting: list[int] = []
    weights = [network.weights[0][:, 0].copy()]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(plan.steps):
            if len(waiting) < plan.batch_size:
                waiting = order.permutation(SAMPLES).tolist()
            chosen, waiting = waiting[: plan.batch_size], waiting[plan.batch_size :]
            batch.inputs[...], batch.targets[...] = inputs[chosen], targets[chosen]
            batch()
            batch.gradient[network.weight_count :] = 0  # there is no bias to be learned
            optimizer.step(network.parameters, batch.gradient, plan.learning_rate)
            if not np.isfinite(network.parameters).all() or np.abs(network.parameters).max() > 1e6:
                break
            weights.append(network.weights[0][:, 0].copy())
    path = np.array(weights)
    return Path(plan, path, loss_at(plan, path))


def loss_at(plan: Walk, weights: ArrayLike) -> NDArray[np.float64]:
    """Return the mean loss over all samples, ½ (t − x·w)², for weights (..., 2) of any shape."""
    difference = np.asarray(weights, dtype=np.float64) - BEST
    inputs = plan.inputs()
    covariance = inputs.T @ inputs / len(inputs)
    return 0.5 * np.einsum("...i,ij,...j->...", difference, covariance, difference)


@dataclass(frozen=True)
class Fastest:
    """The learning rate that leads to the best place in the fewest steps.

    Attributes
    ----------
    rate : that learning rate
    steps : how many it takes then, of the middle one of `ORDERS` walks that differ in the order of the samples
    highest : the highest rate that leads there at all within `SEARCHED`
    """

    rate: float
    steps: int
    highest: float


def fastest(plan: Walk, report: Report | None = None, cancelled: threading.Event | None = None) -> Fastest | None:
    """Try every rate in `RATES`; None where none of them leads to the best place, or it was cancelled.

    `report` is told how many rates are tried, and of how many.
    """
    found: list[tuple[int, float]] = []
    for done, rate in enumerate(RATES, 1):
        if cancelled is not None and cancelled.is_set():
            return None
        trials = [walk(replace(plan, learning_rate=rate, steps=SEARCHED, order=order)) for order in range(ORDERS)]
        needed = sorted(SEARCHED + 1 if trial.reached is None else trial.reached for trial in trials)[ORDERS // 2]
        if needed <= SEARCHED:
            found.append((needed, rate))
        if report is not None:
            report(done, len(RATES))
    if not found:
        return None
    steps, rate = min(found)
    return Fastest(rate, steps, max(rate for _, rate in found))
