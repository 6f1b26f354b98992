"""Moving, scaling and turning the drawing, erasing one stroke, and drawings without end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from digitapp.drawing.ink import Box, Drawing
from digitapp.gui.canvas.handles import Handles, scaled, turned
from digitapp.gui.canvas.strokes import InkLayer
from digitapp.gui.canvas.surface import Touch
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.window.main_window import MainWindow

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
BOX = Box(0.3, 0.4, 0.5, 0.8)
AREA = QRectF(0, 0, 600, 600)
TWO = Drawing.from_points([[(0.3, 0.3), (0.7, 0.3)], [(0.3, 0.7), (0.7, 0.7)]])


@pytest.fixture
def page(open_window: Callable[..., MainWindow]) -> DrawPage:
    page = open_window("mnist").page(DrawPage)
    page.session.artwork.commit(TWO, "Stroke")
    page.canvas.setFocus()
    return page


def drag(page: DrawPage, start: QPointF, end: QPointF) -> None:
    QTest.mousePress(page.canvas, LEFT, NO_KEY, start.toPoint())
    QTest.mouseMove(page.canvas, ((start + end) / 2).toPoint())
    QTest.mouseMove(page.canvas, end.toPoint())
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, end.toPoint())


def box(page: DrawPage) -> Box:
    found = page.session.drawing.bounding_box()
    assert found is not None
    return found


def frame(page: DrawPage) -> Handles:
    around = page.session.drawing.bounding_box(page.session.pen_width)
    assert around is not None
    return Handles(around, page.ink.area)


def test_a_corner_scales_about_the_opposite_one() -> None:
    handles = Handles(BOX, AREA)
    corner = handles.corners[2]
    assert handles.grip(corner) == 2
    doubled = handles.matrix(2, QPointF(300, 480), QPointF(420, 720))
    np.testing.assert_allclose(doubled @ (0.3, 0.4, 1), (0.3, 0.4), atol=1e-9)
    np.testing.assert_allclose(doubled @ (0.5, 0.8, 1), (0.7, 1.2), atol=1e-9)


def test_nothing_is_scaled_to_a_speck_or_turned_inside_out() -> None:
    handles = Handles(BOX, AREA)
    through = handles.matrix(2, QPointF(300, 480), QPointF(0, 0))
    assert through[0, 0] == pytest.approx(0.05 / 0.4)
    assert scaled(1000, BOX)[0, 0] == pytest.approx(3 / 0.4)


def test_the_knob_turns_about_the_middle() -> None:
    handles = Handles(BOX, AREA)
    assert handles.grip(handles.knob) == "turn"
    quarter = handles.matrix("turn", QPointF(240, 100), QPointF(500, 360))
    np.testing.assert_allclose(quarter, turned(np.pi / 2, BOX), atol=1e-9)
    np.testing.assert_allclose(quarter @ (0.4, 0.4, 1), (0.6, 0.6), atol=1e-9)


@pytest.mark.parametrize("around", [Box(-0.5, -0.5, 1.5, 1.5), Box(0, 0, 1, 1), Box(0.5, 0.5, 0.5, 0.5)])
def test_every_handle_can_be_reached(around: Box) -> None:
    handles = Handles(around, AREA)
    for place in (*handles.corners, handles.knob):
        assert AREA.contains(place)
        assert handles.grip(place) != "move"


def test_dragging_a_corner_and_the_knob_is_one_step_each(page: DrawPage) -> None:
    page.tools.choose_tool("move")
    before = page.session.drawing
    corner = frame(page).corners[2]
    drag(page, corner, corner + QPointF(60, 60))
    assert box(page).width > 0.42
    assert box(page).left == pytest.approx(0.3, abs=0.03)
    knob = frame(page).knob
    middle = QPointF(*box(page).centre) * page.canvas.width()
    drag(page, knob, middle + QPointF(middle.y() - knob.y(), 0))
    first = page.session.drawing.strokes[0].points
    assert abs(first[0, 0] - first[1, 0]) < 0.05  # the level line stands upright
    assert page.session.artwork.undo_stack.count() == 3
    page.undo()
    page.undo()
    assert page.session.drawing == before


def test_escape_gives_the_drawing_back(page: DrawPage) -> None:
    page.tools.choose_tool("move")
    QTest.mousePress(page.canvas, LEFT, NO_KEY, frame(page).knob.toPoint())
    QTest.mouseMove(page.canvas, QPointF(20, 300).toPoint())
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert page.session.drawing == TWO


def test_keys_move_turn_and_scale_and_are_undone_together(page: DrawPage) -> None:
    page.tools.choose_tool("move")
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    for _ in range(3):
        QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    QTest.keyClick(page.canvas, Qt.Key.Key_Right, shift)
    assert box(page).left == pytest.approx(0.38, abs=1e-5)
    assert page.session.artwork.undo_stack.count() == 2
    QTest.keyClick(page.canvas, Qt.Key.Key_Plus)
    assert box(page).width == pytest.approx(0.4 * 1.02, abs=1e-3)
    for _ in range(9):
        QTest.keyClick(page.canvas, Qt.Key.Key_Right, control | shift)
    first = page.session.drawing.strokes[0].points
    assert abs(first[0, 0] - first[1, 0]) < 0.01
    assert page.session.artwork.undo_stack.count() == 4
    page.undo()
    page.undo()
    page.undo()
    assert page.session.drawing == TWO


def test_the_pen_draws_where_handles_were(page: DrawPage) -> None:
    page.tools.choose_tool("move")
    knob = frame(page).knob
    page.tools.choose_tool("pen")
    drag(page, knob, knob + QPointF(50, 10))
    assert len(page.session.drawing.strokes) == 3
    assert page.session.drawing.strokes[:2] == TWO.strokes


def test_the_eraser_shows_its_stroke_and_keys_choose_one(page: DrawPage) -> None:
    page.tools.choose_tool("eraser")
    page.tools.guides.setChecked(False)
    spot = QPointF(0.5, 0.3) * page.canvas.width()
    before = page.canvas.grab().toImage().pixelColor(spot.toPoint())
    QTest.mouseMove(page.canvas, spot.toPoint())
    assert page.canvas.grab().toImage().pixelColor(spot.toPoint()) != before
    QTest.mouseMove(page.canvas, QPointF(5, 5).toPoint())
    assert page.canvas.grab().toImage().pixelColor(spot.toPoint()) == before
    QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)
    assert page.session.drawing.strokes == TWO.strokes[:1]
    page.undo()
    assert page.session.drawing == TWO
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)  # nothing is marked any more: clears
    assert page.session.drawing.is_empty


@pytest.mark.parametrize("pressure", [False, True])
def test_a_growing_stroke_looks_like_a_finished_one(page: DrawPage, pressure: bool) -> None:  # noqa: ARG001
    turn = np.linspace(0, 6, 90)
    points = np.stack([0.5 + 0.3 * np.cos(turn), 0.5 + 0.3 * np.sin(2 * turn), np.ones(90)], axis=1)
    if pressure:
        points[:, 2] = 0.4 + 0.5 * np.sin(turn) ** 2
    live, whole = InkLayer(), InkLayer()
    for layer in (live, whole):
        layer.prepare(300, 1.0, 0.06, grid=True)
    (stroke,) = Drawing.from_points([points]).strokes
    for end in range(1, 91):
        live.show(Drawing.from_points([points[:end]]).strokes, live=True)
    live.show((stroke,), live=False)
    whole.show((stroke,), live=False)
    one, other = (np.array(layer._image.constBits()).astype(int) for layer in (live, whole))
    assert np.abs(one - other).max() < 60
    assert (np.abs(one - other) > 25).sum() < 40


def test_a_pen_that_is_held_for_minutes_keeps_its_line(page: DrawPage) -> None:
    page.clear()
    side = page.canvas.width()
    turn = np.linspace(0, 40 * np.pi, 15_000)
    way = side * (0.5 + 0.4 * np.stack([np.cos(turn), np.sin(1.01 * turn)], axis=1))
    page.ink.begin(Touch(QPointF(*way[0])))
    for x, y in way[1:]:
        page.ink.move(Touch(QPointF(x, y)))
    page.ink.finish()
    (stroke,) = page.session.drawing.strokes
    assert 2000 < len(stroke) <= 6000
    np.testing.assert_allclose(stroke.points[[0, -1], :2], way[[0, -1]] / side, atol=1e-5)
    assert np.abs(np.hypot(*(stroke.points[:, :2].T - 0.5))).max() < 0.57
    assert page.session.artwork.undo_stack.canUndo()


def test_a_full_canvas_says_so(page: DrawPage, qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    page.session.artwork.commit(Drawing.from_points(rng.random((5600, 1, 2))), "Stroke")
    with qtbot.waitSignal(page.ink.filled_up):
        QTest.mousePress(page.canvas, LEFT, NO_KEY, QPointF(50, 50).toPoint())
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, QPointF(50, 50).toPoint())
    assert len(page.session.drawing.strokes) == 5600
