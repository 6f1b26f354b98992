"""Own networks are kept to the byte, with what was done to them by hand, and one damaged file does not lose them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from digitapp.inspection.surgery import NetworkEdit, UnitEdit, UnitState, read_unit
from digitapp.kept.networks import (
    EARLIER,
    EARLIER_DAYS,
    FOLDER,
    Edits,
    KeptNetwork,
    earlier_states,
    read_marks,
    read_networks,
    remove_network,
    write_network,
)
from digitapp.kept.packing import pack
from digitapp.kept.store import Store
from digitapp.modelfile import Model, ModelDamagedError
from digitapp.nn.network import Network, UnitRef, WeightRef
from digitapp.runs.marks import Marks

LOCKS: frozenset[int | None] = frozenset({0, None})


def model(seed: int) -> Model:
    network = Network((12, 3, 2), ("sigmoid", "sigmoid"))
    network.parameters[:] = np.random.default_rng(seed).standard_normal(network.parameter_count)
    return Model(network, "squared_error", "toy", ("0", "1"), "binary_grid", {"dataset": "toy"}, "Mine")


def keep(store: Store, seed: int, marks: Marks | None = None, edits: Edits | None = None) -> KeptNetwork:
    with store.transaction():
        write_network(store, 0, "toy", 0, ("own", "own"), model(seed), marks or Marks(), edits or Edits())
    return read_networks(store, 0, "toy")[0]


@pytest.fixture
def store(tmp_path: Path):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def test_a_network_comes_back_to_the_byte(store: Store) -> None:
    found = keep(store, 1).load()
    assert found.network.parameters.tobytes() == model(1).network.parameters.tobytes()
    assert found.name == "Mine" and found.training == {"dataset": "toy"}
    assert read_networks(store, 1, "toy") == read_networks(store, 0, "mnist") == []


def test_marks_and_edits_come_back(store: Store) -> None:
    network = model(1).network
    before = UnitState(read_unit(network, 0, 2), False, None)
    assert before.parameters.outgoing is not None
    off = before.parameters.outgoing
    after = UnitState(before.parameters.silenced(), True, off)
    output = UnitState(read_unit(network, 1, 1), False, None), UnitState(read_unit(network, 1, 1), False, None, LOCKS)
    step = NetworkEdit("C off", (UnitEdit(UnitRef(0, 2), before, after), UnitEdit(UnitRef(1, 1), *output)))
    edits = Edits((step,), 1, {"dataset": "toy"})
    locked = frozenset({WeightRef(0, 6, 0), WeightRef(1, None, 1)})
    found = keep(store, 1, Marks(frozenset({UnitRef(0, 1)}), {UnitRef(0, 2): off}, locked), edits)
    assert found.marks.locked == locked
    assert found.marks.frozen == {UnitRef(0, 1)}
    assert np.array_equal(found.marks.off[UnitRef(0, 2)], off)
    kept = found.edits.steps[0]
    assert (found.edits.done, found.edits.record, kept.text) == (1, {"dataset": "toy"}, "C off")
    step, other = kept.parts
    assert (step.place, other.place) == ((0, 2), (1, 1))
    assert (other.before.locked, other.after.locked) == (frozenset(), LOCKS)
    assert step.after.is_frozen and not step.before.is_frozen and step.before.off is None
    assert step.after.off is not None and np.array_equal(step.after.off, off)
    assert step.after.parameters.outgoing is not None and not step.after.parameters.outgoing.any()


def test_what_was_kept_before_single_weights_were_known_is_read() -> None:
    """A step was of one unit then, and nothing was locked."""
    network = model(1).network
    unit = read_unit(network, 0, 2)
    assert unit.outgoing is not None
    arrays = {"off.0": unit.outgoing}
    for when in ("before", "after"):
        arrays |= {
            f"0.{when}.weights": unit.weights,
            f"0.{when}.biases": unit.biases,
            f"0.{when}.outgoing": unit.outgoing,
        }
    arrays["0.after.off"] = unit.outgoing
    edits = {"steps": [[0, 2, "C off", False, True]], "done": 1, "record": {}}
    facts = {"origin": "own", "marks": {"frozen": [[0, 1]], "off": [[0, 2, 0]], "edits": edits}}
    marks, found, rest = read_marks(pack(facts, arrays))
    assert (marks.frozen, set(marks.off), marks.locked) == ({UnitRef(0, 1)}, {UnitRef(0, 2)}, frozenset())
    (part,) = found.steps[0].parts
    assert (found.steps[0].text, part.place, part.before.is_frozen, part.after.is_frozen) == (
        "C off",
        (0, 2),
        False,
        True,
    )
    assert part.before.off is None and part.after.off is not None and part.after.locked == frozenset()
    assert rest == {"origin": "own"}


def test_a_damaged_file_costs_the_last_changes_alone(store: Store) -> None:
    for seed in range(EARLIER + 2):
        keep(store, seed)
    kept = keep(store, EARLIER + 2)
    assert len(earlier_states(kept.path)) == EARLIER + 1  # and the last before them of that day
    kept.path.write_bytes(kept.path.read_bytes()[:-1] + b"\xff")
    assert kept.load().network.parameters.tobytes() == model(EARLIER + 1).network.parameters.tobytes()
    for path in earlier_states(kept.path):
        path.write_bytes(b"")
    with pytest.raises(ModelDamagedError):
        kept.load()


def test_a_removed_network_is_not_offered_and_its_file_stays(store: Store) -> None:
    kept = keep(store, 1)
    with store.transaction():
        remove_network(store, 0, "toy", "own")
    assert read_networks(store, 0, "toy") == [] and kept.path.exists()


def test_no_file_is_left_half_written(store: Store) -> None:
    keep(store, 1)
    keep(store, 1)
    assert len(list((store.folder / FOLDER).iterdir())) == 1


def test_the_last_state_of_each_of_some_days_stays(store: Store) -> None:
    for seed in range(12):
        path = keep(store, seed).path
        moment = path.stat().st_mtime - (12 - seed) // 2 * 24 * 3600.0  # two of each day
        os.utime(path, (moment, moment))
    states = earlier_states(keep(store, 12).path)
    days = [time.localtime(path.stat().st_mtime).tm_yday for path in states]
    assert len(states) == EARLIER + EARLIER_DAYS
    assert len(set(days[EARLIER:])) == EARLIER_DAYS
