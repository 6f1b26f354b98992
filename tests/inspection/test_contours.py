"""Lines of equal height lie where the heights are equal."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.inspection.contours import contour, levels

XS, YS = np.linspace(-2, 2, 41), np.linspace(-1.5, 1.5, 31)


def test_a_cone_has_circles() -> None:
    heights = np.hypot(*np.meshgrid(XS, YS))
    for radius in (0.3, 0.77, 1.2):
        lines = contour(heights, XS, YS, radius)
        np.testing.assert_allclose(np.hypot(lines[..., 0], lines[..., 1]), radius, atol=0.01)
        length = np.hypot(*(lines[:, 0] - lines[:, 1]).T).sum()
        assert length == pytest.approx(2 * np.pi * radius, rel=0.01)


@pytest.mark.parametrize("seed", range(20))
def test_lines_part_high_from_low_and_never_end_inside(seed: int) -> None:
    heights = np.random.default_rng(seed).normal(size=(9, 11))
    xs, ys = np.arange(11.0), np.arange(9.0)
    lines = contour(heights, xs, ys, 0.1)
    ends = np.round(lines.reshape(-1, 2), 9)
    places, counts = np.unique(ends, axis=0, return_counts=True)
    at_border = (places == 0).any(axis=1) | (places[:, 0] == 10) | (places[:, 1] == 8)
    np.testing.assert_array_equal(counts, np.where(at_border, 1, 2))
    crossings = np.count_nonzero((heights[:, 1:] > 0.1) != (heights[:, :-1] > 0.1))
    crossings += np.count_nonzero((heights[1:] > 0.1) != (heights[:-1] > 0.1))
    assert len(places) == crossings


def test_no_lines_where_there_is_no_number() -> None:
    heights = np.tile(np.arange(5.0), (5, 1))
    heights[2, 2] = np.nan
    lines = contour(heights, np.arange(5.0), np.arange(5.0), 1.5)
    assert len(lines) == 2 and set(lines[..., 0].ravel().tolist()) == {1.5}
    assert contour(np.full((4, 4), np.inf), np.arange(4.0), np.arange(4.0), 1.0).shape == (0, 2, 2)


def test_levels_are_round_and_lie_between() -> None:
    heights = np.random.default_rng(0).lognormal(size=(30, 30))
    heights[0, 0] = np.inf
    found = levels(heights)
    assert 6 <= len(found) <= 9 and (np.diff(found) > 0).all()
    assert all(round(level, 2) == level for level in found)
    assert len(levels(np.ones((5, 5)))) == len(levels(np.full((5, 5), np.nan))) == 0


@pytest.mark.parametrize(("low", "high"), [(11.70, 11.75), (0.0001, 30.0), (-2.0, 5.0), (1e-9, 2e-9), (5e6, 7e6)])
def test_levels_of_any_range_can_be_told_apart(low: float, high: float) -> None:
    found = levels(np.geomspace(low, high, 900) if low > 0 else np.linspace(low, high, 900))
    assert len(found) >= 5 and len({f"{level:g}" for level in found}) == len(found)
