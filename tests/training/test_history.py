"""The record of a run: curves of any length from a bounded number of bins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitapp.training.events import BatchDone, EpochDone, RunStarted
from digitapp.training.history import BINS_PER_BAND, MAX_BINS, Curve, EpochTable, History


def curve_of(values) -> Curve:
    curve = Curve()
    for value in values:
        curve.append(value)
    return curve


def batch(step: int, loss: float = 1.0) -> BatchDone:
    return BatchDone(1, step, step, step * 8, loss, 0.5, 0.1)


def epoch(number: int, validation: float | None = 0.9) -> EpochDone:
    loss = None if validation is None else 0.3
    return EpochDone(number, number * 2, 0.5, 0.8, loss, validation, np.eye(2, dtype=int), np.zeros(4, int), 1.0)


def test_an_empty_curve_has_no_points() -> None:
    view = Curve().view(10)
    assert len(view.x) == len(view.mean) == len(view.band_x) == len(view.low) == 0


def test_the_first_batches_stand_where_they_ended() -> None:
    view = curve_of([4.0, 2.0]).view(batches_per_epoch=10)
    assert view.x == pytest.approx([0.1, 0.2])
    assert view.mean == pytest.approx([4.0, 2.0])


@settings(max_examples=60, deadline=None)
@given(count=st.integers(1, 5 * MAX_BINS), seed=st.integers(0, 9))
def test_a_curve_of_any_length_is_bounded_ordered_and_true(count: int, seed: int) -> None:
    values = np.random.default_rng(seed).random(count).astype(np.float32)
    view = curve_of(values).view(batches_per_epoch=7)
    assert len(view.x) <= MAX_BINS
    assert len(view.band_x) <= MAX_BINS // BINS_PER_BAND + 3
    assert np.all(np.diff(view.x) > 0)
    assert np.all(np.diff(view.band_x) >= 0)
    assert view.x[-1] <= count / 7 + 1e-9
    assert view.band_x[0] == view.x[0]
    assert view.band_x[-1] == view.x[-1]
    assert np.all(view.low <= view.high)
    assert values.min() - 1e-6 <= view.mean.min()
    assert view.mean.max() <= values.max() + 1e-6


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 700), min_size=1, max_size=6))
def test_watching_a_curve_grow_gives_the_same_as_looking_once(cuts: list[int]) -> None:
    values = np.random.default_rng(1).random(sum(cuts))
    watched = Curve()
    done = 0
    for cut in cuts:
        for value in values[done : done + cut]:
            watched.append(value)
        done += cut
        watched.view(10)
    seen, fresh = watched.view(10), curve_of(values).view(10)
    for name in ("x", "mean", "band_x", "low", "high"):
        np.testing.assert_array_equal(getattr(seen, name), getattr(fresh, name))


def test_smoothing_keeps_its_width_when_bins_are_merged() -> None:
    values = np.zeros(2 * MAX_BINS + 1)
    values[MAX_BINS:] = 1  # a step: the line takes as many batches to climb it before and after merging
    before = curve_of(values[: 2 * MAX_BINS]).view(1)
    after = curve_of(values).view(1)
    climb = [np.ptp(view.x[(view.mean > 0.01) & (view.mean < 0.99)]) for view in (before, after)]
    assert climb[0] == pytest.approx(climb[1], abs=8)


def test_the_band_holds_the_middle_of_what_scatters() -> None:
    values = np.random.default_rng(3).random(20_000)
    view = curve_of(values).view(100)
    assert view.low[1:-1] == pytest.approx(0.1, abs=0.08)
    assert view.high[1:-1] == pytest.approx(0.9, abs=0.08)


@given(values=st.lists(st.floats(0, 100, width=32), min_size=1, max_size=8))
def test_a_band_of_few_batches_is_the_one_of_numpy(values: list[float]) -> None:
    view = curve_of(values).view(1)
    low, high = np.percentile(np.array(values, np.float32), (10, 90))
    assert view.low[-1] == pytest.approx(low, abs=1e-3)
    assert view.high[-1] == pytest.approx(high, abs=1e-3)


def test_values_can_be_had_exactly() -> None:
    curve = curve_of([0.5, 0.25])
    assert curve.value(1) == 0.25
    np.testing.assert_array_equal(curve.values, np.array([0.5, 0.25], np.float32))
    curve.append(0.125)  # the copy does not hold the curve's memory
    assert len(curve) == 3


def test_epochs_become_columns_with_nan_for_what_was_not_measured() -> None:
    table = EpochTable()
    table.append(epoch(1, validation=None))
    table.append(epoch(2))
    assert table.column("epoch").tolist() == [1, 2]
    assert np.isnan(table.column("validation_accuracy")[0])
    assert table.column("validation_accuracy")[1] == 0.9


@given(count=st.integers(1, 500), most=st.integers(1, 50))
def test_thinned_columns_are_even_and_end_with_the_newest(count: int, most: int) -> None:
    table = EpochTable()
    for number in range(1, count + 1):
        table.append(epoch(number))
    chosen = table.column("epoch", most)
    assert len(chosen) <= most
    assert chosen[-1] == count
    assert len(set(np.diff(chosen))) <= 1


def test_history_takes_in_a_run() -> None:
    history = History()
    assert history.progress == 0
    for event in (RunStarted(2, 2, 16, 4), batch(1, 3.0), batch(2, 2.0), epoch(1), batch(3, 1.0)):
        history.add(event)
    assert history.progress == 0.75
    assert history.loss.values.tolist() == [3.0, 2.0, 1.0]
    assert len(history.epochs) == 1
    assert history.last_epoch is not None
    assert history.last_epoch.validation_accuracy == 0.9
    assert history.last_batch == batch(3, 1.0)
