"""Drawing with the keyboard alone: the crosshair, the pen that Space puts down, and the keys of the tools."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import image_to_rgb
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.canvas.canvas import Canvas
from digitapp.gui.canvas.key_pen import KeyPen
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.window.main_window import MainWindow

Key = Qt.Key
PLAIN, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
LEFT = Qt.MouseButton.LeftButton
FRAME = 0.016


@pytest.fixture
def page(open_window: Callable[..., MainWindow], qtbot: QtBot) -> DrawPage:
    page = open_window("mnist").page(DrawPage)
    qtbot.waitUntil(page.window().isActiveWindow)  # where no window is active, nothing is told of the focus
    focus(page)
    return page


def focus(page: DrawPage, reason: Qt.FocusReason = Qt.FocusReason.TabFocusReason) -> None:
    page.canvas.clearFocus()
    page.canvas.setFocus(reason)


def tap(canvas: Canvas, key: Key, times: int = 1, held: Qt.KeyboardModifier = PLAIN) -> None:
    for _ in range(times):
        QTest.keyClick(canvas, key, held)


def hold(canvas: Canvas, keys: tuple[Key, ...], seconds: float) -> None:
    """Hold keys for so much of the pen's time."""
    for key in keys:
        QTest.keyPress(canvas, key)
    for _ in range(round(seconds / FRAME)):
        canvas.key_pen.advance(FRAME)
    for key in keys:
        QTest.keyRelease(canvas, key)


def place(canvas: Canvas) -> tuple[float, float]:
    return canvas.key_pen.place.x(), canvas.key_pen.place.y()


def answer(page: DrawPage) -> str:
    label = page.findChild(QLabel, "predictionLabel")
    assert isinstance(label, QLabel)
    return label.text()


def looks(canvas: Canvas) -> np.ndarray:
    return image_to_rgb(canvas.grab().toImage()).astype(int)


def test_arrow_keys_move_the_crosshair_and_shift_further(page: DrawPage) -> None:
    canvas = page.canvas
    assert canvas.shows_crosshair
    assert place(canvas) == (0.5, 0.5)
    tap(canvas, Key.Key_Right, 3)
    tap(canvas, Key.Key_Up)
    assert place(canvas) == pytest.approx((0.53, 0.49))
    tap(canvas, Key.Key_Left, 2, SHIFT)
    tap(canvas, Key.Key_Down, 1, SHIFT)
    assert place(canvas) == pytest.approx((0.43, 0.54))
    assert page.session.drawing.is_empty


def test_a_1_is_drawn_and_read_before_the_pen_is_lifted(page: DrawPage) -> None:
    canvas = page.canvas
    tap(canvas, Key.Key_Up, 6, SHIFT)
    tap(canvas, Key.Key_Space)
    assert canvas.is_drawing
    tap(canvas, Key.Key_Down, 12, SHIFT)
    QCoreApplication.processEvents()
    assert answer(page) == "1"
    assert not page.session.artwork.undo_stack.canUndo()
    tap(canvas, Key.Key_Space)
    assert not canvas.is_drawing
    assert answer(page) == "1"
    (stroke,) = page.session.drawing.strokes
    np.testing.assert_allclose(stroke.points[[0, -1], :2], [(0.5, 0.2), (0.5, 0.8)], atol=1e-6)
    page.undo()
    assert page.session.drawing.is_empty


def test_a_7_is_drawn_with_held_keys(page: DrawPage) -> None:
    canvas = page.canvas
    tap(canvas, Key.Key_Up, 5, SHIFT)
    tap(canvas, Key.Key_Left, 4, SHIFT)
    tap(canvas, Key.Key_Return)
    hold(canvas, (Key.Key_Right,), 1.1)
    hold(canvas, (Key.Key_Left, Key.Key_Down), 1.9)
    QCoreApplication.processEvents()
    tap(canvas, Key.Key_Enter)
    assert not canvas.is_drawing
    assert len(page.session.drawing.strokes) == 1
    assert answer(page) == "7"


def test_keys_that_stay_down_move_the_pen_by_themselves(page: DrawPage, qtbot: QtBot) -> None:
    QTest.keyPress(page.canvas, Key.Key_Left)
    qtbot.waitUntil(lambda: place(page.canvas)[0] < 0.45, timeout=20_000)
    QTest.keyRelease(page.canvas, Key.Key_Left)
    stopped = place(page.canvas)
    page.canvas.key_pen.advance(1.0)
    assert place(page.canvas) == stopped
    assert stopped[1] == 0.5


@pytest.fixture
def pen(qapp: object) -> KeyPen:  # noqa: ARG001
    return KeyPen()


def press(pen: KeyPen, key: Key, held: Qt.KeyboardModifier = PLAIN, repeated: bool = False) -> bool:
    return pen.press(QKeyEvent(QEvent.Type.KeyPress, key, held, "", repeated))


def way(pen: KeyPen, seconds: float) -> QPointF:
    start = pen.place
    for _ in range(round(seconds / FRAME)):
        pen.advance(FRAME)
    return pen.place - start


