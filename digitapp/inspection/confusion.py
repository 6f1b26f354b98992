"""Which classes a network takes for one another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ConfusedPair:
    """Samples of one class that were read as another.

    Attributes
    ----------
    label, predicted : the true class and the one it was read as
    count : number of samples
    """

    label: int
    predicted: int
    count: int


def most_confused(confusion: NDArray[np.integer], count: int = 3) -> list[ConfusedPair]:
    """Return the most frequent mistakes of a confusion matrix, the most frequent first.

    Parameters
    ----------
    confusion : int array, shape (classes, classes), rows are true classes, columns the predicted ones
    count : number of pairs; fewer are returned where fewer kinds of mistakes were made

    Returns
    -------
    list of pairs; among equal counts the smaller label, then the smaller prediction comes first

    Raises
    ------
    ValueError : a matrix that is not square
    """
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"a confusion matrix is square, not {confusion.shape}")
    mistakes = confusion.copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:count]
    pairs = zip(*np.unravel_index(order, mistakes.shape), strict=True)
    return [ConfusedPair(int(i), int(j), int(mistakes[i, j])) for i, j in pairs if mistakes[i, j] > 0]
