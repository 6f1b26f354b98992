"""The Draw page's canvas with strokes: mouse, pen and finger, undo, tools, what the network says meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from page_helpers import image_to_rgb, settle
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QInputDevice,
    QMouseEvent,
    QPointingDevice,
    QPointingDeviceUniqueId,
    QTabletEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from digitapp.datasets.pens import read_pens
from digitapp.drawing.ink import Drawing
from digitapp.drawing.render import render
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.window.main_window import MainWindow

Way = Sequence[tuple[float, float]]

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NO_KEY = Qt.KeyboardModifier.NoModifier
ONE: Way = [(0.5, 0.2 + 0.06 * step) for step in range(11)]
ACROSS: Way = [(0.2, 0.5), (0.8, 0.5)]


@pytest.fixture
def page(open_window: Callable[..., MainWindow]) -> DrawPage:
    return open_window("mnist").page(DrawPage)


def place(page: DrawPage, x: float, y: float) -> QPoint:
    return QPoint(round(x * page.canvas.width()), round(y * page.canvas.height()))


def press(page: DrawPage, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
    QTest.mousePress(page.canvas, button, NO_KEY, place(page, x, y))


def move(page: DrawPage, x: float, y: float) -> None:
    QTest.mouseMove(page.canvas, place(page, x, y))


def release(page: DrawPage, x: float, y: float, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseRelease(page.canvas, button, NO_KEY, place(page, x, y))


def draw(page: DrawPage, way: Way) -> None:
    press(page, *way[0])
    for x, y in way[1:]:
        move(page, x, y)
    release(page, *way[-1])


def answer(page: DrawPage) -> str:
    settle()
    label = page.findChild(QLabel, "predictionLabel")
    assert isinstance(label, QLabel)
    return label.text()


def strokes(page: DrawPage) -> int:
    return len(page.session.drawing.strokes)


def is_ink(page: DrawPage, x: float, y: float) -> bool:
    spot = place(page, x, y)
    image = page.canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixelColor(round(spot.x() * ratio), round(spot.y() * ratio)).lightness() < 100


def test_an_empty_canvas_has_no_answer(page: DrawPage) -> None:
    assert answer(page) == "?"
    assert page.inspector.bars.values() is None
    assert page.inspector.header.sample_button.isVisible()
    assert not page.tools.undo.isEnabled()


def test_a_dot_is_ink_but_no_digit(page: DrawPage) -> None:
    draw(page, [(0.4, 0.6)])
    assert strokes(page) == 1
    assert len(page.session.drawing.strokes[0]) == 1
    assert is_ink(page, 0.4, 0.6)
    assert answer(page) == "?"


def test_the_answer_follows_the_pen(page: DrawPage) -> None:
    press(page, *ONE[0])
    for x, y in ONE[1:]:
        move(page, x, y)
    QCoreApplication.processEvents()
    assert answer(page) == "1"
    assert strokes(page) == 1
    assert not page.session.artwork.undo_stack.canUndo()
    release(page, *ONE[-1])
    assert answer(page) == "1"
    assert page.session.artwork.undo_stack.count() == 1


def test_the_stored_points_are_those_of_the_pointer(page: DrawPage) -> None:
    draw(page, ACROSS)
    (stroke,) = page.session.drawing.strokes
    np.testing.assert_allclose(stroke.points[:, :2], ACROSS, atol=0.002)
    np.testing.assert_array_equal(stroke.points[:, 2], 1)


def test_a_fast_stroke_has_no_gaps(page: DrawPage) -> None:
    draw(page, ACROSS)
    page.tools.guides.setChecked(False)
    assert all(is_ink(page, x, 0.5) for x in np.linspace(0.2, 0.8, 40))
    assert not is_ink(page, 0.5, 0.6)


def test_a_corner_stays_a_corner(page: DrawPage) -> None:
    draw(page, [(0.2, 0.2), (0.8, 0.2), (0.8, 0.8)])
    page.tools.guides.setChecked(False)
    assert is_ink(page, 0.8, 0.2)


def test_a_line_that_turns_back_keeps_its_round_ends(page: DrawPage) -> None:
    page.session.set_pen_width(0.1)
    page.session.artwork.commit(Drawing.from_points([[(0.5, 0.3), (0.5, 0.6), (0.5, 0.7), (0.5, 0.6)]]), "Stroke")
    page.tools.guides.setChecked(False)
    assert is_ink(page, 0.5, 0.74)
    assert is_ink(page, 0.5, 0.26)
    assert not is_ink(page, 0.5, 0.77)


@pytest.mark.parametrize("pressures", [(1.0, 1.0), (0.3, 1.0)])
def test_what_is_seen_is_what_the_network_sees(page: DrawPage, pressures: tuple[float, float]) -> None:
    rng = np.random.default_rng(1)
    points = np.cumsum(rng.normal(0, 0.04, (60, 2)), axis=0)
    drawing = Drawing.from_points([np.column_stack([points, np.linspace(*pressures, 60)])]).normalised(0.7)
    page.session.artwork.commit(drawing, "Stroke")
    page.tools.guides.setChecked(False)
    side = page.canvas.width()
    seen = 1 - image_to_rgb(page.canvas.grab().toImage())[..., 0] / 255
    network = render(drawing, page.session.pen_width, side)
    assert seen.shape == network.shape
    differs = np.abs(seen - network)[4:-4, 4:-4] > 0.5
    assert differs.sum() < 0.03 * (network > 0.5).sum()


def test_undo_redo_and_clear(page: DrawPage) -> None:
    draw(page, ONE)
    draw(page, ACROSS)
    page.tools.undo.click()
    assert strokes(page) == 1
    assert answer(page) == "1"
    assert not is_ink(page, 0.3, 0.5)
    page.tools.undo.click()
    assert answer(page) == "?"
    page.tools.redo.click()
    assert answer(page) == "1"
    page.tools.clear.click()
    assert answer(page) == "?"
    assert not is_ink(page, *ONE[5])
    page.tools.undo.click()
    assert answer(page) == "1"
    assert is_ink(page, *ONE[2])


def test_undo_ends_the_stroke_that_is_being_drawn(page: DrawPage) -> None:
    press(page, *ACROSS[0])
    move(page, *ACROSS[1])
    page.undo()
    assert strokes(page) == 0
    move(page, 0.5, 0.9)
    release(page, 0.5, 0.9)
    assert strokes(page) == 0
    page.redo()
    assert strokes(page) == 1


def test_a_release_or_a_move_without_a_press_does_nothing(page: DrawPage) -> None:
    release(page, 0.5, 0.5)
    move(page, 0.6, 0.6)
    assert strokes(page) == 0
    draw(page, ONE)
    assert strokes(page) == 1


def test_other_buttons_do_nothing_while_drawing(page: DrawPage) -> None:
    press(page, *ACROSS[0])
    press(page, 0.5, 0.9, RIGHT)
    release(page, 0.5, 0.9, RIGHT)
    move(page, *ACROSS[1])
    release(page, *ACROSS[1])
    (stroke,) = page.session.drawing.strokes
    np.testing.assert_allclose(stroke.points[:, 1], 0.5, atol=0.002)


def test_two_quick_clicks_are_two_dots(page: DrawPage) -> None:
    spot = place(page, 0.3, 0.3)
    QTest.mouseClick(page.canvas, LEFT, NO_KEY, spot)
    QTest.mouseDClick(page.canvas, LEFT, NO_KEY, spot)  # the second press, as the window system reports it
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, spot)
    assert strokes(page) == 2
    assert not page.canvas.is_drawing


def test_a_stroke_goes_on_outside_and_ends_on_release(page: DrawPage) -> None:
    draw(page, [(0.5, 0.5), (1.2, 0.5), (1.2, 0.8)])
    (stroke,) = page.session.drawing.strokes
    assert stroke.points[:, 0].max() == pytest.approx(1.2, abs=0.002)
    assert not page.canvas.is_drawing


def test_a_release_that_went_elsewhere_ends_the_stroke(page: DrawPage) -> None:
    press(page, *ACROSS[0])
    move(page, *ACROSS[1])
    spot = QPointF(place(page, 0.5, 0.9))
    hover = QMouseEvent(QEvent.Type.MouseMove, spot, spot, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, NO_KEY)
    QCoreApplication.sendEvent(page.canvas, hover)
    assert not page.canvas.is_drawing
    assert page.session.artwork.undo_stack.count() == 1
    assert page.session.drawing.strokes[0].points[:, 1].max() < 0.6


@pytest.mark.parametrize(
    "event",
    [
        QEvent(QEvent.Type.UngrabMouse),
        QEvent(QEvent.Type.WindowDeactivate),
        QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason),
    ],
    ids=lambda event: event.type().name,
)
def test_losing_the_pointer_ends_the_stroke(page: DrawPage, event: QEvent) -> None:
    press(page, *ACROSS[0])
    move(page, *ACROSS[1])
    QCoreApplication.sendEvent(page.canvas, event)
    assert not page.canvas.is_drawing
    assert page.session.artwork.undo_stack.count() == 1
    move(page, 0.5, 0.9)
    release(page, 0.5, 0.9)
    assert len(page.session.drawing.strokes[0]) == 2


def test_escape_abandons_the_stroke(page: DrawPage) -> None:
    draw(page, ONE)
    press(page, *ACROSS[0])
    move(page, *ACROSS[1])
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    release(page, *ACROSS[1])
    assert strokes(page) == 1
    assert page.session.artwork.undo_stack.count() == 1
    assert not is_ink(page, 0.3, 0.5)


def test_resizing_while_drawing_keeps_the_stroke(page: DrawPage, qtbot: QtBot) -> None:
    press(page, 0.2, 0.2)
    move(page, 0.5, 0.2)
    before = page.canvas.width()
    page.window().resize(1600, 1000)
    qtbot.waitUntil(lambda: page.canvas.width() > before)
    move(page, 0.5, 0.8)
    release(page, 0.5, 0.8)
    (stroke,) = page.session.drawing.strokes
    np.testing.assert_allclose(stroke.points[:, :2], [(0.2, 0.2), (0.5, 0.2), (0.5, 0.8)], atol=0.002)
    page.tools.guides.setChecked(False)
    assert is_ink(page, 0.3, 0.2)
    assert is_ink(page, 0.5, 0.7)


def test_ink_scales_with_the_window(page: DrawPage, qtbot: QtBot) -> None:
    draw(page, ACROSS)
    page.tools.guides.setChecked(False)
    before = page.canvas.width()
    page.window().resize(1024, 700)
    qtbot.waitUntil(lambda: page.canvas.width() < before)
    assert page.canvas.width() == page.canvas.height()
    assert is_ink(page, 0.75, 0.5)
    assert not is_ink(page, 0.85, 0.5)


def test_changing_the_problem_while_drawing_keeps_the_stroke(page: DrawPage) -> None:
    press(page, *ACROSS[0])
    move(page, *ACROSS[1])
    page.session.choose_problem("toy")
    assert page.session.grid.is_empty
    release(page, *ACROSS[1])
    page.session.choose_problem("mnist")
    assert strokes(page) == 1


def test_the_eraser_takes_whole_strokes_and_can_be_undone(page: DrawPage) -> None:
    draw(page, [(0.2, 0.2), (0.8, 0.2)])
    draw(page, [(0.2, 0.8), (0.8, 0.8)])
    page.tools.choose_tool("eraser")
    draw(page, [(0.5, 0.5), (0.5, 0.1)])
    (stroke,) = page.session.drawing.strokes
    assert stroke.points[0, 1] == pytest.approx(0.8, abs=0.01)
    page.undo()
    assert strokes(page) == 2
    draw(page, [(0.5, 0.5)])
    assert page.session.artwork.undo_stack.count() == 3  # nothing was touched: still the two strokes and the erasing
    assert strokes(page) == 2


def test_the_hand_moves_the_drawing(page: DrawPage) -> None:
    draw(page, ONE)
    page.tools.choose_tool("move")
    draw(page, [(0.5, 0.5), (0.3, 0.4), (0.2, 0.4)])
    box = page.session.drawing.bounding_box()
    assert box is not None
    assert (box.left, box.top) == (pytest.approx(0.2, abs=0.01), pytest.approx(0.1, abs=0.01))
    assert answer(page) == "1"
    QTest.keyClick(page.canvas, Qt.Key.Key_Right)
    moved = page.session.drawing.bounding_box()
    assert moved is not None
    assert moved.left == pytest.approx(0.21, abs=0.01)
    page.undo()
    page.undo()
    np.testing.assert_allclose(page.session.drawing.strokes[0].points[0, :2], ONE[0], atol=0.002)


def test_the_pen_has_pressure_and_an_eraser_end(page: DrawPage) -> None:
    def pen(kind: QEvent.Type, x: float, y: float, pressure: float, end: QPointingDevice.PointerType) -> None:
        device = QPointingDevice(
            "pen",
            1,
            QInputDevice.DeviceType.Stylus,
            end,
            QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
            1,
            1,
            "",
            QPointingDeviceUniqueId(),
        )
        spot = QPointF(place(page, x, y))
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
        event = QTabletEvent(kind, device, spot, spot, pressure, 0, 0, 0, 0, 0, NO_KEY, button, LEFT)
        QCoreApplication.sendEvent(page.canvas, event)
        assert event.isAccepted()

    tip, eraser = QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser
    pen(QEvent.Type.TabletPress, 0.2, 0.5, 0.1, tip)
    pen(QEvent.Type.TabletMove, 0.5, 0.5, 1.0, tip)
    pen(QEvent.Type.TabletMove, 0.8, 0.5, 0.5, tip)
    pen(QEvent.Type.TabletRelease, 0.8, 0.5, 0.0, tip)
    (stroke,) = page.session.drawing.strokes
    first, middle, last = stroke.points[:, 2]
    assert 0.1 < first < last < middle == 1
    pen(QEvent.Type.TabletPress, 0.5, 0.2, 1.0, eraser)
    pen(QEvent.Type.TabletMove, 0.5, 0.8, 1.0, eraser)
    pen(QEvent.Type.TabletRelease, 0.5, 0.8, 0.0, eraser)
    assert strokes(page) == 0


def test_one_finger_draws_and_a_second_is_ignored(page: DrawPage) -> None:
    device = QTest.createTouchDevice()
    touch = QTest.touchEvent(page.canvas, device)
    touch.press(0, place(page, 0.2, 0.5), page.canvas).commit()
    touch.stationary(0).press(1, place(page, 0.2, 0.9), page.canvas).commit()
    touch.move(0, place(page, 0.8, 0.5), page.canvas).move(1, place(page, 0.8, 0.9), page.canvas).commit()
    touch.release(0, place(page, 0.8, 0.5), page.canvas).stationary(1).commit()
    touch.release(1, place(page, 0.8, 0.9), page.canvas).commit()
    (stroke,) = page.session.drawing.strokes
    np.testing.assert_allclose(stroke.points[:, 1], 0.5, atol=0.002)
    assert page.session.artwork.undo_stack.count() == 1


def test_moves_that_come_together_are_answered_together(page: DrawPage) -> None:
    answers = []
    page.session.answer_changed.connect(lambda: answers.append(len(page.session.drawing.strokes[0])))
    press(page, 0.2, 0.5)
    for step in range(1, 51):
        spot = QPointF(place(page, 0.2 + step * 0.01, 0.5))
        event = QMouseEvent(QEvent.Type.MouseMove, spot, spot, Qt.MouseButton.NoButton, LEFT, NO_KEY)
        QCoreApplication.sendEvent(page.canvas, event)
    QCoreApplication.processEvents()
    assert answers[-1] == 51
    assert len(answers) <= 4
    release(page, 0.7, 0.5)
    assert len(page.session.drawing.strokes[0]) == 51


def test_the_sample_is_a_3_that_can_be_undone(page: DrawPage) -> None:
    page.inspector.header.sample_button.click()
    assert answer(page) == "3"
    page.undo()
    assert answer(page) == "?"


def test_keys_of_the_page(page: DrawPage) -> None:
    draw(page, ONE)
    page.canvas.setFocus()
    width = page.session.pen_width
    QTest.keyClick(page.canvas, Qt.Key.Key_BracketRight)
    assert page.session.pen_width > width
    QTest.keyClick(page.canvas, Qt.Key.Key_BracketLeft)
    assert page.session.pen_width == pytest.approx(width, abs=0.001)
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)
    assert strokes(page) == 0
    QTest.keyClick(page.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert strokes(page) == 1


@pytest.mark.parametrize(("size", "pen", "place"), [(0.25, 120, 0.0), (0.3, 20, 1.0), (0.6, 60, 0.5), (0.9, 120, 0.3)])
def test_real_hands_are_read_at_any_size_and_place_with_any_pen(
    page: DrawPage, pens_file: Path, size: float, pen: int, place: float
) -> None:
    drawings = read_pens(pens_file).part("test").drawings[::45]
    page.session.set_pen_width(pen / 1000)
    right = 0
    for drawing in drawings:
        page.clear()
        small = drawing.normalised(size)
        box = small.bounding_box()
        assert box is not None
        x, y = place * (1 - box.width) - box.left, place * (1 - box.height) - box.top
        for stroke in small.transformed([[1, 0, x], [0, 1, y]]).strokes:
            draw(page, [(float(x), float(y)) for x, y, _ in stroke.points])
        right += answer(page) == str(drawing.label)
    assert len(drawings) >= 15
    assert right >= 0.9 * len(drawings)


def test_a_hidden_page_catches_up_when_it_is_shown(page: DrawPage) -> None:
    window = page.window()
    assert isinstance(window, MainWindow)
    window.show_page(TrainPage)
    page.session.artwork.commit(Drawing.from_points([ONE]), "Stroke")
    assert page.inspector.bars.values() is None
    window.show_page(DrawPage)
    assert answer(page) == "1"
    assert is_ink(page, *ONE[2])
