"""All that explains one answer, put together from its parts for the window and the command line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.attribution import MAPS, Map, attribution_map, integrated_gradients
from digitapp.inspection.contributions import Contributions, Question
from digitapp.inspection.gradients import input_gradients, is_piecewise_linear
from digitapp.inspection.sanity import Deletion, Randomisation, deletion, random_deletion, randomisation, shuffled
from digitapp.nn.network import Network

SHUFFLED_NETWORKS = 10
_FEWER, _LARGE = 3, 2_000_000  # shuffled copies of a network with more parameters than this
_SEED = 0  # the same drawing gets the same report


@dataclass(frozen=True, eq=False)
class Templates:
    """What some units look for at one input.

    Attributes
    ----------
    images : float array, shape (units, features), the gradient of each unit's weighted sum
    exact : whether the sum is this linear function of the pixels for as long as the same units stay awake
    are_weights : whether these are the units' own weights, which are the same at every input
    """

    images: Map
    exact: bool
    are_weights: bool


def templates(network: Network, x: NDArray[np.floating], layer: int, units: Sequence[int]) -> Templates:
    """Return what units of a layer look for at an input of shape (features,).

    In the first layer these are the weights, of maxout those of the piece that won.
    """
    asked = np.zeros((len(units), network.sizes[layer + 1]))
    asked[np.arange(len(units)), list(units)] = 1
    images = (
        input_gradients(network, x[np.newaxis], asked, layer).gradients
        if units
        else np.zeros((0, x.size), network.dtype)
    )
    return Templates(images, is_piecewise_linear(network, layer), layer == 0)


def pushers_templates(
    network: Network, x: NDArray[np.floating], found: Contributions, question: Question, units: Sequence[int]
) -> Templates:
    """Return what those look for that contribute to an answer.

    These are units of the last hidden layer. Without one they are pixels, and of each the picture is that of all
    weights, which tells where its own stands among them.
    """
    if found.layer >= 0:
        return templates(network, x, found.layer, units)
    weights = network.unit_weights[-1] @ question.coefficients(network.sizes[-1]).astype(network.dtype)
    return Templates(np.repeat(weights[np.newaxis], len(units), axis=0), exact=True, are_weights=True)


@dataclass(frozen=True, eq=False)
class MapEvidence:
    """One map of the pixels, and what the tests say about it.

    Attributes
    ----------
    key : one of `MAPS`
    values : float array, shape (features,)
    expected : float, what the values should add up to, or None where the method promises no sum
    randomisation, deletion : the tests
    """

    key: str
    values: Map
    expected: float | None
    randomisation: Randomisation
    deletion: Deletion

    @property
    def total(self) -> float:
        """What the values add up to."""
        return float(self.values.sum(dtype=np.float64))


def map_evidence(
    network: Network,
    x: NDArray[np.floating],
    question: Question,
    shape: tuple[int, int],
    cancelled: Callable[[], bool] = lambda: False,
) -> list[MapEvidence]:
    """Return all maps of the pixels with their tests; fewer when cancelled.

    Parameters
    ----------
    network : not changed while this runs
    x : float array, shape (rows × columns,)
    question : which classes
    shape : rows and columns
    """
    counts = question.coefficients(network.sizes[-1])
    rng = np.random.default_rng(_SEED)
    copies = _FEWER if network.parameter_count > _LARGE else SHUFFLED_NETWORKS
    networks = []
    for _ in range(copies):
        if cancelled():
            return []
        networks.append(shuffled(network, rng))
    at_random = random_deletion(network, x, counts, rng)
    found = []
    for key in MAPS:
        if cancelled():
            break
        values, expected = _map(key, network, x, counts, shape)

        def again(other: Network, key: str = key) -> Map:
            return attribution_map(key, other, x, counts, shape)

        test = randomisation(again, values, x, networks)
        found.append(MapEvidence(key, values, expected, test, deletion(network, x, counts, values, at_random)))
    return found


def _map(
    key: str, network: Network, x: NDArray[np.floating], counts: NDArray[np.floating], shape: tuple[int, int]
) -> tuple[Map, float | None]:
    if key == "integrated":
        found = integrated_gradients(network, x, counts)
        return found.values, found.expected
    return attribution_map(key, network, x, counts, shape), None
