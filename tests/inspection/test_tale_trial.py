"""A trial trains what runs of their own would, counts every network once, and says how its networks were made."""

import csv
import io
import threading
from dataclasses import replace

import numpy as np
import pytest

from digitapp.datasets.dataset import Split
from digitapp.datasets.noise import flip_pixels
from digitapp.datasets.toy import load_toy
from digitapp.inspection.tale import DEMONS, Outcome, as_demon, judge
from digitapp.inspection.tale_trial import (
    MOST_HIDDEN,
    Trial,
    TrialResult,
    examine,
    noisy_inputs,
    possible_activations,
    run_trial,
)
from digitapp.modelfile import load_model, save_model
from digitapp.nn import LOSSES, Network, initialize
from digitapp.training.config import ConfigError, NetworkConfig, TrainConfig
from digitapp.training.loop import train
from digitapp.training.presets import empty_network
from digitapp.training.stack import train_together

TOY = load_toy()
IMAGES = TOY.all_but_test


@pytest.fixture(scope="module")
def result():
    found = run_trial(Trial(seeds=12, epochs=60))
    assert found is not None
    return found


def alone(trial, seed):
    """Return the network of a run of its own in float64, on the images that the trial gives this seed."""
    inputs = TOY.train.inputs
    if trial.noise:
        inputs = flip_pixels(inputs, trial.noise, np.random.default_rng((seed, 1)))
    plain = empty_network(TOY.problem.features, TOY.problem.classes, trial.shape, trial.config.loss)
    network = Network(plain.sizes, plain.activations, np.float64)
    initialize(network, trial.initializer, np.random.default_rng(seed))
    own = replace(TOY, train=Split(inputs, TOY.train.labels))
    for _ in train(network, own, replace(trial.config, seed=seed, threads=1), np.random.default_rng(seed)):
        pass
    return network


@pytest.mark.parametrize(
    "trial",
    [
        Trial(epochs=20),
        Trial(epochs=20, noise=0.1),
        Trial(epochs=20, noise=0.5, hidden=8),
        Trial(epochs=10, hidden=1, activation="tanh", learning_rate=0.5, initializer="glorot", noise=0.02),
        Trial(epochs=10, activation="relu", learning_rate=0.1, initializer="he", noise=0.2),
    ],
    ids=str,
)
def test_each_network_is_that_of_a_run_with_its_seed(trial):
    seeds = range(4)
    inputs = noisy_inputs(TOY.train.inputs, trial.noise, seeds)
    networks = train_together(TOY, trial.shape, trial.config, seeds, np.float64, own_inputs=inputs)
    for seed, network in zip(seeds, networks, strict=True):
        np.testing.assert_allclose(network.parameters, alone(trial, seed).parameters, rtol=1e-9, atol=1e-11)


def test_what_a_trial_returns_are_those_networks():
    trial = Trial(seeds=3, epochs=10, noise=0.1)
    result = run_trial(trial)
    assert result is not None
    for seed, each in enumerate(result.networks):
        assert each.seed == seed
        np.testing.assert_allclose(each.network.parameters, alone(trial, seed).parameters, rtol=1e-3, atol=1e-4)


def test_noise_flips_its_share_of_the_pixels_and_differs_between_networks():
    clean = TOY.train.inputs
    noisy = noisy_inputs(clean, 0.25, range(200))
    flipped = noisy != clean
    assert set(np.unique(noisy)) == {0, 1} and noisy.dtype == clean.dtype
    assert flipped.mean() == pytest.approx(0.25, abs=0.01)
    assert len({each.tobytes() for each in noisy}) == 200
    np.testing.assert_array_equal(noisy_inputs(clean, 0.0, [3])[0], clean)
    np.testing.assert_array_equal(noisy_inputs(clean, 0.25, [7])[0], noisy[7])


def test_more_noise_flips_more_of_the_same_pixels():
    """So that two trials differ by the noise alone."""
    clean = TOY.train.inputs
    little, much = (noisy_inputs(clean, share, [0])[0] != clean for share in (0.05, 0.2))
    assert (much | ~little).all() and much.sum() > little.sum()


def test_every_network_is_counted_once(result):
    assert [each.seed for each in result.networks] == list(range(12))
    assert sum(len(some) for some in result.by_outcome.values()) == 12
    others = [each for _, some in result.kinds for each in some]
    assert sorted(map(id, others)) == sorted(map(id, result.by_outcome[Outcome.OTHER]))
    for found, some in result.kinds:
        assert all(each.verdict.found == found and len(found) < 3 for each in some)
    sizes = [len(some) for _, some in result.kinds]
    assert sizes == sorted(sizes, reverse=True)


def test_a_share_lies_in_its_interval(result):
    share = result.share(3)
    assert share.number == 3 and 0 < share.low < share.share == 0.25 < share.high < 1


