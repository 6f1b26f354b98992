"""Units taken apart and put together, against networks worked by hand."""

import numpy as np
import pytest

from digitapp.inspection.brush import stroke, template
from digitapp.inspection.surgery import read_unit, write_unit
from digitapp.nn import Network


@pytest.fixture
def network():
    network = Network((3, 2, 2), ("relu", "identity"))
    network.weights[0][...] = [[1, 4], [2, 5], [3, 6]]
    network.biases[0][...] = [0.5, -0.5]
    network.weights[1][...] = [[10, 20], [30, 40]]
    network.biases[1][...] = [7, 8]
    return network


def test_what_belongs_to_a_unit(network):
    unit = read_unit(network, 0, 1)
    np.testing.assert_array_equal(unit.weights, [[4, 5, 6]])
    np.testing.assert_array_equal(unit.biases, [-0.5])
    assert unit.outgoing is not None
    np.testing.assert_array_equal(unit.outgoing, [30, 40])
    assert read_unit(network, 1, 0).outgoing is None
    unit.weights[:] = 0
    assert network.weights[0][0, 1] == 4, "it is a copy"


def test_a_silenced_unit_is_not_heard_and_comes_back(network):
    x = [[1.0, 1.0, 1.0]]
    before, unit = network.copy(), read_unit(network, 0, 1)
    np.testing.assert_array_equal(network.forward(x), [[6.5 * 10 + 14.5 * 30 + 7, 6.5 * 20 + 14.5 * 40 + 8]])
    write_unit(network, 0, 1, unit.silenced())
    np.testing.assert_array_equal(network.forward(x), [[6.5 * 10 + 7, 6.5 * 20 + 8]])
    write_unit(network, 0, 1, unit)
    assert network.parameters.tobytes() == before.parameters.tobytes()


def test_nothing_else_changes(network):
    before = network.copy()
    write_unit(network, 0, 0, read_unit(network, 0, 0).zeroed())
    np.testing.assert_array_equal(network.weights[0], [[0, 4], [0, 5], [0, 6]])
    np.testing.assert_array_equal(network.biases[0], [0, -0.5])
    np.testing.assert_array_equal(network.weights[1], before.weights[1])


def test_a_copied_detector_keeps_its_own_votes(network):
    source, target = read_unit(network, 0, 0), read_unit(network, 0, 1)
    write_unit(network, 0, 1, target.with_detector_of(source))
    np.testing.assert_array_equal(network.weights[0], [[1, 1], [2, 2], [3, 3]])
    np.testing.assert_array_equal(network.biases[0], [0.5, 0.5])
    np.testing.assert_array_equal(network.weights[1], [[10, 20], [30, 40]])


def test_every_piece_of_a_maxout_unit_gets_what_was_painted():
    network = Network((3, 2, 2), ("maxout2", "identity"))
    network.parameters[:] = np.arange(network.parameter_count)
    unit = read_unit(network, 0, 1)
    assert unit.weights.shape == (2, 3)
    write_unit(network, 0, 1, unit.detecting([1, 2, 3], -1))
    np.testing.assert_array_equal(network.trace([[1.0, 1.0, 1.0]]).activations[0][0, 1], 5)
    again = read_unit(network, 0, 1)
    np.testing.assert_array_equal(again.weights, [[1, 2, 3], [1, 2, 3]])
    np.testing.assert_array_equal(read_unit(network, 0, 0).weights, [[0, 1, 2], [6, 7, 8]])


def test_what_does_not_fit_is_refused(network):
    unit, output = read_unit(network, 0, 0), read_unit(network, 1, 0)
    for wrong in (
        lambda: read_unit(network, 2, 0),
        lambda: read_unit(network, 0, 2),
        lambda: read_unit(Network((3, 2), ("identity",), normalized=(True,)), 0, 0),
        lambda: output.silenced(),
        lambda: unit.detecting([1, 2], 0),
        lambda: unit.detecting([1, 2, np.nan], 0),
        lambda: unit.with_detector_of(output),
        lambda: write_unit(network, 1, 0, unit),
        lambda: write_unit(network, 0, 0, output),
    ):
        before = network.parameters.tobytes()
        with pytest.raises(ValueError):
            wrong()
        assert network.parameters.tobytes() == before


BLANK = np.zeros((5, 7), np.float32)


def test_the_smallest_brush_paints_one_pixel():
    painted = stroke(BLANK, (1.4, 2.4), (1.4, 2.4), size=1, value=0.8)
    expected = BLANK.copy()
    expected[1, 2] = 0.8
    np.testing.assert_array_equal(painted, expected)
    assert painted.dtype == BLANK.dtype and not BLANK.any()


def test_a_stroke_is_a_line_of_them_and_has_a_mirror_image():
    painted = stroke(BLANK, (2, 0), (2, 2), size=1, value=-1, mirrored=True)
    np.testing.assert_array_equal(painted[2], [-1, -1, -1, 0, -1, -1, -1])
    assert np.count_nonzero(painted) == 6


def test_a_larger_brush_is_round_and_soft_at_its_edge():
    painted = stroke(BLANK, (2, 3), (2, 3), size=3, value=1)
    np.testing.assert_allclose(painted[2], [0, 0, 1, 1, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(painted[1, 2], 2 - np.sqrt(2), rtol=1e-6)
    assert painted[0, 3] == 0 and painted[0, 1] == 0


def test_the_eraser_erases():
    full = np.ones((5, 7), np.float32)
    assert stroke(full, (0, 0), (0, 6), size=1, value=0)[0].sum() == 0
    assert stroke(full, (0, 0), (0, 6), size=1, value=0)[1:].all()


def test_a_template_likes_its_own_picture_best():
    rng = np.random.default_rng(0)
    ink = (rng.random((5, 7)) > 0.7).astype(np.float32)
    weights = template(ink, 0.5)
    np.testing.assert_allclose(np.abs(weights).max(), 0.5, rtol=1e-6)
    np.testing.assert_allclose(weights.sum(), 0, atol=1e-5)
    own = float((weights * ink).sum())
    for _ in range(20):
        shuffled = rng.permutation(ink.ravel()).reshape(ink.shape)
        assert float((weights * shuffled).sum()) <= own
    assert not template(BLANK, 0.5).any()
