"""Varied pictures: what each strength does, and that runs with them are repeatable and leave no thread."""

import threading
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import MNIST, TOY
from digitapp.training import ConfigError, NetworkConfig, TrainConfig, begin, build_network
from digitapp.training.augmentation import AUGMENTATIONS, SHARING, STANDARD, Augmenter
from digitapp.training.checkpoint import load_checkpoint, resume, save_checkpoint, take_checkpoint

SQUARE = np.zeros((28, 28), np.float32)
SQUARE[9:19, 9:19] = 1


def varied(options, picture=SQUARE, seed=0, count=SHARING):
    pictures = np.tile(picture.ravel(), (count, 1))
    return Augmenter(*picture.shape, options)(pictures, np.random.default_rng(seed)).reshape(count, *picture.shape)


def centre_of_mass(picture):
    rows, columns = np.indices(picture.shape)
    return np.array([(rows * picture).sum(), (columns * picture).sum()]) / picture.sum()


def test_without_strength_pictures_stay_as_they_are():
    assert Augmenter(28, 28, {}).changes_nothing
    noise = np.random.default_rng(0).random((28, 28), np.float32)
    for picture in (SQUARE, noise):
        np.testing.assert_array_equal(varied({}, picture), np.tile(picture, (SHARING, 1, 1)))


def test_turning_keeps_centre_and_ink():
    for seed in range(5):
        turned = varied({"turn": 45}, seed=seed)[0]
        np.testing.assert_allclose(centre_of_mass(turned), (13.5, 13.5), atol=0.01)
        assert turned.sum() == pytest.approx(SQUARE.sum(), rel=0.02)
    assert max(np.abs(varied({"turn": 45}, seed=seed)[0] - SQUARE).max() for seed in range(5)) > 0.3


def test_a_shift_moves_the_centre_of_mass_by_at_most_its_strength():
    ways = np.array([centre_of_mass(varied({"shift": 3}, seed=seed)[0]) - 13.5 for seed in range(200)])
    assert np.abs(ways).max() <= 3.001
    np.testing.assert_allclose(ways.std(axis=0), 3 / np.sqrt(3), rtol=0.15)


def test_scaling_changes_width_and_height_each_on_its_own():
    sizes = np.array([[scaled.sum(axis).max() for axis in (0, 1)] for scaled in _many({"scale": 0.3})])
    assert 10 * np.exp(-0.3) - 1 <= sizes.min() < 8 < 12 < sizes.max() <= 10 * np.exp(0.3) + 1
    assert abs(np.corrcoef(sizes.T)[0, 1]) < 0.3


def test_thickness_adds_or_takes_ink_at_the_border_only():
    inks = np.array([thick.sum() for thick in _many({"thickness": 1})])
    assert 8 * 8 <= inks.min() < 80 < 110 < inks.max() <= 10 * 10 + 4 * 10 + 1e-3
    for thick in _many({"thickness": 1}):
        assert thick[11:17, 11:17].min() == pytest.approx(1)
        assert thick[:8].max() == 0


def test_erasing_takes_a_patch_from_the_share_asked_for():
    all_of_them = [picture.min() == 0 for picture in _many({"erase": 1}, np.ones((28, 28), np.float32))]
    assert np.mean(all_of_them) == 1
    some = [picture.min() == 0 for picture in _many({"erase": 0.3}, np.ones((28, 28), np.float32))]
    assert 0.15 < np.mean(some) < 0.45


def test_elastic_bending_is_smooth_and_as_strong_as_asked_for():
    augmenter = Augmenter(28, 28, {"elastic": 1.5, "smoothness": 4})
    places = augmenter._places(2000, np.random.default_rng(0)).reshape(2000, 2, 28, 28)
    moved = places - np.indices((28, 28))
    np.testing.assert_allclose(moved.std(axis=0), 1.5, rtol=0.1)
    assert np.abs(np.diff(moved, axis=3)).max() < 4


@pytest.mark.parametrize("smoothness", [1, 5, 20])
def test_elastic_bending_is_white_noise_smoothed_with_a_bell(smoothness):
    places = Augmenter(28, 28, {"elastic": 1, "smoothness": smoothness})._places(4000, np.random.default_rng(0))
    moved = (places.reshape(4000, 2, 28, 28) - np.indices((28, 28))).reshape(8000, 28, 28)
    distance = np.subtract.outer(np.arange(28), np.arange(28))
    bell = np.exp(-(distance**2) / (2 * smoothness**2))
    bell /= np.linalg.norm(bell, axis=0)
    for along in (moved[:, :, 13], moved[:, 13]):
        np.testing.assert_allclose(np.cov(along.T), bell.T @ bell, atol=0.07)


