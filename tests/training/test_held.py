"""Held units stay to the byte while the rest learns, whatever trains it."""

import numpy as np
import pytest

from digitapp.datasets.load import load_dataset
from digitapp.nn import OPTIMIZERS
from digitapp.nn.gradient_check import index_of
from digitapp.nn.network import UnitRef, WeightRef
from digitapp.training import BatchDone, NetworkConfig, TrainConfig, build_network
from digitapp.training.checkpoint import CheckpointError, load_checkpoint, resume, save_checkpoint, take_checkpoint
from digitapp.training.held import Held
from digitapp.training.loop import Run, begin

HELD = Held(frozen=(UnitRef(0, 1), UnitRef(0, 3), UnitRef(1, 0), UnitRef(2, 1)), silent=(UnitRef(0, 2),))
STRICT = {
    "weight_decay": 0.05,
    "l1": 0.01,
    "l2": 0.01,
    "max_norm": 0.5,
    "clip_norm": 0.5,
    "averaging": 0.9,
    "hidden_dropout": 0.3,
    "patience": 3,
}


@pytest.fixture(scope="module")
def toy():
    return load_dataset("toy")


LAYERS = NetworkConfig((5, 4), "tanh,maxout2", "he", "none,batch")


LOCKED = Held(weights=(WeightRef(0, 3, 2), WeightRef(0, None, 4), WeightRef(1, 2, 3), WeightRef(2, 1, 0)))


def new_run(toy, config, held, layers=LAYERS):
    rng = np.random.default_rng(config.seed)
    network = build_network(12, 2, layers, config.loss, rng)
    network.biases[0][:] = 0.25  # none that a mistake could leave as it is
    return begin(network, toy, config, rng, held)


def incoming(network, layer, unit):
    """Everything that decides what a unit says, as bytes; a maxout unit of 4 has its second piece 4 rows further."""
    rows = [unit, unit + 4] if layer == 1 else [unit]
    parts = [network.weights[layer].T[rows], network.biases[layer][rows]]
    if layer == 1:
        norm = network.layers[1]
        parts += [norm.gains[rows], norm.mean[rows], norm.variance[rows]]
    return b"".join(np.ascontiguousarray(part).tobytes() for part in parts)


def single(network, weight):
    """A weight, or a bias, as bytes; of a maxout unit of 4 both pieces."""
    layer, source, unit = weight
    rows = [unit, unit + 4] if layer == 1 else [unit]
    values = network.biases[layer] if source is None else network.weights[layer][source]
    return values[rows].tobytes()


