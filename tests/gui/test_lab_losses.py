"""The bench "Losses" in the real window: what is dragged or typed is what `nn` computes, and nonsense does no harm."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.lab.losses.bench import LossesBench
from digitapp.gui.pages.lab.page import LabPage
from digitapp.gui.widgets.numbers import decimal, signed
from digitapp.gui.window.main_window import MainWindow
from digitapp.lab.losses import COMPARED, PENALTIES, read_losses, shrinking

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def page(open_lab: Callable[[str], LabPage]) -> LabPage:
    return open_lab("losses")


@pytest.fixture
def bench(page: LabPage) -> LossesBench:
    bench = page.bench()
    assert isinstance(bench, LossesBench)
    return bench


def shown(bench: LossesBench) -> dict[str, list[str]]:
    """Return the loss and the gradients of each loss as they stand in the table."""
    card = bench.scores
    return {key: [card._losses[key].text(), *(label.text() for label in card._slopes[key])] for key in COMPARED}


def expected(bench: LossesBench) -> dict[str, list[str]]:
    readings = read_losses(bench.scores.scores(), bench.scores.right.currentIndex())
    return {
        reading.key: [decimal(reading.value, 3), *(signed(float(slope), 3) for slope in reading.gradient)]
        for reading in readings
    }


def test_whatever_is_dragged_the_table_shows_what_the_losses_say(bench: LossesBench) -> None:
    chance = random.Random(3)
    for _ in range(8):
        bench.scores.sliders[chance.randrange(3)].setValue(chance.randint(-50, 50))
        bench.scores.right.setCurrentIndex(chance.randrange(3))
        bench.moved.setCurrentIndex(chance.randrange(3))
        assert shown(bench) == expected(bench)
        line = bench.curves._lines[0]
        moved = bench.moved.currentIndex()
        assert line.at(bench.scores.scores()[moved]) == pytest.approx(
            read_losses(bench.scores.scores(), bench.scores.right.currentIndex())[0].value, abs=0.01
        )


def test_a_score_is_typed_and_nonsense_is_refused_beside_it(bench: LossesBench, qtbot: QtBot) -> None:
    field = bench.scores.fields[1]
    for text, value in (("-1,5", -1.5), ("8", 8.0)):
        field.setText(text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert bench.scores.scores()[1] == value and shown(bench) == expected(bench)
    for text in ("abc", "∞", "", "11", "1/0"):
        field.setText(text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert bench.scores.error.isVisible() and "Score of B" in bench.scores.error.text()
        assert bench.scores.scores()[1] == 8.0
    bench.take_up({})
    assert not bench.scores.error.isVisible() and bench.scores.scores() == [1.0, 2.0, -0.5]


def test_the_cursor_of_the_plot_is_the_score(bench: LossesBench, qtbot: QtBot) -> None:
    bench.moved.setCurrentIndex(2)
    place = bench.curves.place(3.0, 1.0).toPoint()
    qtbot.mouseClick(bench.curves, Qt.MouseButton.LeftButton, pos=place)
    assert bench.scores.scores()[2] == pytest.approx(3.0, abs=0.05)
    qtbot.keyClick(bench.curves, Qt.Key.Key_Left)
    assert bench.scores.scores()[2] == pytest.approx(2.8, abs=0.06)
    qtbot.mouseMove(bench.curves, place)
    assert shown(bench) == expected(bench)


def test_penalties_are_shown_and_their_numbers_copied(page: LabPage, bench: LossesBench, qtbot: QtBot) -> None:
    bench.view.setCurrentIndex(1)
    bench.penalties.weight_slider.setValue(-150)
    bench.penalties.strength_slider.setValue(80)
    qtbot.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    lines = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert lines[0] == ["step", *PENALTIES]
    for column, key in enumerate(PENALTIES, start=1):
        path = shrinking([-1.5], 0.8, 0.1, len(lines) - 2, key)[:, 0]
        np.testing.assert_array_equal([float(line[column]) for line in lines[1:]], path)
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert bench.view.currentIndex() == 0 and bench.penalties.weight == 2.0
    qtbot.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text().splitlines()[1].startswith("cross_entropy\t")


def test_it_is_remembered_whatever_was_stored(bench: LossesBench) -> None:
    bench.scores.sliders[0].setValue(-33)
    bench.scores.right.setCurrentIndex(2)
    bench.view.setCurrentIndex(1)
    kept = bench.state()
    bench.take_up({})
    first = bench.state()
    bench.take_up(kept)
    assert bench.state() == kept != first
    nonsense: list[object] = [None, True, "x", [], {}, [1, 2], ["a", 1, 2], float("nan"), float("inf"), -7, 10**400]
    for value in nonsense:
        bench.take_up(dict.fromkeys(kept, value))
        assert bench.state() == first
