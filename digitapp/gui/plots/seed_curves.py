"""The curves of an experiment: the mean of its seeds, the band from the lowest to the highest, and each by itself."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from digitapp.gui.plots.curve_plot import PlotData
from digitapp.training.history import CurveView, History


def seed_curves(histories: Sequence[History], name: str) -> tuple[PlotData, list[PlotData]] | None:
    """Return what a plot shows of several runs of one kind: what is in front, and the single ones behind it.

    Where the runs are validated, band and single lines are of the validation, else of the training. A seed that is not
    so far yet counts as far as it is. None where fewer than two runs have begun.

    Parameters
    ----------
    histories : how the runs went so far
    name : "loss" or "accuracy"
    """
    every = [data for data in (PlotData.of(history, name) for history in histories) if data is not None]
    if len(every) < 2:
        return None
    longest = max(every, key=lambda data: len(data.curve))
    x, epochs = longest.view.x, longest.epochs
    training = np.stack([_at(x, data.view.x, data.view.mean) for data in every])
    validation = np.stack([_at(epochs, data.epochs, data.validation) for data in every])
    is_validated = bool(np.isfinite(validation).any())
    band_x, banded = (epochs, validation) if is_validated else (x, training)
    known = np.isfinite(banded).any(axis=0)
    low, high = np.nanmin(banded[:, known], axis=0), np.nanmax(banded[:, known], axis=0)
    view = CurveView(x, _mean(training), band_x[known], low, high)
    front = replace(longest, view=view, validation=_mean(validation), seeds=len(every))
    return front, [_alone(data) if is_validated else data for data in every]


def _at(places: np.ndarray, x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return values at other places, NaN behind their end."""
    return np.interp(places, x, values, right=np.nan) if len(x) else np.full(len(places), np.nan)


def _mean(values: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a place that none has reached
        return np.nanmean(values, axis=0) if values.size else values[0]


def _alone(data: PlotData) -> PlotData:
    """Return the line of a single seed: its validation."""
    known = np.isfinite(data.validation)
    none = np.empty(0)
    return replace(data, view=CurveView(data.epochs[known], data.validation[known], none, none, none))
