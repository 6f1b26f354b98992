"""What a network answers in a plane, its lines, and the plane as its last hidden layer bends it: all of one mind."""

from __future__ import annotations

import math

import numpy as np
import pytest

from digitapp.calibration import Calibration
from digitapp.inspection.bent_plane import Axes, Seen, bent_plane, hidden_states
from digitapp.inspection.boundary import UNKNOWN, Bounds, Probabilities, coarse_resolution, decision_map, disagreement
from digitapp.inspection.half_planes import HalfPlane, half_plane, has_lines, unit_line, unit_lines
from digitapp.nn import Network, initialize

BOUNDS = Bounds(-1.2, 1.2, -1.2, 1.2)
Case = tuple[tuple[int, ...], tuple[str, ...], str]
CASES: list[Case] = [
    ((2, 2), ("identity",), "cross_entropy"),
    ((2, 6, 2, 2), ("tanh", "tanh", "identity"), "cross_entropy"),
    ((2, 5, 3), ("relu", "identity"), "cross_entropy"),
    ((2, 4, 1, 3), ("sigmoid", "tanh", "sigmoid"), "squared_error"),
    ((2, 20, 20, 4), ("tanh", "softplus", "identity"), "hinge"),
    ((2, 3, 2, 4), ("maxout2", "leaky_relu", "identity"), "cross_entropy"),
]


def probabilities_of(loss: str, temperature: float = 1.0) -> Probabilities:
    return lambda outputs: Calibration(temperature).probabilities(loss, outputs)


def made(case: Case, seed: int) -> Network:
    """Return a network with weights and biases so large that it has lines within the bounds."""
    sizes, activations, _ = case
    rng = np.random.default_rng(seed)
    network = Network(sizes, activations)
    initialize(network, "glorot", rng)
    network.parameters[:] = 2 * network.parameters + rng.normal(0, 0.3, network.parameter_count)
    return network


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case[0])))
def test_map_and_network_agree(case: Case, seed: int) -> None:
    network, probabilities = made(case, seed), probabilities_of(case[2], 0.7)
    found = decision_map(network, probabilities, BOUNDS, 41)
    xs, ys = BOUNDS.axes(41, 41)
    places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    wanted = probabilities(network.forward(places))
    assert (found.labels.ravel() == wanted.argmax(axis=1)).mean() > 0.998  # sums are rounded in another order
    ordered = np.sort(wanted, axis=1)
    np.testing.assert_allclose(found.strengths.ravel(), ordered[:, -1] - ordered[:, -2], atol=1e-4)
    assert (len(found.lines) > 0) == (len(np.unique(found.labels)) > 1)
    # A line lies where the two likeliest are nearly alike: as nearly as a cell is small.
    middles = found.lines.mean(axis=1)
    if len(middles):
        at_lines = np.sort(probabilities(network.forward(middles)), axis=1)
        steps = np.abs(np.diff(found.strengths, axis=0)).max(), np.abs(np.diff(found.strengths, axis=1)).max()
        assert (at_lines[:, -1] - at_lines[:, -2] <= 2 * max(steps) + 1e-5).all()


@pytest.mark.parametrize("seed", range(6))
def test_a_unit_is_positive_on_the_side_that_its_line_shows(seed: int) -> None:
    network = made(CASES[1], seed)
    lines = unit_lines(network, BOUNDS)
    assert lines
    for line in lines:
        (x0, y0), (x1, y1) = line.start, line.end
        assert all(abs(max(abs(x), abs(y)) - 1.2) < 1e-6 for x, y in (line.start, line.end))
        middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
        sides = np.array([middle, middle + 0.05 * np.array(line.normal), middle - 0.05 * np.array(line.normal)])
        on_line, positive, negative = network.trace(sides).pre_activations[0][:, line.unit]
        assert abs(on_line) < 1e-5
        assert positive > 0 > negative
        assert (x1 - x0) * line.normal[1] - (y1 - y0) * line.normal[0] > 0  # to the left of who walks along it


def test_lines_that_are_not_seen_and_units_without_one() -> None:
    assert unit_line(HalfPlane(1, 0, 5), 0, BOUNDS) is None
    assert unit_line(HalfPlane(0, 0, 1), 0, BOUNDS) is None
    assert unit_line(HalfPlane(math.nan, 1, 0), 0, BOUNDS) is None
    upright = unit_line(HalfPlane(2, 0, -1), 3, BOUNDS)
    assert upright is not None
    assert upright.start == pytest.approx((0.5, -1.2)) or upright.start == pytest.approx((0.5, 1.2))
    assert not has_lines(made(CASES[5], 0))
    assert unit_lines(made(CASES[5], 0), BOUNDS) == []
    assert unit_lines(made(CASES[0], 0), BOUNDS) == []  # an output unit is no feature
    with pytest.raises(ValueError, match="two inputs"):
        half_plane(Network((3, 2), ("identity",)), 0)


