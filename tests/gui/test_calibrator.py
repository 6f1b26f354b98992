"""Networks trained in the window: calibrated when their run has ended and when they are saved, never by a stale fit."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_helpers import OpenSession, noise_digits
from pytestqt.qtbot import QtBot

from digitapp.calibration import UNCALIBRATED, Calibration, calibrate
from digitapp.datasets.collection import Collection, Sample
from digitapp.datasets.problems import MNIST
from digitapp.gui.pages.hand import tuning
from digitapp.gui.state.models import OWN_NETWORK, ModelEntry
from digitapp.gui.state.session import Session
from digitapp.modelfile import Model, load_model
from digitapp.runs.plan import Plan
from digitapp.training import NetworkConfig, usual_configs

NETWORK = NetworkConfig((4,), "relu", "he")
CONFIG = replace(usual_configs(MNIST)[1], epochs=3, batch_size=50)
KNOWN = Calibration(2.0, 0.25)


@pytest.fixture
def session(open_session: OpenSession) -> Session:
    """A session with a network 784-4-10 and enough validation images to calibrate on."""
    return a_session(open_session, validation=200)


def a_session(open_session: OpenSession, validation: int) -> Session:
    session = open_session("mnist", (4,), dataset=noise_digits(200, validation))
    session.data.request("handwriting")
    return session


def calibrated(session: Session) -> Model:
    return replace(session.model, calibration=KNOWN, name="known")


def run_through(session: Session, qtbot: QtBot, source: Model | None = None) -> None:
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=20_000)
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(NETWORK, CONFIG, source=source)


def fitted(session: Session, model: Model, otherwise: Calibration = UNCALIBRATED) -> Calibration:
    assert session.dataset is not None
    return calibrate(model.network, model.loss, [session.dataset.validation], otherwise)


def begin_paused(session: Session, qtbot: QtBot, source: Model | None = None) -> None:
    """Train one batch, and wait until its weights are shown."""
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=20_000)
    before = session.network.parameters.copy()
    session.start_training(NETWORK, CONFIG, source=source, paused=True)
    qtbot.waitUntil(lambda: not np.array_equal(session.network.parameters, before), timeout=20_000)


def test_a_run_ends_with_a_calibrated_network(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    run_through(session, qtbot)
    qtbot.waitUntil(lambda: session.model.calibration != UNCALIBRATED, timeout=20_000)
    assert session.model.calibration == fitted(session, session.model)
    session.save_model(tmp_path / "own.safetensors")
    saved = load_model(tmp_path / "own.safetensors")
    assert saved.calibration == session.model.calibration
    assert saved.training["finished"] is True


def test_a_run_keeps_the_calibration_it_began_with_until_it_ends(session: Session, qtbot: QtBot) -> None:
    begin_paused(session, qtbot, calibrated(session))
    assert session.shows_run
    assert session.model.calibration == KNOWN
    session.run.stop()
    qtbot.waitUntil(lambda: session.model.calibration != KNOWN, timeout=20_000)
    assert session.model.calibration == fitted(session, session.model)
    branch = session.time_machine.branches[-1]
    session.show_moment(branch.moments.kept[0])
    assert session.model.calibration == branch.model.calibration != KNOWN, "its moments are those of one run"


def test_too_few_validation_images_change_no_calibration(
    open_session: OpenSession, qtbot: QtBot, tmp_path: Path
) -> None:
    session = a_session(open_session, validation=20)
    run_through(session, qtbot, calibrated(session))
    assert session.model.calibration == KNOWN
    run_through(session, qtbot)
    session.save_model(tmp_path / "own.safetensors")
    assert load_model(tmp_path / "own.safetensors").calibration == UNCALIBRATED


def test_what_is_saved_during_a_run_is_calibrated_as_it_is_now(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    begin_paused(session, qtbot, replace(calibrated(session), training={"results": {"test_accuracy": 1.0}}))
    session.save_model(tmp_path / "now.safetensors")
    saved = load_model(tmp_path / "now.safetensors")
    np.testing.assert_array_equal(saved.network.parameters, session.network.parameters)
    assert saved.calibration == fitted(session, saved) != KNOWN
    assert (saved.training["start_from"], saved.training["steps"], saved.training["finished"]) == ("known", 1, False)
    assert saved.training["results"] == {}, "those of the model it began with are not its own"


def test_a_saved_moment_says_of_which_run_it_is(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    run_through(session, qtbot)
    moment = session.time_machine.branches[-1].moments.kept[5]
    session.show_moment(moment)
    session.save_model(tmp_path / "moment.safetensors")
    saved = load_model(tmp_path / "moment.safetensors")
    record = saved.training
    assert record["moment"] == {"run": 1, "step": moment.step, "epoch": moment.step / 4}
    assert (record["steps"], record["epochs"], record["finished"]) == (moment.step, moment.step // 4, False)
    assert record["network"]["hidden"] == [4]
    assert record["results"] == {}
    assert saved.calibration == fitted(session, saved)

    past = session.time_machine.past
    assert past is not None
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.start_training(NETWORK, CONFIG, source=past)
    assert session.model.training["branched_from"] == record["moment"]


def test_a_network_that_knows_what_is_no_digit_goes_on_learning_it(
    session: Session, qtbot: QtBot, tmp_path: Path
) -> None:
    begin_paused(session, qtbot, replace(calibrated(session), training={"foils": 600, "results": {}}))
    started = session.run.history.started
    assert started is not None
    assert started.training_samples == 200 + 17
    assert session.foils == 17
    assert session.model.training == {"foils": 17}, "who fine-tunes it meanwhile has to know"
    assert session.dataset is not None
    assert len(session.dataset.train) == 200, "every page shows the digits alone"
    with qtbot.waitSignal(session.model_described, timeout=20_000):
        session.run.resume()
    assert session.model.training["foils"] == 17
    epoch = session.run.history.last_epoch
    assert epoch is not None
    assert epoch.confusion.sum() == 200
    session.show_moment(session.time_machine.branches[-1].moments.kept[2])
    session.save_model(tmp_path / "moment.safetensors")
    assert load_model(tmp_path / "moment.safetensors").training["foils"] == 17

    run_through(session, qtbot, session.model)
    assert session.model.training["foils"] == 17, "and so does a branch of that run"
    run_through(session, qtbot)
    assert "foils" not in session.model.training
    assert session.foils == 0


def test_a_run_that_is_stopped_before_its_data_are_made_does_not_begin(session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: session.dataset is not None, timeout=20_000)
    shown = session.network
    session.start_training(NETWORK, CONFIG, source=replace(calibrated(session), training={"foils": 600}))
    assert session.run.is_active
    session.run.stop()
    assert not session.run.is_active
    qtbot.waitUntil(lambda: len(session._jobs) == 0, timeout=20_000)
    assert session.network is shown
    assert session.time_machine.branches == []


def test_another_loss_drops_the_calibration(session: Session) -> None:
    plan = Plan(session.problem, NETWORK, replace(CONFIG, loss="hinge"), calibrated(session))
    assert plan.make().shown.calibration == UNCALIBRATED
    taught = replace(plan, source=replace(calibrated(session), training={"foils": 9}), dataset=session.dataset)
    assert taught.foils == 0
    assert replace(plan, config=CONFIG).make().shown.calibration == KNOWN


def test_a_network_that_was_not_trained_is_saved_as_it_is(session: Session, qtbot: QtBot, tmp_path: Path) -> None:
    run_through(session, qtbot)
    session.renew_weights(NETWORK, CONFIG)
    assert session.current_entry.key == OWN_NETWORK
    session.save_model(tmp_path / "new.safetensors")
    saved = load_model(tmp_path / "new.safetensors")
    assert saved.calibration == UNCALIBRATED
    assert saved.training == {}


def test_fine_tuning_calibrates_anew(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "fine_tune", lambda network, *_, **__: network.copy())
    data = noise_digits(200, 200)
    others = replace(data, test=data.validation)
    model = calibrated(session)
    digit = Sample(np.full((28, 28), 255, np.uint8), 3, held_out=False)
    tuned = tuning.tune(
        ModelEntry("m", "file", model),
        "M",
        Collection((digit,)),
        [others],
        lambda _done, _total: None,
        threading.Event(),
    ).model
    assert tuned.calibration == calibrate(model.network, model.loss, [data.validation])
    assert tuned.calibration != KNOWN
