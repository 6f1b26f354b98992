"""Compare how long training takes until 98 % of MNIST's test images are right: 784-128-10, batch 128, Adam, one cycle.

    python benchmarks/to_98_percent.py [--data-dir DIR] [--epochs 6] [--seeds 5]

Every contender trains from the same initial weights on the same 60,000 images, with the learning rate rising to 5e-3
and falling to nearly zero over the epochs given, once for each seed. After every epoch each network reads the test
images; that is not timed, and nothing is chosen by it. The time is that of the first epoch at whose end 98 % are right.
Runs alternate between contenders, each in a process of its own; settings are as in `peers.py`.
"""

import argparse
import os
import statistics
import time
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from peers import MODULES, remove_thread_variables, start_process
from peers_contenders import Setting, Task, settings_of

from digitapp.datasets.dataset import Split
from digitapp.datasets.load import load_dataset

GOAL = 0.98
Run = list[tuple[float, float]]
"""Seconds of training so far and accuracy on the test images, after every epoch."""


def serve(connection: Connection, setting: Setting, task: Task, data_dir: Path | None, cpu_time: bool) -> None:
    """Train once and send the run."""
    clock = time.process_time if cpu_time else time.perf_counter
    data = load_dataset("mnist", data_dir=data_dir)
    assert data.validation is not None and data.test is not None
    inputs = np.concatenate([data.train.inputs, data.validation.inputs])
    train = Split(inputs, np.concatenate([data.train.labels, data.validation.labels]))
    learner = setting.learner(task, train)
    steps = -(-len(train.labels) // task.batch)
    run: Run = []
    seconds = 0.0
    for _ in range(task.epochs):
        started = clock()
        learner.run(steps)
        seconds += clock() - started
        run.append((seconds, float(np.mean(learner.classify(data.test.inputs) == data.test.labels))))
    connection.send(run)


def train(setting: Setting, task: Task, data_dir: Path | None, cpu_time: bool) -> Run:
    """Train once in a process of its own."""
    connection, process = start_process(setting, serve, task, data_dir, cpu_time)
    run = connection.recv()
    process.join()
    return run


def seconds_to_goal(run: Run) -> float | None:
    """Return the training time at the end of the first epoch that reaches the goal, None if none does."""
    return next((seconds for seconds, accuracy in run if accuracy >= GOAL), None)


def report(setting: Setting, runs: list[Run]) -> str:
    """Return one line of the table."""
    reached = sorted(seconds for run in runs if (seconds := seconds_to_goal(run)) is not None)
    time_to_goal = f"{statistics.median(reached):.2f} ({reached[0]:.2f}–{reached[-1]:.2f})" if reached else "–"
    whole = statistics.median(run[-1][0] for run in runs)
    final = [run[-1][1] for run in runs]
    cells = [setting.contender, setting.label, time_to_goal, f"{len(reached)} of {len(runs)}", f"{whole:.2f}"]
    cells.append(f"{statistics.mean(final):.2%} ({min(final):.2%}–{max(final):.2%})")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Train and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="where the files of MNIST are")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cpu-time", action="store_true", help="as in peers.py: one thread, the processor's time")
    options = parser.parse_args()
    remove_thread_variables()
    threads = (1,) if options.cpu_time else (1, 2)
    names = ["digitapp", *[name for name in ("PyTorch", "scikit-learn") if find_spec(MODULES[name])]]
    settings = [s for name in names for s in settings_of(name, threads) if s.variant != "foreach"]
    runs: dict[Setting, list[Run]] = {setting: [] for setting in settings}
    loads = []
    for seed in range(options.seeds):
        task = Task((784, 128, 10), 128, "adam", 5e-3, options.epochs, seed)
        for setting in settings:
            runs[setting].append(train(setting, task, options.data_dir, options.cpu_time))
            loads.append(os.getloadavg()[0])
    print("| contender | setting | seconds to 98 % | reached | seconds in all | accuracy at the end |")
    print("|---|---|---|---|---|---|")
    for setting in settings:
        print(report(setting, runs[setting]))
    print(f"\n{options.epochs} epochs, {options.seeds} seeds, load {min(loads):.1f}–{max(loads):.1f}")


if __name__ == "__main__":
    main()