def test_the_error_is_that_of_all_images_together(result):
    network = result.networks[0].network
    outputs = network.forward(IMAGES.inputs).astype(np.float64)
    targets = np.eye(2)[IMAGES.labels]
    assert result.networks[0].error == pytest.approx(0.5 * ((outputs - targets) ** 2).sum(), rel=1e-5)
    other = Network((12, 2, 2), ("relu", "identity"))
    mean = LOSSES["cross_entropy"].value_and_gradient(other.forward(IMAGES.inputs), IMAGES.labels)[0]
    assert examine(other, "cross_entropy", IMAGES).error == pytest.approx(64 * mean)


def test_a_model_says_how_it_was_made(result, tmp_path):
    judged = result.networks[5]
    save_model(result.model(judged, "Network 5"), tmp_path / "n.safetensors")
    model = load_model(tmp_path / "n.safetensors")
    record = model.training
    assert model.network is not judged.network
    np.testing.assert_array_equal(model.network.parameters, judged.network.parameters)
    assert record["config"]["seed"] == 5 and record["network"]["hidden"] == [3]
    assert (record["epochs"], record["steps"], record["finished"]) == (60, 360, True)
    assert record["results"]["validation_samples"] == 16 and "train_loss" not in record["results"]
    assert "flipped_pixels" not in record and record["trained_together"] == 12
    shape = NetworkConfig(**{**record["network"], "hidden": tuple(record["network"]["hidden"])})
    again = train_together(TOY, shape, TrainConfig(**record["config"]), [record["config"]["seed"]])[0]
    np.testing.assert_allclose(again.parameters, judged.network.parameters, rtol=1e-3, atol=1e-4)


def test_a_model_of_noisy_images_says_so():
    noisy = run_trial(Trial(seeds=2, epochs=2, noise=0.1))
    assert noisy is not None
    assert noisy.model(noisy.networks[1], "").training["flipped_pixels"] == 0.1


def test_the_table_has_a_line_for_each_network(result):
    lines = list(csv.DictReader(io.StringIO(result.table())))
    assert len(lines) == 12
    for line, each in zip(lines, result.networks, strict=True):
        assert line["outcome"] == each.verdict.outcome.value and int(line["seed"]) == each.seed
        assert line["found"] == "".join(each.verdict.found) and int(line["right"]) == each.verdict.right
        assert float(line["match_B"]) == pytest.approx(each.verdict.matches[1].correlation, abs=1e-4)
    assert result.table("\t").count("\t") == result.table().count(",")


@pytest.mark.parametrize("units", [1, 3, 8, 300])
def test_a_matched_unit_is_shown_as_its_demon_has_it(units):
    network = Network((12, units, 2), ("sigmoid", "sigmoid"))
    initialize(network, "normal", np.random.default_rng(units))
    shown = 0
    for match in judge(network, IMAGES).matches:
        weights = as_demon(network, match)
        assert (weights is None) == (match.unit is None)
        if weights is not None:
            shown += 1
            assert np.corrcoef(weights, match.demon.pattern(12))[0, 1] == pytest.approx(match.correlation)
    assert shown == min(units, len(DEMONS))


def test_it_ends_without_a_result_when_asked():
    cancelled = threading.Event()
    reports = []

    def report(done, total):
        reports.append((done, total))
        cancelled.set()

    assert run_trial(Trial(seeds=2), report, cancelled) is None
    assert reports == [(5, 500)]


def test_progress_is_told_to_the_end():
    reports = []
    run_trial(Trial(seeds=1, epochs=7), lambda done, total: reports.append((done, total)))
    assert reports == [(done, 7) for done in range(1, 8)]


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_networks_whose_numbers_are_none_have_failed(value):
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    network.parameters[:] = value
    judged = examine(network, "squared_error", IMAGES, seed=0)
    assert judged.verdict.outcome is Outcome.FAILED and judged.verdict.found == ()
    result = TrialResult(Trial(seeds=1), (judged,))
    assert result.table().count("\n") == 2
    assert bool(result.model(judged, "").training["results"]) == np.isfinite(value)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"seeds": 0}, "seeds"),
        ({"hidden": MOST_HIDDEN + 1}, "hidden"),
        ({"noise": 0.6}, "noise"),
        ({"noise": -0.1}, "noise"),
        ({"noise": float("nan")}, "noise"),
        ({"activation": "maxout2"}, "activation"),
        ({"initializer": "none"}, "initializer"),
        ({"epochs": 0}, "epochs"),
        ({"learning_rate": 0.0}, "learning_rate"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(wrong, field):
    with pytest.raises(ConfigError) as error:
        Trial(**wrong)
    assert error.value.field == field


def test_all_activations_that_a_stack_knows_can_be_chosen():
    assert {"sigmoid", "tanh", "relu", "step"} <= set(possible_activations())
    assert not any(key.startswith("maxout") for key in possible_activations())


def test_inputs_of_their_own_are_as_many_as_the_networks():
    trial = Trial(epochs=1)
    with pytest.raises(ValueError, match="shape"):
        train_together(TOY, trial.shape, trial.config, [0, 1], own_inputs=TOY.train.inputs[np.newaxis])
