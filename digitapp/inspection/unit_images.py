"""Pictures of what the units of a layer weigh, and the one large picture that holds them all."""

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from digitapp.nn.network import Network


def _check_layer(network: Network, layer: int) -> None:
    if not 0 <= layer < len(network.weights):
        raise ValueError(f"layer {layer} does not exist: the network has layers 0 to {len(network.weights) - 1}")


def _check_grid(network: Network, rows: int, columns: int) -> None:
    if rows * columns != network.sizes[0]:
        raise ValueError(f"a grid of {rows}×{columns} does not hold the network's {network.sizes[0]} inputs")


def compact_shape(count: int) -> tuple[int, int]:
    """Return (rows, columns) of a rectangle for ``count`` cells: little is left over, and it is not far from a square.

    Used where weights have no pixel grid. Exact where ``count`` has factors within 1:4, such as 8×16 for 128;
    otherwise nearly square with cells left over at the end.
    """
    if count < 1:
        raise ValueError(f"a rectangle needs at least one cell, not {count}")
    for rows in range(int(sqrt(count)), 0, -1):
        if count % rows == 0 and count <= 4 * rows * rows:
            return rows, count // rows
    rows = max(1, round(sqrt(count)))
    return rows, ceil(count / rows)


def layer_images(network: Network, layer: int, rows: int, columns: int) -> NDArray[np.floating]:
    """Return the incoming weights of each unit of a layer as a picture; of a maxout unit those of its longest piece.

    Parameters
    ----------
    network : the network; its weights are copied
    layer : 0 for the first hidden layer; the last is the output layer
    rows, columns : the grid of the network's inputs

    Returns
    -------
    float array, C-contiguous. Layer 0: shape (units, rows, columns), a weight for each pixel. Deeper layers see units,
    not pixels: shape (units, *compact_shape(fan_in)), where cell r × columns + c is the weight from unit r × columns
    + c of the layer before; cells after the last unit stand for nothing and are 0. See `projected_images` for pixels.

    Raises
    ------
    ValueError : no such layer, or a grid that does not hold the network's inputs
    """
    _check_layer(network, layer)
    _check_grid(network, rows, columns)
    return as_images(network.unit_weights[layer], (rows, columns) if layer == 0 else None)


def as_images(weights: NDArray[np.floating], grid: tuple[int, int] | None) -> NDArray[np.floating]:
    """Return weights (fan_in, units) as pictures on a grid of pixels, or in a compact rectangle where there is none.

    Only the first fan_in cells of each stand for a weight.
    """
    by_unit = weights.T
    if grid is not None:
        return np.array(by_unit, order="C").reshape(-1, *grid)
    fan_in = by_unit.shape[1]
    shape = compact_shape(fan_in)
    images = np.zeros((by_unit.shape[0], shape[0] * shape[1]), dtype=by_unit.dtype)
    images[:, :fan_in] = by_unit
    return images.reshape(-1, *shape)


def change_images(
    network: Network, start: NDArray[np.floating], layer: int, rows: int, columns: int
) -> NDArray[np.floating]:
    """Return what training has added to the weights of each unit; of a maxout unit, of the piece that changed most.

    Parameters
    ----------
    network, layer, rows, columns : as in `layer_images`
    start : float array, shape (parameter_count,), the parameters that the network began with

    Returns
    -------
    float array of the shape of `layer_images`

    Raises
    ------
    ValueError : no such layer, or a grid or parameters that do not fit the network
    """
    _check_layer(network, layer)
    _check_grid(network, rows, columns)
    if start.shape != network.parameters.shape:
        raise ValueError(f"{network.parameter_count} parameters expected, got {start.shape}")
    change = Network(network.sizes[layer : layer + 2], network.activations[layer : layer + 1], network.dtype)
    change.weights[0][...] = network.weights[layer] - network.views(start)[0][layer]
    return as_images(change.unit_weights[0], (rows, columns) if layer == 0 else None)


def projected_images(network: Network, layer: int, rows: int, columns: int) -> NDArray[np.floating]:
    """Return the units of any layer as pictures on the input grid, by multiplying the weight matrices on the way.

    W₀·W₁·…·W_layer is what the unit would weigh if every unit before it let its pre-activation through unchanged. It
    is a linear sketch, not what the unit answers to: a ReLU that sleeps contributes here but not in the network. At
    layer 0 it is the weights themselves.

    Returns
    -------
    float array, shape (units, rows, columns), C-contiguous

    Raises
    ------
    ValueError : no such layer, or a grid that does not hold the network's inputs
    """
    _check_layer(network, layer)
    _check_grid(network, rows, columns)
    # From the right, so that a small layer at the end keeps every product small.
    product = network.unit_weights[layer]
    for weights in reversed(network.unit_weights[:layer]):
        product = weights @ product
    return np.array(product.T, order="C").reshape(-1, rows, columns)


