"""How the error falls with the number of hidden units: networks of many sizes learn one curve."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitapp.lab.any_function.function_fit import FitConfig, error, train_fit
from digitapp.progress import Report
from digitapp.training.config import check_whole

COUNTS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
MOST_STEPS = 20_000
MOST_SEEDS = 20


@dataclass(frozen=True)
class Series:
    """What is tried.

    Attributes
    ----------
    config : how each network learns; its units and its seed are not used
    targets : the curve, a tuple so that series can be told apart
    steps : of each network
    seeds : how many networks of each size; theirs are the seeds 0, 1, 2 and so on

    Raises
    ------
    ConfigError : a value that cannot be used
    """

    config: FitConfig
    targets: tuple[float, ...]
    steps: int = 2000
    seeds: int = 3

    def __post_init__(self) -> None:
        check_whole("steps", self.steps, 1, MOST_STEPS)
        check_whole("seeds", self.seeds, 1, MOST_SEEDS)


@dataclass(frozen=True, eq=False)
class SeriesResult:
    """The errors of a series.

    Attributes
    ----------
    errors : (counts, seeds), the root of the mean squared error at the end
    """

    series: Series
    errors: NDArray[np.float64]

    @property
    def medians(self) -> NDArray[np.float64]:
        """The error of the middle network of each size."""
        return np.median(self.errors, axis=1)


Comparison = tuple[Series, ...]


def run_series(
    series: Series, report: Report | None = None, cancelled: threading.Event | None = None
) -> SeriesResult | None:
    """Train every network of a series; None where it was cancelled.

    `report` is told how many of them are done, and of how many.
    """
    errors = np.empty((len(COUNTS), series.seeds))
    for row, units in enumerate(COUNTS):
        for seed in range(series.seeds):
            if cancelled is not None and cancelled.is_set():
                return None
            network = train_fit(replace(series.config, units=units, seed=seed), series.targets, series.steps)
            errors[row, seed] = error(network, series.targets)
            if report is not None:
                report(row * series.seeds + seed + 1, errors.size)
    return SeriesResult(series, errors)


def compare(
    comparison: Comparison, report: Report | None = None, cancelled: threading.Event | None = None
) -> list[SeriesResult] | None:
    """Run several series one after the other; None where they were cancelled. `report` is told of all networks."""
    total = sum(len(COUNTS) * series.seeds for series in comparison)
    results: list[SeriesResult] = []
    for series in comparison:
        before = sum(result.errors.size for result in results)

        def tell(done: int, _total: int, before: int = before) -> None:
            if report is not None:
                report(before + done, total)

        result = run_series(series, tell, cancelled)
        if result is None:
            return None
        results.append(result)
    return results
