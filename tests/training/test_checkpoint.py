"""A run that was interrupted and taken up again ends with the same bytes as one that was not."""

import json
from dataclasses import replace

import numpy as np
import pytest
import safetensors.numpy

from digitapp.datasets.load import load_dataset
from digitapp.nn import OPTIMIZERS, Network
from digitapp.training import BatchDone, EpochDone, NetworkConfig, SetLearningRate, TrainConfig, build_network
from digitapp.training.checkpoint import CheckpointError, load_checkpoint, resume, save_checkpoint, take_checkpoint
from digitapp.training.loop import Run

EVERYTHING = TrainConfig(
    epochs=4,
    batch_size=7,
    learning_rate=0.01,
    schedule="one_cycle",
    hidden_dropout=0.3,
    input_dropout=0.1,
    label_smoothing=0.1,
    averaging=0.9,
    patience=3,
    weight_decay=0.01,
    l2=0.001,
    clip_norm=1.0,
    max_norm=2.0,
    pretrain_epochs=1,
)


@pytest.fixture(scope="module")
def toy():
    return load_dataset("toy")


def new_run(toy, config):
    rng = np.random.default_rng(config.seed)
    network_config = NetworkConfig((5, 4), "relu,maxout2", "he", "none,batch")
    network = build_network(12, 2, network_config, config.loss, rng)
    return Run(network, toy, config, rng)


def told(events):
    """What the events say, without times."""
    batches = [event for event in events if isinstance(event, BatchDone)]
    ends = [
        (event.epoch, event.train_loss, event.validation_loss, event.confusion.tolist())
        for event in events
        if isinstance(event, EpochDone)
    ]
    return batches, ends


@pytest.mark.parametrize(
    "stop_after", [1, 4, 15, 16, 18, 21, 22, 23, 34]
)  # 7 batches an epoch, twice without labels: event 22 is the last of the first epoch, 23 its end
def test_resuming_gives_the_same_events_and_bytes(toy, tmp_path, stop_after):
    whole = new_run(toy, EVERYTHING)
    expected = list(whole.events())

    interrupted = new_run(toy, EVERYTHING)
    events = interrupted.events()
    before = [next(events) for _ in range(stop_after)]
    save_checkpoint(take_checkpoint(interrupted), tmp_path / "run.ckpt")
    events.close()
    resumed = resume(load_checkpoint(tmp_path / "run.ckpt"), toy)
    after = list(resumed.events())

    assert told(before + after) == told(expected)
    assert resumed.network.state.tobytes() == whole.network.state.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimiser_can_be_taken_up_again(toy, optimizer):
    config = TrainConfig(optimizer=optimizer, epochs=6, batch_size=10, learning_rate=0.01)
    whole = new_run(toy, config)
    list(whole.events())
    interrupted = new_run(toy, config)
    events = interrupted.events()
    for _ in range(9):
        next(events)
    checkpoint = take_checkpoint(interrupted)
    list(events)  # what goes on does not change what was taken

    resumed = resume(checkpoint, toy)
    list(resumed.events())

    assert resumed.network.parameters.tobytes() == whole.network.parameters.tobytes()
    assert interrupted.network.parameters.tobytes() == whole.network.parameters.tobytes()


def test_a_changed_learning_rate_is_remembered(toy):
    run = new_run(toy, TrainConfig(epochs=2))
    events = run.events()
    next(events)
    events.send(SetLearningRate(0.5))
    assert resume(take_checkpoint(run), toy).state.learning_rate == 0.5


def test_other_data_are_refused(toy):
    checkpoint = take_checkpoint(new_run(toy, TrainConfig()))
    inputs = toy.train.inputs.copy()
    inputs[0, 0] = 1 - inputs[0, 0]

    with pytest.raises(CheckpointError, match="not those of the interrupted run"):
        resume(checkpoint, replace(toy, train=replace(toy.train, inputs=inputs)))


@pytest.mark.parametrize(
    "damage",
    [
        {"facts": {"sizes": [12, 6, 2]}},
        {"facts": {"activations": ["swoosh", "identity"]}},
        {"facts": {"config": {"epochs": 0}}},
        {"facts": {"config": {"colour": "red"}}},
        {"facts": {"step": "many"}},
        {"facts": {"shuffling": {}}},
        {"facts": {"silencing": None}},
        {"facts": {"sizes": [12, 10_000, 10_000, 2]}},
        {"facts": {"sizes": [12] * 60}},
        {"facts": {"sizes": [12, 10**12, 2]}},
        {"facts": {"normalized": [True, False]}},
        {"facts": {"config": {"optimizer": "genetic", "optimizer_options": {"population": 1000}}}},
        {"facts": {"batch": 10**9}},
        {"facts": {"epoch": -1}},
        {"arrays": {"network": np.zeros(3, np.float32)}},
        {"arrays": {"network": np.zeros(77, np.int64)}},
        {"arrays": {"optimizer.m": np.zeros(77)}},
    ],
    ids=str,
)
def test_a_checkpoint_that_contradicts_itself_is_refused(toy, damage):
    checkpoint = take_checkpoint(new_run(toy, TrainConfig()))
    broken = replace(
        checkpoint,
        facts={**checkpoint.facts, **damage.get("facts", {})},
        arrays={**checkpoint.arrays, **damage.get("arrays", {})},
    )
    with pytest.raises(CheckpointError):
        resume(broken, toy)


@pytest.mark.parametrize("missing", ["data", "sizes", "config", "step", "shuffling"])
def test_a_checkpoint_that_lacks_something_is_refused(toy, missing):
    checkpoint = take_checkpoint(new_run(toy, TrainConfig()))
    facts = {name: value for name, value in checkpoint.facts.items() if name != missing}
    with pytest.raises(CheckpointError, match=missing):
        resume(replace(checkpoint, facts=facts), toy)


def test_files_that_are_no_checkpoints_are_refused(tmp_path):
    path = tmp_path / "run.ckpt"
    contents = [
        b"hello",
        b"",
        safetensors.numpy.save({"a": np.zeros(2)}),
        safetensors.numpy.save({"a": np.zeros(2)}, {"digitapp_checkpoint": "{"}),
        safetensors.numpy.save({"a": np.zeros(2)}, {"digitapp_checkpoint": json.dumps({"version": 99})}),
    ]
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(CheckpointError) as error:
            load_checkpoint(path)
        assert error.value.path == path
    with pytest.raises(CheckpointError):
        load_checkpoint(tmp_path / "nothing")


def test_a_float64_run_is_taken_up_in_float64(toy):
    network = Network((12, 2), ["identity"], np.float64)
    run = Run(network, toy, TrainConfig(), np.random.default_rng(0))
    assert resume(take_checkpoint(run), toy).network.dtype == np.float64
