"""How late the event loop is while 784-128-10 trains on MNIST in the real window, with live plots and features.

A timer asks to be called every 5 ms; how much later it is called is what a pen stroke or a click would wait. Each page
is measured while it is shown and the run goes on, for several values of `sys.setswitchinterval`, which decides how
long the training thread keeps the interpreter before the window gets its turn.

    python benchmarks/event_loop.py --data-dir FOLDER_WITH_MNIST [--seconds 3] [--rounds 3] [--intervals 0.005 0.001]

Rounds are interleaved, so that whatever else the machine does falls on all intervals alike; the figures are medians
over the rounds, the longest gap is the longest of all. Goal: p99 below 8 ms, no gap above 50 ms. Run it with a screen,
or with QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtCore import QElapsedTimer, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from digitapp.datasets.problems import PLANE, Preset
from digitapp.gui.app import SWITCH_SECONDS, create_window
from digitapp.gui.pages.draw.page import DrawPage
from digitapp.gui.pages.features.page import FeaturesPage
from digitapp.gui.pages.page import Page
from digitapp.gui.pages.train.page import TrainPage
from digitapp.gui.settings import Settings
from digitapp.gui.window.main_window import MainWindow

PROBE_MS = 5
EPOCHS = 10_000  # the run ends when it is stopped


class Probe:
    """Records how late a 5 ms timer is called."""

    def __init__(self) -> None:
        self.lateness: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(PROBE_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.lateness.clear()
        self._clock.start()
        self._timer.start()

    def stop(self) -> np.ndarray:
        self._timer.stop()
        return np.array(self.lateness)

    def _tick(self) -> None:
        self.lateness.append(self._clock.nsecsElapsed() / 1e6 - PROBE_MS)
        self._clock.restart()


def wait(application: QApplication, condition: Callable[[], bool], seconds: float = 120, every_ms: int = 20) -> None:
    """Run the event loop until a condition holds; raise TimeoutError after so many seconds."""
    end = perf_counter() + seconds
    timer = QTimer()
    timer.setInterval(every_ms)
    timer.timeout.connect(lambda: application.exit() if condition() or perf_counter() > end else None)
    timer.start()
    application.exec()
    timer.stop()
    if not condition():
        raise TimeoutError("waited too long")


def rest(application: QApplication, seconds: float) -> None:
    """Run the event loop for a while."""
    QTimer.singleShot(round(seconds * 1000), application.exit)
    application.exec()


def open_window(application: QApplication, data_dir: Path, preset: Preset | None = None) -> MainWindow:
    """Open the window on the Train page with MNIST in memory, set up for 784-128-10, or with a preset and its data."""
    store = QSettings(str(Path(tempfile.mkdtemp()) / "settings.ini"), QSettings.Format.IniFormat)
    window = create_window(Settings(store), problem=PLANE.key if preset else "mnist", data_dir=data_dir)
    window.resize(1280, 800)
    window.show()
    train = window.show_page(TrainPage)
    if preset is not None:
        train.setup.apply_preset(preset)
        window.session.run.set_pace(None)
        return window
    wait(application, lambda: window.session.dataset is not None)
    rows = train.setup.settings
    rows.set_value("hidden", (128,))
    rows.set_value("epochs", EPOCHS)
    rows.remember()
    return window


def report(name: str, rounds: list[tuple[np.ndarray, float]]) -> None:
    """Print one line of figures."""
    p50, p99 = (float(np.median([np.percentile(late, share) for late, _ in rounds])) for share in (50, 99))
    longest = max(late.max() for late, _ in rounds)
    speed = float(np.median([speed for _, speed in rounds])) / 1000
    print(f"{name:<40} p50 {p50:5.2f} ms  p99 {p99:6.2f} ms  longest {longest:7.2f} ms  {speed:6.1f} k images/s")


def measure(application: QApplication, window: MainWindow, page: Page, seconds: float) -> tuple[np.ndarray, float]:
    """Return the lateness while a page is shown, and the training's speed meanwhile."""
    window.show_page(page.NAME)
    rest(application, 1.0)
    history = window.session.run.history
    before = history.last_batch.samples if history.last_batch else 0
    probe = Probe()
    began = perf_counter()
    probe.start()
    rest(application, seconds)
    lateness = probe.stop()
    after = history.last_batch.samples if history.last_batch else 0
    return lateness, (after - before) / (perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", type=Path, default=os.environ.get("DIGITAPP_DATA_DIR"), required=False)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--intervals", type=float, nargs="*", default=[SWITCH_SECONDS])
    arguments = parser.parse_args()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    window = open_window(application, arguments.data_dir)
    train = window.page(TrainPage)
    pages = {"Train": train, "Features": window.page(FeaturesPage), "Draw": window.page(DrawPage)}
    report("no run, Train page", [measure(application, window, train, arguments.seconds)])
    train.start()
    wait(application, lambda: window.session.run.history.last_epoch is not None)
    figures: dict[tuple[str, float], list[tuple[np.ndarray, float]]] = {}
    for _ in range(arguments.rounds):
        for interval in arguments.intervals:
            sys.setswitchinterval(interval)
            for name, page in pages.items():
                figure = measure(application, window, page, arguments.seconds)
                figures.setdefault((name, interval), []).append(figure)
    for (name, interval), rounds in sorted(figures.items()):
        report(f"{name} page, switch interval {interval * 1000:g} ms", rounds)
    train.stop()
    wait(application, lambda: not window.session.run.is_active)
    window.close()


if __name__ == "__main__":
    main()
