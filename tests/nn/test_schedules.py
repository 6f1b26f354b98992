"""Schedules: where they start, peak and end."""

import pytest

from digitapp.nn import SCHEDULES


def factors(key, **options):
    return [SCHEDULES[key].at(step / 1000, options) for step in range(1000)]


@pytest.mark.parametrize("key", SCHEDULES)
def test_a_factor_never_leaves_0_to_1(key):
    assert 0 <= min(factors(key)) <= max(factors(key)) <= 1 + 1e-12
    for option in SCHEDULES[key].options:
        assert option.allows(option.default)
        for extreme in (option.minimum, option.maximum):
            values = factors(key, **{option.name: int(extreme) if option.is_whole else extreme})
            assert 0 <= min(values) <= max(values) <= 1 + 1e-12


def test_known_points():
    assert set(factors("constant")) == {1.0}
    steps = factors("step", drop=0.5, stages=4)
    assert [steps[0], steps[249], steps[250], steps[999]] == [1, 1, 0.5, 0.125]
    assert factors("exponential", final=0.01)[500] == pytest.approx(0.1)
    cosine = factors("cosine")
    assert (cosine[0], cosine[500]) == (1, pytest.approx(0.5))
    assert cosine[999] < 1e-5
    cycle = factors("one_cycle", rise=0.25, start=0.04)
    assert (cycle[0], cycle[250]) == (pytest.approx(0.04), pytest.approx(1))
    assert cycle[999] < 1e-4
    assert cycle.index(max(cycle)) == 250
    warm = factors("warm_up", rise=0.1)
    assert warm[0] < 0.01
    assert warm[50] == pytest.approx(0.5, abs=0.01)
    assert set(warm[100:]) == {1.0}