def test_two_held_keys_go_diagonally_and_no_faster(pen: KeyPen) -> None:
    press(pen, Key.Key_Right)
    press(pen, Key.Key_Up)
    way(pen, 0.5)
    both = way(pen, 0.25)
    pen.release(QKeyEvent(QEvent.Type.KeyRelease, Key.Key_Up, PLAIN))
    way(pen, 0.5)
    one = way(pen, 0.25)
    pen.rest()
    assert both.x() == pytest.approx(-both.y())
    assert np.hypot(*both.toTuple()) == pytest.approx(one.x(), rel=0.01)
    assert one.y() == pytest.approx(0, abs=1e-3)


def test_the_pen_turns_from_one_direction_into_the_other_in_a_bend(pen: KeyPen) -> None:
    press(pen, Key.Key_Right)
    way(pen, 0.6)
    press(pen, Key.Key_Down)
    slopes = [step.y() / step.x() for step in (way(pen, FRAME) for _ in range(12))]
    pen.rest()
    assert 0 < slopes[0] < slopes[3] < slopes[-1] < 1


def test_shift_makes_held_keys_faster(pen: KeyPen) -> None:
    press(pen, Key.Key_Right)
    way(pen, 0.4)
    slow = way(pen, 0.1).x()
    press(pen, Key.Key_Shift)
    way(pen, 0.1)
    assert way(pen, 0.1).x() > 2 * slow
    pen.release(QKeyEvent(QEvent.Type.KeyRelease, Key.Key_Shift, PLAIN))
    pen.put(QPointF(0.1, 0.5))
    way(pen, 0.3)
    assert way(pen, 0.1).x() == pytest.approx(slow, rel=0.1)
    pen.rest()


def test_the_repetitions_of_a_held_key_add_nothing(pen: KeyPen) -> None:
    press(pen, Key.Key_Right)
    assert all(press(pen, Key.Key_Right, repeated=True) for _ in range(20))
    pen.release(QKeyEvent(QEvent.Type.KeyRelease, Key.Key_Right, PLAIN, "", True))
    pen.rest()
    assert pen.place.x() == pytest.approx(0.51)


def test_the_crosshair_stays_on_the_canvas(pen: KeyPen) -> None:
    for _ in range(40):
        press(pen, Key.Key_Left, SHIFT)
        pen.release(QKeyEvent(QEvent.Type.KeyRelease, Key.Key_Left, SHIFT))
    assert 0 < pen.place.x() < 0.05


def test_a_held_space_does_not_put_the_pen_down_again_and_again(page: DrawPage) -> None:
    tap(page.canvas, Key.Key_Space)
    for _ in range(5):
        QCoreApplication.sendEvent(page.canvas, QKeyEvent(QEvent.Type.KeyPress, Key.Key_Space, PLAIN, " ", True))
    assert page.canvas.is_drawing
    tap(page.canvas, Key.Key_Space)
    assert len(page.session.drawing.strokes) == 1


def test_escape_abandons_the_stroke_and_goes_back_to_where_it_began(page: DrawPage) -> None:
    tap(page.canvas, Key.Key_Right, 2, SHIFT)
    tap(page.canvas, Key.Key_Space)
    tap(page.canvas, Key.Key_Down, 5, SHIFT)
    tap(page.canvas, Key.Key_Escape)
    assert not page.canvas.is_drawing
    assert page.session.drawing.is_empty
    assert not page.session.artwork.undo_stack.canUndo()
    assert place(page.canvas) == pytest.approx((0.6, 0.5))


def test_undo_takes_the_unfinished_stroke(page: DrawPage) -> None:
    tap(page.canvas, Key.Key_Space)
    tap(page.canvas, Key.Key_Down, 5, SHIFT)
    QTest.keyClick(page.canvas, Key.Key_Z, CTRL)
    assert not page.canvas.is_drawing
    assert page.session.drawing.is_empty
    QTest.keyClick(page.canvas, Key.Key_Z, CTRL | SHIFT)
    assert len(page.session.drawing.strokes) == 1


def test_leaving_the_canvas_lifts_the_pen(page: DrawPage) -> None:
    tap(page.canvas, Key.Key_Space)
    QTest.keyPress(page.canvas, Key.Key_Down)
    page.tools.clear.setFocus(Qt.FocusReason.TabFocusReason)
    assert not page.canvas.is_drawing
    assert not page.canvas.shows_crosshair
    stopped = place(page.canvas)
    page.canvas.key_pen.advance(1.0)
    assert place(page.canvas) == stopped


