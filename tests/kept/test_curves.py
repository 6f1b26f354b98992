"""Curves of experiments: mean and band are those of the seeds, and thinning loses no spike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_lines import make_experiment
from numpy.typing import NDArray

from digitapp.kept.curves import BINS, seed_curves, thinned
from digitapp.kept.experiments import Measure
from digitapp.kept.register import RunLine
from digitapp.kept.runs import RunFate


@settings(max_examples=40)
@given(st.integers(1, 5000), st.integers(2, 40), st.integers(0, 2**32))
def test_a_thinned_line_keeps_its_ends_and_every_extreme(count: int, bins: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=count)
    values[rng.integers(count)] = 99.0
    values[rng.random(count) < 0.1] = np.nan
    curve = thinned(values, bins)
    assert len(curve.x) <= 2 * bins + 2 and np.all(np.diff(curve.x) > 0)
    assert (curve.x[0], curve.x[-1]) == (1, count)
    np.testing.assert_array_equal(curve.y, values[curve.x.astype(int) - 1])  # no point is made up
    if np.isfinite(values).any():
        assert np.nanmax(curve.y) == np.nanmax(values) and np.nanmin(curve.y) == np.nanmin(values)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 1500), min_size=1, max_size=5), st.integers(0, 2**32))
def test_mean_and_band_are_those_of_all_seeds_as_far_as_each_has_come(lengths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    experiment = make_experiment("a", dict.fromkeys(range(len(lengths)), 0.5))
    columns = [rng.random(length) for length in lengths]

    def read(line: RunLine, name: str) -> NDArray[np.float64]:
        assert name == "validation_loss"
        return columns[line.seed]

    found = seed_curves(experiment, Measure.LOSS, read)
    known = [column for column in columns if len(column)]
    shared = min(map(len, known), default=0)
    assert list(found.seeds) == [seed for seed, column in enumerate(columns) if len(column)]
    assert found.epochs == max(lengths)
    if not shared:
        assert found.last is None and not len(found.mean.x)
        return
    rows = np.stack([column[:shared] for column in known])
    assert found.last == pytest.approx(rows[:, -1].mean())
    places = found.mean.x.astype(int) - 1
    np.testing.assert_allclose(found.mean.y, rows.mean(axis=0)[places])
    assert found.low.min() == rows.min() and found.high.max() == rows.max()
    assert np.all(found.low <= found.high) and (found.band_x[0], found.band_x[-1]) == (1, shared)
    if shared <= 2 * BINS:
        np.testing.assert_array_equal(found.low, rows.min(axis=0))
        np.testing.assert_array_equal(found.high, rows.max(axis=0))


def test_seeds_without_validation_have_no_curve() -> None:
    experiment = make_experiment("a", {0: 0.5, 1: 0.6})
    found = seed_curves(experiment, Measure.ACCURACY, lambda _line, _name: np.full(4, np.nan))
    assert found.seeds == {} and found.epochs == 0 and found.last is None


def test_of_runs_that_have_not_ended_the_curves_are_shown_as_far_as_they_are() -> None:
    for fate in (RunFate.FAILED, RunFate.UNDER_WAY, RunFate.INTERRUPTED):
        experiment = make_experiment("a", {0: 0.5, 1: 0.6}, fate=fate)
        found = seed_curves(experiment, Measure.ACCURACY, lambda line, _: np.arange(2.0 + line.seed))
        assert list(found.seeds) == [0, 1] and found.epochs == 3 and found.mean.y.tolist() == [0, 1]
