"""The statistics of comparisons: equal to SciPy's, and saying neither more nor less than few runs can."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from digitapp.runs.comparison import (
    MOST_EXACT,
    Verdict,
    adjusted,
    compare,
    compare_groups,
    compare_pairs,
    luck_of_the_best,
    mcnemar,
    sign_flip,
)
from digitapp.runs.student import incomplete_beta, quantile, two_sided_tail

RESULTS = st.lists(st.floats(0, 1).map(lambda value: round(value, 4)), min_size=2, max_size=9)
FREEDOM = st.floats(0.5, 1e5)


@given(st.floats(0, 1, allow_subnormal=False), st.floats(0.01, 1e4), st.floats(0.01, 1e4))
def test_the_incomplete_beta_function_is_scipys(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-7, abs=1e-9)


@given(st.floats(-1e3, 1e3), FREEDOM)
def test_tails_are_scipys(t: float, freedom: float) -> None:
    assert two_sided_tail(t, freedom) == pytest.approx(2 * stats.t.sf(abs(t), freedom), rel=1e-8, abs=1e-12)


@given(st.floats(0.001, 0.999), FREEDOM)
def test_quantiles_are_scipys(probability: float, freedom: float) -> None:
    assert quantile(probability, freedom) == pytest.approx(stats.t.ppf(probability, freedom), rel=1e-8, abs=1e-8)


@settings(max_examples=30)
@given(RESULTS, st.integers(0, 10**6))
def test_pairs_are_scipys_paired_interval(first: list[float], seed: int) -> None:
    second = (np.array(first) + np.random.default_rng(seed).normal(0, 0.1, len(first)).round(4)).tolist()
    found = compare_pairs(first, second)
    gaps = np.subtract(first, second)
    assert found.mean == pytest.approx(gaps.mean(), abs=1e-12)
    if gaps.std() > 1e-9:
        expected = stats.ttest_rel(first, second).confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-7, abs=1e-9)
    assert found.p == pytest.approx(permutation(gaps), abs=1e-12)


def permutation(gaps: np.ndarray) -> float:
    """Return the share of all ways to flip the signs that lead as far: counted in whole numbers, one by one."""
    whole = [round(10_000 * gap) for gap in gaps]
    sums = [abs(sum(signs)) for signs in itertools.product(*((gap, -gap) for gap in whole))]
    return sum(each >= abs(sum(whole)) for each in sums) / len(sums)


@settings(max_examples=40)
@given(RESULTS, RESULTS)
def test_groups_are_scipys_welch_interval_and_mann_whitneys_probability(
    first: list[float], second: list[float]
) -> None:
    found = compare_groups(first, second)
    u = stats.mannwhitneyu(first, second).statistic
    assert found.ahead == pytest.approx(u / (len(first) * len(second)))
    if min(np.std(first), np.std(second)) > 1e-9:
        result: Any = stats.ttest_ind(first, second, equal_var=False)
        expected = result.confidence_interval(0.95)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-9)
        assert found.p == pytest.approx(result.pvalue, rel=1e-6, abs=1e-9)


@given(st.integers(0, 400), st.integers(0, 400))
def test_mcnemar_is_scipys_binomial_test(first: int, second: int) -> None:
    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_many_images() -> None:
    assert mcnemar(5000, 5000) == 1.0
    assert mcnemar(4000, 6000) == pytest.approx(stats.binomtest(4000, 10_000).pvalue, rel=1e-6)


@settings(max_examples=30)
@given(RESULTS, st.permutations(range(9)))
def test_neither_order_nor_side_decides(first: list[float], order: list[int]) -> None:
    second = [1 - value**2 for value in first]
    one, other = dict(enumerate(first)), dict(enumerate(second))
    found, back = compare(one, other), compare(other, one)
    assert (found.mean, found.p) == pytest.approx((-back.mean, back.p), abs=1e-12)
    assert found.ahead == pytest.approx(1 - back.ahead)
    assert {found.verdict, back.verdict} in ({Verdict.FIRST, Verdict.SECOND}, {Verdict.OPEN})
    shuffled = {seed: one[seed] for seed in order if seed in one}
    assert compare(shuffled, other) == found


def test_seeds_that_are_not_the_same_are_no_pairs() -> None:
    assert compare({0: 0.9, 1: 0.8}, {0: 0.7, 1: 0.6}).is_paired
    assert not compare({0: 0.9, 1: 0.8}, {0: 0.7, 2: 0.6}).is_paired
    assert not compare({0: 0.9, 1: 0.8}, {0: 0.7, 1: 0.6, 2: 0.5}).is_paired


def test_one_run_of_each_never_tells() -> None:
    for found in (compare({0: 0.99}, {0: 0.1}), compare({0: 0.99}, {1: 0.1}), compare({0: 0.9}, {1: 0.1, 2: 0.1})):
        assert found.verdict is Verdict.SINGLE and found.p == 1 and found.needed is None
        assert (found.low, found.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("results", [[], [math.nan, 1.0], [math.inf, 0.5]])
def test_what_is_no_result_is_refused(results: list[float]) -> None:
    with pytest.raises(ValueError, match="numbers"):
        compare_groups(results, [0.5, 0.6])
    with pytest.raises(ValueError):
        compare_pairs(results, [0.5, 0.6])


@settings(max_examples=20)
@given(st.floats(0.2, 3.0), st.integers(0, 10**6))
def test_as_many_runs_as_are_recommended_tell_in_four_of_five_cases(effect: float, seed: int) -> None:
    """The recommendation is for a difference and a spread as they were seen: make many of just these."""
    rng = np.random.default_rng(seed)
    seen = rng.normal(size=6)
    seen = (seen - seen.mean()) / seen.std(ddof=1) + effect
    needed = compare_pairs(seen.tolist(), [0.0] * 6).needed
    assert needed is not None
    gaps = rng.normal(effect, 1.0, (1500, needed))
    reach = quantile(0.975, needed - 1) * gaps.std(axis=1, ddof=1) / math.sqrt(needed)
    told = float(np.mean(gaps.mean(axis=1) - reach > 0))
    assert told > 0.74
    assert told < 0.9 or needed <= 6  # of few, one more makes a large difference


def test_of_many_pairs_a_sample_of_the_signs_says_the_same() -> None:
    rng = np.random.default_rng(3)
    for mean in (0.0, 0.2, 0.5):
        gaps = rng.normal(mean, 1, MOST_EXACT + 6)
        expected: Any = stats.ttest_1samp(gaps, 0)
        assert sign_flip(gaps) == pytest.approx(expected.pvalue, abs=0.02)
        assert sign_flip(gaps) == sign_flip(gaps)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_several_comparisons_are_adjusted_as_holm_says(ps: list[float]) -> None:
    found = adjusted(ps)
    order = np.argsort(ps, kind="stable")
    assert all(one >= own for one, own in zip(found, ps, strict=True)) and max(found) <= 1
    assert found[order[0]] == pytest.approx(min(1.0, len(ps) * ps[order[0]]))
    assert [found[place] for place in order] == sorted(found)


def test_the_best_of_many_equal_runs_is_lucky() -> None:
    """Against what the largest of that many normal numbers is in the tables: 0, 0.5642, 1.1630, 1.5388, 2.5076."""
    for count, expected in ((1, 0.0), (2, 0.56419), (5, 1.16296), (10, 1.53875), (100, 2.50759)):
        assert luck_of_the_best(count) == pytest.approx(expected, abs=1e-3)
