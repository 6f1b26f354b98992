"""Settings that are changed while a run is under way count, are told, and are known to a run that is taken up again."""

import numpy as np
import pytest

from digitapp.datasets.toy import load_toy
from digitapp.kept.histories import KeptHistory, read_history, write_history
from digitapp.training import BatchDone, NetworkConfig, TrainConfig, build_network
from digitapp.training.checkpoint import resume, take_checkpoint
from digitapp.training.config import ConfigError
from digitapp.training.events import Change, Changed
from digitapp.training.history import History
from digitapp.training.loop import begin
from digitapp.training.record import training_record

TOY = load_toy()
SHAPE, CONFIG = NetworkConfig((6,), "tanh"), TrainConfig(epochs=8, batch_size=7, seed=4, schedule="cosine")
WISHES = {5: {"batch_size": 20, "weight_decay": 0.2}, 11: {"hidden_dropout": 0.3}}
WISHES[14] = {"batch_size": 3, "learning_rate": 0.02}


def changed_run(stop_at=None):
    """Return a run in which settings change, its history, and a checkpoint after a step."""
    network = build_network(12, 2, SHAPE, CONFIG.loss, np.random.default_rng(4))
    run, history, checkpoint = begin(network, TOY, CONFIG, np.random.default_rng(4)), History(), None
    events, command = run.events(), None
    while True:
        try:
            event = events.send(command)
        except StopIteration:
            return run, history, checkpoint
        history.add(event)
        command = None
        if isinstance(event, BatchDone):
            command = Change(WISHES[event.step]) if event.step in WISHES else None
            if event.step == stop_at:
                checkpoint = take_checkpoint(run)


@pytest.mark.parametrize("stop_at", [6, 8, 12, 15, 16, 30])
def test_a_run_that_is_taken_up_again_ends_with_the_same_bytes(stop_at):
    run, history, checkpoint = changed_run(stop_at)
    assert checkpoint is not None
    again = resume(checkpoint, TOY)
    steps = stop_at
    for event in again.events():
        if isinstance(event, BatchDone):
            steps = event.step
            if steps in WISHES:
                again.state.learning_rate = WISHES[steps].get("learning_rate", again.state.learning_rate)
                values = {name: value for name, value in WISHES[steps].items() if name != "learning_rate"}
                assert again._change(Change(values)) is not None
    assert history.last_batch is not None
    assert steps == history.last_batch.step
    assert again.network.parameters.tobytes() == run.network.parameters.tobytes()


def test_history_and_record_say_what_changed_and_where():
    _, history, _ = changed_run()
    assert [(change.step, dict(change.settings)) for change in history.changes] == list(WISHES.items())
    assert history.changes[0].before == {"batch_size": 7, "weight_decay": 0.0}
    samples, scale = len(TOY.train), history.scale
    assert history.last_batch is not None
    ends = history.epochs.column("epoch")
    assert history.last_batch.step == round(scale.steps_at(len(ends)))
    assert scale.batches_in(0) == -(-samples // 7)
    assert scale.batches_in(1) == -(-samples // 20)
    assert scale.batches_in(7) == -(-samples // 3)
    steps = np.arange(history.last_batch.step + 1)
    places = scale.epochs_at(steps)
    assert (np.diff(places) > 0).all()
    np.testing.assert_allclose([scale.steps_at(place) for place in places], steps, atol=1e-9)
    kept = read_history(write_history(KeptHistory(history))()).history
    assert kept.changes == history.changes
    record = training_record(SHAPE, CONFIG, TOY, history)
    assert record["changes"] == [{"step": step, "settings": settings} for step, settings in WISHES.items()]


@pytest.mark.parametrize(
    "settings",
    [{"hidden_dropout": 1.0}, {"batch_size": 0}, {"weight_decay": -1.0}, {"learning_rate": 0.0}, {"epochs": 3}],
)
def test_what_a_run_cannot_take_over_is_refused(settings):
    with pytest.raises(ConfigError):
        Change(settings)


def test_what_is_as_it_was_is_no_change():
    network = build_network(12, 2, SHAPE, CONFIG.loss, np.random.default_rng(4))
    events = begin(network, TOY, CONFIG, np.random.default_rng(4)).events()
    next(events)
    assert not isinstance(events.send(Change({"batch_size": CONFIG.batch_size})), Changed)
