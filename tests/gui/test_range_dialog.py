"""Find a rate: the test runs beside the window, its range is shown, a rate is taken, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_helpers import FOREVER, choose, click, enter, start, wait_for_data, wait_for_end

from digitapp.gui import theme
from digitapp.gui.pages.train import range_dialog
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.pages.train.range_dialog import RangeDialog
from digitapp.gui.pages.train.start_row import GO_ON

OpenPage = Callable[..., TrainPage]


@pytest.fixture(autouse=True)
def _short_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third of the batches, and two seeds."""
    whole = range_dialog.RangeTest
    monkeypatch.setattr(range_dialog, "RangeTest", lambda plan: whole(plan, seeds=2, steps=130))


def opened(qtbot: QtBot, page: TrainPage) -> RangeDialog:
    wait_for_data(qtbot, page)
    click(qtbot, page.setup.find_rate.button)
    dialog = page.findChild(RangeDialog)
    assert dialog is not None and dialog.isVisible()
    return dialog


def finished(qtbot: QtBot, page: TrainPage) -> RangeDialog:
    dialog = opened(qtbot, page)
    qtbot.waitUntil(lambda: dialog.range_result is not None, timeout=30_000)
    return dialog


def read_by_keys(qtbot: QtBot, dialog: RangeDialog) -> None:
    """Read the plot with the arrow keys, and see it in both themes."""
    plot = dialog.plot
    assert "falls fastest" in plot.accessibleDescription()
    plot.setFocus()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot._readout.isVisible() and "rate" in plot.accessibleDescription()
    for _ in range(100):
        qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert "100" in plot.accessibleDescription()
    images = []
    for mode in ("dark", "light"):
        theme.current().set_mode(mode)
        images.append(plot.grab().toImage())
    assert images[0] != images[1]


@pytest.mark.parametrize("problem", ["toy", "plane"])
def test_a_rate_is_found_and_taken(open_train_page: OpenPage, qtbot: QtBot, problem: str) -> None:
    page = open_train_page(problem)
    wait_for_data(qtbot, page)
    before = page.session.network.state.tobytes(), page.session.network_version
    dialog = finished(qtbot, page)
    assert (page.session.network.state.tobytes(), page.session.network_version) == before
    result = dialog.range_result
    assert result is not None and result.found is not None
    assert dialog.rate == result.found.middle and dialog.take_button.text() == f"Take {result.found.middle:g}"
    assert f"{result.found.low:g}" in dialog.verdict.text() or dialog.held.isVisible()
    dialog.choice.setCurrentIndex(2)
    assert dialog.rate == result.found.high
    assert [cells[0].text() for cells in dialog.cells] == [f"{rate:g}" for rate in result.found]
    read_by_keys(qtbot, dialog)
    click(qtbot, dialog.take_button)
    assert page.setup.settings.value("learning_rate") == result.found.high
    qtbot.waitUntil(lambda: page.findChild(RangeDialog) is None)


def test_the_losses_are_seen_while_they_come_and_cancelled_at_once(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("plane")
    dialog = opened(qtbot, page)
    qtbot.waitUntil(lambda: len(dialog.plot._band[1]) > 20)
    assert not dialog.take_button.isEnabled() and dialog.cancel_button.isVisible()
    assert not dialog.plot.grab().isNull()
    click(qtbot, dialog.cancel_button)
    assert not dialog._errand.is_busy and dialog.again_button.isVisible() and dialog.range_result is None
    click(qtbot, dialog.again_button)
    qtbot.waitUntil(lambda: dialog.range_result is not None, timeout=30_000)
    assert dialog.take_button.isEnabled()
    dialog.reject()
    assert page.setup.settings.value("learning_rate") == 0.03


def test_no_rate_for_a_network_that_knows_all(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("toy")  # the shipped network reads every image
    wait_for_data(qtbot, page)
    page.setup._more.setChecked(True)
    page.setup.start.combo.setCurrentIndex(page.setup.start.combo.findData(GO_ON))
    settle()
    assert page.setup.goes_on
    source = page.session.network
    before = source.state.tobytes()
    dialog = finished(qtbot, page)
    assert dialog.range_result is not None and dialog.range_result.found is None
    assert not dialog.take_button.isEnabled() and not dialog.held.isVisible() and dialog.rate is None
    assert page.session.network is source
    np.testing.assert_array_equal(np.frombuffer(before, source.state.dtype), source.state)


def test_it_waits_for_a_run_and_says_where_there_is_no_rate(open_train_page: OpenPage, qtbot: QtBot) -> None:
    page = open_train_page("toy")
    row = page.setup.find_rate
    for key, has_rate in (("rprop", False), ("genetic", False), ("adam", True)):
        choose(page, "optimizer", key)
        settle()
        assert (row.button.isVisible(), row.note.isVisible()) == (has_rate, not has_rate)
    enter(qtbot, page, "epochs", str(FOREVER))
    start(qtbot, page)
    assert not row.button.isEnabled()
    page.dialogs.find_rate()
    assert page.findChild(RangeDialog) is None
    page.stop()
    wait_for_end(qtbot, page)
    assert row.button.isEnabled()
    field = enter(qtbot, page, "batch_size", "none")
    click(qtbot, row.button)
    assert page.findChild(RangeDialog) is None and field.hasFocus(), "what is wrong is said at its field first"
