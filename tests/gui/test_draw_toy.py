"""The Draw page's canvas with the toy's pixels: clicks, drags, keys, marks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from page_helpers import settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.widgets import ProbabilityBars
from digitapp.gui.window.main_window import MainWindow

LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
ZERO = "111\n101\n101\n111\n"


@pytest.fixture
def page(open_window: Callable[..., MainWindow]) -> DrawPage:
    return open_window("toy").page(DrawPage)


def cell(page: DrawPage, row: int, column: int) -> QPoint:
    """Where a test that knows only the contract clicks: the grid is centred in the canvas and as large as fits."""
    width, height = page.canvas.width(), page.canvas.height()
    side = min(width / 3, height / 4)
    left, top = (width - 3 * side) / 2, (height - 4 * side) / 2
    return QPoint(round(left + (column + 0.5) * side), round(top + (row + 0.5) * side))


def click(page: DrawPage, row: int, column: int) -> None:
    QTest.mouseClick(page.canvas, LEFT, NO_KEY, cell(page, row, column))


def on(page: DrawPage) -> set[tuple[int, int]]:
    return {(row, column) for row in range(4) for column in range(3) if page.session.grid[row, column]}


def answer(page: DrawPage) -> str:
    settle()
    label = page.findChild(QLabel, "predictionLabel")
    assert isinstance(label, QLabel)
    return label.text()


def test_a_click_switches_a_pixel(page: DrawPage) -> None:
    assert answer(page) == "?"
    click(page, 3, 2)
    assert on(page) == {(3, 2)}
    click(page, 0, 0)
    click(page, 3, 2)
    assert on(page) == {(0, 0)}
    click(page, 0, 0)
    assert answer(page) == "?"
    assert page.session.artwork.undo_stack.count() == 4


def test_a_zero_is_recognised(page: DrawPage) -> None:
    for row, line in enumerate(ZERO.split()):
        for column, digit in enumerate(line):
            if digit == "1":
                click(page, row, column)
    assert answer(page) == "0"
    bars = page.findChild(ProbabilityBars, "probabilityBars")
    assert isinstance(bars, ProbabilityBars)
    assert bars.isVisible()
    assert bars.answer == 0


@pytest.mark.parametrize("window", [(1024, 700), (1920, 1080)])
def test_every_pixel_is_where_the_contract_says(
    open_window: Callable[..., MainWindow], window: tuple[int, int]
) -> None:
    page = open_window("toy", size=window).page(DrawPage)
    for row in range(4):
        for column in range(3):
            click(page, row, column)
            assert on(page) == {(row, column)}
            click(page, row, column)


def test_a_drag_paints_with_the_value_of_the_first_pixel(page: DrawPage) -> None:
    click(page, 1, 1)
    QTest.mousePress(page.canvas, LEFT, NO_KEY, cell(page, 0, 1))
    QTest.mouseMove(page.canvas, cell(page, 1, 1))
    QTest.mouseMove(page.canvas, cell(page, 3, 1))  # faster than the pixels: those between are painted too
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, cell(page, 3, 1))
    assert on(page) == {(0, 1), (1, 1), (2, 1), (3, 1)}
    assert page.session.artwork.undo_stack.count() == 2
    QTest.mousePress(page.canvas, LEFT, NO_KEY, cell(page, 3, 1))
    QTest.mouseMove(page.canvas, cell(page, 3, 0))
    QTest.mouseMove(page.canvas, cell(page, 2, 1))
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, cell(page, 2, 1))
    assert on(page) == {(0, 1), (1, 1)}
    page.tools.undo.click()
    page.tools.undo.click()
    assert on(page) == {(1, 1)}
    page.tools.redo.click()
    assert on(page) == {(0, 1), (1, 1), (2, 1), (3, 1)}
    page.tools.clear.click()
    assert on(page) == set()


def test_a_drag_that_leaves_and_comes_back(page: DrawPage) -> None:
    QTest.mousePress(page.canvas, LEFT, NO_KEY, cell(page, 0, 0))
    QTest.mouseMove(page.canvas, QPoint(-200, cell(page, 0, 0).y()))
    QTest.mouseMove(page.canvas, QPoint(-200, cell(page, 2, 0).y()))
    QTest.mouseMove(page.canvas, cell(page, 2, 0))
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, QPoint(-50, -50))
    assert (2, 0) in on(page)
    assert page.session.artwork.undo_stack.count() == 1


def test_escape_abandons_a_drag(page: DrawPage) -> None:
    QTest.mousePress(page.canvas, LEFT, NO_KEY, cell(page, 0, 0))
    QTest.mouseMove(page.canvas, cell(page, 0, 2))
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, cell(page, 0, 2))
    assert on(page) == set()
    assert page.session.artwork.undo_stack.count() == 0


def test_arrows_and_space(page: DrawPage) -> None:
    page.canvas.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (
        Qt.Key.Key_Down,
        Qt.Key.Key_Right,
        Qt.Key.Key_Space,
        Qt.Key.Key_Left,
        Qt.Key.Key_Left,
        Qt.Key.Key_Space,
    ):
        QTest.keyClick(page.canvas, key)
    assert on(page) == {(1, 1), (1, 0)}
    QTest.keyClick(page.canvas, Qt.Key.Key_Space)
    assert on(page) == {(1, 1)}


def test_a_hovered_pixel_is_told_to_the_diagram(page: DrawPage) -> None:
    hovered: list[int | None] = []
    page.grid.pixel_hovered.connect(hovered.append)
    QTest.mouseMove(page.canvas, cell(page, 2, 0))
    QTest.mouseMove(page.canvas, cell(page, 2, 1))
    assert hovered[-2:] == [6, 7]


def test_each_problem_keeps_its_own_drawing(page: DrawPage) -> None:
    click(page, 1, 1)
    page.session.choose_problem("mnist")
    assert answer(page) == "?"
    assert page.canvas.width() == page.canvas.height()
    middle = QPoint(page.canvas.width() // 2, 0)
    QTest.mousePress(page.canvas, LEFT, NO_KEY, middle + QPoint(0, 100))
    QTest.mouseMove(page.canvas, middle + QPoint(0, 400))
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, middle + QPoint(0, 400))
    assert answer(page) == "1"
    page.session.choose_problem("toy")
    assert on(page) == {(1, 1)}
    page.undo()
    assert on(page) == set()
    page.session.choose_problem("mnist")
    assert len(page.session.drawing.strokes) == 1
