"""A step that several threads share: the same training, the same bytes whoever computes what, nobody left waiting."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from digitapp.cores import ENVIRONMENT
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import Inputs, Problem
from digitapp.nn import OPTIMIZERS, Network, initialize
from digitapp.nn.network import UnitRef
from digitapp.training import BatchDone, RunStarted, TrainConfig, TrainingDiverged, train
from digitapp.training.checkpoint import resume, take_checkpoint
from digitapp.training.held import Held
from digitapp.training.loop import Run, begin
from digitapp.training.parallel import Crew, cut, parts_for

SIZES = (9, 14, 11, 3)


def data(samples=53):
    """Whose last batch of ten has three samples."""
    rng = np.random.default_rng(2)
    inputs = rng.normal(size=(samples, SIZES[0])).astype(np.float32)
    labels = inputs[:, : SIZES[-1]].argmax(axis=1)
    problem = Problem("made", "Made", Inputs.POINTS, 1, SIZES[0], ("a", "b", "c"))
    return Dataset("made", problem, Split(inputs, labels), Split(inputs[:9], labels[:9]))


DATA = data()


def new_network(activation="relu", normalized=False, dtype: type[np.floating] = np.float32):
    network = Network(SIZES, (activation, "tanh", "identity"), dtype, normalized=(normalized, False, False))
    initialize(network, "he", np.random.default_rng(0))
    return network


def trained(dataset=DATA, held=None, dtype: type[np.floating] = np.float32, shape=None, **settings):
    """Return the network after three epochs, and the losses."""
    network = new_network(dtype=dtype, **(shape or {}))
    config = TrainConfig(epochs=3, **{"batch_size": 10, "learning_rate": 0.01, **settings})
    run = begin(network, dataset, config, np.random.default_rng(0), held)
    losses = [event.loss for event in run.events() if isinstance(event, BatchDone)]
    return network, losses


@pytest.fixture(autouse=True)
def _small_products_are_divided_too(monkeypatch):
    monkeypatch.setattr("digitapp.training.parallel.LEAST_WORK", 0)
    monkeypatch.setattr("digitapp.training.parallel.LEAST_SIZE", 0)


@pytest.fixture
def cores(monkeypatch):
    """Set how many cores there are."""

    def set_to(count):
        for module in ("training.parallel", "training.loop"):
            monkeypatch.setattr(f"digitapp.{module}.available_cores", lambda: count)

    return set_to


@pytest.mark.parametrize("parts", [2, 3, 7, 40])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "sgd", "l1": 1e-3, "l2": 1e-3, "weight_decay": 0.1, "averaging": 0.9},
        {"optimizer": "momentum", "clip_norm": 0.1, "loss": "hinge"},
        {"optimizer": "rmsprop", "max_norm": 0.5, "loss": "binary_cross_entropy", "label_smoothing": 0.1},
        {"held": Held(frozen=(UnitRef(0, 2), UnitRef(1, 0)), silent=(UnitRef(0, 5),)), "averaging": 0.5},
        {"shape": {"activation": "maxout3"}},
        {"shape": {"normalized": True}, "averaging": 0.9},
        {"batch_size": 1},
        {"batch_size": 1000, "optimizer": "gradient_descent"},
    ],
    ids=str,
)
def test_parts_train_as_the_whole_does(settings, parts):
    """In float64, where what rounding leaves is a thousandth of what anything left out would."""
    whole, whole_losses = trained(threads=1, dtype=np.float64, **settings)
    parted, losses = trained(threads=parts, dtype=np.float64, **settings)

    np.testing.assert_allclose(losses, whole_losses, rtol=1e-9)
    np.testing.assert_allclose(parted.state, whole.state, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_optimiser_works_on_slices(key):
    whole, _ = trained(threads=1, optimizer=key, dtype=np.float64)
    parted, _ = trained(threads=3, optimizer=key, dtype=np.float64)

    np.testing.assert_allclose(parted.state, whole.state, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("settings", [{}, {"hidden_dropout": 0.4, "input_dropout": 0.2}], ids=str)
def test_the_bytes_depend_on_the_parts_alone(cores, settings):
    states = []
    for count in (1, 2, 3, 3):
        cores(count)
        states.append(trained(threads=3, **settings)[0].state.tobytes())

    assert len(set(states)) == 1


def test_pictures_that_are_varied_are_learned_in_parts_too():
    dataset = load_dataset("toy")
    states = []
    for threads in (1, 3):
        network = Network((12, 5, 2), ("tanh", "identity"), np.float64)
        initialize(network, "he", np.random.default_rng(0))
        config = TrainConfig(threads=threads, batch_size=10, epochs=2, augmentation={"shift": 1.0})
        list(train(network, dataset, config, np.random.default_rng(0)))
        states.append(network.state)

    np.testing.assert_allclose(*states, rtol=1e-6, atol=1e-9)


def test_dropout_silences_the_same_units_in_parts_as_in_the_whole():
    settings = {"hidden_dropout": 0.4, "input_dropout": 0.2, "dtype": np.float64}
    whole, _ = trained(threads=1, **settings)
    parted, _ = trained(threads=3, **settings)

    np.testing.assert_allclose(parted.state, whole.state, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "amsgrad", "adagrad_da"])
def test_an_interrupted_run_goes_on_in_the_same_parts(cores, optimizer):
    cores(2)
    config = TrainConfig(threads=0, optimizer=optimizer, epochs=3, batch_size=10, hidden_dropout=0.2, averaging=0.9)

    def new_run():
        return Run(new_network(), DATA, config, np.random.default_rng(0), parts=3)

    whole, interrupted = new_run(), new_run()
    list(whole.events())
    events = interrupted.events()
    for _ in range(9):
        next(events)
    checkpoint = take_checkpoint(interrupted)
    events.close()
    cores(8)
    resumed = resume(checkpoint, DATA)
    list(resumed.events())

    assert resumed.state.parts == 3
    assert resumed.network.state.tobytes() == whole.network.state.tobytes()


def test_a_run_says_how_many_parts_it_has():
    network = new_network()
    events = train(network, DATA, TrainConfig(threads=4), np.random.default_rng(0))
    started = next(events)
    assert isinstance(started, RunStarted)
    assert started.parts == 4


def test_the_rule_looks_at_sizes_and_cores(cores):
    def parts(sizes, batch_size, **settings):
        return parts_for(Network(sizes, ["relu"] * (len(sizes) - 1)), TrainConfig(**settings), batch_size)

    cores(8)
    assert parts((784, 30, 10), 10) == parts((784, 128, 10), 128) == 1
    assert 1 < parts((784, 800, 10), 128) < 8
    assert parts((784, 1000, 500, 10), 256) == 8
    assert parts((784, 1000, 500, 10), 256, threads=3) == 3
    assert parts((784, 1000, 500, 10), 256, optimizer="genetic", threads=3) == 1
    cores(1)
    assert parts((784, 1000, 500, 10), 256) == 1
    assert parts((784, 1000, 500, 10), 256, threads=3) == 3


def test_divergence_ends_a_parted_run_with_the_last_good_parameters(cores):
    cores(3)
    before = set(threading.enumerate())
    network = new_network()
    config = TrainConfig(threads=3, optimizer="momentum", learning_rate=1000, batch_size=10, epochs=500, l2=10)

    with pytest.raises(TrainingDiverged):
        list(train(network, DATA, config, np.random.default_rng(0)))

    assert np.isfinite(network.state).all()
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("at", [1, 2, 5])
def test_threads_end_with_the_run_however_it_ends(cores, at):
    cores(3)
    before = set(threading.enumerate())
    events = train(new_network(), DATA, TrainConfig(threads=3, epochs=2, batch_size=10), np.random.default_rng(0))
    for _ in range(at):
        next(events)
    events.close()
    assert set(threading.enumerate()) == before


def test_products_use_one_thread_in_parts_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv(ENVIRONMENT[0], "2")
    events = train(new_network(), DATA, TrainConfig(threads=2), np.random.default_rng(0))
    next(events)
    next(events)
    assert {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} == {1}
    events.close()


@pytest.mark.parametrize(("length", "parts"), [(10, 3), (2, 5), (0, 2), (7, 1)])
def test_what_is_cut_is_whole(length, parts):
    pieces = cut(length, parts)
    assert len(pieces) == parts
    assert [i for piece in pieces for i in range(length)[piece]] == list(range(length))
    assert max(p.stop - p.start for p in pieces) - min(p.stop - p.start for p in pieces) <= 1


@pytest.mark.parametrize("size", [1, 2, 5])
def test_no_member_of_a_crew_begins_before_all_have_ended_what_was_before(size):
    done = np.zeros((600, size), np.int64)
    early = []

    def work(member):
        if step and not done[step - 1].all():
            early.append((step, member))
        done[step, member] = 1

    with Crew(size) as crew:
        for step in range(len(done)):
            crew.run(work)
            assert done[step].all()
    assert early == []


def rest(member):
    """Do nothing, whoever it is."""
    assert member in (0, 1)


@pytest.mark.parametrize("failing", [0, 1])
def test_what_goes_wrong_in_a_member_is_raised_and_the_crew_can_go_on(failing):
    def fail(member):
        if member == failing:
            raise MemoryError("no more")

    with Crew(2) as crew:
        for _ in range(3):
            with pytest.raises(MemoryError, match="no more"):
                crew.run(fail)
        crew.run(rest)


def test_an_interrupt_while_waiting_leaves_nobody_waiting():
    """Ctrl-C arrives while the calling thread sleeps until the other has done its work."""
    going_on = threading.Event()

    class InterruptedLock:
        def acquire(self):
            going_on.set()
            raise KeyboardInterrupt

        def release(self):
            """Nobody waits any more."""

    def work(member):
        if member == 1:
            going_on.wait()

    crew = Crew(2)
    with crew:
        crew._end = InterruptedLock()  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            crew.run(work)
    assert not any(thread.is_alive() for thread in crew._threads)


@pytest.mark.parametrize(("least_work", "least_size"), [(0, 0), (0, 1e9), (1000, 0), (1e12, 0)])
@pytest.mark.parametrize(
    "settings",
    [{}, {"hidden_dropout": 0.4}, {"shape": {"activation": "maxout3"}}, {"shape": {"normalized": True}}],
    ids=str,
)
def test_what_is_divided_changes_nothing(monkeypatch, settings, least_work, least_size):
    """Everything, products alone, the larger products alone, or nothing."""
    whole, _ = trained(threads=1, dtype=np.float64, **settings)
    monkeypatch.setattr("digitapp.training.parallel.LEAST_WORK", least_work)
    monkeypatch.setattr("digitapp.training.parallel.LEAST_SIZE", least_size)
    parted, _ = trained(threads=4, dtype=np.float64, **settings)

    np.testing.assert_allclose(parted.state, whole.state, rtol=1e-6, atol=1e-9)
