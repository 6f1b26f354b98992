"""How wrong a network is with other parameters: along one weight, and over two, or over two random directions.

The sums of the first layer that changes are a straight function of how far one goes, z = z₀ + c₁ z₁ + c₂ z₂ with three
products that are made once; so are those of each later layer for the activations below it. That many networks at once
never exist as copies of all their parameters: arrays have an axis of points between the units and the images.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from digitapp.datasets.dataset import Split
from digitapp.nn import LOSSES, Network
from digitapp.nn.losses import one_hot

MOST_IMAGES = 256
"""So many images at most stand for all where a network has more than `LARGE` weights."""
LARGE = 5000
_CHUNK = 1 << 18  # numbers in the largest array at a time: 2 MB, which a processor's cache holds

Direction = int | np.ndarray
"""Which parameter of the network's vector, or a vector of as many numbers as there are parameters."""


class SurfaceCancelled(Exception):
    """Nobody waits for the surface any more."""

    def __init__(self) -> None:
        super().__init__("the surface was cancelled")


def sample_of(network: Network, split: Split) -> Split:
    """Return the images that stand for all: all of them for a small network, evenly spread ones for a large."""
    split = split.without_foils()
    if network.weight_count <= LARGE or len(split) <= MOST_IMAGES:
        return split
    chosen = np.linspace(0, len(split) - 1, MOST_IMAGES).astype(np.int64)
    return Split(split.inputs[chosen], split.labels[chosen])


def along(
    network: Network, loss_key: str, split: Split, direction: Direction, values: ArrayLike
) -> NDArray[np.float64]:
    """Return the total cost C_T, the sum of the loss over all images, for each value.

    Parameters
    ----------
    network : not changed, without normalised layers
    loss_key : of `LOSSES`; of squared error it is C_T = Σ ½ Σ (t − a)²
    split : the images; foils do not count
    direction : a parameter, whose values these are, or a vector, so many times which is added
    values : (points,)

    Returns
    -------
    float64 array, shape (points,); not finite where numbers overflow

    Raises
    ------
    ValueError : a normalised layer, a direction of another length
    IndexError : no such parameter
    """
    scene = _Scene(network, loss_key, split, (direction,))
    offsets = _offsets(network, direction, values)
    return scene.costs(offsets[:, np.newaxis])


def surface(
    network: Network,
    loss_key: str,
    split: Split,
    directions: tuple[Direction, Direction],
    us: ArrayLike,
    vs: ArrayLike,
    cancelled: threading.Event | None = None,
) -> NDArray[np.float64]:
    """Return the total cost for every pair of values, shape (len(vs), len(us)).

    Parameters
    ----------
    network, loss_key, split : as for `along`
    directions : two as for `along`; parameters that are not the same
    us, vs : the values along each
    cancelled : looked at every few milliseconds

    Raises
    ------
    ValueError, IndexError : as `along`
    SurfaceCancelled : `cancelled` said so
    """
    scene = _Scene(network, loss_key, split, directions)
    across, up = (_offsets(network, *pair) for pair in zip(directions, (us, vs), strict=True))
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    return scene.costs(points, cancelled).reshape(len(up), len(across))


