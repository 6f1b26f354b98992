"""A run of a million steps: the memory it takes, how long its curves take to be drawn, and how it is kept.

    python benchmarks/long_run.py [--steps 1000000]

Trains the toy's network as ``digitapp train`` does, listening to every event, and has the run written ten times on the
way into a file of runs. Prints the memory of the process, the time of a frame of the curves, the size of what is kept,
and how long it takes to be written and read back, all in seconds of the process's own time. Reads Linux's /proc.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from digitapp.cli.checkpoints import Origin
from digitapp.cli.keeping import KeptCommand
from digitapp.datasets.load import load_dataset
from digitapp.kept import FILE_NAME
from digitapp.kept.register import read_history_of, read_lines
from digitapp.kept.store import Store
from digitapp.modelfile import Model
from digitapp.runs.plan import Plan
from digitapp.training import BatchDone, usual_configs
from digitapp.training.history import History

WRITES = 10


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds of the process's own time something takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000


def train(steps: int, history: History) -> tuple[KeptCommand, Model, list[float]]:
    """Train the toy's network for so many steps; return the run, what it has left, and what each write took."""
    data = load_dataset("toy", seed=0)
    network, config = usual_configs(data.problem)
    batches = -(-len(data.train) // config.batch_size)
    config = replace(config, epochs=-(-steps // batches))
    start = Plan(data.problem, network, config, None, data).make()
    run = start.begin()
    kept = KeptCommand(run, Origin("toy", config.seed, network), "long", history)
    writes: list[float] = []

    def write() -> None:
        kept.put(kept.take())
        kept.flush(60.0)

    for event in run.events():
        history.add(event)
        if not isinstance(event, BatchDone):
            kept.look(event)
        elif event.step % (steps // WRITES) == 0:
            writes.append(timed(write))
            print(f"{event.step:>9,} steps: {peak():.0f} MB at most, written in {writes[-1]:.2f} s", flush=True)
    return kept, replace(start.shown, network=run.network.folded()), writes


def main() -> None:
    """Train, write, read back, and print the figures."""
    parser = argparse.ArgumentParser(description="A run of very many steps.")
    parser.add_argument("--steps", type=int, default=1_000_000)
    steps = parser.parse_args().steps
    with tempfile.TemporaryDirectory() as home:
        os.environ["XDG_DATA_HOME"] = home
        history = History()
        began = time.process_time()
        kept, model, writes = train(steps, history)
        print(f"trained and written {len(writes)} times: {time.process_time() - began:.0f} s")
        assert history.started is not None
        batches = history.started.batches_per_epoch
        history.loss.view(batches)
        frames = [timed(lambda: (history.loss.view(batches), history.accuracy.view(batches))) for _ in range(20)]
        table = timed(lambda: history.epochs.column("validation_loss", 2000))
        print(f"a frame of the curves: {1e3 * np.median(frames):.2f} ms; of the epochs: {1e3 * table:.2f} ms")
        print(f"the end written: {timed(lambda: kept.end(model, None)):.2f} s")
        folder = Path(home) / "digitapp"
        print(f"the file: {(folder / FILE_NAME).stat().st_size / 1e6:.1f} MB")
        store = Store(folder)
        print(f"listed: {1e3 * timed(lambda: read_lines(store)):.1f} ms")
        print(f"read back: {timed(lambda: read_history_of(store, kept.key)):.2f} s")
        again = read_history_of(store, kept.key)
        store.close()
        assert np.array_equal(again.loss.values, history.loss.values)
        assert np.array_equal(again.epochs.column("validation_loss"), history.epochs.column("validation_loss"))
        print(f"memory at most: {peak():.0f} MB")


if __name__ == "__main__":
    main()
