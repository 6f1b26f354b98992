"""Where the parts of the picture of one step stand: the inputs, cards of hidden units, and the outputs.

Geometry only. A small network is drawn whole; of a larger one the units that matter most, with what was left out said
below them, and the inputs as one picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

from digitapp.gui.diagram.layout import stack
from digitapp.inspection.unit_images import compact_shape

MOST_WEIGHTS = 300
"""A network with more weights is not drawn whole."""

_INPUT_BOX, _INPUT_PITCH, _CHIP = 26.0, 34.0, 62.0
_CARD_MARGIN, _CARD_GAP = 10.0, 8.0
_TALLEST_CARD, _LEAST_CARD = 128.0, 46.0
_CELL = 26.0
_CIRCLE, _CIRCLE_PITCH = 80.0, 168.0
_ROW_WIDTH, _ROW_HEIGHT, _ROW_PITCH = 100.0, 32.0, 41.0
_OUT_GAP, _BETWEEN, _LEAST_GAP = 128.0, 96.0, 44.0
_PICTURE, _SMALL_PICTURE = 168.0, 112.0
_NARROW_BETWEEN, _NARROW_OUT = 36.0, 72.0  # of a large network, on whose wires stand no numbers
_LARGE_CARD = 60.0
_REST = 44.0  # for the words about the units that are not shown


class Look(Enum):
    """How a unit is drawn."""

    BOX = "box"  # an input
    PICTURE = "picture"  # all inputs at once
    TWO = "two"  # a card with its weights, and beside them what they add or how they change
    ONE = "one"  # a card with its weights
    TEXT = "text"  # a card without pictures
    SMALL = "small"  # a box with a name
    CIRCLE = "circle"  # an output
    ROW = "row"  # one of many outputs


@dataclass(frozen=True)
class StepColumn:
    """One layer of the picture.

    Attributes
    ----------
    total : units in the layer
    units : which of them are shown
    places : the rectangle of each, or of the picture of all inputs
    look : how they are drawn
    images : rectangles of a card's pictures, relative to the card
    cells : rows and columns of a picture
    rest : rectangle of the words about what is left out, empty for none
    """

    total: int
    units: tuple[int, ...]
    places: tuple[QRectF, ...]
    look: Look
    images: tuple[QRectF, ...] = ()
    cells: tuple[int, int] = (1, 1)
    rest: QRectF = field(default_factory=QRectF)

    @property
    def left(self) -> float:
        """Where the column begins."""
        return self.places[0].left()

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.places[0].right()

    def row_of(self, unit: int) -> int | None:
        """Return the row of a unit, None where it is not shown; all inputs of a picture are in its one row."""
        if self.look is Look.PICTURE:
            return 0
        return self.units.index(unit) if unit in self.units else None


@dataclass(frozen=True)
class Need:
    """What words and numbers need, in device-independent pixels.

    Attributes
    ----------
    scale : of the text over the design's
    heading : height of the words above the columns
    card : width of the words on a card
    line : height of a line on a card
    number : width of a number on a cell
    label : width of the largest number before an input
    above, below : heights of the words above and below an output
    """

    scale: float
    heading: float
    card: float
    line: float
    number: float
    label: float
    above: float
    below: float


def is_small(sizes: Sequence[int]) -> bool:
    """Return whether a network is drawn whole."""
    weights = sum(a * b for a, b in pairwise(sizes))
    return weights <= MOST_WEIGHTS


def strongest(
    sizes: Sequence[int], measure: Sequence[NDArray[np.floating]], chosen: tuple[int, int], room: float, need: Need
) -> list[tuple[int, ...]]:
    """Return which units of each hidden layer are shown, in their order: all of a small network, else the strongest.

    Parameters
    ----------
    measure : how much each unit of a layer matters, (units,) for each layer of weights
    chosen : layer and unit that are shown in any case
    """
    shown = []
    for layer, size in enumerate(sizes[1:-1]):
        fits = int((room - _REST * need.scale) / ((_LARGE_CARD + 2) * need.scale))
        most = size if is_small(sizes) else max(2, min(6, fits))
        order = np.argsort(-np.abs(np.nan_to_num(measure[layer])), kind="stable")[: min(most, size)].tolist()
        if chosen[0] == layer and chosen[1] not in order:
            order[-1] = chosen[1]
        shown.append(tuple(sorted(order)))
    return shown


def lay_out_step(
    sizes: Sequence[int],
    grid: tuple[int, int],
    shown: Sequence[tuple[int, ...]],
    width: float,
    height: float,
    need: Need,
    *,
    has_picture: bool,
) -> list[StepColumn] | None:
    """Return a column for each layer, the inputs first; None where there is no room.

    Parameters
    ----------
    sizes, grid : of the network, and of its inputs as rows and columns
    shown : the units of each hidden layer, as `strongest` returns them
    width, height : of the whole
    has_picture : whether the inputs are pixels
    """
    room = height - need.heading - 2
    if room < 60 or width < 200:
        return None
    top = need.heading
    small = is_small(sizes)
    picture = _PICTURE if len(sizes) < 5 else _SMALL_PICTURE
    first = _inputs(sizes[0], top, room, need, grid if not small and has_picture else None, picture)
    last = _outputs(sizes[-1], top, room, width, need)
    hidden = list(shown)
    chip = _CHIP * need.scale if first.look is Look.BOX else 0.0
    inner = last.left - first.right - chip
    for look in (Look.TWO, Look.ONE, Look.TEXT, Look.SMALL):
        cards = [
            _card(look, len(units), grid if layer == 0 else compact_shape(sizes[layer]), room, need, small=small)
            for layer, units in enumerate(hidden)
        ]
        if any(card is None for card in cards):
            continue
        between, out = (_BETWEEN, _OUT_GAP) if small else (_NARROW_BETWEEN, _NARROW_OUT)
        gaps = [_LEAST_GAP, *[between] * (len(hidden) - 1), out] if hidden else [_LEAST_GAP]
        needed = sum(gaps) * need.scale + sum(card[0] for card in cards if card is not None)
        if needed <= inner or look is Look.SMALL:
            break
    else:
        return None
    spare = max(0.0, inner - needed) / (len(hidden) + 1)
    columns, x = [first], first.right + chip
    for layer, (units, card) in enumerate(zip(hidden, cards, strict=True)):
        assert card is not None
        x += gaps[layer] * need.scale + spare * (0.5 if layer == 0 else 1.0)
        columns.append(_hidden(look, sizes[layer + 1], units, card, QRectF(x, top, card[0], room), need))
        x += card[0]
    columns.append(last)
    return columns


Card = tuple[float, float, tuple[QRectF, ...], tuple[int, int]]


def _card(look: Look, count: int, grid: tuple[int, int], room: float, need: Need, *, small: bool) -> Card | None:
    """Return width, height, pictures and their cells of a card; None where it would be too low."""
    scale = need.scale
    margin = _CARD_MARGIN * scale
    if look is Look.SMALL:
        side = min(32 * scale, room / max(1, count) - 4)
        return (side, side, (), grid) if side >= 8 else None
    tallest = (_TALLEST_CARD if small else _LARGE_CARD + 2) * scale
    most = room if small else room - _REST * scale
    height = min(tallest, most / max(1, count) - _CARD_GAP * scale)
    if height < min(_LEAST_CARD * scale, 2 * need.line + 6):
        return None
    if look is Look.TEXT:
        return 2 * margin + need.card, height, (), grid
    rows, columns = grid
    title = need.line * 0.8 if small and height >= 100 * scale else 0.0
    cell = (height - title - 8) / rows if small else (height - 6) / max(rows, columns)
    cell = float(int(min(_CELL * scale, cell))) if cell >= 1 else 0.0
    if not small and cell < 1:
        cell = (height - 6) / rows
    if small and cell < 12 * scale:
        return None
    wide = max(cell, need.number + 2) if small else cell
    picture = QRectF(margin, title + (height - title - rows * cell) / 2, columns * wide, rows * cell)
    images = [picture]
    if look is Look.TWO:
        images.append(picture.translated(picture.width() + margin * 0.8, 0))
    return 2 * margin + images[-1].right() - margin + margin + need.card, height, tuple(images), grid


def _hidden(look: Look, total: int, units: tuple[int, ...], card: Card, place: QRectF, need: Need) -> StepColumn:
    width, height, images, cells = card
    gap = _CARD_GAP * need.scale
    rest = QRectF()
    if len(units) < total:
        below = _REST * need.scale
        place = place.adjusted(0, 0, 0, -below)
        rest = QRectF(place.left(), place.bottom() + 6, width, below - 8)
    pitch = min(place.height() / len(units), height + (gap if look is not Look.SMALL else 6))
    return StepColumn(total, units, stack(len(units), place, height, pitch), look, images, cells, rest)


def _inputs(
    count: int, top: float, room: float, need: Need, grid: tuple[int, int] | None, picture: float
) -> StepColumn:
    scale = need.scale
    if grid is not None:
        rows, columns = grid
        cell = max(1.0, float(int(min(picture * scale, room * 0.6) / max(grid))))
        place = QRectF(1, top + (room - rows * cell) / 2 - 20, columns * cell, rows * cell)
        return StepColumn(count, (), (place,), Look.PICTURE, cells=grid)
    pitch = min(_INPUT_PITCH * scale, room / count)
    box = min(_INPUT_BOX * scale, pitch - max(1.0, 0.2 * pitch))
    label = need.label + 8 if pitch >= need.line * 0.7 else 0.0
    place = QRectF(label, top, box, room)
    return StepColumn(count, tuple(range(count)), stack(count, place, box, pitch), Look.BOX)


def _outputs(count: int, top: float, room: float, width: float, need: Need) -> StepColumn:
    scale, units = need.scale, tuple(range(count))
    pitch = min(_CIRCLE_PITCH * scale, room / count)
    circle = min(_CIRCLE * scale, pitch - need.above - need.below - 4)
    if circle >= 46 * scale:
        place = QRectF(width - circle - 2, top, circle, room)
        return StepColumn(count, units, stack(count, place, circle, pitch), Look.CIRCLE)
    pitch = min(_ROW_PITCH * scale, room / count)
    row = min(_ROW_HEIGHT * scale, pitch - 3)
    wide = _ROW_WIDTH * scale
    place = QRectF(width - wide - 2, top, wide, room)
    return StepColumn(count, units, stack(count, place, row, pitch), Look.ROW)
