"""The most frequent mistakes."""

import numpy as np
import pytest

from digitapp.inspection.confusion import most_confused


def test_the_most_frequent_mistake_comes_first() -> None:
    confusion = np.array([[1, 1, 0], [0, 1, 2], [1, 1, 1]])
    pairs = [(pair.label, pair.predicted, pair.count) for pair in most_confused(confusion)]
    assert pairs == [(1, 2, 2), (0, 1, 1), (2, 0, 1)]
    assert confusion.trace() == 3  # the matrix is left as it was


def test_a_network_without_mistakes_has_no_pairs() -> None:
    assert most_confused(np.diag([5, 6])) == []


def test_what_is_no_confusion_matrix_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        most_confused(np.zeros((2, 3), dtype=int))
