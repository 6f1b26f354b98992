"""The session: one problem, one network, one drawing, one run, and each problem keeps its own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from page_helpers import RING, OpenSession
from pytestqt.qtbot import QtBot

from digitapp.datasets.problems import MNIST, TOY
from digitapp.drawing.ink import Drawing
from digitapp.gui.state.data_source import DataState
from digitapp.gui.state.models import OWN_NETWORK
from digitapp.gui.state.session import Session
from digitapp.modelfile import ModelFileError, load_model
from digitapp.nn.network import UnitRef
from digitapp.training import NetworkConfig, usual_configs

ONE = Drawing.from_points([[(0.5, 0.2), (0.5, 0.8)]])


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    session = open_session("toy")
    session.data.request("toy")
    return session


def wait_for_data(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.dataset is not None)


def test_an_empty_canvas_has_no_answer(session: Session) -> None:
    for problem in ("toy", "plane", "mnist"):
        session.choose_problem(problem)
        assert session.answer.probabilities is None
        assert session.answer.best is None


def test_the_answer_follows_the_drawing_and_undo(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignals([session.drawing_changed, session.answer_changed]):
        session.artwork.commit(RING, "Draw")
    assert session.problem.class_names[session.answer.best or 0] == "0"
    assert session.answer.probabilities is not None
    np.testing.assert_array_equal(session.answer.inputs, RING.to_vector())
    session.artwork.undo_stack.undo()
    assert session.answer.best is None
    session.artwork.undo_stack.redo()
    assert session.grid == RING
    assert session.answer.best == 0


def test_what_is_shown_live_is_one_step_of_undo_when_committed(session: Session) -> None:
    session.choose_problem("mnist")
    half = Drawing.from_points([[(0.5, 0.2), (0.5, 0.5)]])
    session.artwork.show_live(half)
    assert session.drawing == half
    session.artwork.commit(ONE, "Stroke")
    assert session.artwork.undo_stack.count() == 1
    session.artwork.undo_stack.undo()
    assert session.drawing.is_empty
    session.artwork.show_live(half)
    session.artwork.abandon()
    assert session.drawing.is_empty


def test_each_problem_keeps_its_drawing_and_its_selection(session: Session) -> None:
    session.artwork.commit(RING, "Draw")
    session.select_unit(0, 2)
    session.choose_problem("mnist")
    session.artwork.commit(ONE, "Stroke")
    assert session.answer.best == 1
    assert session.selected == UnitRef(0, 0)
    session.choose_problem("toy")
    assert session.grid == RING
    assert session.selected == UnitRef(0, 2)


def test_the_network_in_training_is_the_one_shown(session: Session, qtbot: QtBot) -> None:
    wait_for_data(session, qtbot)
    session.artwork.commit(RING, "Draw")
    shipped = session.network
    network, config = usual_configs(TOY)
    with qtbot.waitSignal(session.run.ended, timeout=10_000):
        session.start_training(network, dataclasses.replace(config, epochs=200))
        assert session.shows_run
        assert session.network is not shipped
    assert session.answer.best == 0
    assert not session.shows_run
    record = session.model.training
    assert record["results"]["train_accuracy"] == pytest.approx(1.0, abs=0.1)
    assert record["config"]["seed"] == config.seed
    session.choose_model("shipped")
    assert session.network is shipped


def test_training_goes_on_from_the_shown_network(session: Session, qtbot: QtBot) -> None:
    wait_for_data(session, qtbot)
    network, config = usual_configs(TOY)
    before = session.network.parameters.copy()
    with qtbot.waitSignal(session.run.ended, timeout=10_000):
        session.start_training(network, dataclasses.replace(config, epochs=1, learning_rate=1e-9), source=session.model)
    np.testing.assert_allclose(session.network.parameters, before, atol=1e-5)


def test_a_run_goes_on_while_the_other_problem_is_shown(session: Session, qtbot: QtBot) -> None:
    wait_for_data(session, qtbot)
    network, config = usual_configs(TOY)
    session.start_training(network, dataclasses.replace(config, epochs=1_000_000))
    run = session.run
    session.choose_problem("mnist")
    assert session.any_run_active
    assert not session.run.is_active
    steps = len(run.history.loss)
    qtbot.waitUntil(lambda: len(run.history.loss) > steps)
    session.choose_problem("toy")
    assert session.shows_run
    with qtbot.waitSignal(run.ended, timeout=10_000):
        run.stop()


def test_weights_are_not_renewed_under_a_run(toy_session: Session, qtbot: QtBot) -> None:
    """They would not fit what the run sends."""
    network, config = usual_configs(TOY)
    toy_session.start_training(network, config)
    assert toy_session.run.is_active
    with pytest.raises(RuntimeError, match="active"):
        toy_session.renew_weights(NetworkConfig((7,), "sigmoid", "normal"), config)
    with qtbot.waitSignal(toy_session.run.ended, timeout=10_000):
        toy_session.run.stop()


def test_a_selected_unit_that_the_new_network_lacks_is_let_go(session: Session) -> None:
    _, config = usual_configs(TOY)
    session.renew_weights(NetworkConfig((12,), "sigmoid", "normal"), config)
    session.select_unit(0, 11)
    session.renew_weights(NetworkConfig((2,), "sigmoid", "normal"), config)
    assert session.selected == UnitRef(0, 0)


def test_a_saved_model_opens_as_it_was(session: Session, tmp_path: Path) -> None:
    _, config = usual_configs(TOY)
    session.renew_weights(NetworkConfig((5,), "tanh", "glorot"), config)
    expected = session.network.parameters.copy()
    path = tmp_path / "mine.safetensors"
    session.save_model(path)
    session.choose_problem("mnist")
    session.open_model(path)
    assert session.problem.key == "toy"
    np.testing.assert_array_equal(session.network.parameters, expected)
    assert load_model(path).network.sizes == (12, 5, 2)


def test_a_model_that_cannot_be_used_changes_nothing(session: Session, tmp_path: Path) -> None:
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"not a model")
    before = (session.problem, session.model, len(session.model_entries))
    with pytest.raises(ModelFileError):
        session.open_model(bad)
    assert (session.problem, session.model, len(session.model_entries)) == before


def test_missing_mnist_is_a_state_and_no_failure(open_session: OpenSession, qtbot: QtBot, tmp_path: Path) -> None:
    session = open_session("mnist")
    session.data.request("mnist")
    assert session.data.state("mnist") is DataState.MISSING
    assert session.dataset is None
    with pytest.raises(RuntimeError):
        session.start_training(*usual_configs(MNIST))
    (tmp_path / "empty").mkdir()
    session.data.import_from(tmp_path / "empty")
    qtbot.waitUntil(lambda: session.data.error("mnist") is not None)
    assert session.data.state("mnist") is DataState.MISSING
    assert session.answer.best is None


def test_real_mnist_is_loaded_in_the_background(open_session: OpenSession, qtbot: QtBot, mnist_dir: Path) -> None:
    session = open_session("mnist", data_dir=mnist_dir)
    session.data.request("mnist")
    assert session.data.state("mnist") is DataState.LOADING
    wait_for_data(session, qtbot)
    assert session.dataset is not None
    assert len(session.dataset.train) == 55_000
    assert OWN_NETWORK not in [entry.key for entry in session.model_entries]
