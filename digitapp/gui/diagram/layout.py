"""Where the parts of the network diagram stand: boxes, cards, circles, and the ends of the lines between them.

Geometry only: nothing here paints, and nothing knows a weight's value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from digitapp.gui.diagram.wires import ends_between
from digitapp.inspection.unit_images import compact_shape

HEADING = 28

_INPUT_PITCH, _INPUT_BOX, _INPUT_LABEL = 35.0, 26.0, 26.0
_CARD_TEXT, _CARD_MARGIN, _CARD_GAP = 74.0, 12.0, 12.0
_CARD_PADDING = 8.0  # above and below the picture
_CARD_HEIGHT, _CARD_SMALLEST = (62.0, 132.0), 62.0
_ROW_WIDTH, _ROW_SMALLEST, _ROW_TALLEST = 96.0, 26.0, 40.0
_BOX_PITCH, _BOX_SMALLEST = 32.0, 6.0
_CELL_LARGEST = 26
_CIRCLE, _CIRCLE_SMALLEST = 82.0, 10.0
_NARROWEST_GAP = 44.0
_SOURCE_STEP, _TARGET_STEP = 16.0, 12.0  # between the ends of wires at a unit


class Detail(Enum):
    """How much of a unit there is room for."""

    CARD = "card"  # picture of the weights, name, activation, bias
    ROW = "row"  # name and activation
    BOX = "box"  # its colour alone
    CIRCLE = "circle"  # an output


@dataclass(frozen=True)
class Column:
    """One layer of the network, as far as it fits.

    Attributes
    ----------
    total : units in the layer; the first `len(places)` of them are shown
    places : the rectangle of each shown unit
    detail : what its rectangle has room for
    image : rectangle of the weights' picture relative to the unit's own, empty when there is no room for one
    cell : pixels of one weight in that picture
    grid : (rows, columns) of that picture
    """

    total: int
    places: tuple[QRectF, ...]
    detail: Detail
    image: QRectF
    cell: int = 0
    grid: tuple[int, int] = (0, 0)

    @property
    def left(self) -> float:
        return self.places[0].left()

    @property
    def right(self) -> float:
        return self.places[0].right()


def lay_out(sizes: Sequence[int], grid: tuple[int, int], width: float, height: float) -> list[Column] | None:
    """Return a column for each layer from the inputs to the outputs, or None when not even boxes fit side by side.

    Parameters
    ----------
    sizes : sizes of the network's layers
    grid : (rows, columns) of its inputs
    width, height : the room for everything, in device-independent pixels
    """
    top, bottom = float(HEADING), height - 2
    room = bottom - top
    if room < _INPUT_PITCH:  # while the window is being arranged, there may be no height at all
        return None
    outputs_width = min(_CIRCLE, max(_CIRCLE_SMALLEST, room / sizes[-1] - 24))
    hidden = sizes[1:-1]
    inner = width - _INPUT_LABEL - _INPUT_BOX - outputs_width - 8
    grids = [grid if layer == 0 else compact_shape(sizes[layer]) for layer in range(len(hidden))]
    details, widths, gap = [], [], inner  # a network without hidden layers
    for details in _choices(hidden, room):
        shapes = zip(details, hidden, grids, strict=True)
        widths = [_width(kind, size, shape, room) for kind, size, shape in shapes]
        gap = (inner - sum(widths)) / (len(hidden) + 1)
        if gap >= _NARROWEST_GAP:
            break
    if gap < _BOX_SMALLEST:
        return None
    columns = [_inputs(sizes[0], top, room)]
    x = columns[0].right + gap
    for kind, size, shape, column_width in zip(details, hidden, grids, widths, strict=True):
        columns.append(_hidden(kind, size, shape, QRectF(x, top, column_width, room)))
        x += column_width + gap
    columns.append(_outputs(sizes[-1], QRectF(x, top, outputs_width, room)))
    return columns


def _choices(hidden: Sequence[int], room: float) -> list[list[Detail]]:
    """Return ways to show the hidden layers, the richest first; all-boxes is always the last."""
    best = [_best_detail(size, room) for size in hidden]
    poorer = {Detail.CARD: Detail.ROW, Detail.ROW: Detail.BOX, Detail.BOX: Detail.BOX}
    choices = [best]
    while any(kind is not Detail.BOX for kind in choices[-1]):
        choices.append([poorer[kind] for kind in choices[-1]])
    return choices


def _best_detail(size: int, room: float) -> Detail:
    pitch = room / size
    if pitch >= _CARD_SMALLEST + 8:
        return Detail.CARD
    return Detail.ROW if pitch >= _ROW_SMALLEST + 4 else Detail.BOX


def _card_height(size: int, room: float) -> float:
    return float(np.clip(room / size - _CARD_GAP, *_CARD_HEIGHT))


def _cell(grid: tuple[int, int], card_height: float) -> int:
    rows, columns = grid
    return max(1, min(_CELL_LARGEST, int((card_height - 2 * _CARD_PADDING) / rows), int(90 / columns)))


def _width(kind: Detail, size: int, grid: tuple[int, int], room: float) -> float:
    if kind is Detail.CARD:
        return 3 * _CARD_MARGIN + grid[1] * _cell(grid, _card_height(size, room)) + _CARD_TEXT
    return _ROW_WIDTH if kind is Detail.ROW else min(_BOX_PITCH - 4, max(_BOX_SMALLEST, room / size - 2))


def stack(count: int, place: QRectF, height: float, pitch: float) -> tuple[QRectF, ...]:
    """Return rectangles of one size below one another, centred in a column's room."""
    start = place.center().y() - pitch * (count - 1) / 2 - height / 2
    return tuple(
        QRectF(round(place.left()), round(start + index * pitch), round(place.width()), round(height))
        for index in range(count)
    )


