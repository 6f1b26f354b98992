"""Whether one way to train is better than another, said honestly from few runs.

Every function takes results of runs, such as shares that were read right, and says by how much the first is ahead of
the second, how sure that is, and how many seeds would tell.

Sources: Student, "The Probable Error of a Mean" (1908); Welch, "The generalization of 'Student's' problem" (1947);
Fisher, "The Design of Experiments" (1935), section 21, for signs flipped; McNemar, "Note on the sampling error of the
difference between correlated proportions" (1947), in its exact form; Vargha and Delaney, "A critique and improvement of
the CL common language effect size" (2000), for the probability to be ahead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from digitapp.runs.student import quantile, two_sided_tail

LEVEL = 0.95
"""How sure an interval is."""
POWER = 0.8
"""How often so many seeds as are recommended would tell, if the difference is what it seems."""
MOST_EXACT = 20
"""Up to so many pairs all ways to flip their signs are counted, a million; of more a sample of them."""
MOST_SEEDS = 10_000
_SAMPLED = 100_000
_AT_ONCE = 4096  # sums of flipped signs that are held in memory


class Verdict(Enum):
    """What a comparison says."""

    FIRST = "the first is better"
    SECOND = "the second is better"
    OPEN = "so few cannot tell"
    SINGLE = "one run of each can never tell"


@dataclass(frozen=True)
class Difference:
    """How far the first is ahead of the second.

    Attributes
    ----------
    mean : of the differences, or the difference of the means
    low, high : between which the true one lies with 95 % certainty; −∞ and ∞ where one run of each says nothing
    p : how probable so large a difference is where there is none; of pairs by flipped signs, else by Welch's test
    t_p : the same by the t test that belongs to the interval; below 5 % where zero lies outside
    ahead : probability that a run of the first is ahead of one of the second; a draw counts half
    runs : how many there are of each
    is_paired : whether each run of the first has one of the second with the same seed
    needed : with how many runs of each a difference of this size would be told in four of five cases; None where the
        runs do not differ, or more than `MOST_SEEDS` would be needed
    error : the standard error of the mean; ∞ where one run of each says nothing
    freedom : the degrees of freedom of the interval; 0 there
    """

    mean: float
    low: float
    high: float
    p: float
    t_p: float
    ahead: float
    runs: tuple[int, int]
    is_paired: bool
    needed: int | None
    error: float
    freedom: float

    @property
    def reach(self) -> float:
        """How many standard errors the interval goes to each side."""
        return quantile((1 + LEVEL) / 2, self.freedom)

    @property
    def verdict(self) -> Verdict:
        """What may be said: a side only where the whole interval is on it."""
        if self.runs == (1, 1) or not isfinite(self.low):
            return Verdict.SINGLE
        if self.low > 0:
            return Verdict.FIRST
        return Verdict.SECOND if self.high < 0 else Verdict.OPEN


def compare(first: dict[int, float], second: dict[int, float], grain: float = 0.0) -> Difference:
    """Return how far results by seed differ: in pairs where the seeds are the same, else as two groups.

    Parameters
    ----------
    first, second : results by seed, so that more is better
    grain : the least step between two results, such as one image's share of all; 0 for none. Few runs that happen to
        agree in it say nothing of how far others would lie apart: a spread counts as that of rounding, at least

    Raises ValueError where one of them has no result, or one that is no number.
    """
    shared = sorted(first.keys() & second.keys())
    if shared and len(shared) == len(first) == len(second):
        return compare_pairs([first[seed] for seed in shared], [second[seed] for seed in shared], grain)
    return compare_groups(list(first.values()), list(second.values()), grain)


def compare_pairs(first: Sequence[float], second: Sequence[float], grain: float = 0.0) -> Difference:
    """Return how far runs differ that have their seeds, and so first weights and batches, in common.

    Raises ValueError as `compare`, and where there are not as many of each.
    """
    one, other = _checked(first), _checked(second)
    if len(one) != len(other):
        raise ValueError(f"{len(one)} and {len(other)} runs are no pairs")
    gaps = one - other
    mean, runs = float(gaps.mean()), len(gaps)
    ahead = float(np.mean((gaps > 0) + 0.5 * (gaps == 0)))
    if runs == 1:
        return Difference(mean, -inf, inf, 1.0, 1.0, ahead, (1, 1), True, None, inf, 0)
    spread = max(float(gaps.std(ddof=1)), sqrt(2) * _rounding(grain))
    needed = _needed(mean, spread, groups=1)
    return _told(mean, sign_flip(gaps), ahead, (runs, runs), True, needed, spread / sqrt(runs), runs - 1)


def compare_groups(first: Sequence[float], second: Sequence[float], grain: float = 0.0) -> Difference:
    """Return how far runs differ that have nothing to do with each other, as of other seeds: Welch's interval and test.

    Raises ValueError as `compare`.
    """
    one, other = _checked(first), _checked(second)
    mean, runs = float(one.mean() - other.mean()), (len(one), len(other))
    gaps = one[:, np.newaxis] - other
    ahead = float(np.mean((gaps > 0) + 0.5 * (gaps == 0)))
    if min(runs) == 1:
        return Difference(mean, -inf, inf, 1.0, 1.0, ahead, runs, False, None, inf, 0)
    variances = [max(float(group.var(ddof=1)), _rounding(grain) ** 2) for group in (one, other)]
    shares = variances[0] / runs[0], variances[1] / runs[1]
    error = sqrt(sum(shares))
    # Where nothing spreads the formula has no value; the least that it can have is that of the smaller group.
    freedom = min(runs) - 1.0
    if error > 0:
        freedom = sum(shares) ** 2 / sum(share**2 / (count - 1) for share, count in zip(shares, runs, strict=True))
    needed = _needed(mean, sqrt(sum(variances)), groups=2)
    return _told(mean, None, ahead, runs, False, needed, error, freedom)


def _told(
    mean: float,
    p: float | None,
    ahead: float,
    runs: tuple[int, int],
    is_paired: bool,
    needed: int | None,
    error: float,
    freedom: float,
) -> Difference:
    """Return a difference with the interval and the t test of its standard error; without a `p` that of the t test."""
    reach = quantile((1 + LEVEL) / 2, freedom) * error
    t = mean / error if error > 0 else inf if mean else 0.0
    t_p = two_sided_tail(t, freedom)
    p = t_p if p is None else p
    return Difference(mean, mean - reach, mean + reach, p, t_p, ahead, runs, is_paired, needed, error, freedom)


def sign_flip(gaps: NDArray[np.float64]) -> float:
    """Return how often the mean of differences is as far from zero when their signs are drawn: two-sided, (n,).

    Where there is no difference, each could as well have had the other sign. All ways are counted for `MOST_EXACT`
    differences at most; of more, a sample with a fixed beginning, which counts what was seen as one of them.
    """
    magnitudes, seen = np.abs(gaps), abs(float(gaps.sum()))
    border = seen - 1e-12 * float(magnitudes.sum())  # sums of the same numbers in another order
    count = len(gaps)
    if count <= MOST_EXACT:
        # A half of the ways is the mirror of the other.
        total, as_far = 2 ** (count - 1), 0
        for start in range(0, total, _AT_ONCE):
            ways = np.arange(start, min(start + _AT_ONCE, total))
            signs = 1.0 - 2.0 * ((ways[:, np.newaxis] >> np.arange(count)) & 1)
            as_far += int(np.count_nonzero(np.abs(signs @ magnitudes) >= border))
        return as_far / total
    rng, as_far = np.random.default_rng(0), 1
    for start in range(0, _SAMPLED, _AT_ONCE):
        signs = rng.choice([-1.0, 1.0], (min(_AT_ONCE, _SAMPLED - start), count))
        as_far += int(np.count_nonzero(np.abs(signs @ magnitudes) >= border))
    return as_far / (_SAMPLED + 1)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return how probable it is that two equal networks differ so much on the same samples.

    Parameters
    ----------
    only_first, only_second : how many samples the one alone reads right

    The samples that both read right, or neither, say nothing about which is better. Exact and two-sided: the binomial
    distribution with a half.
    """
    if only_first < 0 or only_second < 0:
        raise ValueError("a count of samples is never negative")
    total, fewer = only_first + only_second, min(only_first, only_second)
    # Whole numbers, which no large exponent overflows.
    ways = tail = 1
    for count in range(fewer):
        ways = ways * (total - count) // (count + 1)
        tail += ways
    return min(1.0, 2 * tail / 2**total)


