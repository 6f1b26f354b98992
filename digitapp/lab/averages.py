"""The exponentially weighted mean of a signal: how momentum, RMSprop and Adam remember."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

MOST_BETA = 0.99
PERIOD = 100
"""How many values one wave of the noisy cosine has."""


def exponential_mean(values: ArrayLike, beta: float, *, corrected: bool = False) -> Floats:
    """Return v₁, v₂, … with v₀ = 0 and vₜ = β vₜ₋₁ + (1 − β) xₜ, as long as the values.

    Parameters
    ----------
    values : (n,) the signal x; one that is not a number stays in the mean from there on
    beta : 0 ≤ β < 1; 0 forgets all but the newest
    corrected : divide vₜ by 1 − βᵗ, the sum of its weights: the start at 0 is no longer in it

    Raises
    ------
    ValueError : β out of its range

    Source: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015), section 3.
    """
    _check(beta)
    signal = np.asarray(values, np.float64)
    means, mean = np.empty(signal.size), 0.0
    for index, value in enumerate(signal.tolist()):
        mean = beta * mean + (1 - beta) * value
        means[index] = mean
    if corrected:
        means /= 1 - np.power(beta, np.arange(1, signal.size + 1))
    return means


def past_weights(beta: float, count: int, *, corrected: bool = False) -> Floats:
    """Return how much the newest value, the one before it, and so on count in the mean of `count` values, (count,).

    (1 − β) βᵏ for the value k steps ago. They add up to 1 − β^count, corrected to 1.

    Raises
    ------
    ValueError : β out of its range
    """
    _check(beta)
    weights: Floats = (1 - beta) * np.power(beta, np.arange(count), dtype=np.float64)
    return weights / (1 - beta**count) if corrected and count else weights


def memory(beta: float) -> float:
    """Return 1/(1 − β): over about how many values the mean is taken. What is older counts for less than 1/e of it.

    Raises
    ------
    ValueError : β out of its range
    """
    _check(beta)
    return 1 / (1 - beta)


def noisy_cosine(count: int, noise: float, seed: int) -> tuple[Floats, Floats]:
    """Return a cosine with a wave of `PERIOD` values, and the same with noise N(0, noise²) on each, (count,) both.

    The noise of a seed begins alike whatever the number of values, and grows in proportion.
    """
    clean: Floats = np.cos(2 * np.pi * np.arange(count) / PERIOD)
    return clean, clean + noise * np.random.default_rng(seed).standard_normal(count)


def _check(beta: float) -> None:
    if not 0 <= beta < 1:
        raise ValueError(f"β must be at least 0 and below 1, got {beta!r}")