def test_pictures_are_read_between_the_pixels_to_a_256th_of_one():
    options = dict(STANDARD, turn=40, shift=3)
    pictures = np.random.default_rng(1).random((20, 28 * 28), np.float32)
    augmenter = Augmenter(28, 28, options)
    y, x = augmenter._places(3, np.random.default_rng(2)).clip(0, 27).swapaxes(0, 1).repeat(SHARING, axis=1)[:, :20]
    top, left = np.minimum(np.floor([y, x]), 26).astype(int)
    down, right = y - top, x - left
    corners = [np.take_along_axis(pictures, (top + i) * 28 + left + j, 1) for i in (0, 1) for j in (0, 1)]
    weights = [(1 - down) * (1 - right), (1 - down) * right, down * (1 - right), down * right]
    expected = sum(corner * weight for corner, weight in zip(corners, weights, strict=True))
    np.testing.assert_allclose(augmenter(pictures, np.random.default_rng(2)), expected, atol=1.1 / 256)


def test_many_pictures_are_varied_as_their_shares():
    pictures = np.random.default_rng(1).random((300, 28 * 28), np.float32)
    augmenter = Augmenter(28, 28, {"elastic": 1.5})
    whole = augmenter(pictures, np.random.default_rng(2))
    kept = whole.copy()
    np.testing.assert_array_equal(augmenter(pictures, np.random.default_rng(2)), whole)
    augmenter(pictures.astype(np.float64), np.random.default_rng(3))
    np.testing.assert_array_equal(whole, kept)
    alike = augmenter(np.tile(pictures[:1], (300, 1)), np.random.default_rng(2))
    groups = np.split(alike, range(SHARING, 300, SHARING))
    assert all((group == group[0]).all() for group in groups)
    assert len(np.unique(alike, axis=0)) == len(groups)


@settings(max_examples=60, deadline=None)
@given(
    options=st.fixed_dictionaries(
        {}, optional={option.name: st.floats(option.minimum, option.maximum) for option in AUGMENTATIONS}
    ),
    count=st.integers(1, 20),
    seed=st.integers(0, 2**32),
    shape=st.sampled_from([(28, 28), (4, 3), (1, 5), (5, 1)]),
)
def test_any_strengths_keep_values_in_range_and_repeat(options, count, seed, shape):
    pictures = np.random.default_rng(seed).random((count, int(np.prod(shape))), np.float32)
    before = pictures.copy()
    rows, columns = shape
    once, again = (Augmenter(rows, columns, options)(pictures, np.random.default_rng(seed)) for _ in range(2))
    np.testing.assert_array_equal(pictures, before)
    np.testing.assert_array_equal(once, again)
    assert once.shape == pictures.shape
    assert once.dtype == np.float32
    assert once.min() >= -1e-5
    assert once.max() <= 1 + 1e-5


@pytest.mark.parametrize(
    ("options", "field"), [({"turn": -1}, "augmentation.turn"), ({"twist": 1}, "augmentation"), (3, "augmentation")]
)
def test_wrong_strengths_are_refused_by_name(options, field):
    with pytest.raises(ConfigError) as error:
        TrainConfig(augmentation=options)
    assert error.value.field == field


CONFIG = TrainConfig(batch_size=7, epochs=3, learning_rate=0.01, augmentation=dict(STANDARD))


def test_the_same_run_gives_the_same_bytes_and_leaves_no_thread():
    threads = threading.active_count()
    first, second = _run(CONFIG), _run(CONFIG)
    plain = _run(replace(CONFIG, augmentation={}))
    for run in (first, second, plain):
        for _ in run.events():
            pass
    np.testing.assert_array_equal(first.network.parameters, second.network.parameters)
    assert not np.array_equal(first.network.parameters, plain.network.parameters)
    assert threading.active_count() == threads


@pytest.mark.parametrize("stop_after", [1, 4, 9, 12, 25])
def test_a_run_taken_up_again_varies_the_pictures_as_if_never_interrupted(stop_after, tmp_path):
    whole, broken = _run(CONFIG), _run(CONFIG)
    for _ in whole.events():
        pass
    events = broken.events()
    for _ in range(stop_after):
        next(events)
    save_checkpoint(take_checkpoint(broken), tmp_path / "run")
    events.close()
    resumed = resume(load_checkpoint(tmp_path / "run"), _dataset())
    for _ in resumed.events():
        pass
    np.testing.assert_array_equal(resumed.network.parameters, whole.network.parameters)
    assert not any(thread.name.startswith("augmentation") for thread in threading.enumerate())


def test_the_toy_can_be_varied_too():
    rng = np.random.default_rng(0)
    inputs = rng.random((20, 12), np.float32)
    dataset = Dataset("dots", TOY, Split(inputs, rng.integers(0, 2, 20)))
    network = build_network(12, 2, NetworkConfig((3,), "sigmoid"), "squared_error", rng)
    config = TrainConfig(loss="squared_error", epochs=2, augmentation={"shift": 0.5})
    for _ in begin(network, dataset, config, rng).events():
        pass
    assert np.isfinite(network.parameters).all()


def _many(options, picture=SQUARE):
    return [varied(options, picture, seed)[0] for seed in range(100)]


def _dataset():
    rng = np.random.default_rng(1)
    return Dataset("noise", MNIST, Split(rng.random((60, 784), np.float32), rng.integers(0, 10, 60)))


def _run(config):
    rng = np.random.default_rng(2)
    network = build_network(784, 10, NetworkConfig((6,)), config.loss, rng)
    return begin(network, _dataset(), config, rng)
