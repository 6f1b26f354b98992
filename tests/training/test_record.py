"""The record that goes into a model file."""

import json

import numpy as np

from digitapp.datasets.load import load_dataset
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.evaluate import evaluate
from digitapp.training.history import History
from digitapp.training.loop import train
from digitapp.training.presets import build_network
from digitapp.training.record import training_record

NETWORK = NetworkConfig((3,), "sigmoid", "normal")
CONFIG = TrainConfig("squared_error", "adam", epochs=2, batch_size=8, seed=7, optimizer_options={"beta1": 0.8})


def test_a_finished_run_is_described_in_json() -> None:
    dataset = load_dataset("toy")
    rng = np.random.default_rng(CONFIG.seed)
    network = build_network(12, 2, NETWORK, CONFIG.loss, rng)
    history = History()
    for event in train(network, dataset, CONFIG, rng):
        history.add(event)
    test = evaluate(network, CONFIG.loss, dataset.train)
    record = training_record(NETWORK, CONFIG, dataset, history, test=test)
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["dataset"] == "toy"
    assert NetworkConfig(**record["network"]) == NETWORK
    assert TrainConfig(**record["config"]) == CONFIG
    results = record["results"]
    assert (record["epochs"], record["steps"], record["finished"]) == (2, 12, True)
    assert record["learning_rate"] == CONFIG.learning_rate
    assert (results["train_samples"], results["validation_samples"], results["test_samples"]) == (48, 16, 48)
    assert history.last_epoch is not None
    assert results["validation_accuracy"] == history.last_epoch.validation_accuracy
    assert results["test_accuracy"] == test.accuracy


def test_a_run_that_was_stopped_at_once_claims_no_results() -> None:
    record = training_record(NETWORK, CONFIG, load_dataset("toy"), History())
    assert record["results"] == {}
    assert (record["epochs"], record["steps"], record["finished"]) == (0, 0, False)
    assert "parts" not in record


def test_a_run_that_ended_by_patience_is_finished() -> None:
    dataset = load_dataset("toy")
    config = TrainConfig("squared_error", "sgd", learning_rate=50.0, epochs=500, patience=1)
    rng = np.random.default_rng(0)
    network = build_network(12, 2, NETWORK, config.loss, rng)
    history = History()
    for event in train(network, dataset, config, rng):
        history.add(event)
    record = training_record(NETWORK, config, dataset, history)
    assert record["epochs"] < 500
    assert record["finished"]
    assert history.progress == 1
