"""Marks follow the units and weights that they are about, and two networks differ where they do."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.inspection.surgery import differing, read_unit, swap_units, write_unit
from digitapp.nn import Network
from digitapp.nn.network import UnitRef, WeightRef
from digitapp.runs.marks import Marks, edits_between
from digitapp.training.held import Held


def made(
    sizes: tuple[int, ...] = (12, 3, 4, 2), activations: tuple[str, ...] = ("tanh", "maxout2", "sigmoid")
) -> Network:
    network = Network(sizes, activations, np.float64)
    network.parameters[:] = np.random.default_rng(0).standard_normal(network.parameter_count)
    return network


def marks_of(network: Network) -> Marks:
    off = {UnitRef(0, 2): network.weights[1][2].copy()}
    locked = {WeightRef(0, 5, 0), WeightRef(0, None, 2), WeightRef(1, 0, 3), WeightRef(1, 1, 3), WeightRef(2, None, 1)}
    return Marks(frozenset({UnitRef(0, 0), UnitRef(1, 2)}), off, frozenset(locked))


def test_the_training_holds_what_is_marked() -> None:
    marks = marks_of(made())
    assert marks.held == Held(tuple(marks.frozen), (UnitRef(0, 2),), tuple(marks.locked))
    assert not Marks().held


@pytest.mark.parametrize("layer", [0, 1])
def test_a_swap_is_the_same_function(layer: int) -> None:
    network = made()
    inputs = np.random.default_rng(1).random((50, 12))
    before, outputs = network.copy(), network.forward(inputs)
    swap_units(network, layer, 0, 2)
    assert not np.array_equal(network.parameters, before.parameters)
    np.testing.assert_allclose(network.forward(inputs), outputs, rtol=1e-13)
    swap_units(network, layer, 2, 0)
    np.testing.assert_array_equal(network.parameters, before.parameters)
    with pytest.raises(ValueError, match="class"):
        swap_units(network, 2, 0, 1)


def test_marks_go_with_the_units_that_are_swapped() -> None:
    network = made()
    marks = marks_of(network)
    swapped = marks.swapped(0, 0, 2)
    assert swapped.frozen == {UnitRef(0, 2), UnitRef(1, 2)}
    assert set(swapped.off) == {UnitRef(0, 0)}
    assert swapped.locked == {
        *(WeightRef(0, 5, 2), WeightRef(0, None, 0), WeightRef(1, 2, 3)),
        *(WeightRef(1, 1, 3), WeightRef(2, None, 1)),
    }
    again = swapped.swapped(0, 2, 0)
    assert (again.frozen, again.locked, set(again.off)) == (marks.frozen, marks.locked, set(marks.off))


def test_a_unit_takes_its_marks_and_leaves_the_others() -> None:
    network = made()
    marks = marks_of(network)
    for place in (UnitRef(0, 0), UnitRef(0, 2), UnitRef(1, 3), UnitRef(2, 0)):
        state = marks.state(network, place)
        assert marks.with_unit(place, state) is marks
    bare = Marks().state(network, UnitRef(0, 2))
    less = marks.with_unit(UnitRef(0, 2), bare)
    assert not less.off and less.locked == marks.locked - {WeightRef(0, None, 2)} and less.frozen == marks.frozen


def test_edits_make_one_network_of_another() -> None:
    for layer in (0, 1):
        network, other = made(), made()
        swap_units(other, layer, 0, 1)
        marks = marks_of(network)
        edits = tuple(edits_between((network, marks), (other, marks.swapped(layer, 0, 1))))
        assert {edit.place.layer for edit in edits} == {layer, layer + 1}
        for edit in edits:
            now = read_unit(network, *edit.place)
            write_unit(network, *edit.place, differing(now, edit.before.parameters, edit.after.parameters))
            marks = marks.with_unit(edit.place, edit.after)
        np.testing.assert_array_equal(network.parameters, other.parameters)
        assert marks.locked == marks_of(other).swapped(layer, 0, 1).locked
    assert not list(edits_between((network, marks), (network.copy(), marks)))


def test_only_what_differs_is_taken() -> None:
    network = made()
    before = read_unit(network, 0, 1)
    assert before.outgoing is not None
    after = before.detecting(before.weights[0] * np.where(np.arange(12) == 3, 2, 1), float(before.biases[0]))
    now = before.with_detector_of(read_unit(network, 0, 2)).heard(before.outgoing + 1)
    found = differing(now, before, after)
    assert found.weights[0, 3] == after.weights[0, 3]
    np.testing.assert_array_equal(np.delete(found.weights, 3, 1), np.delete(now.weights, 3, 1))
    assert found.outgoing is not None and now.outgoing is not None
    np.testing.assert_array_equal(found.outgoing, now.outgoing)
