"""Curves of experiments: validation by epoch, the mean of the seeds and how far they lie apart, thinned to be drawn.

A run may have a million epochs and a plot has a thousand pixels: of many epochs the lowest and the highest are kept, so
that a spike is seen however narrow it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.kept.experiments import Experiment, Measure
from digitapp.kept.register import RunLine

BINS = 128
"""A thinned line has two points in each, at most."""

Values = NDArray[np.float64]
ReadColumn = Callable[[RunLine, str], Values]


@dataclass(frozen=True, eq=False)
class Curve:
    """A line to be drawn: epochs, rising, and the value at each."""

    x: Values
    y: Values


@dataclass(frozen=True, eq=False)
class SeedCurves:
    """The curves of an experiment.

    Attributes
    ----------
    seeds : a thinned curve for each seed
    mean : of all seeds, as far as each of them has come; thinned
    band_x, low, high : the lowest and the highest seed, over the same epochs
    epochs : how many the longest has
    last : the mean of the last epoch that all have reached; None where there is none
    """

    seeds: dict[int, Curve]
    mean: Curve
    band_x: Values
    low: Values
    high: Values
    epochs: int
    last: float | None


def seed_curves(experiment: Experiment, measure: Measure, read: ReadColumn) -> SeedCurves:
    """Return the curves of the runs of an experiment that count; where none does, of those that there are.

    Parameters
    ----------
    read : returns a column of a run's epochs by its name, such as "validation_loss", shape (epochs,)
    """
    runs = experiment.by_seed or {line.seed: line for line in reversed(experiment.lines)}
    columns = {seed: read(line, f"validation_{measure}") for seed, line in sorted(runs.items())}
    columns = {seed: column for seed, column in columns.items() if np.isfinite(column).any()}
    shared = min(map(len, columns.values()), default=0)
    rows = np.stack([column[:shared] for column in columns.values()]) if columns else np.empty((1, 0))
    mean, low, high = rows.mean(axis=0), rows.min(axis=0), rows.max(axis=0)
    return SeedCurves(
        {seed: thinned(column) for seed, column in columns.items()},
        thinned(mean),
        *_thinned_band(low, high),
        max(map(len, columns.values()), default=0),
        float(mean[-1]) if shared else None,
    )


def thinned(values: Sequence[float] | Values, bins: int = BINS) -> Curve:
    """Return values by epoch, from 1, as a line of two points a bin at most: the lowest and the highest in it.

    The first and the last epoch are always among them; what is not finite leaves a gap.
    """
    y = np.asarray(values, np.float64)
    x = np.arange(1.0, len(y) + 1)
    if len(y) <= 2 * bins:
        return Curve(x, y)
    starts = _starts(len(y), bins)
    low, high = np.where(np.isfinite(y), y, np.inf), np.where(np.isfinite(y), y, -np.inf)
    ends = np.append(starts[1:], len(y))
    places = [0, len(y) - 1]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        places += [start + int(low[start:end].argmin()), start + int(high[start:end].argmax())]
    chosen = np.unique(places)
    return Curve(x[chosen], y[chosen])


def _thinned_band(low: Values, high: Values, bins: int = BINS) -> tuple[Values, Values, Values]:
    """Return the middles of bins, the lowest in each and the highest; all epochs where they are few."""
    count = len(low)
    if count <= 2 * bins:
        return np.arange(1.0, count + 1), low, high
    starts = _starts(count, bins)
    middles = (starts + np.append(starts[1:], count) + 1) / 2
    middles[0], middles[-1] = 1, count  # band and line begin and end together
    return middles, np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)


def _starts(count: int, bins: int) -> NDArray[np.int64]:
    return np.arange(bins) * count // bins
