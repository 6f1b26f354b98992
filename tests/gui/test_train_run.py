"""Training in the real page: start, pause, step, stop, and what ends a run by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from train_helpers import FOREVER, choose, click, enter, parameters, start, wait_for_data, wait_for_end

from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.models import OWN_NETWORK
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.window.main_window import MainWindow

OpenPage = Callable[..., TrainPage]


@pytest.fixture
def toy(open_train_page: OpenPage, qtbot: QtBot) -> TrainPage:
    """The page with the toy, whose data set is loaded."""
    page = open_train_page("toy")
    wait_for_data(qtbot, page)
    return page


@pytest.fixture
def endless(toy: TrainPage, qtbot: QtBot) -> TrainPage:
    """The toy with a run that goes on until it is stopped."""
    enter(qtbot, toy, "epochs", str(FOREVER))
    start(qtbot, toy)
    return toy


def offers_start(page: TrainPage) -> bool:
    """The contract of an idle page: Start can be pressed, Stop cannot."""
    return page.transport.start.isVisible() and page.transport.start.isEnabled() and not page.transport.stop.isEnabled()


def test_the_toy_is_trained_to_the_end_on_screen(toy: TrainPage, qtbot: QtBot) -> None:
    assert offers_start(toy)
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    epoch = toy.session.run.history.last_epoch
    assert epoch is not None
    assert epoch.train_accuracy == epoch.validation_accuracy == 1.0
    assert offers_start(toy)
    progress = toy.transport.progress
    assert progress.objectName() == "trainProgress"
    assert progress.value() == progress.maximum() > 1
    assert "100.0 %" in toy.transport.text()
    assert toy.curves.legend_values(toy.curves.accuracy) == ("100.0 %", "100.0 %")
    assert "No mistakes" in toy.confusion.images.text()
    assert toy.session.current_entry.key == OWN_NETWORK
    assert toy.session.model.training["results"]["validation_accuracy"] == 1.0
    for plot in (toy.curves.loss, toy.curves.accuracy):
        lines = [item for item in plot.listDataItems() if item.xData is not None and len(item.xData) > 10]
        assert len(lines) == 2, "the training and the validation curve"


def test_buttons_follow_the_run(endless: TrainPage, qtbot: QtBot) -> None:
    page, transport, run = endless, endless.transport, endless.session.run
    assert not transport.start.isVisible()
    assert transport.pause.isVisible()
    assert transport.stop.isEnabled()
    assert not transport.step.isEnabled()

    click(qtbot, transport.pause)
    assert run.phase is RunPhase.PAUSED
    assert transport.pause.text() == "Resume"
    assert not transport.start.isVisible()
    assert transport.stop.isEnabled()
    qtbot.waitUntil(lambda: settled(page))

    before = len(run.history.loss)
    click(qtbot, transport.step)
    qtbot.waitUntil(lambda: len(run.history.loss) == before + 1)
    qtbot.waitUntil(lambda: "paused" in transport.text())

    click(qtbot, transport.pause)
    qtbot.waitUntil(lambda: len(run.history.loss) > before + 50)
    assert transport.pause.text() == "Pause"

    click(qtbot, transport.stop)
    wait_for_end(qtbot, page)
    assert offers_start(page)
    assert "stopped" in transport.text()

    start(qtbot, page)
    assert len(run.history.epochs) < before + FOREVER
    click(qtbot, transport.stop)
    wait_for_end(qtbot, page)


def settled(page: TrainPage) -> bool:
    """Whether a paused worker has delivered everything: the next look finds no more batches."""
    worker = page.session.run._worker
    return worker is not None and not worker.events and worker.snapshot is not None


def test_a_step_from_rest_begins_a_paused_run_with_one_batch(toy: TrainPage, qtbot: QtBot) -> None:
    click(qtbot, toy.transport.step)
    qtbot.waitUntil(lambda: len(toy.session.run.history.loss) == 1)
    assert toy.session.run.phase is RunPhase.PAUSED
    settle()
    assert toy.transport.progress.value() == 1
    click(qtbot, toy.transport.step)
    qtbot.waitUntil(lambda: len(toy.session.run.history.loss) == 2)
    click(qtbot, toy.transport.stop)
    wait_for_end(qtbot, toy)


def test_the_keys_start_pause_step_and_resume(toy: TrainPage, qtbot: QtBot) -> None:
    run = toy.session.run
    enter(qtbot, toy, "epochs", str(FOREVER))
    qtbot.keyClick(toy, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(run.history.loss) > 0)
    qtbot.keyClick(toy, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert run.phase is RunPhase.PAUSED
    qtbot.waitUntil(lambda: settled(toy))
    before = len(run.history.loss)
    qtbot.keyClick(toy, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: len(run.history.loss) > before)  # the batch at which it paused may have come with it
    assert run.phase is RunPhase.PAUSED
    qtbot.keyClick(toy, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert run.phase is RunPhase.RUNNING
    toy.stop()
    wait_for_end(qtbot, toy)


def test_a_full_stop_typed_into_a_field_trains_nothing(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "learning_rate", "0.5")
    assert toy.session.run.phase is RunPhase.IDLE
    assert toy.setup.settings.value("learning_rate") == 0.5


def test_the_setup_is_locked_but_for_what_a_run_takes_over(endless: TrainPage, qtbot: QtBot) -> None:
    rows = endless.setup.settings.rows
    open_rows = [name for name, row in rows.items() if row.control.isEnabled()]
    assert sorted(open_rows) == ["batch_size", "hidden_dropout", "input_dropout", "learning_rate", "weight_decay"]
    enter(qtbot, endless, "weight_decay", "0.02")
    history = endless.session.run.history
    qtbot.waitUntil(lambda: [dict(change.settings) for change in history.changes] == [{"weight_decay": 0.02}])
    enter(qtbot, endless, "learning_rate", "0.25")

    def reached() -> bool:
        batch = endless.session.run.history.last_batch
        return batch is not None and batch.learning_rate == 0.25

    qtbot.waitUntil(reached)
    endless.stop()
    wait_for_end(qtbot, endless)
    assert all(row.control.isEnabled() for row in rows.values())


def test_the_pace_can_be_changed_while_training(endless: TrainPage, qtbot: QtBot) -> None:
    pace, run = endless.setup._pace, endless.session.run
    assert pace.isEnabled()
    pace.setCurrentIndex(pace.findData(5))
    assert run.pace == 5
    pace.setCurrentIndex(pace.findData(0))
    assert run.pace is None
    before = len(run.history.loss)
    qtbot.waitUntil(lambda: len(run.history.loss) > before + 100)
    endless.stop()
    wait_for_end(qtbot, endless)


def test_the_same_seed_gives_the_same_network(toy: TrainPage, qtbot: QtBot) -> None:
    results = []
    for seed in ("5", "5", "6"):
        enter(qtbot, toy, "seed", seed)
        enter(qtbot, toy, "epochs", "3")
        click(qtbot, toy.transport.start)
        wait_for_end(qtbot, toy)
        results.append(parameters(toy))
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_a_run_can_go_on_with_the_shown_network(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "4, 3")
    enter(qtbot, toy, "epochs", "2")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    trained = parameters(toy)
    toy.setup.start.combo.setCurrentIndex(1)
    assert not toy.setup.settings.field("hidden").isEnabled()
    enter(qtbot, toy, "learning_rate", "1e-9")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    np.testing.assert_allclose(parameters(toy), trained, atol=1e-6)
    toy.setup.start.combo.setCurrentIndex(0)
    assert toy.setup.settings.field("hidden").isEnabled()


def test_going_on_shows_the_shape_of_the_network(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "7")
    toy.setup.start.combo.setCurrentIndex(1)
    assert toy.setup.settings.value("hidden") == toy.session.network.sizes[1:-1]
    assert toy.setup.settings.value("loss") == toy.session.model.loss


def test_divergence_is_explained_and_the_last_good_weights_are_kept(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "64, 64")
    choose(toy, "activation", "relu")
    choose(toy, "initializer", "he")
    choose(toy, "loss", "cross_entropy")
    enter(qtbot, toy, "learning_rate", "1000")
    click(qtbot, toy.transport.start)
    qtbot.waitUntil(toy.note.isVisible, timeout=20_000)
    wait_for_end(qtbot, toy)
    text = toy.note.text()
    assert "no longer a number" in text
    assert "epoch 1" in text
    assert "0.01 instead of 1000" in text
    assert np.isfinite(parameters(toy)).all()
    assert offers_start(toy)

    click(qtbot, toy.note.remedy_buttons[0])
    assert not toy.note.isVisible()
    assert toy.setup.settings.value("learning_rate") == 0.01
    enter(qtbot, toy, "epochs", "2")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    assert not toy.note.isVisible()


def test_a_message_goes_with_the_next_start(toy: TrainPage, qtbot: QtBot) -> None:
    toy.session.run.error = MemoryError()
    toy.session.run_failed.emit(toy.session.run.error)
    settle()
    assert "not enough memory" in toy.note.text()
    enter(qtbot, toy, "epochs", "1")
    click(qtbot, toy.transport.start)
    assert not toy.note.isVisible()
    wait_for_end(qtbot, toy)


def test_a_run_goes_on_while_the_other_problem_is_shown(endless: TrainPage, qtbot: QtBot) -> None:
    session, run = endless.session, endless.session.run
    session.choose_problem("mnist")
    settle()
    assert offers_start(endless)
    assert run.is_active
    before = len(run.history.loss)
    qtbot.waitUntil(lambda: len(run.history.loss) > before)
    session.choose_problem("toy")
    settle()
    assert endless.transport.stop.isEnabled()
    assert "Epoch" in endless.transport.text()
    assert endless.curves.loss.data is not None
    endless.stop()
    wait_for_end(qtbot, endless)


def test_a_failure_on_the_other_problem_is_told_on_return(endless: TrainPage, qtbot: QtBot) -> None:
    run = endless.session.run
    endless.session.choose_problem("mnist")
    run.error = MemoryError()
    run.stop()
    qtbot.waitUntil(lambda: not run.is_active)
    settle()
    assert not endless.note.isVisible()
    endless.session.choose_problem("toy")
    settle()
    assert endless.note.isVisible()


def test_a_hidden_page_catches_up_when_it_is_shown(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "epochs", "20")
    click(qtbot, toy.transport.start)
    toy.hide()
    wait_for_end(qtbot, toy)
    toy.show()
    assert "Finished" in toy.transport.text()
    assert "after epoch 20" in toy.confusion.caption()


def test_closing_the_window_ends_a_run(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window("toy")
    page = window.show_page(TrainPage)
    wait_for_data(qtbot, page)
    enter(qtbot, page, "epochs", str(FOREVER))
    start(qtbot, page)
    assert window.close()
    assert not window.session.run.is_active


def test_the_main_parts_can_be_found_by_name(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window("toy")
    page = window.show_page(TrainPage)
    for name in ("startButton", "pauseButton", "stopButton", "trainProgress", "lossPlot", "accuracyPlot"):
        assert page.findChild(QWidget, name) is not None, name
    wait_for_data(qtbot, page)
    assert isinstance(page.findChild(QLineEdit, "epochsField"), QLineEdit)


def test_real_mnist_is_trained_for_some_batches(open_train_page: OpenPage, qtbot: QtBot, mnist_dir: Path) -> None:
    page = open_train_page("mnist", data_dir=mnist_dir)
    page.stage.room.choose("units")
    wait_for_data(qtbot, page)
    assert page.setup.note("dataset") == "55,000 train, 5,000 validate"
    enter(qtbot, page, "hidden", "32")
    start(qtbot, page, batches=60)
    click(qtbot, page.transport.pause)
    qtbot.waitUntil(lambda: page.curves.loss.data is not None and len(page.curves.loss.data.curve) >= 60)
    data = page.curves.loss.data
    assert data is not None
    assert data.view.mean[-1] < data.view.mean[0]
    assert page.units.grid.count() == 32
    assert page.session.network.sizes == (784, 32, 10)
    click(qtbot, page.transport.stop)
    wait_for_end(qtbot, page)


def test_pretraining_says_which_layer_learns_and_how_well(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "5, 4")
    toy.setup.settings.field("pretrain_epochs").setText("1000")
    click(qtbot, toy.transport.start)
    qtbot.waitUntil(lambda: toy.transport.text().startswith("Pretraining layer 1 of 2 epoch"), timeout=20_000)
    click(qtbot, toy.transport.pause)
    qtbot.waitUntil(lambda: toy.transport.text().endswith("paused"), timeout=20_000)
    assert "· reconstruction error 0." in toy.transport.text()
    assert toy.transport.progress.value() > 0
    click(qtbot, toy.transport.stop)
    wait_for_end(qtbot, toy)
    assert toy.transport.text().endswith("stopped")

    enter(qtbot, toy, "epochs", "3")
    toy.setup.settings.field("pretrain_epochs").setText("2")
    click(qtbot, toy.transport.start)
    wait_for_end(qtbot, toy)
    assert toy.transport.text().startswith("Finished 3 epochs")
    assert len(toy.session.run.history.loss) == 3 * 6


def test_an_epoch_is_trained_to_its_end_paused_or_under_way(toy: TrainPage, qtbot: QtBot) -> None:
    assert not toy.transport.epoch.isEnabled()
    enter(qtbot, toy, "epochs", str(FOREVER))
    click(qtbot, toy.transport.step)
    run = toy.session.run
    qtbot.waitUntil(lambda: len(run.history.loss) == 1)
    for epochs in (1, 2, 3):
        qtbot.waitUntil(toy.transport.epoch.isEnabled)
        click(qtbot, toy.transport.epoch)
        qtbot.waitUntil(lambda: run.phase is RunPhase.PAUSED)
        started, last = run.history.started, run.history.last_epoch
        assert started is not None and last is not None
        assert (last.epoch, len(run.history.loss)) == (epochs, epochs * started.batches_per_epoch)
        assert np.array_equal(toy.session.network.parameters, run._worker.snapshot.parameters)  # type: ignore[union-attr]
    click(qtbot, toy.transport.pause)
    assert run.phase is RunPhase.RUNNING
    click(qtbot, toy.transport.epoch)
    qtbot.waitUntil(lambda: run.phase is RunPhase.PAUSED)
    assert len(run.history.loss) % 6 == 0
    click(qtbot, toy.transport.stop)
    wait_for_end(qtbot, toy)
    assert not toy.transport.epoch.isEnabled()


def test_the_last_epoch_of_a_run_ends_it(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "epochs", "1")
    click(qtbot, toy.transport.step)
    qtbot.waitUntil(lambda: len(toy.session.run.history.loss) == 1)
    click(qtbot, toy.transport.epoch)
    wait_for_end(qtbot, toy)
    assert toy.session.run.history.finished is not None
