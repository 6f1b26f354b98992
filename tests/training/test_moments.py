"""Moments of a run: always the start and the end, evenly spread between, and never more memory than allowed."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.training.moments import LEAST_MOMENTS, MOST_BYTES, MOST_MOMENTS, Archive, Moments


def run(moments, steps, size=1):
    """Take a run of so many steps through, with `size` parameters; return the most bytes that were in use."""
    most = 0
    for step in range(steps + 1):
        if moments.wants(step):
            copy = np.full(size, step, np.float32)
            most = max(most, moments.nbytes + copy.nbytes)
            moments.add(step, copy)
    moments.close(steps, np.full(size, steps, np.float32))
    return max(most, moments.nbytes)


@given(capacity=st.integers(LEAST_MOMENTS, 40), steps=st.integers(0, 3000))
def test_start_end_and_even_spread(capacity, steps):
    moments = Moments(capacity)
    most = run(moments, steps, size=4)
    kept = [moment.step for moment in moments.kept]
    assert kept[0] == 0 and kept[-1] == steps
    assert kept == sorted(set(kept))
    assert len(kept) <= capacity and most <= capacity * 16
    assert len(kept) >= min(steps + 1, (capacity - 1) // 2 + 1)
    distances = np.diff(kept)[:-1]
    assert len(set(distances.tolist())) <= 1, "all but the last stand equally far apart"
    assert all(moment.parameters[0] == moment.step for moment in moments.kept)


def test_a_short_run_is_kept_whole():
    moments = Moments(MOST_MOMENTS)
    moments.plan(100)
    run(moments, 100)
    assert [moment.step for moment in moments.kept] == list(range(101))


def test_hours_take_few_copies():
    moments, copies = Moments(MOST_MOMENTS), 0
    moments.plan(200_000)
    for step in range(200_000):
        if moments.wants(step):
            copies += 1
            moments.add(step, np.zeros(1, np.float32))
    assert copies < 750, "64 for every doubling of the length"
    assert {b.step - a.step for a, b in pairwise(moments.kept)} == {2048}


def test_what_has_no_room_is_not_kept():
    moments = Moments(1)
    assert not moments.wants(0)
    run(moments, 10)
    assert len(moments) == 0
    with pytest.raises(ValueError, match="no moments"):
        moments.nearest(3)


def test_a_closed_run_wants_no_more():
    moments = Moments(4)
    run(moments, 10)
    assert not moments.wants(16)
    moments.close(99, np.zeros(1))
    assert moments.kept[-1].step == 10


def test_the_nearest_moment():
    moments = Moments(10)
    run(moments, 40)  # 0, 8, 16, 24, 32, 40
    steps = [moment.step for moment in moments.kept]
    assert steps == [0, 8, 16, 24, 32, 40]
    assert [moments.nearest(step) for step in (-5, 0, 3, 5, 12, 13, 39, 99)] == [0, 0, 0, 1, 1, 2, 5, 5]


def test_thinning_keeps_both_ends():
    moments = Moments(10)
    run(moments, 8)
    for expected in ([0, 2, 4, 6, 8], [0, 4, 8], [0, 8], [0, 8]):
        moments.thin()
        assert [moment.step for moment in moments.kept] == expected


@given(sizes=st.lists(st.sampled_from([65, 1_000, 26_000, 101_770, 170_000]), min_size=1, max_size=8))
def test_all_runs_together_stay_within_the_limit(sizes):
    archive = Archive(limit=2_000_000)
    for size in sizes:
        moments = archive.open(size * 4)
        before = archive.nbytes - moments.nbytes
        most = run(moments, 700, size)
        assert before + most <= archive.limit
        assert archive.nbytes <= archive.limit
        assert len(moments) >= LEAST_MOMENTS, "the newest run always has start and end"


def test_a_run_that_goes_on_keeps_what_it_was_promised():
    archive = Archive(limit=1_000)
    first = archive.open(100)
    assert first.capacity == 10
    second = archive.open(100)
    assert second.capacity == 0, "nothing is taken from a run that is still learning"
    run(first, 50, 25)
    third = archive.open(100)
    assert third.capacity == 8 and len(first) == 2
    assert first.kept[0].step == 0 and first.kept[-1].step == 50


def test_the_oldest_run_goes_when_nothing_else_makes_room():
    archive = Archive(limit=1_000)
    old = archive.open(100)
    run(old, 50, 25)
    large = archive.open(450)
    assert len(old) == 0 and large.capacity == 2
    assert archive.open(600).capacity == 0, "a network that is larger than half the memory cannot be kept"


def test_the_limit_is_two_hundred_megabytes():
    moments = Archive().open(12_000_000 * 4)
    assert MOST_BYTES == 200_000_000 and moments.capacity == 4
