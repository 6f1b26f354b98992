"""What is said of layers is what they are: histograms hold every value, gradients are of the loss, dead is dead."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.handwriting import generate
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PLANE, TOY, Preset
from digitapp.inspection.dead_units import find_dead, silent_units
from digitapp.inspection.layer_findings import (
    Alike,
    Crawling,
    LayerFinding,
    ManyDead,
    NotNumbers,
    Saturated,
    Sound,
    Unsettled,
    Vanishing,
    look_at_layers,
    remedies_for,
)
from digitapp.inspection.layer_report import BINS, LayerReader, sample_of, spread
from digitapp.inspection.layer_story import MOST_COLUMNS, LayerStory, updates_of
from digitapp.nn import LOSSES, OPTIMIZERS, Network
from digitapp.training import NetworkConfig, TrainConfig, TrainingDiverged, build_network, preset_configs
from digitapp.training.events import BatchDone, EpochDone, RunStarted
from digitapp.training.loop import begin
from digitapp.training.moments import Moment, Moments, update_shares


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return generate(900, seed=0)


def learned(data: Dataset, network_config: NetworkConfig, config: TrainConfig) -> tuple[Network, Moments, float]:
    """Train, and return the network, its moments as a worker keeps them, and the share of misread samples."""
    rng = np.random.default_rng(config.seed)
    network = build_network(data.problem.features, data.problem.classes, network_config, config.loss, rng)
    run, moments, before, misread = begin(network, data, config, rng), Moments(40), None, 1.0
    moments.add(0, run.result().parameters)
    try:
        for event in run.events():
            if isinstance(event, RunStarted):
                moments.plan(event.epochs * event.batches_per_epoch)
            elif isinstance(event, BatchDone):
                if moments.wants(event.step):
                    shares = update_shares(before, run.network) if before is not None else ()
                    moments.add(event.step, run.result().parameters, shares)
                before = run.network.parameters.copy() if moments.wants(event.step + 1) else None
            elif isinstance(event, EpochDone):
                misread = 1 - event.train_accuracy
    except TrainingDiverged:
        misread = 1.0
    return network.folded(), moments, misread


def told(data: Dataset, network_config: NetworkConfig, config: TrainConfig) -> LayerFinding | None:
    """Return what is said of the layers after a training."""
    network, moments, misread = learned(data, network_config, config)
    by_gradient = OPTIMIZERS[config.optimizer].uses_gradient
    reader, story = LayerReader(network, config.loss, data.train, has_gradient=by_gradient), LayerStory()
    for index, moment in enumerate(moments.kept):
        story.add(moment.step, reader.read(moment.parameters, updates_of(moments.kept, index, network)), [])
    sample = sample_of(data.train)[0]
    dead = find_dead(network, moments.kept, data.train.inputs, sample, least_steps=1)
    counts = [sum(unit.layer == layer for unit in dead) for layer in range(len(network.layers) - 1)]
    return look_at_layers(story, misread, counts, network.sizes[1:-1])


# Histograms


@given(st.lists(st.floats(-50, 50, width=32), max_size=60), st.floats(-20, 0), st.floats(0.5, 20))
def test_a_histogram_holds_every_value_and_so_does_it_on_other_edges(
    values: list[float], low: float, wide: float
) -> None:
    array = np.array(values, np.float32)
    found = spread(array, low, low + wide)
    assert found.shares.sum() == pytest.approx(float(bool(values)), abs=1e-5)
    edges = np.linspace(low - 3, low + wide + 5, 17)
    assert found.on(edges).sum() == pytest.approx(float(bool(values)), abs=1e-5)
    assert (found.on(edges) >= 0).all()


def test_what_is_no_number_is_in_no_histogram_and_one_value_has_room() -> None:
    found = spread(np.array([np.nan, np.inf, 1.0, 1.0]), 0.0, 2.0)
    assert found.shares[BINS // 2] == 1
    assert spread(np.ones(3), 1.0, 1.0).shares.sum() == pytest.approx(1)
    assert spread(np.empty(0), 0.0, 1.0).shares.sum() == 0


# Readings


def test_gradients_and_silence_are_what_finite_differences_and_counting_say() -> None:
    data = load_dataset("toy")
    rng = np.random.default_rng(3)
    network = Network((12, 5, 2), ("relu", "identity"), np.float64)
    network.parameters[:] = rng.normal(0, 1, network.parameter_count)
    network.biases[0][3] = -100
    found = LayerReader(network, "cross_entropy", data.train).read(network.parameters, (0.1, 0.2))
    inputs, labels = sample_of(data.train)
    assert len(inputs) == len(data.train)
    trace = network.trace(inputs)
    assert found[0].silent == pytest.approx((trace.activations[0] == 0).mean())
    assert 3 in found[0].resting and math.isnan(found[1].silent) and found[1].update == 0.2
    assert_allclose(np.flatnonzero((trace.activations[0] == 0).all(axis=0)), found[0].resting)

    def cost() -> float:
        outputs = network.forward(inputs)
        return float(LOSSES["cross_entropy"].value_and_gradient(outputs, labels)[0])

    for layer in (0, 1):
        slopes = []
        for place in np.ndindex(network.weights[layer].shape):
            before = network.weights[layer][place]
            costs = []
            for nudge in (1e-6, -1e-6):
                network.weights[layer][place] = before + nudge
                costs.append(cost())
            network.weights[layer][place] = before
            slopes.append((costs[0] - costs[1]) / 2e-6)
        assert found[layer].gradient_size == pytest.approx(np.sqrt(np.mean(np.square(slopes))), rel=1e-4)


def test_the_share_of_an_update_is_that_of_the_weights_alone() -> None:
    network = Network((2, 2, 2), ("relu", "identity"))
    network.parameters[:] = 1
    before = network.parameters.copy()
    network.weights[0][0, 0] = 3
    network.biases[1][:] = 9
    assert update_shares(before, network) == (pytest.approx(1.0), 0.0)
    assert math.isnan(update_shares(np.zeros_like(before), network)[0])
    moments = [Moment(0, before), Moment(1, network.parameters.copy()), Moment(5, before)]
    memory = network.copy()
    assert [updates_of(moments, index, memory) for index in range(3)] == [(), (pytest.approx(1.0), 0.0), ()]


# The story of a long run


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30_000), st.integers(2, 128))
def test_a_story_of_any_length_stays_small_and_gets_to_know_every_moment(steps: int, capacity: int) -> None:
    moments, story, layers = Moments(capacity), LayerStory(), ()
    for step in range(0, steps, max(1, steps // 700)):
        if moments.wants(step):
            moments.add(step, np.empty(0))
        kept = [moment.step for moment in moments.kept]
        if (index := story.wanted(kept)) is not None:
            story.add(kept[index], layers, kept)
        assert len(story) <= MOST_COLUMNS
    kept = [moment.step for moment in moments.kept]
    for _ in kept:
        if (index := story.wanted(kept)) is not None:
            story.add(kept[index], layers, kept)
    assert story.wanted(kept) is None and set(kept) <= set(story.steps)
    assert list(story.steps) == sorted(story.steps)
    story.forget_after(steps // 2)
    assert all(step <= steps // 2 for step in story.steps)


# Dead units


def test_dead_is_who_is_silent_on_all_of_the_data_and_since_when(digits: Dataset) -> None:
    network, moments, _ = learned(digits, NetworkConfig((16, 12)), TrainConfig(epochs=4))
    inputs, sample = digits.train.inputs, sample_of(digits.train)[0]
    kept, changed = list(moments.kept), network.copy()
    # Unit 5 of the first layer dies at the tenth moment, unit 2 of the second with the last; 7 wakes for one image.
    for at, moment in enumerate(kept):
        changed.parameters[:] = moment.parameters
        if at >= 10:
            changed.biases[0][5] = -1e4
        if at == len(kept) - 1:
            changed.biases[1][2] = -1e4
        changed.weights[0][:, 7] = 0
        changed.weights[0][:, 7] = inputs[123]
        changed.biases[0][7] = 0.01 - float((inputs @ inputs[123]).max())
        kept[at] = replace(moment, parameters=changed.parameters.copy())
    dead = {(unit.layer, unit.unit): unit for unit in find_dead(network, kept, inputs, sample, 0)}
    assert dead[0, 5].since == kept[10].step and not dead[0, 5].from_start
    assert dead[1, 2].since == kept[-1].step and (0, 7) not in dead
    assert (1, 2) not in {(unit.layer, unit.unit) for unit in find_dead(network, kept, inputs, sample, 1)}
    changed.parameters[:] = kept[-1].parameters
    for layer in (0, 1):
        everyone = np.arange(network.sizes[layer + 1])
        answers = changed.trace(inputs).activations[layer]
        expected = np.flatnonzero((answers == 0).all(axis=0))
        np.testing.assert_array_equal(silent_units(changed, layer, everyone, inputs), expected)


# What is said


@pytest.mark.parametrize("preset", [*TOY.presets, *PLANE.presets[:1], *PLANE.presets[7:9]], ids=lambda p: p.key)
def test_of_runs_that_learn_nothing_is_wrong(preset: Preset) -> None:
    network_config, config = preset_configs(preset)
    data = load_dataset(preset.dataset or "toy")
    assert isinstance(told(data, network_config, replace(config, epochs=min(config.epochs, 150))), Sound)


SGD: dict[str, Any] = {"optimizer": "sgd", "epochs": 5, "batch_size": 16}
FAULTS = [
    (NetworkConfig((24,) * 7, "sigmoid", "glorot"), TrainConfig(learning_rate=0.1, **SGD), Vanishing),
    (NetworkConfig((24,), "sigmoid", "zeros"), TrainConfig(learning_rate=0.1, **SGD), Alike),
    (NetworkConfig((24,)), TrainConfig(learning_rate=1e-5, **SGD), Crawling),
    (NetworkConfig((24,)), TrainConfig(learning_rate=5.0, **SGD), ManyDead),
    (NetworkConfig((24, 24), "tanh", "normal"), TrainConfig(learning_rate=20.0, **SGD), Unsettled),
]


@pytest.mark.parametrize(("network_config", "config", "kind"), FAULTS, ids=[kind.__name__ for *_, kind in FAULTS])
def test_planted_faults_are_told_with_a_remedy(
    digits: Dataset, network_config: NetworkConfig, config: TrainConfig, kind: type
) -> None:
    finding = told(digits, network_config, config)
    assert isinstance(finding, kind)
    remedies = remedies_for(finding, network_config, config)  # type: ignore[arg-type]
    assert remedies
    for remedy in remedies:
        fits = network_config if hasattr(network_config, remedy.field) else config
        assert getattr(fits, remedy.field) != remedy.value
        replace(fits, **{remedy.field: remedy.value})  # which raises where it may not be so


def test_a_network_without_gradients_or_with_normalised_layers_is_read_too(digits: Dataset) -> None:
    assert isinstance(told(digits, NetworkConfig((6,)), TrainConfig(optimizer="genetic", epochs=1)), Sound)
    normalised = NetworkConfig((12, 12), normalization="batch")
    assert isinstance(told(digits, normalised, TrainConfig(epochs=3, hidden_dropout=0.3)), Sound)


def test_weights_that_are_no_numbers_are_told_first() -> None:
    data, network = load_dataset("toy"), Network((12, 3, 2), ("sigmoid", "identity"))
    network.parameters[:] = np.nan
    story = LayerStory()
    story.add(1, LayerReader(network, "cross_entropy", data.train).read(network.parameters), [])
    assert look_at_layers(story, math.nan, [0], [3]) == NotNumbers(1)
    assert look_at_layers(LayerStory(), math.nan, [0], [3]) is None


def test_units_at_the_ends_of_their_range_are_told() -> None:
    data, network = load_dataset("toy"), Network((12, 4, 2), ("tanh", "identity"))
    rng = np.random.default_rng(0)
    network.parameters[:] = rng.normal(0, 1, network.parameter_count)
    network.weights[0][:] *= 100
    reader, story = LayerReader(network, "cross_entropy", data.train), LayerStory()
    for step in range(100, 700, 100):
        story.add(step, reader.read(network.parameters, (0.001, 0.001)), [])
    finding = look_at_layers(story, 0.6, [0], [4])
    assert isinstance(finding, (Saturated, Vanishing))
    assert isinstance(look_at_layers(story, 0.05, [0], [4]), Sound)
