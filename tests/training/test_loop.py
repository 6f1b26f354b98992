"""The training loop: what it tells, what it learns, that it repeats itself, and how it gives up."""

import inspect
import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from digitapp.cores import ENVIRONMENT
from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import MNIST, TOY, Inputs, Problem
from digitapp.nn import Network
from digitapp.training import (
    BatchDone,
    ConfigError,
    DataMismatch,
    DataNotFinite,
    EpochDone,
    NetworkConfig,
    RunFinished,
    RunStarted,
    SetLearningRate,
    TrainConfig,
    TrainingDiverged,
    begin,
    build_network,
    evaluate,
    start_from,
    train,
    usual_configs,
)

PLANE = Problem("plane", "Points", Inputs.POINTS, 1, 2, ("0", "1"))


def split(inputs, labels):
    return Split(np.asarray(inputs, np.float32), np.asarray(labels, np.int64))


def blobs(count=50, validation=20):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count + validation)
    inputs = rng.normal(labels[:, None] * 2.0, 0.7, (len(labels), 2))
    held_back = split(inputs[count:], labels[count:]) if validation else None
    return Dataset("blobs", PLANE, split(inputs[:count], labels[:count]), held_back)


def start(dataset, config, hidden=(4,), activation="tanh"):
    rng = np.random.default_rng(config.seed)
    problem = dataset.problem
    network_config = NetworkConfig(hidden, activation, "glorot")
    network = build_network(problem.features, problem.classes, network_config, config.loss, rng)
    return network, train(network, dataset, config, rng)


def batches(run):
    return [event for event in run if isinstance(event, BatchDone)]


def epochs(run):
    return [event for event in run if isinstance(event, EpochDone)]


def batch(event):
    assert isinstance(event, BatchDone)
    return event


def test_events_come_in_order_and_count_right():
    config = TrainConfig(batch_size=16, epochs=3)
    _, run = start(blobs(), config)
    assert inspect.isgenerator(run)

    events = list(run)

    assert events[0] == RunStarted(epochs=3, batches_per_epoch=4, training_samples=50, validation_samples=20)
    done = batches(events)
    assert [event.step for event in done] == list(range(1, 13))
    assert [event.batch for event in done] == [1, 2, 3, 4] * 3
    assert [event.epoch for event in done] == [1] * 4 + [2] * 4 + [3] * 4
    assert [event.samples for event in done[:5]] == [16, 32, 48, 50, 66]  # the last batch of an epoch has 2
    assert all(math.isfinite(event.loss) and 0 <= event.accuracy <= 1 for event in done)
    assert [type(event) for event in events[5::5]] == [EpochDone] * 3
    assert events[-1] == RunFinished(3, 12, epochs(events)[-1].seconds)


def test_an_epoch_sums_up_its_batches_and_measures_validation():
    dataset, config = blobs(), TrainConfig(batch_size=16, epochs=1, learning_rate=0.01)
    network, run = start(dataset, config)

    events = list(run)
    done, epoch = batches(events), epochs(events)[0]
    weights = np.array([16, 16, 16, 2])
    assert epoch.train_loss == pytest.approx(np.average([event.loss for event in done], weights=weights))
    assert epoch.train_accuracy == pytest.approx(np.average([event.accuracy for event in done], weights=weights))
    assert dataset.validation is not None
    measured = evaluate(network, config.loss, dataset.validation)
    assert (epoch.validation_loss, epoch.validation_accuracy) == (measured.loss, measured.accuracy)
    np.testing.assert_array_equal(epoch.confusion, measured.confusion)


def test_without_validation_the_confusion_is_of_the_training_part():
    _, run = start(blobs(validation=0), TrainConfig(epochs=1))

    (epoch,) = epochs(run)

    assert epoch.validation_loss is None
    assert epoch.validation_accuracy is None
    assert epoch.confusion.sum() == 50


def test_a_batch_reports_the_loss_before_its_step():
    dataset, config = blobs(validation=0), TrainConfig(batch_size=50, epochs=1)
    network, run = start(dataset, config)
    before = evaluate(network, config.loss, dataset.train)

    (event,) = batches(run)

    assert event.loss == pytest.approx(before.loss, rel=1e-5)
    assert event.accuracy == before.accuracy


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_same_seed_gives_the_same_bytes(optimizer):
    config = TrainConfig(optimizer=optimizer, batch_size=7, epochs=3, weight_decay=0.01, l1=1e-3, l2=1e-3)
    results = []
    for seed in (0, 0, 1):
        network, run = start(blobs(), replace(config, seed=seed))
        losses = [event.loss for event in batches(run)]
        results.append((network.parameters.tobytes(), losses))

    assert results[0] == results[1]
    assert results[0] != results[2]


