"""The words above the columns of the network diagram."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from digitapp.gui import theme
from digitapp.gui.diagram.fitting import LEFT, paint_fitted
from digitapp.gui.diagram.layout import Column
from digitapp.gui.diagram.words import TaleWords
from digitapp.gui.translation import translate

_GAP = 8.0  # between the words above two columns


def paint_headings(painter: QPainter, columns: Sequence[Column], width: float) -> None:
    """Paint how many units each column has, in the longest words with which none meets the next.

    Parameters
    ----------
    columns : from the inputs to the outputs
    width : the room from 0 on, in pixels
    """
    font = theme.font("caption-strong")
    metrics = QFontMetricsF(font)
    placed: list[tuple[QRectF, str]] = []
    for texts in zip(*_forms(columns), strict=True):
        placed = []
        for index, text in enumerate(texts):
            advance = metrics.horizontalAdvance(text)
            place = QRectF(_left(index, columns, advance, width), 0, advance, metrics.height() + 2)
            placed.append((place, text))
        if all(one.right() + _GAP <= other.left() for (one, _), (other, _) in pairwise(placed)):
            break
    end = -_GAP
    for place, text in placed:
        if place.left() >= end + _GAP:  # of very many narrow columns not all have words
            color = theme.current().palette.text2
            paint_fitted(painter, place.adjusted(0, 0, 1, 0), [text], [font], color, LEFT)
            end = place.right()


def _forms(columns: Sequence[Column]) -> list[tuple[str, str, str]]:
    """Return what may stand above each column, from the longest to the shortest."""
    inputs = translate("NetworkDiagram", "{0} inputs").format(columns[0].total)
    outputs = translate("NetworkDiagram", "{0} outputs").format(columns[-1].total)
    hidden = [
        (TaleWords().hidden_units(column.total), translate("NetworkDiagram", "{0} hidden").format(column.total))
        for column in columns[1:-1]
    ]
    forms = [(inputs, inputs), *hidden, (outputs, outputs)]
    return [(*form, str(column.total)) for form, column in zip(forms, columns, strict=True)]


def _left(index: int, columns: Sequence[Column], advance: float, width: float) -> float:
    """Return where words begin: cards are flush with theirs, narrow things stand under the middle of theirs."""
    column = columns[index]
    if index == 0:
        return 0.0
    is_narrow = column.right - column.left < advance or index == len(columns) - 1
    x = (column.left + column.right - advance) / 2 if is_narrow else column.left
    return max(0.0, min(x, width - advance))