@pytest.mark.parametrize("settings", [{}, STRICT], ids=["plain", "strict"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_single_weights_stay_to_the_byte(toy, optimizer, settings):
    config = TrainConfig(optimizer=optimizer, learning_rate=0.05, epochs=3, batch_size=7, **settings)
    run = new_run(toy, config, LOCKED)
    before = run.network.copy()
    for _ in run.events():
        for weight in LOCKED.weights:
            assert single(run.network, weight) == single(before, weight)
    others = set(range(before.parameter_count)) - {index_of(before, weight) for weight in LOCKED.weights}
    changed = np.flatnonzero(run.network.parameters != before.parameters)
    assert len(changed) > 0.5 * len(others) and set(changed.tolist()) <= others


def test_single_weights_are_told_as_json_where_there_are_any():
    assert Held.from_json(LOCKED.as_json()) == LOCKED
    assert Held.from_json({"frozen": [[0, 1]], "silent": []}) == Held((UnitRef(0, 1),))
    assert "weights" not in HELD.as_json() and bool(LOCKED)
    for wrong in ([[0, 1]], [[0, None]], [[None, 1, 1]], [[0, -1, 1]], [[0, True, 1]], [3]):
        with pytest.raises(ValueError, match="held weights"):
            Held.from_json({"weights": wrong})


@pytest.mark.parametrize("weight", [WeightRef(0, 12, 0), WeightRef(0, 0, 5), WeightRef(3, 0, 0)])
def test_a_weight_that_is_not_there_cannot_be_held(toy, weight):
    with pytest.raises(ValueError, match="held"):
        new_run(toy, TrainConfig(), Held(weights=(weight,)))


@pytest.mark.parametrize("settings", [{}, STRICT], ids=["plain", "strict"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_held_units_stay_to_the_byte(toy, optimizer, settings):
    config = TrainConfig(optimizer=optimizer, learning_rate=0.05, epochs=3, batch_size=7, **settings)
    run = new_run(toy, config, HELD)
    before = run.network.copy()
    for _ in run.events():
        for layer, unit in HELD.frozen:
            assert incoming(run.network, layer, unit) == incoming(before, layer, unit)
            assert incoming(run.result() if layer != 1 else run.network, layer, unit) == incoming(before, layer, unit)
        assert not run.network.weights[1][2].any()
    free = [(layer, unit) for layer in (0, 1, 2) for unit in range(run.network.sizes[layer + 1])]
    for layer, unit in set(free) - set(HELD.frozen) - set(HELD.silent):
        assert incoming(run.network, layer, unit) != incoming(before, layer, unit), "the rest learns"


def test_pretraining_leaves_them_alone(toy):
    config = TrainConfig(epochs=1, batch_size=7, pretrain_epochs=2, averaging=0.9)
    run = new_run(toy, config, HELD)
    before = run.network.copy()
    events = run.events()
    while not isinstance(next(events), BatchDone):
        pass
    for layer, unit in HELD.frozen:
        assert incoming(run.network, layer, unit) == incoming(before, layer, unit)
    events.close()
    assert incoming(run.network, 0, 1) == incoming(before, 0, 1)


def test_the_genetic_algorithm_measures_what_it_keeps(toy):
    """The loss that a generation is judged by is that of a network with the held units in place."""
    config = TrainConfig(optimizer="genetic", learning_rate=0.5, epochs=20, l2=0.0)
    run = new_run(toy, config, Held(frozen=tuple(UnitRef(0, unit) for unit in range(5))), NetworkConfig((5,), "relu"))
    losses = [event.loss for event in run.events() if isinstance(event, BatchDone)]
    # Up to rounding, for the samples come in another order: the best of a generation lives on.
    assert np.all(np.diff(losses) < 1e-6)
    assert losses[-1] < losses[0] - 0.1


def test_without_held_units_nothing_is_different(toy):
    config = TrainConfig(epochs=2, batch_size=7)
    plain, empty = new_run(toy, config, None), new_run(toy, config, Held())
    for run in (plain, empty):
        list(run.events())
    assert plain.network.state.tobytes() == empty.network.state.tobytes()
    assert plain.held == empty.held == Held()


def test_a_checkpoint_knows_them(toy, tmp_path):
    config = TrainConfig(epochs=3, batch_size=7, optimizer="adam", averaging=0.9)
    whole, broken = new_run(toy, config, HELD), new_run(toy, config, HELD)
    list(whole.events())
    events = broken.events()
    for _ in range(10):
        next(events)
    save_checkpoint(take_checkpoint(broken), tmp_path / "run.ckpt")
    taken_up = resume(load_checkpoint(tmp_path / "run.ckpt"), toy)
    assert taken_up.held == HELD
    list(taken_up.events())
    assert taken_up.network.state.tobytes() == whole.network.state.tobytes()


@pytest.mark.parametrize(
    "wrong", [{"frozen": [[9, 0]]}, {"frozen": [[0, 5]]}, {"silent": [[2, 0]]}, {"frozen": [[0]]}, {"frozen": 3}, [1]]
)
def test_a_checkpoint_with_impossible_units_is_refused(toy, wrong):
    checkpoint = take_checkpoint(new_run(toy, TrainConfig(epochs=1), None))
    facts = {**checkpoint.facts, "held": wrong}
    with pytest.raises(CheckpointError, match="held"):
        resume(type(checkpoint)(checkpoint.arrays, facts), toy)


def test_units_that_are_not_there_are_refused(toy):
    network = build_network(12, 2, NetworkConfig((3,)), "cross_entropy", np.random.default_rng(0))
    for held in (Held(frozen=(UnitRef(0, 3),)), Held(frozen=(UnitRef(2, 0),)), Held(silent=(UnitRef(1, 0),))):
        with pytest.raises(ValueError, match="held units"):
            Run(network, toy, TrainConfig(), np.random.default_rng(0), held)
    with pytest.raises(ValueError, match="held units"):
        Held(frozen=(UnitRef(0, -1),))
