"""Regions of units in a plane: the sums are the network's, and the border of a first layer's is the unit's line."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.inspection.boundary import Bounds
from digitapp.inspection.half_planes import half_plane
from digitapp.inspection.regions import Region, unit_regions
from digitapp.nn import Network, initialize

BOUNDS = Bounds(-1.5, 1.0, -0.5, 2.0)


@pytest.mark.parametrize("seed", range(8))
def test_a_region_is_what_the_network_computes_at_each_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    activations = (*rng.choice(["relu", "tanh", "sigmoid", "maxout2"], 2).tolist(), "identity")
    network = Network((2, 4, 3, 2), activations)
    initialize(network, "normal", rng)
    network.parameters[:] += rng.normal(0, 0.3, network.parameters.shape).astype(np.float32)
    for layer in range(3):
        found = unit_regions(network, layer, BOUNDS, 17)
        assert found.shape == (network.sizes[layer + 1], 17, 17)
        region = Region(BOUNDS, found[0])
        places = [region.place(row, column) for row in range(17) for column in range(17)]
        sums = network.trace(np.array(places)).pre_activations[layer]
        np.testing.assert_allclose(found.reshape(len(found), -1).T, sums, rtol=1e-4, atol=1e-5)


def test_the_border_of_a_first_layers_unit_is_the_line_where_its_sum_is_zero() -> None:
    network = Network((2, 5, 2), ("relu", "identity"))
    initialize(network, "he", np.random.default_rng(3))
    for unit, sums in enumerate(unit_regions(network, 0, BOUNDS)):
        border = Region(BOUNDS, sums).border().reshape(-1, 2)
        assert len(border)
        plane = half_plane(network, unit)
        steepness = np.hypot(plane.x, plane.y)
        assert max(abs(plane.sum_at((x, y))) / steepness for x, y in border) < 1e-3


def test_numbers_that_overflow_are_no_border_and_other_networks_are_refused() -> None:
    network = Network((2, 3, 2), ("relu", "identity"))
    network.parameters[:] = np.float32(3e38)
    found = unit_regions(network, 1, BOUNDS)
    assert not np.isfinite(found).all()
    border = Region(BOUNDS, found[0]).border()
    assert np.isfinite(border).all()
    for sizes, layer in (((3, 3, 2), 0), ((2, 3, 2), 2), ((2, 3, 2), -1)):
        with pytest.raises(ValueError, match="two inputs"):
            unit_regions(Network(sizes, ("relu", "identity")), layer, BOUNDS)
