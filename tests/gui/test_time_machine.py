"""Going back in training: what was, shown as it was, while the run goes on; and on from there as a branch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from page_helpers import RING, settle
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import TOY
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state.models import OWN_NETWORK
from digitapp.gui.state.session import Session
from digitapp.training import NetworkConfig, build_network, train, usual_configs
from digitapp.training.config import TrainConfig
from digitapp.training.evaluate import evaluate
from digitapp.training.events import BatchDone
from digitapp.training.moments import MOST_BYTES

if TYPE_CHECKING:
    from digitapp.gui.window.main_window import MainWindow

FOREVER = 1_000_000


@pytest.fixture
def session(toy_session: Session) -> Session:
    return toy_session


def configs(epochs: int = 20, hidden: tuple[int, ...] = (3,)) -> tuple[NetworkConfig, TrainConfig]:
    network, config = usual_configs(TOY)
    return replace(network, hidden=hidden), replace(config, epochs=epochs)


def run_through(session: Session, qtbot: QtBot, epochs: int = 20, hidden: tuple[int, ...] = (3,)) -> None:
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(*configs(epochs, hidden))


def networks_of(session: Session, epochs: int, steps: list[int]) -> dict[int, np.ndarray]:
    """Return the parameters after some steps of the same run without a window."""
    network_config, config = configs(epochs)
    rng = np.random.default_rng(config.seed)
    network = build_network(12, 2, network_config, config.loss, rng)
    found = {0: network.parameters.copy()}
    assert session.dataset is not None
    for event in train(network, session.dataset, config, np.random.default_rng(config.seed)):
        if isinstance(event, BatchDone):
            found[event.step] = network.parameters.copy()
    return {step: found[step] for step in steps}


def test_the_moments_are_those_of_the_run_to_the_byte(session: Session, qtbot: QtBot) -> None:
    run_through(session, qtbot)
    branch = session.time_machine.branch
    assert branch is not None
    kept = branch.moments.kept
    last = session.run.history.last_batch
    assert last is not None
    assert kept[0].step == 0 and kept[-1].step == last.step
    headless = networks_of(session, 20, [moment.step for moment in kept])
    for moment in kept:
        np.testing.assert_array_equal(moment.parameters, headless[moment.step])


def test_everything_shows_the_moment_and_then_now_again(session: Session, qtbot: QtBot) -> None:
    run_through(session, qtbot)
    branch = session.time_machine.branch
    assert branch is not None
    now, answer = session.network.parameters.copy(), session.answer.probabilities
    start = branch.moments.kept[0]
    with qtbot.waitSignals([session.weights_changed, session.answer_changed, session.moment_changed]):
        session.show_moment(start)
    np.testing.assert_array_equal(session.network.parameters, start.parameters)
    expected = session.model.probabilities(RING.to_vector()[np.newaxis])[0]
    np.testing.assert_array_equal(session.answer.probabilities, expected)
    session.show_moment(branch.moments.kept[3])
    assert not np.array_equal(start.parameters, branch.moments.kept[3].parameters)
    np.testing.assert_array_equal(session.network.parameters, branch.moments.kept[3].parameters)
    session.back_to_now()
    np.testing.assert_array_equal(session.network.parameters, now)
    np.testing.assert_array_equal(session.answer.probabilities, answer)
    assert session.time_machine.place is None


def test_the_run_goes_on_while_the_past_is_shown(session: Session, qtbot: QtBot) -> None:
    session.run.set_pace(500)
    session.start_training(*configs(FOREVER))
    branch = session.time_machine.branch
    assert branch is not None
    qtbot.waitUntil(lambda: len(branch.moments) > 5, timeout=20_000)
    start = branch.moments.kept[0]
    session.show_moment(start)
    assert not session.shows_run and session.run.is_active
    before = len(session.run.history.loss)
    qtbot.waitUntil(lambda: len(session.run.history.loss) > before + 20, timeout=20_000)
    np.testing.assert_array_equal(session.network.parameters, start.parameters)
    session.back_to_now()
    assert session.shows_run
    assert not np.array_equal(session.network.parameters, start.parameters)


def test_another_network_or_a_new_run_leaves_the_past(session: Session, qtbot: QtBot) -> None:
    run_through(session, qtbot)
    branch = session.time_machine.branch
    assert branch is not None
    session.show_moment(branch.moments.kept[0])
    with qtbot.waitSignal(session.moment_changed):
        session.choose_model("shipped")
    assert session.time_machine.place is None and session.model is session.current_entry.model
    with qtbot.waitSignal(session.network_changed):
        session.show_moment(branch.moments.kept[0])
    assert session.current_entry.key == OWN_NETWORK, "the slider brings the own network back"
    run_through(session, qtbot, hidden=(4,))
    assert session.time_machine.place is None and session.network.sizes == (12, 4, 2)
    assert len(session.time_machine.branches) == 2


def test_moments_of_a_run_of_another_shape(session: Session, qtbot: QtBot) -> None:
    run_through(session, qtbot)
    run_through(session, qtbot, hidden=(4, 5))
    first, second = session.time_machine.branches
    session.select_unit(1, 4)
    with qtbot.waitSignal(session.network_changed):
        session.choose_branch(first)
    assert session.network.sizes == (12, 3, 2) and session.selected.layer == 0
    np.testing.assert_array_equal(session.network.parameters, first.moments.kept[-1].parameters)
    session.choose_branch(second)
    assert session.network.sizes == (12, 4, 5, 2) and session.time_machine.place is None


def test_on_from_a_moment_as_a_branch(session: Session, qtbot: QtBot) -> None:
    run_through(session, qtbot)
    first = session.time_machine.branch
    assert first is not None
    moment = first.moments.kept[4]
    session.show_moment(moment)
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(*configs(5), source=session.model)
    branch = session.time_machine.branch
    assert branch is not None and branch is not first
    assert branch.parent is first and branch.ancestors == (first,)
    assert branch.start == first.epochs_at(moment.step) > 0
    np.testing.assert_array_equal(branch.moments.kept[0].parameters, moment.parameters)
    assert first.can_be_scrubbed, "the old run can still be looked at"
    assert first.history is not branch.history and len(first.history.loss) > 0
    session.choose_branch(first)
    session.show_moment(first.moments.kept[1])
    np.testing.assert_array_equal(session.network.parameters, first.moments.kept[1].parameters)


def test_each_problem_has_its_own_past(session: Session, qtbot: QtBot) -> None:
    run_through(session, qtbot)
    branch = session.time_machine.branch
    assert branch is not None
    session.show_moment(branch.moments.kept[0])
    session.choose_problem("mnist")
    assert session.time_machine.branch is None and session.network.sizes[0] == 784
    session.choose_problem("toy")
    np.testing.assert_array_equal(session.network.parameters, branch.moments.kept[0].parameters)


def test_many_runs_stay_within_the_memory(session: Session, qtbot: QtBot) -> None:
    for _ in range(3):
        run_through(session, qtbot, epochs=3, hidden=(2000, 1000))  # 8 MB each
    branches = session.time_machine.branches
    assert sum(branch.moments.nbytes for branch in branches) <= MOST_BYTES
    assert all(branch.moments.kept[0].step == 0 for branch in branches)


# The window


def slide(window: MainWindow, qtbot: QtBot, share: float) -> None:
    """Drag the slider's handle to a share of the way, with the mouse."""
    slider = window.timeline.slider
    before = window.session.time_machine.place
    place = QPoint(round(8 + share * (slider.width() - 16)), slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: window.session.time_machine.place is not before)
    settle()


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> MainWindow:
    window = open_window("toy")
    window.show_page(TrainPage)
    qtbot.waitUntil(lambda: window.session.dataset is not None)
    window.page(TrainPage).setup.settings.set_value("epochs", 40)
    return window


