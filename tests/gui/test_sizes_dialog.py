"""Small or large: sixty networks learn in the window, and one of them becomes that of all pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from page_helpers import settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_helpers import click, enter, wait_for_data

from digitapp.datasets.problems import PLANE
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.train.size_wall import Place
from digitapp.gui.pages.train.sizes_dialog import SizesDialog
from digitapp.gui.window.main_window import MainWindow


@pytest.fixture
def page(open_window: Callable[..., MainWindow], qtbot: QtBot) -> TrainPage:
    page = open_window(PLANE.key).show_page(TrainPage)
    wait_for_data(qtbot, page)
    enter(qtbot, page, "epochs", "40")
    return page


def opened(qtbot: QtBot, page: TrainPage) -> SizesDialog:
    click(qtbot, page.plane.sizes)
    return page.findChildren(SizesDialog, "sizesDialog")[-1]


def test_a_network_of_the_wall_becomes_that_of_all_pages(page: TrainPage, qtbot: QtBot) -> None:
    dialog = opened(qtbot, page)
    assert not dialog.take_button.isEnabled()
    qtbot.waitUntil(lambda: dialog.trial_result is not None)
    settle()
    result, wall = dialog.trial_result, dialog.wall
    assert result is not None
    assert [len(row.networks) for row in result.rows] == [20, 20, 20]
    assert "3 units" in wall.accessibleDescription()
    qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=wall.picture_place(Place(1, 4)).center().toPoint())
    assert wall.chosen_network is result.rows[1].networks[4]
    qtbot.keyClick(wall, Qt.Key.Key_Down)
    qtbot.keyClick(wall, Qt.Key.Key_Right)
    chosen = result.rows[2].networks[5]
    assert wall.chosen_network is chosen
    click(qtbot, dialog.take_button)
    session = page.session
    assert session.network.sizes == (2, 20, 2)
    assert (session.network.parameters == chosen.network.parameters).all()
    assert session.current_entry.origin == "made"


def test_other_sizes_begin_anew_and_nonsense_is_said_at_the_field(page: TrainPage, qtbot: QtBot) -> None:
    dialog = opened(qtbot, page)
    dialog.units.setFocus()
    for text in ("3, 3", "a", "1 2 3 4 5", "500"):
        dialog.units.selectAll()
        qtbot.keyClicks(dialog.units, text)
        qtbot.keyClick(dialog.units, Qt.Key.Key_Tab)
        assert not dialog.units.is_valid()
    dialog.units.setFocus()
    dialog.units.selectAll()
    qtbot.keyClicks(dialog.units, "2 5")
    qtbot.keyClick(dialog.units, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.trial_result is not None)
    assert dialog.trial_result is not None
    assert [row.size for row in dialog.trial_result.rows] == [2, 5]
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_it_is_cancelled_and_a_setting_that_many_together_do_not_know_is_named(page: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, page, "epochs", "100000")
    dialog = opened(qtbot, page)
    click(qtbot, dialog.cancel_button)
    assert not dialog.progress.isVisible()
    assert "cancelled" in dialog.verdict._text.text()
    dialog.accept()
    settle()
    page.setup._more.setChecked(True)
    enter(qtbot, page, "hidden_dropout", "0.5")
    dialog = opened(qtbot, page)
    assert "Dropout" in dialog.verdict._text.text()
    assert not dialog.progress.isVisible()
    dialog.accept()
