"""The marks of what is shown side by side: each another form, as large to the eye, and seen on its ground."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.images import rgba_pixels
from digitapp.gui.widgets.series import SYMBOLS, paint_mark

SIZE = 80


def painted(index: int, *, hollow: bool = False) -> np.ndarray:
    """Return which pixels a mark covers."""
    image = QImage(2 * SIZE, 2 * SIZE, QImage.Format.Format_RGBA8888)
    image.fill(QColor("#FF0000"))
    with QPainter(image) as painter:
        paint_mark(painter, index, QPointF(SIZE, SIZE), SIZE, hollow=hollow)
    return (rgba_pixels(image)[..., :3] != (255, 0, 0)).any(axis=-1)


def test_every_mark_has_a_form_of_its_own_about_the_same_place_and_size(qtbot: QtBot) -> None:  # noqa: ARG001
    marks = [painted(index) for index in range(len(SYMBOLS))]
    circle = marks[0].sum()
    for mark in marks:
        assert 0.6 * circle < mark.sum() < 1.3 * circle
        assert np.abs(np.argwhere(mark).mean(axis=0) - SIZE).max() < 0.1 * SIZE
    for one, other in combinations(marks, 2):
        assert (one != other).sum() > 0.15 * circle
    assert np.array_equal(painted(0), painted(len(SYMBOLS)))


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_series_stand_out_from_their_ground(palette: theme.Palette) -> None:
    assert len(palette.series) >= 4 and len({color.name() for color in palette.series}) == len(palette.series)
    for color in palette.series:
        assert theme.contrast(color, palette.surface) >= 3