def test_the_mouse_takes_over_and_the_keys_go_on_from_there(page: DrawPage) -> None:
    canvas = page.canvas
    tap(canvas, Key.Key_Space)
    tap(canvas, Key.Key_Right, 2, SHIFT)
    side = canvas.width()
    QTest.mousePress(canvas, LEFT, PLAIN, QPoint(side // 4, side // 4))
    assert not canvas.shows_crosshair
    tap(canvas, Key.Key_Space)
    tap(canvas, Key.Key_Down, 3, SHIFT)
    QTest.mouseMove(canvas, QPoint(side // 2, side // 4))
    QTest.mouseRelease(canvas, LEFT, PLAIN, QPoint(side // 2, side // 4))
    first, second = page.session.drawing.strokes
    np.testing.assert_allclose(first.points[-1, :2], (0.6, 0.5), atol=1e-6)
    np.testing.assert_allclose(second.points[:, 1], 0.25, atol=0.002)
    tap(canvas, Key.Key_Down)
    assert canvas.shows_crosshair
    assert place(canvas) == pytest.approx((0.5, 0.26), abs=0.003)


def test_a_click_shows_no_crosshair_and_space_draws_nothing(page: DrawPage) -> None:
    focus(page, Qt.FocusReason.MouseFocusReason)
    assert not page.canvas.shows_crosshair
    tap(page.canvas, Key.Key_Space)
    assert page.session.drawing.is_empty


def test_the_crosshair_comes_back_with_the_window(page: DrawPage) -> None:
    for reason, shown in (
        (Qt.FocusReason.ActiveWindowFocusReason, True),
        (Qt.FocusReason.MouseFocusReason, False),
    ):
        focus(page)
        page.tools.clear.setFocus(reason)
        page.canvas.setFocus(reason)
        assert page.canvas.shows_crosshair is shown


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("down", [False, True])
def test_the_crosshair_is_seen_on_paper_and_on_ink(page: DrawPage, look: theme.Mode, down: bool) -> None:
    theme.current().set_mode(look)
    canvas = page.canvas
    tap(canvas, Key.Key_Space)
    tap(canvas, Key.Key_Right, 4, SHIFT)
    if not down:
        tap(canvas, Key.Key_Space)
    QCoreApplication.processEvents()
    with_it = looks(canvas)
    side = canvas.width()
    radius = page.session.pen_width * side / 2
    for x, y in ((0.7 * side, 0.5 * side - radius - 10), (0.7 * side - radius - 10, 0.5 * side)):
        row, column = round(y), round(x)
        near = with_it[row - 5 : row + 6, column - 5 : column + 6].reshape(-1, 3)
        assert (near.max(axis=0) - near.min(axis=0)).max() > 90
    theme.current().set_mode("light")


def test_moving_leaves_no_trace_of_the_crosshair(page: DrawPage, qtbot: QtBot) -> None:
    canvas = page.canvas
    tap(canvas, Key.Key_Right, 6, SHIFT)
    tap(canvas, Key.Key_Left, 6, SHIFT)
    qtbot.wait(0)
    moved = looks(canvas)
    focus(page)
    np.testing.assert_array_equal(moved, looks(canvas))


def test_ctrl_and_alt_are_left_to_others(page: DrawPage) -> None:
    for held in (CTRL, Qt.KeyboardModifier.AltModifier):
        tap(page.canvas, Key.Key_Left, 2, held)
        tap(page.canvas, Key.Key_Space, 1, held)
    assert place(page.canvas) == (0.5, 0.5)
    assert not page.canvas.is_drawing


def test_tools_are_chosen_by_key_and_keep_their_own_keys(page: DrawPage) -> None:
    canvas = page.canvas
    for _ in range(2):
        tap(canvas, Key.Key_Space)
        tap(canvas, Key.Key_Right, 2, SHIFT)
        tap(canvas, Key.Key_Space)
        tap(canvas, Key.Key_Down, 4, SHIFT)
    QTest.keyClick(canvas, Key.Key_E)
    assert page.tools.tools.currentData() == "eraser"
    assert not canvas.shows_crosshair
    assert "stroke" in canvas.accessibleDescription()
    tap(canvas, Key.Key_Left)
    tap(canvas, Key.Key_Enter)
    (stroke,) = page.session.drawing.strokes
    np.testing.assert_allclose(stroke.points[:, 1], 0.5, atol=1e-6)
    QTest.keyClick(canvas, Key.Key_H)
    tap(canvas, Key.Key_Down)
    np.testing.assert_allclose(page.session.drawing.strokes[0].points[:, 1], 0.51, atol=1e-6)
    QTest.keyClick(canvas, Key.Key_P)
    assert canvas.shows_crosshair
    assert "pen" in canvas.accessibleDescription()


def test_another_tool_lifts_the_pen(page: DrawPage) -> None:
    tap(page.canvas, Key.Key_Space)
    tap(page.canvas, Key.Key_Right, 2, SHIFT)
    QTest.keyClick(page.canvas, Key.Key_E)
    assert not page.canvas.is_drawing
    assert len(page.session.drawing.strokes) == 1


def test_the_toy_keeps_its_own_arrow_keys(page: DrawPage) -> None:
    page.session.choose_problem("toy")
    focus(page)
    assert not page.canvas.shows_crosshair
    tap(page.canvas, Key.Key_Right)
    tap(page.canvas, Key.Key_Space)
    assert page.session.grid[0, 1]
    QTest.keyClick(page.canvas, Key.Key_E)
    assert page.tools.tools.currentData() == "pen"
