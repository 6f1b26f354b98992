"""The bench of losses: values and gradients are those of `nn`, and each gradient is the slope of its value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from digitapp.lab.losses import COMPARED, PENALTIES, along_score, pulls, read_losses, shrinking
from digitapp.nn.losses import LOSSES

SCORES = hnp.arrays(float, st.integers(2, 5), elements=st.floats(-6, 6, width=16))
ALL = tuple(LOSSES)


@given(SCORES, st.data())
def test_every_gradient_is_the_slope_of_its_loss(scores: np.ndarray, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, len(scores) - 1))
    step = 1e-5
    for moved in range(len(scores)):
        values = scores[moved] + np.array([-step, 0, step])
        low, here, high = along_score(scores.tolist(), right, moved, values, ALL).T
        for reading, below, middle, above in zip(
            read_losses(scores.tolist(), right, ALL), low, here, high, strict=True
        ):
            assert reading.value == pytest.approx(middle)
            left, central = (middle - below) / step, (above - below) / (2 * step)
            if abs(left - central) < 1e-3:  # no corner here
                assert reading.gradient[moved] == pytest.approx(central, abs=1e-6)


@given(SCORES, st.data())
def test_what_each_loss_asks_for(scores: np.ndarray, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, len(scores) - 1))
    surprise, hinge, squared = read_losses(scores.tolist(), right)
    assert (surprise.key, hinge.key, squared.key) == COMPARED
    shares = np.exp(scores) / np.exp(scores).sum()
    assert surprise.value == pytest.approx(-np.log(shares[right]))
    assert surprise.gradient == pytest.approx(shares - (np.arange(len(scores)) == right))
    wrong = np.delete(scores, right)
    assert (hinge.value == 0) == bool((scores[right] >= wrong + 1).all())
    assert hinge.gradient.sum() == pytest.approx(0) and surprise.gradient.sum() == pytest.approx(0)
    assert squared.outputs == pytest.approx(1 / (1 + np.exp(-scores)))


def test_a_sigmoid_that_is_stuck_hardly_learns_by_squared_error() -> None:
    surprise, _, squared = read_losses([-8.0, 8.0], 0)
    assert surprise.gradient[0] < -0.99 and abs(squared.gradient[0]) < 1e-3


@given(hnp.arrays(float, 4, elements=st.floats(-3, 3, width=16)), st.floats(0, 2), st.floats(0.01, 0.4))
def test_penalties_pull_to_zero(weights: np.ndarray, strength: float, rate: float) -> None:
    for key in PENALTIES:
        assert (pulls(weights, strength, key) * weights <= 0).all()
        path = shrinking(weights.tolist(), strength, rate, 40, key)
        assert (np.abs(path[-1]) <= np.abs(weights) + rate * strength + 1e-12).all()
    l1, l2 = (pulls(weights, strength, key) for key in PENALTIES)
    assert np.abs(l1) == pytest.approx(strength * (weights != 0)) and l2 == pytest.approx(-strength * weights)


def test_l1_reaches_zero_and_l2_keeps_proportions() -> None:
    l1, l2 = (shrinking([3.0, 0.5], 0.5, 0.1, 40, key) for key in PENALTIES)
    assert abs(l1[-1][1]) <= 0.05 + 1e-12 and l1[-1][0] == pytest.approx(1.0)
    assert l2[-1][0] / l2[-1][1] == pytest.approx(6.0)
