"""Small locks on the picture of a step: on the weights, biases and units that were locked or frozen by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from digitapp.gui import theme
from digitapp.gui.diagram.step_layout import StepColumn
from digitapp.gui.icons import paint_icon
from digitapp.nn.network import WeightRef
from digitapp.runs.marks import Marks

_SIZE = 10
_LEAST_CELL = 8.0  # pixels: on smaller ones a lock would hide its neighbours


def places_of_locks(
    marks: Marks, columns: Sequence[StepColumn], numbers: Mapping[WeightRef, QRectF]
) -> Iterator[QPointF]:
    """Yield the middles of the locks: on a number on a wire, on its cell of a card, or at the corner of a unit.

    Parameters
    ----------
    marks : of the network
    columns : where its units stand
    numbers : where the numbers on wires stand
    """
    for layer, unit in marks.frozen:
        if (place := _unit_at(columns, layer, unit)) is not None:
            yield place.topRight() + QPointF(-9, 9)
    for weight in marks.locked:
        if (weight.layer, weight.unit) in marks.frozen:
            continue
        place = _unit_at(columns, weight.layer, weight.unit)
        if weight.source is None:
            if place is not None:
                yield place.bottomRight() + QPointF(-9, -9)
        elif weight in numbers:
            yield numbers[weight].topRight()
        elif place is not None and (cell := _cell_at(columns, weight, place)) is not None:
            yield cell.topRight() + QPointF(-3, 3)


def paint_locks(painter: QPainter, middles: Iterator[QPointF]) -> None:
    """Paint a lock at each place."""
    palette, size = theme.current().palette, theme.scaled(_SIZE)
    for middle in middles:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.surface)
        painter.drawEllipse(middle, size / 2 + 2, size / 2 + 2)
        corner = middle - QPointF(size / 2, size / 2)
        paint_icon(painter, "lock", corner.toPoint(), size, palette.text)


def _unit_at(columns: Sequence[StepColumn], layer: int, unit: int) -> QRectF | None:
    column = columns[layer + 1] if layer + 1 < len(columns) else None
    return column.places[column.units.index(unit)] if column is not None and unit in column.units else None


def _cell_at(columns: Sequence[StepColumn], weight: WeightRef, place: QRectF) -> QRectF | None:
    """Return the cell of a weight in the first picture on its unit's card, None where it is too small or not there."""
    column = columns[weight.layer + 1]
    if not column.images or weight.source is None:
        return None
    picture, (rows, across) = column.images[0].translated(place.topLeft()), column.cells
    row, index = divmod(weight.source, across)
    width, height = picture.width() / across, picture.height() / rows
    if row >= rows or min(width, height) < _LEAST_CELL:
        return None
    return QRectF(picture.left() + index * width, picture.top() + row * height, width, height)
