"""The colour of a number that is printed on the colour of its weight."""

from __future__ import annotations

from functools import cache

from numpy.typing import ArrayLike
from PySide6.QtGui import QColor

from digitapp.gui import theme
from digitapp.inspection.colors import Theme, diverging_indices, diverging_table


def text_on_weight(value: float, limit: float) -> QColor:
    """Return black or white ink, whichever is read better on the colour of a weight in the present theme."""
    return _inks(theme.current().name)[int(diverging_indices([value], limit)[0])]


def texts_on_weights(values: ArrayLike, limit: float) -> list[QColor]:
    """Return the same for many weights at once."""
    inks = _inks(theme.current().name)
    return [inks[index] for index in diverging_indices(values, limit).ravel().tolist()]


@cache
def _inks(name: Theme) -> tuple[QColor, ...]:
    inks = QColor("#181C23"), QColor("#FFFFFF")
    grounds = (QColor(*color) for color in diverging_table(name).tolist())
    return tuple(max(inks, key=lambda ink, ground=ground: theme.contrast(ground, ink)) for ground in grounds)
