"""Runs that are learned in one array report, and end as, what each of them would by itself."""

from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.datasets.toy import load_toy
from digitapp.nn import Network, initialize
from digitapp.training import BatchDone, EpochDone, NetworkConfig, RunFinished, RunStarted, TrainConfig
from digitapp.training.checkpoint import resume, take_checkpoint
from digitapp.training.errors import TrainingDiverged
from digitapp.training.loop import begin
from digitapp.training.presets import empty_network
from digitapp.training.together import SeedFailed, Together, can_be_together, is_for_stack

TOY, MOONS = load_toy(), load_dataset("plane:moons")
SEEDS = (3, 0, 41)
SETTINGS = [
    (TOY, {"hidden": (3,), "activation": "sigmoid"}, {"loss": "squared_error", "optimizer": "sgd", "batch_size": 7}),
    (TOY, {"hidden": (5, 4), "activation": "relu,tanh"}, {"schedule": "cosine", "l2": 0.01, "weight_decay": 0.1}),
    (MOONS, {"hidden": (4, 2), "activation": "tanh"}, {"loss": "binary_cross_entropy", "optimizer": "nadam"}),
    (MOONS, {"hidden": (6,)}, {"loss": "hinge", "optimizer": "gradient_descent"}),
    (TOY, {"hidden": ()}, {"loss": "perceptron", "optimizer": "sgd", "batch_size": 1}),
]


def run_of(dataset, shape, config, seed, dtype: type = np.float64):
    plain = empty_network(dataset.problem.features, dataset.problem.classes, shape, config.loss)
    network = Network(plain.sizes, plain.activations, dtype)
    initialize(network, shape.initializer, np.random.default_rng(seed))
    return begin(network, dataset, replace(config, seed=seed), np.random.default_rng(seed))


def runs_of(dataset, shape, config, dtype: type = np.float64, seeds=SEEDS):
    return [run_of(dataset, shape, config, seed, dtype) for seed in seeds]


def told(runs):
    """Return the events of runs that are learned together, a list for each."""
    assert can_be_together(runs)
    events = [[] for _ in runs]
    for index, event in Together(runs).events():
        events[index].append(event)
    return events


def assert_alike(event, other):
    assert type(event) is type(other)
    if isinstance(event, BatchDone):
        np.testing.assert_allclose(event, other, rtol=1e-12, atol=1e-12)
    elif isinstance(event, EpochDone):
        names = ("epoch", "step", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy")
        for name in names:
            assert getattr(event, name) == pytest.approx(getattr(other, name), rel=1e-12, abs=1e-12), name
        np.testing.assert_array_equal(event.confusion, other.confusion)
        np.testing.assert_array_equal(event.predictions, other.predictions)
    elif isinstance(event, RunStarted):
        assert event == other
    elif isinstance(event, RunFinished):
        assert (event.epochs, event.steps) == (other.epochs, other.steps)


@pytest.mark.parametrize(("dataset", "shape", "config"), SETTINGS, ids=lambda value: str(getattr(value, "name", value)))
def test_in_float64_every_event_is_that_of_a_single_run_to_twelve_digits(dataset, shape, config):
    shape = NetworkConfig(**shape)
    config = TrainConfig(**{"batch_size": 10, "epochs": 5, "learning_rate": 0.05, **config})
    runs = runs_of(dataset, shape, config)
    for mine, run, alone in zip(told(runs), runs, runs_of(dataset, shape, config), strict=True):
        its = list(alone.events())
        assert len(mine) == len(its)
        for event, other in zip(mine, its, strict=True):
            assert_alike(event, other)
        np.testing.assert_allclose(run.network.parameters, alone.network.parameters, rtol=1e-12, atol=1e-12)


def test_in_float32_the_last_digits_differ_and_no_more():
    shape, config = NetworkConfig((3,), "tanh"), TrainConfig(epochs=20, batch_size=8, learning_rate=0.01)
    runs, alone = (runs_of(TOY, shape, config, np.float32) for _ in range(2))
    told(runs)
    for run, single in zip(runs, alone, strict=True):
        for _ in single.events():
            pass
        np.testing.assert_allclose(run.network.parameters, single.network.parameters, atol=2e-5)


def test_one_that_diverges_fails_as_by_itself_and_the_others_go_on():
    shape = NetworkConfig((3,), "relu", "normal")
    config = TrainConfig(optimizer="sgd", learning_rate=40.0, loss="hinge", batch_size=8, epochs=100, l2=0.06)
    seeds = range(6)
    runs = runs_of(TOY, shape, config, np.float32, seeds)
    steps = set()
    for events, run, seed in zip(told(runs), runs, seeds, strict=True):
        alone = run_of(TOY, shape, config, seed, np.float32)
        with pytest.raises(TrainingDiverged) as error:
            list(alone.events())
        assert isinstance(events[-1], SeedFailed)
        mine = events[-1].error
        assert isinstance(mine, TrainingDiverged)
        assert (mine.epoch, mine.step) == (error.value.epoch, error.value.step)
        np.testing.assert_allclose(run.network.parameters, alone.network.parameters, rtol=1e-3)
        steps.add(mine.step)
    assert len(steps) > 1


def test_each_can_go_on_by_itself_from_the_middle_of_an_epoch():
    shape, config = NetworkConfig((3,), "tanh"), TrainConfig(epochs=6, batch_size=7, weight_decay=0.1)
    runs = runs_of(TOY, shape, config)
    together, saved = Together(runs), []
    for index, event in together.events():
        if index == 2 and isinstance(event, BatchDone) and event.step == 17:
            together.write_back()
            saved = [take_checkpoint(run) for run in runs]
    for run, checkpoint in zip(runs, saved, strict=True):
        again = resume(checkpoint, TOY)
        for _ in again.events():
            pass
        np.testing.assert_allclose(again.network.parameters, run.network.parameters, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    "config", [{"hidden_dropout": 0.1}, {"patience": 2}, {"averaging": 0.9}, {"optimizer": "genetic"}, {"threads": 2}]
)
def test_what_a_stack_does_not_know_is_learned_one_after_the_other(config):
    shape = NetworkConfig((3,))
    assert is_for_stack(run_of(TOY, shape, TrainConfig(), 0))
    assert not is_for_stack(run_of(TOY, shape, TrainConfig(**config), 0))


def test_only_what_is_small_and_alike_is_learned_together():
    usual = TrainConfig()
    assert not is_for_stack(run_of(TOY, NetworkConfig((500, 300)), usual, 0))
    shape = NetworkConfig((3,))
    assert not can_be_together([run_of(TOY, shape, usual, 0), run_of(TOY, shape, replace(usual, l1=0.1), 1)])
    assert not can_be_together([run_of(TOY, shape, usual, 0), run_of(TOY, NetworkConfig((4,)), usual, 1)])
