"""Random use of the whole window, always the same for the same seed: nothing raises, and nothing ends the process."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from odd_files import odd_files
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from random_use import Monkey, check, nothing_outside, quick_data

from digitapp.gui import theme
from digitapp.gui.window.main_window import MainWindow


@pytest.mark.long
@pytest.mark.parametrize(("problem", "seed"), [("toy", 1), ("mnist", 2)])
def test_nothing_that_anybody_does_breaks_the_window(
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    problem: str,
    seed: int,
) -> None:
    monkeypatch.setattr("digitapp.gui.state.data_source.load_dataset", quick_data)
    files = odd_files(tmp_path / "odd")
    window = open_window(problem)
    window.activateWindow()
    monkey = Monkey(window, seed, files, after=lambda: check(window))
    with qtbot.captureExceptions() as exceptions, nothing_outside(files, random.Random(seed), tmp_path):
        monkey.play(120)
        window.close()
    theme.current().set_text_size(1.0)
    QApplication.clipboard().clear()
    assert exceptions == [], monkey.trail
