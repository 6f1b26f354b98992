"""The smallest change of ink."""

import numpy as np
import pytest

from digitapp.drawing.ink import Drawing
from digitapp.drawing.preprocess import preprocess
from digitapp.inspection.smallest_change import lead, on_page, pen_width, smallest_change, smallest_flip
from digitapp.modelfile import load_model
from digitapp.nn.network import Network


def _one() -> Drawing:
    return Drawing.from_points([np.array([[0.55, 0.2], [0.5, 0.5], [0.45, 0.8]])])


def test_the_lead_over_the_best_of_the_others() -> None:
    assert lead(np.array([[1.0, 4, 2], [5, 0, 3]]), 1).tolist() == [2, -5]


def test_the_fewest_pixels_are_found_by_trying_all() -> None:
    network = Network((4, 2), ("identity",))
    network.weights[0][:, 1] = [1, 2, -1, 0.5]
    network.biases[0][1] = -1.8  # one needs the second pixel, or the first and another
    x = np.array([1, 0, 0, 0], dtype=np.float32)
    found = smallest_flip(network, x, 1, (2, 2))
    assert found.after.tolist() == [[1, 1], [0, 0]]
    assert (found.drawn, found.erased, found.reached, found.is_smallest) == (1, 0, True, True)
    back = smallest_flip(network, found.inputs, 0, (2, 2))
    assert back.drawn + back.erased == 1


def test_of_equally_many_pixels_the_clearest_is_taken() -> None:
    network = Network((3, 2), ("identity",))
    network.weights[0][:, 1] = [1, 3, 2]
    network.biases[0][1] = -0.5
    network.biases[0][0] = 0
    x = np.zeros(3, dtype=np.float32)
    assert smallest_flip(network, x, 1, (1, 3)).after.tolist() == [[0, 1, 0]]


def test_a_class_that_no_picture_has_is_not_reached() -> None:
    network = Network((3, 2), ("identity",))
    network.biases[0][0] = 1
    assert not smallest_flip(network, np.ones(3, np.float32), 1, (1, 3)).reached
    with pytest.raises(ValueError, match="too many"):
        smallest_flip(Network((17, 2), ("identity",)), np.ones(17, np.float32), 1, (1, 17))


@pytest.mark.parametrize("target", [7, 4])
def test_the_shipped_model_reads_the_changed_one_as_asked_by_the_whole_road(target: int) -> None:
    model = load_model("mnist")
    crop = preprocess(_one()).crop
    found = smallest_change(model.network, crop, target)
    assert found.reached
    assert found.drawn + found.erased >= 1
    assert 0 <= found.after.min() <= found.after.max() <= 1
    arrived = preprocess(found.after).input.reshape(-1)
    assert np.array_equal(arrived, found.inputs)
    assert model.probabilities(arrived[np.newaxis])[0].argmax() == target
    assert np.array_equal(found.before, crop)
    changed = np.abs(found.after - found.before).sum()
    assert 0 < changed < 0.6 * found.before.sum()


def test_nothing_is_changed_for_the_answer_itself_and_when_cancelled() -> None:
    network, crop = load_model("mnist").network, preprocess(_one()).crop
    same = smallest_change(network, crop, 1)
    assert same.reached
    assert np.array_equal(same.after, crop)
    stopped = smallest_change(network, crop, 8, cancelled=lambda: True)
    assert not stopped.reached
    assert np.array_equal(stopped.after, crop)


def test_a_network_of_zeros_cannot_be_persuaded() -> None:
    found = smallest_change(Network((784, 5, 10), ("relu", "identity")), preprocess(_one()).crop, 3)
    assert not found.reached
    assert found.drawn == found.erased == 0


def test_the_pens_width_is_estimated_from_the_ink() -> None:
    page = np.zeros((80, 80), dtype=np.float32)
    page[10:70, 36:44] = 1
    assert pen_width(page) == pytest.approx(8, rel=0.2)
    assert pen_width(np.zeros((80, 80), np.float32)) > 0


def test_a_small_picture_is_enlarged_to_the_page() -> None:
    small = np.random.default_rng(0).uniform(size=(20, 20)).astype(np.float32)
    assert np.array_equal(on_page(small)[::4, ::4], small)
    assert on_page(np.ones((28, 28), np.float32)).shape == (80, 80)