def train_in(window: MainWindow, qtbot: QtBot) -> None:
    window.session.run.set_pace(None)
    with qtbot.waitSignal(window.session.model_described, timeout=20_000):
        window.page(TrainPage).start()


def test_the_line_says_what_it_is_for_before_the_first_run(window: MainWindow) -> None:
    assert "Train a network" in window.timeline.hint()
    assert not window.timeline.train_on.isEnabled() and not window.timeline.back.isEnabled()
    window.show_page(DrawPage)
    assert not window.timeline.isVisible(), "there is nothing to go back to"


def test_the_slider_moves_everything_together(window: MainWindow, qtbot: QtBot) -> None:
    session, page = window.session, window.page(TrainPage)
    session.artwork.commit(RING, "Draw")
    train_in(window, qtbot)
    now = session.answer.probabilities
    slide(window, qtbot, 0.25)
    settle()
    place = session.time_machine.place
    assert place is not None
    epochs = place.branch.epochs_at(place.moment.step)
    assert 8 < epochs < 12
    assert page.curves.loss.moment == page.curves.accuracy.moment == epochs
    np.testing.assert_array_equal(session.network.parameters, place.moment.parameters)
    assert session.answer.probabilities is not None and now is not None
    assert not np.array_equal(session.answer.probabilities, now)
    qtbot.waitUntil(lambda: "at epoch" in page.confusion.caption())
    settle()
    assert session.dataset is not None and session.dataset.validation is not None
    expected = evaluate(session.network, session.model.loss, session.dataset.validation)
    np.testing.assert_array_equal(page.confusion.matrix.counts(), expected.confusion)
    assert page.curves.legend_values(page.curves.accuracy)[1] == f"{expected.accuracy * 100:.1f} %"
    qtbot.mouseClick(window.timeline.back, Qt.MouseButton.LeftButton)
    settle()
    assert page.curves.loss.moment is None and session.time_machine.place is None
    np.testing.assert_array_equal(session.answer.probabilities, now)
    assert "at epoch" not in page.confusion.caption()


