"""Ink that is no digit, in the window: the question mark, its reason, quiet bars, nothing that flickers meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from digitapp.calibration import Calibration
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.gui.words.answers import answer_words, forced_words
from digitapp.modelfile import Model, save_model
from digitapp.nn import Network

Way = Sequence[tuple[float, float]]
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
LINE: Way = [(0.2, 0.2 + 0.06 * step) for step in range(11)]
SECOND_LINE: Way = [(x + 0.4, y) for x, y in LINE]
ZIGZAG: Way = [(0.2 + 0.6 * (step % 2), 0.2 + 0.04 * step) for step in range(16)]


@pytest.fixture
def page(open_window: Callable[..., MainWindow], tmp_path: Path) -> DrawPage:
    """The Draw page with a network that knows only upright lines: these are a 1."""
    network = Network((784, 10), ("identity",))
    network.weights[0][:, 1] = np.tile(np.where(np.abs(np.arange(28) - 13.5) < 3, 0.3, -1.5), 28)
    path = tmp_path / "lines.safetensors"
    names = tuple("0123456789")
    save_model(Model(network, "cross_entropy", "mnist", names, "mnist", calibration=Calibration(1.0, 0.6)), path)
    page = open_window("mnist").page(DrawPage)
    page.session.open_model(path)
    return page


def place(page: DrawPage, x: float, y: float) -> QPoint:
    return QPoint(round(x * page.canvas.width()), round(y * page.canvas.height()))


def draw(page: DrawPage, way: Way, *, release: bool = True) -> None:
    QTest.mousePress(page.canvas, LEFT, NO_KEY, place(page, *way[0]))
    for x, y in way[1:]:
        QTest.mouseMove(page.canvas, place(page, x, y))
    if release:
        QTest.mouseRelease(page.canvas, LEFT, NO_KEY, place(page, *way[-1]))


def shown(page: DrawPage) -> tuple[str, str]:
    settle()
    return page.inspector.header.digit.text(), page.inspector.header.sentence.text()


def test_two_digits_are_a_question_mark_with_a_reason_and_one_is_read_again(page: DrawPage) -> None:
    header, bars = page.inspector.header, page.inspector.bars
    draw(page, LINE)
    assert shown(page)[0] == "1"
    assert bars.answer == 1
    draw(page, SECOND_LINE)
    assert shown(page) == ("?", "This looks like two digits")
    assert header.rest.text() == "Perhaps 1 and 1. Draw one at a time."
    assert not header.certainty.isVisible()
    assert bars.answer is None
    assert bars.values() is not None
    page.undo()
    assert shown(page)[0] == "1"
    assert bars.answer == 1
    page.clear()
    assert shown(page) == ("?", "Nothing drawn yet")
    assert bars.values() is None


def test_while_the_pen_moves_the_last_answer_stays(page: DrawPage) -> None:
    draw(page, LINE)
    draw(page, SECOND_LINE, release=False)
    assert shown(page) == ("1", "Not clear yet")
    x, y = SECOND_LINE[-1]
    QTest.mouseRelease(page.canvas, LEFT, NO_KEY, place(page, x, y))
    assert shown(page)[0] == "?"


def test_a_scribble_says_so_and_what_it_is_nearest_to(page: DrawPage) -> None:
    draw(page, ZIGZAG)
    assert shown(page) == ("?", "This looks like a scribble")
    answer = page.session.answer
    assert answer.best is not None
    assert answer.is_refused
    assert forced_words(answer, tuple("0123456789")) == "No digit is nearer than another."
    assert answer_words(answer, tuple("0123456789")).certainty == ""


def test_a_network_without_a_threshold_takes_it_for_a_digit(page: DrawPage, tmp_path: Path) -> None:
    draw(page, ZIGZAG)
    path = tmp_path / "easy.safetensors"
    save_model(replace(page.session.model, calibration=Calibration()), path)
    page.session.open_model(path)
    assert shown(page)[0] in set("0123456789")
    assert not page.session.answer.is_refused
    assert page.inspector.bars.answer == page.session.answer.best
