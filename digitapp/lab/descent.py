"""Optimisers race down an error surface: the rules of `nn.optimizers`, two weights each, many starts at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from digitapp.lab.surfaces import Floats, Surface
from digitapp.nn.optimizer import Optimizer
from digitapp.nn.optimizers import OPTIMIZERS

WHOLE_SET = 0
"""Stands for all samples where a runner says how many it looks at."""


@dataclass(frozen=True)
class Runner:
    """Who takes part in a race.

    Attributes
    ----------
    optimizer : key of `OPTIMIZERS`
    learning_rate : above 0
    options : name and value of those options that are not at their default
    batch : how many samples each step looks at, `WHOLE_SET` for all; counts on a surface of samples alone
    """

    optimizer: str
    learning_rate: float
    options: tuple[tuple[str, float], ...] = ()
    batch: int = WHOLE_SET

    def option(self, name: str) -> float:
        """Return the value of an option of the optimiser, the default where it was not changed."""
        defaults = {option.name: option.default for option in OPTIMIZERS[self.optimizer].options}
        return dict(self.options).get(name, defaults[name])


@dataclass(frozen=True, eq=False)
class Race:
    """What became of each runner from each start.

    Attributes
    ----------
    surface, runners : who ran where
    paths : (steps + 1, runners, starts, 2), not a number from the step on at which a runner was lost
    errors : (steps + 1, runners, starts), C above `lowest`
    lowest : the smallest C that is known: the surface's, or what a runner has found below it
    lost_at : (runners, starts), the step at which C or a weight was no number any more or the point was far outside
        the map; −1 for those who were never lost
    """

    surface: Surface
    runners: tuple[Runner, ...]
    paths: Floats
    errors: Floats
    lowest: float
    lost_at: NDArray[np.int64]

    @property
    def steps(self) -> int:
        """How many steps each runner has taken."""
        return len(self.errors) - 1

    def first_below(self, limit: float) -> NDArray[np.int64]:
        """Return the step at which each runner was below an error first, (runners, starts); −1 for not yet."""
        is_below = self.errors < limit
        return np.where(is_below.any(axis=0), is_below.argmax(axis=0), -1)

    @cached_property
    def winners(self) -> NDArray[np.int64]:
        """The runner with the smallest error after the last step, (starts,); −1 where all were lost.

        Of those that are equal the first one that stands in the list.
        """
        last = np.where(np.isfinite(self.errors[-1]), self.errors[-1], np.inf)
        return np.where(np.isfinite(last).any(axis=0), last.argmin(axis=0), -1)

    def wins(self) -> tuple[int, ...]:
        """Return from how many starts each runner has won."""
        return tuple(int((self.winners == runner).sum()) for runner in range(len(self.runners)))


def run_race(
    surface: Surface,
    runners: tuple[Runner, ...],
    starts: Floats,
    steps: int,
    noise: float = 0.0,
    seed: int = 0,
    cancelled: threading.Event | None = None,
) -> Race | None:
    """Let every runner go from every start.

    All runners meet the same noise and the same samples: what differs between them is the rule alone.

    Parameters
    ----------
    starts : (starts, 2)
    steps : how many each takes
    noise : standard deviation of what is added to each part of each gradient, N(0, noise²). A rule that wants the whole
        set before each step, or no gradient at all, has none
    seed : of the noise, and of the order of the samples; both begin alike whatever the number of steps
    cancelled : ends the race without a result

    Returns
    -------
    the race; None where it was cancelled
    """
    shape = (len(runners), len(starts), 2)
    theta = np.broadcast_to(np.asarray(starts, np.float64), shape).copy()
    paths = np.empty((steps + 1, *shape))
    paths[0] = theta
    teams = [_team(surface, runner, theta[row]) for row, runner in enumerate(runners)]
    slope = _slope(surface, runners, len(starts), steps, noise, seed)
    with np.errstate(all="ignore"):
        for step in range(steps):
            if cancelled is not None and cancelled.is_set():
                return None
            gradients, batches = slope(theta, step)
            for team, gradient, batch in zip(teams, gradients, batches, strict=True):
                team(gradient, batch)
            paths[step + 1] = theta
        heights = surface.height(paths)
    return _judged(surface, runners, paths, heights)


Batch = NDArray[np.int64] | None
Team = Callable[[Floats, Batch], None]
Slope = Callable[[Floats, int], tuple[Floats, list[Batch]]]


def _team(surface: Surface, runner: Runner, theta: Floats) -> Team:
    """Return what takes one runner's step from all starts, theta (starts, 2): given the gradients and the samples."""
    made = OPTIMIZERS[runner.optimizer]
    options = {
        option.name: type(option.default)(dict(runner.options).get(option.name, option.default))
        for option in made.options
    }
    rate = runner.learning_rate
    if made.uses_gradient:
        # What a rule does with one weight does not depend on the others: all starts are one vector.
        weights = theta.reshape(-1, copy=False)
        together: Optimizer = made(weights, **options)
        return lambda gradient, _batch: together.step(weights, gradient.reshape(-1), rate)
    alone = [made(place, **options) for place in theta]

    def step(gradient: Floats, batch: Batch) -> None:
        def height(place: Floats) -> float:
            value = surface.height(place) if surface.samples is None else surface.samples.height(place, batch)
            return float(value)

        for optimizer, place, slope in zip(alone, theta, gradient, strict=True):
            optimizer.step(place, slope, rate, lambda place=place: height(place))

    return step


