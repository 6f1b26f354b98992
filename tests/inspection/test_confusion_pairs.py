"""The most frequent mistakes and the samples that show them."""

import numpy as np
import pytest

from digitapp.inspection.confusion import confused_pairs, most_confused

LABELS = np.array([0, 1, 1, 1, 2, 2, 0, 2], dtype=np.uint8)
PREDICTIONS = np.array([0, 2, 2, 1, 0, 2, 1, 1], dtype=np.uint8)


def test_the_most_frequent_mistake_comes_first() -> None:
    confusion = np.array([[1, 1, 0], [0, 1, 2], [1, 1, 1]])
    pairs = [(pair.label, pair.predicted, pair.count) for pair in most_confused(confusion)]
    assert pairs == [(1, 2, 2), (0, 1, 1), (2, 0, 1)]
    assert confusion.trace() == 3  # the matrix is left as it was


def test_a_network_without_mistakes_has_no_pairs() -> None:
    assert most_confused(np.diag([5, 6])) == []
    assert confused_pairs(np.array([], dtype=int), np.array([], dtype=int), 2) == []


def test_examples_are_samples_of_the_pair_the_surest_first() -> None:
    pairs = confused_pairs(LABELS, PREDICTIONS, 3, count=1, examples=2)
    assert [(pair.label, pair.predicted, pair.count) for pair in pairs] == [(1, 2, 2)]
    assert pairs[0].examples.tolist() == [1, 2]
    confidences = np.array([1, 0.4, 0.9, 1, 1, 1, 1, 1])
    assert confused_pairs(LABELS, PREDICTIONS, 3, 1, 2, confidences)[0].examples.tolist() == [2, 1]
    assert confused_pairs(LABELS, PREDICTIONS, 3, 1, 1, confidences)[0].examples.tolist() == [2]


def test_what_does_not_belong_together_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        most_confused(np.zeros((2, 3), dtype=int))
    with pytest.raises(ValueError, match="same samples"):
        confused_pairs(LABELS, PREDICTIONS[:2], 3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        confused_pairs(LABELS, PREDICTIONS, 2)