def class_images(
    network: Network, layer: int, class_mean: NDArray[np.floating], rows: int, columns: int
) -> NDArray[np.floating]:
    """Return how each cell of a layer's pictures takes part in the units' mean sums over one class.

    A cell is its weight times the mean of what it weighs, so that all cells and the bias add up to the unit's mean sum
    over the samples of the class.

    Parameters
    ----------
    network, layer, rows, columns : as in `layer_images`
    class_mean : float array, shape (fan_in,), the mean over the class of what the layer reads, from `LayerSurvey`

    Returns
    -------
    float array of the shape of `layer_images`

    Raises
    ------
    ValueError : no such layer, or a grid or means that do not fit the network
    """
    images = layer_images(network, layer, rows, columns)
    fan_in = network.sizes[layer]
    if class_mean.shape != (fan_in,):
        raise ValueError(f"means of {fan_in} inputs expected, got {class_mean.shape}")
    images.reshape(len(images), -1)[:, :fan_in] *= class_mean
    return images


class Rectangle(NamedTuple):
    """A place in the tiled picture, in its pixels."""

    x: int
    y: int
    width: int
    height: int


class TileHit(NamedTuple):
    """What lies under a point of the tiled picture: a unit and the cell of its image."""

    unit: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class TileGeometry:
    """Where each image stands in the picture made by `tile`. All lengths are pixels of that picture.

    Attributes
    ----------
    units : number of images
    rows, columns : cells of one image
    across : images side by side
    gap : pixels between two images, none at the outer edge
    scale : pixels a cell, each way
    """

    units: int
    rows: int
    columns: int
    across: int
    gap: int
    scale: int

    @property
    def down(self) -> int:
        """Number of rows of images."""
        return ceil(self.units / self.across)

    @property
    def width(self) -> int:
        """Width of the whole picture; it does not depend on how full the last row is."""
        return self.across * self._pitch_x - self.gap

    @property
    def height(self) -> int:
        """Height of the whole picture."""
        return self.down * self._pitch_y - self.gap

    @property
    def _pitch_x(self) -> int:
        return self.columns * self.scale + self.gap

    @property
    def _pitch_y(self) -> int:
        return self.rows * self.scale + self.gap

    def rectangle(self, unit: int) -> Rectangle:
        """Return the place of a unit's image.

        Raises
        ------
        IndexError : no such unit
        """
        if not 0 <= unit < self.units:
            raise IndexError(f"unit {unit} does not exist: the picture holds units 0 to {self.units - 1}")
        down, across = divmod(unit, self.across)
        width, height = self.columns * self.scale, self.rows * self.scale
        return Rectangle(across * self._pitch_x, down * self._pitch_y, width, height)

    def tile_at(self, x: float, y: float) -> TileHit | None:
        """Return the unit and cell under a point; None in a gap, beside the picture or after the last unit."""
        if x < 0 or y < 0:
            return None
        across, x_inside = divmod(x, self._pitch_x)
        down, y_inside = divmod(y, self._pitch_y)
        unit = int(down) * self.across + int(across)
        row, column = int(y_inside // self.scale), int(x_inside // self.scale)
        if across >= self.across or unit >= self.units or row >= self.rows or column >= self.columns:
            return None
        return TileHit(unit, row, column)


def tile(
    images: NDArray[Any], columns: int, gap: int = 1, *, scale: int = 1, background: Any = 0
) -> tuple[NDArray[Any], TileGeometry]:
    """Lay images out in rows as one array.

    Parameters
    ----------
    images : array, shape (units, rows, columns) or (units, rows, columns, channels), of any type: weights, palette
        indices or colours
    columns : images side by side
    gap : pixels between images
    scale : pixels a cell, each way; cells become squares, nothing is smoothed
    background : the value of gaps and of places after the last image (a number, or one for each channel)

    Returns
    -------
    picture : array of the same type, shape (geometry.height, geometry.width) with the channels of ``images``,
        C-contiguous
    geometry : where each unit stands

    Raises
    ------
    ValueError : no images, or a size that is not positive
    """
    if images.ndim not in (3, 4) or images.size == 0:
        raise ValueError(
            f"images have the shape (units, rows, columns[, channels]), none of them 0; not {images.shape}"
        )
    if columns < 1 or scale < 1 or gap < 0:
        raise ValueError(f"columns and scale are at least 1 and the gap 0; not {columns}, {scale} and {gap}")
    units, rows, cells, *channels = images.shape
    across = min(columns, units)
    geometry = TileGeometry(units, rows, cells, across, gap, scale)
    height, width = rows * scale, cells * scale
    # With a gap behind every tile the picture is a regular grid, and a whole grid is one assignment.
    picture = np.empty((geometry.height + gap, geometry.width + gap, *channels), dtype=images.dtype)
    picture[...] = background
    grid = picture.reshape(geometry.down, height + gap, across, width + gap, *channels)
    full, rest = divmod(units, across)
    tiles = images[: full * across].reshape(full, across, rows, cells, *channels)
    for x in range(scale):
        cell = grid[:, 0:height:scale, :, x:width:scale]
        cell[:full] = tiles.swapaxes(1, 2)
        if rest:
            cell[full, :, :rest] = images[full * across :].swapaxes(0, 1)
    for y in range(1, scale):
        grid[:, y:height:scale] = grid[:, 0:height:scale]
    return np.ascontiguousarray(picture[: geometry.height, : geometry.width]), geometry


def always_blank(inputs: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which inputs are 0 in every sample, bool array of shape (features,).

    No data has ever moved the weights of such a pixel: what is left there is initial noise.
    """
    return np.logical_not(np.any(inputs, axis=0))
