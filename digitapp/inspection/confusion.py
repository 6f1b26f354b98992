"""Which classes a network takes for one another, and the samples that show it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class ConfusedPair:
    """Samples of one class that were read as another.

    Attributes
    ----------
    label, predicted : the true class and the one it was read as
    count : number of samples
    examples : int array, indices of some of them; empty when only the matrix was known
    """

    label: int
    predicted: int
    count: int
    examples: NDArray[np.int64]


def most_confused(confusion: NDArray[np.integer], count: int = 3) -> list[ConfusedPair]:
    """Return the most frequent mistakes of a confusion matrix, the most frequent first.

    Parameters
    ----------
    confusion : int array, shape (classes, classes), rows are true classes, columns the predicted ones
    count : number of pairs; fewer are returned where fewer kinds of mistakes were made

    Returns
    -------
    list of pairs without examples; among equal counts the smaller label, then the smaller prediction comes first

    Raises
    ------
    ValueError : a matrix that is not square
    """
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"a confusion matrix is square, not {confusion.shape}")
    mistakes = confusion.copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:count]
    none = np.empty(0, dtype=np.int64)
    pairs = zip(*np.unravel_index(order, mistakes.shape), strict=True)
    return [ConfusedPair(int(i), int(j), int(mistakes[i, j]), none) for i, j in pairs if mistakes[i, j] > 0]


def confused_pairs(
    labels: NDArray[np.integer],
    predictions: NDArray[np.integer],
    classes: int,
    count: int = 3,
    examples: int = 3,
    confidences: NDArray[np.floating] | None = None,
) -> list[ConfusedPair]:
    """Return the most frequent mistakes with samples that show them.

    Parameters
    ----------
    labels, predictions : int arrays, shape (samples,)
    classes : number of classes
    count : number of pairs, as in `most_confused`
    examples : number of examples of each pair
    confidences : float array, shape (samples,), how sure the network was of its prediction: the surest mistakes are
        shown first. Without it the first ones of the data

    Raises
    ------
    ValueError : labels, predictions or confidences of different lengths, or classes out of range
    """
    if labels.shape != predictions.shape or (confidences is not None and confidences.shape != labels.shape):
        raise ValueError("labels, predictions and confidences belong to the same samples")
    both = np.concatenate([labels, predictions])
    if both.size and (both.min() < 0 or both.max() >= classes):
        raise ValueError(f"classes lie between 0 and {classes - 1}, not between {both.min()} and {both.max()}")
    confusion = np.bincount(labels.astype(np.int64) * classes + predictions, minlength=classes * classes).reshape(
        classes, classes
    )
    pairs = []
    for pair in most_confused(confusion, count):
        indices = np.flatnonzero((labels == pair.label) & (predictions == pair.predicted))
        if confidences is not None:
            indices = indices[np.argsort(-confidences[indices], kind="stable")]
        pairs.append(ConfusedPair(pair.label, pair.predicted, pair.count, indices[:examples]))
    return pairs