def test_the_order_of_the_samples_does_not_depend_on_how_the_weights_were_drawn():
    dataset, config = blobs(), TrainConfig(batch_size=5, epochs=2)
    results = []
    for draws in (0, 1000):
        rng = np.random.default_rng(0)
        network = Network((2, 2), ["identity"])
        rng.normal(size=draws)
        list(train(network, dataset, config, rng))
        results.append(network.parameters.tobytes())

    assert results[0] == results[1]


def test_every_sample_is_used_once_an_epoch():
    """A sum over the epoch that any lost or repeated sample would change: SGD on a linear unit with a tiny step."""
    dataset = blobs(count=23, validation=0)
    config = TrainConfig(loss="squared_error", optimizer="sgd", learning_rate=1e-6, batch_size=5, epochs=1)
    network = Network((2, 2), ["identity"], np.float64)
    list(train(network, dataset, config, np.random.default_rng(0)))

    # From zero weights, Σ over batches of (mean gradient) is this to first order in the step.
    sizes = np.repeat([5, 3], [20, 3])
    order = np.random.default_rng(0).spawn(2)[0].permutation(23)
    targets = np.eye(2)[dataset.train.labels[order]]
    expected = (dataset.train.inputs[order] / sizes[:, None]).T.astype(float) @ targets * 1e-6
    np.testing.assert_allclose(network.weights[0], expected, rtol=1e-3)


def test_the_learning_rate_can_be_changed_on_the_way():
    network, run = start(blobs(), TrainConfig(optimizer="sgd", learning_rate=0.1, epochs=1, batch_size=10))
    assert isinstance(next(run), RunStarted)
    assert batch(next(run)).learning_rate == 0.1
    before = network.parameters.copy()

    event = batch(run.send(SetLearningRate(1e-9)))

    assert event.learning_rate == 1e-9
    np.testing.assert_allclose(network.parameters, before, atol=1e-7)
    assert batch(next(run)).learning_rate == 1e-9


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, 1001, "fast"])
def test_a_learning_rate_that_cannot_be_is_refused(value):
    with pytest.raises(ConfigError) as error:
        SetLearningRate(value)
    assert error.value.field == "learning_rate"


def test_weight_decay_shrinks_weights_but_not_biases():
    dataset = Dataset("blank", PLANE, split([[0, 0], [0, 0]], [0, 1]))
    network = Network((2, 2), ["identity"], np.float64)
    network.parameters[:] = 1
    config = TrainConfig(optimizer="sgd", learning_rate=0.1, weight_decay=0.5, batch_size=2, epochs=1)

    list(train(network, dataset, config, np.random.default_rng(0)))

    np.testing.assert_allclose(network.weights[0], 1 - 0.1 * 0.5, rtol=1e-12)
    np.testing.assert_allclose(network.biases[0], 1, rtol=1e-12)


def test_a_diverging_run_says_where_and_keeps_the_last_good_weights():
    config = TrainConfig(optimizer="sgd", learning_rate=1000, batch_size=10, epochs=500)
    dataset = blobs()
    network, run = start(dataset, replace(config, l2=10), hidden=(8,), activation="relu")
    losses = []

    with warnings.catch_warnings(), pytest.raises(TrainingDiverged) as error:
        warnings.simplefilter("error")
        for event in run:
            if isinstance(event, BatchDone):
                losses.append(event.loss)  # noqa: PERF401

    assert error.value.step >= len(losses)
    assert error.value.epoch == (error.value.step - 1) // 5 + 1
    assert error.value.last_loss == losses[-1]
    assert np.isfinite(network.parameters).all()
    assert math.isfinite(evaluate(network, config.loss, dataset.train).loss)


def test_parameters_that_stop_being_finite_behind_a_finite_loss_are_noticed():
    """A unit that ReLU silences hides a weight of −∞: every loss stays finite."""
    network, run = start(blobs(), TrainConfig(batch_size=10, epochs=1), activation="relu")
    assert isinstance(next(run), RunStarted)
    next(run)
    network.weights[0][0, 0] = -np.inf
    network.biases[0][0] = -np.inf

    with pytest.raises(TrainingDiverged):
        list(run)

    assert np.isfinite(network.parameters).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["train", "validation"])
def test_data_that_are_not_finite_are_refused_before_training(part, value):
    dataset = blobs()
    getattr(dataset, part).inputs[7, 1] = value
    network = Network((2, 2), ["identity"])

    with pytest.raises(DataNotFinite) as error:
        train(network, dataset, TrainConfig(), np.random.default_rng(0))

    assert (error.value.part, error.value.sample, error.value.feature) == (part, 7, 1)
    assert not network.parameters.any()


