"""Configs refuse what cannot be, by field, and read what people type."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets.problems import PROBLEMS
from digitapp.training import (
    ConfigError,
    NetworkConfig,
    TrainConfig,
    build_network,
    parse_hidden,
    parse_number,
    parse_whole,
    preset_configs,
    usual_configs,
)

WRONG = {
    "loss": ["", "mse", None],
    "optimizer": ["adamant", 3],
    "learning_rate": [0, -0.1, math.nan, math.inf, 1001, "0.1", True],
    "momentum": [-0.1, 1, math.nan, "0.9"],
    "batch_size": [0, -5, 2.5, "64", True, 10**9],
    "epochs": [0, -1, 1.0, None, 10**7],
    "weight_decay": [-1e-9, 11, math.nan],
    "l1": [-1, math.inf],
    "l2": [-1, "0"],
    "seed": [-1, 1.5, 2**63],
    "threads": [-1, 1.0, 257],
    "schedule": ["sometimes"],
    "max_norm": [-1, "3"],
    "input_dropout": [1, -0.1],
    "hidden_dropout": [1.0, None],
    "label_smoothing": [0.95],
    "clip_norm": [-1, math.nan],
    "averaging": [1],
    "patience": [-1, 1.5],
    "pretrain_epochs": [-1, 1.0, 1001],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_a_wrong_value_is_refused_by_field(field, value):
    with pytest.raises(ConfigError) as error:
        replace(TrainConfig(), **{field: value})

    assert error.value.field == field
    assert error.value.value is value
    assert error.value.expected
    assert not error.value.expected.endswith(".")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("hidden", (0,)),
        ("hidden", (10_001,)),
        ("hidden", (128.0,)),
        ("hidden", (1,) * 21),
        ("hidden", "128"),
        ("activation", "swoosh"),
        ("activation", "relu,swoosh"),
        ("activation", "relu,tanh"),
        ("activation", None),
        ("initializer", "guess"),
        ("normalization", "layer"),
        ("normalization", "none,batch"),
        ("normalization", True),
    ],
)
def test_a_wrong_network_is_refused_by_field(field, value):
    with pytest.raises(ConfigError) as error:
        replace(NetworkConfig(), **{field: value})
    assert error.value.field == field


def test_what_is_expected_is_a_short_phrase():
    with pytest.raises(ConfigError) as error:
        TrainConfig(learning_rate=0)
    assert error.value.expected == "a number above 0 and at most 1000"
    with pytest.raises(ConfigError) as error:
        TrainConfig(batch_size=0)
    assert error.value.expected == "a whole number from 1 to 1,000,000"


def test_options_of_the_optimiser_are_checked_against_its_registry_entry():
    assert TrainConfig(optimizer_options={"beta1": 0.8}).optimizer_arguments() == {"beta1": 0.8}
    assert TrainConfig(optimizer="momentum", momentum=0.5).optimizer_arguments() == {"momentum": 0.5}
    assert TrainConfig(optimizer="sgd").optimizer_arguments() == {}
    with pytest.raises(ConfigError) as error:
        TrainConfig(optimizer_options={"beta1": 1.5})
    assert error.value.field == "optimizer_options.beta1"
    with pytest.raises(ConfigError, match="one of beta1, beta2, epsilon"):
        TrainConfig(optimizer_options={"gamma": 1})


def test_the_limits_themselves_are_allowed():
    assert NetworkConfig(hidden=(10_000,) * 20).hidden == (10_000,) * 20
    assert NetworkConfig(hidden=()).hidden == ()
    config = TrainConfig(learning_rate=1000, batch_size=1, epochs=1, seed=2**63 - 1, momentum=0)
    assert (config.learning_rate, config.batch_size, config.epochs) == (1000, 1, 1)
    assert (config.seed, config.momentum) == (2**63 - 1, 0)


def test_a_list_of_layers_becomes_a_tuple():
    assert NetworkConfig(hidden=[16, 8]).hidden == (16, 8)  # pyright: ignore[reportArgumentType]


def test_configs_are_values():
    assert TrainConfig() == TrainConfig()
    assert hash(TrainConfig()) == hash(TrainConfig())


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=list(PROBLEMS))
def test_every_preset_is_made_of_settings_that_can_be_used(problem):
    assert len({preset.key for preset in problem.presets}) == len(problem.presets)
    for preset in problem.presets:
        network, _ = preset_configs(preset)
        network.check_size(problem.features, problem.classes)
    assert usual_configs(problem) == preset_configs(problem.presets[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("128", (128,)),
        ("128,64", (128, 64)),
        (" 128 ，64、 32 ", (128, 64, 32)),
        ("128 64", (128, 64)),
        ("", ()),
        (" ", ()),
    ],
)
def test_hidden_layers_are_read_from_text(text, expected):
    assert parse_hidden(text) == expected


@pytest.mark.parametrize("text", ["a", "128;64", "0", "12.5", "-3", "10001", "1," * 21])
def test_hidden_layers_that_cannot_be_are_refused(text):
    with pytest.raises(ConfigError) as error:
        parse_hidden(text)
    assert error.value.field == "hidden"
    assert error.value.value == text


@given(st.lists(st.integers(1, 10_000), max_size=20))
def test_hidden_layers_survive_being_written_and_read(sizes):
    assert parse_hidden(", ".join(map(str, sizes))) == tuple(sizes)


def test_numbers_are_read_from_text():
    assert parse_number("learning_rate", " 0,5 ") == 0.5
    assert parse_number("learning_rate", "1e-3") == 0.001
    assert parse_number("l1", "−0.5") == -0.5
    assert parse_whole("epochs", " １２ ") == 12
    for text in ("", "fast", "nan", "inf", "1 2"):
        with pytest.raises(ConfigError):
            parse_number("learning_rate", text)
    for text in ("", "1.5", "many"):
        with pytest.raises(ConfigError):
            parse_whole("epochs", text)


def test_hidden_layers_may_differ_in_their_activation():
    assert NetworkConfig((8, 4), "tanh").hidden_activations == ("tanh", "tanh")
    assert NetworkConfig((), "tanh").hidden_activations == ()
    config = NetworkConfig((8, 4), "relu, tanh")
    network = build_network(3, 2, config, "cross_entropy", np.random.default_rng(0))
    assert network.activations == ("relu", "tanh", "identity")
    with pytest.raises(ConfigError) as error:
        NetworkConfig((8, 4, 2), "relu,tanh")
    assert error.value.expected == "one name, or 3 for 3 hidden layers"
