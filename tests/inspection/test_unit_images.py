"""Weights as pictures, on networks small enough to work out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.inspection.unit_images import (
    TileGeometry,
    TileHit,
    always_blank,
    change_images,
    class_images,
    compact_shape,
    layer_images,
    projected_images,
    tile,
)
from digitapp.nn.network import Network


@pytest.fixture
def network() -> Network:
    """A network 6-3-2-2: every weight says where it leads from and to."""
    network = Network((6, 3, 2, 2), ("relu", "relu", "identity"))
    network.weights[0][...] = np.arange(18).reshape(6, 3)
    network.weights[1][...] = [[1, 0], [0, 2], [-1, 1]]
    network.weights[2][...] = [[1, 2], [3, 4]]
    return network


def test_the_first_layer_is_shown_on_the_pixels(network: Network) -> None:
    images = layer_images(network, 0, 2, 3)
    assert images.tolist()[1] == [[1, 4, 7], [10, 13, 16]]
    assert images.shape == (3, 2, 3) and images.flags.c_contiguous


def test_images_do_not_change_with_the_network(network: Network) -> None:
    images = layer_images(network, 0, 2, 3)
    deeper = layer_images(network, 1, 2, 3)
    network.parameters[:] = -1
    assert images.min() == 0 and deeper[1].tolist() == [[0, 2, 1]]


def test_deeper_layers_are_laid_out_compactly_with_zeros_left_over() -> None:
    network = Network((2, 7, 1), ("relu", "identity"))
    network.weights[1][:, 0] = np.arange(1, 8)
    assert layer_images(network, 1, 1, 2).tolist() == [[[1, 2, 3], [4, 5, 6], [7, 0, 0]]]


def test_deeper_layers_are_projected_through_the_weights_before(network: Network) -> None:
    # Unit 1 of the second layer: 2 × unit 1 + 1 × unit 2 of the first.
    first = layer_images(network, 0, 2, 3)
    second = projected_images(network, 1, 2, 3)
    assert second[1].tolist() == (2 * first[1] + first[2]).tolist()
    assert projected_images(network, 0, 2, 3).tolist() == first.tolist()
    # Class 0: 1 × second 0 + 3 × second 1.
    assert projected_images(network, 2, 2, 3)[0].tolist() == (second[0] + 3 * second[1]).tolist()


@pytest.mark.parametrize("make", [layer_images, projected_images])
def test_a_missing_layer_or_a_wrong_grid_is_refused(network: Network, make) -> None:
    with pytest.raises(ValueError, match="layers 0 to 2"):
        make(network, 3, 2, 3)
    with pytest.raises(ValueError, match="6 inputs"):
        make(network, 0, 3, 3)


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 1)), (3, (1, 3)), (10, (2, 5)), (128, (8, 16)), (784, (28, 28)), (2000, (40, 50))]
)
def test_compact_shapes(count: int, shape: tuple[int, int]) -> None:
    assert compact_shape(count) == shape


@given(st.integers(1, 5000))
def test_a_compact_shape_holds_all_cells_and_wastes_less_than_a_row(count: int) -> None:
    rows, columns = compact_shape(count)
    assert 0 <= rows * columns - count < columns
    assert columns <= 4 * rows and rows <= columns + 1


def test_no_cells_have_no_shape() -> None:
    with pytest.raises(ValueError, match="at least one"):
        compact_shape(0)


def test_tiles_stand_in_rows_with_gaps_between() -> None:
    images = np.array([[[1, 2]], [[3, 4]], [[5, 6]]])
    picture, geometry = tile(images, 2, gap=1, background=9)
    assert picture.tolist() == [[1, 2, 9, 3, 4], [9, 9, 9, 9, 9], [5, 6, 9, 9, 9]]
    assert (geometry.width, geometry.height, geometry.down) == (5, 3, 2)


def test_cells_grow_by_whole_numbers_and_gaps_do_not() -> None:
    picture, _ = tile(np.array([[[1, 2]], [[3, 4]]]), 2, gap=1, scale=2)
    assert picture.tolist() == [[1, 1, 2, 2, 0, 3, 3, 4, 4]] * 2


def test_colours_are_tiled_too() -> None:
    images = np.full((3, 2, 2, 3), 7, dtype=np.uint8)
    picture, _ = tile(images, 2, gap=1, background=(1, 2, 3))
    assert picture.shape == (5, 5, 3) and picture.dtype == np.uint8 and picture.flags.c_contiguous
    assert picture[0, 0].tolist() == [7, 7, 7] and picture[4, 4].tolist() == [1, 2, 3]


@given(
    units=st.integers(1, 9),
    rows=st.integers(1, 4),
    columns=st.integers(1, 4),
    across=st.integers(1, 5),
    gap=st.integers(0, 3),
    scale=st.integers(1, 3),
)
def test_geometry_and_picture_agree_at_every_point(
    units: int, rows: int, columns: int, across: int, gap: int, scale: int
) -> None:
    images = np.arange(units * rows * columns).reshape(units, rows, columns)
    picture, geometry = tile(images, across, gap, scale=scale, background=-1)
    assert picture.shape == (geometry.height, geometry.width)
    for y, x in np.ndindex(picture.shape):
        hit = geometry.tile_at(x, y)
        assert picture[y, x] == (-1 if hit is None else images[hit])
    for unit in range(units):
        place = geometry.rectangle(unit)
        inside = picture[place.y : place.y + place.height, place.x : place.x + place.width]
        assert inside[::scale, ::scale].tolist() == images[unit].tolist()


def test_points_outside_hit_nothing_and_units_beyond_have_no_place() -> None:
    geometry = TileGeometry(units=3, rows=2, columns=2, across=2, gap=1, scale=4)
    assert geometry.tile_at(-0.5, 0) is None and geometry.tile_at(0, -0.5) is None
    assert geometry.tile_at(geometry.width, 0) is None and geometry.tile_at(0, geometry.height) is None
    assert geometry.tile_at(7.9, 4.2) == TileHit(0, 1, 1)
    with pytest.raises(IndexError, match="units 0 to 2"):
        geometry.rectangle(3)


def test_impossible_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        tile(np.zeros((0, 2, 2)), 2)
    with pytest.raises(ValueError, match="at least 1"):
        tile(np.zeros((1, 2, 2)), 0)


def test_blank_pixels_are_those_that_no_sample_touches() -> None:
    assert always_blank(np.array([[0.0, 0.5, 0.0], [0.0, 0.0, 0.1]])).tolist() == [True, False, False]


def test_the_cells_of_a_class_and_the_bias_add_up_to_the_units_mean_sum() -> None:
    network = Network((4, 3, 2), ("relu", "identity"))
    rng = np.random.default_rng(0)
    network.parameters[:] = rng.normal(size=network.parameter_count)
    x = rng.random((20, 4), dtype=np.float32)
    trace = network.trace(x)
    for layer, source in ((0, x), (1, trace.activations[0])):
        images = class_images(network, layer, source.mean(axis=0), 2, 2)
        assert images.shape == layer_images(network, layer, 2, 2).shape
        sums = images.sum(axis=(1, 2)) + network.biases[layer]
        np.testing.assert_allclose(sums, trace.pre_activations[layer].mean(axis=0), rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match="4 inputs"):
        class_images(network, 0, np.zeros(3), 2, 2)


@pytest.mark.parametrize("activation", ["relu", "maxout2"])
def test_the_change_is_what_was_added_to_the_weights(activation: str) -> None:
    network = Network((4, 3, 5, 2), (activation, activation, "identity"))
    rng = np.random.default_rng(0)
    network.parameters[:] = rng.normal(size=network.parameter_count)
    start = network.parameters.copy()
    assert not change_images(network, start, 0, 2, 2).any()
    network.weights[0][2, 1] += 0.5  # pixel 2 of unit 1, its first piece
    network.weights[1][1, 4] -= 2
    first, second = (change_images(network, start, layer, 2, 2) for layer in (0, 1))
    assert first[1, 1, 0] == pytest.approx(0.5)
    assert np.count_nonzero(first) == np.count_nonzero(second) == 1
    assert second.shape == layer_images(network, 1, 2, 2).shape
    assert second[4].ravel()[1] == pytest.approx(-2)
    with pytest.raises(ValueError, match="parameters expected"):
        change_images(network, start[1:], 0, 2, 2)
