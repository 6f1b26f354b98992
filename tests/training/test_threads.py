from collections.abc import Callable

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from digitapp.datasets.dataset import Dataset, Split
from digitapp.datasets.problems import PROBLEMS
from digitapp.nn import Network
from digitapp.training import TrainConfig, train
from digitapp.training.threads import ENVIRONMENT, ThreadChoice

SETTLED = 60  # steps that are more than all trials take


class Machine:
    """Steps whose time depends on the number of threads alone: `seconds[count]`."""

    def __init__(self, most: int, seconds: dict[int, float]) -> None:
        self.seconds = seconds
        self.threads = 1
        self.used = [1]
        self.choice = ThreadChoice(most, self.use)

    def use(self, count: int) -> None:
        self.threads = count
        self.used.append(count)

    def run(self, steps: int, change: Callable[[int], float] = lambda _: 1.0) -> None:
        for step in range(steps):
            self.choice.observe(self.seconds[self.threads] * change(step))


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ({1: 1.0, 2: 0.6, 4: 0.4}, 4),
        ({1: 1.0, 2: 0.6, 4: 0.58}, 2),
        ({1: 1.0, 2: 0.95, 4: 0.1}, 1),
        ({1: 1.0, 2: 100.0, 4: 1000.0}, 1),
    ],
)
def test_more_threads_are_used_as_long_as_they_gain(seconds, chosen):
    machine = Machine(4, seconds)

    machine.run(SETTLED)

    assert machine.threads == machine.choice.count == chosen


def test_never_more_threads_than_allowed():
    machine = Machine(3, {1: 1.0, 2: 0.5, 3: 0.3})
    machine.run(SETTLED)
    assert machine.threads == 3

    machine = Machine(1, {1: 1.0})
    machine.run(SETTLED)
    assert machine.used == [1]


def test_a_change_of_load_during_the_trial_decides_nothing():
    """The machine becomes ten times slower midway: both numbers meet that, and two still gain."""
    machine = Machine(2, {1: 1.0, 2: 0.6})

    machine.run(SETTLED, lambda step: 10.0 if step >= 11 else 1.0)

    assert machine.threads == 2


def test_slow_steps_lead_back_to_one_thread_for_good():
    machine = Machine(2, {1: 1.0, 2: 0.6})
    machine.run(SETTLED)
    machine.run(40, lambda step: 5.0 if step % 8 == 0 else 1.0)  # a slow step now and then is nothing
    assert machine.threads == 2

    machine.run(10, lambda _: 5.0)
    assert machine.threads == 1
    machine.run(SETTLED)
    assert machine.threads == machine.choice.count == 1


def test_a_run_chooses_by_the_clock_and_gives_the_threads_back(monkeypatch):
    """On a clock by which every step of two threads takes a tenth, two threads are chosen."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("digitapp.training.threads._cores", lambda: 2)
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 0.1 if threads_in_use() == {2} else 1.0
        return now

    monkeypatch.setattr("digitapp.training.loop.perf_counter", clock)
    before = threads_in_use()
    rng = np.random.default_rng(0)
    split = Split(rng.random((60, 12), np.float32), rng.integers(0, 2, 60))
    dataset = Dataset("noise", PROBLEMS["toy"], split, split)
    run = train(Network((12, 3, 2), ("relu", "identity")), dataset, TrainConfig(batch_size=2, threads=0), rng)

    used = []
    for _ in range(28):
        next(run)
        used.append(max(threads_in_use()))
    run.close()

    assert used[1] == 1
    assert used[-1] == 2
    assert threads_in_use() == before


def threads_in_use() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}
