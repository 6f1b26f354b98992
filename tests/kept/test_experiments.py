"""Runs that were trained alike are one experiment, whose seeds have one result each; what differs is found."""

from __future__ import annotations

import pytest
from kept_lines import make_experiment
from kept_lines import make_line as line

from digitapp.kept.experiments import Experiment, Measure, different, experiments_of, seeds_to_add
from digitapp.kept.runs import RunFate
from digitapp.training.config import MAX_SEED


def test_runs_of_one_name_that_were_trained_alike_belong_together() -> None:
    first = [line("adam", seed=seed, accuracy=0.9 + seed / 100) for seed in (2, 1, 0)]
    other = [line("adam", seed=3, learning_rate=0.1), line("adam", seed=4, activation="tanh")]
    nameless = [line(seed=1), line(seed=2)]
    found = experiments_of([*first, *other, *nameless])
    assert [list(each.lines) for each in found] == [first, *([each] for each in [*other, *nameless])]
    assert [each.name for each in found] == ["adam"] * 3 + [each.short for each in nameless]
    adam = found[0]
    assert adam.seeds == (0, 1, 2) and adam.results() == pytest.approx({0: 0.9, 1: 0.91, 2: 0.92})
    assert adam.mean() == pytest.approx(0.91) and adam.spread() == pytest.approx(0.01)
    assert adam.mean(Measure.LOSS) == pytest.approx(0.09)
    assert found[1].spread() is None


def test_only_runs_that_ended_count_and_of_a_seed_the_newest() -> None:
    lines = [
        line("a", seed=0, accuracy=0.7),
        line("a", seed=0, accuracy=0.6),
        line("a", RunFate.FAILED, seed=1, accuracy=0.99),
        line("a", RunFate.GIVEN_UP, seed=2, accuracy=0.99),
        line("a", RunFate.UNDER_WAY, seed=3, accuracy=None),
        line("a", seed=4, accuracy=None),
    ]
    found = Experiment("a", tuple(lines))
    assert found.results() == {0: 0.7} and found.seeds == (0, 4)
    assert Experiment("b", tuple(lines[2:])).mean() is None


def test_what_differs_is_found_and_what_has_no_effect_is_not() -> None:
    adam, sgd = line("adam"), line("sgd", optimizer="sgd", learning_rate=0.1, momentum=0.5, label_smoothing=0.1)
    pushed = line("momentum", optimizer="momentum", momentum=0.8, activation="tanh")
    found = different(experiments_of([adam, sgd, pushed]))
    assert found["optimizer"] == ["adam", "sgd", "momentum"] and found["learning_rate"] == [0.001, 0.1, 0.001]
    assert found["momentum"] == [None, None, 0.8] and found["activation"] == ["relu", "relu", "tanh"]
    assert found["label_smoothing"] == [0.0, 0.1, 0.0] and len(found) == 5
    assert different(experiments_of([line("one", seed=1), line("two", seed=2, momentum=0.1)])) == {}
    ordered = [line("one", optimizer_options={"beta1": 0.8, "beta2": 0.9})]
    ordered.append(line("two", optimizer_options={"beta2": 0.9, "beta1": 0.8}))
    assert different(experiments_of(ordered)) == {}


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [
        ([(0, 1), (0, 1)], [(2, 3, 4), (2, 3, 4)]),
        ([(44,), (44,)], [(45, 46, 47), (45, 46, 47)]),
        ([(0, 1, 2), (0,)], [(), (1, 2)]),
        ([(0, 1), (5, 1)], [(5,), (0,)]),
        ([(0, MAX_SEED), (0, MAX_SEED)], [(1, 2, 3), (1, 2, 3)]),
    ],
)
def test_more_seeds_pair_with_those_of_the_others(
    seeds: list[tuple[int, ...]], expected: list[tuple[int, ...]]
) -> None:
    experiments = [make_experiment("same name", dict.fromkeys(each, 0.5)) for each in seeds]
    assert seeds_to_add(experiments, 3) == expected
    for each, more in zip(seeds, expected, strict=True):
        assert not set(each) & set(more) and set(each) | set(more) == set(seeds[0]) | set(expected[0])
