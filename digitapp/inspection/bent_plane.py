"""The plane as the last hidden layer of a network bends it: there, a straight line is enough to part the classes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.boundary import Bounds, DecisionMap, Probabilities, map_of
from digitapp.nn.network import Network

GRID_LINES, GRID_STEPS = 9, 60
_MARGIN = 0.06  # of the picture's side, around what is seen
_LEAST = 1e-3  # of a side: units that say the same everywhere


class Seen(StrEnum):
    """What of a hidden layer is looked at."""

    ACTIVATIONS = "activations"
    SUMS = "sums"


class Axes(StrEnum):
    """What the two directions of the picture are."""

    UNITS = "units"
    """The two units of the layer as they are."""
    UNIT_AND_HEIGHT = "unit and height"
    """The layer's only unit, and upwards the plane's own y."""
    COMPONENTS = "components"
    """The two directions in which more than two units differ most, see `BentPlane.share`."""


@dataclass(frozen=True, eq=False)
class BentPlane:
    """The last hidden layer in two dimensions.

    Attributes
    ----------
    layer : its number, counted from 0
    axes : what the directions are
    share : of all that the layer's units vary by, what the two directions show; 1 where they are the units themselves
    grid : (lines, steps, 2), straight lines of the plane as they lie there
    points : (n, 2), points of the plane as they lie there
    map : what the network's output layer answers; of components, in the slice through the middle of all that is seen
    projection : from the layer's units to the two directions
    """

    layer: int
    axes: Axes
    share: float
    grid: NDArray[np.float64]
    points: NDArray[np.float64]
    map: DecisionMap
    projection: Projection

    def place(self, states: NDArray[np.floating], y: float) -> NDArray[np.float64]:
        """Return where one more point lies, (2,), by the layer's `states` (units,) and its y in the plane."""
        return self.projection.of(np.asarray(states, np.float64)[np.newaxis], np.array([y]))[0]


@dataclass(frozen=True, eq=False)
class Projection:
    """From a layer's units to two directions, and back.

    Attributes
    ----------
    mean : (units,)
    directions : (units, 2), or (units, 1) where upwards is the plane's y
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]

    def of(self, states: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return states (n, units) in two directions, (n, 2); `ys` (n,) are their y in the plane."""
        flat = (states - self.mean) @ self.directions
        return flat if flat.shape[1] == 2 else np.column_stack([flat, ys])

    def back(self, flat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the states (n, units) that lie at places (n, 2) of the picture."""
        return self.mean + flat[:, : self.directions.shape[1]] @ self.directions.T


def bent_plane(
    network: Network,
    probabilities: Probabilities,
    bounds: Bounds,
    points: NDArray[np.floating],
    seen: Seen = Seen.ACTIVATIONS,
    resolution: int = 96,
) -> BentPlane | None:
    """Return the plane as the last hidden layer bends it; None without a hidden layer, or with numbers not finite.

    Parameters
    ----------
    network : of two inputs; not changed
    probabilities : how its outputs become probabilities
    bounds : what of the plane is seen
    points : (n, 2)
    seen : the activations of the layer's units, or their sums; of maxout the sum that won
    resolution : of the map, places a side

    Where the layer has more than two units, what is seen is the two principal components of the grid and the points.
    Source: Jolliffe, "Principal Component Analysis" (2nd edition, 2002), section 1.1.
    """
    if len(network.layers) < 2:
        return None
    layer = len(network.layers) - 2
    grid = _grid(bounds)
    places = np.concatenate([grid.reshape(-1, 2), np.asarray(points, np.float64).reshape(-1, 2)])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        states = hidden_states(network, places, seen)
        if not np.isfinite(states).all():
            return None
        projection, axes, share = _projection(states)
        flat = projection.of(states, places[:, 1])
        area = _around(flat)
        xs, ys = area.axes(resolution, resolution)
        cells = np.stack([axis.ravel().astype(np.float64) for axis in np.meshgrid(xs, ys)], axis=1)
        found = probabilities(_outputs(network, projection.back(cells), seen))
        picture = map_of(found, area, xs, ys)
    on_grid = flat[: grid.shape[0] * grid.shape[1]].reshape(grid.shape)
    return BentPlane(layer, axes, share, on_grid, flat[len(flat) - len(points) :], picture, projection)


def hidden_states(network: Network, places: NDArray[np.floating], seen: Seen) -> NDArray[np.float64]:
    """Return what the last hidden layer's units say at places (n, 2), or their sums: (n, units)."""
    trace = network.trace(places)
    layers = trace.activations if seen is Seen.ACTIVATIONS else trace.pre_activations
    return layers[-2].astype(np.float64)


def _grid(bounds: Bounds) -> NDArray[np.float64]:
    """Return lines along both axes at equal distances, (2 × GRID_LINES, GRID_STEPS, 2)."""
    along_x, along_y = (
        np.linspace(bounds.left, bounds.right, GRID_STEPS),
        np.linspace(bounds.bottom, bounds.top, GRID_STEPS),
    )
    lines = [np.column_stack([along_x, np.full(GRID_STEPS, y)]) for y in bounds.axes(2, GRID_LINES)[1]]
    lines += [np.column_stack([np.full(GRID_STEPS, x), along_y]) for x in bounds.axes(GRID_LINES, 2)[0]]
    return np.stack(lines)


def _projection(states: NDArray[np.float64]) -> tuple[Projection, Axes, float]:
    units = states.shape[1]
    if units <= 2:
        axes = Axes.UNITS if units == 2 else Axes.UNIT_AND_HEIGHT
        return Projection(np.zeros(units), np.eye(units)), axes, 1.0
    mean = states.mean(axis=0)
    variances, directions = np.linalg.eigh(np.cov(states - mean, rowvar=False))
    chosen = directions[:, :-3:-1]
    # A direction has no sign of its own: the unit that says most in it points to the right, or up.
    strongest = np.abs(chosen).argmax(axis=0)
    chosen = chosen * np.where(chosen[strongest, (0, 1)] < 0, -1.0, 1.0)
    total = float(variances.sum())
    return Projection(mean, chosen), Axes.COMPONENTS, float(variances[-2:].sum()) / total if total > 0 else 1.0


def _around(flat: NDArray[np.float64]) -> Bounds:
    """Return a square around places, with a margin."""
    low, high = flat.min(axis=0), flat.max(axis=0)
    middle = (low + high) / 2
    half = np.maximum((high - low) / 2, max(_LEAST, _LEAST * float(np.abs(middle).max()))) * (1 + 2 * _MARGIN)
    (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
    return Bounds(left, right, bottom, top)


def _outputs(network: Network, states: NDArray[np.float64], seen: Seen) -> NDArray[np.floating]:
    """Return the outputs that follow from the last hidden layer's states (n, units): (n, classes)."""
    columns = np.ascontiguousarray(states.T, network.dtype)
    if seen is Seen.SUMS and network.layers[-2].activation.pieces == 1:
        activations = np.empty_like(columns)
        network.layers[-2].activation.value(columns.copy(), activations)
        columns = activations
    _, outputs = network.layers[-1].states(columns)
    return outputs.T
