"""The spreadsheet in the window: asked for, written, changed, and read back as a network of all pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest
from page_helpers import OpenSession, settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from digitapp.exports.spreadsheet_reader import read_spreadsheet
from digitapp.gui.pages.step.export import Followed, StepExport
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.settings import Settings

if TYPE_CHECKING:
    from digitapp.gui.state.session import Session
    from digitapp.gui.window.main_window import MainWindow

FIRST = Followed(np.eye(12)[0], 0, "Image 1")


class Told:
    """An export with what it has said, hosted by a plain widget as by a page."""

    def __init__(self, session: Session, settings: Settings, qtbot: QtBot, followed: Followed | None = FIRST) -> None:
        self.host = QWidget()
        qtbot.addWidget(self.host)
        self.export = StepExport(session, settings, lambda: followed, self.host)
        self.done: list[str] = []
        self.failed: list[str] = []
        self.export.done.connect(self.done.append)
        self.export.failed.connect(self.failed.append)


@pytest.fixture
def chosen_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file that the user chooses, to write and to read."""
    path = tmp_path / "mine.xlsx"
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), ""))
    return path


def test_a_workbook_is_asked_for_written_changed_and_read(
    toy_session: Session, settings: Settings, qtbot: QtBot, chosen_file: Path
) -> None:
    told = Told(toy_session, settings, qtbot)
    told.export.export_action.trigger()
    dialog = told.export.dialog
    assert dialog is not None and dialog.takes_all and dialog.steps == 5
    dialog._steps.setText("1")
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(told.done))
    assert told.done == ["The spreadsheet mine.xlsx was written. It takes 1 step. It shows 64 images."]
    before, entries = toy_session.network.parameters.copy(), len(toy_session.model_entries)
    np.testing.assert_array_equal(read_spreadsheet(chosen_file).network.parameters, before)

    book = openpyxl.load_workbook(chosen_file)
    book["Weights"]["C6"] = 0.5
    book.save(chosen_file)
    for count in (1, 2):
        told.done.clear()
        told.export.read_action.trigger()
        qtbot.waitUntil(lambda: bool(told.done))
        assert told.done == ["The weights were read from mine.xlsx."]
        assert len(toy_session.model_entries) == entries + count
    assert toy_session.network.weights[0][0, 0] == 0.5
    assert toy_session.model.name == "mine"
    # It can be deleted and brought back, and the network from before is still there.
    key = toy_session.current_entry.key
    toy_session.delete_network(key, "shipped")
    np.testing.assert_array_equal(toy_session.network.parameters, before)
    toy_session.bring_back_network()
    assert toy_session.network.weights[0][0, 0] == 0.5
    assert not told.failed


def test_in_the_window(open_window: Callable[..., MainWindow], qtbot: QtBot, chosen_file: Path) -> None:
    window = open_window("toy")
    page = window.show_page(StepPage)
    qtbot.waitUntil(lambda: page.scene is not None and page.shown.dataset is not None)
    qtbot.mouseClick(page.export_button, Qt.MouseButton.LeftButton)
    dialog = page.export.dialog
    assert dialog is not None
    dialog._images.setCurrentIndex(1)
    qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "mine.xlsx" in page.status_text)
    book = openpyxl.load_workbook(chosen_file, data_only=True)
    scene = page.scene
    assert scene is not None
    # The page and the sheet show one image: by the cell of its first z and by the figure on the screen.
    assert book["Forward"]["C6"].value == pytest.approx(scene.numbers.layers[0].sums[0], rel=1e-12)
    book["Weights"]["C6"] = "much"
    book.save(chosen_file)
    page.export.ask_read()
    qtbot.waitUntil(lambda: page.stage.note.isVisible())
    assert "Weights!C6" in page.stage.note.accessibleName() + page.stage.note.text()


def test_one_image_alone(toy_session: Session, settings: Settings, qtbot: QtBot, chosen_file: Path) -> None:
    told = Told(toy_session, settings, qtbot)
    told.export.export_action.trigger()
    dialog = told.export.dialog
    assert dialog is not None
    dialog._images.setCurrentIndex(1)
    dialog._rate.setText("0.25")
    qtbot.keyClick(dialog._rate, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(told.done))
    assert "It shows 1 image." in told.done[0]
    about = openpyxl.load_workbook(chosen_file, data_only=True)["About"]
    assert about["B10"].value == 1 and about["B11"].value == 0.25


def test_what_cannot_be_entered_keeps_the_dialog_open(
    toy_session: Session, settings: Settings, qtbot: QtBot, chosen_file: Path
) -> None:
    told = Told(toy_session, settings, qtbot)
    told.export.ask_export()
    dialog = told.export.dialog
    assert dialog is not None
    for field, texts in ((dialog._steps, ("", "-1", "1.5", "101", "∞")), (dialog._rate, ("0", "nan", "1/0", "abc"))):
        for text in texts:
            field.setText(text)
            qtbot.mouseClick(dialog.write, Qt.MouseButton.LeftButton)
            assert dialog.isVisible() and field.error()
        field.setText("1")
    dialog.reject()
    settle()
    assert not chosen_file.exists() and not told.done and not told.failed


@pytest.mark.usefixtures("chosen_file")
def test_a_network_of_digits_shows_one_image_without_being_asked(
    open_session: OpenSession, settings: Settings, qtbot: QtBot
) -> None:
    session = open_session("mnist", (8,))
    told = Told(session, settings, qtbot, Followed(np.full(784, 0.5, np.float32), None, "My drawing"))
    told.export.ask_export()
    qtbot.waitUntil(lambda: bool(told.done))
    assert told.export.dialog is None
    assert told.done == ["The spreadsheet mine.xlsx was written. It shows 1 image."]
    Told(session, settings, qtbot, None).export.ask_export()


def test_without_an_image_there_is_one_sentence(open_session: OpenSession, settings: Settings, qtbot: QtBot) -> None:
    for problem in ("mnist", "toy"):
        told = Told(open_session(problem, (3,)), settings, qtbot, None)
        told.export.ask_export()
        assert len(told.failed) == 1 and told.failed[0].endswith(".")


def test_what_cannot_be_written_or_read_is_one_sentence(
    toy_session: Session, settings: Settings, qtbot: QtBot, chosen_file: Path
) -> None:
    told = Told(toy_session, settings, qtbot)
    chosen_file.write_bytes(b"weights")
    shown = toy_session.current_entry
    told.export.ask_read()
    qtbot.waitUntil(lambda: len(told.failed) == 1)
    chosen_file.unlink()
    chosen_file.mkdir()
    told.export.ask_export()
    dialog = told.export.dialog
    assert dialog is not None
    dialog._steps.setText("0")
    dialog.write.click()
    qtbot.waitUntil(lambda: len(told.failed) == 2)
    chosen_file.rmdir()
    told.export.ask_read()
    qtbot.waitUntil(lambda: len(told.failed) == 3)
    assert told.failed[0].startswith("mine.xlsx cannot be read: this is no workbook, or it is damaged; expected ")
    assert told.failed[1].startswith("mine.xlsx was not written: ")
    assert told.failed[2] == "mine.xlsx cannot be read: No such file or folder"
    assert toy_session.current_entry is shown