def _inputs(count: int, top: float, room: float) -> Column:
    shown = min(count, int(room / _BOX_SMALLEST))
    pitch = min(_INPUT_PITCH, room / shown)
    box = min(_INPUT_BOX, pitch - max(1.0, pitch * 0.2))
    place = QRectF(_INPUT_LABEL + _INPUT_BOX - box, top, box, room)
    return Column(count, stack(shown, place, box, pitch), Detail.BOX, QRectF())


def _hidden(kind: Detail, size: int, grid: tuple[int, int], place: QRectF) -> Column:
    room = place.height()
    if kind is Detail.CARD:
        height = _card_height(size, room)
        cell = _cell(grid, height)
        rows, columns = grid
        image = QRectF(_CARD_MARGIN, round((height - rows * cell) / 2), columns * cell, rows * cell)
        return Column(size, stack(size, place, height, room / size), kind, image, cell, grid)
    if kind is Detail.ROW:
        pitch = min(room / size, _ROW_TALLEST + 8)
        return Column(size, stack(size, place, min(_ROW_TALLEST, pitch - 4), pitch), kind, QRectF())
    shown = min(size, int(room / (_BOX_SMALLEST + 2)))
    pitch = min(_BOX_PITCH, room / shown)
    return Column(size, stack(shown, place, min(pitch - 2, place.width()), pitch), kind, QRectF())


def _outputs(count: int, place: QRectF) -> Column:
    shown = min(count, max(1, int(place.height() / (_CIRCLE_SMALLEST + 2))))
    diameter = place.width()
    pitch = min(144.0, place.height() / shown)
    return Column(count, stack(shown, place, diameter, pitch), Detail.CIRCLE, QRectF())


def line_ends(columns: Sequence[Column], layer: int) -> NDArray[np.floating]:
    """Return where the wires of a layer begin and end, shape (shown sources, shown targets, 4); see `ends_between`."""
    sources, targets = columns[layer], columns[layer + 1]
    is_round = targets.detail is Detail.CIRCLE
    steps = (_SOURCE_STEP if layer else 0.0, _TARGET_STEP)
    return ends_between(sources.places, targets.places, steps=steps, round_targets=is_round)