def test_a_data_set_that_does_not_fit_the_network_is_refused():
    with pytest.raises(DataMismatch, match="3 features, the data set 2"):
        train(Network((3, 2), ["identity"]), blobs(), TrainConfig(), np.random.default_rng(0))
    with pytest.raises(DataMismatch, match="1 classes, the data set 2"):
        train(Network((2, 1), ["identity"]), blobs(), TrainConfig(), np.random.default_rng(0))


def test_a_schedule_multiplies_the_learning_rate():
    config = TrainConfig(optimizer="sgd", learning_rate=0.2, epochs=4, batch_size=25, schedule="cosine")
    _, run = start(blobs(), config)
    rates = [event.learning_rate for event in batches(run)]
    assert rates[0] == 0.2
    assert rates[4] == pytest.approx(0.1)
    assert rates == sorted(rates, reverse=True)


def test_patience_ends_the_run_with_the_best_parameters():
    """A learning rate far too high keeps the loss from settling, so later epochs are worse than the best."""
    dataset = blobs()
    config = TrainConfig(optimizer="sgd", learning_rate=3.0, batch_size=2, epochs=200, patience=3)
    network, run = start(dataset, config)

    events = list(run)

    losses = [event.validation_loss or math.inf for event in epochs(events)]
    assert len(losses) < 200
    assert losses.index(min(losses)) == len(losses) - 4
    assert dataset.validation is not None
    assert evaluate(network, config.loss, dataset.validation).loss == min(losses)
    assert events[-1] == RunFinished(len(losses), 25 * len(losses), epochs(events)[-1].seconds)


def test_averaging_leaves_the_mean_of_the_path():
    dataset = blobs()
    config = TrainConfig(optimizer="sgd", learning_rate=0.5, batch_size=10, epochs=2, averaging=0.99999)
    network, run = start(dataset, config)
    path = [network.parameters.copy()]
    path += [network.parameters.copy() for event in run if isinstance(event, BatchDone)]

    np.testing.assert_allclose(network.parameters, np.mean(path, axis=0), rtol=1e-4, atol=1e-5)


