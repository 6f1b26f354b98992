"""Networks that are trained together end as each of them would by itself."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import Inputs, Problem
from digitapp.datasets.toy import load_toy
from digitapp.nn import OPTIMIZERS, Network, initialize
from digitapp.training import NetworkConfig, TrainConfig
from digitapp.training.config import ConfigError
from digitapp.training.loop import train
from digitapp.training.presets import empty_network
from digitapp.training.stack import train_together

TOY = load_toy()
SEEDS = (3, 0, 41)


def alone(dataset, shape, config, seed):
    """Return the network of a run of its own, in float64."""
    plain = empty_network(dataset.problem.features, dataset.problem.classes, shape, config.loss)
    network = Network(plain.sizes, plain.activations, np.float64)
    initialize(network, shape.initializer, np.random.default_rng(seed))
    config = replace(config, seed=seed, threads=1)
    for _ in train(network, dataset, config, np.random.default_rng(seed)):
        pass
    return network


def assert_alike(dataset, shape, config):
    together = train_together(dataset, shape, config, SEEDS, np.float64)
    for network, seed in zip(together, SEEDS, strict=True):
        own = alone(dataset, shape, config, seed)
        np.testing.assert_allclose(network.parameters, own.parameters, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("shape", "config"),
    [
        ({"hidden": (3,)}, {"loss": "squared_error", "optimizer": "sgd", "learning_rate": 3.0}),
        ({"hidden": (1,), "activation": "tanh"}, {"loss": "cross_entropy"}),
        ({"hidden": (5, 4), "activation": "relu,sigmoid"}, {"loss": "binary_cross_entropy", "optimizer": "momentum"}),
        ({"hidden": (4,), "activation": "leaky_relu"}, {"loss": "hinge", "schedule": "cosine"}),
        ({"hidden": (4,)}, {"l1": 0.002, "l2": 0.01, "weight_decay": 0.1}),
        ({"hidden": ()}, {"loss": "perceptron", "optimizer": "sgd", "batch_size": 1}),
    ],
    ids=str,
)
def test_each_learns_what_it_would_by_itself(shape, config):
    config = TrainConfig(**{"batch_size": 10, "epochs": 7, "learning_rate": 0.05, **config})
    assert_alike(TOY, NetworkConfig(**{"activation": "sigmoid", "initializer": "normal", **shape}), config)


@pytest.mark.parametrize("optimizer", [key for key, optimizer in OPTIMIZERS.items() if optimizer.uses_gradient])
def test_every_rule_is_followed(optimizer):
    assert_alike(TOY, NetworkConfig((3,), "tanh"), TrainConfig(optimizer=optimizer, batch_size=16, epochs=4))


def test_a_problem_of_more_classes():
    rng = np.random.default_rng(1)
    problem = Problem("made", "Made", Inputs.POINTS, 1, 5, ("a", "b", "c"))
    part = Split(rng.normal(size=(23, 5)).astype(np.float32), rng.integers(0, 3, 23))
    assert_alike(Dataset("made", problem, part), NetworkConfig((4,)), TrainConfig(batch_size=7, epochs=3))


@pytest.mark.parametrize(
    ("shape", "config", "field"),
    [
        ({}, {"max_norm": 0.1}, "max_norm"),
        ({}, {"hidden_dropout": 0.1}, "hidden_dropout"),
        ({}, {"patience": 3}, "patience"),
        ({}, {"optimizer": "genetic"}, "optimizer"),
        ({"normalization": "batch"}, {}, "normalization"),
        ({"activation": "maxout2"}, {}, "activation"),
    ],
)
def test_what_it_does_not_know_is_refused(shape, config, field):
    with pytest.raises(ConfigError) as error:
        train_together(TOY, NetworkConfig(**{"hidden": (3,), **shape}), TrainConfig(**config), SEEDS)
    assert error.value.field == field


def test_it_ends_early_when_asked():
    cancelled = threading.Event()
    cancelled.set()
    shape, config = NetworkConfig((3,)), TrainConfig()
    networks = train_together(TOY, shape, config, SEEDS, cancelled=cancelled)
    for network, seed in zip(networks, SEEDS, strict=True):
        fresh = Network(network.sizes, network.activations)
        initialize(fresh, shape.initializer, np.random.default_rng(seed))
        np.testing.assert_array_equal(network.parameters, fresh.parameters)


def test_one_that_overflows_leaves_the_others_alone():
    shape = NetworkConfig((3,), "relu", "normal")
    config = TrainConfig(optimizer="sgd", learning_rate=1.0, loss="squared_error", batch_size=8, epochs=60)
    networks = train_together(TOY, shape, config, range(20))
    lone = train_together(TOY, shape, config, [7])[0]
    np.testing.assert_allclose(networks[7].parameters, lone.parameters, rtol=1e-4, atol=1e-5)