@pytest.mark.parametrize("seed", range(8))
def test_a_line_that_is_moved_keeps_its_steepness(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plane = HalfPlane(*rng.normal(0, 2, 3).tolist())
    across, up = rng.uniform(-1, 1, 2).tolist()
    shifted = plane.shifted(across, up)
    place = tuple(rng.uniform(-1, 1, 2).tolist())
    assert shifted[:2] == plane[:2]
    assert shifted.sum_at((place[0] + across, place[1] + up)) == pytest.approx(plane.sum_at(place))
    angle = float(rng.uniform(-3, 3))
    turned = plane.turned(place, angle)
    assert math.hypot(turned.x, turned.y) == pytest.approx(math.hypot(plane.x, plane.y))
    assert turned.sum_at(place) == pytest.approx(plane.sum_at(place))
    assert math.remainder(math.atan2(turned.y, turned.x) - math.atan2(plane.y, plane.x) - angle, math.tau) == (
        pytest.approx(0, abs=1e-9)
    )


@pytest.mark.parametrize("seen", Seen)
@pytest.mark.parametrize("case", CASES[1:], ids=lambda case: "-".join(map(str, case[0])))
def test_the_bent_plane_says_what_the_network_says(case: Case, seen: Seen) -> None:
    network, probabilities = made(case, 1), probabilities_of(case[2])
    points = np.random.default_rng(2).uniform(-1, 1, (60, 2)).astype(np.float32)
    bent = bent_plane(network, probabilities, BOUNDS, points, seen, resolution=201)
    assert bent is not None
    units = network.sizes[-2]
    assert bent.axes is {1: Axes.UNIT_AND_HEIGHT, 2: Axes.UNITS}.get(units, Axes.COMPONENTS)
    assert 0 < bent.share <= 1
    states = hidden_states(network, points, seen)
    for index in range(3):
        np.testing.assert_allclose(bent.place(states[index], points[index, 1]), bent.points[index], atol=1e-6)
    area = bent.map.bounds
    inside = np.concatenate([bent.points, bent.grid.reshape(-1, 2)])
    assert all(area.contains(x, y) for x, y in inside.tolist())
    if units > 2:
        return  # what is coloured there is a slice, in which the points do not lie
    np.testing.assert_allclose(bent.points[:, :units], states, atol=1e-6)
    columns = np.rint((bent.points[:, 0] - area.left) / area.width * 200).astype(int)
    rows = np.rint((bent.points[:, 1] - area.bottom) / area.height * 200).astype(int)
    wanted = probabilities(network.forward(points)).argmax(axis=1)
    strengths = bent.map.strengths[rows, columns]
    agree = bent.map.labels[rows, columns] == wanted
    assert agree[strengths > 0.1].all()
    assert agree.mean() > 0.9


def test_the_line_in_the_bent_plane_is_straight() -> None:
    network = made(CASES[1], 5)
    bent = bent_plane(network, probabilities_of("cross_entropy"), BOUNDS, np.zeros((1, 2)))
    assert bent is not None
    places = bent.map.lines.reshape(-1, 2)
    assert len(places) > 10
    _, spread, _ = np.linalg.svd(places - places.mean(axis=0))
    assert spread[1] < 1e-3 * spread[0]


def test_without_a_hidden_layer_nothing_is_bent() -> None:
    assert bent_plane(made(CASES[0], 0), probabilities_of("cross_entropy"), BOUNDS, np.zeros((0, 2))) is None


def test_numbers_that_are_not_finite_are_unknown() -> None:
    network = made(CASES[1], 0)
    network.biases[-1][0] = np.nan
    found = decision_map(network, probabilities_of("cross_entropy"), BOUNDS, 9)
    assert (found.labels == UNKNOWN).all()
    assert not found.strengths.any()
    assert not len(found.lines)
    network.parameters[:] = np.inf
    assert bent_plane(network, probabilities_of("cross_entropy"), BOUNDS, np.zeros((2, 2))) is None


def test_disagreement_is_the_share_that_says_something_else() -> None:
    maps = [decision_map(made(CASES[2], seed), probabilities_of(CASES[2][2]), BOUNDS, 15) for seed in range(5)]
    found = disagreement(maps)
    votes = np.stack([each.labels for each in maps])
    for row, column in np.ndindex(found.shape):
        most = np.bincount(votes[:, row, column]).max()
        assert found[row, column] == pytest.approx(1 - most / 5)
    assert not disagreement(maps[:1]).any()
    with pytest.raises(ValueError, match="one shape"):
        disagreement([])


def test_maps_that_follow_a_training_are_finer_for_small_networks() -> None:
    small, large = Network((2, 3, 2), ("tanh", "identity")), Network((2, 256, 256, 2), ("tanh", "tanh", "identity"))
    assert coarse_resolution(small) == 128
    assert coarse_resolution(large) == 24