def test_a_run_that_is_stopped_leaves_the_average_too():
    dataset = blobs()
    config = TrainConfig(optimizer="sgd", learning_rate=0.5, batch_size=10, epochs=2, averaging=0.99999)
    rng = np.random.default_rng(config.seed)
    network = build_network(2, 2, NetworkConfig((4,), "tanh", "glorot"), config.loss, rng)
    run = begin(network, dataset, config, rng)
    path = [network.parameters.copy()]
    events = run.events()
    for event in events:
        if isinstance(event, BatchDone):
            path.append(network.parameters.copy())
            np.testing.assert_allclose(run.result().parameters, np.mean(path, axis=0), rtol=1e-4, atol=1e-5)
            if event.step == 7:
                break
    events.close()

    np.testing.assert_allclose(network.parameters, np.mean(path, axis=0), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(run.result().parameters, network.parameters)


def test_a_run_with_patience_that_is_stopped_leaves_the_best_epoch():
    dataset = blobs()
    config = TrainConfig(optimizer="sgd", learning_rate=3.0, batch_size=2, epochs=200, patience=200)
    network, run = start(dataset, config)
    losses: list[float] = []
    first_step = None
    for event in run:
        if isinstance(event, BatchDone) and event.step == 1:
            first_step = network.parameters.copy()
        if isinstance(event, EpochDone):
            losses.append(event.validation_loss or math.inf)
            if len(losses) > 5 and losses[-1] > min(losses):
                break
    run.close()
    assert dataset.validation is not None
    assert evaluate(network, config.loss, dataset.validation).loss == min(losses)

    network, run = start(dataset, config)
    next(run)
    next(run)
    run.close()  # no epoch measured: what was learned stays
    np.testing.assert_array_equal(network.parameters, first_step)


def test_gradient_descent_looks_at_the_whole_set():
    config = TrainConfig(optimizer="gradient_descent", learning_rate=0.5, batch_size=4, epochs=40)
    _, run = start(blobs(), config)
    events = list(run)
    assert events[0] == RunStarted(40, 1, 50, 20)
    losses = [event.loss for event in batches(events)]
    assert len(losses) == 40
    assert losses == sorted(losses, reverse=True)


def test_the_genetic_algorithm_learns_without_gradients():
    config = TrainConfig(optimizer="genetic", learning_rate=0.3, batch_size=50, epochs=30, l2=1e-4)
    network, run = start(blobs(), config)
    list(run)
    assert evaluate(network, config.loss, blobs().train).accuracy > 0.9


@pytest.mark.parametrize("activation", ["relu", "maxout2"])
def test_a_normalised_network_learns_and_is_shown_plain(activation):
    dataset = blobs()
    config = TrainConfig(learning_rate=0.05, batch_size=10, epochs=20)
    rng = np.random.default_rng(0)
    network = build_network(2, 2, NetworkConfig((6, 6), activation, "he", "batch"), config.loss, rng)
    assert network.normalized == (True, True, False)
    run = begin(network, dataset, config, rng)
    list(run.events())

    assert evaluate(network, config.loss, dataset.train).accuracy > 0.9
    plain = run.result()
    assert not any(plain.normalized)
    np.testing.assert_allclose(
        plain.forward(dataset.train.inputs), network.forward(dataset.train.inputs), rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize("normalization", ["none", "batch"])
def test_a_network_can_start_from_another(normalization):
    rng = np.random.default_rng(0)
    x = rng.random((20, 2), dtype=np.float32)
    source = build_network(2, 2, NetworkConfig((6,), "relu", "he", "batch"), "cross_entropy", rng)
    source.state[-12:] = rng.uniform(0.5, 1, 12)
    network = build_network(2, 2, NetworkConfig((6,), "relu", "he", normalization), "cross_entropy", rng)
    start_from(network, source)
    np.testing.assert_allclose(network.forward(x), source.forward(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("hidden", [(5,), (6, 6)])
def test_a_start_of_another_shape_is_refused(hidden):
    rng = np.random.default_rng(0)
    source = build_network(2, 2, NetworkConfig((6,)), "cross_entropy", rng)
    network = build_network(2, 2, NetworkConfig(hidden), "cross_entropy", rng)
    with pytest.raises(ConfigError, match=r"start_from must be a network with the sizes [-0-9]+, got .2-6-2.") as error:
        start_from(network, source)
    assert error.value.field == "start_from"


def test_clipping_bounds_a_step():
    network, run = start(blobs(), TrainConfig(optimizer="sgd", learning_rate=1.0, clip_norm=1e-3, epochs=1))
    before = network.parameters.copy()
    list(run)
    assert 0 < np.linalg.norm(network.parameters - before) <= 1e-3 * 1.01


def test_max_norm_holds_after_every_step():
    network, run = start(blobs(), TrainConfig(learning_rate=0.5, max_norm=0.5, epochs=3, batch_size=10))
    for event in run:
        if isinstance(event, BatchDone):
            assert all(np.linalg.norm(weights, axis=0).max() <= 0.5 + 1e-6 for weights in network.weights)


def test_dropout_and_smoothing_are_repeatable_and_matter():
    plain = TrainConfig(epochs=2, batch_size=10)
    results = {}
    for name, config in {
        "plain": plain,
        "hidden": replace(plain, hidden_dropout=0.5),
        "inputs": replace(plain, input_dropout=0.2),
        "smooth": replace(plain, label_smoothing=0.1),
    }.items():
        runs = []
        for _ in range(2):
            network, run = start(blobs(), config)
            list(run)
            runs.append(network.parameters.tobytes())
        assert runs[0] == runs[1]
        results[name] = runs[0]
    assert len(set(results.values())) == 4


def test_the_toy_preset_reaches_every_training_image():
    dataset = load_dataset("toy")
    network_config, config = usual_configs(TOY)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        network = build_network(12, 2, network_config, config.loss, rng)
        list(train(network, dataset, replace(config, seed=seed), rng))
        assert network.sizes == (12, 3, 2)
        assert evaluate(network, config.loss, dataset.train).accuracy == 1


def test_real_digits_are_learned_in_a_few_hundred_batches(mnist_dir):
    dataset = load_dataset("mnist", data_dir=mnist_dir)
    network_config, config = usual_configs(MNIST)
    rng = np.random.default_rng(0)
    network = build_network(784, 10, network_config, config.loss, rng)

    for event in train(network, dataset, config, rng):
        if isinstance(event, BatchDone) and event.step == 200:
            break

    assert dataset.validation is not None
    assert evaluate(network, config.loss, dataset.validation).accuracy > 0.85


def threads_in_use():
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_products_use_one_thread_during_a_run_and_all_afterwards(monkeypatch):
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    before = threads_in_use()
    _, run = start(blobs(), TrainConfig(epochs=1))
    next(run)
    next(run)

    assert set(threads_in_use()) == {1}
    run.close()
    assert threads_in_use() == before


def test_evaluation_in_chunks_equals_one_piece():
    dataset = blobs()
    network, run = start(dataset, TrainConfig(epochs=2))
    list(run)

    whole, chunks = (evaluate(network, "cross_entropy", dataset.train, batch_size=size) for size in (1000, 7))

    assert chunks.loss == pytest.approx(whole.loss, rel=1e-6)
    np.testing.assert_array_equal(chunks.predictions, whole.predictions)
    assert whole.samples == whole.confusion.sum() == 50
    assert whole.accuracy == np.mean(whole.predictions == dataset.train.labels)
    assert whole.confusion[1, 0] == np.sum((dataset.train.labels == 1) & (whole.predictions == 0))
