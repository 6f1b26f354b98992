"""At which learning rate a rule does best: what a fair race needs, since no rate suits all rules."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitapp.lab.descent import Runner, run_race
from digitapp.lab.surfaces import Surface
from digitapp.nn.optimizers import OPTIMIZERS

LOWEST_RATE, HIGHEST_RATE = 1e-4, 10.0
STARTS = 20
SEARCH_SEED, RACE_SEED = 1, 0
"""The rates are chosen from other starts than those by which the rules are compared."""

_PER_DECADE = 4
_ROUNDS, _FINER = 3, 4  # each round tries this many rates between the best one and its neighbours
_FEW_STARTS = 5  # for a rule that measures hundreds of heights at each step

# A usual rate for each rule: so many times the surface's rate for plain steps, or its stride where a rule measures its
# steps itself. Momentum 0.9 adds up ten gradients that agree, hence a sixth to a tenth.
_OF_PLAIN = {"sgd": 1.0, "gradient_descent": 1.0, "averaged_momentum": 1.5, "momentum": 0.16, "nesterov": 0.16}
_OF_STRIDE = {"adagrad": 4.0, "adagrad_da": 4.0, "adadelta": 30.0, "rmsprop": 0.6, "rprop": 0.5, "genetic": 1.0}


def usual_rate(optimizer: str, surface: Surface) -> float:
    """Return a learning rate to begin with, to two digits."""
    if optimizer in _OF_PLAIN:
        rate = _OF_PLAIN[optimizer] * surface.plain_rate
    else:
        rate = _OF_STRIDE.get(optimizer, 1.0) * surface.stride
    return float(f"{rate:.2g}")


@dataclass(frozen=True, eq=False)
class RateSearch:
    """What a runner came to at each learning rate that was tried.

    Attributes
    ----------
    rates : rising
    heights : C after the last step, the median over the starts; infinite where half of them were lost
    """

    rates: NDArray[np.float64]
    heights: NDArray[np.float64]

    @property
    def best(self) -> float:
        """The rate with the smallest C; the smaller of two that are equal."""
        return float(self.rates[int(self.heights.argmin())])


def search_rate(
    surface: Surface,
    runner: Runner,
    steps: int,
    noise: float = 0.0,
    cancelled: threading.Event | None = None,
) -> RateSearch | None:
    """Try learning rates from 0.0001 to 10, and more of them around the best one; None where it was cancelled.

    Parameters
    ----------
    runner : whose rate is looked for; the one it has does not count
    steps, noise : as in the race; the starts are 20 others, 5 for a rule without gradients
    """
    is_quick = OPTIMIZERS[runner.optimizer].uses_gradient
    count, per_decade = (STARTS, _PER_DECADE) if is_quick else (_FEW_STARTS, _PER_DECADE // 2)
    places = surface.starts(count, SEARCH_SEED)
    decades = round(np.log10(HIGHEST_RATE / LOWEST_RATE))
    tried = _round(np.geomspace(LOWEST_RATE, HIGHEST_RATE, per_decade * decades + 1))
    heights: dict[float, float] = {}
    ratio = 10 ** (1 / per_decade)
    for _ in range(_ROUNDS):
        runners = tuple(replace(runner, learning_rate=rate) for rate in tried)
        race = run_race(surface, runners, places, steps, noise, SEARCH_SEED, cancelled)
        if race is None:
            return None
        last = np.where(np.isfinite(race.errors[-1]), race.errors[-1] + race.lowest, np.inf)
        heights |= dict(zip(tried, np.sort(last, axis=-1)[:, count // 2].tolist(), strict=True))
        best = min(sorted(heights), key=lambda rate: heights[rate])
        around = np.geomspace(best / ratio, best * ratio, 2 * _FINER + 1)
        tried = [rate for rate in _round(around) if LOWEST_RATE <= rate <= HIGHEST_RATE and rate not in heights]
        ratio **= 1 / _FINER
    rates = sorted(heights)
    return RateSearch(np.array(rates), np.array([heights[rate] for rate in rates]))


def _round(rates: NDArray[np.float64]) -> list[float]:
    """Return rates with two digits, each once."""
    return sorted({float(f"{rate:.2g}") for rate in rates})
