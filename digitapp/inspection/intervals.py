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
