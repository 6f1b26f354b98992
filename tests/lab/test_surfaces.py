"""Every surface is as steep as it says, lowest where it says, and starts lie on its map."""

from __future__ import annotations

import numpy as np
import pytest

from digitapp.lab.surfaces import FAR, SURFACES, Surface

EACH = pytest.mark.parametrize("surface", SURFACES.values(), ids=lambda surface: surface.key)


@EACH
def test_the_gradient_is_that_of_the_height(surface: Surface) -> None:
    places, step = surface.starts(200, 3), 1e-6
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        difference = (surface.height(places + shift) - surface.height(places - shift)) / (2 * step)
        np.testing.assert_allclose(surface.gradient(places)[:, axis], difference, rtol=1e-5, atol=1e-6)


@EACH
def test_nothing_lies_below_the_lowest_and_each_minimum_is_one(surface: Surface) -> None:
    assert surface.height(surface.starts(5000, 1)).min() >= surface.lowest - 1e-12
    assert surface.height(surface.minima).min() == pytest.approx(surface.lowest, abs=1e-12)
    np.testing.assert_allclose(surface.gradient(surface.minima), 0, atol=1e-12)
    around = surface.minima + 0.01 * np.stack([np.cos(np.arange(8)), np.sin(np.arange(8))], axis=-1)[:, np.newaxis]
    assert (surface.height(around) > surface.height(surface.minima)).all()


@EACH
def test_places_and_stacks_of_places_have_the_same_heights(surface: Surface) -> None:
    places = surface.starts(12, 5)
    stacked = surface.height(places.reshape(2, 3, 2, 2))
    np.testing.assert_allclose(stacked.ravel(), [float(surface.height(place)) for place in places])
    assert surface.gradient(places.reshape(2, 3, 2, 2)).shape == (2, 3, 2, 2)


@EACH
def test_starts_are_on_the_map_and_those_of_a_seed_begin_alike(surface: Surface) -> None:
    starts = surface.starts(40, 0)
    assert (np.abs(starts - surface.middle) <= surface.reach).all()
    assert not surface.is_lost(np.array([*starts, surface.start, *surface.minima])).any()
    np.testing.assert_array_equal(surface.starts(40, 0), starts)
    assert not np.array_equal(surface.starts(40, 1), starts)


def test_far_away_or_no_number_is_lost() -> None:
    surface = SURFACES["ravine"]
    edge = FAR * surface.reach[0]
    places = np.array([[edge - 0.01, 0], [-edge - 0.01, 0], [np.nan, 0], [0, np.inf], [0, 0]])
    assert surface.is_lost(places).tolist() == [False, True, True, True, False]


def test_the_mean_over_the_samples_is_the_height() -> None:
    samples = SURFACES["least_squares"].samples
    assert samples is not None
    place = np.array([0.3, -1.2])
    alone = [samples.height(place, np.array([index])) for index in range(len(samples))]
    assert samples.height(place) == pytest.approx(float(np.mean(alone)))
    slopes = [samples.gradient(place, np.array([index])) for index in range(len(samples))]
    np.testing.assert_allclose(samples.gradient(place), np.mean(slopes, axis=0))
