"""The learning-rate range test on real data: it finds rates that work, and leaves everything as it was."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.load import load_dataset
from digitapp.datasets.problems import PROBLEMS
from digitapp.modelfile import Model, load_model
from digitapp.nn import OPTIMIZERS
from digitapp.runs import range_test
from digitapp.runs.plan import Plan
from digitapp.runs.range_test import RangeTest, Sweep, check_has_rate, run_range_test
from digitapp.runs.rate_range import RateRange
from digitapp.training import ConfigError, NetworkConfig, TrainConfig, usual_configs
from digitapp.training.loop import Run


def plan_of(name: str, source: Model | None = None, **settings: object) -> Plan:
    dataset = load_dataset(name, seed=0)
    network, config = usual_configs(dataset.problem)
    return Plan(dataset.problem, network, replace(config, **settings), source, dataset)


def state_of(run: Run) -> bytes:
    """Return all that a run has changed so far, and the random numbers that are next."""
    state = run.state
    vectors = [run.network.state, *state.optimizer.state.values(), *state.kept.values()]
    next_numbers = repr((state.silencing.bit_generator.state, state.shuffling, state.optimizer.steps))
    return b"".join(vector.tobytes() for vector in vectors) + next_numbers.encode()


@pytest.mark.parametrize("name", [problem.dataset_at_hand for problem in PROBLEMS.values() if not problem.is_drawn])
def test_a_rate_is_found_for_every_problem(name: str) -> None:
    result = run_range_test(RangeTest(plan_of(name), seeds=3, steps=200))
    assert result is not None and result.found is not None
    low, middle, high = result.found
    assert low < middle < high
    assert [each.rate for each in result.confirmations] == [low, middle, high]
    assert all(each.holds and each.accuracy > 0.7 for each in result.confirmations)


def test_nothing_is_changed() -> None:
    model = load_model("toy")
    plan = plan_of("toy", model, optimizer="adam", learning_rate=0.01, hidden_dropout=0.2)
    run = plan.make().begin()
    for step, _ in enumerate(run.events()):
        if step == 20:
            break
    going_on = replace(plan, after=run.state, source=replace(model, network=run.network))
    np.random.seed(5)  # noqa: NPY002 - the generator of all is left alone, too
    before = state_of(run), model.network.state.tobytes(), repr(np.random.get_state())  # noqa: NPY002
    assert run_range_test(RangeTest(going_on, seeds=2, steps=100)) is not None
    after = state_of(run), model.network.state.tobytes(), repr(np.random.get_state())  # noqa: NPY002
    assert before == after


def test_the_same_test_twice_says_the_same_and_settings_of_the_run_do_not_matter() -> None:
    test = RangeTest(plan_of("plane:moons"), seeds=2, steps=120)
    config = replace(test.plan.config, learning_rate=7.0, schedule="cosine", epochs=1, patience=1, threads=3)
    results = [run_range_test(each) for each in (test, test, replace(test, plan=replace(test.plan, config=config)))]
    assert len({result.sweep.losses.tobytes() for result in results if result is not None}) == 1
    assert len({result.confirmations for result in results if result is not None}) == 1


def test_large_networks_learn_one_after_the_other_and_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    test, seen = RangeTest(plan_of("plane:moons"), seeds=3, steps=100), []
    together = run_range_test(test)
    monkeypatch.setattr(range_test, "_TOGETHER", 0)
    sweep = Sweep(test)
    alone = run_range_test(test, lambda done, total: seen.append((done, total, sweep.done)), sweep=sweep)
    assert together is not None and alone is not None
    assert alone.sweep.losses.tobytes() == together.sweep.losses.tobytes()
    assert alone.confirmations == together.confirmations and alone.found == together.found
    assert seen[-1][0] == seen[-1][1] and seen[199][2] == 0 and seen[-1][2] == 100


def test_it_is_followed_and_cancelled() -> None:
    test, cancelled, seen = RangeTest(plan_of("toy"), seeds=2, steps=100), threading.Event(), []
    sweep = Sweep(test)

    def report(done: int, total: int) -> None:
        seen.append((done, total))
        assert sweep.done >= min(done, test.steps) - 1
        if done == 40:
            cancelled.set()

    assert run_range_test(test, report, cancelled, sweep) is None
    assert seen == [(done, 400) for done in range(1, 41)]
    assert np.isfinite(sweep.losses[:, :39]).all() and np.isinf(sweep.losses[:, 41:]).all()


def test_a_rate_that_does_not_hold_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The losses are made to seem to allow far too high a rate."""
    true_reading = range_test.read_sweep
    monkeypatch.setattr(
        range_test,
        "read_sweep",
        lambda rates, losses: replace(true_reading(rates, losses), found=RateRange.between(0.02, 60)),
    )
    result = run_range_test(RangeTest(plan_of("plane:moons"), seeds=2, steps=150))
    assert result is not None and result.found is not None
    assert result.refused[0].rate == 60 and result.found.high < 10
    assert not any(each.holds for each in result.refused)


def test_no_range_for_a_network_that_knows_all() -> None:
    result = run_range_test(RangeTest(plan_of("toy", load_model("toy")), seeds=3, steps=150))
    assert result is not None and result.found is None and result.confirmations == ()


def test_optimisers_that_find_their_own_steps_are_refused() -> None:
    for key, optimizer in OPTIMIZERS.items():
        if optimizer.finds_own_steps:
            with pytest.raises(ConfigError, match="rate to be found"):
                check_has_rate(key)
        else:
            RangeTest(plan_of("toy", optimizer=key))
    assert {key for key, optimizer in OPTIMIZERS.items() if optimizer.finds_own_steps} == {"rprop", "genetic"}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"seeds": 0}, "seeds"),
        ({"steps": 99}, "steps"),
        ({"lowest": 0.0}, "lowest"),
        ({"highest": 1e-5}, "highest"),
        ({"highest": float("nan")}, "highest"),
    ],
)
def test_wrong_numbers_are_refused(settings: dict[str, float], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        RangeTest(plan_of("toy"), **settings)  # type: ignore[arg-type]
    assert caught.value.field == field


@pytest.fixture(scope="module")
def mnist(mnist_dir: Path) -> Dataset:
    return load_dataset("mnist", data_dir=mnist_dir, seed=0)


@pytest.mark.parametrize(("optimizer", "best"), [("sgd", 0.3), ("adam", 0.003)])
def test_the_middle_is_near_the_best_of_a_grid_on_mnist(mnist: Dataset, optimizer: str, best: float) -> None:
    """The best rates of three epochs are measured in `benchmarks/range_test.py`."""
    plan = Plan(mnist.problem, NetworkConfig((30,)), TrainConfig(optimizer=optimizer), None, mnist)
    result = run_range_test(RangeTest(plan, seeds=2, steps=150))
    assert result is not None and result.found is not None
    assert best / 4 < result.found.middle < best * 4
    assert all(each.accuracy > 0.8 for each in result.confirmations)


def test_the_whole_set_is_lessened(mnist: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 1000 <= range_test.MOST_OF_WHOLE_SET < len(mnist.train)
    monkeypatch.setattr(range_test, "MOST_OF_WHOLE_SET", 200)
    config = TrainConfig(optimizer="gradient_descent")
    plan = Plan(mnist.problem, NetworkConfig(()), config, None, mnist)
    result = run_range_test(RangeTest(plan, seeds=1, steps=100, lowest=1e-4))
    assert result is not None and result.samples == 200 and result.found is not None
