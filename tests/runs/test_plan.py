"""One way to begin a run: the same plan gives the same bytes, whoever begins it and how often."""

from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import TOY
from digitapp.modelfile import load_model
from digitapp.nn.network import UnitRef
from digitapp.runs.marks import Marks
from digitapp.runs.plan import Plan
from digitapp.training import ConfigError, NetworkConfig, TrainConfig, build_network, train, usual_configs

NETWORK, CONFIG = usual_configs(TOY)
SHORT = replace(CONFIG, epochs=3)


def trained(plan: Plan) -> bytes:
    """Return the parameters that a run of the plan ends with."""
    run = plan.make().begin()
    for _ in run.events():
        pass
    return run.network.state.tobytes()


def test_a_run_of_a_plan_is_a_run_of_its_settings() -> None:
    data, rng = load_dataset("toy"), np.random.default_rng(SHORT.seed)
    network = build_network(TOY.features, TOY.classes, NETWORK, SHORT.loss, rng)
    for _ in train(network, data, SHORT, rng):
        pass
    plan = Plan(TOY, NETWORK, SHORT, dataset=data)
    assert trained(plan) == trained(plan) == network.state.tobytes()
    assert trained(replace(plan, config=replace(SHORT, seed=1))) != network.state.tobytes()


def test_several_runs_begin_from_one_start() -> None:
    start = Plan(TOY, NETWORK, SHORT, dataset=load_dataset("toy")).make()
    ends = []
    for _ in range(2):
        run = start.begin(start.network.copy())
        for _ in run.events():
            pass
        ends.append(run.network.state.tobytes())
    assert ends[0] == ends[1]
    np.testing.assert_array_equal(start.shown.network.parameters, start.network.parameters)
    assert start.shown.network is not start.network


def test_a_run_goes_on_with_the_weights_of_a_model() -> None:
    source = load_model("toy")
    plan = Plan(TOY, NETWORK, SHORT, source, load_dataset("toy"))
    start = plan.make()
    np.testing.assert_array_equal(start.network.parameters, source.network.parameters)
    assert start.network is not source.network and start.shown.network is not source.network
    assert plan.facts == {"start_from": "toy"}
    assert start.shown.training == {} and start.shown.name == "", "what the model says of itself is not true of it"


def test_a_normalised_network_begins_with_the_answers_of_a_plain_one() -> None:
    source, inputs = load_model("toy"), load_dataset("toy").train.inputs
    start = Plan(TOY, replace(NETWORK, normalization="batch"), SHORT, source).make()
    assert start.network.normalized == (True, False)
    assert not any(start.shown.network.normalized)
    np.testing.assert_allclose(start.shown.network.forward(inputs), source.network.forward(inputs), atol=1e-5)


@pytest.mark.parametrize(
    ("network", "config"),
    [(NetworkConfig((5,), "sigmoid"), SHORT), (replace(NETWORK, activation="tanh"), SHORT)],
    ids=["sizes", "activations"],
)
def test_a_model_of_other_layers_is_refused(network: NetworkConfig, config: TrainConfig) -> None:
    with pytest.raises(ConfigError, match="start_from"):
        Plan(TOY, network, config, load_model("toy")).make()


def test_units_that_are_held_stay() -> None:
    source = load_model("toy")
    plan = Plan(TOY, NETWORK, SHORT, source, load_dataset("toy"), marks=Marks(frozenset({UnitRef(0, 1)})))
    run = plan.make().begin()
    for _ in run.events():
        pass
    np.testing.assert_array_equal(run.network.weights[0][:, 1], source.network.weights[0][:, 1])
    assert not np.array_equal(run.network.weights[0][:, 0], source.network.weights[0][:, 0])


def test_a_network_that_is_only_shown_has_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="no data"):
        Plan(TOY, NETWORK, SHORT).make().begin()
