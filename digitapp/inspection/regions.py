"""Where in a plane a unit is awake: in the first layer a half-plane, further on any region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.inspection.boundary import Bounds
from digitapp.inspection.contours import contour
from digitapp.nn.network import Network

RESOLUTION = 64
"""Places a side: enough for a smooth picture, and quick enough to follow a training."""


class Region(NamedTuple):
    """A unit's sum over a part of the plane, as a picture.

    Attributes
    ----------
    bounds : of the plane; the outermost places lie on its edges
    sums : float array (rows, columns), the first row the highest
    """

    bounds: Bounds
    sums: NDArray[np.floating]

    def place(self, row: int, column: int) -> tuple[float, float]:
        """Return where in the plane a value of the picture stands."""
        rows, columns = self.sums.shape
        b = self.bounds
        return b.left + b.width * column / (columns - 1), b.top - b.height * row / (rows - 1)

    def border(self) -> NDArray[np.float64]:
        """Return where the sum is zero, as `contour` returns it: in the first layer a straight line."""
        xs, ys = self.bounds.axes(self.sums.shape[1], self.sums.shape[0])
        return contour(self.sums[::-1], xs, ys, 0.0)


def unit_regions(network: Network, layer: int, bounds: Bounds, resolution: int = RESOLUTION) -> NDArray[np.floating]:
    """Return the sums of all units of a layer at resolution × resolution places; of a maxout unit its largest.

    Parameters
    ----------
    network : of two inputs
    layer : 0 for the first hidden layer
    bounds : of the plane
    resolution : at least 2

    Returns
    -------
    float array (units, resolution, resolution), the first row the highest in the plane; see `Region`

    Raises
    ------
    ValueError : a network that has not two inputs, or no such layer
    """
    if network.sizes[0] != 2 or not 0 <= layer < len(network.layers):
        raise ValueError(f"layer {layer} of a network of two inputs is needed, not of {network.sizes}")
    xs, ys = bounds.axes(resolution, resolution)
    states = np.stack([axis.ravel() for axis in np.meshgrid(xs, ys[::-1])]).astype(network.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        for below in network.layers[:layer]:
            _, states = below.states(states)
        sums, activations = network.layers[layer].states(states)
    found = sums if len(sums) == len(activations) else activations  # the largest piece is the activation itself
    return np.ascontiguousarray(found).reshape(-1, resolution, resolution)
