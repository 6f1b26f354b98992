"""The view Layers follows a run, names what is under the pointer, leads to that time, and says what helps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from page_helpers import settle
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot
from train_helpers import FOREVER, choose, click, enter, start, wait_for_data, wait_for_end

from digitapp.datasets.problems import PLANE
from digitapp.gui import theme
from digitapp.gui.pages.train.layers.dead_dialog import DeadUnitsDialog
from digitapp.gui.pages.train.layers.strips import BINS
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.surgery import Surgery
from digitapp.gui.window.main_window import MainWindow
from digitapp.inspection.layer_report import LayerReader

OpenPage = Callable[..., TrainPage]


@pytest.fixture
def toy(open_train_page: OpenPage, qtbot: QtBot) -> TrainPage:
    page = open_train_page("toy", size=(1208, 714))
    wait_for_data(qtbot, page)
    page.stage.room.choose("layers")
    choose(page, "activation", "relu")
    enter(qtbot, page, "learning_rate", "0.05")
    enter(qtbot, page, "epochs", "40")
    return page


def train(page: TrainPage, qtbot: QtBot) -> None:
    """Train to the end and wait until every moment was read."""
    click(qtbot, page.transport.start)
    wait_for_end(qtbot, page)
    wait_until_read(page, qtbot)


def wait_until_read(page: TrainPage, qtbot: QtBot) -> None:
    branch = page.session.time_machine.branch
    assert branch is not None
    kept = {moment.step for moment in branch.moments.kept}
    qtbot.waitUntil(lambda: kept <= {step for step, _ in page.stage.layers.strips.picture.columns})
    settle()


def point(page: TrainPage, layer: int, plot: int, share: float = 0.5, height: float = 0.5) -> QPoint:
    rect = page.stage.layers.strips.strip_rect(layer, plot)
    return QPointF(rect.left() + share * rect.width(), rect.bottom() - height * rect.height()).toPoint()


def test_what_is_shown_is_what_the_moments_are_like(toy: TrainPage, qtbot: QtBot) -> None:
    view = toy.stage.layers
    assert view._empty.isVisible() and "Start a training" in view._empty.text()
    train(toy, qtbot)
    branch = toy.session.time_machine.branch
    assert branch is not None and branch.dataset is not None
    shown, kept = view.strips.picture, branch.moments.kept
    assert {moment.step for moment in kept} <= {step for step, _ in shown.columns}
    assert shown.end == kept[-1].step
    expected = LayerReader(toy.session.network, "squared_error", branch.dataset.train).read(kept[-1].parameters)
    for layer, (found, wanted) in enumerate(zip(shown.columns[-1][1], expected, strict=True)):
        np.testing.assert_array_equal(found.weights.shares, wanted.weights.shares)
        assert found.gradient_size == pytest.approx(wanted.gradient_size)
        assert view.strips._strips[layer][0].shares.shape == (BINS, len(shown.columns))
        assert view.strips._strips[layer][0].shares.sum(axis=0) == pytest.approx(1, abs=0.02)
    assert 0 < shown.columns[-2][1][0].update < 1  # measured by the worker, of this very step
    assert [row.name for row in shown.rows] == ["Layer 1", "Output"]
    assert [row.shape for row in shown.rows] == ["12 → 3", "3 → 2"]
    assert view.sentence.text()


def test_a_time_is_named_under_the_pointer_and_a_click_goes_there(toy: TrainPage, qtbot: QtBot) -> None:
    train(toy, qtbot)
    strips, machine = toy.stage.layers.strips, toy.session.time_machine
    for plot, word in enumerate(("weights around", "gradients around", "activations around", "update ÷ weight")):
        qtbot.mouseMove(strips, point(toy, 0, plot, 0.4))
        assert word in strips.accessibleDescription() and "Layer 1, epoch" in strips.accessibleDescription()
    qtbot.mouseClick(strips, Qt.MouseButton.LeftButton, pos=point(toy, 1, 0, 0.4))
    settle()
    assert machine.place is not None
    gone_to = machine.place.moment.step
    assert abs(gone_to - 0.4 * strips.picture.end) <= strips.picture.end / 50
    assert strips.picture.place == gone_to
    # The same by keys, from there: up and down a layer, left and right a column, Enter goes there.
    strips.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Return):
        qtbot.keyClick(strips, key)
    settle()
    assert strips.accessibleDescription().startswith("Output, epoch")
    assert machine.place is not None and machine.place.moment.step < gone_to
    toy.session.back_to_now()
    settle()
    assert strips.picture.place is None


def test_it_follows_a_run_under_way_and_rests_unseen(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "epochs", str(FOREVER))
    start(qtbot, toy, 50)
    view = toy.stage.layers
    qtbot.waitUntil(lambda: len(view.strips.picture.columns) > 3)
    assert view.strips.picture.end > 1000 * view.strips.picture.columns[-1][0]  # the axis runs to the planned end
    toy.stage.room.choose("confusion")
    qtbot.waitUntil(lambda: not view.watch.is_reading)
    click(qtbot, toy.transport.stop)
    wait_for_end(qtbot, toy)
    toy.stage.room.choose("layers")
    wait_until_read(toy, qtbot)
    assert view.strips.picture.end == view.strips.picture.columns[-1][0]


def test_what_is_wrong_has_a_remedy_that_is_seen_in_the_form(toy: TrainPage, qtbot: QtBot) -> None:
    choose(toy, "activation", "sigmoid")
    choose(toy, "initializer", "zeros")
    enter(qtbot, toy, "learning_rate", "0.01")
    train(toy, qtbot)
    view = toy.stage.layers
    assert view.sentence.text().startswith("All units of layer 1 have the same weights")
    click(qtbot, view.remedy_buttons[0])
    assert toy.setup.settings.value("initializer") == "glorot"
    assert toy.setup.settings.rows["initializer"].isVisible()
    assert not view.remedy_buttons[1].isVisible()


def test_without_gradients_it_says_so(toy: TrainPage, qtbot: QtBot) -> None:
    choose(toy, "optimizer", "genetic")
    enter(qtbot, toy, "epochs", "2")
    train(toy, qtbot)
    assert toy.stage.layers.strips.picture.gradients
    assert all(layer.gradients is None for layer in toy.stage.layers.strips.picture.columns[-1][1])
    qtbot.mouseMove(toy.stage.layers.strips, point(toy, 0, 1))
    assert "0.0 %" in toy.stage.layers.strips.accessibleDescription()


def test_deep_networks_scroll(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", ", ".join(["4"] * 9))
    enter(qtbot, toy, "epochs", "2")
    train(toy, qtbot)
    view = toy.stage.layers
    assert len(view.strips.picture.rows) == 10
    qtbot.waitUntil(lambda: view.strips.height() > view._scroll.viewport().height())
    assert view.heads._width == view.strips.width()
    toy.session.choose_problem("plane")
    settle()
    assert toy.stage.room.key == "map" and not view.isVisible()


def test_dead_units_are_listed_with_their_time_and_woken(toy: TrainPage, qtbot: QtBot) -> None:
    enter(qtbot, toy, "hidden", "6")
    click(qtbot, toy.setup._renew)
    network = toy.session.network
    network.biases[0][2] = -50
    network.biases[0][4] = -50
    toy.session.tell_of_edit()
    toy.session.begin_by_hand(*toy.setup.configs(), toy.session.dataset)  # type: ignore[misc,arg-type]
    toy.session.time_machine.branch.moments.add(0, network.parameters.copy())  # type: ignore[union-attr]
    toy.train_on()
    wait_for_end(qtbot, toy)
    wait_until_read(toy, qtbot)
    view, session = toy.stage.layers, toy.session
    qtbot.waitUntil(lambda: view.dead_link.isVisible())
    assert view.watch.followed is not None
    dead = [unit.unit for unit in view.watch.followed.dead or ()]
    assert {2, 4} <= set(dead)  # perhaps others have died by themselves
    assert view.strips.picture.rows[0].dead == f"{len(dead)} of 6" and view.strips.picture.rows[0].is_dying
    place = point(toy, 0, 3)
    qtbot.mouseClick(view.strips, Qt.MouseButton.LeftButton, pos=QPoint(view.strips.width() - 10, place.y()))
    dialog = toy.findChild(DeadUnitsDialog)
    assert dialog is not None and [unit.unit for unit in dialog.units] == dead
    assert dialog._states[2].text() == dialog._states[4].text() == "silent since the start"
    dataset = session.dataset
    assert dataset is not None
    before, answers = session.network.parameters.copy(), session.network.forward(dataset.train.inputs)
    click(qtbot, dialog._buttons[2])
    sums = session.network.trace(dataset.train.inputs).pre_activations[0]
    assert 0.2 < (sums[:, 2] > 0).mean() < 0.8 and not (sums[:, 4] > 0).any()
    np.testing.assert_allclose(session.network.forward(dataset.train.inputs), answers, atol=1e-5)
    assert not dialog._buttons[2].isEnabled() and dialog._buttons[4].isEnabled()
    click(qtbot, dialog.all_button)
    assert not dialog.all_button.isEnabled()
    surgery = Surgery.of(session)
    surgery.undo()
    surgery.undo()
    np.testing.assert_array_equal(session.network.parameters, before)
    settle()
    assert dialog.all_button.isEnabled()
    dialog.moment_wanted.emit(dialog.units[0].since)
    settle()
    assert session.time_machine.place is not None
    assert not dialog.all_button.isEnabled() and "Go back to now" in dialog._reason.text()
    dialog.accept()


def test_the_time_machine_has_a_line_where_units_fell_silent(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("plane", size=(1280, 800))
    page = window.show_page(TrainPage)
    wait_for_data(qtbot, page)
    page.setup.apply_preset(next(preset for preset in PLANE.presets if preset.key == "too-few"))
    page.session.run.set_pace(None)
    enter(qtbot, page, "epochs", "200")
    page.stage.room.choose("layers")
    train(page, qtbot)
    view, branch = page.stage.layers, page.session.time_machine.branch
    qtbot.waitUntil(lambda: view.dead_link.isVisible())
    assert branch is not None and view.watch.followed is not None and view.watch.followed.dead
    fallen = sorted({unit.since for unit in view.watch.followed.dead if not unit.from_start})
    assert fallen and list(branch.deaths) == fallen
    slider = window.timeline.slider
    assert list(slider._marks) == fallen and "fell silent" in slider.toolTip()
    color = theme.current().palette.warning.name()
    image = slider.grab().toImage()
    row = [image.pixelColor(x, slider.height() // 2 - 8).name() for x in range(slider.width())]
    assert (
        abs(row.index(color) - (slider._HANDLE / 2 + fallen[0] / slider._end * (slider.width() - slider._HANDLE))) < 3
    )
    page.session.choose_problem("toy")
    settle()
    assert not slider._marks
