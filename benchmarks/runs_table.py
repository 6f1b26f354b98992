"""How long the page Runs takes with 10,000 runs: opening, sorting, finding, choosing, scrolling.

    python benchmarks/runs_table.py [--runs 10000]

A real training of the toy is kept by the command line; its row is copied with other settings, seeds and results, five
seeds an experiment, and the real window opens the page. Times are those of the processor: in the thread of the window,
which must not stand still, and in the whole process.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from typer.testing import CliRunner

from digitapp.cli import app as command_line
from digitapp.gui.app import create_window
from digitapp.gui.pages.runs.page import RunsPage
from digitapp.gui.pages.runs.rows import Column, Order
from digitapp.gui.settings import Settings
from digitapp.kept.store import Store

SEEDS = 5
OPTIMIZERS = ("adam", "sgd", "momentum", "nadam")
RATES = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
PATIENCE_MS = 120_000


def main() -> None:
    """Print a line for each thing that is done."""
    parser = argparse.ArgumentParser(description="Measure the page Runs with many runs.")
    parser.add_argument("--runs", type=int, default=10_000)
    wanted = parser.parse_args().runs
    application = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "kept"
        keep_many(folder, wanted)
        measure(application, folder, wanted)


def keep_many(folder: Path, wanted: int) -> None:
    """Keep one real run, and copies of it."""
    with patch("digitapp.resources.user_data_dir", lambda: folder):
        out = folder.parent / "model.safetensors"
        arguments = ["train", "--dataset", "toy", "--epochs", "8", "--out", str(out)]
        result = CliRunner().invoke(command_line, arguments)
    assert result.exit_code == 0, result.output
    store = Store(folder)
    rng = np.random.default_rng(0)
    columns = [row[1] for row in store.rows("PRAGMA table_info(runs)")]
    first = dict(zip(columns, store.rows("SELECT * FROM runs")[0], strict=True))
    told = json.loads(first["summary"])
    marks = ", ".join("?" * len(columns))
    with store.transaction():
        for number in range(wanted - 1):
            experiment, seed = divmod(number, SEEDS)
            told["config"] |= {
                "optimizer": OPTIMIZERS[experiment % len(OPTIMIZERS)],
                "learning_rate": RATES[experiment % len(RATES)],
                "batch_size": int(8 * 2 ** (experiment % 5)),
                "seed": seed,
            }
            told["results"]["best_validation_accuracy"] = float(rng.uniform(0.5, 1.0))
            other = {
                "run": secrets.token_hex(16),
                "name": f"Trial {experiment}",
                "number": number + 2,
                "began": first["began"] - 60.0 * number,
                "summary": json.dumps(told),
            }
            store.run(f"INSERT INTO runs VALUES ({marks})", *(first | other).values())
    store.close()


def measure(application: QApplication, folder: Path, wanted: int) -> None:
    """Open the window, use the page, and print what it took."""
    settings = Settings(QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat))
    window = create_window(settings, problem="toy", kept=folder)
    window.show()
    settle(1500)  # what the window itself reads and imports
    for warm in ("labPage", "drawPage"):
        window.show_page(warm)
        settle(300)
    began = Stopwatch()
    page = window.show_page(RunsPage)
    made = Stopwatch()
    wait_until(lambda: page.model.count > 0)
    page.table.viewport().repaint()
    made.tell("opened: the newest runs are in the painted table", made)
    wait_until(lambda: page.runs.room is not None)
    page.table.viewport().repaint()
    print(f"{len(page.model.rows):,} experiments of {len(page.runs.listed.lines):,} runs (of {wanted:,})")
    made.tell("all runs are in it, and what they take of the disk is measured", made)
    began.tell("the same with making the page", began)
    for title, order in (
        ("sorted by result", Order(Column.BEST)),
        ("sorted by name", Order(Column.NAME, is_falling=False)),
        ("sorted by network", Order(Column.NETWORK)),
        ("sorted by time", Order(Column.TIME)),
        ("sorted by date", Order(Column.STARTED, is_falling=False)),
    ):
        timed(title, lambda order=order: page._sort(order), page)
    timed("first letter of a search", lambda: QTest.keyClicks(page.tools.finder, "a"), page)
    timed("second letter", lambda: QTest.keyClicks(page.tools.finder, "d"), page)
    timed("search emptied", page.tools.finder.clear, page)
    timed("a row chosen", lambda: page.table.toggle(page.model.rows[0]), page)
    timed("another row chosen", lambda: page.table.toggle(page.model.rows[1]), page)
    timed("end of the table", lambda: QTest.keyClick(page.table, Qt.Key.Key_End), page)
    application.processEvents()
    window.close()
    settle(100)


class Stopwatch:
    """Counts the processor's time since it was made."""

    def __init__(self) -> None:
        self.thread, self.process, self.wall = time.thread_time(), time.process_time(), time.perf_counter()

    def tell(self, title: str, since: Stopwatch) -> None:
        """Print what has passed."""
        thread, process = time.thread_time() - since.thread, time.process_time() - since.process
        wall = time.perf_counter() - since.wall
        print(f"  {title}: window {1000 * thread:.0f} ms, process {1000 * process:.0f} ms (wall {1000 * wall:.0f} ms)")


def timed(title: str, work: Callable[[], object], page: RunsPage) -> None:
    """Print what work takes until what it has changed is painted."""
    since = Stopwatch()
    work()
    page.table.viewport().repaint()
    since.tell(title, since)


def settle(milliseconds: int) -> None:
    """Let the event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(has_happened: Callable[[], bool]) -> None:
    """Let the event loop run until something has happened."""
    loop = QEventLoop()
    timer, late = QTimer(interval=2), QTimer(interval=PATIENCE_MS, singleShot=True)
    timer.timeout.connect(lambda: loop.quit() if has_happened() else None)
    late.timeout.connect(loop.quit)
    timer.start()
    late.start()
    loop.exec()
    assert has_happened()


if __name__ == "__main__":
    main()
