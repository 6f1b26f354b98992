"""Splits, data sets and problems: what they hold, and what they refuse."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitapp.datasets import PROBLEMS, Dataset, Split, handwriting, load_dataset
from digitapp.datasets.dataset import stratified_choice


def split(count: int = 4, features: int = 12, top: int = 1) -> Split:
    return Split(np.zeros((count, features), np.float32), np.arange(count, dtype=np.int64) % (top + 1))


def test_the_problems():
    assert {key: (p.rows, p.columns, p.features, p.classes) for key, p in PROBLEMS.items()} == {
        "toy": (4, 3, 12, 2),
        "plane": (1, 2, 2, 4),
        "mnist": (28, 28, 784, 10),
    }
    assert all(key == problem.key for key, problem in PROBLEMS.items())


def test_handwriting_is_written_anew_from_the_seed(monkeypatch):
    monkeypatch.setattr(handwriting, "generate", partial(handwriting.generate, 60))
    first, again, other = (load_dataset("handwriting", seed=seed) for seed in (3, 3, 4))
    assert first.problem is PROBLEMS["mnist"]
    np.testing.assert_array_equal(first.train.inputs, again.train.inputs)
    assert not np.array_equal(first.train.inputs, other.train.inputs)


@pytest.mark.parametrize(
    ("inputs", "labels"),
    [
        (np.zeros((2, 12), np.float32), np.zeros(3, np.int64)),
        (np.zeros((2, 12), np.float32), np.zeros((2, 1), np.int64)),
        (np.zeros(12, np.float32), np.zeros(12, np.int64)),
        (np.zeros((0, 12), np.float32), np.zeros(0, np.int64)),
        (np.zeros((2, 12)), np.zeros(2, np.int64)),
        (np.zeros((2, 12), np.float32), np.zeros(2, np.float32)),
    ],
)
def test_a_split_refuses_arrays_that_do_not_match(inputs, labels):
    with pytest.raises(ValueError, match="inputs"):
        Split(inputs, labels)


def test_a_dataset_refuses_parts_that_do_not_fit_its_problem():
    assert len(Dataset("d", PROBLEMS["toy"], split()).train) == 4
    with pytest.raises(ValueError, match="12 features"):
        Dataset("d", PROBLEMS["toy"], split(), validation=split(features=784))
    with pytest.raises(ValueError, match="from 0 to 1"):
        Dataset("d", PROBLEMS["toy"], split(), test=split(top=2))


@given(labels=st.lists(st.integers(0, 9), min_size=1, max_size=60), share=st.floats(0, 1), seed=st.integers(0, 99))
def test_a_stratified_choice_has_the_right_size_and_keeps_the_shares(labels, share, seed):
    array = np.array(labels)
    count = int(share * len(array))
    chosen = stratified_choice(array, count, np.random.default_rng(seed))
    assert chosen.sum() == count
    fair = np.bincount(array) * count / len(array)
    assert np.all(np.abs(np.bincount(array[chosen], minlength=len(fair)) - fair) < 1)
    np.testing.assert_array_equal(chosen, stratified_choice(array, count, np.random.default_rng(seed)))


@pytest.mark.parametrize("count", [-1, 4])
def test_more_cannot_be_chosen_than_there_is(count):
    with pytest.raises(ValueError, match="of 3 samples"):
        stratified_choice(np.zeros(3, dtype=np.int64), count, np.random.default_rng(0))
