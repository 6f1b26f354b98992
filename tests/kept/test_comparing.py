"""Experiments compared: the facts are those of the statistics, and what has to be said beside them is said."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_lines import make_experiment, make_line
from scipy import stats

from digitapp.datasets.dataset import Split
from digitapp.kept.comparing import Caution, CautionKind, SameImages, compare_experiments
from digitapp.kept.experiments import Experiment, Measure
from digitapp.kept.readings import Readings, read_readings, readings_of, write_readings
from digitapp.kept.runs import RunFate
from digitapp.kept.store import Store
from digitapp.runs.comparison import Verdict

SHARES = st.lists(st.integers(4000, 5000).map(lambda right: right / 5000), min_size=2, max_size=6)


def by_seed(values: list[float]) -> dict[int, float]:
    return dict(enumerate(values))


@settings(max_examples=15)
@given(st.lists(SHARES, min_size=2, max_size=4), st.booleans(), st.sampled_from(Measure))
def test_each_pair_is_scipys_and_holm_holds_over_all_of_them(
    values: list[list[float]], each_with_each: bool, measure: Measure
) -> None:
    experiments = [make_experiment(f"e{place}", by_seed(shares)) for place, shares in enumerate(values)]
    found = compare_experiments(experiments, measure, each_with_each=each_with_each)
    count = len(experiments)
    assert len(found.pairs) == (count * (count - 1) // 2 if each_with_each else count - 1)
    ps: list[float] = []
    for pair in found.pairs:
        first, second = (np.array([*results.values()]) for results in pair.results)
        difference = pair.difference
        assert difference.mean == pytest.approx(measure.sign * (first.mean() - second.mean()), abs=1e-12)
        is_paired = len(first) == len(second)
        assert difference.is_paired == is_paired and pair.comparisons == len(found.pairs)
        spread = np.std(first - second) if is_paired else min(first.std(), second.std())
        if spread > 1e-3:  # less is what rounding to whole images does
            result: Any = (
                stats.ttest_rel(first, second) if is_paired else stats.ttest_ind(first, second, equal_var=False)
            )
            assert difference.t_p == pytest.approx(result.pvalue, rel=1e-6, abs=1e-9)
            assert (difference.verdict is not Verdict.OPEN) == (difference.t_p < 0.05)
        ps.append(difference.t_p)
        assert pair.t_p_adjusted >= difference.t_p and pair.p_adjusted >= difference.p
        assert (pair.better is None) == (difference.verdict is Verdict.OPEN)
        assert not pair.may_be_luck or pair.t_p_adjusted >= 0.05 > difference.t_p
    assert min(pair.t_p_adjusted for pair in found.pairs) == pytest.approx(min(1.0, len(ps) * min(ps)))


@settings(max_examples=15)
@given(st.integers(1, 300), st.integers(0, 2**32))
def test_images_are_counted_as_mcnemar_says(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count).astype(np.uint8)
    answers = [rng.integers(0, 3, count).astype(np.uint8) for _ in range(2)]
    one, other = make_experiment("one", {4: 0.5, 5: 0.6}), make_experiment("other", {4: 0.7, 6: 0.6})
    kept = {
        one.by_seed[4].key: Readings(answers[0], labels, "same"),
        other.by_seed[4].key: Readings(answers[1], labels, "same"),
        one.by_seed[5].key: Readings(answers[0], labels, "same"),
    }
    (pair,) = compare_experiments([one, other], readings_of=lambda line: kept.get(line.key)).pairs
    (images,) = pair.images
    right = [answer == labels for answer in answers]
    table = [[int(np.sum((right[0] == a) & (right[1] == b))) for b in (True, False)] for a in (True, False)]
    assert images == SameImages(4, table[0][1], table[1][0], table[0][0], table[1][1]) and images.count == count
    discordant = images.only_first + images.only_second
    assert images.p == pytest.approx(stats.binomtest(images.only_first, discordant).pvalue if discordant else 1.0)
    kept[other.by_seed[4].key] = Readings(answers[1], labels, "other images")
    found = compare_experiments([one, other], readings_of=lambda line: kept.get(line.key))
    assert found.pairs[0].images == () and found.cautions == (Caution(CautionKind.OTHER_DATA, "one", "other"),)


def test_seeds_that_agree_by_chance_do_not_make_an_interval_of_no_width() -> None:
    """Two seeds that are ahead by just one image each are no proof, though their differences do not spread."""
    one, other = make_experiment("one", {0: 0.9002, 1: 0.9102}), make_experiment("other", {0: 0.9, 1: 0.91})
    difference = compare_experiments([one, other]).pairs[0].difference
    assert difference.verdict is Verdict.OPEN and difference.low < 0 < difference.high
    far = make_experiment("far", {0: 0.8, 1: 0.81})
    assert compare_experiments([one, far]).pairs[0].better is one


def cautions(*experiments: Experiment) -> list[Caution]:
    return list(compare_experiments(experiments).cautions)


def with_one(fate: RunFate = RunFate.ENDED, **options: Any) -> Experiment:
    """Return an experiment of two good seeds and another run."""
    good = tuple(make_line("b", seed=seed) for seed in range(2))
    return Experiment("b", (make_line("b", fate, **{"seed": 2, **options}), *good))


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (make_experiment("b", {0: 0.9}), []),
        (make_experiment("b", {0: 0.9}, problem="toy"), [Caution(CautionKind.OTHER_PROBLEM, "a", "b")]),
        (make_experiment("b", {0: 0.9}, dataset="handwriting"), [Caution(CautionKind.OTHER_DATA, "a", "b")]),
        (make_experiment("b", {0: 0.9}, fingerprint="c0ffee"), [Caution(CautionKind.OTHER_DATA, "a", "b")]),
        (make_experiment("b", {0: 0.9}, images=10), [Caution(CautionKind.OTHER_VALIDATION, "a", "b", 5000, 10)]),
        (make_experiment("b", {0: 0.9}, epochs=9), [Caution(CautionKind.OTHER_EPOCHS, "a", "b", 5, 9)]),
        (with_one(RunFate.FAILED), [Caution(CautionKind.FAILED, "b", "", 1, 3)]),
        (with_one(RunFate.GIVEN_UP), [Caution(CautionKind.GIVEN_UP, "b", "", 1, 3)]),
        (with_one(RunFate.UNDER_WAY, accuracy=None), [Caution(CautionKind.UNDER_WAY, "b", "", 1, 3)]),
        (with_one(ran=3), [Caution(CautionKind.STOPPED, "b", "", 1, 3)]),
        (with_one(accuracy=None), [Caution(CautionKind.NOT_VALIDATED, "b", "", 1, 3)]),
        (with_one(seed=1), [Caution(CautionKind.REPEATED, "b", "", 1, 3)]),
        (
            Experiment("b", (make_line("b", seed=1), make_line("b", seed=2, batch_size=8))),
            [Caution(CautionKind.MIXED, "b")],
        ),
        (
            make_experiment("b", {0: 0.9}, fate=RunFate.FAILED),
            [Caution(CautionKind.NO_RESULT, "b"), Caution(CautionKind.FAILED, "b", "", 1, 1)],
        ),
    ],
)
def test_what_has_to_be_said_beside_it_is_said(second: Experiment, expected: list[Caution]) -> None:
    first = make_experiment("a", {0: 0.5}, fingerprint="abc")
    assert cautions(first, second) == expected
    assert [caution.kind for caution in cautions(second, first)] == [caution.kind for caution in expected]


def test_what_cannot_be_compared_makes_no_pair() -> None:
    first = make_experiment("a", {0: 0.5, 1: 0.6})
    failed = make_experiment("b", {0: 0.9, 1: 0.9}, fate=RunFate.FAILED)
    toy = make_experiment("c", {0: 0.9, 1: 0.9}, problem="toy")
    other = make_experiment("d", {0: 0.9, 1: 0.9})
    found = compare_experiments([first, failed, toy, other])
    assert [(pair.first, pair.second) for pair in found.pairs] == [(first, other)]
    assert compare_experiments([failed, first, other]).pairs == ()  # of a reference without a result nothing is told
    single = compare_experiments([make_experiment("x", {0: 0.5}), make_experiment("y", {0: 0.9})]).pairs[0]
    assert single.difference.verdict is Verdict.SINGLE and math.isinf(single.difference.high)


def test_readings_are_kept_and_what_is_damaged_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    split = Split(np.eye(4, dtype=np.float32), np.array([1, 0, 2, 1]))
    found = readings_of(split, np.array([1, 1, 2, 0]))
    assert found is not None and found.fingerprint == split.fingerprint
    with store.transaction():
        values = "k", 0, "toy", 1, "ended", 0.0, b""
        store.run("INSERT INTO runs (run, seat, problem, number, state, began, facts) VALUES (?,?,?,?,?,?,?)", *values)
    assert read_readings(store, "k") is None and read_readings(store, "nobody") is None
    with store.transaction():
        write_readings(store, "k", found)
    again = read_readings(store, "k")
    assert again is not None and again.right.tolist() == [True, False, True, False]
    assert again.fingerprint == found.fingerprint
    packet = found.packed()
    for damaged in (b"", packet[:-1], packet[:30] + b"x" + packet[31:], 7, "text"):
        with store.transaction():
            store.run("UPDATE runs SET readings = ? WHERE run = ?", damaged, "k")
        assert read_readings(store, "k") is None
    store.close()
    assert readings_of(None, np.array([1])) is None and readings_of(split, None) is None
    assert readings_of(split, np.array([1, 1, 2])) is None and readings_of(split, np.array([1, 1, 2, 256])) is None
