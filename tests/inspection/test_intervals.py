"""Wilson's interval and Newcombe's for a difference against published values and their promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.inspection.intervals import difference_interval, wilson_interval


def test_a_value_by_hand():
    # Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
    low, high = wilson_interval(81, 263)
    assert (low, high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_none_and_all_are_no_points():
    low, high = wilson_interval(30, 30)
    assert high == 1
    assert low == pytest.approx(30 / (30 + 1.959964**2))
    assert wilson_interval(0, 30) == pytest.approx((0, 1 - low))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_holds_the_share_and_stays_within_bounds(counts):
    right, samples = counts
    low, high = wilson_interval(right, samples)
    assert 0 <= low <= right / samples <= high <= 1


@pytest.mark.parametrize("counts", [(0, 0), (-1, 3), (4, 3)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="share"):
        wilson_interval(*counts)


def test_a_difference_by_hand():
    # Newcombe (1998), second paper, table II: 56 of 70 and 48 of 80 differ by 0.0524 to 0.3339.
    assert difference_interval((56, 70), (48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(*[st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))] * 2)
def test_it_holds_the_difference_and_turns_round_with_it(first, second):
    low, high = difference_interval(first, second)
    difference = first[0] / first[1] - second[0] / second[1]
    assert -1 - 1e-9 <= low <= difference <= high <= 1 + 1e-9
    assert difference_interval(second, first) == pytest.approx((-high, -low))


def test_shares_alike_may_differ_by_nothing():
    low, high = difference_interval((40, 100), (40, 100))
    assert low < 0 < high
