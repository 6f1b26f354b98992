"""The Step page with a real session, a real pointer and real keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from page_helpers import OpenSession, ShowPage, noise_digits, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTableView, QWidget
from pytestqt.qtbot import QtBot

from digitapp.drawing.grid import BinaryGrid
from digitapp.gui.pages.step.inspector import NUMBERS, TABLE, TALE
from digitapp.gui.pages.step.page import StepPage
from digitapp.gui.state.scene import Focus, Scene
from digitapp.gui.state.session import Session
from digitapp.inspection.backward_steps import sample_numbers
from digitapp.inspection.walk import Grain, Kind, Stage
from digitapp.nn import Network
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.events import BatchDone
from digitapp.training.loop import begin
from digitapp.training.stepwise import LearnFrom

OpenPage = Callable[..., StepPage]

CONFIG = TrainConfig(loss="squared_error", optimizer="adam", learning_rate=0.05, batch_size=8, seed=3)


@pytest.fixture
def open_page(toy_session: Session, show_page: ShowPage) -> OpenPage:
    """Return a function that shows the page on the toy with the model that comes with the program."""

    def open_it(size: tuple[int, int] = (1208, 714)) -> StepPage:
        return show_page(StepPage, toy_session, size)

    return open_it


def scene_of(page: StepPage) -> Scene:
    """Return what the page shows when all that has happened is shown."""
    settle()
    page.refresher.catch_up()
    assert page.scene is not None
    return page.scene


def part(page: QWidget, name: str) -> QWidget:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def go_to(page: StepPage, kind: Kind, layer: int = -1) -> Scene:
    """Press Next until a stop is reached."""
    for _ in range(30):
        scene = scene_of(page)
        if scene.stop.kind is kind and (layer < 0 or scene.stop.layer == layer):
            return scene
        page.stage.transport.next.click()
    raise AssertionError(f"{kind} was not reached")


# The walk


def test_next_goes_through_eleven_stops_and_the_track_says_where(open_page: OpenPage) -> None:
    page = open_page()
    track, stages = part(page, "stageTrack"), []
    for _ in range(11):
        scene_of(page)
        stages.append(track.property("stage"))
        part(page, "stepNext").click()  # type: ignore[attr-defined]
    assert [stages.count(stage.value) for stage in Stage] == [5, 1, 4, 1]
    assert stages == sorted(stages, key=[stage.value for stage in Stage].index)


@pytest.mark.parametrize("grain", list(Grain))
def test_back_is_exact_from_anywhere(open_page: OpenPage, grain: Grain) -> None:
    """Forward over several steps of learning and all the way back: the network is what it was, to the last bit."""
    page = open_page()
    page.stepper.set_grain(grain)
    count = {Grain.TERM: 130, Grain.UNIT: 60, Grain.LAYER: 35}.get(grain, 6)
    before = scene_of(page).network.parameters.copy()
    seen = [before]
    for _ in range(count):
        assert page.stepper.next()
        seen.append(scene_of(page).shown.network.parameters.copy())
    assert scene_of(page).updates > 0 or grain is Grain.TERM
    while page.stepper.can_go_back and page.stepper.back():
        pass
    np.testing.assert_array_equal(scene_of(page).network.parameters, before)
    np.testing.assert_array_equal(page.session.network.parameters, before.astype(np.float32))


def test_every_number_is_that_of_the_engine(open_page: OpenPage) -> None:
    page = open_page()
    for sample in (0, 17, 40, 63):
        page.stepper.choose_sample(sample)
        scene = go_to(page, Kind.GRADIENTS, 0)
        network = Network(scene.network.sizes, scene.network.activations, np.float64)
        np.copyto(network.parameters, page.session.network.parameters)
        dataset = page.session.dataset
        assert dataset is not None
        every = dataset.all_but_test
        expected = sample_numbers(network, page.session.model.loss, every.inputs[sample], int(every.labels[sample]))
        known = {(number.letter, number.name): number.value for number in page.inspector.table.model.numbers}
        assert known["C", ""] == expected.cost
        names = scene.shown.names
        for layer, numbers in enumerate(expected.layers):
            for unit in range(numbers.sums.size):
                name = names.unit(layer, unit)
                assert known["z", name] == numbers.sums[unit]
                assert known["a", name] == numbers.activations[unit]
                assert known["δ", name] == numbers.blame[unit]
        page.stepper.home()


def test_nothing_is_known_before_the_walk_has_come_there(open_page: OpenPage) -> None:
    page = open_page()
    letters = lambda: {number.letter for number in page.inspector.table.model.numbers}  # noqa: E731
    scene_of(page)
    assert letters() == {"x", "w", "b"}
    go_to(page, Kind.SUMS, 0)
    assert letters() == {"x", "w", "b", "z"}
    go_to(page, Kind.ERROR)
    assert "C" in letters()
    assert "δ" not in letters()
    go_to(page, Kind.GRADIENTS, 1)
    assert {"δ", "∂C/∂w"} <= letters()


def test_a_step_is_that_of_the_training(toy_session: Session, show_page: ShowPage, qtbot: QtBot) -> None:
    """Batches by the page, and batches by the training loop from the same weights, in float64."""
    session = toy_session
    session.renew_weights(NetworkConfig((3,), "sigmoid", "normal"), CONFIG)
    page = show_page(StepPage, session)
    qtbot.waitUntil(lambda: page.scene is not None)
    page.stepper.set_grain(Grain.BATCH)
    scene = scene_of(page)
    network = Network(scene.network.sizes, scene.network.activations, np.float64)
    np.copyto(network.parameters, scene.network.parameters)
    dataset, config = session.dataset, scene.config
    assert dataset is not None
    done = 0
    for event in begin(network, dataset, config, np.random.default_rng(config.seed)).events():
        if isinstance(event, BatchDone):
            assert page.stepper.next()
            update = scene_of(page).update
            assert update is not None
            np.testing.assert_allclose(update.after, network.parameters, rtol=0, atol=1e-12)
            done += 1
            if done == 50:
                break
    assert done == 50
    np.testing.assert_array_equal(session.network.parameters, network.parameters.astype(np.float32))


def test_each_step_is_a_moment_of_the_time_machine(open_page: OpenPage) -> None:
    page = open_page()
    page.stepper.set_grain(Grain.BATCH)
    for _ in range(3):
        page.stepper.next()
    branch = page.session.time_machine.branch
    assert branch is not None
    assert [moment.step for moment in branch.moments.kept] == [0, 1, 2, 3]
    page.stepper.back()
    assert [moment.step for moment in branch.moments.kept] == [0, 1, 2]
    np.testing.assert_array_equal(branch.moments.kept[-1].parameters, page.session.network.parameters)
    assert page.session.can_go_on
    shipped = page.session.model_entries[0]
    assert shipped.origin == "shipped"
    assert not np.array_equal(shipped.model.network.parameters, page.session.network.parameters)


def test_a_step_from_a_moment_of_the_past_begins_another_run_and_leaves_the_past(open_page: OpenPage) -> None:
    page = open_page()
    session = page.session
    page.stepper.set_grain(Grain.BATCH)
    for _ in range(4):
        page.stepper.next()
    first = session.time_machine.branch
    assert first is not None
    kept = [moment.parameters.copy() for moment in first.moments.kept]
    session.show_moment(first.moments.kept[1])
    assert scene_of(page).updates == 0
    assert page.stepper.next()
    second = session.time_machine.branch
    assert second is not None
    assert second is not first
    assert second.parent is first
    np.testing.assert_array_equal(second.moments.kept[0].parameters, kept[1])
    np.testing.assert_array_equal(second.moments.kept[1].parameters, session.network.parameters)
    for moment, before in zip(first.moments.kept, kept, strict=True):
        np.testing.assert_array_equal(moment.parameters, before)
    session.back_to_now()
    scene_of(page)
    page.go_on()
    assert session.time_machine.place is None


def test_all_64_are_learned_together_and_their_error_falls(open_page: OpenPage) -> None:
    page = open_page()
    page.stepper.set_learn_from(LearnFrom.ALL)
    page.stepper.set_learning_rate(0.5)
    before = scene_of(page).totals
    assert page.stepper.go_to(Stage.UPDATE)
    scene = scene_of(page)
    assert scene.update is not None
    assert len(scene.update.samples) == 64
    after = page.stepper.scene(page.session.snapshot())
    assert before is not None
    assert after is not None
    assert after.totals is not None
    assert after.totals.cost < before.cost


# By hand


def test_a_weight_is_dragged_and_everything_follows(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page()
    page.stepper.focus(0, 0, 6)
    scene_of(page)
    view = page.stage.view
    chip = next(chip for chip in view.chips() if chip.focus == Focus(0, 0, 6))
    start, index = chip.place.center().toPoint(), page.session.network.weights[0][6, 0]
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(view, start + QPoint(10 * step, 0))
        settle()
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=start + QPoint(50, 0))
    scene = scene_of(page)
    moved = page.session.network.weights[0][6, 0] - index
    assert moved == pytest.approx(1.0, abs=0.3)
    assert scene.numbers.layers[0].weights[6, 0] == page.session.network.weights[0][6, 0]
    page.undo()
    assert page.session.network.weights[0][6, 0] == pytest.approx(index, abs=1e-6)


def test_keys_change_the_weight_in_hand_and_enter_types_it(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page()
    page.stepper.focus(0, 1, 2)
    scene_of(page)
    before = float(page.session.network.weights[0][2, 1])
    view = page.stage.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert page.session.network.weights[0][2, 1] == pytest.approx(before + 0.1, abs=1e-5)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert page.session.network.weights[0][2, 1] == pytest.approx(before - 0.9, abs=1e-5)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    settle()
    field = page.weight_panel.field
    field.clear()
    qtbot.keyClicks(field, "1/3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert page.session.network.weights[0][2, 1] == np.float32(1 / 3)
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert scene_of(page).focus == Focus(0, 1)


def test_the_tale_begins_with_54_of_64(open_page: OpenPage) -> None:
    page = open_page()
    page.tale_button.click()
    found = scene_of(page).totals
    assert found is not None
    assert found.right == 54
    assert found.cost == pytest.approx(8.24, abs=0.005)


def test_what_is_changed_by_hand_between_two_steps_is_kept(open_page: OpenPage) -> None:
    page = open_page()
    page.stepper.set_grain(Grain.BATCH)
    page.stepper.next()
    page.stepper.next()
    scene_of(page)
    page._change(Focus(0, 0, 0), 1.5, 0)
    changed = page.session.network.parameters.copy()
    scene = scene_of(page)
    np.testing.assert_array_equal(scene.network.parameters.astype(np.float32), changed)
    assert page.stepper.next()
    while page.stepper.can_go_back and page.stepper.back():
        pass
    np.testing.assert_array_equal(page.session.network.parameters, changed)


# The samples and the drawing


def test_a_sample_of_the_strip_is_followed(qtbot: QtBot, open_page: OpenPage) -> None:
    page = open_page()
    scene_of(page)
    strip = page.stage.samples.strip
    place = strip.place_rect(40)
    assert place is not None
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    scene = scene_of(page)
    assert scene.position == 40
    qtbot.keyClick(page, Qt.Key.Key_PageDown)
    assert scene_of(page).position == 41
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    assert scene_of(page).position == 40


def test_the_drawing_is_followed_with_the_target_that_is_meant(open_page: OpenPage) -> None:
    page = open_page()
    page.session.artwork.commit(BinaryGrid.from_vector([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1]), "draw")
    scene_of(page)
    page.stage.samples.drawing.click()
    scene = scene_of(page)
    assert scene.sample is None
    assert scene.numbers.label == 0
    page.stepper.set_target(1)
    wrong = scene_of(page).numbers.cost
    assert wrong > 0.5
    assert page.stepper.go_to(Stage.UPDATE)
    page.stepper.home()
    assert scene_of(page).numbers.cost < wrong


# Words and the table


@pytest.mark.parametrize("caption", [TALE, NUMBERS])
@pytest.mark.parametrize("grain", [Grain.LAYER, Grain.TERM])
def test_every_stop_says_something_of_its_own(open_page: OpenPage, caption: int, grain: Grain) -> None:
    page = open_page()
    page.inspector.captions.setCurrentIndex(caption)
    page.stepper.set_grain(grain)
    said = set()
    for _ in range(11 if grain is Grain.LAYER else 90):
        scene_of(page)
        title = part(page, "stepTitle").text()  # type: ignore[attr-defined]
        assert title
        said.add((title, *(row.name + row.value for block in page.inspector.blocks for row in block.ledger.rows)))
        page.go_on()
    assert len(said) >= 10


def test_tale_and_mathematics_tell_the_same_numbers(open_page: OpenPage) -> None:
    page = open_page()
    for _ in range(11):
        told = []
        for caption in (TALE, NUMBERS):
            page.inspector.captions.setCurrentIndex(caption)
            scene_of(page)
            told.append(
                [row.value for block in page.inspector.blocks if block.isVisibleTo(page) for row in block.ledger.rows]
            )
        assert told[0] == told[1]
        page.go_on()


def test_the_table_copies_what_it_shows(open_page: OpenPage) -> None:
    page = open_page()
    go_to(page, Kind.ACTIVATIONS, 1)
    page.inspector.captions.setCurrentIndex(TABLE)
    view = part(page, "numbersTable")
    assert isinstance(view, QTableView)
    assert view.isVisible()
    model = view.model()
    assert model.rowCount() > 50
    page.inspector.table.copy_csv()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "name,letter,value"
    assert len(lines) == model.rowCount() + 1
    index = next(row for row in range(model.rowCount()) if str(model.index(row, 0).data()).startswith("a · Unit A"))
    scene = scene_of(page)
    assert float(str(model.index(index, 1).data())) == scene.numbers.layers[0].activations[0]


# What can go wrong


def test_while_a_run_is_active_nothing_is_changed_by_hand(
    toy_session: Session, show_page: ShowPage, qtbot: QtBot
) -> None:
    session = toy_session
    page = show_page(StepPage, session)
    session.run.set_pace(5)
    session.start_training(NetworkConfig((3,), "sigmoid", "normal"), TrainConfig(loss="squared_error", epochs=200))
    qtbot.waitUntil(lambda: session.run.history.last_batch is not None)
    assert scene_of(page).lack
    for _ in range(14):
        page.go_on()
        scene_of(page)
    assert page.stage.note.isVisible()
    assert scene_of(page).updates == 0
    session.run.stop()
    qtbot.waitUntil(lambda: not session.run.is_active)
    assert not scene_of(page).lack
    assert page.stepper.go_to(Stage.UPDATE)


def test_weights_that_are_no_numbers_end_the_walk_and_nothing_else(open_page: OpenPage) -> None:
    page = open_page()
    page.session.network.weights[0][0, 0] = np.nan
    page.session.tell_of_edit()
    page.stepper.choose_sample(0)
    for _ in range(20):
        page.go_on()
        scene_of(page)
    assert scene_of(page).stop.stage is Stage.FORWARD
    assert "not a number" in part(page, "stepTitle").text().lower()  # type: ignore[attr-defined]


def test_another_network_and_another_problem_begin_anew(open_page: OpenPage) -> None:
    page = open_page()
    go_to(page, Kind.BLAME, 0)
    session = page.session
    session.renew_weights(NetworkConfig((5, 4), "tanh"), TrainConfig())
    assert scene_of(page).place.stop == 0
    assert len(scene_of(page).stops) == 15
    for _ in range(40):
        page.go_on()
        scene_of(page)
    session.choose_problem("mnist")
    settle()
    page.refresher.catch_up()
    session.choose_problem("toy")
    assert len(scene_of(page).stops) == 15


@pytest.mark.parametrize("hidden", [(), (1,), (8,), (5, 4)], ids=str)
@pytest.mark.parametrize("activation", ["relu", "maxout2"])
def test_networks_of_all_shapes_are_walked_through(
    toy_session: Session, show_page: ShowPage, hidden: tuple[int, ...], activation: str
) -> None:
    page = show_page(StepPage, toy_session, (952, 614))
    toy_session.renew_weights(NetworkConfig(hidden, activation), TrainConfig(loss="cross_entropy"))
    for _ in range(2 * (4 * (len(hidden) + 1) + 3)):
        scene = scene_of(page)
        page.stage.view.grab()
        if scene.stop.layer >= 0:
            page.stepper.focus(scene.stop.layer, scene.numbers.layers[scene.stop.layer].sums.size - 1, 0)
        page.go_on()
    assert scene_of(page).updates >= 1


def test_digits_show_the_units_most_to_blame_and_say_what_is_left_out(
    open_session: OpenSession, show_page: ShowPage
) -> None:
    session = open_session("mnist", (32,), dataset=noise_digits(200, 40))
    page = show_page(StepPage, session)
    scene = go_to(page, Kind.GRADIENTS, 0)
    columns = page.stage.view.columns
    assert columns is not None
    blame = np.abs(scene.numbers.layers[0].blame)
    assert int(blame.argmax()) in columns[1].units
    assert len(columns[1].units) < 32
    assert page.stage.shortfall.isVisible()
    page.stepper.focus(0, int(np.setdiff1d(np.arange(32), columns[1].units)[0]), 300)
    scene = scene_of(page)
    assert scene.focus.unit in (page.stage.view.columns or columns)[1].units
    assert page.stepper.go_to(Stage.UPDATE)


def test_without_images_the_page_says_how_to_get_some(
    open_session: OpenSession, show_page: ShowPage, tmp_path: Path
) -> None:
    session = open_session("mnist", (16,), data_dir=tmp_path)
    page = show_page(StepPage, session)
    settle()
    page.refresher.catch_up()
    assert page.scene is None
    assert page.stage.empty.isVisible()
    assert page.stage.fetch.isVisible()
    page.go_on()
    page.go_back()
    page.stage.transport.track.parts[2].click()
    assert page.scene is None


# Guessing, and what else is offered


def test_who_guesses_first_is_asked_before_each_number(open_page: OpenPage) -> None:
    page = open_page()
    page.inspector.guess.setChecked(True)
    question, seen = page.inspector.question, 0
    for _ in range(40):
        before = scene_of(page).place
        page.go_on()
        if question.is_asking:
            seen += 1
            assert scene_of(page).place == before
            question.buttons[seen % len(question.buttons)].click()
            assert not question.is_asking
        if scene_of(page).is_done:
            break
    assert seen == 10
    assert scene_of(page).is_done


def test_who_goes_on_without_an_answer_is_told(open_page: OpenPage) -> None:
    page = open_page()
    page.inspector.guess.setChecked(True)
    page.go_on()
    assert page.inspector.question.is_asking
    page.go_on()
    assert not page.inspector.question.is_asking
    assert scene_of(page).stop.kind is Kind.SUMS


def test_only_misread_digits_are_offered_where_that_is_wanted(
    open_session: OpenSession, show_page: ShowPage, qtbot: QtBot
) -> None:
    data = noise_digits(2000, 40)
    session = open_session("mnist", (8,), dataset=data)
    page = show_page(StepPage, session)
    qtbot.waitUntil(lambda: page._counter.totals is not None)
    page.stage.samples.misread.setChecked(True)
    scene = scene_of(page)
    settle()
    page.refresher.catch_up()
    scene = scene_of(page)
    answers = session.network.forward(data.train.inputs).argmax(axis=1)
    wrong = np.flatnonzero(answers != data.train.labels)
    np.testing.assert_array_equal(page.stepper.order(page.shown), wrong)
    assert scene.sample in wrong
    page.stage.samples.misread.setChecked(False)
    scene_of(page)
    assert len(page.stepper.order(page.shown)) == 2000


def test_the_images_can_be_edited_from_here(open_page: OpenPage) -> None:
    page = open_page()
    scene_of(page)
    page.stage.samples.images.click()
    assert page.images_dialog is not None
    assert page.images_dialog.isVisible()
    page.images_dialog.close()