def adjusted(ps: Sequence[float]) -> list[float]:
    """Return the p values of several comparisons so that together they deceive as seldom as one (Holm, 1979)."""
    order = np.argsort(ps, kind="stable")
    found, largest = [1.0] * len(ps), 0.0
    for rank, place in enumerate(order.tolist()):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[place]))
        found[place] = largest
    return found


def luck_of_the_best(count: int) -> float:
    """Return how far the best of so many equal runs lies above their mean by luck alone, in standard deviations.

    The expected value of the largest of normal numbers: ∫ x n φ(x) Φ(x)ⁿ⁻¹ dx.
    """
    if count < 1:
        raise ValueError("the best of none")
    x = np.linspace(-9, 9, 20_001)
    density = np.exp(-x * x / 2) / sqrt(2 * np.pi)
    below = np.clip((np.cumsum(density) - density / 2) * (x[1] - x[0]), 0.0, 1.0)
    return float(np.trapezoid(x * count * density * below ** (count - 1), x))


def least_flip_p(runs: int) -> float:
    """Return the least that `sign_flip` can give for so many pairs: that all signs are alike, one way or the other."""
    return 2.0 ** (1 - runs)


def _rounding(grain: float) -> float:
    """Return the standard deviation of what is rounded away where results have steps of this size."""
    return grain / sqrt(12)


def _checked(results: Sequence[float]) -> NDArray[np.float64]:
    values = np.asarray(results, np.float64)
    if values.size == 0 or not np.isfinite(values).all():
        raise ValueError("results that are numbers are needed, one at least")
    return values


def _needed(mean: float, spread: float, groups: int) -> int | None:
    """Return how many runs of each would tell a difference of this size, see `Difference.needed`.

    Parameters
    ----------
    mean, spread : of the differences
    groups : 1 for pairs, 2 for groups of their own
    """
    if mean == 0 or not isfinite(spread / mean):
        return None
    ratio = spread / abs(mean)

    def tells(runs: int) -> bool:
        freedom = groups * (runs - 1)
        return runs >= (ratio * (quantile((1 + LEVEL) / 2, freedom) + quantile(POWER, freedom))) ** 2

    low, high = 1, 2
    while not tells(high):
        low, high = high, 2 * high
        if high > MOST_SEEDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if tells(middle) else (middle, high)
    return high
