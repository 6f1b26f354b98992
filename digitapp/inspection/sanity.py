"""Does a map of important pixels say something about this network, and is it true?

Two tests. A map that looks the same when the network's weights are shuffled shows the drawing and not what the network
has learned. And if the pixels that a map calls important are removed first, the answer must fall sooner than when they
are removed in random order.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.attribution import Map, scores
from digitapp.nn.network import Network


def shuffled(network: Network, rng: np.random.Generator) -> Network:
    """Return a network of the same shape whose weights and biases are shuffled within each layer: it knows nothing."""
    copy = network.folded()
    for weights, biases in zip(copy.weights, copy.biases, strict=True):
        weights[...] = rng.permutation(weights.ravel()).reshape(weights.shape)
        rng.shuffle(biases)
    return copy


def ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the rank of each value, from 0; equal values share their mean rank."""
    _, where, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts + 1) / 2)[where]


def rank_correlation(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Return Spearman's rank correlation of two arrays (n,), −1 to 1; nan where one of them is constant.

    Source: Spearman, "The Proof and Measurement of Association between Two Things" (1904).
    """
    first, second = ranks(a), ranks(b)
    first -= first.mean()
    second -= second.mean()
    scale = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / scale if scale else float("nan")


@dataclass(frozen=True, eq=False)
class Randomisation:
    """The same map of networks that know nothing.

    Attributes
    ----------
    example : float array, shape (features,), the map of the first of them
    correlations : float array, shape (networks,), each one's rank correlation with the real map, over the inked pixels
    """

    example: Map
    correlations: NDArray[np.float64]

    @property
    def mean(self) -> float:
        """The mean correlation; near 0 for a map that depends on what was learned."""
        known = self.correlations[np.isfinite(self.correlations)]
        return float(known.mean()) if known.size else float("nan")


def randomisation(
    make: Callable[[Network], Map],
    real: Map,
    x: NDArray[np.floating],
    networks: list[Network],
) -> Randomisation:
    """Compare a map with those of shuffled networks.

    Only pixels with ink count: on blank ones most maps are zero whatever the weights, and agreement there would pass
    for likeness.

    Parameters
    ----------
    make : returns the map of a network, shape (features,)
    real : the map of the real one
    x : float array, shape (features,), the input
    networks : from `shuffled`, at least one

    Source: Adebayo et al., "Sanity Checks for Saliency Maps" (NeurIPS 2018), section 3. There the weights are drawn
    anew from the initialiser; shuffled ones have the spread of the trained ones.
    """
    inked = x > 0
    made = [make(network) for network in networks]
    return Randomisation(made[0], np.array([rank_correlation(real[inked], other[inked]) for other in made]))


@dataclass(frozen=True, eq=False)
class Deletion:
    """The score as ink is removed pixel by pixel.

    Attributes
    ----------
    shares : float array, shape (inked pixels + 1,), how much of them is removed, 0 to 1
    by_map : float array of the same shape, the score when the most important go first
    at_random : float array of the same shape, the mean score over random orders
    """

    shares: NDArray[np.float64]
    by_map: Map
    at_random: Map

    @property
    def pixels(self) -> int:
        """How many pixels are inked."""
        return len(self.shares) - 1

    @property
    def lost_after(self) -> int | None:
        """After how many pixels in the map's order the score is no longer positive; None where it always is."""
        return _crossing(self.by_map)

    @property
    def lost_at_random_after(self) -> int | None:
        """The same for the mean over random orders."""
        return _crossing(self.at_random)

    @property
    def is_better(self) -> bool:
        """Whether the map's order brings the score down sooner: the smaller mean."""
        return bool(self.by_map.mean() < self.at_random.mean())


def _crossing(curve: Map) -> int | None:
    below = np.flatnonzero(curve <= 0)
    return int(below[0]) if below.size else None


def deletion(
    network: Network,
    x: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    values: Map,
    at_random: Map,
) -> Deletion:
    """Remove the inked pixels one by one, the highest value first.

    Parameters
    ----------
    x : float array, shape (features,)
    coefficients : float array, shape (classes,), see `scores`
    values : the map, shape (features,)
    at_random : from `random_deletion`, the same for every map

    Sources: Samek et al., "Evaluating the Visualization of What a Deep Neural Network Has Learned" (2017), section
    III; Petsiuk, Das, Saenko, "RISE" (BMVC 2018), section 4.1.
    """
    inked = np.flatnonzero(x > 0)
    important = inked[np.argsort(-values[inked], kind="stable")]
    shares = np.linspace(0, 1, len(inked) + 1)
    return Deletion(shares, _removed(network, x, coefficients, important), at_random)


def random_deletion(
    network: Network,
    x: NDArray[np.floating],
    coefficients: NDArray[np.floating],
    rng: np.random.Generator,
    orders: int = 20,
) -> Map:
    """Return the mean score over so many random orders of removal, shape (inked pixels + 1,)."""
    inked = np.flatnonzero(x > 0)
    return np.mean([_removed(network, x, coefficients, rng.permutation(inked)) for _ in range(orders)], axis=0)


def _removed(
    network: Network, x: NDArray[np.floating], coefficients: NDArray[np.floating], order: NDArray[np.integer]
) -> Map:
    """Return the score before and after each removal, shape (pixels + 1,)."""
    pictures = np.repeat(x[np.newaxis], len(order) + 1, axis=0)
    steps, places = np.tril_indices(len(order))
    pictures[steps + 1, order[places]] = 0
    return scores(network, pictures, coefficients)
