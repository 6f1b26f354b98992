"""Orders in which the units of a layer tell more than by their number."""

import numpy as np
from numpy.typing import NDArray

_PASSES = 8


def cosine_similarities(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the cosines of the angles between vectors (n, features), shape (n, n); 0 with a vector of zeros.

    What is not a number counts as 0.
    """
    finite = np.nan_to_num(vectors, posinf=0, neginf=0)
    lengths = np.linalg.norm(finite, axis=1, keepdims=True)
    unit = np.divide(finite, lengths, out=np.zeros_like(finite), where=lengths > 0)
    return unit @ unit.T


def order_by_similarity(vectors: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return an order in which neighbours are alike, int array of shape (n,).

    A short open path through all vectors, with 1 − cosine as the distance: from a vector at the edge always on to the
    most similar one that is left, then improved by turning round stretches while that makes the path shorter (2-opt).
    The shortest path is beyond reach for thousands; this one depends on the vectors alone. Vectors of zeros come last.

    Parameters
    ----------
    vectors : float array, shape (n, features)

    Source: Liiv, "Seriation and Matrix Reordering Methods: An Historical Overview", Statistical Analysis and Data
    Mining 3 (2010), for the question; Croes, "A Method for Solving Traveling-Salesman Problems", Operations Research 6
    (1958), for 2-opt.
    """
    empty = ~np.nan_to_num(vectors, posinf=0, neginf=0).any(axis=1)
    alive = np.flatnonzero(~empty)
    if len(alive) > 2:
        distances = 1 - cosine_similarities(vectors[alive])
        alive = alive[_shortened(distances, _nearest_neighbours(distances))]
    return np.concatenate([alive, np.flatnonzero(empty)])


def order_by_class(votes: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return units by the class that they vote for most, the strongest votes first within a class.

    Parameters
    ----------
    votes : float array, shape (units, classes); what is not a number counts as 0
    """
    votes = np.nan_to_num(votes)
    best = votes.argmax(axis=1)
    return np.lexsort((-votes[np.arange(len(votes)), best], best))


def order_by_falling(values: NDArray[np.floating] | NDArray[np.integer]) -> NDArray[np.int64]:
    """Return units by falling value, equal ones by index; what is not a number comes last."""
    return np.argsort(-np.nan_to_num(np.asarray(values, dtype=np.float64), nan=-np.inf, neginf=-np.inf), kind="stable")


def _nearest_neighbours(distances: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the path that always goes on to the nearest place left, from the place furthest from all others."""
    count = len(distances)
    order = np.empty(count, dtype=np.int64)
    left = np.ones(count, dtype=bool)
    here = int(distances.sum(axis=1).argmax())
    for step in range(count):
        order[step] = here
        left[here] = False
        if step + 1 < count:
            here = int(np.where(left, distances[here], np.inf).argmin())
    return order


def _shortened(distances: NDArray[np.floating], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the path with stretches turned round, each where that helps most, until nothing helps or it is enough."""
    count = len(order)
    tolerance = 1e-6
    for _ in range(_PASSES):
        improved = False
        for start in range(count - 2):
            # Turning round start + 1 … end exchanges (start, start + 1) and (end, end + 1) for (start, end) and
            # (start + 1, end + 1); at the path's end there is only the first of each.
            ends = order[start + 2 :]
            gain = distances[order[start], order[start + 1]] - distances[order[start], ends]
            gain[:-1] += distances[ends[:-1], ends[1:]] - distances[order[start + 1], ends[1:]]
            best = int(gain.argmax())
            if gain[best] > tolerance:
                stop = start + 3 + best
                order[start + 1 : stop] = order[start + 1 : stop][::-1].copy()
                improved = True
        if not improved:
            break
    return order