def test_keys_go_from_moment_to_moment(window: MainWindow, qtbot: QtBot) -> None:
    train_in(window, qtbot)
    session, slider = window.session, window.timeline.slider
    branch = session.time_machine.branch
    assert branch is not None
    kept = branch.moments.kept

    def shown() -> int | None:
        place = session.time_machine.place
        return None if place is None else kept.index(place.moment)

    slider.setFocus()
    for key, expected in (
        (Qt.Key.Key_Left, len(kept) - 1),
        (Qt.Key.Key_PageDown, len(kept) - 11),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_End, None),
    ):
        qtbot.keyClick(slider, key)
        qtbot.waitUntil(lambda expected=expected: shown() == expected)


def test_scrubbing_while_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    session = window.session
    window.page(TrainPage).setup.settings.set_value("epochs", FOREVER)
    session.run.set_pace(1000)
    window.page(TrainPage).start()
    qtbot.waitUntil(lambda: len(session.run.history.loss) > 60, timeout=20_000)
    slide(window, qtbot, 0.3)
    place, done = session.time_machine.place, len(session.run.history.loss)
    qtbot.waitUntil(lambda: len(session.run.history.loss) > done + 20, timeout=20_000)
    assert session.time_machine.place is place, "the past stands still"
    assert not window.timeline.train_on.isEnabled()
    assert "Stop the present run" in window.timeline.train_on.toolTip()
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.run.stop()
    assert window.timeline.train_on.isEnabled()


def test_a_branch_grows_from_the_moment(window: MainWindow, qtbot: QtBot) -> None:
    session, page = window.session, window.page(TrainPage)
    train_in(window, qtbot)
    slide(window, qtbot, 0.5)
    place = session.time_machine.place
    assert place is not None
    page.setup.settings.set_value("epochs", 10)
    window.show_page(FeaturesPage)
    assert window.timeline.isVisible(), "on every page, once there is a past"
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        qtbot.mouseClick(window.timeline.train_on, Qt.MouseButton.LeftButton)
    settle()
    assert window.shown_page is page
    branch = session.time_machine.branch
    assert branch is not None and branch.parent is place.branch
    assert [window.timeline.branches.itemText(i) for i in range(2)] == ["Run 2", "Run 1"]
    assert page.curves.loss.pale_lines == page.curves.accuracy.pale_lines == 1
    data = page.curves.loss.data
    assert data is not None and data.start == branch.start > 0
    window.timeline.branches.setCurrentIndex(1)
    window.timeline.branches.activated.emit(1)
    settle()
    assert session.time_machine.branch is place.branch
    assert page.curves.loss.data is not None and page.curves.loss.data.start == 0
    np.testing.assert_array_equal(session.network.parameters, place.branch.moments.kept[-1].parameters)
