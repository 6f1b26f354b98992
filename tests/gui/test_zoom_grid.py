"""The unit grid with a wheel, two fingers and keys."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.widgets import ZoomableGrid


@pytest.fixture
def grid(qtbot: QtBot) -> ZoomableGrid:
    theme.apply_theme("light")
    widget = ZoomableGrid()
    qtbot.addWidget(widget)
    widget.resize(700, 500)
    widget.set_images(np.random.default_rng(0).normal(size=(2500, 28, 28)).astype(np.float32), 2.0)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def side(grid: ZoomableGrid) -> float:
    return grid.tile_rect(0).width()


def wheel(grid: ZoomableGrid, steps: int, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    view = grid.viewport()
    place = QPointF(view.mapToGlobal(at.toPoint()))
    none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(at, place, QPoint(), QPoint(0, 120 * steps), none, modifiers, phase, False)
    QApplication.sendEvent(view, event)


def test_all_units_of_a_large_layer_are_seen_at_once(grid: ZoomableGrid) -> None:
    grid.zoom_to_whole()
    view = grid.viewport()
    assert grid.verticalScrollBar().maximum() == 0
    last = grid.tile_rect(2499)
    assert last.bottom() <= view.height()
    assert grid.tile_rect(49).right() <= view.width()
    assert not grid.grab().isNull()
    grid.zoom_by(0.5)
    assert grid.tile_rect(2499) == last  # smaller would show no more


def test_ctrl_and_the_wheel_zoom_and_what_is_under_the_pointer_stays(grid: ZoomableGrid) -> None:
    grid.verticalScrollBar().setValue(4000)
    before = side(grid)
    place = grid.tile_rect(700).center()
    hit = grid.unit_at(place)
    assert hit is not None
    wheel(grid, 1, place, Qt.KeyboardModifier.ControlModifier)
    assert side(grid) > before
    tile = grid.tile_rect(hit.unit)
    assert tile.top() - 5 <= place.y() <= tile.bottom() + 5
    wheel(grid, -1, place, Qt.KeyboardModifier.ControlModifier)
    assert side(grid) == before


def test_the_wheel_alone_scrolls(grid: ZoomableGrid) -> None:
    before = side(grid)
    wheel(grid, -3, QPointF(200, 200), Qt.KeyboardModifier.NoModifier)
    assert side(grid) == before
    assert grid.verticalScrollBar().value() > 0


def test_sizes_lead_from_all_units_to_one_that_fills_the_view_and_back(grid: ZoomableGrid) -> None:
    grid.zoom_to_whole()
    up = [side(grid)]
    while side(grid) < 450 and len(up) < 60:
        grid.zoom_by(1.25)
        assert side(grid) > up[-1]
        up.append(side(grid))
        if up[-1] >= 28:  # pixels are never cut in parts
            assert up[-1] % 28 == 0
    assert up[-1] + 8 <= grid.viewport().height()
    down = up[-1:]
    while grid.verticalScrollBar().maximum() and len(down) < 60:
        grid.zoom_by(1 / 1.25)
        assert side(grid) < down[-1]
        down.append(side(grid))
    assert down[-1] == pytest.approx(up[0], rel=1e-6)


def test_keys(grid: ZoomableGrid, qtbot: QtBot) -> None:
    before = side(grid)
    qtbot.keyClick(grid, Qt.Key.Key_Plus)
    assert side(grid) > before
    assert grid.is_zoomed()
    qtbot.keyClick(grid, Qt.Key.Key_Minus)
    assert side(grid) == before
    qtbot.keyClick(grid, Qt.Key.Key_Minus)
    assert side(grid) < before
    grid.set_selected(2000)
    qtbot.keyClick(grid, Qt.Key.Key_0)
    assert side(grid) == before
    assert not grid.is_zoomed()
    assert 0 <= grid.tile_rect(2000).top() < grid.viewport().height()


def test_a_grid_without_units_has_nothing_to_zoom(qtbot: QtBot) -> None:
    widget = ZoomableGrid()
    qtbot.addWidget(widget)
    widget.zoom_by(2)
    assert not widget.is_zoomed()


def test_all_units_stay_in_sight_in_another_room_and_of_another_layer(grid: ZoomableGrid) -> None:
    grid.zoom_to_whole()
    grid.resize(500, 400)
    assert grid.verticalScrollBar().maximum() == 0
    assert grid.tile_rect(2499).bottom() <= grid.viewport().height()
    grid.set_images(np.zeros((300, 28, 28), dtype=np.float32), 1.0)
    assert side(grid) > 14
    assert grid.verticalScrollBar().maximum() == 0
    assert grid.is_whole()
    grid.zoom_by(2)
    assert not grid.is_whole()
