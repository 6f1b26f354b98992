"""Student's t distribution: its tails and quantiles, from the incomplete beta function.

Source: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.5.8, 26.5.27 and 26.7.1.
"""

from __future__ import annotations

from math import exp, inf, isfinite, isnan, lgamma, log, nan

_TINY = 1e-300
_ENOUGH = 1e-15
_MOST_TERMS = 10_000


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), for 0 <= x <= 1 and positive a, b."""
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        raise ValueError(f"no incomplete beta function at {x}, {a}, {b}")
    if x in (0.0, 1.0):
        return x
    # The continued fraction is quick on one side of the mean of the distribution; the other side is its mirror.
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    return front * _continued_fraction(x, a, b)


def _continued_fraction(x: float, a: float, b: float) -> float:
    """Return the value of 26.5.8 by the method of Lentz, whose partial products neither overflow nor vanish."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < _ENOUGH:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def two_sided_tail(t: float, freedom: float) -> float:
    """Return how probable a value of at least |t|, to either side, is at so many degrees of freedom."""
    if freedom <= 0:
        raise ValueError(f"{freedom} degrees of freedom")
    if isnan(t):
        return nan
    if not isfinite(t):
        return 0.0
    if t * t < freedom:  # where a share near 1 would be a 1 with nothing behind it
        return 1 - incomplete_beta(t * t / (freedom + t * t), 0.5, freedom / 2)
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def quantile(probability: float, freedom: float) -> float:
    """Return the value that is exceeded with 1 − `probability`, for probabilities above 0 and below 1.

    Found by halving: the tail falls from end to end.
    """
    if not 0 < probability < 1:
        raise ValueError(f"a quantile of {probability}")
    if probability < 0.5:
        return -quantile(1 - probability, freedom)
    tail = 2 * (1 - probability)
    low, high = 0.0, 1.0
    while two_sided_tail(high, freedom) > tail:
        low, high = high, 2 * high
        if high == inf:
            return inf
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if two_sided_tail(middle, freedom) > tail:
            low = middle
        else:
            high = middle
