"""Where the parts of the network diagram stand: boxes, cards, circles, and the ends of the wires between them.

Geometry only: nothing here paints, and nothing knows a weight's value. How much room words and numbers need comes as
`Measures`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from digitapp.gui.diagram.wires import ends_between
from digitapp.inspection.unit_images import compact_shape

# In the design's font; all but the least sizes grow with the text.
_INPUT_PITCH, _INPUT_BOX = 35.0, 26.0
_LABEL_GAP = 8.0  # between an input's number and its box
_CARD_MARGIN, _CARD_GAP, _CARD_PADDING = 10.0, 8.0, 8.0
_TALLEST_CARD = 132.0
_CELL_LARGEST, _CELL_LEAST = 26.0, 5.0
_MOST_STRETCHED = 2.6  # how much wider than high a cell may be for its number
_ROW_MARGIN, _ROW_GAP, _TALLEST_ROW = 10.0, 4.0, 46.0
_BOX_PITCH, _BOX_LEAST = 32.0, 6.0
_CIRCLE, _CIRCLE_LEAST, _CIRCLE_PITCH = 82.0, 10.0, 144.0
_NARROWEST_GAP, _NARROW_GAP = 44.0, 30.0  # between columns; the second where that keeps the weights readable
_SOURCE_STEP, _TARGET_STEP = 16.0, 12.0  # between the ends of wires at a unit


class Measures(NamedTuple):
    """What words and numbers of the shown network need, in device-independent pixels.

    Attributes
    ----------
    scale : of the text over the design's
    heading : height of the words above the columns
    input_label : width of the largest number before an input
    weight : width and height of a weight's number on its cell
    card : width of the words on a card
    line : height of a line of text on a card
    row : width of a unit's name and activation beside each other
    caption : height of the words below an output
    """

    scale: float
    heading: float
    input_label: float
    weight: tuple[float, float]
    card: float
    line: float
    row: float
    caption: float


class Detail(Enum):
    """How much of a unit there is room for; from the first to the last it gets less."""

    NUMBERS = "numbers"  # a card: picture of the weights, a number on each, name, activation, bias
    CARD = "card"  # the same without numbers on the picture
    ROW = "row"  # name and activation in one line, and a small picture
    LINE = "line"  # name and activation in one line
    BOX = "box"  # its colour, and its name where that fits
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
    cell : width and height of one weight in that picture
    caption : height of the words below each unit, 0 for none
    """

    total: int
    places: tuple[QRectF, ...]
    detail: Detail
    image: QRectF
    cell: tuple[float, float] = (0.0, 0.0)
    caption: float = 0.0

    @property
    def left(self) -> float:
        return self.places[0].left()

    @property
    def right(self) -> float:
        return self.places[0].right()


class _Plan(NamedTuple):
    """How a hidden layer is to be shown: width and height of a unit, and its picture."""

    detail: Detail
    width: float
    height: float
    image: QRectF = QRectF()
    cell: tuple[float, float] = (0.0, 0.0)


def lay_out(
    sizes: Sequence[int], grid: tuple[int, int], width: float, height: float, measures: Measures
) -> list[Column] | None:
    """Return a column for each layer from the inputs to the outputs, or None when not even boxes fit side by side.

    Parameters
    ----------
    sizes : sizes of the network's layers
    grid : (rows, columns) of its inputs
    width, height : the room for everything, in device-independent pixels
    measures : what its words and numbers need
    """
    scale, top = measures.scale, measures.heading
    room = height - 2 - top
    if room < _INPUT_PITCH * scale:  # while the window is being arranged, there may be no height at all
        return None
    inputs = _inputs(sizes[0], top, room, measures)
    outputs = _Outputs(sizes[-1], room, measures)
    hidden = sizes[1:-1]
    inner = width - inputs.right - outputs.diameter - outputs.margin
    grids = [grid if layer == 0 else compact_shape(sizes[layer]) for layer in range(len(hidden))]
    plans: list[_Plan] = []
    gap = inner  # a network without hidden layers
    for plans in _choices(hidden, grids, room, measures):
        gap = (inner - sum(plan.width for plan in plans)) / (len(hidden) + 1)
        numbers = bool(plans) and plans[0].detail is Detail.NUMBERS
        if gap >= (_NARROW_GAP if numbers else _NARROWEST_GAP) * scale:
            break
    if gap < _BOX_LEAST:
        return None
    columns, x = [inputs], inputs.right + gap
    for plan, size in zip(plans, hidden, strict=True):
        columns.append(_hidden(plan, size, QRectF(x, top, plan.width, room), scale))
        x += plan.width + gap
    columns.append(outputs.column(x, top))
    return columns


def _choices(
    hidden: Sequence[int], grids: Sequence[tuple[int, int]], room: float, measures: Measures
) -> list[list[_Plan]]:
    """Return ways to show the hidden layers, the richest first; all-boxes is always the last."""
    kinds = [Detail.NUMBERS, Detail.CARD, Detail.ROW, Detail.LINE, Detail.BOX]

    def richest(among: Sequence[Detail], size: int, grid: tuple[int, int]) -> _Plan:
        plans = (_plan(kind, size, grid, room, measures) for kind in among)
        return next(plan for plan in plans if plan is not None)

    return [
        [richest(kinds[start:], size, grid) for size, grid in zip(hidden, grids, strict=True)]
        for start in range(len(kinds))
    ]


