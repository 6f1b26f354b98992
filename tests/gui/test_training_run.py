"""The worker thread and the run that the window sees: pause, step, stop, failure, and no thread left behind."""

from __future__ import annotations

import dataclasses
import functools
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from digitapp.datasets.load import load_dataset
from digitapp.gui.state.training_run import RunPhase, TrainingRun
from digitapp.gui.state.worker import TrainingWorker
from digitapp.nn.network import Network
from digitapp.training import EpochDone, TrainConfig, TrainingDiverged, begin, build_network, train, usual_configs
from digitapp.training.events import BatchDone, RunFinished
from digitapp.training.loop import Events, Run
from digitapp.training.moments import Moments

PATIENCE = 60_000  # ms
TOY = load_dataset("toy")
TOY_CONFIGS = usual_configs(TOY.problem)


def start(run: TrainingRun, config: TrainConfig, *, paused: bool = False) -> Network:
    network = build_network(12, 2, TOY_CONFIGS[0], config.loss, np.random.default_rng(config.seed))
    rng = np.random.default_rng(config.seed)
    run.start(network, lambda copy: begin(copy, TOY, config, rng), paused=paused)
    return network


class Gate(threading.Event):
    """An event that tells whether somebody waits for it."""

    is_closed = False

    def wait(self, timeout: float | None = None) -> bool:
        self.is_closed = True
        try:
            return super().wait(timeout)
        finally:
            self.is_closed = False


