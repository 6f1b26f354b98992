"""The whole window, used as a newcomer would: every page, both problems and themes, closed at the worst moment."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QStackedWidget, QWidget
from pytestqt.qtbot import QtBot

from digitapp.gui import settings as remembered
from digitapp.gui import theme
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.hand.page import HandPage
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.why.page import WhyPage
from digitapp.gui.settings import Settings
from digitapp.gui.state.data_source import DataState
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import Group, PageRow, registered_pages

CONTRACT = [
    "mainWindow",
    "problemSelector",
    "pageList",
    "drawPage",
    "trainPage",
    "featuresPage",
    "canvas",
    "clearButton",
    "undoButton",
    "predictionLabel",
    "probabilityBars",
    "startButton",
    "pauseButton",
    "stopButton",
    "trainProgress",
    "lossPlot",
    "accuracyPlot",
    "unitGrid",
    "labTabs",
    "stepPage",
    "stepBack",
    "stepNext",
    "stepPlay",
    "stageTrack",
    "sampleStrip",
    "numbersTable",
    "runsPage",
    "runsTable",
]

KEYS = tuple(Qt.Key(Qt.Key.Key_1 + place) for place in range(9))
PAGES = (
    *("drawPage", "handPage", "trainPage", "stepPage", "runsPage"),
    *("featuresPage", "whyPage", "networkPage", "labPage"),
)

OpenWindow = Callable[..., MainWindow]


def part(window: MainWindow, name: str) -> QWidget:
    found = window if window.objectName() == name else window.findChild(QWidget, name)
    assert found is not None, f"no part named {name}"
    return found


def button(window: MainWindow, name: str) -> QPushButton:
    found = part(window, name)
    assert isinstance(found, QPushButton)
    return found


def label(window: MainWindow) -> str:
    found = part(window, "predictionLabel")
    assert isinstance(found, QLabel)
    return found.text()


def choose_problem(window: MainWindow, key: str) -> None:
    selector = part(window, "problemSelector")
    assert isinstance(selector, QComboBox)
    index = selector.findData(key)
    selector.setCurrentIndex(index)
    selector.activated.emit(index)


def fits(page: QWidget) -> bool:
    least = page.minimumSizeHint()
    return least.width() <= page.width() and least.height() <= page.height()


def has_dark_ground(window: MainWindow) -> bool:
    """Look at a column of pixels: the ground takes most of it, whatever stands on it."""
    picture, x = window.grab().toImage(), window.width() - 40
    column = sorted(picture.pixelColor(x, y).lightness() for y in range(picture.height()))
    return column[len(column) // 2] < 128


def draw_one(window: MainWindow) -> None:
    canvas = part(window, "canvas")
    side = canvas.width()
    start, end = QPoint(side // 2, side // 5), QPoint(side // 2, side * 4 // 5)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(canvas, start + (end - start) * step / 10)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)


def test_every_part_of_the_contract_is_there(open_window: OpenWindow) -> None:
    window = open_window()
    for name in CONTRACT:
        assert part(window, name).objectName() == name
    stacks = window.findChildren(QStackedWidget)
    assert len(stacks) == 1
    for index, name in enumerate(PAGES):
        assert stacks[0].widget(index) is part(window, name)
    selector = part(window, "problemSelector")
    assert isinstance(selector, QComboBox)
    assert {selector.itemData(index) for index in range(selector.count())} == {"toy", "plane", "mnist"}


def test_a_newcomer_draws_and_is_understood(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    assert label(window) == "?"
    draw_one(window)
    qtbot.waitUntil(lambda: label(window) == "1")
    button(window, "undoButton").click()
    qtbot.waitUntil(lambda: label(window) == "?")


def test_both_usual_keys_redo(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    draw_one(window)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    for key, modifiers in ((Qt.Key.Key_Z, control | shift), (Qt.Key.Key_Y, control)):
        qtbot.keyClick(window, Qt.Key.Key_Z, control)
        assert window.session.drawing.is_empty
        qtbot.keyClick(window, key, modifiers)
        assert not window.session.drawing.is_empty


def test_pages_by_rail_keys_and_stack(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for number, page in enumerate(PAGES):
        qtbot.keyClick(window, KEYS[number], Qt.KeyboardModifier.ControlModifier)
        assert window.shown_page.objectName() == page
        assert window.rail.currentIndex() == number
    window.rail.setCurrentIndex(0)
    assert window.shown_page.objectName() == "drawPage"
    window.show_page(TrainPage)
    assert window.rail.currentIndex() == 2


def test_the_problem_changes_everywhere_and_each_keeps_its_drawing(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    draw_one(window)
    qtbot.waitUntil(lambda: label(window) == "1")
    choose_problem(window, "toy")
    assert window.session.problem.key == "toy"
    assert label(window) == "?"
    for page in range(window.stack.count()):
        window.stack.setCurrentIndex(page)
        QApplication.processEvents()
    window.show_page(DrawPage)
    choose_problem(window, "mnist")
    qtbot.waitUntil(lambda: label(window) == "1")


@pytest.mark.parametrize("size", [(1024, 700), (1920, 1080)])
def test_nothing_is_squeezed_out_of_the_window(open_window: OpenWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    window = open_window(size=size)
    for problem in ("mnist", "toy"):
        choose_problem(window, problem)
        for page in range(window.stack.count()):
            window.stack.setCurrentIndex(page)
            shown = window.shown_page
            qtbot.waitUntil(lambda shown=shown: fits(shown))
            assert (window.width(), window.height()) == size


@pytest.mark.long
def test_the_theme_changes_while_everything_stands(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    draw_one(window)
    for mode in ("dark", "light"):
        theme.current().set_mode(mode)
        for page in range(window.stack.count()):
            window.stack.setCurrentIndex(page)
            qtbot.waitUntil(lambda dark=mode == "dark": has_dark_ground(window) == dark)
    assert label(window) == "1"


def test_choices_are_remembered(open_window: OpenWindow, settings: Settings) -> None:
    window = open_window()
    choose_problem(window, "toy")
    window.show_page(FeaturesPage)
    window.close()
    assert settings.get(remembered.PROBLEM) == "toy"
    assert settings.get(remembered.PAGE) == "featuresPage"
    assert not settings.get(remembered.GEOMETRY).isEmpty()


def test_closing_in_the_middle_of_a_run_ends_it(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window("toy")
    window.show_page(TrainPage)
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    window.session.run.set_pace(50)
    button(window, "startButton").click()
    qtbot.waitUntil(lambda: len(window.session.run.history.loss) > 2)
    assert button(window, "stopButton").isEnabled()
    assert not (button(window, "startButton").isVisible() and button(window, "startButton").isEnabled())
    window.close()
    assert not window.session.any_run_active


@pytest.fixture
def stalling_server() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_closing_while_a_download_stalls(
    open_window: OpenWindow, qtbot: QtBot, stalling_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("digitapp.datasets.download.MIRRORS", (stalling_server,))
    monkeypatch.setattr("digitapp.datasets.download.TIMEOUT", 0.5)
    window = open_window(data_dir=tmp_path)
    window.show_page(TrainPage)
    qtbot.waitUntil(lambda: window.session.data.state("mnist") is DataState.MISSING)
    window.session.data.download()
    assert window.session.data.state("mnist") is DataState.FETCHING
    window.close()
    assert list(tmp_path.rglob("*idx*ubyte")) == []


def test_a_page_is_remembered_by_name_and_an_unknown_one_is_the_first(
    open_window: OpenWindow, settings: Settings
) -> None:
    for stored, shown in (("whyPage", "whyPage"), (3, "drawPage"), ("elsewherePage", "drawPage")):
        settings.store.setValue(remembered.PAGE.key, stored)
        assert open_window().shown_page.objectName() == shown


def test_pages_lead_to_each_other(open_window: OpenWindow) -> None:
    window = open_window("mnist")

    def leads(page: type[Page], link: Callable[[], object]) -> str:
        window.show_page(page)
        link()
        return window.shown_page.NAME

    paths = window.page(NetworkPage).paths
    assert leads(WhyPage, window.page(WhyPage).draw_button.click) == "drawPage"
    assert leads(HandPage, window.page(HandPage).inspector.get_mnist.click) == "trainPage"
    assert leads(TrainPage, lambda: window.page(TrainPage).units.grid.unit_activated.emit(2)) == "featuresPage"
    assert leads(NetworkPage, paths.reading.features_wanted.click) == "featuresPage"
    assert leads(DrawPage, window.timeline.train_on.clicked.emit) == "trainPage"


class LessonsPage(Page):
    """A page that is yet to come."""

    NAME = "lessonsPage"


def test_ten_pages_fit_the_smallest_window(
    open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [("Lessons", Group.STUDY)]
    made_by = f"{__name__}.LessonsPage"
    to_come = [PageRow(f"{title.lower()}Page", "train", title, "", "", group, made_by) for title, group in more]
    ten = tuple(sorted((*registered_pages(), *to_come), key=lambda row: row.group))
    monkeypatch.setattr("digitapp.gui.window.main_window.registered_pages", lambda: ten)
    window = open_window(size=(1024, 700))
    assert (window.width(), window.height()) == (1024, 700)
    rail, pages = window.rail, window.rail.pages
    assert [pages.item(place).text() for place in range(10)] == [row.title for row in ten]
    assert (pages.y(), pages.geometry().bottom() + 1) == (58, 605)
    tops = [pages.visualItemRect(pages.item(place)) for place in range(10)]
    assert [rect.height() for rect in tops] == [52, 52, 61, 52, 52, 61, 52, 52, 61, 52]
    assert pages.viewport().rect().contains(tops[-1])
    for tool in rail.findChildren(QPushButton):
        assert rail.rect().contains(tool.geometry()) and tool.y() >= 605
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert window.shown_page.NAME == "lessonsPage"
