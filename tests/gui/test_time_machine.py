"""Going back in training: what was, shown as it was, while the run goes on; and on from there as a branch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from digitapp.drawing.grid import BinaryGrid
from digitapp.gui.session import OWN_NETWORK, Session
from digitapp.training import DEFAULTS, NetworkConfig, build_network, train
from digitapp.training.config import TrainConfig
from digitapp.training.events import BatchDone
from digitapp.training.moments import MOST_BYTES

RING = BinaryGrid.from_vector([1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1])
FOREVER = 1_000_000


@pytest.fixture
def session(qtbot: QtBot) -> Iterator[Session]:
    session = Session("toy")
    session.data.request("toy")
    qtbot.waitUntil(lambda: session.dataset is not None)
    session.artwork.commit(RING, "Draw")
    yield session
    session.close()


def configs(epochs: int = 20, hidden: tuple[int, ...] = (3,)) -> tuple[NetworkConfig, TrainConfig]:
    network, config = DEFAULTS["toy"]
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