def _plan(kind: Detail, size: int, grid: tuple[int, int], room: float, measures: Measures) -> _Plan | None:
    """Return how a layer is shown in one way, None where its units are too low for it."""
    if kind in (Detail.NUMBERS, Detail.CARD):
        return _card(kind, size, grid, room, measures)
    if kind in (Detail.ROW, Detail.LINE):
        return _row(kind, size, grid, room, measures)
    scale = measures.scale
    shown = min(size, max(1, int(room / (_BOX_LEAST + 2))))
    pitch = min(_BOX_PITCH * scale, room / shown)
    width = min((_BOX_PITCH - 4) * scale, max(_BOX_LEAST, room / size - 2))
    return _Plan(Detail.BOX, width, min(pitch - 2, width))


def _card(kind: Detail, size: int, grid: tuple[int, int], room: float, measures: Measures) -> _Plan | None:
    scale, (rows, columns) = measures.scale, grid
    gap = _CARD_GAP * scale if size > 1 else 0.0
    height = min(_TALLEST_CARD * scale, room / size - gap)
    inside = height - 2 * min(_CARD_PADDING * scale, height / 12)
    cell_height = float(int(min(_CELL_LARGEST * scale, inside / rows)))
    if height < 2 * measures.line or cell_height < _CELL_LEAST:
        return None
    cell_width = cell_height
    if kind is Detail.NUMBERS:
        number_width, number_height = measures.weight
        cell_width = max(cell_height, float(np.ceil(number_width + 2)))
        if cell_height < number_height or cell_width > _MOST_STRETCHED * cell_height:
            return None
    margin = _CARD_MARGIN * scale
    image = QRectF(margin, round((height - rows * cell_height) / 2), columns * cell_width, rows * cell_height)
    return _Plan(kind, 3 * margin + image.width() + measures.card, height, image, (cell_width, cell_height))


def _row(kind: Detail, size: int, grid: tuple[int, int], room: float, measures: Measures) -> _Plan | None:
    scale, (rows, columns) = measures.scale, grid
    height = min(_TALLEST_ROW * scale, room / size - _ROW_GAP)
    if height < measures.line:
        return None
    margin = _ROW_MARGIN * scale
    if kind is Detail.LINE:
        return _Plan(kind, 2 * margin + measures.row, min(height, 2 * measures.line))
    cell = float(int((height - 6) / rows))
    if cell < _CELL_LEAST:
        return None
    image = QRectF(margin, round((height - rows * cell) / 2), columns * cell, rows * cell)
    return _Plan(kind, 3 * margin + image.width() + measures.row, height, image, (cell, cell))


def stack(count: int, place: QRectF, height: float, pitch: float) -> tuple[QRectF, ...]:
    """Return rectangles of one size below one another, centred in a column's room."""
    start = place.center().y() - pitch * (count - 1) / 2 - height / 2
    return tuple(
        QRectF(round(place.left()), round(start + index * pitch), round(place.width()), round(height))
        for index in range(count)
    )


def _inputs(count: int, top: float, room: float, measures: Measures) -> Column:
    scale = measures.scale
    shown = min(count, int(room / _BOX_LEAST))
    pitch = min(_INPUT_PITCH * scale, room / shown)
    box = min(_INPUT_BOX * scale, pitch - max(1.0, pitch * 0.2))
    label = measures.input_label + _LABEL_GAP if pitch >= measures.caption else 0.0
    place = QRectF(label, top, box, room)
    return Column(count, stack(shown, place, box, pitch), Detail.BOX, QRectF())


def _hidden(plan: _Plan, size: int, place: QRectF, scale: float) -> Column:
    room = place.height()
    if plan.detail is Detail.BOX:
        shown = min(size, max(1, int(room / (_BOX_LEAST + 2))))
        pitch = min(_BOX_PITCH * scale, room / shown)
    elif plan.detail in (Detail.ROW, Detail.LINE):
        shown, pitch = size, min(room / size, (_TALLEST_ROW + 8) * scale)
    else:
        shown, pitch = size, room / size
    places = stack(shown, place, plan.height, pitch)
    return Column(size, places, plan.detail, plan.image, plan.cell)


class _Outputs:
    """The circles of the outputs, with words below them where there is room."""

    def __init__(self, count: int, room: float, measures: Measures) -> None:
        scale = measures.scale
        self._total, self._room = count, room
        self._shown = min(count, max(1, int(room / (_CIRCLE_LEAST + 2))))
        self._pitch = min(_CIRCLE_PITCH * scale, room / self._shown)
        # The words stand 4 below a circle, and the last ones must be in the room as well.
        with_words = min(_CIRCLE * scale, self._pitch - 2 * (measures.caption + 4))
        has_words = with_words >= 3 * measures.line
        self._caption = measures.caption if has_words else 0.0
        self.diameter = with_words if has_words else max(_CIRCLE_LEAST, min(_CIRCLE * scale, self._pitch - 4))
        self.margin = 8.0 * scale

    def column(self, x: float, top: float) -> Column:
        """Return the column that begins at x."""
        place = QRectF(x, top, self.diameter, self._room)
        places = stack(self._shown, place, self.diameter, self._pitch)
        return Column(self._total, places, Detail.CIRCLE, QRectF(), caption=self._caption)


def line_ends(columns: Sequence[Column], layer: int) -> NDArray[np.floating]:
    """Return where the wires of a layer begin and end, shape (shown sources, shown targets, 4); see `ends_between`."""
    sources, targets = columns[layer], columns[layer + 1]
    is_round = targets.detail is Detail.CIRCLE
    steps = (_SOURCE_STEP if layer else 0.0, _TARGET_STEP)
    return ends_between(sources.places, targets.places, steps=steps, round_targets=is_round)
