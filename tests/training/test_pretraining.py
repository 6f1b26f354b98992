"""Greedy layer-wise pretraining: the error of the restored inputs falls, and the run starts from there."""

import numpy as np

from digitapp.datasets.handwriting import generate
from digitapp.datasets.load import load_dataset
from digitapp.nn import Network, initialize
from digitapp.training import (
    BatchDone,
    NetworkConfig,
    PretrainingStep,
    RunStarted,
    TrainConfig,
    build_network,
    train,
)
from digitapp.training.pretraining import pretrain


def test_the_reconstruction_error_falls_in_every_layer_on_handwriting():
    inputs = generate(300, seed=0).train.inputs
    network = Network((784, 40, 20, 10), ["relu", "sigmoid", "identity"])
    initialize(network, "he", np.random.default_rng(0))
    before = network.copy()

    steps = list(pretrain(network, inputs, 8, 20, np.random.default_rng(1)))

    ends = [step for step in steps if step.batch == step.batches]
    for layer in (1, 2):
        errors = [step.error for step in ends if step.layer == layer]
        assert len(errors) == 8
        assert errors[-1] < 0.5 * errors[0]
    assert not np.array_equal(network.weights[0], before.weights[0])
    assert not np.array_equal(network.weights[1], before.weights[1])
    np.testing.assert_array_equal(network.weights[2], before.weights[2])


def test_a_run_starts_where_the_pretraining_ended():
    toy = load_dataset("toy")
    config = TrainConfig(epochs=1, batch_size=16, pretrain_epochs=3)
    network_config = NetworkConfig((5, 4), "tanh", "glorot", "batch,none")
    networks = []
    for _ in range(2):
        rng = np.random.default_rng(0)
        network = build_network(12, 2, network_config, config.loss, rng)
        start = network.state.copy()
        events = train(network, toy, config, rng)
        assert isinstance(next(events), RunStarted)
        steps = [next(events) for _ in range(2 * 3 * 3)]
        assert all(isinstance(step, PretrainingStep) for step in steps)
        np.testing.assert_array_equal(network.state, start)  # in place all at once
        assert isinstance(next(events), BatchDone)
        assert not np.allclose(network.weights[0], network.views(start)[0][0], rtol=0, atol=0.002)
        list(events)
        networks.append(network.state.tobytes())
    assert networks[0] == networks[1]


def test_pretraining_learns_the_same_whatever_optimiser_the_run_uses():
    toy = load_dataset("toy")
    errors = []
    for optimizer in ("adam", "genetic"):
        config = TrainConfig(optimizer=optimizer, epochs=1, pretrain_epochs=2)
        rng = np.random.default_rng(0)
        network = build_network(12, 2, NetworkConfig((5,)), config.loss, rng)
        errors.append([e.error for e in train(network, toy, config, rng) if isinstance(e, PretrainingStep)])
    assert errors[0] == errors[1]
