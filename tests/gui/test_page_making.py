"""A start makes the shown page alone; the others are made when they are wanted, and nobody can tell the difference."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from digitapp.gui import settings as remembered
from digitapp.gui.app import _load_later_modules
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.hand.page import HandPage
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.settings import Settings
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.registry import registered_pages

OpenWindow = Callable[..., MainWindow]


def made(window: MainWindow) -> list[str]:
    """Return the names of the pages that there are."""
    return sorted(page.objectName() for page in window.findChildren(Page))


def test_a_start_makes_the_shown_page_alone(open_window: OpenWindow, settings: Settings) -> None:
    assert made(open_window()) == ["drawPage"]
    settings.set(remembered.PAGE, "whyPage")
    assert made(open_window()) == ["whyPage"]


def test_a_part_is_found_by_its_name_and_makes_no_page_but_its_own(open_window: OpenWindow) -> None:
    window = open_window()
    assert window.findChild(QWidget, "canvas") is not None
    assert made(window) == ["drawPage"]
    assert window.findChild(QWidget, "handPage") is window.page(HandPage)
    assert made(window) == ["drawPage", "handPage"]
    start = window.findChild(QWidget, "startButton")
    assert start is not None and window.page(TrainPage).isAncestorOf(start)
    assert [part.objectName() for part in window.findChildren(QWidget, "unitGrid")] == ["unitGrid"]
    assert window.findChild(QWidget, "no such part") is None
    assert window.findChild(Page) in [window.page(row.name) for row in window.rows]  # of whatever name


def test_a_page_takes_its_place_and_its_name(open_window: OpenWindow) -> None:
    window = open_window()
    window.show_page(DrawPage)
    for index, row in enumerate(window.rows):
        page = window.stack.widget(index)
        assert page is window.page(row.name) is window.page(type(page)) and page.objectName() == row.name
        assert [widget for widget in window.findChildren(QWidget) if widget.objectName() == row.name] == [page]
        assert window.stack.currentIndex() == 0  # making is not showing
    assert window.stack.count() == len(window.rows)


class Windows(QObject):
    """Collects what is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.shown.append(repr(watched))
        return False


@pytest.mark.parametrize("problem", ["toy", "plane", "mnist"])
def test_nothing_flashes_while_pages_are_made(open_window: OpenWindow, qapp: QApplication, problem: str) -> None:
    window, windows = open_window(problem), Windows()
    qapp.installEventFilter(windows)
    for index in range(window.stack.count()):
        window.stack.setCurrentIndex(index)
        qapp.processEvents()
    qapp.removeEventFilter(windows)
    assert windows.shown == []


def test_tab_goes_from_the_header_to_a_page_that_was_made_late(open_window: OpenWindow) -> None:
    window = open_window()
    window.show_page(TrainPage)
    chain: list[QWidget] = []
    widget = window.rail.pages.nextInFocusChain()
    while widget is not None and widget is not window.rail.pages:
        chain.append(widget)
        widget = widget.nextInFocusChain()
    save, start = window.page(TrainPage).save_button, window.page(TrainPage).transport.start
    assert chain.index(window.header.problem_selector) < chain.index(save) < chain.index(start)


def test_a_start_imports_neither_other_pages_nor_plots() -> None:
    code = "import sys, digitapp.gui.app, digitapp.gui.pages.draw.page; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(run.stdout.split())
    assert "pyqtgraph" not in loaded
    modules = {row.module for row in registered_pages()}
    assert loaded & modules == {"digitapp.gui.pages.draw.page"} and len(modules) > 5


def test_what_was_put_off_can_be_loaded() -> None:
    _load_later_modules()
    assert {"pyqtgraph", "digitapp.gui.pages.hand.page", "digitapp.gui.window.picture_saver"} <= set(sys.modules)
