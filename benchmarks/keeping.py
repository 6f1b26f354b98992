"""What it costs that everything is kept: training with and without, side by side, and how long closing takes.

    python benchmarks/keeping.py [--mnist ../shared/mnist] [--rounds 5] [--seconds 6]

Trains 784-128-10 on MNIST in a session, in turn with and without a keeper. Prints the batches for each second of the
processor of both and their ratio, which other programs disturb; how much of the training's own time went into copying
its state (the promise is 3 % at most); the longest time that handing over took the window's thread; and how long it
took to close in the middle of the training.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from digitapp.cores import one_blas_thread
from digitapp.gui.app import SWITCH_SECONDS
from digitapp.gui.state import worker
from digitapp.gui.state.keeper import Keeper
from digitapp.gui.state.restoring import Restorer
from digitapp.gui.state.session import Session
from digitapp.training.checkpoint import Checkpoint, take_checkpoint
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.loop import Run


class TimedKeeper(Keeper):
    """Notes how long the window's thread was taken."""

    longest = 0.0

    def keep(self) -> None:
        began = time.perf_counter()
        super().keep()
        TimedKeeper.longest = max(TimedKeeper.longest, time.perf_counter() - began)


def speed(mnist: Path, kept: Path | None, seconds: float) -> tuple[float, float]:
    """Return a run's batches for each second of the processor, and the seconds that closing it in the middle took."""
    session = Session("mnist", mnist)
    keeper = TimedKeeper(session, kept, Restorer(session, kept).seat) if kept is not None else None
    session.data.request("mnist")
    while session.dataset is None:
        QCoreApplication.processEvents()
    session.start_training(NetworkConfig((128,)), TrainConfig(epochs=1000, batch_size=64))
    while session.run.history.last_batch is None:
        QCoreApplication.processEvents()
    before, began, used = len(session.run.history.loss), time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        QCoreApplication.processEvents()
        time.sleep(0.001)
    rate = (len(session.run.history.loss) - before) / (time.process_time() - used)
    began = time.perf_counter()
    session.close()
    if keeper is not None:
        keeper.close()
    closing = time.perf_counter() - began
    session.deleteLater()
    QCoreApplication.processEvents()
    return rate, closing


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description="Train with and without keeping, side by side.")
    parser.add_argument("--mnist", type=Path, default=Path(__file__).parents[2] / "shared" / "mnist")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    sys.setswitchinterval(SWITCH_SECONDS)
    rates: dict[bool, list[float]] = {True: [], False: []}
    closings: list[float] = []
    copying: list[float] = []

    def take_timed(run: Run) -> Checkpoint:
        began = time.perf_counter()
        checkpoint = take_checkpoint(run)
        copying.append(time.perf_counter() - began)
        return checkpoint

    worker.take_checkpoint = take_timed
    with one_blas_thread(), tempfile.TemporaryDirectory() as scratch:
        for number in range(arguments.rounds):
            for keeps in (number % 2 == 0, number % 2 == 1):
                kept = Path(scratch) / str(number) if keeps else None
                rate, closing = speed(arguments.mnist, kept, arguments.seconds)
                rates[keeps].append(rate)
                if keeps:
                    closings.append(closing)
    ratios = [with_it / without for with_it, without in zip(rates[True], rates[False], strict=True)]
    kept, bare = statistics.median(rates[True]), statistics.median(rates[False])
    share = sum(copying) / (arguments.rounds * arguments.seconds)
    print(f"batches a second of the processor: {kept:.0f} kept, {bare:.0f} not")
    print(f"copying the state: {100 * share:.2f} % of the training's time, {1000 * max(copying):.1f} ms at most")
    print(f"ratio: {statistics.median(ratios):.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")
    print(f"longest time of the window's thread: {1000 * TimedKeeper.longest:.1f} ms")
    print(f"closing in the middle: {statistics.median(closings):.2f} s, {max(closings):.2f} s at most")
    application.quit()


if __name__ == "__main__":
    main()
