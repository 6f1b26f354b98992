"""What becomes of a training of the window is seen by every process; it waits for a disk that cannot be written to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.state import run_keeper
from digitapp.gui.state.training_run import RunPhase
from digitapp.gui.window.main_window import MainWindow
from digitapp.kept import FILE_NAME
from digitapp.kept.register import RunLine, read_curves, read_lines
from digitapp.kept.runs import RunFate
from digitapp.kept.store import Store
from digitapp.modelfile import load_model
from digitapp.runs.plan import Plan
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.evaluate import evaluate

NETWORK = NetworkConfig(hidden=(3,))
CONFIG = TrainConfig(epochs=60, batch_size=16, optimizer="adam", learning_rate=0.05, seed=4)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(run_keeper, "FIRST_MS", 20)
    monkeypatch.setattr(run_keeper, "EVERY_MS", 50)
    return tmp_path / "digitapp"


@pytest.fixture
def begun(open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot) -> MainWindow:
    """A window whose training is on the disk."""
    window = open_window("toy", kept=kept)
    window.show_page(TrainPage)
    session = window.session
    qtbot.waitUntil(lambda: session.dataset is not None)
    session.run.set_pace(100)
    session.start_training(NETWORK, CONFIG)
    qtbot.waitUntil(lambda: any(line.has_checkpoint for line in lines(kept)))
    return window


def lines(folder: Path) -> list[RunLine]:
    """Return the runs as another process sees them."""
    if not (folder / FILE_NAME).exists():
        return []
    store = Store(folder)
    found = read_lines(store)
    store.close()
    return found


def test_a_run_is_under_way_then_interrupted_then_ended_as_the_same(
    begun: MainWindow, kept: Path, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    (line,) = lines(kept)
    assert line.fate is RunFate.UNDER_WAY and not line.is_command
    assert begun.close()
    (cut,) = lines(kept)
    assert cut.fate is RunFate.INTERRUPTED and cut.key == line.key and cut.steps > 0 and cut.ended is None
    again = open_window("toy", kept=kept)
    session = again.session
    qtbot.waitUntil(lambda: session.interrupted is not None)
    assert lines(kept)[0].fate is RunFate.INTERRUPTED  # nobody has gone on with it yet
    assert session.interrupted is not None
    session.resumer.resume(session.interrupted.desk)
    qtbot.waitUntil(lambda: session.run.is_active and lines(kept)[0].fate is RunFate.UNDER_WAY)
    session.run.set_pace(None)
    qtbot.waitUntil(lambda: lines(kept)[0].fate is RunFate.ENDED)
    (ended,) = lines(kept)
    assert ended.key == line.key and ended.epochs == CONFIG.epochs and ended.fingerprint
    check_weights(kept, ended, again, qtbot)
    assert not list((kept / "locks").glob("run-*"))


def check_weights(kept: Path, line: RunLine, window: MainWindow, qtbot: QtBot) -> None:
    """The weights that are kept of the best epoch and of the end are those: measured anew, they are as good."""
    store = Store(kept)
    ((best, end),) = store.rows("SELECT best, network FROM runs WHERE run = ?", line.key)
    curves = read_curves(store, line.key)
    store.close()
    assert window.session.dataset is not None
    validation = window.session.dataset.validation
    assert validation is not None
    merits = [*zip(curves["validation_accuracy"], (-loss for loss in curves["validation_loss"]), strict=True)]
    for name, epoch in ((best, merits.index(max(merits))), (end, -1)):
        model = load_model(kept / "networks" / name)
        measured = evaluate(model.network, model.loss, validation)
        assert measured.accuracy == pytest.approx(curves["validation_accuracy"][epoch])
        assert measured.loss == pytest.approx(curves["validation_loss"][epoch], rel=1e-4)
    # What a row names no more is deleted when the row is on the disk.
    qtbot.waitUntil(lambda: len([*(kept / "networks").glob(f"run-{line.key}*")]) == len({best, end}))


def test_every_seed_of_an_experiment_keeps_its_best_weights(
    open_window: Callable[..., MainWindow], kept: Path, qtbot: QtBot
) -> None:
    window = open_window("toy", kept=kept)
    window.show_page(TrainPage)
    session = window.session
    qtbot.waitUntil(lambda: session.dataset is not None)
    session.begin_experiment(Plan(session.problem, NETWORK, CONFIG, None, session.dataset), [4, 5], "two")
    qtbot.waitUntil(lambda: [line.fate for line in lines(kept)] == [RunFate.ENDED] * 2)
    for line in lines(kept):
        assert line.name == "two" and line.fingerprint and line.seconds > 0
        check_weights(kept, line, window, qtbot)
    assert not list((kept / "locks").glob("run-*"))


@pytest.mark.skipif(sys.platform != "linux", reason="where data lie is told by XDG_DATA_HOME")
def test_window_and_command_line_train_at_once_and_each_run_is_there_once(
    begun: MainWindow, kept: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    begun.session.run.set_pace(None)
    out = tmp_path / "model.safetensors"
    settings = "--dataset", "toy", "--epochs", "300", "--repeat", "2", "--name", "beside", "--out", str(out)
    command = [sys.executable, "-m", "digitapp", "train", *settings]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        qtbot.waitUntil(lambda: process.poll() is not None)
    assert process.returncode == 0
    qtbot.waitUntil(lambda: all(line.fate is RunFate.ENDED for line in lines(kept)))
    found = lines(kept)
    assert sorted(line.is_command for line in found) == [False, True, True] and len({line.key for line in found}) == 3
    assert {line.epochs for line in found if line.is_command} == {300}
    assert [line.epochs for line in found if not line.is_command] == [CONFIG.epochs]


def test_training_waits_while_it_cannot_be_written(begun: MainWindow, kept: Path, qtbot: QtBot) -> None:
    run = begun.session.run
    label = begun.findChild(QLabel, "keptLabel")
    assert isinstance(label, QLabel)
    kept.rename(kept.with_name("pulled"))
    qtbot.waitUntil(lambda: run.phase is RunPhase.PAUSED)
    told = "The training waits for the disk (its folder has gone), then goes on."
    qtbot.waitUntil(lambda: told in label.text(), timeout=15_000)
    assert not kept.exists()  # nothing is made in its place
    qtbot.wait(100)  # what was on its way has come
    reached = len(run.history.loss)
    kept.with_name("pulled").rename(kept)
    qtbot.waitUntil(lambda: run.phase is RunPhase.RUNNING, timeout=15_000)
    qtbot.waitUntil(lambda: label.text() == "" and len(run.history.loss) > reached)
    run.set_pace(None)
    qtbot.waitUntil(lambda: [line.fate for line in lines(kept)] == [RunFate.ENDED])
    assert lines(kept)[0].epochs == CONFIG.epochs


def test_a_run_that_was_paused_by_hand_stays_so(begun: MainWindow, kept: Path, qtbot: QtBot) -> None:
    run = begun.session.run
    run.pause()
    kept.rename(kept.with_name("pulled"))
    begun.session.select_unit(0, 1)  # something to be written
    label = begun.findChild(QLabel, "keptLabel")
    assert isinstance(label, QLabel)
    qtbot.waitUntil(lambda: "It is tried again" in label.text())
    kept.with_name("pulled").rename(kept)
    qtbot.waitUntil(lambda: label.text() == "", timeout=15_000)
    assert run.phase is RunPhase.PAUSED
