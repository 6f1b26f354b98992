"""How fast a network trains from the real window, beside the same run without any window: 784-128-10 on MNIST.

With `--preset` it is another one, such as `three-arms`: 2-20-20-3 in a plane, with the map in view.

With `--tab layers` another view is in sight below the curves, with all its figures.

Both run in this process, in turns, so that whatever else the machine does falls on both alike. The window shows one of
its pages, all of it live; the other run is the plain generator in a plain loop.

    python benchmarks/window_training.py --data-dir FOLDER_WITH_MNIST [--rounds 5] [--epochs 3] [--page features]
    python benchmarks/window_training.py --preset three-arms --epochs 3000

Goal: 85 % or more of MNIST's speed, 80 % of the plane's. Run it with a screen, or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from time import perf_counter, process_time, thread_time

import numpy as np
from event_loop import PROBE_MS, open_window, wait
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from digitapp.datasets.dataset import Dataset
from digitapp.datasets.problems import PLANE
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.window.main_window import MainWindow
from digitapp.training.config import NetworkConfig, TrainConfig
from digitapp.training.loop import train
from digitapp.training.presets import build_network


def headless(dataset: Dataset, network_config: NetworkConfig, config: TrainConfig) -> float:
    """Return images per second of a run in a plain loop."""
    rng = np.random.default_rng(config.seed)
    problem = dataset.problem
    network = build_network(problem.features, problem.classes, network_config, config.loss, rng)
    began = perf_counter()
    for _ in train(network, dataset, config, rng):
        pass
    return config.epochs * len(dataset.train) / (perf_counter() - began)


def from_window(application: QApplication, window: MainWindow, config: TrainConfig) -> float:
    """Return images per second of a run started by the Train page's own Start, whichever page is shown."""
    dataset = window.session.dataset
    assert dataset is not None
    began = perf_counter()
    window.page(TrainPage).start()
    wait(application, lambda: not window.session.run.is_active, every_ms=2)
    return config.epochs * len(dataset.train) / (perf_counter() - began)


class Turns:
    """Measures what the window's thread computes between two calls of a 5 ms timer, in milliseconds of its own time.

    The timer is called when the window has nothing else to do, so that a turn that takes longer is seen whole.
    """

    def __init__(self) -> None:
        self.spent: list[float] = []
        self._before = thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = thread_time()
        self.spent.append(1000 * (now - self._before))
        self._before = now

    def forget(self) -> None:
        """Begin anew, after work that is none of the window's."""
        self._before = thread_time()

    def report(self) -> str:
        """Return what turns took."""
        spent = np.array(self.spent)
        middle, late = np.percentile(spent, (50, 99))
        return f"{len(spent):,} turns of the window: median {middle:.1f}, p99 {late:.1f}, longest {spent.max():.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=os.environ.get("DIGITAPP_DATA_DIR"))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--page", choices=("draw", "train", "features"), default="train", help="the page that is shown")
    parser.add_argument("--interval", type=float, default=sys.getswitchinterval(), help="sys.setswitchinterval")
    parser.add_argument("--tab", default="", help="the view below the curves: confusion, units, layers, mistakes")
    presets = {preset.key: preset for preset in PLANE.presets}
    parser.add_argument("--preset", choices=sorted(presets), help="of a plane, in the place of MNIST")
    arguments = parser.parse_args()
    sys.setswitchinterval(arguments.interval)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    window = open_window(application, arguments.data_dir, presets.get(arguments.preset))
    pages = {"draw": DrawPage, "train": TrainPage, "features": FeaturesPage}
    window.show_page(pages[arguments.page])
    if arguments.tab:
        window.page(TrainPage).stage.room.choose(arguments.tab)
    rows = window.page(TrainPage).setup.settings
    rows.set_value("epochs", arguments.epochs)
    rows.remember()
    network_config, config = rows.configs()
    dataset = window.session.dataset
    assert dataset is not None
    ratios, turns = [], Turns()
    for round_ in range(arguments.rounds + 1):
        began = process_time()
        alone = headless(dataset, network_config, config)
        between = process_time()
        turns.forget()
        shown = from_window(application, window, config)
        extra = (process_time() - between) / (between - began) - 1
        if round_ == 0:
            turns.spent.clear()
            continue  # the first round warms up caches and the window
        ratios.append(shown / alone)
        print(
            f"headless {alone / 1000:6.1f} k samples/s   window {shown / 1000:6.1f} k samples/s   "
            f"{shown / alone:6.1%}   processor time {extra:+.0%}"
        )
    print(f"median {np.median(ratios):.1%} of the headless speed")
    print(turns.report())
    window.close()


if __name__ == "__main__":
    main()