class WatchedWorker(TrainingWorker):
    """A worker whose rest can be seen."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.gate = self._go = Gate()
        self.gate.set()


@pytest.fixture
def run(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingRun]:  # noqa: ARG001 - Qt has to run
    monkeypatch.setattr("digitapp.gui.state.training_run.TrainingWorker", WatchedWorker)
    run = TrainingRun()
    yield run
    run.close()


def test_a_run_ends_by_itself_and_hands_over_everything(run: TrainingRun, qtbot: QtBot) -> None:
    config = dataclasses.replace(TOY_CONFIGS[1], epochs=20)
    arrived: list[np.ndarray] = []
    epochs: list[EpochDone] = []
    run.weights_arrived.connect(arrived.append)
    frames: list[bool] = []
    run.epoch_finished.connect(epochs.append)
    run.progressed.connect(lambda: frames.append(True))
    with qtbot.waitSignal(run.ended, timeout=10_000):
        first = start(run, config)
        assert run.phase is RunPhase.RUNNING
    assert run.phase is RunPhase.IDLE
    assert run.history.started is not None
    assert len(run.history.loss) == 20 * run.history.started.batches_per_epoch
    shown = [event.epoch for event in epochs]
    assert shown == sorted(set(shown)) and shown[-1] == 20
    assert len(shown) <= len(frames)  # a frame shows the newest epoch alone
    assert len(run.history.epochs) == 20
    assert run.history.progress == 1.0
    headless = build_network(12, 2, TOY_CONFIGS[0], config.loss, np.random.default_rng(config.seed))
    for _ in train(headless, TOY, config, np.random.default_rng(config.seed)):
        pass
    np.testing.assert_array_equal(arrived[-1], headless.parameters)
    assert not np.array_equal(arrived[-1], first.parameters)


def test_pause_step_and_resume(run: TrainingRun, qtbot: QtBot) -> None:
    start(run, dataclasses.replace(TOY_CONFIGS[1], epochs=100_000))
    qtbot.waitUntil(lambda: len(run.history.loss) > 10)
    run.pause()
    assert run.phase is RunPhase.PAUSED
    steps = _settled(run, qtbot)
    for expected in (steps + 1, steps + 2):
        run.step_once()
        qtbot.waitUntil(lambda expected=expected: len(run.history.loss) >= expected)
        assert _settled(run, qtbot) == expected
    run.resume()
    assert run.phase is RunPhase.RUNNING
    qtbot.waitUntil(lambda: len(run.history.loss) > steps + 50)
    with qtbot.waitSignal(run.ended, timeout=10_000):
        run.stop()
    assert run.phase is RunPhase.IDLE


def _settled(run: TrainingRun, qtbot: QtBot) -> int:
    """Return the number of batches once the worker rests and all that it did has been shown."""
    worker = run._worker
    assert isinstance(worker, WatchedWorker)
    qtbot.waitUntil(lambda: worker.gate.is_closed and not worker.events)
    return len(run.history.loss)


def test_a_run_that_starts_paused_trains_one_batch(run: TrainingRun, qtbot: QtBot) -> None:
    start(run, TOY_CONFIGS[1], paused=True)
    qtbot.waitUntil(lambda: len(run.history.loss) == 1)
    assert _settled(run, qtbot) == 1
    assert run.phase is RunPhase.PAUSED


def test_a_stop_while_paused_ends_the_run(run: TrainingRun, qtbot: QtBot) -> None:
    start(run, TOY_CONFIGS[1], paused=True)
    with qtbot.waitSignal(run.ended, timeout=10_000):
        run.stop()


def test_a_second_start_is_refused_while_a_run_is_active(run: TrainingRun) -> None:
    start(run, TOY_CONFIGS[1], paused=True)
    with pytest.raises(RuntimeError):
        start(run, TOY_CONFIGS[1])


def test_divergence_is_told_and_leaves_the_last_good_weights(run: TrainingRun, qtbot: QtBot) -> None:
    arrived: list[np.ndarray] = []
    run.weights_arrived.connect(arrived.append)
    config = dataclasses.replace(TOY_CONFIGS[1], optimizer="sgd", loss="cross_entropy", learning_rate=1000.0)
    wild = dataclasses.replace(TOY, train=dataclasses.replace(TOY.train, inputs=TOY.train.inputs * np.float32(1e18)))
    network = build_network(
        12, 2, dataclasses.replace(TOY_CONFIGS[0], hidden=()), "cross_entropy", np.random.default_rng(0)
    )
    failures: list[Exception] = []
    run.failed.connect(failures.append)
    with qtbot.waitSignal(run.ended, timeout=10_000):
        run.start(network, functools.partial(begin, dataset=wild, config=config, rng=np.random.default_rng(0)))
    assert isinstance(failures[0], TrainingDiverged)
    assert np.isfinite(arrived[-1]).all()
    assert run.phase is RunPhase.IDLE


def test_close_in_the_middle_waits_for_the_thread(run: TrainingRun, qtbot: QtBot) -> None:
    start(run, dataclasses.replace(TOY_CONFIGS[1], epochs=100_000))
    qtbot.waitUntil(lambda: len(run.history.loss) > 10)
    run.close()
    assert run.phase is RunPhase.IDLE


def test_a_slow_pace_is_kept_and_can_be_lifted(run: TrainingRun, qtbot: QtBot) -> None:
    run.set_pace(20)
    began = time.monotonic()
    start(run, dataclasses.replace(TOY_CONFIGS[1], epochs=100_000))
    qtbot.waitUntil(lambda: len(run.history.loss) > 3)
    assert len(run.history.loss) <= 20 * (time.monotonic() - began) + 1
    run.set_pace(None)
    qtbot.waitUntil(lambda: len(run.history.loss) > 500)


def test_the_learning_rate_changes_while_running(run: TrainingRun, qtbot: QtBot) -> None:
    start(run, dataclasses.replace(TOY_CONFIGS[1], epochs=100_000))
    qtbot.waitUntil(lambda: run.history.last_batch is not None)
    run.set_learning_rate(0.125)
    qtbot.waitUntil(lambda: run.history.last_batch is not None and run.history.last_batch.learning_rate == 0.125)


def test_a_stopped_run_hands_over_its_average_without_normalisation(run: TrainingRun, qtbot: QtBot) -> None:
    arrived: list[np.ndarray] = []
    run.weights_arrived.connect(arrived.append)
    config = dataclasses.replace(TOY_CONFIGS[1], epochs=100_000, averaging=0.99, pretrain_epochs=2)
    shape = dataclasses.replace(TOY_CONFIGS[0], normalization="batch")
    network = build_network(12, 2, shape, config.loss, np.random.default_rng(0))
    runs: list[Run] = []

    def start_run(copy: Network) -> Run:
        runs.append(begin(copy, TOY, config, np.random.default_rng(0)))
        return runs[0]

    run.start(network, start_run)
    qtbot.waitUntil(lambda: len(run.history.loss) > 10)
    with qtbot.waitSignal(run.ended, timeout=10_000):
        run.stop()
    assert run.history.pretraining is not None
    plain = network.folded()
    assert arrived[-1].shape == plain.parameters.shape
    plain.parameters[:] = arrived[-1]
    averaged = network.copy()
    averaged.state[:] = runs[0].state.kept["average"]
    np.testing.assert_allclose(plain.forward(TOY.train.inputs), averaged.forward(TOY.train.inputs), atol=1e-5)


class _HeldRun(Run):
    """A run whose every batch takes until `go_on` is set."""

    begun, go_on = threading.Event(), threading.Event()

    def events(self) -> Events:
        for event in super().events():
            if isinstance(event, BatchDone):
                self.begun.set()
                self.go_on.wait()
            yield event


@pytest.mark.parametrize("paused", [True, False], ids=["a step, then stop", "stop, then pause"])
def test_stop_wins_over_a_step_and_a_pause(run: TrainingRun, qtbot: QtBot, paused: bool) -> None:
    _HeldRun.begun.clear()
    _HeldRun.go_on.clear()
    config, rng = TOY_CONFIGS[1], np.random.default_rng(0)
    network = build_network(12, 2, TOY_CONFIGS[0], config.loss, rng)
    run.start(network, lambda copy: _HeldRun(copy, TOY, config, rng), paused=paused)
    assert _HeldRun.begun.wait(10)
    run.stop()
    run.pause()
    _HeldRun.go_on.set()
    qtbot.waitUntil(lambda: not run.is_active)


def test_going_on_wins_over_the_rest_that_a_step_ends_with(qtbot: QtBot) -> None:  # noqa: ARG001 - Qt has to run
    """The first batch is told before the thread rests: who hears of it may go on in between."""

    class Impatient(Moments):
        def wants(self, step: int) -> bool:
            if step == 1:
                worker.resume()
            return False

    config = dataclasses.replace(TOY_CONFIGS[1], epochs=2)
    network = build_network(12, 2, TOY_CONFIGS[0], config.loss, np.random.default_rng(0))
    worker = TrainingWorker(network, lambda own: begin(own, TOY, config, np.random.default_rng(0)), Impatient(0))
    worker.step_once()
    worker.start()
    assert worker.wait(PATIENCE)
    assert isinstance(worker.events[-1], RunFinished)
