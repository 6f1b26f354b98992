"""Losses: known values, numerical safety, refusal of labels that cannot be."""

import numpy as np
import pytest

from digitapp.nn import LOSSES
from digitapp.nn.losses import one_hot, smooth


@pytest.mark.parametrize("logit", [0.0, 5.0, -300.0, 1e30])
def test_cross_entropy_of_equal_logits_is_ln_10(logit):
    outputs = np.full((4, 10), logit, np.float32)

    loss, gradient = LOSSES["cross_entropy"].value_and_gradient(outputs, np.array([0, 3, 9, 3]))

    assert loss == pytest.approx(np.log(10), rel=1e-6)
    np.testing.assert_allclose(gradient.sum(axis=1), 0, atol=1e-7)
    np.testing.assert_allclose(LOSSES["cross_entropy"].probabilities(outputs), 0.1, rtol=1e-6)


def test_cross_entropy_of_huge_logits_neither_overflows_nor_clips():
    outputs = np.array([[1e4, 0.0, -1e4]], np.float32)

    right, _ = LOSSES["cross_entropy"].value_and_gradient(outputs, np.array([0]))
    wrong, gradient = LOSSES["cross_entropy"].value_and_gradient(outputs, np.array([2]))

    assert right == 0
    assert wrong == 2e4
    np.testing.assert_array_equal(gradient, [[1, 0, -1]])


def test_squared_error_is_half_the_squared_distance():
    outputs = np.array([[0.5, 0.25], [1.0, 0.0]])

    loss, gradient = LOSSES["squared_error"].value_and_gradient(outputs, np.array([0, 1]))

    assert loss == pytest.approx(((0.5**2 + 0.25**2) / 2 + (1 + 1) / 2) / 2)
    np.testing.assert_allclose(gradient, [[-0.25, 0.125], [0.5, -0.5]])


@pytest.mark.parametrize("key", LOSSES)
def test_probabilities_lie_between_0_and_1_and_belong_to_the_caller(key):
    outputs = np.random.default_rng(0).uniform(0, 1, (5, 4)) if key == "squared_error" else np.eye(5, 4) - 0.5

    probabilities = LOSSES[key].probabilities(outputs)

    assert probabilities.min() >= 0
    assert probabilities.max() <= 1
    assert not np.shares_memory(probabilities, outputs)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), outputs.argmax(axis=1))


@pytest.mark.parametrize("key", LOSSES)
@pytest.mark.parametrize(
    "labels", [[0, 1, 3], [0, -2, 2], [0, 1], [0.0, 1.0, 2.0]], ids=["too large", "negative", "too few", "floats"]
)
def test_labels_that_do_not_fit_are_refused(key, labels):
    with pytest.raises(ValueError, match=r"labels|whole numbers"):
        LOSSES[key].value_and_gradient(np.zeros((3, 3)), np.array(labels))


@pytest.mark.parametrize("key", LOSSES)
def test_an_empty_batch_is_refused(key):
    with pytest.raises(ValueError, match="batch"):
        LOSSES[key].value_and_gradient(np.zeros((0, 3)), np.zeros(0, int))


def test_binary_cross_entropy_is_the_sum_of_two_sided_surprises():
    outputs = np.array([[0.0, 2.0, -1.0]])
    probabilities = 1 / (1 + np.exp(-outputs[0]))

    loss, gradient = LOSSES["binary_cross_entropy"].value_and_gradient(outputs, np.array([1]))

    expected = -np.log(1 - probabilities[0]) - np.log(probabilities[1]) - np.log(1 - probabilities[2])
    assert loss == pytest.approx(expected)
    np.testing.assert_allclose(gradient[0], probabilities - [0, 1, 0])


def test_hinge_of_the_lecture_notes():
    """Stanford CS231n, "Linear classification": scores 13, −7, 11, the first class right, with a margin of 10 there."""
    loss, gradient = LOSSES["hinge"].value_and_gradient(np.array([[1.3, -0.7, 1.1]]), np.array([0]))

    assert loss == pytest.approx(0.8)  # max(0, −0.7 − 1.3 + 1) + max(0, 1.1 − 1.3 + 1), the example scaled by a tenth
    np.testing.assert_allclose(gradient, [[-1, 0, 1]])


def test_the_perceptron_criterion_is_zero_where_all_answers_are_right():
    loss, gradient = LOSSES["perceptron"].value_and_gradient(np.array([[3.0, -2.0], [-1.0, 0.5]]), np.array([0, 1]))

    assert loss == 0
    assert not gradient.any()


def test_smoothed_targets_share_and_still_sum_to_one():
    targets = smooth(one_hot(np.array([2, 0]), 4, np.dtype(np.float64)), 0.2)

    np.testing.assert_allclose(targets, [[0.05, 0.85], [0.05, 0.05], [0.85, 0.05], [0.05, 0.05]])


def test_a_sample_of_no_class_is_best_left_undecided():
    loss, gradient = LOSSES["cross_entropy"].value_and_gradient(np.zeros((1, 4)), np.array([-1]))
    assert loss == pytest.approx(np.log(4))
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    decided = np.array([[5.0, 0, 0, 0]])
    loss, gradient = LOSSES["cross_entropy"].value_and_gradient(decided, np.array([-1]))
    assert loss > np.log(4)
    assert gradient[0, 0] > 0
