"""Where the tiles of a unit grid stand: arithmetic in whole screen pixels, without Qt."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from digitapp.inspection.unit_images import TileGeometry, TileHit

MARGIN = 4  # room for the selection's ring, which is outside the tile
GAP = 4
_SHRUNK_GAP = 3  # in pixels of the images


@dataclass(frozen=True, slots=True)
class TileLayout:
    """The geometry of the tiles and where it stands in the widget.

    Attributes
    ----------
    tiles : the tiles in their own pixels; at zoom 1 these are screen pixels
    ratio : screen pixels a device-independent pixel
    zoom : screen pixels a pixel of ``tiles``; below 1 only where a whole layer must fit into little room
    margin : screen pixels around the tiles
    """

    tiles: TileGeometry
    ratio: float
    zoom: float
    margin: int

    @property
    def height(self) -> float:
        """Height of all tiles with both margins, in device-independent pixels."""
        return (self.tiles.height * self.zoom + 2 * self.margin) / self.ratio

    @property
    def row_pitch(self) -> float:
        """Distance of two rows of tiles, in device-independent pixels."""
        return (self.tiles.rows * self.tiles.scale + self.tiles.gap) * self.zoom / self.ratio

    def rectangle(self, unit: int) -> tuple[float, float, float, float]:
        """Return x, y, width and height of a unit's tile in device-independent pixels of the whole, unscrolled grid."""
        x, y, width, height = self.tiles.rectangle(unit)
        scale = self.zoom / self.ratio
        offset = self.margin / self.ratio
        return x * scale + offset, y * scale + offset, width * scale, height * scale

    def tile_at(self, x: float, y: float) -> TileHit | None:
        """Return what lies under a point given in device-independent pixels of the whole grid."""
        scale = self.ratio / self.zoom
        offset = self.margin / self.ratio
        return self.tiles.tile_at((x - offset) * scale, (y - offset) * scale)


def lay_out(
    units: int,
    rows: int,
    columns: int,
    width: float,
    height: float,
    *,
    ratio: float = 1.0,
    least_tile: float = 56,
    largest_tile: float = 224,
    whole: bool = False,
    tile: float | None = None,
) -> TileLayout:
    """Return the layout with the largest tiles of which all fit, each image pixel a whole number of screen pixels.

    Parameters
    ----------
    units, rows, columns : how many images of what shape, each 1 or more
    width, height : the room, in device-independent pixels
    ratio : screen pixels a device-independent pixel
    least_tile, largest_tile : bounds of a tile's longer side in device-independent pixels. When tiles of the least
        size do not all fit, they are taken anyway and the grid is higher than its room
    whole : everything must fit: tiles may become smaller than ``least_tile``, and images smaller than one screen
        pixel a pixel where nothing else helps
    tile : the size of a tile's longer side in device-independent pixels, whether all fit or not; where it has room for
        an image pixel on a screen pixel, the next smaller whole multiple is taken
    """
    margin, gap = round(MARGIN * ratio), round(GAP * ratio)
    inner_width, inner_height = int(width * ratio) - 2 * margin, int(height * ratio) - 2 * margin
    longer = max(rows, columns)
    if tile is not None:
        zoom = min(1.0, max(1.0, tile * ratio) / longer)
        scale, gap = (max(1, int(tile * ratio / longer)), gap) if zoom == 1 else (1, _SHRUNK_GAP)
        across = int((inner_width / zoom + gap) // (columns * scale + gap))
        return TileLayout(
            TileGeometry(units, rows, columns, min(units, max(1, across)), gap, scale), ratio, zoom, margin
        )
    least = 1 if whole else max(1, int(least_tile * ratio / longer))
    largest = max(least, int(largest_tile * ratio / longer))
    for scale in range(largest, least - 1, -1):
        across = min(units, max(1, (inner_width + gap) // (columns * scale + gap)))
        tiles = TileGeometry(units, rows, columns, across, gap, scale)
        if tiles.height <= inner_height and tiles.width <= inner_width:
            return TileLayout(tiles, ratio, 1.0, margin)
    if not whole:
        across = min(units, max(1, (inner_width + gap) // (columns * least + gap)))
        return TileLayout(TileGeometry(units, rows, columns, across, gap, least), ratio, 1.0, margin)

    def fitting(across: int) -> float:
        tiles = TileGeometry(units, rows, columns, across, _SHRUNK_GAP, 1)
        return min(inner_width / tiles.width, inner_height / tiles.height)

    across = max(range(1, units + 1), key=fitting)
    # A grid as wide as its room looks tidier than one a little larger and ragged.
    rows_needed = ceil(units / across)
    while (
        across < units and ceil(units / (across + 1)) == rows_needed and fitting(across + 1) >= 0.98 * fitting(across)
    ):
        across += 1
    tiles = TileGeometry(units, rows, columns, across, _SHRUNK_GAP, 1)
    return TileLayout(tiles, ratio, max(0.05, fitting(across)), margin)
