"""Large networks: made beside the window, stopped before they begin, refused where they would not fit."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest
from page_helpers import OpenSession
from pytestqt.qtbot import QtBot

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import MNIST, PROBLEMS
from digitapp.gui.state.session import Session
from digitapp.gui.state.training_run import RunPhase
from digitapp.nn.network import Network
from digitapp.runs import plan as run_plan
from digitapp.training.config import MAX_PARAMETERS, ConfigError, NetworkConfig, TrainConfig
from digitapp.training.presets import build_network, usual_configs

LARGE = NetworkConfig((400,))
CONFIG = dataclasses.replace(usual_configs(MNIST)[1], epochs=1)


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    rng = np.random.default_rng(0)
    noise = Split(rng.random((64, 784), dtype=np.float32), np.arange(64) % 10)
    dataset = Dataset("handwriting", PROBLEMS["mnist"], noise, None, None)
    return open_session("mnist", dataset=dataset)


@pytest.fixture
def builders(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads in which networks were made."""
    threads: list[threading.Thread] = []

    def build(*arguments, **options) -> Network:
        threads.append(threading.current_thread())
        return build_network(*arguments, **options)

    monkeypatch.setattr(run_plan, "build_network", build)
    return threads


def wait_for_data(qtbot: QtBot, session: Session) -> None:
    qtbot.waitUntil(lambda: session.dataset is not None)


def test_a_large_network_is_made_beside_the_window(
    session: Session, builders: list[threading.Thread], qtbot: QtBot
) -> None:
    wait_for_data(qtbot, session)
    shown = session.network
    session.start_training(LARGE, CONFIG)
    assert session.run.phase is RunPhase.RUNNING
    assert session.network is shown
    qtbot.waitUntil(lambda: session.network.sizes == (784, 400, 10))
    qtbot.waitUntil(lambda: not session.run.is_active)
    assert session.run.history.progress == 1.0
    assert builders[0] is not threading.main_thread()


def test_a_small_network_is_shown_at_once(session: Session, builders: list[threading.Thread], qtbot: QtBot) -> None:
    wait_for_data(qtbot, session)
    session.start_training(NetworkConfig((8,)), CONFIG)
    assert session.network.sizes == (784, 8, 10)
    assert session.shows_run
    assert builders == [threading.main_thread()]
    qtbot.waitUntil(lambda: not session.run.is_active)


def test_a_run_that_is_stopped_before_it_begins_leaves_what_was_shown(session: Session, qtbot: QtBot) -> None:
    wait_for_data(qtbot, session)
    shown = session.network
    session.start_training(LARGE, CONFIG)
    session.run.stop()
    assert session.run.phase is RunPhase.IDLE
    qtbot.waitUntil(lambda: not session._jobs)
    assert session.network is shown
    assert not session.run.is_active


def test_a_pause_while_the_network_is_made_holds(session: Session, qtbot: QtBot) -> None:
    wait_for_data(qtbot, session)
    session.start_training(LARGE, CONFIG)
    session.run.pause()
    qtbot.waitUntil(lambda: session.run.history.last_batch is not None)
    assert session.run.phase is RunPhase.PAUSED
    session.run.resume()
    qtbot.waitUntil(lambda: not session.run.is_active)


def test_a_network_that_cannot_be_made_ends_its_run_with_the_reason(
    session: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def build(*_: object) -> Network:
        raise MemoryError

    monkeypatch.setattr(run_plan, "build_network", build)
    wait_for_data(qtbot, session)
    with qtbot.waitSignal(session.run_failed):
        session.start_training(LARGE, CONFIG)
    assert isinstance(session.run.error, MemoryError)
    assert session.run.phase is RunPhase.IDLE


def test_fresh_large_weights_arrive_later(session: Session, qtbot: QtBot) -> None:
    session.renew_weights(LARGE, CONFIG)
    qtbot.waitUntil(lambda: session.network.sizes == (784, 400, 10))


@pytest.mark.parametrize(
    "config",
    [
        NetworkConfig(()),
        NetworkConfig((20, 30), "maxout2,relu", normalization="batch"),
        NetworkConfig((20, 30), "relu", normalization="none,batch"),
    ],
)
def test_parameters_are_counted_before_the_network_is_made(config: NetworkConfig) -> None:
    network = build_network(784, 10, config, TrainConfig().loss, np.random.default_rng(0))
    assert config.parameter_count(784, 10) == network.parameter_count


def test_a_network_that_fits_into_no_memory_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        build_network(784, 10, NetworkConfig((10_000, 10_000)), TrainConfig().loss, np.random.default_rng(0))
    assert caught.value.field == "hidden"
    assert f"{MAX_PARAMETERS:,}" in caught.value.expected