def random_directions(network: Network, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return two random directions, (parameter_count,), in which each unit goes as far as its parameters are long.

    Without that, networks whose units could be scaled without a change would look steep or flat for no reason.

    Source: Li, Xu, Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural Nets" (NeurIPS 2018), section
    4, filter normalisation; with the bias as one more weight of its unit.
    """
    first, second = (_filter_normalised(network, rng.standard_normal(network.parameter_count)) for _ in range(2))
    return first, second


def project(
    network: Network, directions: tuple[Direction, Direction], path: Sequence[np.ndarray]
) -> NDArray[np.float64]:
    """Return where networks lie on the surface, or nearest to it, in its values: shape (n, 2).

    Parameters
    ----------
    network : at the origin of directions that are vectors
    directions : as for `surface`
    path : vectors of parameters, such as the moments of a run
    """
    points = np.array(path, np.float64).reshape(-1, network.parameter_count)
    indices = [direction for direction in directions if isinstance(direction, int)]
    if len(indices) == len(directions):
        return points[:, indices]
    basis = np.stack([_vector(network, direction) for direction in directions], axis=1)
    origin = np.asarray(network.parameters, np.float64)
    for column, direction in enumerate(directions):
        if isinstance(direction, int):
            origin = origin - basis[:, column] * origin[direction]
    return np.linalg.lstsq(basis, (points - origin).T, rcond=None)[0].T.astype(np.float64)


def _filter_normalised(network: Network, direction: np.ndarray) -> np.ndarray:
    parameters = np.asarray(network.parameters, np.float64)
    for weights, biases, own_weights, own_biases in zip(
        *network.views(direction), *network.views(parameters), strict=True
    ):
        lengths = np.sqrt(np.square(weights).sum(axis=0) + np.square(biases))
        wanted = np.sqrt(np.square(own_weights).sum(axis=0) + np.square(own_biases))
        weights *= wanted / lengths
        biases *= wanted / lengths
    return direction


def _vector(network: Network, direction: Direction) -> np.ndarray:
    if isinstance(direction, np.ndarray):
        if direction.shape != (network.parameter_count,):
            raise ValueError(f"a direction of {network.parameter_count} numbers is needed, not {direction.shape}")
        return direction.astype(np.float64)
    if not 0 <= direction < network.parameter_count:
        raise IndexError(f"parameter 0 to {network.parameter_count - 1} expected, got {direction}")
    vector = np.zeros(network.parameter_count)
    vector[direction] = 1
    return vector


def _offsets(network: Network, direction: Direction, values: ArrayLike) -> NDArray[np.float64]:
    """Return how many times the direction is added for each value."""
    numbers = np.asarray(values, np.float64).reshape(-1)
    return numbers if isinstance(direction, np.ndarray) else numbers - float(network.parameters[direction])


@dataclass(frozen=True, eq=False)
class _Part:
    """A layer's weights (fan_in, fan_out) and biases (fan_out, 1): the network's, or of a direction."""

    weights: np.ndarray
    biases: np.ndarray

    @property
    def is_zero(self) -> bool:
        return not self.weights.any() and not self.biases.any()

    def sums(self, reads: np.ndarray) -> np.ndarray:
        """Return Wᵀ a + b, (fan_out, points, images), for reads (fan_in, points, images)."""
        flat = self.weights.T @ reads.reshape(len(reads), -1)
        flat += self.biases
        return flat.reshape(-1, *reads.shape[1:])


class _Scene:
    """A network, its images, and the directions in which it is moved."""

    def __init__(self, network: Network, loss_key: str, split: Split, directions: Sequence[Direction]) -> None:
        if any(network.normalized):
            raise ValueError("a network with normalised layers is to be folded first")
        split = split.without_foils()
        vectors = [np.asarray(network.parameters, np.float64)]
        vectors += [_vector(network, direction) for direction in directions]
        views = [network.views(vector) for vector in vectors]
        self._parts = [
            [_Part(weights[layer], biases[layer][:, np.newaxis]) for weights, biases in views]
            for layer in range(len(network.layers))
        ]
        self._activations = [layer.activation for layer in network.layers]
        self._units = network.sizes[1:]
        self._images = len(split)
        self._below = 0  # layers that stay as they are
        reads = np.ascontiguousarray(split.inputs.T, np.float64)[:, np.newaxis]
        with np.errstate(over="ignore", invalid="ignore"):
            while self._below < len(self._parts) - 1 and all(part.is_zero for part in self._parts[self._below][1:]):
                reads = self._activated(self._below, self._parts[self._below][0].sums(reads))
                self._below += 1
            self._first = [part.sums(reads) for part in self._parts[self._below]]
        classes = network.sizes[-1]
        self._outputs = np.empty((classes, self._images))
        targets = one_hot(split.labels, classes, self._outputs.dtype)
        self._evaluate = LOSSES[loss_key].prepare(self._outputs, targets, np.empty_like(self._outputs))

    def costs(self, points: np.ndarray, cancelled: threading.Event | None = None) -> NDArray[np.float64]:
        """Return the total cost at each point, (count, directions) in times of the directions."""
        widest = max(len(parts[0].biases) for parts in self._parts)
        size = max(1, _CHUNK // (widest * self._images))
        found = np.empty(len(points))
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for start in range(0, len(points), size):
                if cancelled is not None and cancelled.is_set():
                    raise SurfaceCancelled
                chunk = points[start : start + size]
                found[start : start + size] = self._costs(chunk)
        return found

    def _costs(self, points: np.ndarray) -> list[float]:
        coefficients = points.T[:, np.newaxis, :, np.newaxis]  # (directions, units, points, images)
        sums = self._moved(self._first, coefficients)
        reads = self._activated(self._below, sums)
        for layer in range(self._below + 1, len(self._parts)):
            still, *moving = self._parts[layer]
            sums = [still.sums(reads), *(None if part.is_zero else part.sums(reads) for part in moving)]
            reads = self._activated(layer, self._moved(sums, coefficients))
        costs = []
        for point in range(len(points)):
            np.copyto(self._outputs, reads[:, point])
            costs.append(self._evaluate() * self._images)
        return costs

    @staticmethod
    def _moved(sums: Sequence[np.ndarray | None], coefficients: np.ndarray) -> np.ndarray:
        """Return z₀ + Σ c z, of which those that are None are zero, for all points."""
        assert sums[0] is not None
        moved = sums[0]
        for coefficient, part in zip(coefficients, sums[1:], strict=True):
            if part is not None:
                moved = moved + coefficient * part
        return moved

    def _activated(self, layer: int, sums: np.ndarray) -> np.ndarray:
        out = np.empty((self._units[layer], *sums.shape[1:]))
        self._activations[layer].value(np.ascontiguousarray(sums), out)
        return out
