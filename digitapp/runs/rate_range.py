"""What the losses of a learning-rate range test say: between which rates a network learns.

Everything here is a function of rates and losses. Single batches, and single seeds, count for nothing: at each rate the
middle seed is taken, of rates beside each other the middle one, and what is left is smoothed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BEFORE = 0.1  # the share of the rates, the lowest ones, at which nothing is learned yet
_WINDOW = 1 / 36  # the share of the rates over which a median is taken, and then a mean
_SLOPE = 1 / 13  # the share over which a slope is measured
_NOISE = 2.0  # what is less than so many times the spread of single batches is noise
_WANDERS = 1.5  # and so is what is less than so many times what the line wanders before anything is learned
_CLEAR = 0.05  # and what is less than this share of the loss at the start is not worth a choice
_TURNED = 0.5  # the loss has turned when it has lost so much of what it had gained
_WON = 0.99  # the high end is the first rate with so much of the descent: those above it win nothing
_CEILING = 2.0  # times the loss at the start: how far above is of no interest
_DIGITS = 2


class Outcome(Enum):
    """What a test ends with, as far as its losses say."""

    FOUND = "a range was found"
    FLAT = "no rate lets the loss fall clearly"


class RateRange(NamedTuple):
    """The rates that are of use, rounded to two digits: the loss falls fastest at `low`, and turns above `high`."""

    low: float
    middle: float
    high: float

    @classmethod
    def between(cls, low: float, high: float) -> RateRange:
        """Return the range with the middle that is as many times the low end as the high end is times it."""
        return cls(rounded(low), rounded(math.sqrt(low * high)), rounded(high))


@dataclass(frozen=True, eq=False)
class Reading:
    """What the losses say.

    Attributes
    ----------
    outcome : whether there is a range
    found : the range, or None
    rates : (steps,)
    low, middle, high : float arrays (steps,), the smoothed loss of the lower quartile of the seeds, the middle one, and
        the upper quartile; nowhere above twice the start
    start : the loss at the lowest rates
    descent : by how much it falls from there to its lowest point before it turns
    turned : the rate at which it has turned, or has risen for good; None where it has not up to the highest
    """

    outcome: Outcome
    found: RateRange | None
    rates: Floats
    low: Floats
    middle: Floats
    high: Floats
    start: float
    descent: float
    turned: float | None


def read_sweep(rates: Floats, losses: Floats) -> Reading:
    """Return what the losses of a test say.

    Parameters
    ----------
    rates : (steps,), growing geometrically
    losses : (seeds, steps), may be infinite or no number where training has run away
    """
    steps = len(rates)
    before = max(3, round(_BEFORE * steps))
    losses = np.where(np.isfinite(losses), losses, np.inf)
    start = float(np.median(losses[:, :before]))
    low, middle, high = band(losses, start)
    singles = np.minimum(np.median(losses, axis=0), _CEILING * start) - middle
    start = float(np.median(middle[:before]))
    noise = max(_NOISE * _spread(singles), _WANDERS * float(np.ptp(middle[:before])), _CLEAR * start)
    end = _turn(middle, start, noise)
    bottom = int(np.argmin(middle[:end]))
    descent = start - float(middle[bottom])
    found = _range(rates, middle[: bottom + 1], start, descent) if descent > noise else None
    if found is None:  # it may still say from where on what was known before is lost
        calm = np.flatnonzero(middle <= start + noise)
        end = int(calm[-1]) + 1 if len(calm) else 0
    turned = float(rates[end]) if end < steps else None
    outcome = Outcome.FLAT if found is None else Outcome.FOUND
    return Reading(outcome, found, rates, low, middle, high, start, descent, turned)


def band(losses: Floats, start: float | None = None) -> tuple[Floats, Floats, Floats]:
    """Return the smoothed quartiles and the median of the seeds at each rate, three arrays (steps,).

    Parameters
    ----------
    losses : (seeds, steps), of all rates or of those that are done
    start : the loss at the lowest rates, where it is known
    """
    if start is None:
        start = float(np.median(losses[:, : max(3, round(_BEFORE * losses.shape[1]))]))
    below = np.minimum(np.where(np.isnan(losses), np.inf, losses), _CEILING * start)
    window = 2 * max(1, round(_WINDOW * losses.shape[1] / 2)) + 1
    low, middle, high = (smoothed(line, window) for line in np.quantile(below, (0.25, 0.5, 0.75), axis=0))
    return low, middle, high


def smoothed(line: Floats, window: int) -> Floats:
    """Return a line without spikes that are shorter than a half of the window, and then smoothed, (steps,)."""
    half = window // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(line, half, mode="symmetric"), window)
    weights = np.hanning(window + 2)[1:-1]
    calm = np.pad(np.median(around, axis=1), half, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(calm, window) @ (weights / weights.sum())


def rounded(rate: float) -> float:
    """Return a rate with as many digits as mean anything here."""
    return float(f"{rate:.{_DIGITS}g}")


def _spread(residuals: Floats) -> float:
    """Return the standard deviation of what is left of single batches, from the middle one of their distances."""
    return 1.4826 * float(np.median(np.abs(residuals)))


def _turn(line: Floats, start: float, noise: float) -> int:
    """Return the first place at which the line has risen again by much of what it had fallen; its length for none."""
    lowest = math.inf
    for place, loss in enumerate(line.tolist()):
        lowest = min(lowest, loss)
        fallen = start - lowest
        if fallen > noise and loss > lowest + max(_TURNED * fallen, noise):
            return place
    return len(line)


def _range(rates: Floats, falling: Floats, start: float, descent: float) -> RateRange | None:
    """Return the range that a line down to its lowest point allows; None where that is at the very lowest rates."""
    won = (start - falling) / descent
    high = int(np.argmax(won >= _WON))
    if high < 2:
        return None
    window = max(3, round(_SLOPE * len(rates)))
    around = np.pad(falling, window // 2, mode="edge")
    slopes = (around[window - 1 :] - around[: len(around) - window + 1])[: len(falling)]
    # Where much is won already, or next to nothing yet, a steep place is none that a training could begin with.
    slopes = np.where((won > 0.1) & (won < 0.9), slopes, np.inf)[: high + 1]
    low = int(np.argmin(slopes)) if np.isfinite(slopes).any() else high // 2
    return RateRange.between(float(rates[low]), float(rates[high]))
