"""Views of the window as files: every page's, PNG and SVG, by the menu, and what is said when it goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from digitapp.gui import theme
from digitapp.gui.pages.network.page import NetworkPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pictures import MARGIN, PictureFormatError, capture, pixels, with_suffix
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.window.picture_views import SavableView, view_around, views_of

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def label(qtbot: QtBot) -> QLabel:
    theme.apply_theme("light")
    widget = QLabel("A word")
    qtbot.addWidget(widget)
    widget.resize(120, 40)
    return widget


def test_a_png_has_twice_the_pixels_and_a_margin(label: QLabel, tmp_path: Path) -> None:
    path = tmp_path / "word.png"
    path.write_bytes(capture(label, ".png")())
    with Image.open(path) as image:
        assert image.size == (2 * (120 + 2 * MARGIN), 2 * (40 + 2 * MARGIN))
        assert image.convert("RGB").getpixel((0, 0)) == theme.current().palette.window.getRgb()[:3]  # type: ignore[index]


def test_a_huge_view_is_saved_smaller(label: QLabel) -> None:
    label.resize(12_000, 8_000)
    image = pixels(label)
    assert image.width() * image.height() <= 101_000_000


def test_an_svg_holds_words_as_words(label: QLabel) -> None:
    root = ElementTree.fromstring(capture(label, ".svg", "Its title")())
    texts = [element.text or "" for element in root.iter() if element.tag.endswith(("text", "title"))]
    assert "Its title" in texts and any("A word" in text for text in texts)


@pytest.mark.parametrize(
    ("name", "expected"), [("a", "a.png"), ("a.svg", "a.svg"), ("a.PNG", "a.PNG"), ("unit 2.66", "unit 2.66.png")]
)
def test_a_name_gets_an_ending_where_it_has_none(name: str, expected: str) -> None:
    assert with_suffix(Path(name)).name == expected


def test_other_endings_are_refused() -> None:
    with pytest.raises(PictureFormatError, match=r"\.png or \.svg"):
        with_suffix(Path("a.jpg"))


def test_every_page_has_views_and_all_of_them_can_be_drawn(open_window: OpenWindow) -> None:
    window = open_window("toy")
    expected = {"drawPage": "drawing", "trainPage": "curves", "featuresPage": "dossier", "networkPage": "network"}
    expected["labPage"] = "tale-hidden-units"  # the wall is there once networks are
    for index in range(window.stack.count()):
        window.stack.setCurrentIndex(index)
        names = [view.name for view in views_of(window.shown_page)]
        assert expected.get(window.shown_page.objectName(), names[-1]) in names
        for view in views_of(window.shown_page):
            ElementTree.fromstring(capture(view.widget, ".svg", view.title)())
            assert capture(view.widget, ".png")().startswith(b"\x89PNG")


def test_the_menu_asks_and_the_file_is_written(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window("toy")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    target = tmp_path / "curves.svg"
    suggested: list[str] = []

    def answer(_parent: object, _title: str, name: str, _patterns: str) -> tuple[str, str]:
        suggested.append(name)
        return str(target), "SVG drawings (*.svg)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    window.show_page(TrainPage)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_S, control | shift)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(action for action in menu.actions() if action.text() == "Curves…")
    menu.close()
    action.trigger()
    qtbot.waitUntil(target.exists)
    qtbot.waitUntil(lambda: window.shown_page.status_text == "Saved curves.svg")
    assert Path(suggested[0]).name == "curves-toy.png"
    ElementTree.fromstring(target.read_bytes())


def test_the_context_menu_names_the_view_under_the_pointer(open_window: OpenWindow) -> None:
    window = open_window("toy")
    page = window.show_page(NetworkPage)
    assert view_around(page, page.paths.whole.view).title == "Network diagram"
    assert view_around(page, page.inspector).title == "Whole page"
    place = window.mapFromGlobal(page.paths.whole.view.mapToGlobal(QPoint(20, 20)))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.mapToGlobal(place))
    window.contextMenuEvent(event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and "Network diagram" in menu.actions()[0].text()
    menu.actions()[1].trigger()
    menu.close()
    assert not QApplication.clipboard().image().isNull()


def test_what_goes_wrong_is_said(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window = open_window("toy")
    page = window.show_page(NetworkPage)
    view = SavableView(page, "Whole page", "network")
    window.pictures.save(page, view, tmp_path / "a.jpg")
    assert ".png or .svg" in page.note.text()
    folder = tmp_path / "folder.png"
    folder.mkdir()
    page.note.hide()
    window.pictures.save(page, view, folder)
    qtbot.waitUntil(page.note.isVisible)
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".tmp")]
