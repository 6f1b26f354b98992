"""After a run has ended: one more step, training on, and new weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from train_helpers import click, enter, wait_for_data, wait_for_end

from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.widgets.combo import DETAIL_ROLE
from digitapp.gui.widgets.numbers import percent
from digitapp.gui.window.main_window import MainWindow


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    """The toy, trained for three epochs of six batches."""
    window = open_window("toy")
    page = window.show_page(TrainPage)
    wait_for_data(qtbot, page)
    train(page, qtbot, 3)
    return window


def train(page: TrainPage, qtbot: QtBot, epochs: int) -> None:
    enter(qtbot, page, "epochs", str(epochs))
    page.session.run.set_pace(None)
    with qtbot.waitSignal(page.session.model_described):
        click(qtbot, page.transport.start)
    settle()


def parameters(page: TrainPage) -> np.ndarray:
    return page.session.network.parameters.copy()


def test_a_step_after_the_end_is_one_more_step(window: MainWindow, qtbot: QtBot) -> None:
    page, session = window.page(TrainPage), window.session
    before = parameters(page)
    click(qtbot, page.transport.step)
    qtbot.waitUntil(lambda: len(session.run.history.loss) == 1)
    qtbot.waitUntil(lambda: not np.array_equal(parameters(page), before))
    assert session.run.phase is RunPhase.PAUSED
    assert np.abs(parameters(page) - before).max() < 0.5, "not the weights of another network"
    branch = session.time_machine.branches[-1]
    assert branch.parent is session.time_machine.branches[0] and branch.start == 3.0
    click(qtbot, page.transport.step)
    qtbot.waitUntil(lambda: len(session.run.history.loss) == 2)
    click(qtbot, page.transport.stop)
    wait_for_end(qtbot, page)


def test_training_on_from_now_is_one_long_run(window: MainWindow, qtbot: QtBot) -> None:
    page, session = window.page(TrainPage), window.session
    assert window.timeline.train_on.isEnabled()
    with qtbot.waitSignal(session.model_described):
        qtbot.mouseClick(window.timeline.train_on, Qt.MouseButton.LeftButton)
    in_two = parameters(page)
    train(page, qtbot, 6)
    assert np.array_equal(parameters(page), in_two)


def test_a_step_with_another_network_in_the_form_begins_that_one(window: MainWindow, qtbot: QtBot) -> None:
    page, session = window.page(TrainPage), window.session
    enter(qtbot, page, "hidden", "5")
    click(qtbot, page.transport.step)
    qtbot.waitUntil(lambda: len(session.run.history.loss) == 1)
    assert session.network.sizes == (12, 5, 2)
    assert session.time_machine.branches[-1].parent is None
    click(qtbot, page.transport.stop)
    wait_for_end(qtbot, page)


def test_new_weights_are_others_each_time_and_have_had_no_run(window: MainWindow, qtbot: QtBot) -> None:
    page, session = window.page(TrainPage), window.session
    assert "Finished" in page.transport.text()
    seen = [parameters(page)]
    for _ in range(3):
        click(qtbot, page.setup._renew)
        assert all(not np.array_equal(parameters(page), other) for other in seen)
        seen.append(parameters(page))
    assert "Finished" not in page.transport.text() and "Ready" in page.transport.text()
    assert page.transport.progress.value() == 0
    assert not window.timeline.train_on.isEnabled()
    assert page.confusion.matrix.counts().sum() == 0
    # What is shown is what Start begins with.
    shown = parameters(page)
    enter(qtbot, page, "epochs", "1")
    with qtbot.waitSignal(session.model_described):
        click(qtbot, page.transport.start)
    first = session.time_machine.branches[-1].moments.kept[0]
    assert first.step == 0 and np.array_equal(first.parameters, shown)


def test_the_form_says_what_the_run_in_view_learned_with(window: MainWindow, qtbot: QtBot) -> None:
    page, session = window.page(TrainPage), window.session
    first = session.time_machine.branches[0]
    rate = f"{first.configs[1].learning_rate:g}"
    enter(qtbot, page, "learning_rate", "0.123")
    train(page, qtbot, 2)
    field, lock = page.setup.settings.field("learning_rate"), page.setup._lock_text
    assert field.text() == "0.123" and lock.text() == "For the next run"
    labels = [window.timeline.branches.itemText(i) for i in range(2)]
    details = [str(window.timeline.branches.itemData(i, DETAIL_ROLE)) for i in range(2)]
    assert labels == ["Run 2", "Run 1"] and "0.123" in details[0] and rate in details[1]
    session.choose_branch(first)
    settle()
    assert field.text() == rate and lock.text() == "As run 1 learned, for training on from there"
    assert page.transport.text().startswith("Run 1 as it was at epoch 3")
    qtbot.waitUntil(lambda: "in validation" in page.transport.text())
    last = first.history.last_epoch
    assert last is not None and last.validation_accuracy is not None
    assert percent(last.validation_accuracy) in page.transport.text()
    session.back_to_now()
    settle()
    assert page.transport.text().startswith("Finished")
    assert field.text() == "0.123" and lock.text() == "For the next run"
    # What is trained on from there learns as it says.
    session.choose_branch(first)
    with qtbot.waitSignal(session.model_described):
        page.train_on()
    assert session.time_machine.branches[-1].configs[1].learning_rate == first.configs[1].learning_rate
    assert field.text() == "0.123"
