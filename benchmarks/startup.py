"""From the command to a drawn window: digitapp beside a bare PySide6 window that imports NumPy and pyqtgraph.

    python benchmarks/startup.py [--rounds 7]

Both start in fresh processes, in turn, and end after the first frame is on the screen (or in the offscreen buffer).
Prints the medians of the processor time (user and system), which other programs hardly change, and of the wall time,
with their ratios; the promise is at most 1.35. Both find their modules compiled, as installed programs do.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

BARE = """
import numpy, pyqtgraph
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.resize(1280, 800)
window.show()
window.grab()
QTimer.singleShot(0, application.quit)
application.exec()
"""

DIGITAPP = """
import sys
import tempfile
from pathlib import Path
from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QApplication
from digitapp.gui.app import create_window
from digitapp.gui.settings import Settings
application = QApplication([])
with tempfile.TemporaryDirectory() as folder:
    settings = Settings(QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat))
    window = create_window(settings, problem=sys.argv[1])
    window.resize(1280, 800)
    window.show()
    window.grab()
    QTimer.singleShot(0, window.close)
    application.exec()
"""


def main() -> None:
    """Print the medians and the ratio for both problems."""
    parser = argparse.ArgumentParser(description="Start digitapp and a bare window in turn.")
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    contenders = {
        "bare window": (BARE, ""),
        "digitapp, digits": (DIGITAPP, "mnist"),
        "digitapp, toy": (DIGITAPP, "toy"),
    }
    processor: dict[str, list[float]] = {name: [] for name in contenders}
    wall: dict[str, list[float]] = {name: [] for name in contenders}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        for round_number in range(rounds + 1):
            for name, (script, problem) in contenders.items():
                began, used = time.perf_counter(), children_seconds()
                subprocess.run([sys.executable, "-c", script, problem], check=True, env=environment)
                if round_number > 0:  # the first round compiles, and fills the disk cache
                    processor[name].append(children_seconds() - used)
                    wall[name].append(time.perf_counter() - began)
    print(f"medians of {rounds} starts, load {os.getloadavg()[0]:.1f}")
    for kind, seconds in (("processor", processor), ("wall", wall)):
        bare = statistics.median(seconds["bare window"])
        for name, values in seconds.items():
            median = statistics.median(values)
            print(f"  {kind:9}  {name:18} {median * 1000:6.0f} ms   {median / bare:.2f} × the bare window")


def children_seconds() -> float:
    """Return the processor time of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
