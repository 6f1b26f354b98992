"""How much a share of few samples says."""

from math import sqrt

TWO_SIDED_95 = 1.959964
"""The standard normal quantile for 95 % between both ends."""


def wilson_interval(right: int, samples: int, quantile: float = TWO_SIDED_95) -> tuple[float, float]:
    """Return between which shares the true one probably lies, when `right` of `samples` were right.

    Unlike the usual mean plus or minus its deviation, it stays within 0 to 1 and is not a point at 0 or at all right.

    Parameters
    ----------
    right, samples : int, 0 <= right <= samples, samples > 0
    quantile : of the standard normal distribution

    Returns
    -------
    low, high : float, 0 <= low <= right / samples <= high <= 1

    Raises
    ------
    ValueError : no samples, or more right than there are

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (1927).
    """
    if not 0 <= right <= samples or samples == 0:
        raise ValueError(f"{right} right of {samples} samples is no share")
    share, squared = right / samples, quantile**2
    middle = (share + squared / (2 * samples)) / (1 + squared / samples)
    reach = quantile / (1 + squared / samples) * sqrt(share * (1 - share) / samples + squared / (4 * samples**2))
    low = 0.0 if right == 0 else middle - reach
    high = 1.0 if right == samples else middle + reach
    return low, high


def difference_interval(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """Return between which values the true difference of two shares probably lies, at 95 %: the first minus the second.

    Parameters
    ----------
    first, second : how many were right, and of how many, as in `wilson_interval`; samples that do not depend on each
        other

    Returns
    -------
    low, high : float from -1 to 1; both of one sign where chance hardly makes such a difference

    Source: Newcombe, "Interval Estimation for the Difference Between Independent Proportions" (1998), method 10.
    """
    (low_1, high_1), (low_2, high_2) = wilson_interval(*first), wilson_interval(*second)
    share_1, share_2 = first[0] / first[1], second[0] / second[1]
    difference = share_1 - share_2
    down = sqrt((share_1 - low_1) ** 2 + (high_2 - share_2) ** 2)
    up = sqrt((high_1 - share_1) ** 2 + (share_2 - low_2) ** 2)
    return difference - down, difference + up