def _slope(surface: Surface, runners: tuple[Runner, ...], starts: int, steps: int, noise: float, seed: int) -> Slope:
    """Return what gives the gradients of a step, (runners, starts, 2), and which samples they are of."""
    rng = np.random.default_rng(seed)
    optimizers = [OPTIMIZERS[runner.optimizer] for runner in runners]
    is_exact = np.array([made.whole_set for made in optimizers])[:, np.newaxis, np.newaxis]
    added = np.zeros((steps, 1)) if noise == 0 else noise * rng.standard_normal((steps, starts, 2))
    sizes = [WHOLE_SET if made.whole_set else runner.batch for made, runner in zip(optimizers, runners, strict=True)]
    samples = surface.samples
    if samples is None or not any(sizes):
        whole: list[Batch] = [None] * len(runners)

        def of_all(theta: Floats, step: int) -> tuple[Floats, list[Batch]]:
            gradients = surface.gradient(theta)
            if noise:
                gradients += np.where(is_exact, 0.0, added[step])
            return gradients, whole

        return of_all
    order = _orders(len(samples), max(sizes) * steps, rng)

    def of_some(theta: Floats, step: int) -> tuple[Floats, list[Batch]]:
        batches: list[Batch] = [order[size * step : size * (step + 1)] if size else None for size in sizes]
        gradients = np.stack([samples.gradient(own, batch) for own, batch in zip(theta, batches, strict=True)])
        if noise:
            gradients += np.where(is_exact, 0.0, added[step])
        return gradients, batches

    return of_some


def _orders(samples: int, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return so many samples' numbers, epoch after epoch, each in an order of its own."""
    return np.concatenate([rng.permutation(samples) for _ in range(-(-count // samples))])


def _judged(surface: Surface, runners: tuple[Runner, ...], paths: Floats, heights: Floats) -> Race:
    """Return the race with an end for those who were lost on the way."""
    is_lost = surface.is_lost(paths) | ~np.isfinite(heights)
    lost_at = np.where(is_lost.any(axis=0), is_lost.argmax(axis=0), -1)
    is_over = np.logical_or.accumulate(is_lost, axis=0)
    paths[is_over], heights[is_over] = np.nan, np.nan
    lowest = float(np.fmin(np.fmin.reduce(heights, axis=None), surface.lowest))
    return Race(surface, runners, paths, heights - lowest, lowest, lost_at)
