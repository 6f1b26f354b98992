"""The window on the screen: wholly inside what is free, at every size, and nothing out of reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_helpers import RING
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from digitapp.drawing.ink import Drawing
from digitapp.gui import theme
from digitapp.gui.settings import TEXT_SIZE, TEXT_SIZES
from digitapp.gui.widgets.least_size import LeastSizeArea
from digitapp.gui.window.help_dialog import HelpDialog
from digitapp.gui.window.main_window import DEFAULT_SIZE, MINIMUM_SIZE, MainWindow
from digitapp.gui.window.placement import fits, placed

# Width and height in pixels, and what the desktop enlarges everything by.
SCREENS = [
    (1366, 768, 1.0),
    (1024, 700, 1.0),
    (1024, 600, 1.0),
    (1280, 800, 1.0),
    (1920, 1080, 1.5),
    (1920, 1080, 1.75),
    (1920, 1080, 1.0),
]

rectangles = st.builds(
    QRect, st.integers(-3000, 3000), st.integers(-3000, 3000), st.integers(1, 4000), st.integers(1, 4000)
)


@given(rectangles, rectangles)
def test_a_window_is_moved_into_the_free_area_and_shrunk_where_it_must_be(window: QRect, free: QRect) -> None:
    least = QSize(640, 400)
    result = placed(window, free, least)
    if free.width() >= least.width() and free.height() >= least.height():
        assert free.contains(result)
    else:
        assert result.left() == free.left() or result.width() <= free.width()
        assert result.top() == free.top() or result.height() <= free.height()
    assert result.size().boundedTo(least) == least
    if free.contains(window) and window.size().boundedTo(least) == least:
        assert result == window


def test_a_frame_needs_room_as_well() -> None:
    assert fits(QSize(1280, 800), QRect(0, 0, 1920, 1040))
    assert not fits(QSize(1280, 800), QRect(0, 0, 1280, 800))


@pytest.mark.parametrize(("width", "height", "factor"), SCREENS)
def test_the_first_start_stays_on_the_screen(width: int, height: int, factor: float, tmp_path: Path) -> None:
    screen = {"name": "only", "x": 0, "y": 0, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": factor}
    screen |= {"width": int(width / factor), "height": int(height / factor)}
    config = tmp_path / "screens.json"
    config.write_text(json.dumps({"screens": [screen]}))
    code = f"""
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
application = QApplication([])
from digitapp.gui.app import create_window
from digitapp.gui.settings import Settings
settings = Settings(QSettings({str(tmp_path / "settings.ini")!r}, QSettings.Format.IniFormat))
window = create_window(settings)
window.open()
application.processEvents()
free = window.screen().availableGeometry()
assert free.contains(window.frameGeometry()), (free, window.frameGeometry())
area = window.stack.parentWidget().parentWidget()
for part in (window.header, window.rail, window.status, area):
    corner = part.mapTo(window, part.rect().topLeft())
    assert window.rect().contains(part.rect().translated(corner))
window.close()
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config}"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=120)


@pytest.mark.parametrize("problem", ["toy", "plane", "mnist"])
def test_what_does_not_fit_can_be_scrolled_to(
    open_window: Callable[..., MainWindow], qtbot: QtBot, problem: str
) -> None:
    window = open_window(problem)
    area = _area(window)

    def is_settled() -> bool:
        page = window.shown_page
        room, shown, least = area.viewport().size(), window.stack.size(), page.minimumSizeHint()
        return (
            shown == room.expandedTo(least)
            and page.size() == shown
            and area.horizontalScrollBar().maximum() == max(0, shown.width() - room.width())
            and area.verticalScrollBar().maximum() == max(0, shown.height() - room.height())
        )

    for size in (QSize(640, 400), QSize(1024, 560), QSize(1100, 580)):
        window.resize(size)
        for index in range(window.stack.count()):
            window.stack.setCurrentIndex(index)
            qtbot.waitUntil(is_settled)
        assert window.size() == size


def _area(window: MainWindow) -> QScrollArea:
    widget: QWidget | None = window.stack
    while not isinstance(widget, QScrollArea):
        assert widget is not None
        widget = widget.parentWidget()
    return widget


def test_an_area_follows_its_content(qtbot: QtBot) -> None:
    content = _Content(QSize(300, 200))
    area = LeastSizeArea(content)
    qtbot.addWidget(area)
    area.resize(500, 400)
    area.show()
    qtbot.waitExposed(area)
    assert content.size() == area.viewport().size() == QSize(500, 400)
    area.resize(250, 400)
    QApplication.processEvents()
    assert content.width() == 300 and content.height() == area.viewport().height()
    content.least = QSize(100, 600)
    content.updateGeometry()
    QApplication.processEvents()
    assert content.height() == 600 and content.width() == area.viewport().width()


class _Content(QLabel):
    def __init__(self, least: QSize) -> None:
        super().__init__("content")
        self.least = least

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.least


def test_f11_takes_the_whole_screen_and_gives_it_back(open_window: Callable[..., MainWindow]) -> None:
    window = open_window()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()


def test_another_size_of_text_makes_the_window_anew(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window("toy")
    window.show_page("featuresPage")  # the others are made at the larger size, and are there when it changes again
    window.session.artwork.commit(RING, "Draw")
    answer = window.session.answer
    before = window.shown_page
    try:
        for percent in (150, 100):
            window.preferences.text_sizes.setCurrentIndex(TEXT_SIZES.index(percent))
            old = window.header
            qtbot.waitUntil(lambda old=old: window.header is not old)
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            assert window.settings.get(TEXT_SIZE) == percent
            assert theme.current().scale == percent / 100
            assert window.shown_page.objectName() == "featuresPage" and window.shown_page is not before
            assert not isValid(before)
            assert window.session.answer is answer
            for row in window.rows if percent == 150 else ():
                window.show_page(row.name)
                QApplication.processEvents()
            before = window.show_page("featuresPage")
        # The parts that are gone hear nothing any more.
        window.session.choose_problem("mnist")
        window.session.artwork.commit(Drawing.from_points([[(0.5, 0.2), (0.5, 0.8)]]), "Draw")
        QApplication.processEvents()
    finally:
        theme.current().set_text_size(1.0)


def test_help_tells_of_every_page(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window()
    dialog = HelpDialog(window.rows, window)
    qtbot.addWidget(dialog)
    said = {label.text() for label in dialog.findChildren(QLabel)}
    assert {row.title for row in window.rows} | {row.about for row in window.rows} <= said
    free = window.screen().availableGeometry().size()
    assert dialog.size().boundedTo(free) == dialog.size()


def test_a_window_that_was_left_outside_comes_back(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window(size=(700, 500))
    window.move(QPoint(5000, 5000))
    window.open()
    free = window.screen().availableGeometry()
    qtbot.waitUntil(lambda: free.contains(window.frameGeometry()))
    assert window.size().boundedTo(MINIMUM_SIZE) == MINIMUM_SIZE
    assert DEFAULT_SIZE.boundedTo(MINIMUM_SIZE) == MINIMUM_SIZE
