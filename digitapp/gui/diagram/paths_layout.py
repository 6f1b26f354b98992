"""Where the parts of the strongest paths stand: the drawing, a column of units for each layer, the outputs.

Geometry only: nothing here paints, and nothing knows a weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from digitapp.gui.diagram.layout import stack
from digitapp.gui.diagram.wires import ends_between

HEADING = 44.0

_INPUT_SIDES = (224, 168, 140, 112, 84)
_INPUT_SHARE = 0.22  # of the width
_IMAGE = 56.0
_CARD_GAP, _CARD_TEXT, _PADDING = 8.0, 58.0, 4.0
_ROW_WIDTH, _ROW_HEIGHT, _ROW_PITCH = 104.0, 38.0, 46.0
_NARROW_WIDTH = 54.0
_OUTPUT_WIDTH, _OUTPUT_HEIGHT, _OUTPUT_PITCH, _OUTPUT_LEAST = 92.0, 38.0, 52.0, 34.0
_LEAST_GAP, _TIGHT_GAP = 44.0, 14.0
_MOST_UNITS, _MOST_OUTPUTS = 12, 12
_END_STEP = 5.0  # between the ends of wires at a unit


class Kind(Enum):
    """How a unit is shown."""

    IMAGE = "image"  # its weights as a picture, and its numbers beside it
    ROW = "row"  # name and numbers
    NARROW = "narrow"  # its name alone


@dataclass(frozen=True)
class PathColumn:
    """One layer of weights.

    Attributes
    ----------
    kind : how its units are shown
    places : a rectangle for each shown unit
    image : side of the picture in it, 0 for none
    """

    kind: Kind
    places: tuple[QRectF, ...]
    image: QRectF

    @property
    def left(self) -> float:
        return self.places[0].left()

    @property
    def right(self) -> float:
        return self.places[0].right()


@dataclass(frozen=True)
class PathLayout:
    """Where everything stands: the drawing, and a column for each layer of weights, the outputs last."""

    drawing: QRectF
    columns: tuple[PathColumn, ...]


def unit_counts(sizes: Sequence[int], grid: tuple[int, int], height: float, scale: float = 1.0) -> list[int]:
    """Return how many units of each layer of weights there is room for; the outputs are the last.

    Parameters
    ----------
    sizes : of the network's layers
    grid : (rows, columns) of its inputs
    height : of the room for everything, in device-independent pixels
    scale : of the platform's font over the design's
    """
    room = height - HEADING * scale
    counts = []
    for layer, size in enumerate(sizes[1:]):
        is_output = layer == len(sizes) - 2
        pitch = _image_size(grid)[1] + 2 * _PADDING + _CARD_GAP if layer == 0 else _ROW_PITCH * scale
        if is_output and layer:
            pitch = _OUTPUT_LEAST * scale
        most = _MOST_OUTPUTS if is_output else _MOST_UNITS
        counts.append(int(np.clip(room // pitch, 1, min(size, most))))
    return counts


def _image_size(grid: tuple[int, int]) -> tuple[float, float]:
    """Return width and height of a picture of weights, in whole pixels for each weight."""
    rows, columns = grid
    cell = max(1, int(_IMAGE / max(rows, columns)))
    return float(columns * cell), float(rows * cell)


def lay_out(
    grid: tuple[int, int], counts: Sequence[int], width: float, height: float, scale: float = 1.0
) -> PathLayout | None:
    """Return where everything stands, or None when the columns do not fit side by side.

    Parameters
    ----------
    grid : (rows, columns) of the inputs
    counts : shown units of each layer of weights
    width, height : the room, in device-independent pixels
    scale : of the platform's font over the design's
    """
    top = HEADING * scale
    room = QRectF(0, top, width, height - top)
    drawing = _drawing(grid, room)
    for kind, least in ((Kind.ROW, _LEAST_GAP), (Kind.NARROW, _TIGHT_GAP)):
        widths = [_width(layer, len(counts), kind, grid, scale) for layer in range(len(counts))]
        gap = (width - drawing.width() - sum(widths)) / len(counts)
        if gap >= least:
            break
    else:
        return None
    columns, x = [], drawing.right() + gap
    for layer, (count, column_width) in enumerate(zip(counts, widths, strict=True)):
        columns.append(
            _column(layer, len(counts), kind, count, grid, QRectF(x, top, column_width, room.height()), scale)
        )
        x += column_width + gap
    return PathLayout(drawing, tuple(columns))


def _drawing(grid: tuple[int, int], room: QRectF) -> QRectF:
    rows, columns = grid
    limit = min(room.width() * _INPUT_SHARE, room.height() * 0.6)
    side = next((side for side in _INPUT_SIDES if side <= limit), _INPUT_SIDES[-1])
    cell = max(1, side // max(rows, columns))
    place = QRectF(0, 0, columns * cell, rows * cell)
    place.moveTop(round(room.center().y() - place.height() / 2))
    return place


def _width(layer: int, layers: int, kind: Kind, grid: tuple[int, int], scale: float) -> float:
    is_output = layer == layers - 1
    if layer == 0:
        return _image_size(grid)[0] + 2 * _PADDING + _CARD_TEXT * scale + 6
    if is_output:
        return _OUTPUT_WIDTH * scale
    return (_ROW_WIDTH if kind is Kind.ROW else _NARROW_WIDTH) * scale


def _column(
    layer: int, layers: int, kind: Kind, count: int, grid: tuple[int, int], place: QRectF, scale: float
) -> PathColumn:
    if layer == 0:
        width, height = _image_size(grid)
        card = height + 2 * _PADDING
        image = QRectF(_PADDING, _PADDING, width, height)
        return PathColumn(Kind.IMAGE, stack(count, place, card, card + _CARD_GAP), image)
    is_output = layer == layers - 1
    pitch = min(_OUTPUT_PITCH * scale if is_output else _ROW_PITCH * scale, place.height() / count)
    height = min((_OUTPUT_HEIGHT if is_output else _ROW_HEIGHT) * scale, pitch - 4)
    return PathColumn(Kind.ROW if is_output else kind, stack(count, place, height, pitch), QRectF())


def line_ends(sources: PathColumn, targets: PathColumn) -> NDArray[np.floating]:
    """Return where the wires between two columns begin and end, shape (sources, targets, 4)."""
    return ends_between(sources.places, targets.places, steps=(_END_STEP, _END_STEP))


def drawing_ends(drawing: QRectF, targets: PathColumn) -> NDArray[np.floating]:
    """Return where the lines from the drawing to each unit of the first layer begin and end, shape (targets, 4)."""
    count = len(targets.places)
    spread = np.linspace(0.2, 0.8, count) if count > 1 else np.array([0.5])
    ends = np.empty((count, 4))
    ends[:, 0] = drawing.right() + 2
    ends[:, 1] = drawing.top() + spread * drawing.height()
    ends[:, 2] = [place.left() for place in targets.places]
    ends[:, 3] = [place.center().y() for place in targets.places]
    return ends
