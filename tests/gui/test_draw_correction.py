"""A wrong answer is corrected with one click or key, and joins the user's digits."""

from __future__ import annotations

import numpy as np
import pytest
from page_helpers import OpenSession, ShowPage, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from digitapp.drawing.ink import Drawing
from digitapp.drawing.inks import Picture
from digitapp.drawing.render import render
from digitapp.gui.pages.draw.correction import CorrectionRow
from digitapp.gui.pages.draw.page import DrawPage

ONE = Drawing.from_points([[(0.5, 0.2), (0.48, 0.5), (0.5, 0.8)]])


@pytest.fixture
def page(open_session: OpenSession, show_page: ShowPage, qtbot: QtBot) -> DrawPage:
    page = show_page(DrawPage, open_session())
    page.session.hand.request()
    qtbot.waitUntil(lambda: page.session.hand.is_ready)
    return page


def row(page: DrawPage) -> CorrectionRow:
    return page.inspector.header.correction


def test_nothing_can_be_corrected_on_an_empty_canvas(page: DrawPage, qtbot: QtBot) -> None:
    assert not row(page).isVisible()
    qtbot.keyClick(page.canvas, Qt.Key.Key_7)
    assert len(page.session.hand.collection) == 0


def test_one_click_keeps_the_drawing_as_what_it_is(page: DrawPage) -> None:
    page.session.artwork.commit(ONE, "draw")
    assert page.session.answer.best == 1
    QTest.mouseClick(row(page).digits[7], Qt.MouseButton.LeftButton)
    (sample,) = page.session.hand.collection.samples
    assert (sample.label, sample.correction, sample.held_out) == (7, True, False)
    assert sample.drawing is not None
    assert sample.drawing.strokes == ONE.strokes
    assert row(page).kept.isVisible()
    assert "a 7" in row(page).kept.text()


def test_one_key_does_the_same(page: DrawPage, qtbot: QtBot) -> None:
    page.session.artwork.commit(ONE, "draw")
    page.activateWindow()
    page.canvas.setFocus()
    qtbot.keyClick(page.canvas, Qt.Key.Key_4)
    assert [sample.label for sample in page.session.hand.collection.samples] == [4]


def test_another_digit_takes_the_place_of_the_first(page: DrawPage) -> None:
    page.session.artwork.commit(ONE, "draw")
    row(page).correct(7)
    row(page).correct(9)
    assert [sample.label for sample in page.session.hand.collection.samples] == [9]


def test_it_can_be_undone_and_a_new_drawing_asks_anew(page: DrawPage) -> None:
    page.session.artwork.commit(ONE, "draw")
    row(page).correct(7)
    QTest.mouseClick(row(page).undo_button, Qt.MouseButton.LeftButton)
    assert len(page.session.hand.collection) == 0
    row(page).correct(7)
    page.session.artwork.commit(ONE.transformed([[1, 0, 0.1], [0, 1, 0]]), "move")
    settle()
    assert not row(page).kept.isVisible()
    assert row(page).digits[7].isVisible()
    assert len(page.session.hand.collection) == 1


def test_what_was_read_is_no_correction(page: DrawPage) -> None:
    page.session.artwork.commit(ONE, "draw")
    assert page.session.answer.best == 1
    assert not page.session.answer.is_refused
    settle()
    assert not row(page).digits[1].isEnabled()
    row(page).correct(1)
    assert len(page.session.hand.collection) == 0


def test_a_picture_joins_without_strokes(page: DrawPage) -> None:
    page.session.artwork.commit(Picture(render(ONE, 0.06, 200), "photo"), "open")
    row(page).correct(7)
    (sample,) = page.session.hand.collection.samples
    pictures = page.session.answer.preprocessed
    assert sample.drawing is None
    assert pictures is not None
    assert np.allclose(sample.picture, pictures.input, atol=1 / 255)


def test_in_a_narrow_window_the_menu_has_it_and_what_was_kept_is_said(page: DrawPage, qtbot: QtBot) -> None:
    page.resize(952, 614)
    page.session.artwork.commit(ONE, "draw")
    qtbot.waitUntil(lambda: not row(page).isVisible())
    menu = QMenu(page)
    row(page).fill_menu(menu)
    choices = menu.actions()[0].menu()
    assert isinstance(choices, QMenu)
    choices.actions()[-1].trigger()
    assert [sample.label for sample in page.session.hand.collection.samples] == [9]
    assert row(page).kept.isVisible()


def test_the_toy_has_no_hand(page: DrawPage, qtbot: QtBot) -> None:
    page.session.choose_problem("toy")
    page.show_sample()
    qtbot.keyClick(page.canvas, Qt.Key.Key_1)
    assert not row(page).isVisible()
    assert len(page.session.hand.collection) == 0


def test_a_correction_before_the_file_is_read_waits_for_it(qtbot: QtBot, open_session: OpenSession) -> None:
    session = open_session()
    session.artwork.commit(ONE, "draw")
    host = QWidget()
    qtbot.addWidget(host)
    CorrectionRow(session, host).correct(7)
    session.close()  # before the job could tell
    again = open_session()
    again.hand.request()
    qtbot.waitUntil(lambda: again.hand.is_ready)
    assert [sample.label for sample in again.hand.collection.samples] == [7]
