"""Independent work on several cores: in order, the same for any number of them, and nothing left running."""

import threading
from collections.abc import Generator

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from digitapp.calibration import calibrate
from digitapp.cores import ENVIRONMENT, available_cores, one_blas_thread, side_by_side
from digitapp.datasets.dataset import Split
from digitapp.inspection.ablation import Ablation
from digitapp.inspection.dossier import layer_chunks
from digitapp.nn import Network, initialize
from digitapp.training import evaluate


@pytest.fixture
def cores(monkeypatch):
    """Set how many cores there are."""
    monkeypatch.setattr("digitapp.cores.LEAST_WORK", 1)
    return lambda count: monkeypatch.setattr("digitapp.cores.available_cores", lambda: count)


def blas_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("items", [0, 1, 7, 100])
def test_results_come_in_the_order_of_the_items(cores, count, items):
    cores(count)
    assert list(side_by_side(lambda item: item * item, range(items), 1)) == [item * item for item in range(items)]


@pytest.mark.parametrize("count", [1, 3])
def test_what_an_item_raises_comes_in_its_turn(cores, count):
    cores(count)
    results = side_by_side(lambda item: 6 // item, [3, 2, 1, 0, 1], 1)
    assert [next(results) for _ in range(3)] == [2, 3, 6]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_who_has_seen_enough_leaves_nothing_running(cores):
    cores(3)
    before, done = set(threading.enumerate()), []
    results = side_by_side(done.append, range(1000), 1)
    for _ in range(5):
        next(results)
    assert isinstance(results, Generator)
    results.close()

    assert set(threading.enumerate()) == before
    assert len(done) < 20


def test_pieces_inherit_how_errors_in_arithmetic_are_treated(cores):
    cores(2)
    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        list(side_by_side(lambda item: np.float32(1) / item, [np.float32(0)] * 4, 1))


def test_little_work_stays_in_the_calling_thread(monkeypatch):
    monkeypatch.setattr("digitapp.cores.available_cores", lambda: 4)
    threads = set(side_by_side(lambda _: threading.current_thread(), range(5), work=1e6))
    assert threads == {threading.current_thread()}


def test_products_of_side_by_side_use_one_thread_each_and_all_afterwards(cores):
    cores(2)
    with threadpool_limits(2, "blas"):
        assert set().union(*side_by_side(lambda _: blas_threads(), range(6), 1)) == {1}
        assert blas_threads() == {2}


def test_a_choice_of_the_environment_stands_unless_threads_multiply_at_once(monkeypatch):
    monkeypatch.setenv(ENVIRONMENT[0], "2")
    with threadpool_limits(2, "blas"):
        with one_blas_thread():
            assert blas_threads() == {2}
        with one_blas_thread(always=True):
            assert blas_threads() == {1}


def test_there_is_a_core():
    assert available_cores() >= 1


def test_the_number_of_cores_changes_no_result(cores):
    rng = np.random.default_rng(0)
    network = Network((20, 40, 5), ("relu", "identity"))
    initialize(network, "he", rng)
    split = Split(rng.normal(size=(1100, 20)).astype(np.float32), rng.integers(0, 5, 1100))
    found = []
    for count in (1, 4):
        cores(count)
        result = evaluate(network, "cross_entropy", split, batch_size=100)
        ablation = Ablation(network, "cross_entropy", 0, split.inputs, split.labels)
        scores = [(unit, score.correct.tolist(), score.surprise) for unit, score in ablation.without_each()]
        chunks = [chunk.activations.tobytes() for chunk in layer_chunks(network, 0, split.inputs, chunk=64)]
        found.append(
            (result.loss, result.confusion.tolist(), calibrate(network, "cross_entropy", [split]), scores, chunks)
        )
    assert found[0] == found[1]
